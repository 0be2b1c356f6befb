"""
What a parcel's papers still lack before its batch may be submitted, and approved (RULES §3.1).

Each gap says its parcel, what is missing and, where the law sets a day, from which day on it may be there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from gis.analysis.case import Case, Entry, cases_of
from gis.analysis.clock_words import day
from gis.analysis.lawful import funds_gate, running_waits
from gis.analysis.lawful_words import no_funds
from gis.analysis.stages import standing
from gis.model import Coded, EventKind, HoldReason, OwnerKind, Stage
from gis.rules import RuleBook
from gis.rules.land_groups import LandGroup
from gis.units import shown
from gis.words import Words

MIN_OFF_M2 = 1.0


class Gap(Coded):
    """What may be missing, in the order of the checklist."""

    STEP = "step", "程序步骤未办", "a step not taken"
    WAIT = "wait", "法定期限未满", "a statutory wait not run out"
    FUNDS = "funds", "补偿资金未足额到位", "compensation funds not in place"
    HELD = "held", "地块受阻", "parcel held"
    ALREADY = "already", "已批复", "approved already"
    ATTRIBUTE = "attribute", "登记要素缺失", "an attribute missing"
    AREA = "area", "登记面积与实测不符", "declared and computed area differ"
    DOCUMENT = "document", "要件未上传", "a document not attached"

    @property
    def is_lawful_bar(self) -> bool:
        """The law forbids approval while it is there; the others make the papers incomplete."""
        return self.rank <= Gap.FUNDS.rank


COLUMNS = ("parcel_no", "gap", "item", "from_on", "words")


@dataclass(frozen=True, slots=True)
class Papers:
    """
    What is on file of a batch.

    ``events`` are the parcels' (parcel_event rows), ``attached`` what is attached: (subject key, stage code or ""), the
    batch's own under ``""``: they count for each of its parcels.
    """

    events: pd.DataFrame
    attached: Collection[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A parcel's row, its measures, and its case up to the day."""

    row: Mapping[str, Any]
    measured: Mapping[str, Any]
    case: Case


