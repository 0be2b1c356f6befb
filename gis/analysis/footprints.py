"""The land that each project stands on, from whatever geometry is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gis.analysis.columns import places_by, texts
from gis.errors import CrsMismatch
from gis.rules import RuleBook
from gis.words import Words

Shapes = npt.NDArray[np.object_]

PIECE_M = 1_000.0
MITRE_LIMIT = 5.0
KINDS = np.array(["none", "point", "line", "polygon"], dtype=object)


def project_footprints(projects: gpd.GeoDataFrame, rules: RuleBook) -> gpd.GeoDataFrame:
    """
    The footprint of each project, sorted by code.

    A polygon is taken as it is. A line becomes a strip of the right-of-way width (``row_width_m``, or the
    rule ``land.default_row_width_m``) with flat ends and mitred bends. A point becomes a circle of
    ``land.point_radius_m``: an approximation, told by ``geometry_kind``. Without a geometry it is empty.

    Returns
    -------
    GeoDataFrame
        ``project_code``, ``geometry_kind`` ("polygon", "line", "point", "none"), geometry: valid polygons.
    """
    rows = places_by(projects["code"])
    shapes = shapes_of(projects)[rows]
    dimension = np.where(shapely.is_empty(shapes) | shapely.is_missing(shapes), -1, shapely.get_dimensions(shapes))
    result = shapes.copy()
    result[dimension < 0] = shapely.Polygon()
    lines, points = dimension == 1, dimension == 0
    widths = projects["row_width_m"].to_numpy(dtype=float)[rows[lines]]
    result[lines] = _strips(shapes[lines], _widths(widths, rules))
    result[points] = shapely.buffer(shapes[points], float(rules.value("land.point_radius_m")))
    columns = {"project_code": projects["code"].iloc[rows].array, "geometry_kind": texts(KINDS[dimension + 1])}
    land = gpd.array.from_shapely(valid_polygons(result), crs=projects.crs)
    return gpd.GeoDataFrame({**columns, "geometry": land}, geometry="geometry")


def reach_m(widths: Iterable[float | None], rules: RuleBook) -> float:
    """How far the land of a project may lie from the box of its geometry (m), where lines have these widths."""
    widest = max([float(rules.value("land.default_row_width_m")), *(width for width in widths if width)])
    # A mitred bend reaches that many half widths out.
    return max(MITRE_LIMIT * widest / 2, float(rules.value("land.point_radius_m")))


def boxes_of(footprints: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """
    Boxes (n, 4) west, south, east, north that together hold every footprint, none wider than ``PIECE_M``.

    A road's own box would hold half a county; its pieces' boxes hold little beside the road.
    """
    shapes = shapes_of(footprints)
    shapes = shapes[~shapely.is_empty(shapes)]
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    wide = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0) > PIECE_M
    pieces = [_piece_boxes(shape) for shape in shapes[wide]]
    return np.concatenate([boxes[~wide], *pieces])


def _piece_boxes(shape: shapely.Geometry) -> npt.NDArray[np.float64]:
    """The boxes of what lies in each cell of a grid over the shape."""
    west, south, east, north = shapely.bounds(shape).tolist()
    x, y = np.meshgrid(np.arange(west, east, PIECE_M), np.arange(south, north, PIECE_M))
    cells = shapely.box(x.ravel(), y.ravel(), x.ravel() + PIECE_M, y.ravel() + PIECE_M)
    shapely.prepare(shape)
    return shapely.bounds(shapely.intersection(shape, cells[shapely.intersects(shape, cells)])).reshape(-1, 4)


def _widths(widths: npt.NDArray[np.float64], rules: RuleBook) -> npt.NDArray[np.float64]:
    """The right-of-way widths; the rule's where none is given or it is not above zero."""
    return np.where(widths > 0, widths, float(rules.value("land.default_row_width_m")))


def _strips(lines: Shapes, widths: npt.NDArray[np.float64]) -> Any:
    return shapely.buffer(lines, widths / 2, cap_style="flat", join_style="mitre", mitre_limit=MITRE_LIMIT)


def shapes_of(land: gpd.GeoDataFrame) -> Shapes:
    """The geometries of a table, in its order."""
    return np.asarray(land.geometry.to_numpy(), dtype=object)


def require_one_crs(footprints: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> None:
    """Raise CrsMismatch, naming both, where footprints and other land are not in one reference system."""
    if footprints.crs is not land.crs and footprints.crs != land.crs:
        raise CrsMismatch(
            Words("项目与用地图层的坐标系不一致", "projects and land are not in one reference system"),
            found=f"{land.crs}",
            expected=f"{footprints.crs}",
        )


def valid_polygons(shapes: Shapes) -> Shapes:
    """Polygons as they are where valid; made valid, and rid of points and lines, where not."""
    result = shapes.copy()
    wrong = ~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    result[wrong] = [_polygons_of(shape) for shape in shapes[wrong]]
    return result


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = shapely.get_parts(shapely.get_parts(whole))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
