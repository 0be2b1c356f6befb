"""Totals and ranking of the projects that a filter lets pass."""

from __future__ import annotations

from gis.analysis.filtering import filtered
from gis.analysis.overview import Overview
from gis.analysis.totals import rows, total, totals
from gis.model import ProjectFilter
from gis.store.port import Store
from gis.workflows.names import read_names
from gis.workflows.plain import Record


def total_projects(store: Store, overview: Overview, wanted: ProjectFilter, by: str, rank_by: str = "gap_pp") -> Record:
    """``{on, by, rows, total}`` as /api/totals sends it; ``by`` and ``rank_by``: see gis.analysis.totals."""
    passed = filtered(overview.projects, wanted)
    names = read_names(store, overview.on).of_group(by)
    return {
        "on": overview.on.isoformat(),
        "by": by,
        "rows": rows(totals(passed, by, names, rank_by=rank_by)),
        "total": total(passed),
    }
