"""Totals and ranking of the projects that a filter lets pass."""

from __future__ import annotations

from gis.analysis.assessment import Assessment
from gis.analysis.filtering import filtered
from gis.analysis.totals import rows, total, totals
from gis.model import ProjectFilter
from gis.store.port import Store
from gis.workflows.names import read_names
from gis.workflows.plain import Record


def total_projects(
    store: Store, assessment: Assessment, wanted: ProjectFilter, by: str, rank_by: str = "gap_pp"
) -> Record:
    """``{on, by, rows, total}`` as /api/totals sends it; ``by`` and ``rank_by``: see gis.analysis.totals."""
    passed = filtered(assessment.projects, wanted)
    names = read_names(store, assessment.on).of_group(by)
    return {
        "on": assessment.on.isoformat(),
        "by": by,
        "rows": rows(totals(passed, by, names, rank_by=rank_by)),
        "total": total(passed),
    }
