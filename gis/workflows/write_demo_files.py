"""Write a sample county as the files that its bureaus would send, to practise the import with."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from gis.crs import reproject
from gis.demo import bureau_files as bureau
from gis.demo.county import County
from gis.reports.survey_txt import SurveyHeader, write_survey_txt

GEOGRAPHIC = "EPSG:4490"
# The store's CRS has the central meridian 111°E: zone 37 of 3°.
ZONE = 37
# File → how it is imported, in the order in which that must be done.
IMPORTS: tuple[tuple[str, str], ...] = (
    ("01-行政区（示例）.geojson", "towns"),
    ("02-园区范围（示例）.zip", "parks"),
    ("03-重点项目台账（示例）.xlsx", "projects"),
    ("04-重点项目用地范围（示例）.gpkg", "projects"),
    ("05-2025年月度调度表（示例）.xlsx", "reports"),
    ("06-2026年月度调度表（示例）.xlsx", "reports"),
    ("07-征收地块（示例）.gpkg", "parcels"),
    ("08-张兰镇界址点（示例）.txt", "parcels"),
    ("09-张兰镇地块信息（示例）.xlsx", "parcels"),
    ("10-征收进度记录（示例）.xlsx", "events"),
    ("11-永久基本农田（示例）.fgb", "zones"),
    ("12-其他管控区（示例）.geojson", "zones"),
    ("13-节点承诺（示例）.xlsx", "milestones"),
    ("14-节点改期（示例）.xlsx", "milestones"),
)
README = "说明.txt"


def write_demo_files(county: County, directory: Path) -> tuple[Path, ...]:
    """
    Write all files of IMPORTS and README into ``directory`` (made where it is not), over older ones.

    Returns
    -------
    tuple of Path
        The files, in the order of import, README last.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = {name[:2]: directory / name for name, _ in IMPORTS}
    _write_shapes(county, paths)
    _write_survey(county, paths["08"])
    _write_tables(county, paths)
    readme = directory / README
    readme.write_text(_readme(county), encoding="utf-8-sig", newline="\r\n")
    return (*(directory / name for name, _ in IMPORTS), readme)


def _write_shapes(county: County, paths: dict[str, Path]) -> None:
    _write_geojson(bureau.chinese(county, "town", county.entity("town")), paths["01"], county.crs)
    _write_shapefile(bureau.park_table(county), paths["02"])
    _write(bureau.footprints(county), paths["04"], "GPKG", layer="项目用地范围")
    _write(bureau.parcels(county, txt_town=False), paths["07"], "GPKG", layer="征收地块")
    _write(bureau.zones(county, farmland=True), paths["11"], "FlatGeobuf")
    _write_geojson(bureau.zones(county, farmland=False), paths["12"], county.crs)


def _write(frame: pd.DataFrame, path: Path, driver: str, **options: Any) -> None:
    """Through a new file, so that an older one leaves nothing behind."""
    path.unlink(missing_ok=True)
    gpd.GeoDataFrame(frame).to_file(path, driver=driver, engine="pyogrio", index=False, **options)


def _write_geojson(frame: pd.DataFrame, path: Path, crs: str) -> None:
    """In degrees, to 10⁻¹⁰ of one (a hundredth of a millimetre)."""
    frame = gpd.GeoDataFrame(frame)
    lonlat = frame.set_geometry(reproject(frame.geometry, crs, GEOGRAPHIC), crs=GEOGRAPHIC)
    _write(lonlat, path, "GeoJSON", COORDINATE_PRECISION="10")


def _write_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    """A zipped shapefile in GBK, as most bureaus' programs write it."""
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "园区范围.shp", engine="pyogrio", index=False, encoding="GBK")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def _write_survey(county: County, path: Path) -> None:
    every = county.entity("parcel")
    town = every[every["town"] == bureau.TXT_TOWN]
    header = SurveyHeader(zone=ZONE, producer="示例张兰镇国土所", made_on=county.data_on)
    path.write_bytes(write_survey_txt(town, header).data)


def _write_tables(county: County, paths: dict[str, Path]) -> None:
    _write_ledger(bureau.project_ledger(county), paths["03"], "介休市重点项目台账（示例）")
    for number, year in (("05", 2025), ("06", 2026)):
        title = f"{year}年重点项目月度调度表（示例）"
        _write_ledger(bureau.monthly_dispatch(county, year), paths[number], title)
    _write_plain(bureau.parcel_attributes(county), paths["09"])
    _write_plain(bureau.chinese(county, "parcel_event", county.tables["parcel_event"]), paths["10"])
    for number, renewed in (("13", False), ("14", True)):
        _write_plain(bureau.promises(county, renewed=renewed), paths[number])


def _write_plain(table: pd.DataFrame, path: Path) -> None:
    """A sheet of headers and rows as an office system exports it; by GDAL, ten times as fast as with openpyxl."""
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(table, path, driver="XLSX", layer=path.stem[3:])


def _write_ledger(table: pd.DataFrame, path: Path, title: str) -> None:
    """A sheet as people keep it: a title over all columns, a line with the unit, then the headers and rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    headers = [str(name) for name in table.columns]
    sheet.freeze_panes = "C4"
    for number, header in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(34, 6 + 2 * len(header))
    sheet.merged_cells.add(f"A1:{get_column_letter(len(headers))}1")
    sheet.append([_heading(sheet, title)])
    sheet.append(["单位：万元"])
    sheet.append(headers)
    for row in bureau.ledger_rows(table):
        sheet.append(row)
    book.save(path)


def _heading(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, value=title)
    cell.font, cell.alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    return cell


def _readme(county: County) -> str:
    commands = "\n".join(f'guatu --db 练习.gpkg import {kind} "{name}"' for name, kind in IMPORTS)
    return _README.format(name=county.name, crs=county.crs, commands=commands, on=county.data_on.isoformat())


_README = """{name}：练习导入用的文件

除介休市行政区界线轮廓与乡镇名称外，所有内容（乡镇界线、园区、项目、企业、人名、地块、文号、数字）均为虚构，仅供示例。
乡镇界线为示例界线，不是法定界线；不得作为地图公开。数据截至 {on}。

在本文件夹中依次执行（Windows、Linux 相同）：

guatu --db 练习.gpkg init --crs {crs} --name "练习县"
{commands}
guatu --db 练习.gpkg assess --on {on} --out 评估结果.xlsx
guatu --db 练习.gpkg serve

导入命令加 --dry-run 只检查、不入库；加 --json 输出机器可读的报告。同一文件重复导入不会改变任何内容。

文件说明
 01 GeoJSON，经纬度（EPSG:4490）                02 压缩的 Shapefile，GBK 编码
 03、05、06 台账 XLSX：标题行、单位行、表头      04、07 GeoPackage，{crs}
 08 界址点 TXT（2000国家大地坐标系，3 度带 37 带）：X 为北、Y 为东带带号
 09 与 08 配套的地块信息表（按地块编号更新）      10 征收进度记录：一行一步
 11 FlatGeobuf                                   13、14 年初承诺与 7 月改期的承诺（原承诺保留，可对比）
"""
