"""Which projects a tour may visit, what each visit is worth, and why others may not be visited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gis.model import Lamp, Level, ProjectCategory, ProjectStage
from gis.tours.spec import SiteWish, TourSpec, Weights
from gis.words import Words

# What each part of a value counts, from 0 to 100: ours, for want of a rule; an office changes the weights.
LAMP_POINTS: Mapping[str, float] = {Lamp.GREEN: 100.0, Lamp.YELLOW: 60.0, Lamp.RED: 20.0, Lamp.NONE: 0.0}
LEVEL_POINTS: Mapping[str, float] = {
    Level.NATIONAL: 100.0,
    Level.PROVINCIAL: 80.0,
    Level.MUNICIPAL: 60.0,
    Level.COUNTY: 40.0,
    Level.TOWNSHIP: 20.0,
}
# Over how long the change of image progress is looked at.
CHANGE_DAYS = 183
_PLACES = 1
_NONE = Words("", "")


@dataclass(frozen=True, slots=True)
class ValueParts:
    """The figures, 0 to 100, that a value is made of; each is counted by its weight."""

    investment: float
    lamp: float
    level: float
    progress: float

    def weighed(self, by: Weights) -> float:
        """Their weighted mean, 0 to 100; 0 where every weight is 0."""
        pairs = [(getattr(self, name), getattr(by, name)) for name in ("investment", "lamp", "level", "progress")]
        total = sum(weight for _, weight in pairs)
        return round(sum(part * weight for part, weight in pairs) / total, _PLACES) if total else 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A project that the filter lets pass. ``reason`` is empty where it may be visited; else ``why`` says it in words.

    ``share_done``: invested in all years / total investment, None where one of them is not known.
    """

    code: str
    name: str
    town: str
    park: str
    industry: str
    category: str
    lamp: str
    flags: tuple[str, ...]
    total_wan: float | None
    share_done: float | None
    value: float
    parts: ValueParts
    visit_min: int
    wish: SiteWish
    last_seen_on: date | None = None
    reason: str = ""
    why: Words = _NONE

    @property
    def is_eligible(self) -> bool:
        """A plan may visit it."""
        return not self.reason


def candidates_of(
    projects: pd.DataFrame, reports: pd.DataFrame, visits: pd.DataFrame, spec: TourSpec
) -> tuple[Candidate, ...]:
    """
    What the tour chooses from, by code.

    Parameters
    ----------
    projects
        The assessed projects that the filter lets pass: index ``code``; of PROJECT ``name``, ``located_in_town``,
        ``located_in_park``, ``industry``, ``category``, ``level``, ``stage``, ``total_wan``; ``lamp``, ``flags``;
        ``has_place``: it is drawn on the map.
    reports
        Their progress reports: ``project_code``, ``period_end_on``, ``invested_wan`` (of the year so far),
        ``image_percent``.
    visits
        ``project_code``, ``tour_no``, ``on_date`` of earlier tours that count.
    """
    first_day = min(day.on for day in spec.days)
    investment = _percentiles(projects["total_wan"])
    change = _image_change(reports, first_day)
    invested = _invested_ever(reports)
    seen = visits[visits["on_date"] < pd.Timestamp(first_day)]
    lately = _of_last_tours(seen, spec.not_seen_in_last)
    last_seen = seen.groupby("project_code")["on_date"].max()
    found = []
    for code, row in zip(projects.index.astype(str), projects.to_dict("records"), strict=True):
        parts = ValueParts(
            investment=float(investment[code]),
            lamp=LAMP_POINTS.get(str(row["lamp"]), 0.0),
            level=LEVEL_POINTS.get(str(row["level"]), 0.0),
            progress=float(np.clip(change.get(code, 0.0), 0, 100)),
        )
        total = _number(row["total_wan"])
        share = None if not total or code not in invested else round(float(invested[code]) / total, 4)
        facts = _Facts(row, share, code in lately, last_seen.get(code))
        found.append(_candidate(code, facts, parts, spec))
    return tuple(sorted(found, key=lambda each: each.code))


@dataclass(frozen=True, slots=True)
class _Facts:
    row: Mapping[Any, Any]
    share_done: float | None
    is_seen_lately: bool
    last_seen: pd.Timestamp | None


