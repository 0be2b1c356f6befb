"""
Files that nobody could have meant: whatever their bytes, a reader answers with a table or says what is wrong.

No other exception, no hang, no flood of memory. A bounded run belongs to the suite; ``make fuzz`` looks longer
(GUATU_FUZZ_EXAMPLES). Whatever was found once stands below as a case of its own.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.errors import GuatuError, UnreadableFile
from gis.ingest.check import CheckOptions, check_table
from gis.ingest.files import Reading, read_raw
from gis.ingest.rings import CROSSES_TOO_OFTEN
from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import CheckedTable, RawTable, SourceFile, Target
from gis.layers import PARCEL
from gis.model import BBox
from tests.gis.ingest.files_samples import parts, shapefile
from tests.gis.survey_samples import HEAD, RING, TITLE

EXAMPLES = int(os.environ.get("GUATU_FUZZ_EXAMPLES", "60"))
# A loaded machine is many times slower than a quiet one; a hang is longer still.
SECONDS_AN_EXAMPLE = 20.0
MOST_MIB = 1_500
TARGET = Target("EPSG:4547", BBox(480_000, 3_600_000, 520_000, 3_700_000))
fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def answered(read: Callable[[], RawTable]) -> RawTable | None:
    """The table, or None where the reader refused it; in time, and whatever is read can be checked."""
    begun = time.monotonic()
    raw = None
    with contextlib.suppress(GuatuError):
        raw = read()
        check_table(raw, PARCEL, TARGET, CheckOptions(date(2026, 6, 30)))
    assert time.monotonic() - begun < SECONDS_AN_EXAMPLE
    return raw


def read_file(name: str, data: bytes, **beside: bytes) -> RawTable:
    """The bytes read as a file of this name, with files of the same stem beside it (suffix → bytes)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        for suffix, content in beside.items():
            path.with_suffix(f".{suffix}").write_bytes(content)
        return read_raw(path, Reading())


