"""
Vector files, by GDAL: GeoJSON, TopoJSON, GeoPackage, FlatGeobuf, KML, Shapefile, DXF.

Nothing is decided here about coordinates or columns; what GDAL would silently put right
(an unclosed ring) or leave out (a ring of two points) is told.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import read_arrow

from gis.errors import Place
from gis.ingest.dbf import dbf_encoding, mended
from gis.ingest.keys import numbered
from gis.ingest.source import source_of, unreadable
from gis.ingest.table import RawTable, Refusal, SourceFile
from gis.words import Words

_GDAL_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError)
_ROWS_NAMED = 20
_KML_NOISE = {"id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder",
              "icon"}  # fmt: skip
_SIDECARS = (".shx", ".dbf", ".prj", ".cpg")
_READABLE_GEOMETRY = Words("可读的几何图形", "a geometry that can be read")
Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Content:
    """What GDAL gave of one layer: attributes, geometries, which of them were unreadable or unclosed, the CRS."""

    frame: pd.DataFrame
    geometry: Geometries
    broken: NDArray[np.bool_]
    unclosed: NDArray[np.bool_]
    crs: str | None


def read_geojson(path: Path, source: SourceFile, *, layer_name: str | None = None) -> RawTable:
    """
    GeoJSON. Without a ``crs`` member nothing counts as declared: RFC 7946 says WGS 84, many files are not.
    """
    crs_said = _says_crs(path)
    content = _read(path, source, _one_layer(path, source, layer_name))
    return _table(content, source, "GeoJSON", crs=content.crs if crs_said else None)


def _says_crs(path: Path) -> bool:
    """A ``"crs": {…}`` member before or after the features."""
    with path.open("rb") as stream:
        head = stream.read(65_536)
        stream.seek(max(0, path.stat().st_size - 65_536))
        tail = stream.read()
    return bool(re.search(rb'"crs"\s*:\s*\{\s*"(type|properties)"', head + b" " + tail))


def read_topojson(path: Path, source: SourceFile, *, layer_name: str | None = None) -> RawTable:
    """TopoJSON: its arcs as polygons. It has no way to declare a CRS."""
    content = _read(path, source, _one_layer(path, source, layer_name))
    return _table(content, source, "TopoJSON", crs=None)


def read_geopackage(path: Path, source: SourceFile, *, layer_name: str | None = None) -> RawTable:
    """One layer of a GeoPackage; where it has several with geometry, ``layer_name`` must say which."""
    content = _read(path, source, _one_layer(path, source, layer_name))
    return _table(content, source, "GeoPackage", crs=content.crs)


def read_flatgeobuf(path: Path, source: SourceFile) -> RawTable:
    """FlatGeobuf."""
    content = _read(path, source, None)
    return _table(content, source, "FlatGeobuf", crs=content.crs)


def read_kml(path: Path, source: SourceFile) -> RawTable:
    """KML, all its folders together, ``Folder`` naming them. KML is WGS 84 by its standard; nothing is declared."""
    text, names = _plain_data_names(path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        readable = path
        if names:
            readable = Path(folder) / "content.kml"
            readable.write_text(text, encoding="utf-8")
        parts = [(name, _read(readable, source, name)) for name, _ in layers_of(readable, source)]
    if not parts:
        raise _no_features(source)
    frame = pd.concat([part.frame.assign(Folder=name) for name, part in parts], ignore_index=True)
    noise = [c for c in frame.columns if c in _KML_NOISE or frame[c].isna().all()]
    content = Content(
        frame.drop(columns=noise).rename(columns=names),
        np.concatenate([part.geometry for _, part in parts]),
        np.concatenate([part.broken for _, part in parts]),
        np.concatenate([part.unclosed for _, part in parts]),
        None,
    )
    return _table(content, source, "KML", crs=None)


def _plain_data_names(text: str) -> tuple[str, dict[str, str]]:
    """
    KML with ``<Data name="地块编号">`` under names of ASCII letters, and what each stands for.

    GDAL's KML reader puts an underscore for every other character, so that 地块编号 and 地块名称 would be one.
    """
    names: dict[str, str] = {}

    def renamed(match: re.Match[str]) -> str:
        name = html.unescape(match["name"])
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            return match.group()
        plain = next((key for key, known in names.items() if known == name), f"guatu_data_{len(names)}")
        names[plain] = name
        return f"{match['before']}{match['quote']}{plain}{match['quote']}"

    pattern = r"(?P<before><(?:\w+:)?Data\s+name\s*=\s*)(?P<quote>[\"'])(?P<name>[^\"'<>]*)(?P=quote)"
    return re.sub(pattern, renamed, text), names


def read_shapefile(path: Path, source: SourceFile) -> RawTable:
    """
    A plain Shapefile: .shp with .shx and .dbf beside it, .prj and .cpg where there are any.

    Raises
    ------
    UnreadableFile
        A part is missing or broken.
    """
    parts = sidecars(path)
    if missing := [suffix for suffix in (".shx", ".dbf") if suffix not in parts]:
        raise unreadable(
            source.name,
            f"Shapefile 缺少 {'、'.join(missing)} 文件",
            f"the Shapefile lacks its {', '.join(missing)}",
            found="、".join([".shp", *parts]),
            expected=".shp .shx .dbf",
        )
    encoding = dbf_encoding(parts[".dbf"], parts.get(".cpg"))
    fixed = mended(parts[".dbf"].read_bytes(), encoding.name)
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        readable = path if fixed is None else _beside(path, parts, fixed, Path(folder))
        content = _read(readable, source, None, encoding=encoding.name)
    warned = (encoding.warning,) if encoding.warning else ()
    return _table(content, source, "Shapefile", crs=content.crs, warned=warned)


def _beside(shp: Path, parts: dict[str, Path], dbf: bytes, folder: Path) -> Path:
    """A copy of a Shapefile with another DBF."""
    for suffix, part in {".shp": shp, **parts}.items():
        if suffix != ".cpg":
            shutil.copyfile(part, folder / f"layer{suffix}")
    (folder / "layer.dbf").write_bytes(dbf)
    return folder / "layer.shp"


def sidecars(shp: Path) -> dict[str, Path]:
    """The other files of a Shapefile by suffix, whatever case their names have."""
    beside = {p.suffix.lower(): p for p in shp.parent.iterdir() if p.stem.lower() == shp.stem.lower()}
    return {suffix: beside[suffix] for suffix in _SIDECARS if suffix in beside}


def shapefile_source(shp: Path) -> SourceFile:
    """Name, size and one SHA-256 over .shp, .dbf, .prj and .cpg in this order: a change of any is a change."""
    parts = sidecars(shp)
    return source_of(shp, [parts[s] for s in (".dbf", ".prj", ".cpg") if s in parts])


def read_dxf(path: Path, source: SourceFile) -> RawTable:
    """
    DXF: closed polylines, polygons (hatches) and open lines; ``Layer`` kept, ``Text`` = the texts inside each.

    Texts are given to the smallest closed outline that holds their anchor; other points are left out and counted.
    """
    with tempfile.TemporaryDirectory(prefix="guatu-") as folder:
        content = _read(_with_header(path, Path(folder)), source, None, ENCODING=_dxf_encoding(path))
    texts = (shapely.get_type_id(content.geometry) == 0) | shapely.is_empty(content.geometry)
    outlines = ~texts | content.broken
    inside = _texts_inside(content, np.flatnonzero(outlines), np.flatnonzero(texts & ~content.broken))
    frame = content.frame.loc[outlines, ["Layer"]].reset_index(drop=True)
    frame["Text"] = pd.Series([inside.texts.get(int(i)) for i in np.flatnonzero(outlines)], dtype="str")
    kept = Content(frame, content.geometry[outlines], content.broken[outlines], content.unclosed[outlines], None)
    warned = () if not inside.lost else (_lost_texts(inside.lost),)
    return _table(kept, source, "DXF", crs=None, warned=warned)


def _lost_texts(count: int) -> Words:
    return Words(
        f"{count} 个点或文字不在任何闭合线内，未导入", f"{count} points or texts lie in no closed line; left out"
    )


@dataclass(frozen=True, slots=True)
class _Inside:
    texts: dict[int, str]
    lost: int


def _texts_inside(content: Content, outlines: NDArray[np.intp], texts: NDArray[np.intp]) -> _Inside:
    areas = as_polygons(content.geometry[outlines])
    tree = shapely.STRtree(areas)
    found: dict[int, list[str]] = {}
    lost = 0
    for row in texts:
        holders = tree.query(content.geometry[row], predicate="within")
        label = content.frame["Text"].iat[row] if "Text" in content.frame else None
        if len(holders) == 0 or not isinstance(label, str):
            lost += 1
            continue
        smallest = min(holders, key=lambda i: float(shapely.area(areas[i])))
        found.setdefault(int(outlines[smallest]), []).append(label.strip())
    return _Inside({row: " ".join(labels) for row, labels in found.items()}, lost)


def as_polygons(geoms: Geometries) -> Geometries:
    """Closed lines as polygons; all else as it is."""
    made = geoms.copy()
    lines = np.flatnonzero((shapely.get_type_id(geoms) == 1) & shapely.is_closed(geoms))
    for i in lines:
        if shapely.get_num_points(geoms[i]) >= 4:
            made[i] = shapely.Polygon(geoms[i])
    return made


def _with_header(path: Path, folder: Path) -> Path:
    """A DXF that has no HEADER section with an empty one: GDAL heeds the encoding only where there is one."""
    content = path.read_bytes()
    if re.search(rb"^[ \t]*2[ \t]*\r?\n[ \t]*HEADER[ \t]*\r?$", content, re.MULTILINE):
        return path
    made = folder / "content.dxf"
    made.write_bytes(b"0\nSECTION\n2\nHEADER\n0\nENDSEC\n" + content)
    return made


def _dxf_encoding(path: Path) -> str:
    """UTF-8 where the bytes are (as from AutoCAD 2007 on), else GBK, whatever $DWGCODEPAGE says."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


