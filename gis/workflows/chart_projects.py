"""The charts of the projects that a filter lets pass."""

from __future__ import annotations

from gis.analysis.assessment import Assessment
from gis.analysis.charts import charts
from gis.analysis.filtering import filtered
from gis.model import ProjectFilter, Query
from gis.store.port import Store
from gis.workflows.names import read_names
from gis.workflows.plain import Record


def chart_projects(store: Store, assessment: Assessment, wanted: ProjectFilter) -> Record:
    """``{on, lamps_by_town, months, land}`` as /api/charts sends it."""
    reports = store.read("progress_report", Query(on=assessment.on))
    passed = filtered(assessment.projects, wanted)
    towns = read_names(store, assessment.on).towns
    return {"on": assessment.on.isoformat(), **charts(passed, reports, assessment.on, towns)}
