"""An overview as rows of text, as a store keeps it, and back: the same to the last bit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gis.analysis.overview import PROGRESS, Overview
from gis.layers import FRAME_DTYPES, PROJECT
from gis.words import Words
from gis.workflows.plain import Record, plain

# What an assessment adds to a project's own attributes; all else that it adds is float64.
_ASSESSED = {
    **dict.fromkeys(("year", "months_elapsed", "start_months_late"), "int64"),
    **dict.fromkeys(("started", "due_to_start", "stagnant", "is_uncovered", "is_chemical_outside"), "bool"),
    **dict.fromkeys(("lamp", "start_lamp", "geometry_kind", "readiness", "worst_flag"), "str"),
    **dict.fromkeys(("last_report_on", "ready_earliest_on", "ready_expected_on"), "datetime64[s]"),
}
_PROJECT = {**{column.name: FRAME_DTYPES[column.type] for column in PROJECT.columns}, **_ASSESSED}
_CONFLICT = {
    "project_code": "str",
    "zone_no": "str",
    "kind": "str",
    "result": "str",
    "area_m2": "float64",
    "share": "float64",
    "is_sliver": "bool",
    "together_m2": "float64",
}

# What a change of parcels alone leaves as it is.
_SETTLED = frozenset((*PROJECT.names, *PROGRESS))


def _words(told: Iterable[Record]) -> tuple[Words, ...]:
    return tuple(Words(**words) for words in told)


_HELD: dict[str, Callable[[Any], Any]] = {
    "reasons": _words,
    "progress_reasons": _words,
    "flags": tuple,
    "stage_m2": dict,
}


def rows_of(overview: Overview, before: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Project code → its row and its conflicts as JSON.

    ``before``: rows of projects of which nothing changed but the parcels: the rest is taken from there.
    """
    known = {code: json.loads(before[code]) for code in overview.projects.index if code in before} if before else {}
    moved = overview.projects[[name for name in overview.projects.columns if name not in _SETTLED]]
    if len(known) == len(moved):
        records = _records(moved)
        return {
            code: _text({**one["project"], **new}, one["conflicts"])
            for (code, one), new in zip(known.items(), records, strict=True)
        }
    conflicts: dict[str, list[Record]] = {}
    for record in _records(overview.conflicts):
        conflicts.setdefault(record["project_code"], []).append(record)
    codes = overview.projects.index.tolist()
    return {
        code: _text(record, conflicts.get(code, []))
        for code, record in zip(codes, _records(overview.projects), strict=True)
    }


def _text(project: Record, conflicts: list[Record]) -> str:
    return json.dumps({"project": project, "conflicts": conflicts}, ensure_ascii=False)


def _records(frame: pd.DataFrame) -> list[Record]:
    """As ``records_of``; quicker for a row or two, of which each transaction writes some."""
    names = list(frame.columns)
    return [dict(zip(names, map(plain, row), strict=True)) for row in frame.astype(object).to_numpy().tolist()]


def overview_from(on: date, rows: Mapping[str, str], columns: Sequence[str] | None = None) -> Overview:
    """The overview of these rows, of which there is at least one; of its projects all columns, or these."""
    told = {code: json.loads(text) for code, text in sorted(rows.items())}
    projects = [one["project"] for one in told.values()]
    conflicts = [conflict for one in told.values() for conflict in one["conflicts"]]
    index = pd.Index(list(told), dtype="str", name="code")
    return Overview(
        on, _frame(projects, columns or list(projects[0]), _PROJECT).set_index(index), _frame(conflicts, _CONFLICT)
    )


def _frame(records: list[Record], names: Iterable[str], types: Mapping[str, str] = _CONFLICT) -> pd.DataFrame:
    return pd.DataFrame({name: _column(name, [r[name] for r in records], types) for name in names})


def _column(name: str, values: list[Any], types: Mapping[str, str]) -> Any:
    if name in _HELD:
        held = np.empty(len(values), dtype=object)
        held[:] = [_HELD[name](value) for value in values]
        return held
    kind = types.get(name, "float64")
    # pandas' own types are made by pandas; numpy takes None for a missing number or day, and is quicker.
    return pd.Series(values, dtype=kind).array if kind in ("str", "boolean", "Int64") else np.array(values, dtype=kind)
