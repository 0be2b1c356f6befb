"""Files that are broken, damaged or no files of this trade are refused, and nothing else happens."""

import contextlib
import sqlite3
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import UnreadableFile
from gis.ingest import source
from gis.ingest.files import read_raw
from tests.gis.ingest.files_samples import TWO_PARCELS, areas, in_degrees, parts, shapefile, write, zipped


def broken_files():
    return {
        "cut.geojson": b'{"type":"FeatureCollection","features":[{"type":"Feature","prop',
        "empty.geojson": b'{"type":"FeatureCollection","features":[]}',
        "cut.gpkg": b"SQLite format 3\0" + b"\0" * 200,
        "cut.fgb": b"fgb\x03fgb\x01" + b"\0" * 20,
        "cut.kml": b"<?xml version='1.0'?><kml><Document><Placemark>",
        "old.xls": b"\xd0\xcf\x11\xe0" + b"\0" * 100,
        "a.dwg": b"AC1032" + b"\0" * 100,
        "vrt.geojson": b'{"type":"FeatureCollection"} <OGRVRTDataSource><OGRVRTLayer name="/etc/passwd"/>',
        "page.html": b"<html><body>not found</body></html>",
        "noise.bin": bytes(range(256)),
    }


@pytest.mark.parametrize("name", broken_files())
def test_what_cannot_be_read_says_what_was_found_and_expected(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(broken_files()[name])
    with pytest.raises(UnreadableFile) as refused:
        read_raw(path)
    assert refused.value.place.file == name
    assert refused.value.found
    assert refused.value.expected
    assert str(tmp_path) not in refused.value.found


def test_an_empty_a_missing_and_a_huge_file_are_refused(tmp_path, monkeypatch):
    empty = tmp_path / "a.geojson"
    empty.touch()
    with pytest.raises(UnreadableFile, match="is empty"):
        read_raw(empty)
    with pytest.raises(UnreadableFile, match="no such file"):
        read_raw(tmp_path / "b.geojson")
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 3)
    empty.write_text("{{{{")
    with pytest.raises(UnreadableFile, match="over 500 MB"):
        read_raw(empty)


def test_a_geometry_that_no_one_can_read_is_refused_by_its_row(tmp_path):
    with sqlite3.connect(write(TWO_PARCELS, tmp_path / "a.gpkg", driver="GPKG")) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        ring = struct.pack("<BIII2d", 1, 3, 1, 1, 0.0, 0.0)  # a polygon whose ring is one point
        db.execute("UPDATE a SET geom = ? WHERE fid = 1", (b"GP\0\1" + struct.pack("<i", 4547) + ring,))
    db.close()
    raw = read_raw(tmp_path / "a.gpkg")
    assert [r.place.row for r in raw.refused] == [1]
    assert raw.rows == (2,)
    assert areas(raw) == [5000]


@pytest.fixture(scope="module")
def sound_files(tmp_path_factory):
    """One sound file of each binary kind, by name."""
    folder = tmp_path_factory.mktemp("sound")
    write(TWO_PARCELS, folder / "a.fgb", driver="FlatGeobuf")
    write(TWO_PARCELS, folder / "a.gpkg", driver="GPKG")
    write(in_degrees(), folder / "a.geojson", driver="GeoJSON")
    shapefile(folder)
    zipped(folder / "a.zip", *parts(folder))
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.stem == "a"}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["a.fgb", "a.gpkg", "a.geojson", "a.zip"]), st.floats(0, 1), st.binary(min_size=1, max_size=6))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(sound_files, tmp_path_factory, name, where, noise):
    data = bytearray(sound_files[name])
    at = int(where * (len(data) - len(noise)))
    data[at : at + len(noise)] = noise
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(data)
    with contextlib.suppress(UnreadableFile):
        assert len(read_raw(path).rows) <= 2


def test_a_file_that_begins_as_a_drawing_and_goes_on_with_nothing_is_told_at_once(tmp_path):
    path = tmp_path / "a.dxf"
    path.write_bytes(b"999" + b"\n" * 65_000)
    with pytest.raises(UnreadableFile, match="not read"):
        read_raw(path)
