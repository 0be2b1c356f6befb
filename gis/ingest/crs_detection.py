"""
In which CRS a file's coordinates are: what is said of them, weighed against what they look like.

Said, in this order: the user's word, the header of a survey TXT (带号, 几度分带), the file's own
declaration. Unsaid, two things can be told for certain: a zone number in front of an easting, and degrees.
A six-digit easting could lie in any zone, so the user is asked, with the zones that would fit
(RULES §2.3, §11). Whatever was found must put the file where the county is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs as systems
from gis.crs import Coords
from gis.errors import CrsRefused, CrsUnknown, Place
from gis.ingest.table import RawTable, Target
from gis.model import BBox, half_width
from gis.words import Words

GROWN_M = 20_000.0
_GROWN_DEGREES = 3.0
_WORLD = BBox(-180.0, -90.0, 180.0, 90.0)
_DEGREES = "EPSG:4490"
_CANDIDATES_SHOWN = 8


class AxesSwapped(CrsUnknown):
    """The file would lie where the county is if its axes changed places."""

    def as_dict(self) -> dict[str, object]:
        return {**super().as_dict(), "cause": CrsUnknown.__name__}


@dataclass(frozen=True, slots=True)
class FoundCrs:
    """The CRS, why it is believed, the geometry in (east, north) order, and what the user should know."""

    crs: str
    evidence: Words
    geometry: gpd.GeoSeries
    warnings: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    crs: str
    evidence: Words
    warnings: tuple[Words, ...] = ()


def find_crs(raw: RawTable, target: Target, *, said: str | None = None, swap_axes: bool = False) -> FoundCrs | None:
    """
    The CRS of a raw table's geometry; None where it has no geometry at all.

    Parameters
    ----------
    target
        ``extent``, grown by 20 km, is where the file must lie; without it, the reach of the working CRS.
    said
        The user's word ("EPSG:4547"): it goes before the file's.
    swap_axes
        The user confirmed that the file has northing (latitude) first.

    Raises
    ------
    CrsUnknown
        It cannot be told (with the candidates that would fit), what is said contradicts the coordinates,
        the axes are swapped, or all lies outside the county.
    CrsRefused
        Xian 80, Beijing 54, or another datum that is not accepted.
    """
    if raw.geometry is None or (middles := _middles(raw.geometry)).size == 0:
        return None
    geometry = _swapped(raw.geometry) if swap_axes else raw.geometry
    case = _Case(raw, target, middles[:, ::-1] if swap_axes else middles)
    claim = _claimed(case, said) or _told(case)
    if claim is None:
        _ask(case, swap_axes)
    if not case.fits(claim.crs):
        _contradict(case, claim, swap_axes)
    return FoundCrs(claim.crs, claim.evidence, geometry, claim.warnings)


def _middles(series: gpd.GeoSeries) -> Coords:
    """The middle of each feature's box (n, 2); those without finite coordinates are left out."""
    boxes = shapely.bounds(np.asarray(series.array, dtype=object))
    middles = np.column_stack((boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3])) / 2
    return np.asarray(middles[np.isfinite(middles).all(axis=1)])


def _swapped(series: gpd.GeoSeries) -> gpd.GeoSeries:
    turned = shapely.transform(np.asarray(series.array, dtype=object), lambda coords: coords[:, ::-1])
    return gpd.GeoSeries(turned, index=series.index, name=series.name)


