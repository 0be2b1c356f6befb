"""What of the register is wanted, in which order, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gis.analysis.register import STROKE, Register
from gis.analysis.register_columns import CODES, KINDS, NO_COUNT, NO_DAY, CodedColumn, Flags, Places
from gis.errors import InvalidParameter, Place
from gis.model import NOT_STATED, AreaBasis, RegisterFilter
from gis.words import Words

SEARCHED_TEXTS = ("parcel_no", "name")
SEARCHED_CODED = ("village", "unit", "person", "batch", "document_no")
FACETS = ("town", "stage", "owner_kind", "land_class", "unit", "person", "batch", "hold_reason")
SORTABLE = tuple(KINDS)
# What a sum of doubles adds to the last digits of what is stored is no money.
DECIMALS = 6
_AREAS = ("area_planar_m2", "area_ellipsoid_m2")


def passing(register: Register, wanted: RegisterFilter, among: Flags | None = None, *, without: str = "") -> Flags:
    """
    Which rows the filter lets pass; ``among`` narrows further (see ``blocking`` and ``area``). ``without`` is a field
    that is not looked at.
    """
    passes = np.ones(len(register), dtype=bool) if among is None else among.copy()
    for name in FACETS:
        values = [str(value) for value in getattr(wanted, name)]
        if values and name != without:
            passes &= _one_of(register.coded[name], name, values)
    if wanted.held is not None:
        passes &= (register.coded["hold_reason"].codes >= 0) == wanted.held
    if wanted.overdue is not None:
        passes &= (register.counts["overdue_days"] > 0) == wanted.overdue
    if wanted.legal_within_days is not None:
        days = register.days["next_legal_on"]
        passes &= (days != NO_DAY) & (days <= register.today + wanted.legal_within_days)
    if wanted.parcel_no:
        passes &= register.are_among(wanted.parcel_no)
    if text := wanted.words.strip():
        passes &= _says(register, text)
    return passes


def _one_of(column: CodedColumn, name: str, values: list[str]) -> Flags:
    chosen = set(values)
    flags = np.array([_names(name, value, chosen) for value in column.values], dtype=bool)
    return column.takes(flags, missing=NOT_STATED in chosen)


def _names(name: str, value: str, chosen: set[str]) -> bool:
    return value in chosen or (name == "land_class" and value.rpartition(STROKE)[2] in chosen)


def _says(register: Register, text: str) -> Flags:
    """Rows of which a searched column holds ``text``, Latin letters in either case."""
    says = np.zeros(len(register), dtype=bool)
    for name in SEARCHED_TEXTS:
        found = pc.match_substring(register.texts[name], text, ignore_case=text.lower() != text.upper())
        says |= np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)
    small = text.casefold()
    for name in SEARCHED_CODED:
        column = register.coded[name]
        says |= column.takes(
            np.array([small in value.casefold() for value in column.values], dtype=bool), missing=False
        )
    return says


def ordered(register: Register, passes: Flags, sort: str = "") -> Places:
    """
    The places of the rows that pass, sorted by a column of ``SORTABLE`` ("-" before it: from the greatest); equal ones
    by number, missing ones last. Code lists by their own order, other texts as a Chinese dictionary has them.

    Raises
    ------
    InvalidParameter
        There is no such column.
    """
    places = np.flatnonzero(passes)
    column, falling = sort.removeprefix("-"), sort.startswith("-")
    if column not in ("", *SORTABLE):
        raise InvalidParameter(
            Words("不能按此列排序", "this column cannot be sorted by"),
            found=sort,
            expected=" | ".join(SORTABLE),
            place=Place(column="sort"),
        )
    if column in ("", "parcel_no"):
        return places[::-1] if falling else places
    if KINDS[column] == "text":
        return places[_by_text(register.texts[column].take(pa.array(places)), falling=falling)]
    keys, missing = _keys(register, column, places)
    keys = np.where(missing, np.inf, -keys if falling else keys)
    return places[np.argsort(keys, kind="stable")]


def _by_text(texts: pa.StringArray, *, falling: bool) -> Places:
    order = "descending" if falling else "ascending"
    table = pa.table({"text": texts, "at": pa.array(np.arange(len(texts)))})
    keys = [("text", order), ("at", "ascending")]
    # Missing texts come last, whichever the order.
    return np.asarray(pc.sort_indices(table, sort_keys=keys).to_numpy(), dtype=np.intp)


def _keys(register: Register, column: str, places: Places) -> tuple[npt.NDArray[np.float64], Flags]:
    """Numbers by which rows are sorted, and which rows have none."""
    kind = KINDS[column]
    if kind == "coded":
        codes = register.coded[column].codes[places]
        return np.append(_ranks(column, register.coded[column].values), 0.0)[codes], codes < 0
    if kind == "amount":
        amounts = register.amounts[column][places]
        return amounts, np.isnan(amounts)
    numbers = (register.days if kind == "day" else register.counts)[column][places]
    return numbers.astype(np.float64), numbers == (NO_DAY if kind == "day" else NO_COUNT)


def _ranks(column: str, values: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """The place of each value in the order of its list, or of the dictionary."""
    if codes := CODES.get(column):
        return np.array([codes(value).rank for value in values], dtype=np.float64)
    # GB 2312 has the common characters by their sound; the encoding that holds it keeps them so.
    by_sound = sorted(range(len(values)), key=lambda at: values[at].encode("gb18030", errors="replace"))
    ranks = np.empty(len(values))
    ranks[by_sound] = np.arange(len(values))
    return ranks


def sums(register: Register, passes: Flags) -> dict[str, Any]:
    """
    What the rows that pass come to: ``count``, the areas each for itself in m² (a declared one by the basis that it was
    declared on), ``households``, ``buildings``, compensation in 万元, and under ``missing`` how many rows say nothing.
    """
    whole = bool(passes.all())
    found: dict[str, Any] = {"count": int(np.count_nonzero(passes))}
    missing: dict[str, int] = {}
    for name in (*_AREAS, "compensation_due_wan", "compensation_paid_wan"):
        values = register.amounts[name] if whole else register.amounts[name][passes]
        found[name] = round(float(np.nansum(values)), DECIMALS)
        missing[name] = int(np.count_nonzero(np.isnan(values)))
    for name in ("households", "buildings"):
        counts = register.counts[name] if whole else register.counts[name][passes]
        told = counts != NO_COUNT
        found[name], missing[name] = int(counts[told].sum(dtype=np.int64)), int(np.count_nonzero(~told))
    found["declared_area_m2"], missing["declared_area_m2"] = _declared(register, passes)
    return {**found, "missing": missing}


def _declared(register: Register, passes: Flags) -> tuple[dict[str, float], int]:
    """Declared areas (m²) by their basis, one that is not stated as unknown; and how many rows have none."""
    values, basis = register.amounts["declared_area_m2"], register.coded["declared_basis"]
    told = passes & ~np.isnan(values)
    found = {}
    for member in AreaBasis:
        chosen = np.array([value == member.value for value in basis.values], dtype=bool)
        rows = told & basis.takes(chosen, missing=member is AreaBasis.UNKNOWN)
        found[member.value] = round(float(values[rows].sum()), DECIMALS)
    return found, int(np.count_nonzero(passes)) - int(np.count_nonzero(told))


def facets(
    register: Register, wanted: RegisterFilter, among: Flags | None = None
) -> Mapping[str, list[tuple[str, int]]]:
    """
    Of each field the values that there are, with the number of rows that would pass if this field did not narrow;
    "none" for rows without one, last. ``held`` and ``overdue``: ("true", n) and ("false", n).
    """
    passes = passing(register, wanted, among)
    found: dict[str, list[tuple[str, int]]] = {}
    for name in FACETS:
        rows = passing(register, wanted, among, without=name) if getattr(wanted, name) else passes
        found[name] = _counted(register.coded[name], name, rows)
    found["held"] = _yes_no(register.coded["hold_reason"].codes[passes] >= 0)
    found["overdue"] = _yes_no(register.counts["overdue_days"][passes] > 0)
    return found


def _counted(column: CodedColumn, name: str, rows: Flags) -> list[tuple[str, int]]:
    counts = np.bincount(column.codes[rows].astype(np.int64) + 1, minlength=len(column.values) + 1)
    order = np.argsort(_ranks(name, column.values), kind="stable").tolist()
    listed = [(column.values[at], int(counts[at + 1])) for at in order]
    return [*listed, (NOT_STATED, int(counts[0]))] if counts[0] else listed


def _yes_no(flags: Flags) -> list[tuple[str, int]]:
    yes = int(np.count_nonzero(flags))
    return [("true", yes), ("false", len(flags) - yes)]
