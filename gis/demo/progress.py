"""Plans, monthly reports, milestones and stages of each project: the money follows an S-curve and the seasons."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from gis.demo.cast import Part
from gis.demo.requisition import DATA_ON, worked_on_or_before
from gis.model import Level, Period, ProjectCategory, ProjectStage

Row = dict[str, Any]
YEARS = (2024, 2025, 2026)
REPORT_YEARS = (2025, 2026)
# Building is slow from December to February.
_SEASON = np.array([0.35, 0.3, 0.85, 1.1, 1.2, 1.2, 1.1, 1.1, 1.2, 1.2, 1.0, 0.7])
# Share of the year's plan done: by the end of October of this year, and by the end of a past year.
_NOW = {"green": (0.84, 1.03), "yellow": (0.57, 0.82), "red": (0.22, 0.50)}
_THEN = {"green": (0.96, 1.08), "yellow": (0.88, 1.02), "red": (0.70, 0.95)}
_WORDS = (
    (8, "场地平整、围挡及临建施工"),
    (30, "土方开挖及基础施工"),
    (60, "主体结构施工"),
    (85, "主体封顶，二次结构及设备基础施工"),
    (99, "设备安装调试，室外配套收尾"),
    (1000, "已完工，办理竣工验收"),
)
_TROUBLES = {
    "yellow": ("设备到货晚于计划", "施工班组不足，雨季停工较多", "银行贷款审批未完成，资金拨付慢", "配套管网未接通"),
    "red": ("企业自筹资金不到位，现场已停工", "主要股东变更，后续投资未落实", "征地边界有争议，主厂房无法放线"),
}
_LAND_TROUBLES = {
    "held": "部分地块群众未签约，阻碍施工",
    "before": "剩余用地手续未办结，不能全面展开",
    "expressway": "洪山、连福两镇剩余用地未交付",
}


@dataclass(frozen=True, slots=True)
class Course:
    """What one project has planned and done."""

    plans: list[Row]
    reports: list[Row]
    milestones: list[Row]
    events: list[Row]
    finish_on: date
    actual_finish_on: date | None


def run_course(part: Part, rng: np.random.Generator) -> Course:
    """A project's plans, reports, milestones and stages up to DATA_ON."""
    finish = _later(part.start_on, part.months)
    done = _finished_on(part, finish, rng)
    plans = _plans(part, finish, done)
    reports = _reports(part, {p["year"]: p["plan_wan"] for p in plans}, finish, done, rng)
    return Course(plans, reports, _milestones(part, finish, done, rng), _events(part, done, rng), finish, done)


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _finished_on(part: Part, finish: date, rng: np.random.Generator) -> date | None:
    if not part.stage.is_finished:
        return None
    latest = DATA_ON - timedelta(days=12 if part.stage is ProjectStage.COMPLETED else 60)
    return min(finish + timedelta(days=int(rng.integers(-20, 40))), latest)


def _done_by(part: Part, finish: date, day: date) -> float:
    """The planned share (0–1) of the whole investment by the end of ``day``: slow, fast, slow."""
    share = (day - part.start_on).days / max(1, (finish - part.start_on).days)
    t = min(1.0, max(0.0, share))
    return t * t * (3 - 2 * t)


def _plans(part: Part, finish: date, done: date | None) -> list[Row]:
    """A plan for each year with work in it. Projects still on paper and halted for good have none."""
    rows = []
    for year in YEARS:
        amount = _year_plan(part, finish, done, year)
        if amount > 0:
            rows.append({"project_code": part.code, "year": year, "plan_wan": amount, "set_on": date(year, 1, 20)})
    return rows


def _year_plan(part: Part, finish: date, done: date | None, year: int) -> float:
    if not part.stage.has_started and part.stage is not ProjectStage.SUSPENDED:
        # Preparatory work only: design, surveys, permits.
        return _round_money(part.total_wan * 0.04) if year == DATA_ON.year and part.pace else 0.0
    if done is not None and year > done.year:
        return 0.0
    until = finish if done is None else done
    share = _done_by(part, until, date(year, 12, 31)) - _done_by(part, until, date(year - 1, 12, 31))
    return _round_money(part.total_wan * share) if share > 0.004 else 0.0