@dataclass(frozen=True, slots=True)
class _Case:
    """One file: where its features' middles are, and where they should be."""

    raw: RawTable
    target: Target
    middles: Coords

    def fits(self, crs: str, middles: Coords | None = None) -> bool:
        """Read in ``crs``, at least one feature lies where the county is."""
        points = self.middles if middles is None else middles
        if systems.is_geographic(crs) and (np.abs(points).max(axis=0) > (180.0, 90.0)).any():
            return False
        return bool(inside(points, crs, self.target).any())

    def candidates(self, middles: Coords | None = None) -> tuple[str, ...]:
        """Every CRS in which the file would lie where the county is, likeliest first."""
        points = self.middles if middles is None else middles
        found: list[str] = []
        for crs in self._possible(points):
            if self.fits(crs, points) and not any(systems.same_crs(crs, other) for other in found):
                found.append(crs)
        return tuple(found[:_CANDIDATES_SHOWN])

    def _possible(self, points: Coords) -> list[str]:
        if _are_degrees(points):
            return [_DEGREES]
        zone = systems.zone_from_easting(float(np.median(points[:, 0])))
        prefixed = [systems.zone_crs(*zone, prefixed=True)] if zone else []
        three = [systems.zone_crs(zone) for zone in range(25, 46)]
        six = [systems.zone_crs(zone, 6) for zone in range(13, 24)]
        return [self.target.crs, *prefixed, *three, *six, systems.WEB_MERCATOR]

    def place(self) -> Place:
        return Place(self.raw.source.name)

    def seen(self) -> str:
        east, north = np.median(self.middles, axis=0)
        digits = 6 if _are_degrees(self.middles) else 3
        return f"({east:.{digits}f}, {north:.{digits}f})"


def inside(middles: Coords, crs: str, target: Target) -> NDArray[np.bool_]:
    """
    Which points (n, 2) of ``crs`` lie in the target's extent grown by 20 km.

    Without an extent: within 3° of where the working CRS is meant to be used.
    """
    degrees = systems.lonlat_of(middles, crs)
    finite = np.asarray(np.isfinite(degrees).all(axis=1))
    if target.extent is None:
        there, box = degrees, _reach(target.crs)
    else:
        there, box = (
            systems.coords_of(np.where(finite[:, None], degrees, 0.0), target.crs),
            target.extent.grown(GROWN_M),
        )
    east, north = there[:, 0], there[:, 1]
    in_box = (east >= box.west) & (east <= box.east) & (north >= box.south) & (north <= box.north)
    return np.asarray(finite & in_box)


def _reach(crs: str) -> BBox:
    area = systems.area_of_use(crs)
    if area is None or area[0] > area[2]:
        return _WORLD
    return BBox(*area).grown(_GROWN_DEGREES)


def _are_degrees(points: Coords) -> bool:
    return bool((np.abs(np.median(points, axis=0)) <= (180.0, 180.0)).all())


# ---------------------------------------------------------------- what is said


def _claimed(case: _Case, said: str | None) -> _Claim | None:
    declared = case.raw.declared.get("坐标系", "").strip()
    if systems.is_old_datum(declared):
        raise _at(systems.refused_old_datum(declared), case)
    if said is not None:
        text = f"EPSG:{said.strip()}" if said.strip().isdigit() else said
        return _Claim(systems.normal_crs(text), Words(f"用户指定 {text}", f"the user said {text}"))
    if re.search("独立|地方|城市坐标", declared):
        raise _local_system(case, declared)
    header = _header_zone(case)
    if header is not None:
        return header
    return _declared(case)


def _at(error: CrsRefused, case: _Case) -> CrsRefused:
    return CrsRefused(error.words, found=error.found, expected=error.expected, place=case.place())


def _local_system(case: _Case, declared: str) -> CrsRefused:
    return CrsRefused(
        Words(
            "地方独立坐标系须先转换为国家2000坐标系", "a local independent system must be converted to CGCS2000 first"
        ),
        found=declared,
        expected="2000国家大地坐标系 / CGCS2000",
        place=case.place(),
    )


def _declared(case: _Case) -> _Claim | None:
    if case.raw.crs is None:
        return None
    try:
        crs = systems.normal_crs(case.raw.crs)
    except CrsRefused as error:
        raise _at(error, case) from None
    name = systems.crs_name(crs)
    label = f"{crs}（{name}）" if crs.startswith("EPSG") else name
    return _Claim(crs, Words(f"文件声明 {label}", f"the file declares {crs if crs.startswith('EPSG') else name}"))


