"""
Redraw parcels: a new one, another shape, one divided, several put together. All by one transaction or not at all.

What parcels become of others keeps their history: the old numbers are retired, the new ones hold from that day on with
the events that stand, and the lineage says which came from which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis.analysis.readiness import Slivers
from gis.analysis.topology import (
    GAP_WIDTH_M,
    TopologyFinding,
    check_shape,
    merge_shapes,
    multipolygon_of,
    on_known_vertices,
    split_shape,
)
from gis.errors import Clash, Conflict, InvalidRow, InvalidValue
from gis.layers import PARCEL
from gis.model import Actor, BBox, LineageKind, Query, Role
from gis.rules import RuleBook
from gis.store.port import Reader, Store, Writer
from gis.words import Words
from gis.workflows.assess_store import last_day_that_may_have_been
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.one_entity import not_found
from gis.workflows.require_role import require_role
from gis.workflows.succession import OF_THE_WHOLE, WRITABLE, inherited_events, lineage_rows, merged_row

MOST_PARTS = 50
MAY_REDRAW = (Role.PLANNER, Role.LAND_OFFICER, Role.ADMIN)
_ALIKE = ("stage", "owner_kind", "supply_kind", "batch", "hold_reason")


@dataclass(frozen=True, slots=True)
class Redrawing:
    """
    How to redraw: ``on`` is the day from which it holds; ``accepted``: overlaps, gaps and parts are meant so.

    ``versions``: of the parcels concerned, as their editor read them. ``dry_run``: say what would be, write nothing.
    """

    on: date
    versions: Mapping[str, int]
    accepted: bool = False
    dry_run: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """
    What became of it, or would: the new shapes by parcel number (working CRS), what there is to say of each, and the
    numbers that were retired. ``stored``: it was written.
    """

    shapes: Mapping[str, MultiPolygon]
    findings: Mapping[str, tuple[TopologyFinding, ...]]
    retired: tuple[str, ...]
    stored: bool

    @property
    def may_be_accepted(self) -> bool:
        """Nothing stops it."""
        return not any(finding.stops for findings in self.findings.values() for finding in findings)


class _Undo(Exception):
    """Ends a dry run."""


def draw_parcel(
    store: Store, actor: Actor, attributes: Mapping[str, Any], shape: BaseGeometry, how: Redrawing
) -> Redrawn:
    """
    Add a parcel; ``attributes`` by column, among them ``parcel_no``; ``shape`` in the working CRS.

    Raises
    ------
    InvalidValue, InvalidRow
        The shape is no polygon, an attribute is wrong, or the number is taken.
    NotAllowed
        The actor is no planner, land officer or administrator.
    StoreBusy, StoreFull
        From the store; nothing is written.
    """
    number = str(attributes.get("parcel_no") or "")

    def plan(writer: Writer) -> _Plan:
        _refuse_taken(writer, [number])
        frame = pd.DataFrame([{name: attributes[name] for name in WRITABLE if name in attributes}])
        return _Plan({number: multipolygon_of(shape)}, frame)

    return _redraw(store, actor, how, plan)


def reshape_parcel(store: Store, actor: Actor, parcel_no: str, shape: BaseGeometry, how: Redrawing) -> Redrawn:
    """
    Give a parcel another shape (working CRS). Its former shape stays in the history. Raises as ``split_parcel``.
    """

    def plan(writer: Writer) -> _Plan:
        before = _read(writer, [parcel_no], how)
        mended = on_known_vertices(multipolygon_of(shape), [before.geometry.iloc[0]])
        return _Plan({parcel_no: mended}, before[["parcel_no"]], kept=True)

    return _redraw(store, actor, how, plan)


def split_parcel(
    store: Store, actor: Actor, parcel_no: str, line: BaseGeometry, numbers: Sequence[str], how: Redrawing
) -> Redrawn:
    """
    Divide a parcel along ``line`` (working CRS). The largest piece gets the first of ``numbers``; missing ones are made
    of the parcel's own: P-1, P-2 …

    The pieces have the parcel's attributes, but for those of OF_THE_WHOLE, and its events.

    Raises
    ------
    NotFound
        There is no such parcel.
    Conflict
        It was changed since its editor read it.
    InvalidValue, InvalidRow
        The line does not divide it, or a number is taken.
    """

    def plan(writer: Writer) -> _Plan:
        before = _read(writer, [parcel_no], how)
        pieces = split_shape(before.geometry.iloc[0], line)
        if len(pieces) > MOST_PARTS:
            words = Words("分割出的地块过多", "too many pieces")
            raise InvalidValue(words, found=str(len(pieces)), expected=f"≤ {MOST_PARTS}")
        named = _piece_numbers(writer, parcel_no, numbers, len(pieces))
        rows = pd.DataFrame(before[[*WRITABLE]]).drop(columns=[*OF_THE_WHOLE])
        frame = rows.loc[rows.index.repeat(len(pieces))].assign(parcel_no=named)
        shapes = {number: MultiPolygon([piece]) for number, piece in zip(named, pieces, strict=True)}
        return _Plan(shapes, frame, tuple((number, parcel_no) for number in named), LineageKind.SPLIT)

    return _redraw(store, actor, how, plan)


def merge_parcels(store: Store, actor: Actor, parcel_nos: Sequence[str], number: str, how: Redrawing) -> Redrawn:
    """
    Put parcels together under a new ``number``. They must be alike in stage, owner, supply, batch and hold.

    The new parcel has the attributes in which all are alike, sums of areas, households, buildings and money where all
    have them, and of each event the latest day. Raises as ``split_parcel``.
    """

    def plan(writer: Writer) -> _Plan:
        before = _read(writer, parcel_nos, how)
        _refuse_unlike(before)
        _refuse_taken(writer, [number])
        shape = merge_shapes(before.geometry.tolist())
        parents = tuple((number, old) for old in dict.fromkeys(parcel_nos))
        return _Plan({number: shape}, merged_row(before, number), parents, LineageKind.MERGE)

    if not 2 <= len(set(parcel_nos)) <= MOST_PARTS:
        words = Words("合并需要两块以上的地块", "at least two parcels are put together")
        raise InvalidValue(words, found=str(len(set(parcel_nos))), expected=f"2 … {MOST_PARTS}")
    return _redraw(store, actor, how, plan)


# ------------------------------------------------------------------ carrying out


@dataclass(frozen=True, slots=True)
class _Plan:
    """
    New shapes by number, and the rows without them. ``parents``: (child, parent); ``kept``: the row is there already.
    """

    shapes: Mapping[str, MultiPolygon]
    frame: pd.DataFrame
    parents: tuple[tuple[str, str], ...] = ()
    kind: LineageKind | None = None
    kept: bool = False

    @property
    def retired(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(parent for _, parent in self.parents))


def _redraw(store: Store, actor: Actor, how: Redrawing, plan: Callable[[Writer], _Plan]) -> Redrawn:
    require_role(actor, MAY_REDRAW, Words(f"“{actor.name}”不能画地块", f"'{actor.name}' may not draw parcels"))
    latest = last_day_that_may_have_been(store)
    if how.on > latest:
        words = Words("日期不能晚于今天", "the day lies in the future")
        raise InvalidValue(words, found=how.on.isoformat(), expected=f"≤ {latest.isoformat()}")
    done: Redrawn | None = None
    with suppress(_Undo), writing_assessed(store, actor) as writer:
        planned = plan(writer)
        done = _judged(writer, planned, how)
        if not done.stored:
            raise _Undo
        _write(writer, planned, done, how, store.info.crs)
    if done is None:
        raise AssertionError("a transaction that neither raised nor was judged")
    return done


def _judged(writer: Writer, plan: _Plan, how: Redrawing) -> Redrawn:
    """The shapes on their neighbours' vertices, and what is to say of them."""
    others = _neighbours(writer, plan)
    shapes = dict(plan.shapes)
    if not plan.parents:  # pieces are where the parcels were
        shapes = {number: on_known_vertices(shape, others.geometry.tolist()) for number, shape in shapes.items()}
    slivers = Slivers.of(RuleBook.from_frame(writer.read("rule_parameter"), how.on))
    findings = {number: check_shape(shape, others, slivers) for number, shape in shapes.items()}
    judged = Redrawn(shapes, findings, plan.retired, stored=False)
    is_fine = judged.may_be_accepted and (how.accepted or not any(findings.values()))
    return replace(judged, stored=is_fine and not how.dry_run)


