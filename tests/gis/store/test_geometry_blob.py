from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from gis.store.geopackage.geometry_blob import TRIGGER_FUNCTIONS, blobs_of, box_of, geometries_of

_NUMBERS = st.floats(-1e7, 1e7, allow_nan=False)


def array(*geometries: object) -> np.ndarray:
    made = np.empty(len(geometries), dtype=object)
    made[:] = geometries
    return made


def test_a_blob_is_laid_out_as_the_standard_says() -> None:
    # OGC 12-128r18 §2.1.3: "GP", version 0, flags (little endian, xy envelope), srs id, minx maxx miny maxy, WKB.
    (blob,) = blobs_of(array(box(1, 2, 3, 4)), 4547)
    assert blob is not None
    assert blob[:8] == b"GP\x00\x03" + struct.pack("<i", 4547)
    assert struct.unpack("<4d", blob[8:40]) == (1.0, 3.0, 2.0, 4.0)
    assert shapely.from_wkb(blob[40:]).equals(box(1, 2, 3, 4))


@given(st.lists(st.tuples(_NUMBERS, _NUMBERS), min_size=3, max_size=8))
def test_what_goes_in_comes_out_to_the_last_bit(points: list[tuple[float, float]]) -> None:
    shapes = array(Polygon(points), None, LineString(points), Point(points[0]), MultiPolygon([Polygon(points)]))
    back = geometries_of(blobs_of(shapes, 4547))
    assert list(shapely.to_wkb(back)) == list(shapely.to_wkb(shapes))


@pytest.mark.parametrize(("indicator", "extra"), [(0, 0), (1, 32), (2, 48), (3, 48), (4, 64)])
def test_headers_of_other_programs_are_read(indicator: int, extra: int) -> None:
    wkb = shapely.to_wkb(box(1, 2, 3, 4))
    envelope = struct.pack(">4d", 1, 3, 2, 4).ljust(extra, b"\0") if extra else b""
    blob = b"GP\x00" + bytes([indicator << 1]) + struct.pack(">i", 4547) + envelope + wkb  # big endian header
    assert geometries_of([blob])[0].equals(box(1, 2, 3, 4))
    assert box_of(blob) == (1.0, 2.0, 3.0, 4.0)


def test_an_empty_geometry_has_no_box() -> None:
    empty = b"GP\x00\x11" + struct.pack("<i", 4547) + shapely.to_wkb(Polygon())
    assert box_of(empty) is None
    assert TRIGGER_FUNCTIONS["ST_IsEmpty"](empty) == 1
    assert TRIGGER_FUNCTIONS["ST_MinX"](empty) is None
    assert TRIGGER_FUNCTIONS["ST_IsEmpty"](None) is None


@pytest.mark.parametrize("blob", [b"", b"GP", b"XX\x00\x01\x00\x00\x00\x00abc", b"GP\x00\x0f\x00\x00\x00\x00abc"])
def test_what_is_not_a_geometry_is_not_read_as_one(blob: bytes) -> None:
    with pytest.raises(ValueError, match="not a GeoPackage geometry"):
        geometries_of([blob])


def test_no_geometries_are_no_geometries() -> None:
    assert len(geometries_of([])) == 0
    assert list(geometries_of([None, None])) == [None, None]
