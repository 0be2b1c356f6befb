"""What must be true of the stored data, beyond what the engine can see; each breach is one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pandas as pd
import shapely

from gis.analysis.stages import standing
from gis.layers import ENTITIES, PARCEL, PROJECT, Layer
from gis.model import EventKind, OwnerKind, Stage
from gis.rules import RuleBook, Wait
from gis.store.port import Finding, Store
from gis.words import Words
from gis.workdays import WorkCalendar
from gis.workflows.assess_store import ASSESSED_LAYERS, assess_to_keep
from gis.workflows.keep_assessment import current_results
from gis.workflows.kept_rows import rows_of


def verify_store(store: Store) -> tuple[Finding, ...]:
    """Every finding, the engine's own first. An empty tuple: the data are sound."""
    findings = list(store.check_integrity())
    for check in CHECKS:
        findings.extend(check(store))
    return tuple(findings)


def invalid_geometries(store: Store) -> Iterator[Finding]:
    """A stored geometry must be valid."""
    for layer in ENTITIES:
        frame = store.read(layer.name)
        present = frame[frame.geometry.notna()]
        bad = present[~shapely.is_valid(present.geometry.to_numpy())]
        for key, geometry in zip(bad[layer.key[0]], bad.geometry, strict=True):
            why = shapely.is_valid_reason(geometry)
            yield Finding("geometry_valid", layer.name, key, Words(f"图形无效：{why}", f"invalid geometry: {why}"))


def dates_out_of_order(store: Store) -> Iterator[Finding]:
    """A project does not finish before it starts."""
    frame = store.read(PROJECT.name)
    for start, finish in (("planned_start_on", "planned_finish_on"), ("actual_start_on", "actual_finish_on")):
        for row in frame[frame[finish] < frame[start]].to_dict("records"):
            words = Words(
                f"{PROJECT.column(finish).words.zh}早于{PROJECT.column(start).words.zh}", f"{finish} is before {start}"
            )
            yield Finding("dates_in_order", PROJECT.name, row["code"], words)


def overpaid_compensation(store: Store) -> Iterator[Finding]:
    """Compensation paid does not exceed compensation due."""
    frame = store.read(PARCEL.name)
    over = frame[frame["compensation_paid_wan"] > frame["compensation_due_wan"]]
    for row in over.to_dict("records"):
        paid, due = row["compensation_paid_wan"], row["compensation_due_wan"]
        words = Words(f"已付补偿 {paid} 万元多于应付 {due} 万元", f"paid {paid} 万元, due {due} 万元")
        yield Finding("compensation_within_due", PARCEL.name, row["parcel_no"], words)


def unknown_references(store: Store) -> Iterator[Finding]:
    """A town or park that is named must be in the store, where the store has any."""
    known = {layer.name: set(store.read(layer.name)[layer.key[0]]) for layer in ENTITIES if len(layer.key) == 1}
    for layer in ENTITIES:
        frame = store.read(layer.name)
        for column in layer.columns:
            if column.references and known[column.references]:
                yield from _dangling(layer, frame, column.name, known[column.references])


def _dangling(layer: Layer, frame: pd.DataFrame, column: str, known: set[str]) -> Iterator[Finding]:
    dangling = frame[frame[column].notna() & ~frame[column].isin(known)]
    for key, value in zip(dangling[layer.key[0]], dangling[column], strict=True):
        zh = layer.column(column).words.zh
        yield Finding(
            "reference_known", layer.name, key, Words(f"{zh}“{value}”不存在", f"{column} '{value}' is unknown")
        )


def events_against_the_law(store: Store) -> Iterator[Finding]:
    """
    Stages come in the order of their path and not before the statutory waits, unless a reason was given.

    A parcel whose history begins in the middle (as after a first import) is judged from there on.
    """
    events = store.read("parcel_event")
    stages = standing(events[events["kind"] == EventKind.STAGE]).sort_values(["parcel_no", "on_date"], kind="stable")
    if stages.empty:
        return
    parcels = store.read(PARCEL.name).set_index("parcel_no")
    stages = stages.join(parcels[["owner_kind", "supply_kind"]], on="parcel_no")
    rules = RuleBook.from_frame(store.read("rule_parameter"), date.today())
    yield from _skipped(stages, rules)
    for wait in rules.waits:
        yield from _too_early(stages, wait, rules.calendar)