def _neighbours(reader: Reader, plan: _Plan) -> gpd.GeoDataFrame:
    """The other parcels near the new shapes."""
    west, south, east, north = shapely.total_bounds(list(plan.shapes.values())).tolist()
    box = BBox(west, south, east, north).grown(GAP_WIDTH_M)
    near = reader.read("parcel", Query(bbox=box, columns=("parcel_no", "geometry")))
    return near[~near["parcel_no"].isin([*plan.shapes, *plan.retired])].reset_index(drop=True)


def _write(writer: Writer, plan: _Plan, done: Redrawn, how: Redrawing, crs: str) -> None:
    shapes = [done.shapes[number] for number in plan.frame["parcel_no"]]
    frame = gpd.GeoDataFrame(plan.frame.reset_index(drop=True), geometry=shapes, crs=crs)
    if plan.kept:
        writer.put("parcel", frame, on=how.on, expected=how.versions)
        return
    events = inherited_events(writer, plan.parents, how.on)
    if plan.retired:
        writer.retire("parcel", plan.retired, how.on)
    writer.put("parcel", frame, on=how.on, since=how.on)
    if len(events):
        writer.append("parcel_event", events)
    if plan.kind is not None:
        writer.append("lineage", lineage_rows(plan.parents, plan.kind, how.on, how.note))