def _round_money(amount_wan: float) -> float:
    return max(10.0, round(amount_wan / 10) * 10.0)


def _reports(
    part: Part, plans: dict[int, float], finish: date, done: date | None, rng: np.random.Generator
) -> list[Row]:
    rows: list[Row] = []
    statistics = float(rng.uniform(0.74, 0.95)) if rng.random() < 0.88 else None
    begun_wan = part.total_wan * _done_by(part, finish, date(REPORT_YEARS[0] - 1, 12, 31))
    for year in REPORT_YEARS:
        if year not in plans:
            continue
        cumulative = _year_course(part, plans[year], year, done, rng)
        for month, amount in cumulative.items():
            image = _image(part, begun_wan + amount, done, date(year, month, 1))
            rows.append(_report(part, year, month, amount, statistics, image))
        begun_wan += max(cumulative.values(), default=0.0)
    _say_troubles(part, rows, rng)
    return rows + _ten_day_reports(part, rows)


def _year_course(
    part: Part, plan_wan: float, year: int, done: date | None, rng: np.random.Generator
) -> dict[int, float]:
    """Month → money done this year by its end (dispatch figures)."""
    last = DATA_ON.month if year == DATA_ON.year else 12
    first = part.start_on.month if part.start_on.year == year and part.stage.has_started else 1
    months = np.arange(first, last + 1)
    if len(months) == 0:
        return {}
    low, high = (_NOW if year == DATA_ON.year else _THEN)[part.pace or "green"]
    if done is not None and done <= DATA_ON and year == done.year:
        low, high = 0.99, 1.05
    weights = _SEASON[months - 1] * rng.uniform(0.8, 1.25, len(months))
    if done is not None and done.year == year:
        weights[months > done.month] = 0.0
    if part.pace == "red" and year == DATA_ON.year:
        weights[-4:] = 0.0
    if weights.sum() == 0:
        weights[0] = 1.0
    amounts = np.cumsum(weights / weights.sum()) * plan_wan * rng.uniform(low, high)
    return dict(zip(months.tolist(), np.round(amounts).tolist(), strict=True))


def _image(part: Part, invested_wan: float, done: date | None, month: date) -> float:
    if done is not None and month >= done.replace(day=1):
        return 100.0
    if not part.stage.has_started and part.stage is not ProjectStage.SUSPENDED:
        return 0.0
    return float(min(98.0, round(100 * invested_wan / part.total_wan)))


def _report(part: Part, year: int, month: int, amount: float, statistics: float | None, image: float) -> Row:
    """Statistical figures come later and lower; without registration there are none."""
    stat = None if statistics is None else round(amount * statistics * (0.6 if month <= 2 else 1.0))
    started = part.stage.has_started or part.stage is ProjectStage.SUSPENDED
    return {
        "project_code": part.code,
        "period": str(Period.MONTH),
        "period_end_on": date(year, month, monthrange(year, month)[1]),
        "invested_wan": amount,
        "stat_invested_wan": stat,
        "image_percent": image,
        "words": f"示例：{next(w for most, w in _WORDS if image <= most)}" if started else "示例：开展前期工作",
    }


def _say_troubles(part: Part, rows: list[Row], rng: np.random.Generator) -> None:
    """What holds the project up, in its latest reports."""
    said = [text for name, text in _LAND_TROUBLES.items() if name in part.land]
    if part.pace in _TROUBLES:
        said.append(str(rng.choice(_TROUBLES[part.pace])))
    if said:
        for row in rows[-4:]:
            row["problems"] = "示例：" + "；".join(said)


def _ten_day_reports(part: Part, rows: list[Row]) -> list[Row]:
    """The province's key projects report every ten days; kept for October."""
    if part.level is not Level.PROVINCIAL or part.stage is not ProjectStage.BUILDING or len(rows) < 2:
        return []
    before, latest = rows[-2], rows[-1]
    extra = []
    for day, share in ((10, 0.3), (20, 0.65)):
        amount = before["invested_wan"] + share * (latest["invested_wan"] - before["invested_wan"])
        row = {**before, "period": str(Period.TEN_DAYS), "period_end_on": DATA_ON.replace(day=day)}
        extra.append(row | {"invested_wan": round(amount), "stat_invested_wan": None})
    return extra


