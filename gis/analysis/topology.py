"""
A parcel's shape against itself and its neighbours: what is wrong with it, how it is divided and put together.

Neighbouring parcels share their boundary vertex by vertex; a drawn vertex that lies within ``SAME_PLACE_M`` of one that
is there already is that one, so that what nobody moved stays where the surveyor put it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis.analysis.readiness import Slivers
from gis.errors import InvalidValue
from gis.words import Words

Shapes = npt.NDArray[np.object_]
Points = npt.NDArray[np.float64]

# Half a centimetre: what degrees with nine decimals lose is a hundredth of it.
SAME_PLACE_M = 0.005
# A gap to the neighbour that is narrower than this was hardly meant.
GAP_WIDTH_M = 1.0
# Less than this between neighbours is rounding of a long common boundary.
LEAST_TOLD_M2 = 0.1
MOST_VERTICES = 100_000

TopologyKind = Literal["invalid", "tiny", "overlap", "gap", "parts"]


@dataclass(frozen=True, slots=True)
class TopologyFinding:
    """
    Something about a shape. ``stops``: it cannot be stored so; the rest somebody may accept.

    ``other_no``: the neighbour concerned. ``where``: the piece of land, in the CRS of the shape.
    """

    kind: TopologyKind
    words: Words
    stops: bool
    other_no: str | None = None
    area_m2: float | None = None
    where: BaseGeometry | None = None


def multipolygon_of(shape: BaseGeometry) -> MultiPolygon:
    """A polygon or multipolygon as the latter; raises InvalidValue on anything else, and on too many vertices."""
    vertices = int(shapely.get_num_coordinates(shape))
    if vertices > MOST_VERTICES:
        words = Words("图形的顶点过多", "the shape has too many vertices")
        raise InvalidValue(words, found=str(vertices), expected=f"≤ {MOST_VERTICES}")
    if isinstance(shape, Polygon) and not shape.is_empty:
        return MultiPolygon([shape])
    if isinstance(shape, MultiPolygon) and not shape.is_empty:
        return shape
    words = Words("地块的图形必须是面", "a parcel's shape is a polygon")
    raise InvalidValue(words, found=shape.geom_type, expected="Polygon | MultiPolygon")


def on_known_vertices(shape: BaseGeometry, known: Sequence[BaseGeometry]) -> Any:
    """``shape`` with each vertex within ``SAME_PLACE_M`` of one of ``known`` moved onto the nearest of these."""
    fixed = shapely.get_coordinates(np.asarray(known, dtype=object))
    if not len(fixed):
        return shape
    tree = shapely.STRtree(list(map(Point, fixed)))

    def moved(coords: Points) -> Points:
        ours, theirs = tree.query_nearest(shapely.points(coords), max_distance=SAME_PLACE_M, all_matches=False)
        onto = coords.copy()
        onto[ours] = fixed[theirs]
        return onto

    return shapely.transform(shape, moved)


def check_shape(shape: BaseGeometry, neighbours: gpd.GeoDataFrame, slivers: Slivers) -> tuple[TopologyFinding, ...]:
    """
    What is wrong with a parcel's new shape, worst first.

    Parameters
    ----------
    shape
        Polygon or multipolygon, in metres.
    neighbours
        The other parcels near it, same CRS: ``parcel_no``. Their own faults are not told.
    slivers
        What is no land but two drawings of one boundary (RULES §9: "疑似误差").

    Returns
    -------
    tuple
        ``invalid`` and ``tiny`` stop; then ``overlap`` by neighbour, the greatest first; ``gap``; ``parts``.
    """
    if not shapely.is_valid(shape):
        why = shapely.is_valid_reason(shape)
        return (TopologyFinding("invalid", Words(f"图形无效：{why}", f"the shape is invalid: {why}"), stops=True),)
    found = [*_tiny(shape, slivers)]
    there = neighbours[shapely.is_valid(np.asarray(neighbours.geometry.array, dtype=object))]
    found += _overlaps(shape, there, slivers)
    found += _gaps(shape, there)
    found += _parts(shape)
    return tuple(found)


def _tiny(shape: BaseGeometry, slivers: Slivers) -> list[TopologyFinding]:
    if not slivers.has(shape):
        return []
    words = Words(
        f"面积只有 {shape.area:.2f} ㎡，或窄于 {slivers.min_width_m} 米", f"only {shape.area:.2f} m², or too narrow"
    )
    return [TopologyFinding("tiny", words, stops=True, area_m2=float(shape.area))]


def _overlaps(shape: BaseGeometry, neighbours: gpd.GeoDataFrame, slivers: Slivers) -> list[TopologyFinding]:
    others: Shapes = np.asarray(neighbours.geometry.array, dtype=object)
    common = shapely.intersection(others, shape)
    areas = shapely.area(common)
    rows = [row for row in np.argsort(-areas, kind="stable").tolist() if areas[row] > LEAST_TOLD_M2]
    numbers = neighbours["parcel_no"].tolist()
    return [_overlap(numbers[row], common[row], slivers) for row in rows]


def _overlap(other_no: str, common: BaseGeometry, slivers: Slivers) -> TopologyFinding:
    doubt = Words("（疑似误差）", " (probably an error of drawing)") if slivers.has(common) else Words("", "")
    words = Words(
        f"与 {other_no} 重叠 {common.area:.2f} ㎡{doubt.zh}", f"overlaps {other_no} by {common.area:.2f} m²{doubt.en}"
    )
    return TopologyFinding("overlap", words, stops=False, other_no=other_no, area_m2=float(common.area), where=common)


def _gaps(shape: BaseGeometry, neighbours: gpd.GeoDataFrame) -> list[TopologyFinding]:
    """Land between the shape and its neighbours that is narrower than ``GAP_WIDTH_M``."""
    others: Shapes = np.asarray(neighbours.geometry.array, dtype=object)
    near = others[shapely.dwithin(others, shape, GAP_WIDTH_M)]
    if not len(near):
        return []
    taken = shapely.union_all([shape, *near])
    half = GAP_WIDTH_M / 2
    closed = shapely.buffer(shapely.buffer(taken, half, join_style="mitre"), -half, join_style="mitre")
    gaps = shapely.get_parts(shapely.difference(closed, taken))
    gaps = gaps[shapely.dwithin(gaps, shape, SAME_PLACE_M) & (shapely.area(gaps) > LEAST_TOLD_M2)]
    return [
        TopologyFinding(
            "gap",
            Words(f"与相邻地块之间有 {gap.area:.2f} ㎡ 的缝隙", f"a gap of {gap.area:.2f} m² to the neighbours"),
            stops=False,
            area_m2=float(gap.area),
            where=gap,
        )
        for gap in gaps[np.argsort(-shapely.area(gaps), kind="stable")]
    ]


def _parts(shape: BaseGeometry) -> list[TopologyFinding]:
    count = int(shapely.get_num_geometries(shape))
    if count < 2:
        return []
    return [TopologyFinding("parts", Words(f"地块由 {count} 块组成", f"it has {count} parts"), stops=False)]


def split_shape(shape: BaseGeometry, line: BaseGeometry) -> tuple[Polygon, ...]:
    """
    Divide a parcel's shape along a line, the largest piece first.

    The areas of the pieces sum to that of the shape within rounding. Parts of a multipolygon that the line does not
    cross are pieces of their own.

    Raises
    ------
    InvalidValue
        The line is none, or does not divide the shape.
    """
    if not isinstance(line, LineString) or line.is_empty:
        raise InvalidValue(Words("分割线必须是折线", "a shape is divided by a line"), found=line.geom_type)
    edges = shapely.union_all([shapely.boundary(shape), line])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    inside = faces[shapely.contains(shape, shapely.point_on_surface(faces))]
    if len(inside) <= shapely.get_num_geometries(shape):
        words = Words(
            "分割线没有把地块分开，请从地块外画到地块外", "the line does not divide the parcel: draw it right across"
        )
        raise InvalidValue(words, found=f"{len(inside)}", expected="≥ 2")
    order = np.argsort(-shapely.area(inside), kind="stable")
    return tuple(inside[order].tolist())


def merge_shapes(shapes: Sequence[BaseGeometry]) -> MultiPolygon:
    """
    Put parcels' shapes together; land that two of them have counts once.

    Boundaries that lie within ``SAME_PLACE_M`` of one another are taken for one.
    """
    aligned = [shapes[0]]
    for shape in shapes[1:]:
        aligned.append(on_known_vertices(shape, aligned))
    return multipolygon_of(shapely.union_all(aligned))
