"""
Coordinate reference systems: which are accepted, zones told from coordinates, projections, true areas.

The only user of pyproj. Points are always (east, north) or (longitude, latitude), in metres and degrees, whatever
axis order EPSG gives a system.

**No datum is ever shifted.** CGCS2000, WGS 84, NAD83, ETRS89 and their like share the ellipsoid and the
origin to within a metre or two and are taken as equal: a transform here only unprojects and projects.
Systems on another ellipsoid (Xian 80, Beijing 54 …) are refused, for PROJ would move them by nothing at
all, silently, and the true parameters are secret (RULES §2.2).
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis.errors import CrsMismatch, CrsRefused
from gis.words import Words

Coords = NDArray[np.float64]

LONLAT = "EPSG:4490"
WEB_MERCATOR = "EPSG:3857"
_MERCATOR_RADIUS_M = 6378137.0
_EARTH_AXIS_M = 6378137.0
_EARTH_INVERSE_FLATTENING = 298.2572
LONGEST_EDGE_M = 200.0

# What may stand for a CRS in a file or a command: nothing that PROJ would open as a file or an address.
_CRS_TEXT = re.compile(
    r"^\s*(EPSG:{1,2}\d{3,7}|ESRI:\d{4,7}|OGC:CRS84h?|urn:ogc:def:crs:[A-Za-z]+:[\w.]*:\w+"
    r"|(PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|BOUNDCRS|COMPD_CS|COMPOUNDCRS|PROJECTEDCRS|GEOGRAPHICCRS)\s*\[)",
    re.IGNORECASE,
)
_OLD_DATUM = re.compile(
    r"xi'?_?\s?an[\s_]*(19)?80|beijing[\s_]*(19)?54|new[\s_]*beijing|pulkovo[\s_]*1942"
    r"|西安\s*80|80\s*西安|1980\s*年?\s*(西安|国家)|(?<!\d)80\s*国家|国家\s*80"
    r"|北京\s*(19)?54|(?<!\d)(19)?54\s*年?\s*北京|新\s*北京|西安\s*1980",
    re.IGNORECASE,
)


# ---------------------------------------------------------------- what is accepted


def is_old_datum(text: str) -> bool:
    """The text names Xian 80 or (New) Beijing 54, in Chinese or English: ``80国家大地坐标系``, ``D_Xian_1980`` …"""
    return bool(_OLD_DATUM.search(text))


def refused_old_datum(found: str) -> CrsRefused:
    """The refusal of Xian 80 and Beijing 54, with its reason (RULES §2.2)."""
    return CrsRefused(
        Words(
            "不接受西安80、北京54坐标系：其到国家2000坐标系的转换参数属国家秘密，无参数转换会造成数十米以上的位移。"
            "请由自然资源主管部门转换为国家2000坐标系后再导入",
            "Xian 80 and Beijing 54 are refused: their parameters to CGCS2000 are a state secret, and without them "
            "everything would shift by tens of metres or more. Ask the natural resources bureau to convert the file "
            "to CGCS2000",
        ),
        found=found,
        expected="CGCS2000 (EPSG:4490, 4491–4554)",
    )


@lru_cache(maxsize=256)
def _parsed(text: str) -> CRS:
    if is_old_datum(text):
        raise refused_old_datum(text[:200])
    if not _CRS_TEXT.match(text):
        raise _not_a_crs(text)
    try:
        crs = CRS.from_user_input(text.strip())
    except CRSError:
        raise _not_a_crs(text) from None
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    _refuse_other_datums(crs, text)
    return crs


def _not_a_crs(text: str) -> CrsRefused:
    return CrsRefused(
        Words("无法识别的坐标系", "not a known reference system"),
        found=text[:200],
        expected="EPSG:4547",
    )


def _refuse_other_datums(crs: CRS, text: str) -> None:
    base = crs.geodetic_crs
    if base is None or base.ellipsoid is None:
        raise _not_a_crs(text)
    names = f"{crs.name} {base.name} {base.datum.name if base.datum else ''}"
    if is_old_datum(names):
        raise refused_old_datum(f"{crs.name} ({text[:60]})")
    in_degrees = abs(base.axis_info[0].unit_conversion_factor - np.pi / 180) < 1e-12
    if base.prime_meridian is None or base.prime_meridian.longitude != 0 or not in_degrees:
        raise _not_a_crs(text)
    shape = base.ellipsoid
    same = abs(shape.semi_major_metre - _EARTH_AXIS_M) < 0.01
    if not same or abs(shape.inverse_flattening - _EARTH_INVERSE_FLATTENING) > 0.001:
        raise CrsRefused(
            Words(
                f"不接受“{crs.name}”：其椭球与国家2000不同，没有公开参数时不能转换",
                f"'{crs.name}' is refused: its ellipsoid is not CGCS2000's, and no datum is shifted silently",
            ),
            found=f"{crs.name}, {shape.name}",
            expected="CGCS2000, WGS 84, NAD83, ETRS89 …",
        )


def normal_crs(text: str) -> str:
    """
    One name for a CRS however a file spells it: ``EPSG:n`` where EPSG has it, else its WKT.

    Raises
    ------
    CrsRefused
        Not a CRS, or one on a datum that is not accepted.
    """
    crs = _parsed(text)
    code = crs.to_epsg()
    if code is not None:
        return f"EPSG:{code}"
    if crs.is_geographic:
        return "EPSG:4326" if "WGS" in crs.name else LONLAT
    return str(crs.to_wkt())


def working_crs(text: str) -> str:
    """
    ``text`` as a store's working CRS, "EPSG:n": projected, in metres, on an accepted datum.

    Raises
    ------
    CrsRefused
        Says which of these it is not. Web and world Mercator are refused: areas are wrong by 42 % at 33°N.
    """
    crs = _parsed(f"EPSG:{text.strip()}" if text.strip().isdigit() else text)
    code = crs.to_epsg()
    if code is None:
        raise _not_working(crs, Words("没有 EPSG 代码", "it has no EPSG code"))
    if not crs.is_projected:
        raise _not_working(crs, Words("是经纬度坐标系，不是投影坐标系", "it is in degrees, not projected"))
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        raise _not_working(crs, Words("单位不是米", "its unit is not the metre"))
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if "Mercator" in method and "Transverse" not in method:
        raise _not_working(crs, Words("墨卡托投影的面积严重失真", "Mercator areas are badly wrong"))
    return f"EPSG:{code}"


def _not_working(crs: CRS, why: Words) -> CrsRefused:
    return CrsRefused(
        Words(f"“{crs.name}”不能作为工作坐标系：{why.zh}", f"'{crs.name}' cannot be a working CRS: {why.en}"),
        found=f"EPSG:{code} ({crs.name})" if (code := crs.to_epsg()) else crs.name,
        expected="EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E)",
    )


def crs_wkt(crs: str) -> str:
    """The CRS as WKT 1 (GDAL's dialect), as a GeoPackage's ``gpkg_spatial_ref_sys`` wants it."""
    return str(_parsed(crs).to_wkt("WKT1_GDAL"))


def crs_name(crs: str) -> str:
    """What EPSG calls it: "CGCS2000 / 3-degree Gauss-Kruger CM 114E"."""
    return str(_parsed(crs).name)


def srid_of(crs: str) -> int:
    """The EPSG number; raises CrsRefused where there is none."""
    code = _parsed(crs).to_epsg()
    if code is None:
        raise _not_a_crs(crs)
    return int(code)


def proj4_text(crs: str) -> str:
    """The CRS for proj4js. A null shift to WGS 84 is spelt out, so that no client adds its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # to_proj4 warns that PROJ strings say less than WKT
        text = str(_parsed(crs).to_proj4())
    return text.replace(" +type=crs", "")


def is_geographic(crs: str) -> bool:
    """Its coordinates are degrees."""
    return bool(_parsed(crs).is_geographic)


def area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    """(west, south, east, north) in degrees of where the CRS is meant to be used; None where EPSG says nothing."""
    area = _parsed(crs).area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def same_crs(one: str, other: str) -> bool:
    """Coordinates mean the same in both: equal projections on accepted datums, whatever they are called."""
    return one == other or _projection(one) == _projection(other)


def _projection(crs: str) -> str:
    parsed = _parsed(crs)
    if parsed.is_geographic:
        return "lonlat"
    datum = re.compile(r"\+(datum|ellps|towgs84)=\S+\s*|\+(type|no_defs)\S*\s*")
    return datum.sub("", proj4_text(crs)).strip()


# ---------------------------------------------------------------- transforms

_local = threading.local()


def _transformer(crs: str, way: str) -> Callable[[Coords, Coords], tuple[Coords, Coords]]:
    """Projected to its own degrees (``out``) or back (``in``). One for each thread: pyproj's are not shared safely."""
    kept: dict[tuple[str, str], Any] = _local.__dict__.setdefault("kept", {})
    made = kept.get((crs, way))
    if made is None:
        parsed = _parsed(crs)
        source, target = (parsed, parsed.geodetic_crs) if way == "out" else (parsed.geodetic_crs, parsed)
        made = kept[(crs, way)] = Transformer.from_crs(source, target, always_xy=True).transform
    return made


def lonlat_of(coords: Coords, crs: str) -> Coords:
    """Points (n, 2) in ``crs`` as degrees (n, 2): longitude, latitude. Out of the projection's reach: inf."""
    return np.column_stack(_transformer(crs, "out")(coords[:, 0], coords[:, 1]))


def coords_of(lonlat: Coords, crs: str) -> Coords:
    """Points (n, 2) in degrees as ``crs``: east, north. Out of the projection's reach: inf."""
    return np.column_stack(_transformer(crs, "in")(lonlat[:, 0], lonlat[:, 1]))


def mercator_of(coords: Coords, crs: str) -> Coords:
    """Points (n, 2) in ``crs`` as Web Mercator metres (EPSG:3857), for tiles; never for measuring."""
    lonlat = np.radians(lonlat_of(coords, crs))
    return np.column_stack((lonlat[:, 0], np.arcsinh(np.tan(lonlat[:, 1])))) * _MERCATOR_RADIUS_M


def coords_of_mercator(mercator: Coords, crs: str) -> Coords:
    """Points (n, 2) in Web Mercator metres as ``crs``."""
    radians = mercator / _MERCATOR_RADIUS_M
    lonlat = np.column_stack((radians[:, 0], np.arctan(np.sinh(radians[:, 1]))))
    return coords_of(np.degrees(lonlat), crs)


def _geometries(geoms: Any) -> NDArray[np.object_]:
    return np.asarray(geoms, dtype=object)


def to_lonlat(geoms: Any, crs: str) -> NDArray[np.object_]:
    """Geometries (any array of them, None among them too) from ``crs`` to degrees, 2-D."""
    return shapely.transform(_geometries(geoms), lambda coords: lonlat_of(coords, crs))


def from_lonlat(geoms: Any, crs: str) -> NDArray[np.object_]:
    """Geometries from degrees to ``crs``, 2-D."""
    return shapely.transform(_geometries(geoms), lambda coords: coords_of(coords, crs))


def reproject(series: gpd.GeoSeries, from_crs: str, to_crs: str) -> gpd.GeoSeries:
    """
    The geometries of ``series``, in ``from_crs``, in ``to_crs``; index and nulls kept, 2-D.

    Raises
    ------
    CrsRefused
        Either is not accepted.
    CrsMismatch
        ``series`` carries a CRS that is not ``from_crs``.
    """
    if series.crs is not None and not same_crs(normal_crs(series.crs.to_wkt()), from_crs):
        raise CrsMismatch(
            Words("几何自带的坐标系与声明的不一致", "the geometries are in another CRS than stated"),
            found=str(series.crs.name),
            expected=from_crs,
        )
    geoms = _geometries(series.array)
    shift = _easting_shift(from_crs, to_crs)
    if shift is not None:
        moved = shapely.transform(geoms, lambda coords: coords + np.array([shift, 0.0]))
    else:
        moved = shapely.transform(geoms, lambda coords: coords_of(lonlat_of(coords, from_crs), to_crs))
    return gpd.GeoSeries(moved, index=series.index, crs=to_crs, name=series.name)


@lru_cache(maxsize=64)
def _easting_shift(from_crs: str, to_crs: str) -> float | None:
    """
    What is to be added to eastings where the two differ in nothing else (a zone with and without its number, or
    not at all), so that surveyed millimetres stay as they are; None where they differ in more.
    """
    easting = re.compile(r"\+x_0=(\S+)")
    one, other = _projection(from_crs), _projection(to_crs)
    if easting.sub("", one) != easting.sub("", other):
        return None
    ends = [float(found[1]) if (found := easting.search(text)) else 0.0 for text in (one, other)]
    return ends[1] - ends[0]


def ellipsoidal_areas(geoms: Any, crs: str) -> Coords:
    """
    True areas on the GRS80 ellipsoid (CGCS2000's), m²; NaN where there is no geometry.

    Edges are straight in ``crs``; they are densified to at most 200 m and measured in Lambert's azimuthal
    equal-area projection about the middle of the data, which keeps areas exactly (RULES §2.4). Under
    a ten-millionth of the area from the geodesic polygon of the same ring. An empty geometry has 0.
    """
    source = _geometries(geoms)
    areas = np.where(shapely.is_missing(source), np.nan, 0.0)
    there = ~(shapely.is_missing(source) | shapely.is_empty(source))
    if there.any():
        areas[there] = _equal_areas(source[there], crs)
    return areas


def _equal_areas(geoms: NDArray[np.object_], crs: str) -> Coords:
    longest = LONGEST_EDGE_M / 111_320.0 if is_geographic(crs) else LONGEST_EDGE_M
    degrees = to_lonlat(shapely.segmentize(geoms, longest), crs)
    west, south, east, north = shapely.total_bounds(degrees)
    flat = from_lonlat(degrees, _equal_area(round((west + east) / 2, 1), round((south + north) / 2, 1)))
    return np.asarray(shapely.area(flat))


def _equal_area(lon: float, lat: float) -> str:
    """Lambert's azimuthal equal-area projection on CGCS2000 about this point, as WKT."""
    return (
        'PROJCS["equal area",GEOGCS["CGCS2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Azimuthal_Equal_Area"],'
        f'PARAMETER["latitude_of_center",{lat}],PARAMETER["longitude_of_center",{lon}],'
        'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )


# ---------------------------------------------------------------- zones

_ZONES = {3: (25, 45), 6: (13, 23)}
_PREFIXED_BASE = {3: 4488, 6: 4478}
_MERIDIAN_BASE = {3: 4509, 6: 4489}


def zone_from_easting(easting: float) -> tuple[int, int] | None:
    """
    (zone, width in degrees) from the prefix of an 8-digit easting; None where it has none.

    38500000.0 → (38, 3); 20500000.0 → (20, 6). The two ranges do not overlap (RULES §2.3).
    """
    prefix = int(easting // 1_000_000)
    for width, (first, last) in _ZONES.items():
        if first <= prefix <= last:
            return prefix, width
    return None


def zone_crs(zone: int, width: int = 3, *, prefixed: bool = False) -> str:
    """
    The CGCS2000 Gauss-Krüger system of a zone (RULES §2.1), with or without the zone number in its eastings.

    Raises
    ------
    CrsRefused
        China has no such zone (3°: 25–45, 6°: 13–23).
    """
    first, last = _ZONES.get(width, (1, 0))
    if not first <= zone <= last:
        raise CrsRefused(
            Words("没有这个投影带", "no such zone"),
            found=f"{width}° {zone}",
            expected="3°: 25–45, 6°: 13–23",
        )
    base = _PREFIXED_BASE if prefixed else _MERIDIAN_BASE
    return f"EPSG:{base[width] + zone}"
