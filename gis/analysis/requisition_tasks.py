"""
Requisition tasks of a linear project by county or town: kilometres, percent done, behind by how much.

The centreline is parted at every place where something changes: where it crosses a boundary, and beside every corner of
land in its right of way that is not ready. Each stretch between two such places lies in one area and is ready, or is
not, over its full width; so lengths add up by construction.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis.analysis.columns import texts
from gis.analysis.footprints import Shapes, shapes_of, valid_polygons
from gis.analysis.overlap_area import Floats, Rows
from gis.analysis.readiness import Slivers
from gis.rules import RuleBook

# Shorter than this is no length (m).
STEP_M = 1e-6
STRETCH_COLUMNS = ("start_m", "end_m", "town", "is_ready")
TASK_COLUMNS = (
    *("town", "set_on", "due_on", "length_m", "ready_m", "done_share", "expected_share"),
    *("behind_pp", "behind_m", "days_over"),
)


def stretches(
    line: shapely.Geometry, width_m: float, areas: gpd.GeoDataFrame, ready: Shapes, slivers: Slivers
) -> pd.DataFrame:
    """
    A centreline by area, and where land is ready over the full width.

    Parameters
    ----------
    line
        LineString or MultiLineString in the working CRS (metres). Parts follow one another in their order.
    width_m
        The right of way.
    areas
        Counties or towns (``code``, polygons, same CRS). Along a common boundary the first by code counts.
    ready
        The polygons of ready parcels.
    slivers
        What of the right of way that they do not cover is drawing noise.

    Returns
    -------
    DataFrame
        One row a stretch, in order: ``start_m``, ``end_m`` (along the whole line), ``town`` (missing outside every
        area), ``is_ready``. The stretches' lengths sum to the line's.
    """
    lines = _lines(line)
    ordered = areas.sort_values("code", kind="stable")
    grounds = valid_polygons(shapes_of(ordered))
    bare = _bare(lines, width_m, ready, slivers)
    parts, start = [_no_stretches()], 0.0
    for one in lines.tolist():
        at = _places(one, grounds, bare)
        found = _stretches(one, at, width_m, bare).assign(start_m=start + at[:-1], end_m=start + at[1:])
        parts.append(found.assign(town=texts(_codes(one, at, grounds, ordered["code"]))))
        start += one.length
    return pd.concat([part[list(STRETCH_COLUMNS)] for part in parts if len(part)] or parts, ignore_index=True)


def _no_stretches() -> pd.DataFrame:
    dtypes = {"start_m": "float64", "end_m": "float64", "town": "str", "is_ready": "bool"}
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in dtypes.items()})


def _lines(line: shapely.Geometry) -> Shapes:
    """The parts of a line that have a length."""
    merged = shapely.line_merge(line) if shapely.get_type_id(line) == shapely.GeometryType.MULTILINESTRING else line
    parts = shapely.get_parts(merged)
    return np.asarray(parts[shapely.length(parts) > STEP_M])


def _bare(lines: Shapes, width_m: float, ready: Shapes, slivers: Slivers) -> Shapes:
    """The pieces of the right of way that no ready parcel covers, slivers left out."""
    strip = shapely.union_all(shapely.buffer(lines, width_m / 2, cap_style="flat", join_style="mitre"))
    near = ready[shapely.intersects(ready, strip)] if len(ready) else ready
    rest = shapely.difference(strip, shapely.union_all(valid_polygons(near))) if len(near) else strip
    pieces = shapely.get_parts(rest)
    pieces = pieces[shapely.get_dimensions(pieces) == 2]
    return np.asarray(pieces[~slivers.among(shapely.area(pieces), shapely.length(pieces))])


def _places(line: shapely.LineString, grounds: Shapes, bare: Shapes) -> Floats:
    """Where along the line something may change, from 0 to its length."""
    crossings = shapely.intersection(line, shapely.boundary(grounds))
    corners = shapely.get_coordinates([*bare, *crossings, line])
    along = shapely.line_locate_point(line, shapely.points(corners))
    at = np.unique(np.concatenate([[0.0], along, [line.length]]))
    kept = np.concatenate([[True], np.diff(at) > STEP_M])
    kept[-1] = True
    at = at[kept]
    return at if len(at) < 3 or at[-1] - at[-2] > STEP_M else np.delete(at, -2)


def _stretches(line: shapely.LineString, at: Floats, width_m: float, bare: Shapes) -> pd.DataFrame:
    """Whether each stretch is ready: whether the cross-section in its middle meets no bare piece."""
    sections = _cross_sections(line, (at[:-1] + at[1:]) / 2, width_m)
    blocked = np.zeros(len(sections), dtype=bool)
    section, piece = shapely.STRtree(bare).query(sections)
    common = shapely.length(shapely.intersection(sections[section], bare[piece]))
    blocked[section[common > STEP_M]] = True
    return pd.DataFrame({"is_ready": ~blocked})


def _cross_sections(line: shapely.LineString, middles: Floats, width_m: float) -> Shapes:
    """A segment of the right of way's width across the line at each of these places."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, middles))
    along = _directions(line, middles)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * (width_m / 2)
    return np.asarray(shapely.linestrings(np.stack([here - across, here + across], axis=1)))