@dataclass(frozen=True)
class _Looker:
    """Looks for the gaps of one batch; what the law says of days is asked of gis.analysis.lawful."""

    on: date
    rules: RuleBook
    approved: bool
    attached: Collection[tuple[str, str]]

    def gaps(self, parcel: _Parcel) -> Iterator[tuple[Gap, str, date | None, Words]]:
        """Each gap of one parcel: what, of which step or column, from when on it may be closed, in words."""
        path = self.rules.path(parcel.case.owner)
        if Stage.SUBMITTED in path:
            yield from self._steps(parcel, path)
            yield from self._waits(parcel, path)
            yield from self._funds(parcel)
        yield from self._held(parcel)
        yield from _missing(parcel)
        yield from self._area(parcel)
        if Stage.SUBMITTED in path:
            yield from self._documents(parcel)

    def _steps(self, parcel: _Parcel, path: tuple[Stage, ...]) -> Iterator[tuple[Gap, str, date | None, Words]]:
        for stage in path:
            if Stage.NOT_STARTED.rank < stage.rank < Stage.SUBMITTED.rank and _taken(parcel.case, stage) is None:
                words = Words(f"未办：{stage.words.zh}", f"not taken: {stage.words.en}")
                yield Gap.STEP, stage.value, None, words
        present = Stage(parcel.row["stage"] or Stage.NOT_STARTED.value)
        if not self.approved and present.rank >= Stage.APPROVED.rank:
            words = Words(f"地块已处于“{present.words.zh}”", f"the parcel is at '{present.words.en}' already")
            yield Gap.ALREADY, present.value, None, words

    def _waits(self, parcel: _Parcel, path: tuple[Stage, ...]) -> Iterator[tuple[Gap, str, date | None, Words]]:
        for stage in path:
            if stage.rank <= Stage.SUBMITTED.rank:
                taken = _taken(parcel.case, stage)
                waits = self._running(parcel.case, stage) if taken is None else self._broken(parcel.case, taken)
                yield from ((Gap.WAIT, stage.value, from_on, words) for from_on, words in waits)

    def _running(self, case: Case, stage: Stage) -> Iterator[tuple[date, Words]]:
        """What ``stage`` still waits for, and until when."""
        for running in running_waits(case, stage, self.rules):
            first, after = running.first_on, running.wait.after.words
            if first > self.on:
                zh = f"“{after.zh}”期限未满，{day(first)} 起可办“{stage.words.zh}”（{running.wait.source}）"
                yield first, Words(zh, f"the wait after '{after.en}' runs: '{stage.words.en}' from {day(first)} on")

    def _broken(self, case: Case, taken: Entry) -> Iterator[tuple[None, Words]]:
        """
        The waits that a step did not let run out, by what had been recorded before it.

        Of a notice that nobody recorded it is told that it is missing, not how long it was up.
        """
        assert taken.stage is not None  # noqa: S101 (a stage event has its stage)
        before = replace(case, entries=case.entries[: case.entries.index(taken)])
        for running in running_waits(before, taken.stage, self.rules):
            first, after = running.first_on, running.wait.after
            if taken.on < first and _taken(before, after):
                told = f"{after.words.zh} {day(running.began)}，{running.wait.source}"
                zh = f"“{taken.stage.words.zh}”{day(taken.on)} 早于法定最早日 {day(first)}（{told}）"
                en = f"'{taken.stage.words.en}' of {day(taken.on)} was before {day(first)}, the first lawful day"
                yield None, Words(zh, en)

    def _funds(self, parcel: _Parcel) -> Iterator[tuple[Gap, str, date | None, Words]]:
        gate = funds_gate(parcel.case, self.rules)
        is_asked = gate is not None and gate.rank <= Stage.APPROVED.rank
        if gate and is_asked and not any(entry.kind is EventKind.FUNDS for entry in parcel.case.entries):
            source, wanted = self.rules.sources["gate.funds"], no_funds(gate)
            words = Words(f"未登记：{wanted.zh}（{source}）", f"not recorded: {wanted.en}")
            yield Gap.FUNDS, "", None, words

    def _held(self, parcel: _Parcel) -> Iterator[tuple[Gap, str, date | None, Words]]:
        reason = parcel.row["hold_reason"]
        if reason:
            words = HoldReason(reason).words
            yield Gap.HELD, reason, None, Words(f"受阻：{words.zh}", f"held: {words.en}")

    def _area(self, parcel: _Parcel) -> Iterator[tuple[Gap, str, date | None, Words]]:
        off, share = parcel.measured["off_m2"], parcel.measured["off_share"]
        tolerance = float(self.rules.value("batch.area_tolerance_share"))
        if off is not None and share is not None and abs(off) > MIN_OFF_M2 and not abs(share) <= tolerance:
            m2, percent = shown(off, 1), shown(100 * share, 2)
            zh = f"登记面积比实测{'多' if off > 0 else '少'} {m2.lstrip('-')} 平方米（{percent}%）"
            yield Gap.AREA, "declared_area_m2", None, Words(zh, f"declared − computed = {m2} m² ({percent}%)")

    def _documents(self, parcel: _Parcel) -> Iterator[tuple[Gap, str, date | None, Words]]:
        number = parcel.row["parcel_no"]
        for code in self.rules.value("batch.required_documents"):
            if (number, code) not in self.attached and ("", code) not in self.attached:
                words = Stage(code).words
                yield Gap.DOCUMENT, code, None, Words(f"缺“{words.zh}”文件", f"no document of '{words.en}'")


_WANTED = {
    "owner_kind": Words("权属性质", "owner kind"),
    "village": Words("所在村", "village"),
    "declared_area_m2": Words("登记面积", "declared area"),
}


def _missing(parcel: _Parcel) -> Iterator[tuple[Gap, str, date | None, Words]]:
    for column, words in _WANTED.items():
        if parcel.row[column] is None or parcel.row[column] == "":
            yield Gap.ATTRIBUTE, column, None, Words(f"未填{words.zh}", f"no {words.en}")
    group = LandGroup(parcel.measured["group"])
    if not group.is_known:
        words = group.words
        yield Gap.ATTRIBUTE, "land_class_code", None, Words(f"地类：{words.zh}", f"land class: {words.en}")


