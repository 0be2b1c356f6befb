"""Parks as street grids: blocks, the lots that projects take in them, and the ground that is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon

from gis.demo.cast import Part
from gis.demo.ground import GRID_M, Frame, Lot, Rect, metres, polygon
from gis.demo.layout import PARKS, ParkSketch
from gis.units import M2_PER_MU

STREET_M = 32.0
NARROWEST_M = 60.0


@dataclass(frozen=True, slots=True)
class ParkGround:
    """A park drawn: boundary, lots taken (by project code), rectangles still free, blocks up to the streets' middle."""

    sketch: ParkSketch
    code: str
    frame: Frame
    boundary: MultiPolygon
    lots: dict[str, Lot]
    free: tuple[Rect, ...]
    cells: tuple[Rect, ...]


def draw_parks(cast: tuple[Part, ...], rng: np.random.Generator) -> tuple[ParkGround, ...]:
    """Each park with the projects of the cast that stand in it, the largest placed first."""
    return tuple(_drawn(i, sketch, cast, rng) for i, sketch in enumerate(PARKS, start=1))


def _drawn(number: int, sketch: ParkSketch, cast: tuple[Part, ...], rng: np.random.Generator) -> ParkGround:
    x, y = metres([sketch.at])[0]
    frame = Frame((float(x), float(y)), sketch.turn_deg, skew=float(rng.uniform(-0.08, 0.08)))
    cells = _cells(sketch, rng)
    outline = shapely.union_all([polygon(frame.to_ground(cell.corners)) for cell in cells], grid_size=GRID_M)
    lots, free = _allotted(frame, [cell.inset(STREET_M / 2) for cell in cells], sketch, cast)
    code = f"140781-{sketch.key}"
    return ParkGround(
        sketch, code, frame, MultiPolygon(list(shapely.get_parts(outline))), lots, tuple(free), tuple(cells)
    )


def _cells(sketch: ParkSketch, rng: np.random.Generator) -> list[Rect]:
    """Blocks with half of the streets around them; streets keep 6–15 % off an even grid."""
    (columns, rows), (width, height) = sketch.grid, sketch.size_km
    us = _lines(columns, width * 1000, rng)
    vs = _lines(rows, height * 1000, rng)
    return [
        Rect(us[i], vs[j], us[i + 1], vs[j + 1])
        for i in range(columns)
        for j in range(rows)
        if (i, j) not in sketch.left_out
    ]


def _lines(count: int, length: float, rng: np.random.Generator) -> list[float]:
    shares = rng.uniform(0.85, 1.15, count)
    return [float(x) for x in np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * length - length / 2]


def _allotted(
    frame: Frame, blocks: list[Rect], sketch: ParkSketch, cast: tuple[Part, ...]
) -> tuple[dict[str, Lot], list[Rect]]:
    parts = [p for p in cast if p.place == sketch.key and p.shape == "area"]
    free = list(blocks)
    lots: dict[str, Lot] = {}
    for part in sorted(parts, key=lambda p: (-p.mu, p.code)):
        lot, free = _take(free, part.mu * M2_PER_MU)
        lots[part.code] = Lot(frame, lot)
    return lots, free


def _take(free: list[Rect], area_m2: float) -> tuple[Rect, list[Rect]]:
    """The best-fitting free rectangle, or two neighbours made one, cut to the area; what is left stays free."""
    fitting = [r for r in free if r.area >= area_m2 * 0.98]
    if not fitting:
        pair = _joined(free, area_m2)
        if pair is None:
            largest = max(free, key=lambda r: (r.area, r.u0, r.v0))
            return largest, [r for r in free if r is not largest]
        joined, used = pair
        lot, left = _cut(joined, area_m2)
        return lot, [r for r in free if r not in used] + left
    chosen = min(fitting, key=lambda r: (r.area, r.u0, r.v0))
    lot, left = _cut(chosen, area_m2)
    return lot, [r for r in free if r is not chosen] + left


def _joined(free: list[Rect], area_m2: float) -> tuple[Rect, tuple[Rect, Rect]] | None:
    """Two blocks side by side with the street between them closed; the smallest pair that is large enough."""
    pairs = []
    for a in free:
        for b in free:
            same_row = a.v0 == b.v0 and a.v1 == b.v1 and abs(b.u0 - a.u1 - STREET_M) < 0.01
            same_column = a.u0 == b.u0 and a.u1 == b.u1 and abs(b.v0 - a.v1 - STREET_M) < 0.01
            whole = Rect(a.u0, a.v0, b.u1, b.v1)
            if (same_row or same_column) and whole.area >= area_m2 * 0.98:
                pairs.append((whole, (a, b)))
    return min(pairs, key=lambda p: (p[0].area, p[0].u0, p[0].v0)) if pairs else None


def _cut(block: Rect, area_m2: float) -> tuple[Rect, list[Rect]]:
    """Cut a lot off a block: across its long side, and again where the slice would be too thin."""
    if block.area <= area_m2 * 1.12:
        return block, []
    if block.width < block.height:
        lot, left = _cut(Rect(block.v0, block.u0, block.v1, block.u1), area_m2)
        return _turned(lot), [_turned(r) for r in left]
    width = area_m2 / block.height
    height = block.height
    if width < 0.45 * height:
        height = max(height / 2, NARROWEST_M)
        width = area_m2 / height
    lot = Rect(block.u0, block.v0, block.u0 + width, block.v0 + height)
    left = [Rect(block.u0 + width, block.v0, block.u1, block.v1)]
    if height < block.height:
        left.append(Rect(block.u0, block.v0 + height, block.u0 + width, block.v1))
    return lot, [r for r in left if min(r.width, r.height) > 1.0]


def _turned(rect: Rect) -> Rect:
    return Rect(rect.v0, rect.u0, rect.v1, rect.u1)


def middle_of(rect: Rect, park: ParkGround) -> tuple[float, float]:
    """The middle of a free block, for a project of which only a point is known."""
    centre = np.array([((rect.u0 + rect.u1) / 2, (rect.v0 + rect.v1) / 2)])
    x, y = np.round(park.frame.to_ground(centre)[0], 3)
    return float(x), float(y)
