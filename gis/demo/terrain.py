"""The invented town boundaries inside the real county outline."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.demo.facts import county_boundary
from gis.demo.ground import GRID_M, Floats, metres
from gis.demo.layout import TOWN_SEATS

CELLS = 2600


def town_polygons(rng: np.random.Generator) -> dict[str, MultiPolygon]:
    """
    Town code → its invented area. The areas tile the county exactly.

    Voronoi cells of scattered points, each given to the seat that pulls it most: the lines between towns
    come out as crooked as real ones.
    """
    county = county_boundary()
    points = _scattered(county, rng)
    seats = metres([seat.at for seat in TOWN_SEATS])
    pull = np.array([seat.pull for seat in TOWN_SEATS])
    owner = np.argmin(np.hypot(*(points[:, None, :] - seats[None, :, :]).transpose(2, 0, 1)) / pull, axis=1)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=county, ordered=True))
    rough = [shapely.union_all(cells[owner == i]) for i in range(len(TOWN_SEATS))]
    return _tiling(county, rough)


def _scattered(county: Polygon, rng: np.random.Generator) -> Floats:
    west, south, east, north = county.bounds
    side = np.sqrt((east - west) * (north - south) / CELLS)
    u, v = np.meshgrid(np.arange(west - side, east + 2 * side, side), np.arange(south - side, north + 2 * side, side))
    lattice = np.column_stack([u.ravel(), v.ravel()])
    scattered: Floats = lattice + rng.uniform(-0.42, 0.42, lattice.shape) * side
    return scattered


def _tiling(county: Polygon, rough: list[BaseGeometry]) -> dict[str, MultiPolygon]:
    """Cut the county along the rough areas' edges; each face goes to the area it lies in."""
    edges = [shapely.boundary(county), *shapely.intersection(shapely.boundary(rough), county)]
    net = shapely.union_all(edges, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([net]))
    inner = shapely.point_on_surface(faces)
    towns: dict[str, MultiPolygon] = {}
    for seat, area in zip(TOWN_SEATS, rough, strict=True):
        mine = shapely.union_all(faces[shapely.contains(area, inner)])
        towns[seat.code] = MultiPolygon(list(shapely.get_parts(mine)))
    return towns