def find_gaps(
    members: pd.DataFrame, measured: pd.DataFrame, papers: Papers, rules: RuleBook, *, on: date, approved: bool
) -> pd.DataFrame:
    """
    What the papers of these parcels lack on ``on``.

    Parameters
    ----------
    members
        Parcel rows of the batch as the store gives them.
    measured
        Theirs, in the same order (see ``gis.analysis.batch_areas.measured_parcels``).
    approved
        The batch is: parcels that are so too lack nothing for that.

    Returns
    -------
    DataFrame
        COLUMNS, by parcel in the order of ``members``: ``gap`` is a Gap code, ``item`` the stage or column that it is
        about ("" for none), ``from_on`` (date or None) from when on the step may be taken.
    """
    looker = _Looker(on, rules, approved, frozenset(papers.attached))
    rows = [
        (parcel.row["parcel_no"], gap.value, item, from_on, words)
        for parcel in _parcels(members, measured, papers.events, on)
        for gap, item, from_on, words in looker.gaps(parcel)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"from_on": object})


_READ = ("parcel_no", "owner_kind", "village", "declared_area_m2", "stage", "hold_reason")
_MEASURED = ("group", "off_m2", "off_share")


def _parcels(members: pd.DataFrame, measured: pd.DataFrame, events: pd.DataFrame, on: date) -> Iterator[_Parcel]:
    cases = cases_of(members, standing(events[events["on_date"] <= pd.Timestamp(on)]))
    for row, measures in zip(_rows(members, _READ), _rows(measured, _MEASURED), strict=True):
        yield _Parcel(row, measures, cases[row["parcel_no"]])


def _taken(case: Case, stage: Stage) -> Entry | None:
    """The entry of a stage that was recorded and not left again."""
    if case.stage.rank < stage.rank:
        return None
    return next((step for step in reversed(case.steps) if step.stage is stage), None)


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows as plain values, None where one is missing."""
    values = [[None if pd.isna(value) else value for value in table[name].tolist()] for name in columns]
    return (dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True))


# What a checklist says of each kind of gap where nothing is missing, and where something is.
CHECKED: Mapping[Gap, Words] = {
    Gap.STEP: Words("程序", "step"),
    Gap.WAIT: Words("法定期限已满", "statutory waits run out"),
    Gap.FUNDS: Words("补偿资金足额到位", "funds in place"),
    Gap.HELD: Words("无争议、诉讼、阻工", "not held"),
    Gap.ALREADY: Words("未重复报批", "not approved before"),
    Gap.ATTRIBUTE: Words("登记要素", "attribute"),
    Gap.AREA: Words("登记面积与实测相符", "declared and computed areas agree"),
    Gap.DOCUMENT: Words("要件", "document"),
}


def checklist(gaps: pd.DataFrame, parcels: int, rules: RuleBook) -> pd.DataFrame:
    """
    The gaps counted, for a sheet to tick: one row a thing that must be there, of each parcel.

    ``gap`` (code), ``item`` (stage or column, "" for none), ``words`` (what is checked), ``lacking`` and ``done``
    (parcels), ``named`` (tuple of the numbers that lack it).
    """
    rows = []
    for gap, item in _checked_items(gaps, rules):
        mine = gaps["parcel_no"][(gaps["gap"] == gap.value) & ((gaps["item"] == item) | (item == ""))]
        named = tuple(dict.fromkeys(mine))
        rows.append((gap.value, item, _said_of(gap, item), len(named), parcels - len(named), named))
    return pd.DataFrame(rows, columns=["gap", "item", "words", "lacking", "done", "named"])


def _checked_items(gaps: pd.DataFrame, rules: RuleBook) -> Iterator[tuple[Gap, str]]:
    """What a batch's papers must hold, step by step, whether or not something is missing."""
    path = [stage for stage in rules.path(OwnerKind.COLLECTIVE) if 0 < stage.rank < Stage.SUBMITTED.rank]
    items = {
        Gap.STEP: [stage.value for stage in path],
        Gap.ATTRIBUTE: [*_WANTED, "land_class_code"],
        Gap.DOCUMENT: list(rules.value("batch.required_documents")),
    }
    for gap in Gap:
        told: list[str] = gaps["item"][gaps["gap"] == gap.value].tolist() if gap in items else []
        yield from ((gap, item) for item in dict.fromkeys([*items.get(gap, [""]), *told]))


def _said_of(gap: Gap, item: str) -> Words:
    words = CHECKED[gap]
    if not item:
        return words
    about = _WANTED.get(item, Words("地类", "land class")) if gap is Gap.ATTRIBUTE else Stage(item).words
    return Words(f"{words.zh}：{about.zh}", f"{words.en}: {about.en}")
