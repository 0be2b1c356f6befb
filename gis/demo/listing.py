"""What the land bureau has listed: which ground is cut into which parcels, for a project or as reserve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon

from gis.demo.cast import Part
from gis.demo.ground import GRID_M, Floats, Lot, Rect, coverage, plots, strips
from gis.demo.layout import LineSketch
from gis.demo.parks import ParkGround
from gis.demo.sites import Map, place
from gis.units import M2_PER_MU

# Usual plot of each kind of land, 亩: a building site is one piece, a village's fields are small.
_PLOT_MU = {"registered": 260.0, "supplied": 110.0, "cleared": 24.0, "road_ready": 6.0}
FIELD_MU = (2.6, 6.2)
LINE_MARGIN_M = 1.0
SMALLEST_RESERVE_M2 = 9_000.0
RESERVE_LAND = ("not_started", "pre_notice", "survey", "plan_notice", "agreement", "submitted", "approved")
RESERVE_LAND += ("cleared", "supplied", "unlisted")
RESERVE_SHARES = (0.24, 0.07, 0.06, 0.08, 0.09, 0.09, 0.11, 0.10, 0.06, 0.10)


@dataclass(frozen=True, slots=True)
class Listing:
    """Parcels listed together: one project's land (``part``), or a reserve of a park or a town."""

    key: str
    part: Part | None
    land: tuple[str, ...]
    polygons: tuple[Polygon, ...]


def list_site(part: Part, lots: Sequence[Lot], rng: np.random.Generator, *, may_grow: bool) -> Listing:
    """A site's parcels; outside a park the fields of every third site reach beyond its boundary."""
    target = _plot_m2(part.land, rng)
    straddles = may_grow and target < 12 * M2_PER_MU and rng.random() < 0.35
    rings = [ring for lot in lots for ring in plots((lot.grown(28.0) if straddles else lot).ring, target, rng)]
    polygons = coverage(rings)
    if "uncovered" in part.land:
        polygons = _with_a_gap(polygons, rng)
    return Listing(part.code, part, part.land, tuple(polygons))


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
    dropped = order[np.cumsum(areas[order]) <= areas.sum() * rng.uniform(0.22, 0.34)]
    return [p for i, p in enumerate(polygons) if i not in set(dropped.tolist())]


def list_line(part: Part, sketch: LineSketch, line: Floats) -> Listing:
    """A road's parcels: pieces between field boundaries on both sides, a little wider than the right of way."""
    rings = strips(line, sketch.width_m + 2 * LINE_MARGIN_M)
    return Listing(part.code, part, part.land, tuple(coverage(rings)))


def list_park_reserve(park: ParkGround, rng: np.random.Generator) -> list[Listing]:
    """The ground of a park that no project has taken, each piece as far as the park's level lets expect."""
    listings = []
    for number, rect in enumerate(sorted(park.free, key=lambda r: (r.u0, r.v0)), start=1):
        listing = _reserve(f"{park.code}-R{number:02d}", Lot(park.frame, rect), rng)
        if listing is not None:
            listings.append(listing)
    return listings


def _reserve(key: str, lot: Lot, rng: np.random.Generator) -> Listing | None:
    land = str(rng.choice(RESERVE_LAND, p=RESERVE_SHARES))
    if land == "unlisted" or lot.rect.area < SMALLEST_RESERVE_M2:
        return None
    target = 45.0 if land == "supplied" else float(rng.uniform(*FIELD_MU))
    rings = plots(lot.ring, target * M2_PER_MU, rng)
    return Listing(key, None, (land,), tuple(coverage(rings)))


def list_town_reserve(town: str, count: int, ground: Map, rng: np.random.Generator) -> list[Listing]:
    """Land that a town holds ready or has begun to requisition, near its seat."""
    listings = []
    for number in range(1, count + 1):
        area = float(rng.uniform(70, 210)) * M2_PER_MU
        listing = _reserve(f"{town}-R{number:02d}", place(town, "reserve", area, ground, rng), rng)
        if listing is not None:
            listings.append(listing)
    return listings


def overlapping(polygons: Sequence[Polygon], which: int, by_m: float) -> Polygon:
    """A parcel surveyed anew with a wrong corner: it reaches ``by_m`` into its neighbours."""
    grown = shapely.buffer(polygons[which], by_m, join_style="mitre", mitre_limit=2.0)
    (result,) = shapely.get_parts(shapely.set_precision(grown, GRID_M))
    assert isinstance(result, Polygon)  # a buffer of one polygon is one polygon
    return result


def middle_of(rect: Rect, park: ParkGround) -> tuple[float, float]:
    """The middle of a free block, for a project of which only a point is known."""
    centre = np.array([((rect.u0 + rect.u1) / 2, (rect.v0 + rect.v1) / 2)])
    x, y = np.round(park.frame.to_ground(centre)[0], 3)
    return float(x), float(y)
