"""
Hand out the parcels of the register that a filter lets pass: XLSX, GeoPackage, Shapefile, boundary-point TXT, GeoJSON.

All formats have the same parcels in the same order. Areas are m² but in the workbook's column in 亩; the three kinds of
area stay apart.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import __version__
from gis.analysis.overview import Overview
from gis.analysis.register_filter import sums
from gis.crs import to_lonlat
from gis.errors import InvalidParameter
from gis.layers import PARCEL
from gis.maps.geojson import features_of
from gis.model import AreaBasis, DbfEncoding, Query, RegisterFilter
from gis.reports.geofile import write_geojson, write_geopackage
from gis.reports.parcel_columns import PARCEL_COLUMNS, PARCEL_FIELDS
from gis.reports.shapefile import write_shapefile
from gis.reports.survey_txt import SurveyHeader, write_survey_txt
from gis.reports.table import Table, TableColumn, shown_text
from gis.reports.table_xlsx import write_xlsx
from gis.store.port import Store
from gis.units import M2_PER_MU
from gis.words import Words
from gis.workflows.list_register import Registers, View, numbers_in_view
from gis.workflows.names import read_names
from gis.workflows.plain import records_of
from gis.workflows.register_index import PIECE
from gis.workflows.register_words import register_filter_words
from gis.workflows.survey_zone import in_zone, zone_of

MOST_EXPORTED = 200_000
# A workbook is written cell by cell: so many rows take about a minute.
MOST_IN_WORKBOOK = 50_000
EVERYTHING = RegisterFilter()
_TITLE = Words("地块台账", "register of parcels")
_MU = TableColumn("area_planar_mu", Words("投影面积（亩）", "planar area (mu)"), "area")
_OF_REGISTER = ("parcel_no", "next_stage", "next_legal_on", "due_on", "overdue_days", "ready_expected_on")
_CODED = tuple(column for column in PARCEL_COLUMNS if column.codes)
_SUMMED = (
    "area_planar_m2",
    "area_ellipsoid_m2",
    "households",
    "buildings",
    "compensation_due_wan",
    "compensation_paid_wan",
)

OverviewAt = Callable[[date], Overview]


@dataclass(frozen=True, slots=True)
class ParcelExport:
    """What is to be handed out, and how."""

    on: date
    wanted: RegisterFilter = EVERYTHING
    sort: str = ""
    language: str = "zh"
    encoding: DbfEncoding = "GBK"


@dataclass(frozen=True, slots=True)
class _Rows:
    store: Store
    asked: ParcelExport
    view: View
    frame: gpd.GeoDataFrame


def export_parcels(registers: Registers, overview_at: OverviewAt, asked: ParcelExport, path: Path) -> tuple[Words, ...]:
    """
    Write the parcels to ``path``, which appears whole or not at all; a Shapefile's other files beside it.

    Returns
    -------
    tuple of Words
        What the receiver will find changed (see ``write_shapefile``, ``write_survey_txt``).

    Raises
    ------
    InvalidParameter
        The suffix is none of SUFFIXES, the folder is not there, or there are more than 200,000 parcels (50,000 in a
        workbook).
    InvalidValue
        A parcel cannot be written as boundary points.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InvalidParameter(
            Words("不支持导出此格式", "this format cannot be written"), found=path.suffix, expected=" | ".join(_WRITERS)
        )
    if not path.parent.is_dir():
        raise InvalidParameter(Words("文件夹不存在", "the folder does not exist"), found=str(path.parent))
    most = MOST_IN_WORKBOOK if path.suffix.lower() == ".xlsx" else MOST_EXPORTED
    rows = _read(registers, overview_at, asked, most)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".guatu-") as folder:
        making = Path(folder) / f"{path.stem}{path.suffix.lower()}"
        told = write(rows, making)
        for made in sorted(Path(folder).iterdir()):
            os.replace(made, path if made == making else path.with_suffix(made.suffix))
    return told


def exported_parcels(registers: Registers, overview_at: OverviewAt, asked: ParcelExport, suffix: str) -> bytes:
    """The file's bytes, of a suffix that is one file alone."""
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        path = Path(folder) / f"parcels{suffix}"
        export_parcels(registers, overview_at, asked, path)
        return path.read_bytes()


def _read(registers: Registers, overview_at: OverviewAt, asked: ParcelExport, most: int) -> _Rows:
    view = registers.view(overview_at, asked.on, asked.wanted)
    if view.count > most:
        raise InvalidParameter(
            Words("地块太多，请先筛选再导出", "too many parcels: narrow the list first"),
            found=str(view.count),
            expected=f"≤ {most}",
        )
    places = registers.order(view, asked.sort)
    numbers = numbers_in_view(view, places)
    stored = _stored(registers.store, asked.on, numbers)
    register = pd.DataFrame(view.register.records(places, _OF_REGISTER), columns=list(_OF_REGISTER))
    for name in _OF_REGISTER:
        if name.endswith("_on"):
            register[name] = pd.to_datetime(register[name]).astype("datetime64[s]")
    frame = stored.merge(register, on="parcel_no", how="right")
    towns = read_names(registers.store, asked.on).towns
    frame["town_name"] = frame["town"].map(towns).where(frame["town"].isin(list(towns)), frame["town"])
    return _Rows(registers.store, asked, view, gpd.GeoDataFrame(frame, geometry="geometry", crs=stored.crs))


