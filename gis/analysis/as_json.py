"""An assessment in the fixed form that ``guatu assess --json`` and ``/api/assessment`` give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from gis.analysis.inputs import Assessment
from gis.analysis.overview import Overview
from gis.analysis.totals import total

_LAND = ("footprint_m2", "ready_m2", "uncovered_m2", "overlap_m2")


def assessment_json(overview: Overview, pieces: Iterable[Assessment]) -> dict[str, Any]:
    """
    ``{"on", "projects": […], "totals": {…}}`` of plain values: dates as text, None where there is no value.

    Areas m², money 万元, ``progress_gap_pp`` percentage points, sentences as ``{"zh", "en"}``. ``pieces`` are the
    assessments of the overview's projects, some at a time, by code.
    """
    return {
        "on": overview.on.isoformat(),
        "projects": [project for piece in pieces for project in _projects(piece)],
        "totals": total(overview.projects),
    }


def _projects(assessment: Assessment) -> list[dict[str, Any]]:
    blocking = _blocking(assessment.blocking)
    rows = assessment.projects.reset_index().to_dict("records")
    return [_project(row, blocking.get(row["code"], [])) for row in rows]


def _project(row: Any, blocking: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "lamp": row["lamp"],
        "progress_gap_pp": _number(row["gap_pp"]),
        "land": {**{name: _number(row[name]) for name in _LAND}, "by_stage_m2": dict(row["stage_m2"])},
        "ready_earliest": _day(row["ready_earliest_on"]),
        "ready_expected": _day(row["ready_expected_on"]),
        "float_days": None if pd.isna(row["float_days"]) else int(row["float_days"]),
        "flags": list(row["flags"]),
        "blocking": blocking,
        "at_risk_wan": _number(row["at_risk_wan"]),
        "reasons": [words.as_dict() for words in row["reasons"]],
    }


def _blocking(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The blocking parcels of each project, in their order."""
    result: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        part = {
            "parcel_no": row["parcel_no"],
            "stage": row["stage"],
            "area_m2": _number(row["area_m2"]),
            "ready_expected": _day(row["ready_expected_on"]),
        }
        result.setdefault(row["project_code"], []).append(part)
    return result


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else f"{value:%Y-%m-%d}"
