"""The assessment of a county's projects on one day: how far each is, and whether its land will be there in time."""

from __future__ import annotations

from gis.analysis.clock import time_parcels
from gis.analysis.inputs import Assessment, Changes, Inputs
from gis.analysis.project_land import Kept, assess_projects

__all__ = ["Assessment", "Changes", "Inputs", "Kept", "assess"]


def assess(inputs: Inputs, kept: Kept | None = None) -> Assessment:
    """
    Assess every project of ``inputs``; ``kept``: what parcels have no say in, as known of exactly these projects.

    Raises
    ------
    CrsMismatch
        Projects, parcels and zones are not in one reference system.
    InvalidValue
        A rule cannot be read.
    """
    parcels = time_parcels(inputs.parcels, inputs.events, inputs.rules, inputs.on)
    return assess_projects(inputs, parcels, kept)