# ------------------------------------------------------------------ what was there


def _read(writer: Writer, numbers: Sequence[str], how: Redrawing) -> gpd.GeoDataFrame:
    """The parcels as they are, each of the version that its editor read."""
    columns = (*PARCEL.names, "version", "recorded_at", "recorded_by", "geometry")
    found = writer.read("parcel", Query(keys=tuple(numbers), columns=columns))
    for number in numbers:
        if number not in set(found["parcel_no"]):
            raise not_found(PARCEL, number)
    stale = found[
        [how.versions.get(no) not in (None, v) for no, v in zip(found["parcel_no"], found["version"], strict=True)]
    ]
    if len(stale):
        raise _conflict(stale, how)
    return found


def _conflict(stale: gpd.GeoDataFrame, how: Redrawing) -> Conflict:
    clashes = [
        Clash(
            "parcel",
            number,
            how.versions[number],
            int(version),
            {"geometry": shape.wkt},
            {},
            at.isoformat(),
            by,
        )
        for number, version, shape, at, by in zip(
            stale["parcel_no"],
            stale["version"],
            stale.geometry,
            stale["recorded_at"],
            stale["recorded_by"],
            strict=True,
        )
    ]
    first = clashes[0]
    words = Words(f"地块 {first.key} 已被{first.changed_by}修改", f"{first.key} was changed by {first.changed_by}")
    return Conflict(
        words, clashes, found=f"版本 / version {first.version}", expected=f"版本 / version {first.expected}"
    )


def _refuse_taken(reader: Reader, numbers: Sequence[str]) -> None:
    """A number that stands or was divided or put together means another piece of land."""
    if not numbers:
        return
    for number in numbers:
        if not number.strip():
            raise InvalidRow(Words("地块编号不能为空", "a parcel needs a number"), found=repr(number))
    there = reader.read("parcel", Query(keys=tuple(numbers), columns=("parcel_no",)))["parcel_no"].tolist()
    was = reader.read("lineage", Query(columns=("parent_no",), where=(("parent_no", tuple(numbers)),)))[
        "parent_no"
    ].tolist()
    if taken := sorted({*there, *was}) or sorted({n for n in numbers if list(numbers).count(n) > 1}):
        named = "、".join(taken)
        raise InvalidRow(Words(f"编号已被使用：{named}", f"the number is taken: {named}"), found=named)


def _piece_numbers(reader: Reader, parcel_no: str, wanted: Sequence[str], count: int) -> list[str]:
    named = [number.strip() for number in wanted if number.strip()][:count]
    _refuse_taken(reader, named)
    place = 0
    while len(named) < count:
        place += 1
        number = f"{parcel_no}-{place}"
        with suppress(InvalidRow):
            if number not in named:
                _refuse_taken(reader, [number])
                named.append(number)
    return named


def _refuse_unlike(before: gpd.GeoDataFrame) -> None:
    for name in _ALIKE:
        values = before[name].astype(object).where(before[name].notna(), None)
        if values.nunique(dropna=False) > 1:
            words = PARCEL.column(name).words
            raise InvalidValue(
                Words(f"“{words.zh}”不同的地块不能合并", f"parcels of different {words.en} are not put together"),
                found="、".join(f"{no}: {value}" for no, value in zip(before["parcel_no"], values, strict=True)),
            )
