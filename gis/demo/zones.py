"""Constraint zones of every kind, drawn as natural outlines, field blocks and rings. All invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.demo.facts import county_boundary
from gis.demo.ground import GRID_M, Frame, Rect, blob, curve, metres, polygon
from gis.demo.layout import CORRIDOR, RIVER, SEAT, TOWN_SEATS, WATER_SOURCE
from gis.demo.parks import ParkGround
from gis.model import ZoneKind

FIELD_M = (1150.0, 780.0)
SMALLEST_FIELD_M2 = 30_000.0


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """One zone on the ground."""

    kind: ZoneKind
    name: str
    shape: MultiPolygon


def _zone(kind: ZoneKind, name: str, shape: BaseGeometry) -> DrawnZone:
    parts = shapely.get_parts(shapely.set_precision(shape, GRID_M))
    polygons = [p for p in parts if isinstance(p, Polygon) and p.area > 100.0]
    return DrawnZone(kind, f"示例·{name}", MultiPolygon(polygons))


def draw_fixed_zones(parks: Sequence[ParkGround], rng: np.random.Generator) -> list[DrawnZone]:
    """The zones that sites must respect: red line, water source, chemical buffer, river."""
    county = county_boundary()
    core = blob(metres([(28.4, 4.4)])[0], 2700.0, 0.30, rng, flat=0.8).intersection(county)
    ring = blob(metres([(28.2, 5.2)])[0], 4700.0, 0.30, rng, flat=0.85).intersection(county).difference(core)
    west = blob(metres([(20.2, 6.6)])[0], 1500.0, 0.35, rng, flat=1.3).intersection(county).difference(ring)
    spring = metres([WATER_SOURCE])[0]
    waters = [blob(spring, radius, 0.16, rng, flat=0.8) for radius in (330.0, 1050.0, 2300.0)]
    chemical = next(park for park in parks if park.sketch.chemicals)
    buffer = shapely.buffer(chemical.boundary, 500.0, join_style="mitre").difference(chemical.boundary)
    river = shapely.buffer(LineString(curve(RIVER)), 110.0, cap_style="flat").intersection(county)
    return [
        _zone(ZoneKind.REDLINE_CORE, "绵山生态保护红线核心区", core),
        _zone(ZoneKind.REDLINE, "绵山生态保护红线", ring),
        _zone(ZoneKind.REDLINE, "龙凤水土保持红线", west),
        _zone(ZoneKind.WATER_1, "洪山水源地一级保护区", waters[0]),
        _zone(ZoneKind.WATER_2, "洪山水源地二级保护区", waters[1].difference(waters[0])),
        _zone(ZoneKind.WATER_QUASI, "洪山水源地准保护区", waters[2].difference(waters[1].union(waters[0]))),
        _zone(ZoneKind.CHEMICAL_BUFFER, "义棠化工园区安全缓冲区", buffer.intersection(county)),
        _zone(ZoneKind.OTHER, "汾河河道管理范围", river),
    ]


def site_areas(zones: Sequence[DrawnZone]) -> dict[str, BaseGeometry]:
    """The areas by which sites are placed or kept out, by spot."""
    by_kind = {kind: [z.shape for z in zones if z.kind is kind] for kind in ZoneKind}
    red = shapely.union_all([*by_kind[ZoneKind.REDLINE], *by_kind[ZoneKind.REDLINE_CORE]])
    # Around the red line's ring alone: a resort would not be proposed in the core.
    resort = by_kind[ZoneKind.REDLINE][0]
    water = shapely.union_all([*by_kind[ZoneKind.WATER_2], *by_kind[ZoneKind.WATER_1]])
    return {"redline": resort, "all_red": red, "water": water, "buffer": by_kind[ZoneKind.CHEMICAL_BUFFER][0]}


def draw_urban_zones(
    parks: Sequence[ParkGround], town_sites: dict[str, list[Polygon]], rng: np.random.Generator
) -> list[DrawnZone]:
    """The urban development boundary: the seat, each park, each town's own small piece; they do not overlap."""
    seat = blob(metres([SEAT])[0], 2350.0, 0.14, rng)
    streets = {s.code for s in TOWN_SEATS if s.is_street}
    pieces: list[tuple[str, BaseGeometry]] = [("中心城区城镇开发边界", seat.union(_grown(town_sites, streets)))]
    pieces += [(f"{p.sketch.name.removeprefix('示例·')}城镇开发边界", _margin(p.boundary)) for p in parks]
    for number, town in enumerate((s for s in TOWN_SEATS if s.code not in streets), start=1):
        own = blob(metres([town.at])[0], 620.0, 0.2, rng)
        pieces.append((f"乡镇城镇开发边界{number:02d}", own.union(_grown(town_sites, {town.code}))))
    zones: list[DrawnZone] = []
    taken: BaseGeometry = MultiPolygon()
    for name, shape in pieces:
        rest = shape.intersection(county_boundary()).difference(taken)
        zones.append(_zone(ZoneKind.URBAN_BOUNDARY, name, rest))
        taken = taken.union(shape)
    return zones