def _skipped(stages: pd.DataFrame, rules: RuleBook) -> Iterator[Finding]:
    """Steps forward by more than one place of the path; a step back is a correction and lawful."""
    owners = stages["owner_kind"].fillna(OwnerKind.COLLECTIVE.value)
    places = {(owner.value, stage.value): i for owner in OwnerKind for i, stage in enumerate(rules.path(owner))}
    place = pd.Series(
        [places.get(pair) for pair in zip(owners, stages["stage"], strict=True)], stages.index, dtype="Float64"
    )
    before = stages.groupby("parcel_no", sort=False)["stage"].shift()
    skips = (place - place.groupby(stages["parcel_no"], sort=False).shift() > 1).fillna(False) & ~_excused(stages)
    for parcel_no, last, code in zip(
        stages.loc[skips, "parcel_no"], before[skips], stages.loc[skips, "stage"], strict=True
    ):
        last_words, words = Stage(last).words, Stage(code).words
        yield _unlawful(
            parcel_no, Words(f"由“{last_words.zh}”跳到“{words.zh}”", f"skips from {last_words.en} to {words.en}")
        )


def _too_early(stages: pd.DataFrame, wait: Wait, calendar: WorkCalendar) -> Iterator[Finding]:
    """Stages that began before ``wait`` had run out."""
    concerned = stages if wait.supply is None else stages[stages["supply_kind"] == wait.supply.value]
    posted = concerned[concerned["stage"] == wait.after].groupby("parcel_no")["on_date"].max()
    waiting = concerned[(concerned["stage"] == wait.before) & ~_excused(concerned)].join(
        posted.rename("posted"), on="parcel_no"
    )
    waiting = waiting[waiting["posted"].notna() & (waiting["posted"] <= waiting["on_date"])]
    days = waiting["posted"].drop_duplicates()
    legal = {
        posted: pd.Timestamp(calendar.first_day_after(day, wait.days, working=wait.working))
        for posted, day in zip(days, days.dt.date, strict=True)
    }
    waiting["legal"] = waiting["posted"].map(legal).astype("datetime64[s]")
    early, words = waiting[waiting["on_date"] < waiting["legal"]], wait.before.words
    for parcel_no, on, lawful in zip(early["parcel_no"], early["on_date"].dt.date, early["legal"].dt.date, strict=True):
        zh = f"“{words.zh}”记于 {on}，依法最早为 {lawful}（{wait.source}）"
        yield _unlawful(parcel_no, Words(zh, f"{words.en} on {on}, lawful from {lawful} ({wait.source})"))


def _excused(events: pd.DataFrame) -> pd.Series[bool]:
    return events["override_reason"].notna()


def _unlawful(parcel_no: str, words: Words) -> Finding:
    return Finding("lawful_events", PARCEL.name, parcel_no, words)


def differing_assessments(store: Store) -> Iterator[Finding]:
    """
    A kept assessment is what assessing everything gives. Nothing is said of one that is behind the data, which the next
    reader catches up with, nor where somebody writes meanwhile.
    """
    kept = current_results(store)
    if kept is None:
        return
    anew = assess_to_keep(store, kept.on)
    rows, parts = rows_of(anew.overview), pd.concat([store.kept_parts(), anew.parts])
    if store.version(ASSESSED_LAYERS) != kept.version:  # somebody wrote meanwhile: these are of different moments
        return
    differing = {code for code in kept.rows.keys() | rows.keys() if kept.rows.get(code) != rows.get(code)}
    for code in sorted(differing.union(parts[~parts.duplicated(keep=False)]["project_code"])):
        words = Words("存储的研判结果与重新研判不一致", "the kept assessment is not what assessing anew gives")
        yield Finding("assessment_current", PROJECT.name, code, words)


CHECKS: tuple[Callable[[Store], Iterator[Finding]], ...] = (
    invalid_geometries,
    dates_out_of_order,
    overpaid_compensation,
    unknown_references,
    events_against_the_law,
    differing_assessments,
)
