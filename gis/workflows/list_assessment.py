"""The whole assessment with what holds each project up: what ``guatu assess --json`` prints and the API sends."""

from __future__ import annotations

from gis.analysis.as_json import assessment_json
from gis.analysis.overview import Overview
from gis.store.port import Store
from gis.workflows.assess_store import assess_all_in_full
from gis.workflows.plain import Record


def list_assessment(store: Store, overview: Overview) -> Record:
    """See ``assessment_json``. Projects are gone through some at a time, so that memory stays bounded."""
    return assessment_json(overview, assess_all_in_full(store, overview))
