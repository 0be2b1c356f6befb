"""Whatever bytes are uploaded, the answer is a preview or a cause in words; nothing crashes, nothing is stored."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.errors import GuatuError
from gis.ingest.staging import Staging
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.import_choices import Choices
from gis.workflows.preview_upload import check_upload
from gis.workflows.show_upload import show_upload
from gis.workflows.stage_upload import stage_upload
from tests.contract.store_samples import CRS, parcels

KINDS = ("txt", "csv", "xlsx", "geojson", "gpkg", "kml", "dxf", "zip")
TXT = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
带号=38
[地块坐标]
4,12.0000,P1,园区,面,,工业用地,0103,@
J1,1,3650000.000,38500000.000
J2,1,3650000.000,38500400.000
J3,1,3649700.000,38500400.000
J4,1,3649700.000,38500000.000
J1,1,3650000.000,38500000.000
"""
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>甲</name><Polygon>
<outerBoundaryIs><LinearRing><coordinates>114,33 114.001,33 114.001,33.001 114,33</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></Document></kml>"""
DXF = "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n3\n70\n1\n10\n500000\n20\n4100000\n10\n500100\n20\n4100000\n"
DXF += "10\n500100\n20\n4100100\n0\nENDSEC\n0\nEOF\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("store") / "county.gpkg"
    with closing(create_store(path, name="示范县", crs=CRS, actor=LOCAL_ACTOR)) as made:
        yield made


@cache
def good() -> dict[str, bytes]:
    """A sound file of each kind."""
    with tempfile.TemporaryDirectory() as place:
        return made_in(Path(place))


def made_in(folder: Path) -> dict[str, bytes]:
    frame = parcels(3, households=1)
    frame.to_file(folder / "a.gpkg")
    frame.rename(columns={"parcel_no": "no", "households": "n"}).to_file(folder / "a.shp")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for part in sorted(folder.glob("a.[sdpc]*")):
            made.write(part, part.name)
    book = openpyxl.Workbook()
    for row in (["地块编号", "户数", "备注"], ["P1", 1, "x"], ["P2", "两", None]):
        book.active.append(row)
    sheet = io.BytesIO()
    book.save(sheet)
    return {
        "txt": TXT.encode("gbk"),
        "csv": "地块编号,户数,wkt\nP1,1,\"POLYGON((0 0,1 0,1 1,0 0))\"\n".encode(),
        "xlsx": sheet.getvalue(),
        "geojson": frame.to_json(to_wgs84=False).encode(),
        "gpkg": (folder / "a.gpkg").read_bytes(),
        "kml": KML.encode(),
        "dxf": DXF.encode(),
        "zip": packed.getvalue(),
    }  # fmt: skip


def looked_at(store: Store, folder: Path, name: str, content: bytes) -> None:
    """Stage and check an upload as the page does."""
    staging = Staging(folder)
    try:
        upload = stage_upload(staging, LOCAL_ACTOR, name, io.BytesIO(content))
    except GuatuError:
        return
    check_upload(store, upload, 0, Choices(), lambda _words, _share: None)
    preview = show_upload(store, upload)["parts"][0]["preview"]
    assert preview["problem"] or sum(preview["counts"].values()) > 0
    staging.drop(upload)


breaks = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["cut", "put", "flip", "twice"]), st.binary(min_size=1, max_size=12)),
    min_size=1,
    max_size=4,
)


def broken(content: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    for share, how, more in changes:
        at = int(share * len(content))
        if how == "cut":
            content = content[:at] + content[at + len(more) * 7 :]
        elif how == "put":
            content = content[:at] + more + content[at:]
        elif how == "flip":
            content = content[:at] + more + content[at + len(more) :]
        else:
            content = content[:at] + content[max(0, at - 200) :]
    return content


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=breaks)
def test_a_damaged_file_is_previewed_or_answered(store, tmp_path, kind, changes):
    version = store.version()
    looked_at(store, tmp_path / "uploads", f"a.{kind}", broken(good()[kind], changes))
    assert store.version() == version


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), suffix=st.sampled_from(["", *KINDS, "shp", "exe", "png"]))
def test_random_bytes_are_answered(store, tmp_path, content, suffix):
    looked_at(store, tmp_path / "uploads", f"a.{suffix}", content)


lines = st.text(alphabet="J1,@.38500-eE+NaN ，＝[]坐标\n\t0∞", max_size=200)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.sampled_from([TXT, TXT[:60], ""]), text=lines)
def test_survey_lines_of_any_kind_are_answered(store, tmp_path, head, text):
    looked_at(store, tmp_path / "uploads", "a.txt", (head + text).encode("utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_files_have_rows(store, tmp_path, kind):
    upload = stage_upload(Staging(tmp_path / "uploads"), LOCAL_ACTOR, f"a.{kind}", io.BytesIO(good()[kind]))
    check_upload(store, upload, 0, Choices(), lambda _words, _share: None)
    assert show_upload(store, upload)["parts"][0]["detected"]["rows"] > 0