def _header_zone(case: _Case) -> _Claim | None:
    """The zone of a survey TXT's header, weighed against the zone in its eastings."""
    number = _number(case.raw.declared.get("带号", ""))
    width = _number(case.raw.declared.get("几度分带", "")) or 3
    prefix = _prefix(case.middles)
    if number is None or width not in (3, 6):
        return None
    if number in (3, 6) and number == width:
        return _mistaken_zone(case, number, prefix)
    if prefix is not None and prefix != (number, width):
        _conflict(case, f"带号={number}, 几度分带={width}", f"{prefix[0]} ({prefix[1]}°)", (number, width), prefix)
    if _are_degrees(case.middles):
        return None
    try:
        crs = systems.zone_crs(number, width, prefixed=prefix is not None)
    except CrsRefused as error:
        raise _at(error, case) from None
    evidence = Words(f"文件头声明 {width} 度带第 {number} 带", f"the header says {width}° zone {number}")
    return _Claim(crs, evidence, _datum_unsaid(case))


def _mistaken_zone(case: _Case, number: int, prefix: tuple[int, int] | None) -> _Claim | None:
    """带号 filled with 几度分带 by mistake (RULES §1.2): of no use, and told."""
    if prefix is None:
        return None
    claim = _prefix_claim(case, prefix)
    told = Words(
        f"文件头的带号“{number}”有误，已按坐标前两位取带号",
        f"zone '{number}' in the header is a mistake; taken from the eastings",
    )
    return _Claim(claim.crs, claim.evidence, (*claim.warnings, told))


def _conflict(case: _Case, header: str, coords: str, one: tuple[int, int], other: tuple[int, int]) -> NoReturn:
    raise CrsUnknown(
        Words(
            f"文件头与坐标的带号不一致：文件头为 {header}，坐标前两位为 {coords}；请用 --crs 指明",
            f"header and coordinates disagree on the zone: {header} against {coords} in the eastings; say --crs",
        ),
        tuple(_zone_or_none(z) for z in (other, one) if _zone_or_none(z)),
        found=f"{header}; {coords}",
        expected="一致的带号 / one zone",
        place=case.place(),
    )


def _zone_or_none(zone: tuple[int, int]) -> str:
    try:
        return systems.zone_crs(*zone, prefixed=True)
    except CrsRefused:
        return ""


def _number(text: str) -> int | None:
    folded = half_width(text).replace("三", "3").replace("六", "6")
    match = re.search(r"\d+", folded)
    return int(match.group()) if match else None


def _datum_unsaid(case: _Case) -> tuple[Words, ...]:
    if case.raw.declared.get("坐标系", "").strip():
        return ()
    return (
        Words(
            "文件未说明坐标系基准，按国家2000坐标系处理；如为西安80或北京54，请勿导入",
            "the file does not name its datum; taken as CGCS2000. Do not import it if it is Xian 80 or Beijing 54",
        ),
    )


# ---------------------------------------------------------------- what the coordinates tell


def _told(case: _Case) -> _Claim | None:
    if _are_degrees(case.middles):
        return _Claim(_DEGREES, Words("坐标为经纬度", "the coordinates are degrees"))
    prefix = _prefix(case.middles)
    return None if prefix is None else _prefix_claim(case, prefix)


def _prefix(middles: Coords) -> tuple[int, int] | None:
    """The zone that most eastings carry; None where they carry none or several."""
    zones = _prefixes(middles)
    return zones[0] if len(zones) == 1 else None


