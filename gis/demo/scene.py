"""Everything drawn on the ground of the sample county, each thing keeping clear of what was drawn before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis.demo.cast import Part, read_cast
from gis.demo.ground import Floats, Lot
from gis.demo.layout import TOWN_SEATS, LineSketch
from gis.demo.listing import Listing, list_line, list_park, list_site, list_town_reserve
from gis.demo.parks import ParkGround, draw_parks, middle_of
from gis.demo.sites import Map, draw_lines, place_site, wind_turbines
from gis.demo.terrain import town_polygons
from gis.demo.zones import DrawnZone, draw_farmland, draw_fixed_zones, draw_urban_zones, site_areas
from gis.model import ZoneKind

Lines = Mapping[str, tuple[LineSketch, Floats]]
TOWN_RESERVES, STREET_RESERVES = 4, 1
POINT_SITE_MU = 20.0


@dataclass(frozen=True)
class Scene:
    """Towns, parks, roads, zones, and all land that is listed."""

    cast: tuple[Part, ...]
    towns: dict[str, MultiPolygon]
    parks: tuple[ParkGround, ...]
    lines: Lines
    points: dict[str, Point]
    zones: tuple[DrawnZone, ...]
    listings: tuple[Listing, ...]

    def park_of(self, part: Part) -> ParkGround | None:
        """The park that a project stands in."""
        return next((park for park in self.parks if park.sketch.key == part.place), None)

    def shape_of(self, part: Part) -> BaseGeometry | None:
        """A project's geometry: centreline, point, site, or nothing."""
        if part.place in self.lines:
            return LineString(self.lines[part.place][1])
        if part.code in self.points:
            return self.points[part.code]
        return next((listing.site for listing in self.listings if listing.key == part.code), None)


def draw_scene(rng: np.random.Generator) -> Scene:
    """Draw the county: the order is that of precedence."""
    cast = read_cast()
    towns = town_polygons(rng)
    parks = draw_parks(cast, rng)
    lines = draw_lines(rng)
    fixed = draw_fixed_zones(parks, rng)
    ground = Map(towns, site_areas(fixed), _taken(parks, lines))
    lots = _lots(cast, ground, rng)
    points = _points(cast, parks, ground, rng)
    listings = _listings(cast, parks, lines, lots, rng)
    for seat in TOWN_SEATS:
        count = STREET_RESERVES if seat.is_street else TOWN_RESERVES
        listings += list_town_reserve(seat.code, count, ground, rng)
    urban = draw_urban_zones(parks, _town_sites(cast, lots), rng)
    fields = _farmland(cast, lots, [*ground.taken, *_built(fixed), *_built(urban)], rng)
    return Scene(cast, towns, parks, lines, points, (*fixed, *urban, *fields), tuple(listings))


def _taken(parks: Sequence[ParkGround], lines: Lines) -> list[BaseGeometry]:
    roads = [LineString(line).buffer(sketch.width_m / 2, cap_style="flat") for sketch, line in lines.values()]
    return [*roads, *(park.boundary for park in parks)]


def _lots(cast: Sequence[Part], ground: Map, rng: np.random.Generator) -> dict[str, tuple[Lot, ...]]:
    """Project code → its sites outside the parks, the largest placed first."""
    lots: dict[str, tuple[Lot, ...]] = {}
    for part in sorted(cast, key=lambda p: (-p.mu, p.code)):
        if part.shape == "multi":
            lots[part.code] = tuple(wind_turbines(part.place, ground, rng))
        elif part.shape == "area" and part.place in ground.towns:
            lots[part.code] = (place_site(part, ground, rng),)
    return lots


def _points(
    cast: Sequence[Part], parks: Sequence[ParkGround], ground: Map, rng: np.random.Generator
) -> dict[str, Point]:
    """Where only a point is known: the middle of a park's free block, or somewhere in the town."""
    points: dict[str, Point] = {}
    blocks = {park.sketch.key: sorted(park.free, key=lambda r: (r.area, r.u0, r.v0)) for park in parks}
    for part in (p for p in cast if p.shape == "point"):
        park = next((p for p in parks if p.sketch.key == part.place), None)
        if park is not None:
            points[part.code] = Point(middle_of(blocks[part.place].pop(), park))
        else:
            site = place_site(replace(part, mu=POINT_SITE_MU), ground, rng).polygon
            points[part.code] = Point(np.round(shapely.get_coordinates(site.centroid)[0], 3))
    return points


def _listings(
    cast: Sequence[Part],
    parks: Sequence[ParkGround],
    lines: Lines,
    lots: Mapping[str, tuple[Lot, ...]],
    rng: np.random.Generator,
) -> list[Listing]:
    parts = {part.code: part for part in cast}
    listings = [listing for park in parks for listing in list_park(park, parts, rng)]
    listings += [list_site(parts[code], lots[code], rng) for code in sorted(lots)]
    return listings + [list_line(part, *lines[part.place]) for part in cast if part.place in lines]


def _town_sites(cast: Sequence[Part], lots: Mapping[str, tuple[Lot, ...]]) -> dict[str, list[Polygon]]:
    sites: dict[str, list[Polygon]] = {}
    for part in cast:
        if part.spot == "town" and part.code in lots:
            sites.setdefault(part.place, []).extend(lot.polygon for lot in lots[part.code])
    return sites


def _built(zones: Sequence[DrawnZone]) -> list[BaseGeometry]:
    kinds = (ZoneKind.URBAN_BOUNDARY, ZoneKind.CHEMICAL_BUFFER, ZoneKind.OTHER)
    return [zone.shape for zone in zones if zone.kind in kinds]


def _farmland(
    cast: Sequence[Part],
    lots: Mapping[str, tuple[Lot, ...]],
    built: Sequence[BaseGeometry],
    rng: np.random.Generator,
) -> list[DrawnZone]:
    """Farmland lies where nothing else does, but for the expressway (drawn first) and what is played on it."""
    inside = [lot.polygon for part in cast if part.spot == "farmland" for lot in lots[part.code]]
    on_it = shapely.union_all(inside)
    others = [shape for shape in built[1:] if not shape.intersects(on_it.buffer(-5.0))]
    return draw_farmland(shapely.buffer(shapely.union_all(others), 40.0), inside, rng)
