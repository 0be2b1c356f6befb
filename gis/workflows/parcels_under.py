"""The parcels on the land of the projects that a filter lets pass."""

from __future__ import annotations

from gis.analysis.filtering import filtered
from gis.analysis.overview import Overview
from gis.model import ProjectFilter
from gis.store.port import Store
from gis.workflows.assess_store import ASSESSED_LAYERS, assess_in_full
from gis.workflows.keep_assessment import edition


def parcels_under(store: Store, overview: Overview, wanted: ProjectFilter) -> set[str]:
    """
    Numbers of the parcels that have a part, be it a sliver, on the land of a project that ``wanted`` lets pass.

    Of the kept day as the store keeps it; of another one the projects are cut anew, which takes longer.
    """
    codes = filtered(overview.projects, wanted).index.tolist()
    if _is_kept(store, overview):
        parts = store.kept_parts()
        return set(parts.loc[parts["project_code"].isin(codes), "parcel_no"])
    return set(assess_in_full(store, overview, codes).parts["parcel_no"].dropna()) if codes else set()


def _is_kept(store: Store, overview: Overview) -> bool:
    """The store keeps the parts of that day and of the data as they are."""
    kept = store.results(keys=())
    if kept is None or kept.on != overview.on or kept.made_by != edition():
        return False
    return kept.version == store.version(ASSESSED_LAYERS)