# ---------------------------------------------------------------- reading one layer


@contextmanager
def _gdal_quiet() -> Iterator[None]:
    """Without GDAL's remarks on names and rings: what matters of them is found here and told."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def layers_of(path: Path, source: SourceFile) -> list[tuple[str, str | None]]:
    """The layers of a file: name and kind of geometry, None where it has none; raises UnreadableFile."""
    try:
        with _gdal_quiet():
            return [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    except _GDAL_ERRORS as error:
        raise _broken(source, error) from None


def _one_layer(path: Path, source: SourceFile, wanted: str | None) -> str:
    """The only layer with geometry, or the wanted one."""
    names = [name for name, kind in layers_of(path, source) if kind is not None]
    if wanted is not None and wanted in names:
        return wanted
    if len(names) == 1 and wanted is None:
        return names[0]
    raise unreadable(
        source.name,
        "文件中没有可读的图层" if not names else "文件中有多个图层，请用 --layer 指明一个",
        "no layer with geometry" if not names else "several layers; say which with --layer",
        found=", ".join(names) or "—",
        expected=wanted or "1",
    )


def _broken(source: SourceFile, error: Exception) -> Exception:
    said = str(error).split("; It might help to specify the correct driver")[0]  # advice for programmers
    text = re.sub(r"/\S*/", "", said).strip().splitlines()
    return unreadable(
        source.name,
        "文件已损坏或格式不符",
        "the file is broken or not of its kind",
        found=(text[0] if text else type(error).__name__)[:200],
        expected="GeoJSON, TopoJSON, GeoPackage, FlatGeobuf, KML, Shapefile, DXF",
    )


def _read(path: Path, source: SourceFile, layer: str | None, *, encoding: str | None = None, **options: str) -> Content:
    try:
        with _gdal_quiet():
            meta, table = read_arrow(path, layer=layer, encoding=encoding, **options)
        table.validate(full=True)  # texts that are not UTF-8 would be found out much later
    except (*_GDAL_ERRORS, pa.ArrowException, UnicodeError, OSError, IndexError, NameError) as error:
        raise _broken(source, error) from None  # NameError: pyogrio's own, over a .prj that is no text
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in table.column_names:
        wkb: Geometries = np.full(table.num_rows, None, dtype=object)
    else:
        wkb = np.array(table.column(name).to_pylist(), dtype=object)
    return _content(table, wkb, name, meta["crs"])


def _content(table: pa.Table, wkb: Geometries, geometry_name: str, crs: str | None) -> Content:
    given = pd.notna(wkb)
    strict = shapely.from_wkb(wkb, on_invalid="ignore")
    geometry = strict if (~shapely.is_missing(strict) | ~given).all() else shapely.from_wkb(wkb, on_invalid="fix")
    return Content(
        _attributes(table.drop_columns([geometry_name]) if geometry_name in table.column_names else table),
        geometry,
        given & shapely.is_missing(geometry),
        shapely.is_missing(strict) & ~shapely.is_missing(geometry),
        crs,
    )


def _attributes(table: pa.Table) -> pd.DataFrame:
    """Arrow's columns as pandas' own: whole numbers stay whole where some are missing, dates are dates."""
    table = table.rename_columns(list(map(str, numbered(table.column_names))))
    integers = {pa.int8(), pa.int16(), pa.int32(), pa.int64()}
    frame = table.to_pandas(types_mapper=lambda t: pd.Int64Dtype() if t in integers else None, date_as_object=False)
    return pd.DataFrame({str(name): _plain(frame[name]) for name in frame.columns}, index=frame.index)


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # What says its own offset keeps its day; of UTC the day is that of Beijing (midnight there is 16:00Z).
        local = column.dt.tz_convert("Asia/Shanghai") if str(column.dt.tz) == "UTC" else column
        return pd.Series(local.dt.tz_localize(None))
    if column.dtype == object:
        return pd.Series([_plain_value(value) for value in column], index=column.index, dtype=object)
    return column


def _plain_value(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value


def _no_features(source: SourceFile) -> Exception:
    return unreadable(source.name, "文件中没有要素", "the file has no features", found="0", expected="≥ 1")


def _table(
    content: Content, source: SourceFile, format_: str, *, crs: str | None, warned: Iterable[Words] = ()
) -> RawTable:
    if len(content.frame) == 0 and len(content.geometry) == 0:
        raise _no_features(source)
    rows = tuple(range(1, len(content.geometry) + 1))
    kept = np.flatnonzero(~content.broken)
    refused = tuple(
        Refusal(
            Place(source.name, rows[i], "geometry"), "点数不足的环等 / a ring of too few points", _READABLE_GEOMETRY
        )
        for i in np.flatnonzero(content.broken)
    )
    return RawTable(
        source,
        format_,
        content.frame.iloc[kept].reset_index(drop=True),
        tuple(rows[i] for i in kept),
        gpd.GeoSeries(content.geometry[kept], name="geometry"),
        crs,
        warnings=(*warned, *_unclosed(content.unclosed, rows)),
        refused=refused,
    )


def _unclosed(unclosed: NDArray[np.bool_], rows: Sequence[int]) -> tuple[Words, ...]:
    found = [rows[int(i)] for i in np.flatnonzero(unclosed)]
    if not found:
        return ()
    named = ", ".join(map(str, found[:_ROWS_NAMED])) + (" …" if len(found) > _ROWS_NAMED else "")
    return (
        Words(
            f"{len(found)} 个图形的边界未闭合，已闭合：第 {named} 行",
            f"{len(found)} unclosed rings closed: rows {named}",
        ),
    )
