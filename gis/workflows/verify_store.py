"""What must be true of the stored data, beyond what the engine can see; each breach is one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
import shapely

from gis.layers import ENTITIES, PARCEL, PROJECT, Layer
from gis.model import EventKind, OwnerKind, Stage
from gis.rules import RuleBook, Wait
from gis.store.port import Finding, Store
from gis.words import Words
from gis.workdays import WorkCalendar


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
    stages = events[events["kind"] == EventKind.STAGE]
    if stages.empty:
        return
    rules, calendar = RuleBook.from_frame(store.read("rule_parameter"), pd.Timestamp.today().date()), WorkCalendar()
    parcels = store.read(PARCEL.name).set_index("parcel_no")[["owner_kind", "supply_kind"]]
    for parcel_no, rows in stages.sort_values("on_date", kind="stable").groupby("parcel_no", sort=True):
        owner, supply = parcels.loc[parcel_no]
        path = rules.path(OwnerKind(owner) if isinstance(owner, str) else OwnerKind.COLLECTIVE)
        waits = tuple(wait for wait in rules.waits if wait.supply in (None, supply))
        for words in _breaches(rows, path, waits, calendar):
            yield Finding("lawful_events", PARCEL.name, str(parcel_no), words)


def _breaches(
    rows: pd.DataFrame, path: tuple[Stage, ...], waits: tuple[Wait, ...], calendar: WorkCalendar
) -> Iterator[Words]:
    began: dict[Stage, pd.Timestamp] = {}
    last: Stage | None = None
    for code, on, reason in zip(rows["stage"], rows["on_date"], rows["override_reason"], strict=True):
        stage = Stage(code)
        if not isinstance(reason, str):
            if last is not None and stage.rank > last.rank and _skips(path, last, stage):
                yield Words(
                    f"由“{last.words.zh}”跳到“{stage.words.zh}”", f"skips from {last.words.en} to {stage.words.en}"
                )
            yield from _too_early(stage, on, began, waits, calendar)
        began[stage] = on
        last = stage


def _skips(path: tuple[Stage, ...], last: Stage, stage: Stage) -> bool:
    if last not in path or stage not in path:
        return False
    return path.index(stage) != path.index(last) + 1


def _too_early(
    stage: Stage,
    on: pd.Timestamp,
    began: dict[Stage, pd.Timestamp],
    waits: tuple[Wait, ...],
    calendar: WorkCalendar,
) -> Iterator[Words]:
    for wait in waits:
        if wait.before is not stage or wait.after not in began:
            continue
        legal = calendar.first_day_after(began[wait.after].date(), wait.days, working=wait.working)
        if on.date() < legal:
            yield Words(
                f"“{stage.words.zh}”记于 {on.date()}，依法最早为 {legal}（{wait.source}）",
                f"{stage.words.en} on {on.date()}, lawful from {legal} ({wait.source})",
            )


CHECKS: tuple[Callable[[Store], Iterator[Finding]], ...] = (
    invalid_geometries,
    dates_out_of_order,
    overpaid_compensation,
    unknown_references,
    events_against_the_law,
)
