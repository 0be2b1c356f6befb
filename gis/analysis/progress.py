"""
How far each project is this year: 序时进度, lamps, required rate, forecast, stagnation (DOMAIN §4).

All figures of a year are by dispatch (调度数); statistical figures stand beside them and no formula
touches them. What a project invested is what its latest report of the year says; months without a
report count as no investment in the lamp, and the reasons say how many are missing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from gis.analysis.inputs import Inputs
from gis.analysis.lamps import PLACES, LampTemplate, judged
from gis.analysis.progress_words import progress_reasons
from gis.errors import InvalidValue
from gis.model import Period, ProjectStage
from gis.rules import RuleBook
from gis.words import Words

MONTHS = 12
RATE_MONTHS = 3
WAN_PLACES = 6

COLUMNS = (
    "year",
    "months_elapsed",
    "expected_share",
    "plan_wan",
    "invested_wan",
    "stat_invested_wan",
    "done_share",
    "gap_pp",
    "shortfall_wan",
    "required_monthly_wan",
    "forecast_wan",
    "forecast_share",
    "lamp",
    "started",
    "due_to_start",
    "start_lamp",
    "start_months_late",
    "stagnant",
    "image_percent",
    "last_report_on",
)

_STARTED = [stage.value for stage in ProjectStage if stage.has_started]
_FINISHED = [stage.value for stage in ProjectStage if stage.is_finished]
_HALTED = [stage.value for stage in ProjectStage if not stage.is_active]


def assess_progress(inputs: Inputs) -> pd.DataFrame:
    """
    The progress of each project on ``inputs.on``.

    A project without a plan (or with a plan of zero) has no share, gap or forecast share, and no lamp.
    With a plan and no report yet this year its investment is 0.

    Returns
    -------
    DataFrame
        Index ``code``, sorted. The columns that Assessment lists under "progress", and
        ``progress_reasons`` (tuple of Words: lamp, start lamp, stagnation, missing reports).

    Raises
    ------
    InvalidValue
        A rule parameter of progress or of a lamp cannot be read.
    """
    projects = pd.DataFrame(inputs.projects.drop(columns="geometry", errors="ignore")).set_index("code").sort_index()
    reports = reports_until(inputs.reports, inputs.on)
    frame = _measured(projects.index, inputs.plans, reports, inputs.on, _expected_by(inputs.rules))
    frame = frame.join(_outlook(frame, reports, inputs.on)).join(_standing(projects, inputs.on))
    frame = frame.join(_images(projects, reports, _stagnant_reports(inputs.rules)))
    frame = frame.join(_lamps(frame, projects, inputs, reports))
    reasons = pd.Series(_reasons(frame, projects, inputs), index=frame.index, dtype="object")
    return frame[list(COLUMNS)].assign(progress_reasons=reasons)


def months_elapsed(on: date) -> int:
    """Full months of its year that have ended by the end of ``on``: 10 on 31 October and on 22 November."""
    return on.month if on == month_end(on.year, on.month) else on.month - 1


def expected_share(on: date, by: str = "month") -> float:
    """
    序时进度: the share (0–1) of the year that has gone by.

    ``by`` "month" counts ended months / 12; "day" counts days / 365 (366), ``on`` included.
    """
    if by == "month":
        return months_elapsed(on) / MONTHS
    days = (date(on.year, 12, 31) - date(on.year - 1, 12, 31)).days
    return (on - date(on.year - 1, 12, 31)).days / days


def month_ends_before(on: date, count: int) -> list[date]:
    """The ends of the ``count`` months before the one that ended last by ``on``, newest first."""
    newest = _month_number(on)
    months = [divmod(newest - back - 1, MONTHS) for back in range(1, count + 1)]
    return [month_end(year, month + 1) for year, month in months]


def _month_number(on: date) -> int:
    """The number of the month that ended last by ``on``: 12 × year + month; December of the year before in January."""
    return on.year * MONTHS + months_elapsed(on)


def month_end(year: int, month: int) -> date:
    """The last day of a month (1–12)."""
    return date(year, month, monthrange(year, month)[1])


def _expected_by(rules: RuleBook) -> str:
    by = rules.value("progress.expected_by")
    if by not in ("month", "day"):
        raise InvalidValue(
            Words("规则 progress.expected_by 无法读取", "the rule progress.expected_by cannot be read"),
            found=repr(by),
            expected="month | day",
        )
    return str(by)


def _stagnant_reports(rules: RuleBook) -> int:
    least = rules.value("progress.stagnant_reports")
    if not isinstance(least, int) or least < 2:
        raise InvalidValue(
            Words("规则 progress.stagnant_reports 无法读取", "the rule progress.stagnant_reports cannot be read"),
            found=repr(least),
            expected="2, 3, 4 …",
        )
    return least


def reports_until(reports: pd.DataFrame, on: date) -> pd.DataFrame:
    """
    Reports whose period ended by ``on``, oldest first.

    A monthly report stands after a ten-day report of the same last day: where both are there, it rules.
    """
    ended = reports[reports["period_end_on"] <= pd.Timestamp(on)]
    ended = ended.assign(is_month=ended["period"].eq(Period.MONTH.value))
    return ended.sort_values(["period_end_on", "is_month"], kind="stable").drop(columns="is_month")


def _latest(reports: pd.DataFrame, column: str, codes: pd.Index) -> pd.Series:
    """The last value reported of each project; NaN where none was."""
    latest: pd.Series = reports.dropna(subset=[column]).groupby("project_code")[column].last().reindex(codes)
    return latest


def _of_year(reports: pd.DataFrame, on: date) -> pd.DataFrame:
    ends = reports["period_end_on"]
    return reports[(ends >= pd.Timestamp(on.year, 1, 1)) & (ends <= pd.Timestamp(on))]


def _measured(codes: pd.Index, plans: pd.DataFrame, reports: pd.DataFrame, on: date, by: str) -> pd.DataFrame:
    """Plan, investment and gap on one day; the same for today and for the month ends before."""
    year_reports = _of_year(reports, on)
    plan = plans[plans["year"] == on.year].groupby("project_code")["plan_wan"].last().reindex(codes).astype("float64")
    reported = _latest(year_reports, "invested_wan", codes).astype("float64")
    invested = reported.where(reported.notna() | plan.isna(), 0.0)
    positive = plan.where(plan > 0)
    expected = expected_share(on, by)
    done = invested / positive
    frame = pd.DataFrame(
        {
            "year": on.year,
            "months_elapsed": months_elapsed(on),
            "expected_share": expected,
            "plan_wan": plan,
            "invested_wan": invested,
            "stat_invested_wan": _latest(year_reports, "stat_invested_wan", codes).astype("float64"),
            "done_share": done,
            # + 0.0 turns a negative zero into zero
            "gap_pp": (100 * (done - expected)).round(PLACES) + 0.0,
            "shortfall_wan": (expected * positive - invested).round(WAN_PLACES) + 0.0,
        },
        index=codes,
    )
    # Where nothing is expected yet (January), nobody is behind.
    frame["gap_relative"] = (frame["gap_pp"] / expected).round(PLACES) if expected else frame["done_share"] * 0.0
    return frame


def _outlook(frame: pd.DataFrame, reports: pd.DataFrame, on: date) -> pd.DataFrame:
    """Required monthly rate to year's end, and where the last months' rate leads."""
    left = MONTHS - months_elapsed(on)
    remaining = (frame["plan_wan"] - frame["invested_wan"]).where(frame["plan_wan"] > 0)
    required = (remaining / left if left else remaining * np.nan).mask(remaining <= 0, 0.0)
    forecast = _forecast(_of_year(reports, on), on, frame.index)
    return pd.DataFrame(
        {
            "required_monthly_wan": required.round(WAN_PLACES),
            "forecast_wan": forecast.round(WAN_PLACES),
            "forecast_share": forecast / frame["plan_wan"].where(frame["plan_wan"] > 0),
        },
        index=frame.index,
    )


def _months_into_year(ends: pd.Series) -> pd.Series:
    """Where in its year a day ends, in months: 31 October → 10.0, 10 November → 10.333…"""
    months: pd.Series = ends.dt.month - 1 + ends.dt.day / ends.dt.days_in_month
    return months


def _forecast(reports: pd.DataFrame, on: date, codes: pd.Index) -> pd.Series:
    """
    Investment by 31 December if the rate of the last three reported months goes on.

    The rate runs from the latest report that ends at least three months before the last one (without
    it: from zero on 1 January) to the last one, and goes on from the last one. A falling cumulative
    figure counts as no rate. No forecast where the last three months brought no report.
    """
    told = reports.dropna(subset=["invested_wan"])
    told = told.assign(at=_months_into_year(told["period_end_on"]).round(PLACES))
    last = told.groupby("project_code")[["at", "invested_wan"]].last().reindex(codes)
    horizon = told["project_code"].map(last["at"]).astype("float64") - RATE_MONTHS
    base = told[told["at"] <= horizon].groupby("project_code")[["at", "invested_wan"]].last().reindex(codes).fillna(0.0)
    rate = ((last["invested_wan"] - base["invested_wan"]) / (last["at"] - base["at"])).clip(lower=0.0)
    is_fresh = last["at"] > months_elapsed(on) - RATE_MONTHS
    forecast: pd.Series = last["invested_wan"] + rate * (MONTHS - last["at"])
    return forecast.where(is_fresh)


def _standing(projects: pd.DataFrame, on: date) -> pd.DataFrame:
    """Started or not, due to start or not, and for how many months overdue."""
    day = pd.Timestamp(on)
    cancelled = projects["stage"].isin([ProjectStage.CANCELLED.value])
    begun = projects["stage"].isin(_STARTED) | (projects["actual_start_on"] <= day)
    planned = projects["planned_start_on"]
    halted = projects["stage"].isin(_HALTED)
    return pd.DataFrame(
        {
            "started": begun & ~cancelled,
            "due_to_start": (planned <= day) & ~cancelled,
            "start_months_late": start_months_late(planned, on).where(~begun & ~halted, 0).astype("int64"),
        },
        index=projects.index,
    )


def start_months_late(planned_start_on: pd.Series, on: date) -> pd.Series:
    """
    For how many months a start has been due, were it not started: 0 while it is not.

    The month due counts from the day after the planned one, and at its end in any case; each later
    month counts when it has ended. Planned for 10 October: 0 on the 10th, 1 from 11 October to
    29 November, 2 on 30 November, 3 on 31 December (银川: 当月未开工黄灯，连续三个月红灯).
    """
    due = planned_start_on.dt.year * MONTHS + planned_start_on.dt.month
    ended = (_month_number(on) - due + 1).clip(lower=0)
    passed = (planned_start_on < pd.Timestamp(on)).astype("float64")
    late: pd.Series = ended.where(ended > passed, passed).fillna(0).astype("int64")
    return late


def _images(projects: pd.DataFrame, reports: pd.DataFrame, least: int) -> pd.DataFrame:
    """
    Image progress, and whether it stands still (没变化).

    Stagnant: started, not finished, and the last ``least`` reports that state an image progress (one a
    day) all state the same, below 100 %.
    """
    codes = projects.index
    told = reports.dropna(subset=["image_percent"]).drop_duplicates(["project_code", "period_end_on"], keep="last")
    last = told.groupby("project_code").tail(least).groupby("project_code")
    spread = last["image_percent"].agg(["count", "min", "max"]).reindex(codes)
    still = (spread["count"] >= least) & (spread["max"] - spread["min"]).abs().lt(10.0**-PLACES)
    working = projects["stage"].isin([stage for stage in _STARTED if stage not in _FINISHED])
    return pd.DataFrame(
        {
            "stagnant": still & working & spread["max"].lt(100),
            "image_percent": _latest(reports, "image_percent", codes).astype("float64"),
            "last_report_on": reports.groupby("project_code")["period_end_on"].max().reindex(codes),
            "still_reports": spread["count"].fillna(0).astype("int64"),
            "still_since": last["period_end_on"].min().reindex(codes),
            "still_until": last["period_end_on"].max().reindex(codes),
        },
        index=codes,
    ).astype({"last_report_on": "datetime64[s]", "still_since": "datetime64[s]", "still_until": "datetime64[s]"})


_COLUMN_OF_METRIC: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "gap_pp": lambda frame: frame["gap_pp"],
    "gap_relative": lambda frame: frame["gap_relative"],
    "done_percent": lambda frame: 100 * frame["done_share"],
    # Not yet due is no value, not "0 months late".
    "start_months_late": lambda frame: frame["start_months_late"].where(frame["start_months_late"] > 0),
}


def _template(rules: RuleBook, code: str) -> LampTemplate:
    template = LampTemplate.parse(code, rules.value(code))
    if (code == "lamp.start") != (template.metric.code == "start_months_late"):
        raise InvalidValue(
            Words(f"评灯规则 {code} 不能用此指标", f"the lamp rule {code} cannot use this metric"),
            found=template.metric.code,
            expected="start_months_late" if code == "lamp.start" else "gap_pp | gap_relative | done_percent",
        )
    return template


def _lamps(frame: pd.DataFrame, projects: pd.DataFrame, inputs: Inputs, reports: pd.DataFrame) -> pd.DataFrame:
    """``lamp`` and ``start_lamp``, and what their sentences need."""
    progress = _template(inputs.rules, "lamp.progress")
    start = _template(inputs.rules, "lamp.start")
    active = ~projects["stage"].isin(_HALTED)
    metric = _COLUMN_OF_METRIC[progress.metric.code]
    by = _expected_by(inputs.rules)
    before = [
        metric(_measured(frame.index, inputs.plans, reports, day, by))
        for day in month_ends_before(inputs.on, progress.periods - 1)
    ]
    lamps = judged(progress, [metric(frame), *before], active & progress.scope.holds(projects))
    late = _COLUMN_OF_METRIC[start.metric.code](frame)
    starts = judged(start, [late], active & start.scope.holds(projects))
    return pd.DataFrame(
        {
            "lamp": lamps["lamp"],
            "start_lamp": starts["lamp"],
            "measure": metric(frame),
            "reading": lamps["reading"],
            "held": lamps["held"],
            "start_reading": starts["reading"],
            "in_scope": progress.scope.holds(projects),
        },
        index=frame.index,
    )


def _missing_reports(frame: pd.DataFrame, projects: pd.DataFrame, on: date) -> pd.Series:
    """
    Ended months that no report covers, after the last one.

    None is missing of a project that has finished and done its plan.
    """
    last = frame["last_report_on"]
    covered = last.dt.year * MONTHS + last.dt.month - (~last.dt.is_month_end).astype("int64")
    missing: pd.Series = (_month_number(on) - covered).clip(lower=0).fillna(months_elapsed(on))
    over = projects["stage"].isin(_FINISHED) & (frame["done_share"] >= 1)
    return missing.mask(over, 0).astype("int64")


def _reasons(facts: pd.DataFrame, projects: pd.DataFrame, inputs: Inputs) -> list[tuple[Words, ...]]:
    known: pd.DataFrame = facts.join(projects[["stage", "stage_on", "planned_start_on"]])
    known["missing_reports"] = _missing_reports(facts, projects, inputs.on)
    progress, start = _template(inputs.rules, "lamp.progress"), _template(inputs.rules, "lamp.start")
    rows = known.to_dict(orient="index").values()
    return [progress_reasons(row, progress, start) for row in rows]
