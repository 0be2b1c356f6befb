"""The assessed projects that a filter lets pass, as a list and as map features."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from gis.analysis.filtering import filtered
from gis.analysis.overview import Overview
from gis.crs import to_lonlat
from gis.errors import InvalidParameter, Place
from gis.layers import PROJECT
from gis.maps.geojson import features_of, label_points
from gis.model import Coded, Flag, Lamp, ProjectFilter, Query, Readiness
from gis.store.port import Store
from gis.words import Words
from gis.workflows.names import read_names, with_names
from gis.workflows.plain import Record, column_values, records_of

ASSESSED = (
    "plan_wan",
    "invested_wan",
    "stat_invested_wan",
    "done_share",
    "expected_share",
    "gap_pp",
    "shortfall_wan",
    "required_monthly_wan",
    "forecast_wan",
    "forecast_share",
    "lamp",
    "start_lamp",
    "stagnant",
    "image_percent",
    "last_report_on",
    "geometry_kind",
    "footprint_m2",
    "ready_m2",
    "ready_share",
    "uncovered_m2",
    "readiness",
    "ready_earliest_on",
    "ready_expected_on",
    "float_days",
    "flags",
    "worst_flag",
    "at_risk_wan",
)
NAMED = ("located_in_town_name", "credited_to_town_name", "located_in_park_name")
LISTED = (*PROJECT.names, *NAMED, *ASSESSED)
ON_THE_MAP = ("code", "name", "lamp", "stage", "worst_flag", "readiness", "at_risk_wan", "total_wan")
# What the page's list, legend, tips and town panels show of each project.
ON_THE_PAGE = (
    "code",
    "name",
    "lamp",
    "stage",
    "located_in_town",
    "located_in_town_name",
    "plan_wan",
    "invested_wan",
    "gap_pp",
    "footprint_m2",
    "ready_share",
    "readiness",
    "float_days",
    "flags",
    "worst_flag",
    "at_risk_wan",
)
CODED: dict[str, type[Coded]] = {
    **{column.name: column.codes for column in PROJECT.columns if column.codes},
    "lamp": Lamp,
    "start_lamp": Lamp,
    "worst_flag": Flag,
    "readiness": Readiness,
}
SORTABLE = tuple(name for name in LISTED if name != "flags")


def listed_projects(store: Store, overview: Overview, wanted: ProjectFilter, sort: str = "") -> pd.DataFrame:
    """
    The projects that ``wanted`` lets pass, with names beside codes and ``code`` as a column.

    ``sort`` is a column of ``SORTABLE``, with ``-`` before it from the greatest; equal ones by code, missing last.
    """
    passed = with_names(filtered(overview.projects, wanted), read_names(store, overview.on))
    return _sorted(passed.assign(code=passed.index.astype("str")).reset_index(drop=True), sort)


def _sorted(frame: pd.DataFrame, sort: str) -> pd.DataFrame:
    if not sort:
        return frame
    column = sort.removeprefix("-")
    if column not in SORTABLE:
        raise InvalidParameter(
            Words("不能按此列排序", "this column cannot be sorted by"),
            found=sort,
            expected=" | ".join(SORTABLE),
            place=Place(column="sort"),
        )
    by_code = frame.sort_values("code", kind="stable")
    ascending = not sort.startswith("-")
    return by_code.sort_values(column, ascending=ascending, na_position="last", kind="stable", key=_ranked(column))


def _ranked(column: str) -> Callable[[pd.Series], pd.Series] | None:
    """Codes by their place in their list, not by their letters; "none" and none at all count as missing."""
    if column not in CODED:
        return None
    places = {member.value: place for place, member in enumerate(CODED[column]) if member.value != "none"}
    return lambda codes: codes.map(places)


def list_projects(store: Store, overview: Overview, wanted: ProjectFilter, sort: str = "") -> Record:
    """``{on, count, all, projects}`` as /api/projects sends it."""
    frame = listed_projects(store, overview, wanted, sort)
    return {
        "on": overview.on.isoformat(),
        "count": len(frame),
        "all": len(overview.projects),
        "projects": records_of(frame, LISTED),
    }


def list_project_columns(
    store: Store, overview: Overview, wanted: ProjectFilter, sort: str, columns: Sequence[str]
) -> Record:
    """
    ``{on, count, all, columns}``: the same projects in the same order, as one list of values a column.

    With the columns of the page an eighth of the text, and sooner read: names stand once.

    Raises
    ------
    InvalidParameter
        One of ``columns`` is none of ``LISTED``.
    """
    if unknown := [name for name in columns if name not in LISTED]:
        raise InvalidParameter(
            Words("没有此列", "there is no such column"),
            found=", ".join(unknown),
            expected=" | ".join(LISTED),
            place=Place(column="columns"),
        )
    frame = listed_projects(store, overview, wanted, sort)
    return {
        "on": overview.on.isoformat(),
        "count": len(frame),
        "all": len(overview.projects),
        "columns": {name: column_values(frame[name]) for name in columns},
    }


def list_project_features(store: Store, overview: Overview, wanted: ProjectFilter) -> Record:
    """
    The same projects as a GeoJSON FeatureCollection in longitude/latitude.

    ``lon``, ``lat`` are the point for a label or a circle; a project without a geometry has none of either.
    """
    passed = filtered(overview.projects, wanted)
    stored = store.read("project", Query(on=overview.on, columns=("code", "geometry")))
    shapes = pd.Series(np.asarray(stored.geometry.array, dtype=object), index=stored["code"].tolist(), dtype=object)
    geometries = to_lonlat(shapes.reindex(passed.index.tolist()).to_numpy(dtype=object), store.info.crs)
    points = label_points(geometries)
    frame = passed.assign(code=passed.index.astype("str"))
    properties = [
        {**record, "lon": lon, "lat": lat}
        for record, (lon, lat) in zip(records_of(frame, ON_THE_MAP), points, strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "on": overview.on.isoformat(),
        "features": features_of(geometries, properties),
    }