def _candidate(code: str, facts: _Facts, parts: ValueParts, spec: TourSpec) -> Candidate:
    row, wish = facts.row, spec.wish(code)
    reason, why = next(_reasons(facts, wish, spec), ("", _NONE))
    category = _text(row["category"])
    return Candidate(
        code=code,
        name=_text(row["name"]),
        town=_text(row["located_in_town"]),
        park=_text(row["located_in_park"]),
        industry=_text(row["industry"]),
        category=category,
        lamp=_text(row["lamp"]),
        flags=tuple(str(flag) for flag in row["flags"]),
        total_wan=_number(row["total_wan"]),
        share_done=facts.share_done,
        value=parts.weighed(spec.weights) if wish.value is None else wish.value,
        parts=parts,
        visit_min=_visit_min(wish, category, spec),
        wish=wish,
        last_seen_on=None if facts.last_seen is None else facts.last_seen.date(),
        reason=reason,
        why=why,
    )


def _reasons(facts: _Facts, wish: SiteWish, spec: TourSpec) -> Iterator[tuple[str, Words]]:
    """Why it may not be visited, the weightiest first. A must-see meets no condition: who names it knows it."""
    if wish.never:
        yield "never", Words("已设为不看", "set not to be visited")
    if not facts.row["has_place"]:
        yield "no_place", Words("项目未落图，没有位置", "not drawn on the map, so it has no place")
    if not wish.must:
        yield from _conditions(facts, spec)


def _conditions(facts: _Facts, spec: TourSpec) -> Iterator[tuple[str, Words]]:
    stage = _text(facts.row["stage"])
    if stage and not ProjectStage(stage).is_active:
        words = ProjectStage(stage).words
        yield "halted", Words(f"项目已{words.zh}", f"the project is {words.en}")
    share = facts.share_done
    if spec.min_share_done > 0 and (share is None or share < spec.min_share_done):
        done = Words("未知", "an unknown share") if share is None else Words(f"{share:.0%}", f"{share:.0%}")
        zh = f"累计完成总投资 {done.zh}，要求不低于 {spec.min_share_done:.0%}"
        yield "not_enough_done", Words(zh, f"{done.en} of its investment done, {spec.min_share_done:.0%} asked for")
    if facts.is_seen_lately and facts.last_seen is not None:
        seen, last = facts.last_seen.date(), spec.not_seen_in_last
        yield "seen_lately", Words(f"最近 {last} 次观摩已看过（{seen}）", f"seen in the last {last} tours ({seen})")


def _visit_min(wish: SiteWish, category: str, spec: TourSpec) -> int:
    if wish.visit_min is not None:
        return wish.visit_min
    of_category = dict(spec.visit_min_of)
    return of_category.get(ProjectCategory(category), spec.visit_min) if category else spec.visit_min


def _percentiles(values: pd.Series) -> dict[str, float]:
    """Of each, 100 × the share of candidates whose value is no larger; 0 for a missing one."""
    ranks = values.rank(pct=True, method="max").fillna(0.0) * 100
    return {str(code): round(float(rank), _PLACES) for code, rank in ranks.items()}


def _image_change(reports: pd.DataFrame, until: date) -> dict[str, float]:
    """Points the image progress grew by in the half year before: since the last report before it, or the first."""
    known = reports[reports["image_percent"].notna()].sort_values("period_end_on", kind="stable")
    latest = known.groupby("project_code")["image_percent"].last()
    since = known["period_end_on"] <= pd.Timestamp(until - timedelta(days=CHANGE_DAYS))
    before = known[since].groupby("project_code")["image_percent"].last()
    first = known.groupby("project_code")["image_percent"].first()
    change = (latest - before.reindex(latest.index).fillna(first)).round(_PLACES)
    return {str(code): float(points) for code, points in change.items()}


def _invested_ever(reports: pd.DataFrame) -> dict[str, float]:
    """万元 of all years together: of each year what its last report says."""
    known = reports[reports["invested_wan"].notna()].sort_values("period_end_on", kind="stable")
    years = known["period_end_on"].dt.year.rename("year")
    of_year = known.groupby(["project_code", years])["invested_wan"].last()
    return {str(code): float(wan) for code, wan in of_year.groupby("project_code").sum().items()}


def _of_last_tours(seen: pd.DataFrame, count: int) -> frozenset[str]:
    """The projects of the last ``count`` tours."""
    if not count or seen.empty:
        return frozenset()
    last = seen.groupby("tour_no")["on_date"].max().sort_values(kind="stable").index[-count:]
    return frozenset(seen[seen["tour_no"].isin(last)]["project_code"].astype(str))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
