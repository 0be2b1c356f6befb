"""Hand out the assessed projects as a file: XLSX, CSV, GeoPackage or GeoJSON, chosen by the file's suffix."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import __version__
from gis.analysis.overview import Overview
from gis.analysis.totals import total
from gis.crs import to_lonlat
from gis.errors import InvalidParameter
from gis.maps.geojson import features_of
from gis.maps.style import TABLES
from gis.model import Coded, Lamp, ProjectFilter, Query
from gis.reports.geofile import write_geojson, write_geopackage
from gis.reports.project_columns import PROJECT_COLUMNS
from gis.reports.table import Table, TableColumn
from gis.reports.table_csv import write_csv
from gis.reports.table_xlsx import write_xlsx
from gis.store.port import Store
from gis.units import M2_PER_MU, shown
from gis.words import Words
from gis.workflows.list_projects import listed_projects
from gis.workflows.names import Names, read_names
from gis.workflows.plain import records_of

_TITLE = Words("项目", "projects")
_MU = {"footprint_mu": "footprint_m2", "ready_mu": "ready_m2", "uncovered_mu": "uncovered_m2"}
_FILLED = {"lamp": "lamp", "start_lamp": "lamp", "readiness": "readiness"}
_FILTER_WORDS = {
    "town": Words("所在乡镇", "town"),
    "park": Words("所在园区", "park"),
    "industry": Words("行业", "industry"),
    "category": Words("项目类别", "category"),
    "level": Words("重点级别", "level"),
    "kind": Words("建设性质", "kind"),
    "stage": Words("项目阶段", "stage"),
    "lamp": Words("进度灯", "lamp"),
    "flag": Words("用地瓶颈", "flag"),
    "leader": Words("包联领导", "leader"),
    "department": Words("责任单位", "department"),
    "words": Words("关键词", "words"),
}


@dataclass(frozen=True, slots=True)
class _Export:
    """Everything that a writer needs."""

    store: Store
    overview: Overview
    wanted: ProjectFilter
    frame: pd.DataFrame
    language: str


def export_assessment(
    store: Store,
    overview: Overview,
    wanted: ProjectFilter,
    path: Path,
    *,
    language: str = "zh",
    sort: str = "",
) -> None:
    """
    Write the projects that ``wanted`` lets pass to ``path``, which appears whole or not at all.

    Raises
    ------
    InvalidParameter
        The suffix is none of .xlsx .csv .gpkg .geojson, the folder is not there, or ``sort`` is no column.
    """
    write = writer_for(path.suffix)
    if not path.parent.is_dir():
        raise InvalidParameter(Words("文件夹不存在", "the folder does not exist"), found=str(path.parent))
    export = _Export(store, overview, wanted, listed_projects(store, overview, wanted, sort), language)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".guatu-") as folder:
        making = Path(folder) / f"export{path.suffix.lower()}"
        write(export, making)
        os.replace(making, path)


def exported(  # one argument a choice of the person who asks
    store: Store, overview: Overview, wanted: ProjectFilter, suffix: str, *, language: str = "zh", sort: str = ""
) -> bytes:
    """The same file's bytes."""
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        path = Path(folder) / f"projects{suffix}"
        export_assessment(store, overview, wanted, path, language=language, sort=sort)
        return path.read_bytes()


def writer_for(suffix: str) -> Callable[[_Export, Path], None]:
    """The writer of a suffix; raises InvalidParameter naming those there are."""
    try:
        return _WRITERS[suffix.lower()]
    except KeyError:
        raise InvalidParameter(
            Words("不支持导出此格式", "this format cannot be written"), found=suffix, expected=" | ".join(_WRITERS)
        ) from None


def _write_xlsx(export: _Export, path: Path) -> None:
    with path.open("wb") as file:
        write_xlsx(_table(export), file, export.language)


def _write_csv(export: _Export, path: Path) -> None:
    with path.open("wb") as file:
        write_csv(_table(export), file, export.language)


def _write_geopackage(export: _Export, path: Path) -> None:
    columns = _geo_columns()
    frame = _geo_frame(export)
    flat = frame[[c.name for c in columns]].assign(
        flags=[",".join(flags) for flags in frame["flags"]],
        reasons=["；".join(words.of(export.language) for words in reasons) for reasons in frame["reasons"]],
    )
    write_geopackage(path, gpd.GeoDataFrame(flat, geometry=frame.geometry, crs=frame.crs), columns, _TITLE)


def _write_geojson(export: _Export, path: Path) -> None:
    frame = _geo_frame(export)
    shapes = to_lonlat(np.asarray(frame.geometry.array, dtype=object), export.store.info.crs)
    properties = records_of(frame, [c.name for c in _geo_columns()])
    write_geojson(path, features_of(shapes, properties), export.store.info.name)


_WRITERS: dict[str, Callable[[_Export, Path], None]] = {
    ".xlsx": _write_xlsx,
    ".gpkg": _write_geopackage,
    ".geojson": _write_geojson,
    ".csv": _write_csv,
}
SUFFIXES = tuple(_WRITERS)