def _stored(store: Store, on: date, numbers: list[str]) -> gpd.GeoDataFrame:
    columns = (*PARCEL.names, "geometry")
    pieces = [tuple(numbers[at : at + PIECE]) for at in range(0, max(len(numbers), 1), PIECE)]
    frames = [store.read("parcel", Query(on=on, keys=keys, columns=columns)) for keys in pieces]
    return frames[0] if len(frames) == 1 else gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def _write_xlsx(rows: _Rows, path: Path) -> tuple[Words, ...]:
    at = PARCEL_COLUMNS.index(next(c for c in PARCEL_COLUMNS if c.name == "area_planar_m2")) + 1
    columns = (*PARCEL_COLUMNS[:at], _MU, *PARCEL_COLUMNS[at:])
    frame = pd.DataFrame(rows.frame[[c.name for c in PARCEL_COLUMNS]])
    frame.insert(0, _MU.name, frame["area_planar_m2"] / M2_PER_MU)
    total = sums(rows.view.register, rows.view.passes)
    totals = {name: total[name] for name in _SUMMED} | {_MU.name: total["area_planar_m2"] / M2_PER_MU}
    totals["parcel_no"] = Words(f"合计 {total['count']} 块", f"{total['count']} in all").of(rows.asked.language)
    with path.open("wb") as file:
        write_xlsx(Table(_TITLE, columns, frame, _notes(rows, total), totals=totals), file, rows.asked.language)
    return ()


def _notes(rows: _Rows, total: Mapping[str, Any]) -> tuple[tuple[Words, Words], ...]:
    info = rows.store.info
    declared = [(AreaBasis(basis).words, f"{m2:,.2f}") for basis, m2 in total["declared_area_m2"].items()]
    return (
        (Words("数据", "data"), Words(info.name, info.name)),
        (Words("截至", "as of"), Words(rows.asked.on.isoformat(), rows.asked.on.isoformat())),
        (Words("条件", "filter"), _condition(rows)),
        (
            Words("面积", "areas"),
            Words(
                "登记面积、投影面积、椭球面积算法不同，分列，不相加；1 亩 = 10000/15 平方米。",
                "Declared, planar and ellipsoidal areas are computed differently and never added; 1 mu = 10000/15 m².",
            ),
        ),
        (
            Words("登记面积合计（平方米，按基准）", "declared areas by basis (m²)"),
            Words(
                "，".join(f"{basis.zh} {m2}" for basis, m2 in declared),
                ", ".join(f"{basis.en} {m2}" for basis, m2 in declared),
            ),
        ),
        (Words("程序", "made by"), Words(f"挂图 {__version__}", f"Guatu {__version__}")),
    )


def _condition(rows: _Rows) -> Words:
    return register_filter_words(rows.asked.wanted, read_names(rows.store, rows.asked.on))


def _write_geopackage(rows: _Rows, path: Path) -> tuple[Words, ...]:
    names = [column.name for column in PARCEL_COLUMNS]
    frame = gpd.GeoDataFrame(rows.frame[names], geometry=rows.frame.geometry, crs=rows.frame.crs)
    write_geopackage(path, frame, PARCEL_COLUMNS, _TITLE, layer="parcel")
    return ()


def _write_geojson(rows: _Rows, path: Path) -> tuple[Words, ...]:
    shapes = to_lonlat(np.asarray(rows.frame.geometry.array, dtype=object), rows.store.info.crs)
    properties = records_of(rows.frame, [column.name for column in PARCEL_COLUMNS])
    write_geojson(path, features_of(shapes, properties), rows.store.info.name)
    return ()


def _in_words(rows: _Rows) -> gpd.GeoDataFrame:
    """Codes as the words that a person, and an import, reads."""
    worded = rows.frame.copy()
    for column in _CODED:
        texts = [shown_text(column, value, "zh") or None for value in worded[column.name].tolist()]
        worded[column.name] = pd.Series(texts, index=worded.index, dtype="object")
    return worded


def _write_shapefile(rows: _Rows, path: Path) -> tuple[Words, ...]:
    return write_shapefile(path, _in_words(rows), PARCEL_FIELDS, encoding=rows.asked.encoding)


def _write_zip(rows: _Rows, path: Path) -> tuple[Words, ...]:
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        told = _write_shapefile(rows, Path(folder) / "parcels.shp")
        (Path(folder) / "说明.txt").write_text(_explained(rows, told), encoding="utf-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for made in sorted(Path(folder).iterdir()):
                archive.write(made, made.name)
    return told


def _explained(rows: _Rows, told: Sequence[Words]) -> str:
    """What the receiver of a Shapefile must know: whose parcels, as of when, which, and what was changed."""
    asked = rows.asked
    lines = (
        f"{rows.store.info.name}　{_TITLE.zh}　截至 {asked.on.isoformat()}　{rows.view.count} 块",
        f"条件：{_condition(rows).zh}",
        f"Shapefile 编码 {asked.encoding}。",
        *(words.zh for words in told),
    )
    return "".join(f"{line}\n" for line in lines)


def _write_txt(rows: _Rows, path: Path) -> tuple[Words, ...]:
    zone = zone_of(rows.frame)
    header = SurveyHeader(zone.zone, rows.store.info.name, rows.asked.on, zone.width)
    text = write_survey_txt(in_zone(rows.frame, zone), header)
    path.write_bytes(text.data)
    return text.warnings


_WRITERS: dict[str, Callable[[_Rows, Path], tuple[Words, ...]]] = {
    ".xlsx": _write_xlsx,
    ".gpkg": _write_geopackage,
    ".shp": _write_shapefile,
    ".zip": _write_zip,
    ".txt": _write_txt,
    ".geojson": _write_geojson,
}
SUFFIXES = tuple(_WRITERS)
