"""The package of a batch, opened again: every file holds what the store has, boundary points to the millimetre."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon

from gis.errors import InvalidParameter, NotFound
from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import SourceFile
from gis.store import create_store
from gis.store.port import Store
from gis.workflows.batch_files import PackageBroken, compare_survey
from gis.workflows.export_batch import PackageChoices, export_batch, file_stem, package_batch
from gis.workflows.import_file import ImportOptions, import_file
from gis.workflows.new_batch import NewBatch, new_batch
from tests.contract.batch_samples import FIELD, NAME, OWNED, farmland
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, put, square

HOLED = Polygon(square(0).exterior, [shapely.box(EAST + 20.1234, NORTH + 20, EAST + 40, NORTH + 40.0004).exterior])
APART = MultiPolygon([square(2), shapely.box(EAST + 350.0001, NORTH, EAST + 400, NORTH + 33.3333)])


def filled(place: Path, crs: str = CRS) -> Store:
    made = create_store(str(place), name="示范县", crs=crs, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    shapes = gpd.GeoSeries([MultiPolygon([HOLED]), MultiPolygon([square(1)]), APART], crs=CRS).to_crs(crs)
    names = ["示例一", "=HYPERLINK(1)", "示例，三"]
    rows = gpd.GeoDataFrame(
        {"parcel_no": ["P0", "P1", "P2"], "name": names, **FIELD, **OWNED}, geometry=shapes, crs=crs
    )
    put(made, "parcel", rows)
    new_batch(made, OFFICER, NewBatch(NAME, purpose="工业"), ["P0", "P1", "P2"])
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = filled(tmp_path / "县.gpkg")
    farmland(made)
    yield made
    made.close()


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_package_has_all_its_files(store: Store) -> None:
    package = package_batch(store, NAME, PackageChoices())
    endings = sorted(Path(name).name.removeprefix(f"{NAME}-") for name in opened(package.data))
    assert endings == sorted(
        [
            "台账.xlsx",
            "地块.cpg",
            "地块.dbf",
            "地块.prj",
            "地块.shp",
            "地块.shx",
            "地块图.pdf",
            "核对清单.docx",
            "界址点.txt",
            "说明.txt",
        ]
    )
    assert package.worst_mm <= 1.0
    assert package_batch(store, NAME, PackageChoices()).file_name == f"{NAME}.zip"


def test_boundary_points_are_read_again_by_our_own_reader(store: Store) -> None:
    text = opened(package_batch(store, NAME, PackageChoices()).data)[f"{NAME}-界址点.txt"]
    read = read_survey_txt(text, SourceFile("x.txt", len(text), ""))
    assert read.frame["地块编号"].tolist() == ["P0", "P1", "P2-1", "P2-2"]
    assert read.declared["带号"] == "38"
    assert read.geometry is not None
    shifted = shapely.transform(HOLED, lambda xy: np.add(xy, (38e6, 0)))
    assert shapely.hausdorff_distance(read.geometry.iloc[0], shifted) <= 0.0011


def test_boundary_points_imported_again_change_nothing(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "back.txt"
    file.write_bytes(opened(package_batch(store, NAME, PackageChoices()).data)[f"{NAME}-界址点.txt"])
    report = import_file(store, OFFICER, "parcels", file, ImportOptions())
    before = store.read("parcel").set_index("parcel_no").geometry
    assert (report.updated + report.unchanged, report.stored) == (2, 2)  # P2 was written as P2-1 and P2-2
    assert shapely.hausdorff_distance(before["P1"], MultiPolygon([square(1)])) <= 0.0011


@pytest.mark.parametrize(("encoding", "codec"), [("GBK", "gbk"), ("UTF-8", "utf-8")])
def test_the_shapefile_says_its_encoding_and_holds_the_parcels(
    store: Store, tmp_path: Path, encoding: str, codec: str
) -> None:
    files = opened(package_batch(store, NAME, PackageChoices("UTF-8" if encoding == "UTF-8" else "GBK")).data)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert files[f"{NAME}-地块.cpg"].decode() == ("GBK" if encoding == "GBK" else "UTF-8")
    assert "示例一".encode(codec) in files[f"{NAME}-地块.dbf"]
    read = gpd.read_file(tmp_path / f"{NAME}-地块.shp")
    assert read["DKBH"].tolist() == ["P0", "P1", "P2"]
    assert read["DKMC"].tolist()[0] == "示例一"
    assert read["TYMJ_M2"].round(2).tolist()[1] == 10_000.0
    assert read.crs == CRS


def test_the_ledger_has_its_sheets_and_no_formula(store: Store) -> None:
    data = opened(package_batch(store, NAME, PackageChoices()).data)[f"{NAME}-台账.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["面积汇总", "地块", "缺项", "管控图层", "管控重叠明细", "地块重叠", "说明"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    rows = list(book["地块"].iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == ["P0", "P1", "P2"]
    totals = list(book["面积汇总"].iter_rows(values_only=True))[-1]
    assert totals[0] == "合计"
    assert totals[3] == pytest.approx(sum(row[13] for row in rows[1:]))
    said = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert said["管控比对"] == "初步比对，以自然资源主管部门认定为准"


def test_the_checklist_says_what_is_missing(store: Store) -> None:
    data = opened(package_batch(store, NAME, PackageChoices()).data)[f"{NAME}-核对清单.docx"]
    document = docx.Document(io.BytesIO(data))
    lines = {row.cells[0].text: (row.cells[1].text, row.cells[2].text) for row in document.tables[1].rows}
    assert lines["补偿资金足额到位"] == ("✗ 缺 3／3", "P0、P1、P2")
    assert lines["无争议、诉讼、阻工"] == ("✓ 齐备", "")
    assert any("初步比对" in paragraph.text for paragraph in document.paragraphs)


def test_the_map_is_an_a3_page_of_vectors(store: Store) -> None:
    data = opened(package_batch(store, NAME, PackageChoices(review_no="晋S(2026)001号")).data)[f"{NAME}-地块图.pdf"]
    assert data.startswith(b"%PDF-")
    assert b"/MediaBox [ 0 0 1190.551 841.8898 ]" in data
    assert b"/Subtype /Image" not in data


@pytest.mark.parametrize(("crs", "zone"), [("EPSG:4509", "39"), ("EPSG:32649", "38")])
def test_a_grid_without_its_number_is_a_zone_by_its_meridian_and_another_grid_is_moved_to_one(
    tmp_path: Path, crs: str, zone: str
) -> None:
    """EPSG:4509 has its meridian at 117°; UTM is no survey zone, and the land lies at 114°."""
    place = filled(tmp_path / "县.gpkg", crs=crs)
    package = package_batch(place, NAME, PackageChoices())
    place.close()
    text = opened(package.data)[f"{NAME}-界址点.txt"].decode("gb18030")
    assert "几度分带=3" in text
    assert f"带号={zone}" in text
    assert package.worst_mm <= 1.0


def test_a_file_that_reads_back_otherwise_is_not_handed_out(store: Store) -> None:
    parcels = store.read("parcel")
    data = opened(package_batch(store, NAME, PackageChoices()).data)[f"{NAME}-界址点.txt"]
    assert compare_survey(data, parcels, 38).records == 4
    moved = parcels.set_geometry(parcels.translate(0.002, 0))
    for wrong in (moved, parcels.iloc[:2], parcels.assign(parcel_no=["P0", "P9", "P2"])):
        with pytest.raises(PackageBroken):
            compare_survey(data, wrong, 38)


def test_the_export_appears_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "包.zip"
    assert export_batch(store, NAME, out).file_name == f"{NAME}.zip"
    assert opened(out.read_bytes())
    for wrong in (tmp_path / "包.rar", tmp_path / "nowhere" / "包.zip"):
        with pytest.raises(InvalidParameter):
            export_batch(store, NAME, wrong)
    with pytest.raises(NotFound):
        export_batch(store, "没有", tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(("name", "stem"), [("甲/乙:*", "甲_乙_"), ("..", "批次"), ("一" * 90, "一" * 60)])
def test_a_batchs_name_makes_a_file_name_that_every_system_takes(name: str, stem: str) -> None:
    assert file_stem(name) == stem