def survey(text: str | bytes) -> RawTable:
    data = text if isinstance(text, bytes) else text.encode()
    return read_survey_txt(data, SourceFile("a.txt", len(data), "0" * 64))


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes of a good file with some changed, cut out, put in twice, or put in from anywhere."""
    made = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(made) - 1)))
        length = draw(st.integers(0, 40))
        what = draw(st.sampled_from(["change", "cut", "twice", "insert", "end"]))
        if what == "change":
            made[at : at + length] = draw(st.binary(min_size=length, max_size=length))
        elif what == "cut":
            del made[at : at + length]
        elif what == "twice":
            made[at:at] = made[at : at + length]
        elif what == "insert":
            made[at:at] = draw(st.binary(max_size=40))
        else:
            del made[at:]
    return bytes(made)


# --- survey TXT ---------------------------------------------------------------------------------

GOOD_TXT = (HEAD + TITLE + RING + TITLE.replace(",1,XX", ",2,XX") + RING.replace("365", "366")).encode("gb18030")
NUMBERS = st.one_of(
    st.sampled_from(
        ["NaN", "inf", "-inf", "1e308", "1e-320", "-0", "", "３６５００００", "3650000.000", "38500000", "0x10"]
    ),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.floats(3.6e6, 3.7e6).map(lambda v: f"{v:.3f}"),
    st.integers(-(10**30), 10**30).map(str),
)
NAMES = st.sampled_from(["J1", "J2", "J3", "1", "", "界1", "J1 "]) | st.text(max_size=4)
POINTS = st.tuples(NAMES, st.sampled_from(["1", "2", "", "-1", "９"]) | st.text(max_size=2), NUMBERS, NUMBERS)
LINES = st.one_of(
    POINTS.map(",".join),
    st.lists(NUMBERS, max_size=14).map(lambda fields: ",".join([*fields, "@"])),
    st.sampled_from(
        [TITLE.strip(), *HEAD.splitlines(), *RING.splitlines(), "@", "[", "[]", "[地块坐标", "=", "，，，"]
    ),
    st.text(max_size=30),
)


@fuzzed
@given(spoilt(GOOD_TXT))
def test_a_spoilt_survey_file_is_answered(data: bytes) -> None:
    answered(lambda: survey(data))


@fuzzed
@given(st.lists(LINES, max_size=40), st.sampled_from(["utf-8", "gb18030", "utf-16", "big5"]))
def test_lines_in_any_order_are_answered(lines: list[str], encoding: str) -> None:
    answered(lambda: survey("\n".join(lines).encode(encoding, "ignore")))


@fuzzed
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-4, 4), st.integers(-4, 4)), min_size=3, max_size=40))
def test_rings_that_cross_and_holes_outside_are_answered_point_by_point(points: list[tuple[int, int, int]]) -> None:
    """On a small grid nearly everything touches, crosses or repeats."""
    lines = [f"J{n},{ring},{3650000 + x}.000,{38500000 + y}.000" for n, (ring, x, y) in enumerate(points)]
    raw = answered(lambda: survey(HEAD + TITLE + "\n".join(lines)))
    if raw is not None:
        assert len(raw.frame) + len(raw.refused) == 1
        for refusal in raw.refused:
            assert refusal.place.row
            assert refusal.expected.zh


@fuzzed
@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.csv", "a.xlsx", "a.shp", "a.dxf", "a.geojson", "a.kml"]))
def test_any_bytes_under_any_name_are_answered(data: bytes, name: str) -> None:
    answered(lambda: read_file(name, data))


@fuzzed
@given(st.lists(st.sampled_from([HEAD.encode("gb18030"), TITLE.encode(), RING.encode("utf-16"), "界".encode("big5")])))
def test_encodings_mixed_in_one_file_are_answered(pieces: list[bytes]) -> None:
    answered(lambda: survey(b"".join(pieces)))


# --- Shapefile ----------------------------------------------------------------------------------


@cache
def good_shapefile() -> dict[str, bytes]:
    """The files of a Shapefile by suffix."""
    with tempfile.TemporaryDirectory() as folder:
        shapefile(Path(folder))
        return {path.suffix[1:]: path.read_bytes() for path in parts(Path(folder))}


@fuzzed
@given(st.data(), st.sampled_from(["shp", "dbf", "shx", "prj", "cpg"]))
def test_a_spoilt_shapefile_is_answered(data: st.DataObject, which: str) -> None:
    files = good_shapefile()
    files = {**files, which: data.draw(spoilt(files[which]))}
    answered(lambda: read_file("parcels.shp", files["shp"], **{k: v for k, v in files.items() if k != "shp"}))


@fuzzed
@given(st.data())
def test_a_spoilt_zip_of_a_shapefile_is_answered(data: st.DataObject) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix, content in good_shapefile().items():
            archive.writestr(f"parcels.{suffix}", content)
    spoiled = data.draw(spoilt(made.getvalue()))
    answered(lambda: read_file("parcels.zip", spoiled))


# --- XLSX ---------------------------------------------------------------------------------------

HEADERS = ("地块编号", "地块名称", "面积（亩）", "征收阶段", "阶段日期", "X", "Y", "点号", "圈号")
CELLS = st.one_of(
    st.none(),
    st.text(max_size=8).filter(lambda text: all(ord(c) >= 32 for c in text)),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.datetimes(),
    st.sampled_from(["=1/0", "=A1", "#REF!", "2026-02-30", "１２", "∞", "NaN", "净地"]),
)


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in [list(HEADERS), *rows]:
        with contextlib.suppress(ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
            book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@cache
def good_xlsx() -> bytes:
    return workbook([["甲1", "示例", 15, "净地", "2026-01-02"], ["乙2", "示例", 3.5, None, None]])


@fuzzed
@given(st.lists(st.lists(CELLS, max_size=len(HEADERS)), max_size=6))
def test_cells_of_any_kind_are_answered(rows: list[list[object]]) -> None:
    answered(lambda: read_file("a.xlsx", workbook(rows)))


@fuzzed
@given(st.data())
def test_a_spoilt_workbook_is_answered(data: st.DataObject) -> None:
    spoiled = data.draw(spoilt(good_xlsx()))
    answered(lambda: read_file("a.xlsx", spoiled))


@fuzzed
@given(st.data(), st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"]))
def test_a_workbook_with_spoilt_xml_is_answered(data: st.DataObject, which: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good_xlsx())) as good, zipfile.ZipFile(made, "w") as spoiled:
        for name in good.namelist():
            content = good.read(name)
            spoiled.writestr(name, data.draw(spoilt(content)) if name == which else content)
    answered(lambda: read_file("a.xlsx", made.getvalue()))


# --- what a fuzzer does not reach by chance -----------------------------------------------------


def test_a_file_without_points_says_what_is_expected() -> None:
    with pytest.raises(UnreadableFile) as refused:
        survey(HEAD + TITLE)
    assert "点号" in (refused.value.expected or "")


def test_a_code_page_whose_name_holds_a_nul_is_no_code_page() -> None:
    """Found by the fuzzer: Python has no such codec, and says so by another error."""
    files = {**good_shapefile(), "cpg": b"UTF\0-8"}
    raw = read_file("parcels.shp", files["shp"], **{name: data for name, data in files.items() if name != "shp"})
    assert raw.frame["编号"].tolist() == ["甲一", "乙二"]


def test_two_columns_of_one_name_are_both_kept() -> None:
    """Found by the fuzzer: a DBF whose second field bears the first one's name."""
    files = good_shapefile()
    dbf = bytearray(files["dbf"])
    dbf[64:75] = dbf[32:43]
    raw = read_file("parcels.shp", files["shp"], dbf=bytes(dbf), shx=files["shx"], cpg=files["cpg"])
    assert list(raw.frame.columns) == ["编号", "编号-2"]


def test_a_projection_file_that_is_no_text_is_refused() -> None:
    """Found by the fuzzer: the library that reads it fails with an error of its own."""
    files = good_shapefile()
    prj = files["prj"].replace(b'PROJCS["', b'PROJCS["\x80\xff', 1)
    beside = {**files, "prj": prj}
    answered(lambda: read_file("parcels.shp", files["shp"], **{k: v for k, v in beside.items() if k != "shp"}))