def _margin(shape: BaseGeometry) -> BaseGeometry:
    return shapely.buffer(shape, 90.0, join_style="mitre")


def _grown(town_sites: dict[str, list[Polygon]], towns: set[str]) -> BaseGeometry:
    sites = [site for code in sorted(towns) for site in town_sites.get(code, [])]
    return shapely.union_all([_margin(site) for site in sites])


def draw_farmland(kept_free: BaseGeometry, must_cover: Sequence[Polygon], rng: np.random.Generator) -> list[DrawnZone]:
    """Field blocks in the plain beside the river, with villages and lanes between them."""
    county = county_boundary()
    corridor = curve(CORRIDOR)
    north = Polygon([*corridor, corridor[-1] + (0, 40_000), corridor[0] + (0, 40_000)])
    plain = north.union(LineString(corridor).buffer(1900.0)).intersection(county.buffer(-120.0))
    villages = [blob(at, rng.uniform(170, 330), 0.25, rng) for at in rng.uniform(*_box(plain), (70, 2))]
    free = shapely.union_all([kept_free, *villages])
    sure = [shape.buffer(160.0, join_style="mitre") for shape in must_cover]
    blocks = [*sure, *(block.difference(shapely.union_all(sure)) for block in _field_blocks(plain, rng))]
    shapes = [block.intersection(plain).difference(free) for block in blocks]
    parts = [p for shape in shapes for p in shapely.get_parts(shape) if p.area >= SMALLEST_FIELD_M2]
    return [_zone(ZoneKind.FARMLAND, f"永久基本农田图斑{i:03d}", part) for i, part in enumerate(parts, start=1)]


def _box(area: BaseGeometry) -> tuple[tuple[float, float], tuple[float, float]]:
    west, south, east, north = area.bounds
    return (west, south), (east, north)


def _field_blocks(plain: BaseGeometry, rng: np.random.Generator) -> list[Polygon]:
    (west, south), (east, north) = _box(plain)
    reach = max(east - west, north - south) * 0.75
    frame = Frame(((west + east) / 2, (south + north) / 2), 27.0, 0.05)
    blocks = []
    for u in np.arange(-reach, reach, FIELD_M[0]):
        for v in np.arange(-reach, reach, FIELD_M[1]):
            lanes = rng.uniform(22, 115, 4)
            rect = Rect(u + lanes[0], v + lanes[1], u + FIELD_M[0] - lanes[2], v + FIELD_M[1] - lanes[3])
            # Less than the narrowest lane: neighbours never meet.
            corners = rect.corners + rng.uniform(-20.0, 20.0, (4, 2))
            if rng.random() > 0.24:
                block = polygon(frame.to_ground(corners))
                if block.intersects(plain):
                    blocks.append(block)
    return blocks