def _prefixes(middles: Coords) -> list[tuple[int, int] | None]:
    """The zones that the eastings carry, None among them where some carry none."""
    millions = np.unique(middles[:, 0] // 1_000_000) * 1_000_000
    return list(dict.fromkeys(systems.zone_from_easting(float(east)) for east in millions))


def _prefix_claim(case: _Case, prefix: tuple[int, int]) -> _Claim:
    zone, width = prefix
    evidence = Words(f"横坐标前两位 {zone} 为 {width} 度带带号", f"the eastings begin with {zone}, a {width}° zone")
    return _Claim(systems.zone_crs(zone, width, prefixed=True), evidence, _datum_unsaid(case))


# ---------------------------------------------------------------- what cannot be taken


def _ask(case: _Case, swap_axes: bool) -> NoReturn:
    candidates = case.candidates()
    if not candidates:
        _offer_swap(case, swap_axes=swap_axes)
    _name_several_zones(case, candidates)
    listed = "、".join(candidates) or "—"
    raise CrsUnknown(
        Words(
            f"无法判断坐标系：横坐标没有带号，也没有声明。可能是：{listed}。请用 --crs 指明",
            f"the CRS cannot be told: no zone in the eastings and none declared. It may be: {listed}. Say --crs",
        ),
        candidates,
        found=case.seen(),
        expected="8 位横坐标或声明的坐标系 / an 8-digit easting or a declared CRS",
        place=case.place(),
    )


def _name_several_zones(case: _Case, candidates: tuple[str, ...]) -> None:
    """Eastings of Web Mercator look like zones as well: where that fits, nothing is said of zones."""
    zones = [zone for zone in _prefixes(case.middles) if zone is not None]
    if len(zones) < 2 or systems.WEB_MERCATOR in candidates:
        return
    listed = "、".join(f"{zone} ({width}°)" for zone, width in zones)
    raise CrsUnknown(
        Words("文件中有几个带的坐标，请按带分成几个文件导入", "coordinates of several zones: import one zone a file"),
        tuple(systems.zone_crs(*zone, prefixed=True) for zone in zones),
        found=listed,
        expected="同一带号 / one zone",
        place=case.place(),
    )


def _contradict(case: _Case, claim: _Claim, swap_axes: bool) -> NoReturn:
    """What is said (or told) does not put the file where the county is."""
    _offer_swap(case, swap_axes=swap_axes, crs=claim.crs)
    candidates = tuple(c for c in case.candidates() if not systems.same_crs(c, claim.crs))
    _name_several_zones(case, candidates)
    may = f"；可能是 {'、'.join(candidates)}" if candidates else ""
    may_en = f"; it may be {', '.join(candidates)}" if candidates else ""
    where = Words("工作坐标系的适用范围", "the reach of the working CRS")
    if case.target.extent is not None:
        where = Words("本县范围（外扩20公里）", "the county (grown by 20 km)")
    raise CrsUnknown(
        Words(
            f"按“{claim.evidence.zh}”，全部图形都在{where.zh}之外{may}",
            f"if {claim.evidence.en}, everything lies outside {where.en}{may_en}",
        ),
        candidates,
        found=f"{case.seen()}, {claim.crs[:80]}",
        expected=where.zh + " / " + where.en,
        place=case.place(),
    )


def _offer_swap(case: _Case, *, swap_axes: bool, crs: str | None = None) -> None:
    """Raise where the file would lie in the county if its axes changed places."""
    turned = case.middles[:, ::-1]
    swapped = _Case(case.raw, case.target, turned)
    fits = crs is not None and swapped.fits(crs)
    if not fits and (case.candidates() or not swapped.candidates(turned)):
        return
    hint = Words("横纵坐标（或经纬度）颠倒", "the axes are swapped: northing or latitude comes first")
    offer = Words("如确认无误，请加 --swap-axes", "say --swap-axes if that is so")
    if swap_axes:
        hint = Words("坐标顺序本来正确，交换后反而不对", "the axes were in order and are not once they are swapped")
        offer = Words("请去掉 --swap-axes", "leave out --swap-axes")
    raise AxesSwapped(
        Words(f"{hint.zh}；{offer.zh}", f"{hint.en}; {offer.en}"),
        swapped.candidates(turned),
        found=case.seen(),
        expected="(东, 北) / (east, north)",
        place=case.place(),
    )