def test_a_workbook_packed_by_a_later_zip_is_refused() -> None:
    """Found by the fuzzer: the version needed to unpack, in the directory, is 6.4."""
    data = bytearray(good_xlsx())
    data[data.rindex(b"PK\x01\x02") + 6] = 64
    with pytest.raises(UnreadableFile):
        read_file("a.xlsx", bytes(data))


@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "1e999", "1e308"])
def test_a_coordinate_that_is_no_number_is_refused_by_its_line(value: str) -> None:
    """The line after the header of twelve and the parcel's own is line 14."""
    text = HEAD + TITLE + RING.replace("3650000.000", value, 1)
    raw = answered(lambda: survey(text))
    assert raw is not None
    assert raw.refused[0].place.row == 14


def million(places: np.ndarray, rings: np.ndarray | None = None) -> str:
    """A parcel with these corners (north, east above the county's), named one after another."""
    rings = np.ones(len(places), dtype=int) if rings is None else rings
    names = np.arange(1, len(places) + 1)
    told = zip(names.tolist(), rings.tolist(), places[:, 0].tolist(), places[:, 1].tolist(), strict=True)
    lines = [f"J{name},{ring},{3650000 + x:.3f},{38500000 + y:.3f}" for name, ring, x, y in told]
    return HEAD + TITLE + "\n".join(lines)


def bounded(act: Callable[[], object], *, cpu_s: float) -> None:
    """Run it; it must not take more of the processor (a loaded machine is slow by the clock), nor much memory."""
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    act()
    assert time.process_time() - begun < cpu_s
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MIB


def test_a_parcel_of_a_million_points_is_read() -> None:
    angles = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    text = million(np.stack([1e4 * np.cos(angles), 1e4 * np.sin(angles)], axis=1))
    found: list[RawTable] = []
    bounded(lambda: found.append(survey(text)), cpu_s=60)
    assert shapely.get_num_coordinates(found[0].geometry.iloc[0]) == 1_000_001


def test_a_million_points_in_random_order_are_refused_before_anybody_waits() -> None:
    """As survey file, and as a polygon of any other file."""
    rng = np.random.default_rng(1)
    places = rng.uniform(-5_000, 5_000, (1_000_000, 2)).round(3)
    found: list[RawTable] = []
    bounded(lambda: found.append(survey(million(places))), cpu_s=60)
    assert [refusal.expected for refusal in found[0].refused] == [CROSSES_TOO_OFTEN]
    shape = shapely.Polygon(places[:, ::-1] + [500_000, 3_650_000])
    source = SourceFile("a.gpkg", 1, "0" * 64)
    frame = pd.DataFrame({"地块编号": ["1"]})
    raw = RawTable(source, "gpkg", frame, (1,), gpd.GeoSeries([shape]), "EPSG:4547")
    checked: list[CheckedTable] = []
    bounded(lambda: checked.append(check_table(raw, PARCEL, TARGET, CheckOptions(date(2026, 6, 30)))), cpu_s=60)
    assert [refusal.expected for refusal in checked[0].refused] == [CROSSES_TOO_OFTEN]


def test_a_parcel_of_many_rings_within_one_another_is_refused_in_time() -> None:
    """20,000 triangles, each within the last."""
    size = np.repeat(np.linspace(5_000, 1, 20_000), 3)
    corner = np.tile(np.array([[0.0, 1.0], [-0.9, -0.5], [0.9, -0.5]]), (20_000, 1))
    text = million(corner * size[:, None], np.repeat(np.arange(20_000), 3))
    found: list[RawTable] = []
    bounded(lambda: found.append(survey(text)), cpu_s=60)
    assert "圈" in found[0].refused[0].expected.zh


def test_many_rings_beside_one_another_are_parts_of_one_parcel() -> None:
    """5,000 triangles beside one another: nobody is kept waiting, nothing is refused."""
    n = np.arange(5_000)
    middles = np.stack([n % 100 * 20.0, n // 100 * 20.0], axis=1)
    corners = np.array([[0.0, 5.0], [-5.0, -5.0], [5.0, -5.0]])
    places = (middles[:, None] + corners).reshape(-1, 2)
    raw = survey(million(places, np.repeat(n, 3)))
    assert shapely.get_num_geometries(raw.geometry.iloc[0]) == 5_000
    assert raw.geometry.iloc[0].area == pytest.approx(5_000 * 50.0)


def test_rings_that_cross_are_one_parcel_that_is_not_taken_as_it_is() -> None:
    """Two squares half over one another: both are shells, and the parcel made of them is refused, its line named."""
    other = RING.replace(",1,36", ",2,36").replace(",385000", ",385002").replace(",385004", ",385006")
    raw = survey(HEAD + TITLE + RING + other)
    checked = check_table(raw, PARCEL, TARGET, CheckOptions(date(2026, 6, 30)))
    assert len(checked.rows) == 0
    assert checked.refused[0].place.row == 13