def _milestones(part: Part, finish: date, done: date | None, rng: np.random.Generator) -> list[Row]:
    """
    Promises, in the order in which they were made; one that was kept says when.

    A slow project has promised its open milestones anew in July.
    """
    span = (finish - part.start_on).days
    dates = {name: part.start_on + timedelta(days=days) for name, days in _BEFORE_START.items()}
    dates["主体封顶"] = part.start_on + timedelta(days=int(span * 0.55))
    dates["竣工"] = finish
    if part.category is ProjectCategory.INDUSTRY:
        dates["投产"] = finish + timedelta(days=60)
    said = date(max(2024, min(2026, part.start_on.year)), 1, 15)
    first, again = [], []
    for name, day in dates.items():
        row = {"project_code": part.code, "name": name, "promised_on": day, "promised_by": part.owner, "said_on": said}
        finished = _kept_on(part, name, day, done, rng)
        if finished is not None:
            row |= {"done_on": finished, "evidence": "示例：验收记录"}
        first.append(row)
        if finished is None and part.pace in ("yellow", "red") and part.stage.is_active:
            later = max(day, DATA_ON) + timedelta(days=int(rng.integers(30, 120)))
            again.append(row | {"promised_on": later, "said_on": date(2026, 7, 20)})
    return first + again


_BEFORE_START = {"规划设计": -150, "环评": -100, "招投标": -50, "施工许可": -12, "开工": 0}


def _kept_on(part: Part, name: str, day: date, done: date | None, rng: np.random.Generator) -> date | None:
    """When a promise was kept, or None."""
    if name == "开工":
        return part.start_on if part.stage.has_started else None
    if name in ("竣工", "投产"):
        reached = ProjectStage.COMPLETED if name == "竣工" else ProjectStage.OPERATING
        has = part.stage.is_active and part.stage.rank >= reached.rank
        shift = timedelta(days=0 if name == "竣工" else 45)
        return done + shift if has and done is not None else None
    late = timedelta(days=int(rng.integers(-8, 12 if part.pace == "green" else 30)))
    known = part.stage.has_started or (part.stage is ProjectStage.FILED and name in ("规划设计", "环评"))
    actual = min(day + late, part.start_on - timedelta(days=2)) if name in _BEFORE_START else day + late
    return actual if known and actual <= DATA_ON else None


def _events(part: Part, done: date | None, rng: np.random.Generator) -> list[Row]:
    """The stages passed so far, each with its day, in order."""
    days = _stage_days(part, done, rng)
    last = part.stage
    if last in (ProjectStage.SUSPENDED, ProjectStage.CANCELLED):
        before = ProjectStage.BUILDING if last is ProjectStage.SUSPENDED else ProjectStage.FILED
        passed = [s for s in days if s.rank <= before.rank]
        days[last] = worked_on_or_before(DATA_ON - timedelta(days=int(rng.integers(60, 130))))
        passed.append(last)
    else:
        passed = [s for s in days if s.rank <= last.rank]
    return [{"project_code": part.code, "stage": str(s), "on_date": days[s]} for s in passed]


def _stage_days(part: Part, done: date | None, rng: np.random.Generator) -> dict[ProjectStage, date]:
    """When each stage began, or would have."""
    base = min(part.start_on, DATA_ON)
    filed = base - timedelta(days=int(rng.integers(90, 200)))
    signed = filed - timedelta(days=int(rng.integers(40, 160)))
    finished = done or DATA_ON
    days = {
        ProjectStage.PLANNED: signed - timedelta(days=int(rng.integers(60, 200))),
        ProjectStage.SIGNED: signed,
        ProjectStage.FILED: filed,
        ProjectStage.STARTED: part.start_on,
        ProjectStage.BUILDING: part.start_on + timedelta(days=int(rng.integers(25, 70))),
        ProjectStage.COMPLETED: finished,
        ProjectStage.OPERATING: finished + timedelta(days=40),
        ProjectStage.FULL_CAPACITY: finished + timedelta(days=270),
    }
    return {stage: min(day, DATA_ON) for stage, day in days.items()}
