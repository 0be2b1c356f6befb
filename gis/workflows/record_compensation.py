"""Households, buildings and entries of the special account: added, corrected, withdrawn. Nothing is ever erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gis.errors import GuatuError, InvalidParameter, NotFound, Place
from gis.layers import ACCOUNT_ENTRY, HOUSEHOLD, PARCEL, PROJECT, TOWN, Layer
from gis.model import Actor, Query
from gis.store.port import Store
from gis.words import Words
from gis.workflows.list_households import require_household_reader, require_parcel
from gis.workflows.plain import Record
from gis.workflows.record_row import record_row, require_past, standing_row, withdraw_row

_HAPPENED = ("signed_on", "paid_on", "cleared_on", "on_date")
MOST_OF_A_DAY = 999


def add_row(store: Store, actor: Actor, layer: Layer, row: Mapping[str, Any], today: date) -> Record:
    """
    Add a household, a building or an entry. An entry without a number gets the next one of its day.

    Raises
    ------
    NotAllowed
        The actor may not know of households.
    NotFound
        There is no such parcel.
    InvalidParameter
        Values that cannot be, a number that is taken: all of them.
    """
    _require_allowed(store, actor, layer, row)
    if layer is ACCOUNT_ENTRY and not row.get("entry_no"):
        row = {**row, "entry_no": _next_number(store, row["on_date"])}
    key = {name: str(row[name]) for name in layer.key}
    problems = list(_problems(store, layer, row, today))
    if standing_row(store, layer, key) is not None:
        taken = Words("此编号已有记录", "there is a row of this number already")
        problems.append(_wrong(layer.key[-1], key[layer.key[-1]], "另一编号 / another number", taken))
    if problems:
        raise InvalidParameter.several(problems, Words("填写的内容有误", "what was given is wrong"))
    return record_row(store, actor, layer, row, seen=None)


def correct_row(
    store: Store,
    actor: Actor,
    layer: Layer,
    key: Mapping[str, str],
    changes: Mapping[str, Any],
    *,
    seen: str,
    today: date,
) -> Record:
    """
    Write a row again with ``changes``: columns that they lack stay, None empties. ``seen``: as in ``record_row``.

    Raises
    ------
    NotAllowed, NotFound, InvalidParameter
        As ``add_row``.
    Conflict
        Somebody wrote another one meanwhile.
    """
    _require_allowed(store, actor, layer, key)
    standing = standing_row(store, layer, key)
    if standing is None:
        name = "/".join(key.values())
        raise NotFound(Words(f"没有{layer.words.zh}记录“{name}”", f"no {layer.words.en} row '{name}'"), found=name)
    row = {**{name: _cell(layer, name, standing[name]) for name in layer.names}, **changes}
    if problems := list(_problems(store, layer, row, today)):
        raise InvalidParameter.several(problems, Words("填写的内容有误", "what was given is wrong"))
    return record_row(store, actor, layer, row, seen)


def take_row_away(store: Store, actor: Actor, layer: Layer, key: Mapping[str, str], *, reason: str, seen: str) -> None:
    """Withdraw a row, as ``withdraw_row`` does."""
    _require_allowed(store, actor, layer, key)
    withdraw_row(store, actor, layer, key, reason=reason, seen=seen)


def _cell(layer: Layer, name: str, value: Any) -> Any:
    """A value of a row as JSON carries it, as a person would give it."""
    return date.fromisoformat(value) if value and layer.column(name).type == "date" else value


def _require_allowed(store: Store, actor: Actor, layer: Layer, row: Mapping[str, Any]) -> None:
    if layer is HOUSEHOLD:
        require_household_reader(actor)
    if layer is not ACCOUNT_ENTRY:
        require_parcel(store, str(row["parcel_no"]))


def _problems(store: Store, layer: Layer, row: Mapping[str, Any], today: date) -> Iterator[GuatuError]:
    yield from require_past(layer, row, tuple(name for name in _HAPPENED if name in layer.names), today)
    if layer is HOUSEHOLD:
        yield from _household_problems(row)
    if layer is ACCOUNT_ENTRY:
        yield from _entry_problems(store, row)


def _household_problems(row: Mapping[str, Any]) -> Iterator[GuatuError]:
    due, paid = row.get("due_wan"), row.get("paid_wan") or 0.0
    if due is not None and paid > due:
        more = Words("已付补偿多于应付", "more was paid than is due")
        yield _wrong("paid_wan", f"{paid:g}", f"≤ {due:g}", more)
    if due is not None and paid < due and row.get("paid_on"):
        less = Words("填了付清日期，但已付少于应付", "a day of full payment, but less was paid than is due")
        yield _wrong("paid_on", f"{paid:g}", f"{due:g}", less)
    for name in ("id_no", "phone"):
        if "*" in (row.get(name) or ""):
            hidden = Words("不能保存带 * 的号码", "a masked number cannot be kept")
            yield _wrong(name, "*", "完整号码 / the whole number", hidden)


def _entry_problems(store: Store, row: Mapping[str, Any]) -> Iterator[GuatuError]:
    if row.get("amount_wan") == 0:
        yield _wrong("amount_wan", "0", "≠ 0")
    for name, layer in (("project_code", PROJECT), ("town", TOWN), ("parcel_no", PARCEL)):
        code = row.get(name)
        if code and store.read(layer.name, Query(keys=(code,), columns=layer.key)).empty:
            yield _wrong(name, code, "", Words("数据库中没有", "not in the store"))


def _next_number(store: Store, on: date) -> str:
    """``YYYYMMDD-001``: after the highest of the day, be it withdrawn. Two at once clash, and the later one is told."""
    rows = store.read(ACCOUNT_ENTRY.name)
    day = f"{on:%Y%m%d}-"
    numbers = rows["entry_no"][rows["entry_no"].str.fullmatch(rf"{day}\d{{3}}")]
    last = max((int(number.removeprefix(day)) for number in numbers), default=0)
    if last >= MOST_OF_A_DAY:
        raise InvalidParameter(
            Words("当天流水号已用完，请自编流水号", "this day's numbers are used up: give one"),
            place=Place(column="entry_no"),
        )
    return f"{day}{last + 1:03d}"


def _wrong(name: str, found: str, expected: str, words: Words | None = None) -> InvalidParameter:
    told = words or Words("填写的内容无法接受", "this value cannot be taken")
    return InvalidParameter(told, found=found, expected=expected, place=Place(column=name))
