"""
Totals and ranking of assessed projects by town, park, industry, department, leader …

Counts and sums add up: what the groups of any grouping hold is what the whole holds, to the last
10⁻⁶ 万元 and 10⁻⁶ m², because sums are made in whole millionths. Rates are made from sums, never
from rates.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

import pandas as pd

from gis.errors import InvalidParameter
from gis.model import Coded, Flag, Lamp, Level, ProjectCategory, ProjectKind
from gis.words import Words

COLUMN_OF: dict[str, str] = {
    "town": "located_in_town",
    "credited_town": "credited_to_town",
    "park": "located_in_park",
    "industry": "industry",
    "category": "category",
    "department": "department",
    "leader": "leader",
    "level": "level",
    "kind": "kind",
}
_CODES_OF: dict[str, type[Coded]] = {"category": ProjectCategory, "level": Level, "kind": ProjectKind}
NOT_STATED = Words("未注明", "not stated")

# What groups may be ranked by: from the best, so that the greatest of each comes first.
RANKED_BY = ("gap_pp", "done_share", "start_rate", "ready_share", "green_share")

MILLIONTHS = 1_000_000
_PLACES = 9
Numbers = TypeVar("Numbers", pd.Series, pd.DataFrame)
_SUMS = ("plan_wan", "invested_wan", "unplanned_invested_wan", "at_risk_wan", "footprint_m2", "ready_m2")
_COUNTS = ("n", "started", "due_to_start", "started_as_planned")


def totals(
    projects: pd.DataFrame, by: str, names: Mapping[str, str] | None = None, *, rank_by: str = "gap_pp"
) -> pd.DataFrame:
    """
    One row a group, best first.

    Parameters
    ----------
    projects
        ``Assessment.projects`` or some of them.
    by
        ``town`` (where projects lie), ``credited_town``, ``park``, ``industry`` (as the ledger states it),
        ``category``, ``department``, ``leader``, ``level``, ``kind``.
    names
        Names of the codes that a group goes by (towns, parks).
    rank_by
        One of ``RANKED_BY``. Equal values share a rank and the next rank is left out (1, 1, 3). A group
        without a value, and the group "not stated" (code ""), which nobody answers for, have none.

    Returns
    -------
    DataFrame
        ``code``, ``zh``, ``en`` and what ``total`` gives, and ``rank`` (Int64). ``rows`` makes it JSON.

    Raises
    ------
    InvalidParameter
        ``by`` or ``rank_by`` is not one of these.
    """
    column = _chosen("by", by, COLUMN_OF)
    _chosen("rank_by", rank_by, {name: name for name in RANKED_BY})
    groups = projects[column].fillna("").astype("str")
    sums = _addends(projects).groupby(groups).sum()
    codes = [str(code) for code in sums.index]
    expected = _expected_share(projects)
    frame = pd.DataFrame([_row(part, expected) for part in sums.to_dict("records")], columns=list(total(projects[:0])))
    words = [_words(by, code, names or {}) for code in codes]
    frame.insert(0, "code", pd.Series(codes, dtype="str"))
    frame.insert(1, "zh", pd.Series([w.zh for w in words], dtype="str"))
    frame.insert(2, "en", pd.Series([w.en for w in words], dtype="str"))
    frame["rank"] = _ranks(frame[rank_by].astype("float64"), frame["code"])
    order = frame.assign(last=frame["code"].eq("")).sort_values(["last", "rank", "code"], na_position="last").index
    return frame.loc[order].reset_index(drop=True)


def total(projects: pd.DataFrame) -> dict[str, Any]:
    """
    Counts, sums and rates over projects, ready for JSON (None: no value).

    ``plan_wan`` and ``invested_wan`` are of the projects with a plan, so that ``done_share`` is the one
    over the other; ``unplanned_invested_wan`` is what the others invested. ``gap_pp`` is against the
    same expected share as each project's. ``start_rate`` = ``started_as_planned`` (started projects that
    have a planned start, early ones too: it may exceed 1) / ``due_to_start`` (planned start reached,
    not cancelled). ``started`` counts every started project. ``ready_share`` is Σ ready / Σ footprint.
    ``green_share`` is green / lamps that are lit.
    """
    return _row(_addends(projects).sum().to_dict(), _expected_share(projects))


def exact_sum(values: pd.Series) -> float:
    """The sum in whole millionths, so that the sums of groups add up to the sum of all; missing values are nothing."""
    return int(_in_millionths(values).sum()) / MILLIONTHS


def _in_millionths(values: Numbers) -> Numbers:
    return (values.astype("float64").fillna(0) * MILLIONTHS).round().astype("int64")


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A totals frame as rows for JSON: plain values, None where there is none."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    return None if pd.isna(value) else value


def _chosen(name: str, found: str, choices: Mapping[str, str]) -> str:
    if found not in choices:
        raise InvalidParameter(
            Words(f"参数 {name} 无法识别", f"parameter {name} is not known"), found=found, expected=" | ".join(choices)
        )
    return choices[found]


def _words(by: str, code: str, names: Mapping[str, str]) -> Words:
    if code == "":
        return NOT_STATED
    if by in _CODES_OF:
        return _CODES_OF[by](code).words
    name = names.get(code, code)
    return Words(name, name)


def _addends(projects: pd.DataFrame) -> pd.DataFrame:
    """Everything that adds up, a row a project, in whole numbers: counts, and sums in millionths."""
    has_plan = projects["plan_wan"] > 0
    invested = projects["invested_wan"]
    summed = projects.reindex(columns=list(_SUMS)).assign(
        plan_wan=projects["plan_wan"].where(has_plan),
        invested_wan=invested.where(has_plan),
        unplanned_invested_wan=invested.mask(has_plan),
    )
    started = projects["started"].astype(bool)
    counted = pd.DataFrame(
        {
            "n": pd.Series(True, index=projects.index),
            "started": started,
            "due_to_start": projects["due_to_start"].astype(bool),
            "started_as_planned": started & projects["planned_start_on"].notna(),
            **{f"lamp {lamp.value}": projects["lamp"].eq(lamp.value) for lamp in Lamp},
            **{f"flag {flag.value}": [flag.value in worn for worn in projects["flags"]] for flag in Flag},
        },
        index=projects.index,
    )
    return counted.astype("int64").join(_in_millionths(summed))


def _row(sums: Mapping[Hashable, int], expected: float) -> dict[str, Any]:
    """Sums of addends as one row of totals, with the rates made of them."""
    summed = {name: sums[name] / MILLIONTHS for name in _SUMS}
    lamps = {lamp.value: int(sums[f"lamp {lamp.value}"]) for lamp in Lamp}
    done = _ratio(sums["invested_wan"], sums["plan_wan"])
    return {
        **{name: int(sums[name]) for name in _COUNTS},
        "start_rate": _ratio(sums["started_as_planned"], sums["due_to_start"]),
        **summed,
        "done_share": done,
        "gap_pp": None if done is None else round(100 * (done - expected), _PLACES) + 0.0,
        "lamps": lamps,
        "green_share": _ratio(lamps["green"], lamps["green"] + lamps["yellow"] + lamps["red"]),
        "flags": {flag.value: int(sums[f"flag {flag.value}"]) for flag in Flag},
        "ready_share": _ratio(sums["ready_m2"], sums["footprint_m2"]),
    }


def _expected_share(projects: pd.DataFrame) -> float:
    """The expected share of the assessment's day: it is every project's."""
    return float(projects["expected_share"].max()) if len(projects) else 0.0


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _ranks(values: pd.Series, codes: pd.Series) -> pd.Series:
    """Competition ranks from the greatest value; values equal to 10⁻⁹ are equal."""
    ranked = values.where(codes.ne("")).round(_PLACES)
    return ranked.rank(method="min", ascending=False).astype("Int64")