def _directions(line: shapely.LineString, middles: Floats) -> Floats:
    """The unit vector of the segment on which each place lies."""
    corners = shapely.get_coordinates(line)
    steps = np.diff(corners, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    ends = np.cumsum(lengths)
    segment = np.minimum(np.searchsorted(ends, middles, side="right"), len(lengths) - 1)
    return np.asarray(steps[segment] / lengths[segment][:, None])


def _codes(line: shapely.LineString, at: Floats, grounds: Shapes, codes: pd.Series) -> npt.NDArray[np.object_]:
    """The area in which the middle of each stretch lies; None in none."""
    middles = shapely.line_interpolate_point(line, (at[:-1] + at[1:]) / 2)
    point, area = _first(*shapely.STRtree(grounds).query(middles, predicate="intersects"))
    found = np.full(len(middles), None, dtype=object)
    found[point] = codes.to_numpy(dtype=object)[area]
    return found


def _first(point: Rows, area: Rows) -> tuple[Rows, Rows]:
    """Of each point its first area."""
    order = np.lexsort((area, point))
    point, area = point[order], area[order]
    distinct, at = np.unique(point, return_index=True)
    return distinct, area[at]


def task_progress(parts: pd.DataFrame, tasks: pd.DataFrame, on: date) -> pd.DataFrame:
    """
    How each area's task stands on day ``on``.

    Parameters
    ----------
    parts
        As ``stretches`` gives them.
    tasks
        ``town``, ``set_on``, ``due_on``; areas that the line crosses without a task are told too.

    Returns
    -------
    DataFrame
        One row an area, by code, what lies outside every area last (``town`` missing): TASK_COLUMNS. ``ready_m``:
        ready over the full width; ``expected_share``: of the days from ``set_on`` to ``due_on`` those gone by (0–1;
        missing without both, 1 once overdue); ``behind_pp``, ``behind_m``: expected less done, negative where ahead;
        ``days_over``: days past ``due_on``, 0 where done or not yet due.
    """
    length = parts["end_m"] - parts["start_m"]
    key = parts["town"].fillna("")
    sums = pd.DataFrame({"length_m": length, "ready_m": length.where(parts["is_ready"], 0.0)}).groupby(key).sum()
    given = tasks.drop_duplicates("town", keep="last").set_index("town")
    codes = sorted({*sums.index, *given.index}, key=lambda code: (code == "", code))
    frame = sums.reindex(codes).fillna(0.0).join(given[["set_on", "due_on"]])
    return _judged(frame, np.datetime64(on, "D"))


def _judged(frame: pd.DataFrame, today: np.datetime64) -> pd.DataFrame:
    length, ready = frame["length_m"].to_numpy(), frame["ready_m"].to_numpy()
    done = np.divide(ready, length, out=np.full(len(length), np.nan), where=length > 0)
    expected = _expected(frame, today)
    due = frame["due_on"].to_numpy().astype("datetime64[D]")
    over = np.where((due < today) & ~(done >= 1.0), (today - due).astype(np.int64), 0)
    columns: dict[str, Any] = {
        "town": texts([code or None for code in frame.index]),
        "set_on": frame["set_on"].array,
        "due_on": frame["due_on"].array,
        "length_m": length,
        "ready_m": ready,
        "done_share": done,
        "expected_share": expected,
        "behind_pp": 100 * (expected - done),
        "behind_m": (expected - done) * length,
        "days_over": over,
    }
    return pd.DataFrame(columns)[list(TASK_COLUMNS)]


def _expected(frame: pd.DataFrame, today: np.datetime64) -> Floats:
    """The share of the time that has gone by; missing where no day is set, or where it began is not told yet."""
    begin = frame["set_on"].to_numpy().astype("datetime64[D]")
    due = frame["due_on"].to_numpy().astype("datetime64[D]")
    whole, gone = (due - begin).astype("float64"), (today - begin).astype("float64")
    known = ~np.isnat(begin) & ~np.isnat(due) & (due > begin)
    share = np.divide(gone, whole, out=np.full(len(whole), np.nan), where=known)
    return np.where(due <= today, 1.0, np.clip(share, 0.0, 1.0))


def width_of(row_width_m: float | None, rules: RuleBook) -> float:
    """A project's right of way; the rule's where none is given."""
    return float(row_width_m) if row_width_m and row_width_m > 0 else float(rules.value("land.default_row_width_m"))
