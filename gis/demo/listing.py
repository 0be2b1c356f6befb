"""What the land bureau has listed: which ground is cut into which parcels, for a project or as reserve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from gis.demo.cast import Part
from gis.demo.ground import Floats, Lot, coverage, plots, strips
from gis.demo.layout import LineSketch
from gis.demo.parks import ParkGround
from gis.demo.sites import Map, place
from gis.units import M2_PER_MU

# Usual plot of each kind of land, 亩: a building site is one piece, a village's fields are small.
_PLOT_MU = {"registered": 260.0, "supplied": 110.0, "cleared": 24.0, "road_ready": 6.0}
FIELD_MU = (3.2, 7.6)
LINE_MARGIN_M = 1.0
GROWN_M = 28.0
SMALLEST_RESERVE_M2 = 9_000.0
# How far reserve land is, and how often; "unlisted" ground has no parcels.
RESERVES: dict[str, float] = {
    "not_started": 0.24,
    "pre_notice": 0.07,
    "survey": 0.06,
    "plan_notice": 0.08,
    "agreement": 0.09,
    "submitted": 0.09,
    "approved": 0.11,
    "cleared": 0.10,
    "supplied": 0.06,
    "unlisted": 0.10,
}


@dataclass(frozen=True, slots=True)
class Listing:
    """
    Parcels listed together: one project's land (``part``), or a reserve of a park or a town.

    ``site`` is the ground that the project itself needs: more than its parcels where some are not listed,
    less where fields reach beyond it; None for roads and reserves.
    """

    key: str
    part: Part | None
    land: tuple[str, ...]
    polygons: tuple[Polygon, ...]
    site: MultiPolygon | None = None


def _whole(polygons: Sequence[Polygon]) -> MultiPolygon:
    return MultiPolygon(list(shapely.get_parts(shapely.coverage_union_all(np.array(polygons)))))


def list_site(part: Part, lots: Sequence[Lot], rng: np.random.Generator) -> Listing:
    """The parcels of a site outside the parks; every third site of fields has some that reach beyond it."""
    target = _plot_m2(part.land, rng)
    straddles = part.shape == "area" and target < 12 * M2_PER_MU and rng.random() < 0.35
    rings = [ring for lot in lots for ring in plots((lot.grown(GROWN_M) if straddles else lot).ring, target, rng)]
    (polygons,) = coverage([rings])
    site = MultiPolygon([lot.polygon for lot in lots]) if straddles else _whole(polygons)
    return _listed(part, polygons, site, rng)


def _listed(part: Part, polygons: list[Polygon], site: MultiPolygon, rng: np.random.Generator) -> Listing:
    kept = _with_a_gap(polygons, rng) if "uncovered" in part.land else polygons
    return Listing(part.code, part, part.land, tuple(kept), site)


def _plot_m2(land: tuple[str, ...], rng: np.random.Generator) -> float:
    known = [_PLOT_MU[name] for name in land if name in _PLOT_MU]
    mu = max(known) if known else float(rng.uniform(*FIELD_MU))
    return mu * M2_PER_MU


def _with_a_gap(polygons: list[Polygon], rng: np.random.Generator) -> list[Polygon]:
    """Without the plots of one corner, a fifth to a third of the land: nobody has listed them."""
    areas = shapely.area(polygons)
    centres = shapely.get_coordinates(shapely.centroid(np.array(polygons)))
    corner = centres.max(axis=0) if rng.random() < 0.5 else centres.min(axis=0)
    order = np.argsort(np.hypot(*(centres - corner).T), kind="stable")
    dropped = set(order[np.cumsum(areas[order]) <= areas.sum() * rng.uniform(0.22, 0.34)].tolist())
    return [polygon for i, polygon in enumerate(polygons) if i not in dropped]


def list_line(part: Part, sketch: LineSketch, line: Floats) -> Listing:
    """A road's parcels: pieces between field boundaries on both sides, a little wider than the right of way."""
    (polygons,) = coverage([strips(line, sketch.width_m + 2 * LINE_MARGIN_M)])
    return Listing(part.code, part, part.land, tuple(polygons))


def list_park(park: ParkGround, parts: Mapping[str, Part], rng: np.random.Generator) -> list[Listing]:
    """The lots of a park's projects and the ground that is left, cut in one piece so that neighbours meet."""
    taken = [parts[code] for code in sorted(park.lots)]
    free = sorted(park.free, key=lambda r: (r.u0, r.v0))
    reserves = [(f"{park.code}-R{i:02d}", Lot(park.frame, rect), _reserve_land(rng)) for i, rect in enumerate(free, 1)]
    kept = [(key, lot, land) for key, lot, land in reserves if _is_listed(lot, land)]
    rings = [plots(park.lots[part.code].ring, _plot_m2(part.land, rng), rng) for part in taken]
    rings += [plots(lot.ring, _reserve_plot_m2(land, rng), rng) for _, lot, land in kept]
    groups = coverage(rings)
    sites = [_listed(part, group, _whole(group), rng) for part, group in zip(taken, groups, strict=False)]
    left = zip(kept, groups[len(taken) :], strict=True)
    return sites + [Listing(key, None, (land,), tuple(group)) for (key, _, land), group in left]


def _reserve_land(rng: np.random.Generator) -> str:
    return str(rng.choice(list(RESERVES), p=list(RESERVES.values())))


def _is_listed(lot: Lot, land: str) -> bool:
    return land != "unlisted" and lot.rect.area >= SMALLEST_RESERVE_M2


def _reserve_plot_m2(land: str, rng: np.random.Generator) -> float:
    return (45.0 if land == "supplied" else float(rng.uniform(*FIELD_MU))) * M2_PER_MU


def list_town_reserve(town: str, count: int, ground: Map, rng: np.random.Generator) -> list[Listing]:
    """Land that a town holds ready or has begun to requisition, near its seat."""
    listings = []
    for number in range(1, count + 1):
        lot = place(town, "reserve", float(rng.uniform(90, 250)) * M2_PER_MU, ground, rng)
        land = _reserve_land(rng)
        if _is_listed(lot, land):
            (polygons,) = coverage([plots(lot.ring, _reserve_plot_m2(land, rng), rng)])
            listings.append(Listing(f"{town}-R{number:02d}", None, (land,), tuple(polygons)))
    return listings


def overlapping(polygon: Polygon, by_m: float) -> Polygon:
    """A parcel surveyed anew with wrong corners: it reaches ``by_m`` into its neighbours."""
    grown = shapely.buffer(polygon, by_m, join_style="mitre", mitre_limit=2.0)
    return Polygon(np.round(shapely.get_coordinates(shapely.get_exterior_ring(grown)), 3))