def _geo_columns() -> tuple[TableColumn, ...]:
    """The columns of a GIS file: those of the ledger by their stored names, areas in m²."""
    m2 = {mu: TableColumn(stored, _in_m2(mu), "area") for mu, stored in _MU.items()}
    return tuple(m2.get(column.name, column) for column in PROJECT_COLUMNS)


def _in_m2(name: str) -> Words:
    words = next(column.words for column in PROJECT_COLUMNS if column.name == name)
    return Words(words.zh.replace("亩", "平方米"), words.en.replace("mu", "m²"))


def _geo_frame(export: _Export) -> gpd.GeoDataFrame:
    """The projects with the geometry that is stored, in the working CRS."""
    stored = export.store.read("project", Query(on=export.overview.on, columns=("code", "geometry")))
    shape_of = dict(zip(stored["code"].tolist(), stored.geometry.tolist(), strict=True))
    shapes = np.array([shape_of.get(code) for code in export.frame["code"]], dtype=object)
    return gpd.GeoDataFrame(export.frame, geometry=shapes, crs=export.store.info.crs)


def _table(export: _Export) -> Table:
    in_mu = export.frame.assign(**{mu: export.frame[stored] / M2_PER_MU for mu, stored in _MU.items()})
    fills = {
        column: {code: mark.fill for code, mark in TABLES[table].items() if code != Lamp.NONE.value}
        for column, table in _FILLED.items()
    }
    return Table(_TITLE, PROJECT_COLUMNS, in_mu, _notes(export), fills)


# --- the second sheet -------------------------------------------------------------------------------


def _notes(export: _Export) -> tuple[tuple[Words, Words], ...]:
    """Whose projects, as of when, which filter, from where, and their totals."""
    info, on = export.store.info, export.overview.on
    sample = " 示例数据，均属虚构 " if info.is_sample else ""
    sample_en = " sample data, all invented" if info.is_sample else ""
    return (
        (Words("名称", "name"), Words(f"{info.name}{sample}".strip(), f"{info.name}{sample_en}".strip())),
        (Words("数据截止", "as of"), Words(on.isoformat(), on.isoformat())),
        (Words("筛选条件", "filter"), filter_words(export.wanted, read_names(export.store, on))),
        (
            Words("数据来源", "source"),
            Words(
                f"挂图 {__version__}，由本库台账、地块与征收记录计算；调度口径与统计口径分列，不可互相替代",
                f"Guatu {__version__}, computed from this store's ledger, parcels and requisition events; "
                "dispatch and statistical figures stand apart and do not replace each other",
            ),
        ),
        *_total_notes(export.frame),
    )


def _total_notes(frame: pd.DataFrame) -> tuple[tuple[Words, Words], ...]:
    sums = total(frame)
    lamps = Words(
        "，".join(f"{lamp.words.zh} {sums['lamps'][lamp.value]}" for lamp in Lamp),
        ", ".join(f"{lamp.words.en} {sums['lamps'][lamp.value]}" for lamp in Lamp),
    )
    share = sums["done_share"]
    return (
        (Words("项目数", "projects"), _same(str(sums["n"]))),
        (Words("进度灯", "lamps"), lamps),
        (Words("总投资（万元）", "total investment (万元)"), _same(shown(float(frame["total_wan"].sum()), 2))),
        (Words("年度计划投资（万元）", "annual plan (万元)"), _same(shown(sums["plan_wan"], 2))),
        (
            Words("有计划项目完成投资（万元）", "invested, projects with a plan (万元)"),
            _same(shown(sums["invested_wan"], 2)),
        ),
        (Words("完成年度计划", "share of the plan done"), _same("—" if share is None else f"{shown(100 * share, 1)}%")),
        (Words("超（欠）序时（百分点）", "ahead of (behind) schedule (pp)"), _same(shown(sums["gap_pp"], 1))),
        (Words("受影响投资（万元）", "investment at risk (万元)"), _same(shown(sums["at_risk_wan"], 2))),
    )


def _same(text: str) -> Words:
    return Words(text, text)


def filter_words(wanted: ProjectFilter, names: Names) -> Words:
    """The filter as a person reads it; "全部项目" where it lets everything pass."""
    if wanted.is_empty:
        return Words("全部项目", "all projects")
    said = [(_FILTER_WORDS[f.name], _values(wanted, f.name, names)) for f in fields(wanted) if getattr(wanted, f.name)]
    return Words(
        "；".join(f"{field.zh}：{values.zh}" for field, values in said),
        "; ".join(f"{field.en}: {values.en}" for field, values in said),
    )


def _values(wanted: ProjectFilter, field: str, names: Names) -> Words:
    values = getattr(wanted, field)
    if isinstance(values, str):
        return _same(values)
    known = names.of_group(field)
    words = [v.words if isinstance(v, Coded) else _same(known.get(v, v)) for v in values]
    return Words("、".join(w.zh for w in words), ", ".join(w.en for w in words))
