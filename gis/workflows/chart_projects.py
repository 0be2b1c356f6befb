"""The charts of the projects that a filter lets pass."""

from __future__ import annotations

from gis.analysis.charts import charts
from gis.analysis.filtering import filtered
from gis.analysis.overview import Overview
from gis.model import ProjectFilter, Query
from gis.store.port import Store
from gis.workflows.names import read_names
from gis.workflows.plain import Record


def chart_projects(store: Store, overview: Overview, wanted: ProjectFilter) -> Record:
    """``{on, lamps_by_town, months, land}`` as /api/charts sends it."""
    reports = store.read("progress_report", Query(on=overview.on))
    passed = filtered(overview.projects, wanted)
    towns = read_names(store, overview.on).towns
    return {"on": overview.on.isoformat(), **charts(passed, reports, overview.on, towns)}
