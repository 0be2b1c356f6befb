from __future__ import annotations

import struct
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, box

from gis.store.postgis.binary_rows import columns_of, joined

_WHOLE = st.integers(-(2**63), 2**63 - 1)
_REALS = st.floats(allow_nan=False, allow_infinity=False)
_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
_ROWS = st.lists(st.tuples(*(st.none() | kind for kind in (_TEXTS, _WHOLE, _REALS, st.booleans(), _DAYS))), max_size=12)


def row(*values: bytes | None) -> bytes:
    """A row as PostgreSQL's manual lays it out (COPY, "Binary Format", "Tuples")."""
    fields = [struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value for value in values]
    return struct.pack(">h", len(values)) + b"".join(fields)


def read(rows: list[bytes], kind: str) -> pd.Series:
    """Rows of one column."""
    return pd.Series(joined(kind, [columns_of(rows, {"it": kind})["it"]]))


def ewkb(geometry: shapely.Geometry, srid: int = 4547) -> bytes:
    return bytes(shapely.to_wkb(shapely.set_srid(geometry, srid), include_srid=True, byte_order=1))


def test_texts_are_utf_8_and_an_empty_one_is_not_a_missing_one() -> None:
    found = read([row("征收".encode()), row(b""), row(None), row(b'a,"\n')], "text")
    assert found.dtype == pd.StringDtype(na_value=np.nan)
    assert found.isna().tolist() == [False, False, True, False]
    assert found.dropna().tolist() == ["征收", "", 'a,"\n']


def test_days_are_counted_from_the_first_of_2000() -> None:
    # 2000-02-29 is day 59; the day before the first is -1.
    found = read([row(struct.pack(">i", 59)), row(struct.pack(">i", -1)), row(None)], "date")
    assert found.dtype == "datetime64[s]"
    assert found.tolist() == [pd.Timestamp("2000-02-29"), pd.Timestamp("1999-12-31"), pd.NaT]


def test_moments_are_microseconds_since_2000_and_come_in_milliseconds() -> None:
    moment = datetime(1999, 12, 31, 23, 59, 59, 250_000, tzinfo=UTC) - datetime(2000, 1, 1, tzinfo=UTC)
    found = read([row(struct.pack(">q", moment // timedelta(microseconds=1))), row(None)], "datetime")
    assert found.dtype == "datetime64[ms]"
    assert found.tolist() == [pd.Timestamp("1999-12-31 23:59:59.250"), pd.NaT]


def test_json_is_read_and_a_missing_one_is_none() -> None:
    assert read([row('{"名": [1, null]}'.encode()), row(None)], "json").tolist() == [{"名": [1, None]}, None]


def test_no_rows_have_the_same_dtypes_as_some() -> None:
    dtypes = {"text": "str", "integer": "Int64", "real": "float64", "money": "float64", "boolean": "boolean"}
    dtypes |= {"date": "datetime64[s]", "datetime": "datetime64[ms]", "json": "object", "geometry": "object"}
    found = {kind: read([], kind) for kind in dtypes}
    assert {kind: str(series.dtype) for kind, series in found.items()} == dtypes
    assert {len(series) for series in found.values()} == {0}


def test_geometries_come_without_their_srid_and_to_the_last_bit() -> None:
    shapes = [box(0.1, 0.2, 1 / 3, 4), Point(1e7, -1e-7), MultiPolygon([box(0, 0, 1, 1)]), LineString([(0, 0), (1, 1)])]
    found = read([row(ewkb(shapes[0])), row(None), *(row(ewkb(shape)) for shape in shapes[1:])], "geometry").tolist()
    assert found[1] is None
    given_back = [found[0], *found[2:]]
    assert [shapely.to_wkb(shape) for shape in given_back] == [shapely.to_wkb(shape) for shape in shapes]
    assert shapely.get_srid(given_back).tolist() == [0, 0, 0, 0]


def test_geometries_in_either_order_of_bytes_and_without_an_srid_are_read() -> None:
    shape = box(0, 0, 1, 2)
    other_order = bytes(shapely.to_wkb(shapely.set_srid(shape, 4547), include_srid=True, byte_order=0))
    found = read([row(ewkb(shape)), row(other_order), row(bytes(shapely.to_wkb(shape)))], "geometry").to_numpy()
    assert shapely.to_wkb(found).tolist() == [shapely.to_wkb(shape)] * 3
    assert shapely.get_srid(found).tolist() == [0, 0, 0]


def test_a_broken_geometry_is_an_error() -> None:
    with pytest.raises(shapely.errors.ShapelyError):
        read([row(ewkb(box(0, 0, 1, 1))[:40])], "geometry")


def test_a_number_of_another_width_is_refused_and_not_misread() -> None:
    with pytest.raises(TypeError, match="values of 4 bytes where 8 are read"):
        read([row(None), row(struct.pack(">i", 7))], "integer")


@given(_ROWS, st.integers(0, 12))
def test_what_is_written_is_read_in_whatever_pieces_it_came(table: list[tuple[Any, ...]], at: int) -> None:
    types = {"text": "text", "whole": "integer", "real": "real", "flag": "boolean", "day": "date"}
    rows = [
        row(
            None if text is None else text.encode(),
            None if whole is None else struct.pack(">q", whole),
            None if real is None else struct.pack(">d", real),
            None if flag is None else struct.pack(">?", flag),
            None if day is None else struct.pack(">i", (day - date(2000, 1, 1)).days),
        )
        for text, whole, real, flag, day in table
    ]
    pieces = [columns_of(rows[:at], types), columns_of(rows[at:], types)]
    frame = pd.DataFrame({name: joined(kind, [piece[name] for piece in pieces]) for name, kind in types.items()})
    found = frame.astype(object).where(frame.notna(), None)
    found["day"] = [None if day is None else day.date() for day in found["day"]]
    assert list(found.itertuples(index=False, name=None)) == table
