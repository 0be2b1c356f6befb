"""Rows, sums and choices of the register, as a page asks for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np

from gis.analysis.overview import Overview
from gis.analysis.register import Register
from gis.analysis.register_columns import KINDS, Flags, Places
from gis.analysis.register_filter import facets, ordered, passing, sums
from gis.errors import InvalidParameter, Place, StoreBusy
from gis.model import Query, RegisterFilter
from gis.store.port import Store
from gis.words import Words
from gis.workflows.assess_store import assess_in_full
from gis.workflows.find_in_area import parcels_in_area
from gis.workflows.names import read_names
from gis.workflows.parcels_under import parcels_under
from gis.workflows.plain import Record
from gis.workflows.register_index import REGISTER_LAYERS, RegisterIndex, read_rows

MOST_ROWS = 500
VIEWS_KEPT = 6
_ATTEMPTS = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """
    Which rows of the answer, and which of their columns (empty: all). ``versions``: each row with its ``version``,
    which whoever edits it hands back; of the day that people look at only.
    """

    sort: str = ""
    offset: int = 0
    limit: int = 100
    columns: tuple[str, ...] = ()
    versions: bool = False

    def __post_init__(self) -> None:
        if unknown := [name for name in self.columns if name not in KINDS]:
            raise InvalidParameter(
                Words("没有此列", "there is no such column"),
                found=", ".join(unknown),
                expected=" | ".join(KINDS),
                place=Place(column="columns"),
            )


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The rows that a filter lets pass. ``version``: of the register. A view made anew is another one, be it alike."""

    version: int
    register: Register
    among: Flags | None
    passes: Flags

    @property
    def count(self) -> int:
        """How many rows pass."""
        return int(np.count_nonzero(self.passes))


class Registers:
    """Answers questions about the register of one store; what was asked last is asked again when somebody scrolls."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.index = RegisterIndex(store)
        self._kept: OrderedDict[object, Any] = OrderedDict()
        self._lock = threading.Lock()

    def version(self) -> int:
        """A number that grows with whatever the register shows."""
        return self.store.version()

    def view(self, overview_at: Callable[[date], Overview], on: date, wanted: RegisterFilter) -> View:
        """What the filter lets pass as of ``on``. ``overview_at`` is asked where the filter names a project."""
        # What a project is held up by changes with more than the parcels. Read before all else: what is written while
        # we look is then found by whoever asks next.
        of_projects = wanted.blocking or not wanted.projects.is_empty
        stored = self.version() if of_projects else None
        kept = self.index.at(on)
        register = kept.register

        def make() -> View:
            numbers = self._among(overview_at, on, wanted)
            among = None if numbers is None else register.are_among(numbers)
            return View(kept.version, register, among, passing(register, wanted, among))

        return self._get_or_make(("view", kept.version, stored, on, wanted), make)

    def order(self, view: View, sort: str) -> Places:
        """The places of its rows, sorted."""
        return self._get_or_make(("order", view, sort), lambda: ordered(view.register, view.passes, sort))

    def _among(
        self, overview_at: Callable[[date], Overview], on: date, wanted: RegisterFilter
    ) -> Collection[str] | None:
        found: set[str] | None = None
        if wanted.blocking:
            blocking = assess_in_full(self.store, overview_at(on), [wanted.blocking]).blocking
            found = set(blocking["parcel_no"].dropna())
        if not wanted.projects.is_empty:
            under = parcels_under(self.store, overview_at(on), wanted.projects)
            found = under if found is None else found & under
        if wanted.area:
            inside = parcels_in_area(self.store, wanted.area, on)
            found = inside if found is None else found & inside
        return found

    def _get_or_make(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > VIEWS_KEPT:
                self._kept.popitem(last=False)
        return made


def list_register(
    registers: Registers, overview_at: Callable[[date], Overview], on: date, wanted: RegisterFilter, page: Page
) -> Record:
    """
    ``{on, count, all, offset, rows}``: a page of the rows that ``wanted`` lets pass; ``town_name`` beside ``town``.

    While the register is read for the first time, the first page of all is answered from the store (``partial``).

    Raises
    ------
    StoreBusy
        The register is being read; or the parcels change faster than rows and their versions can be told together.
    """
    if not registers.index.has(on) and wanted.is_empty and page.sort in ("", "parcel_no") and page.offset == 0:
        before = registers.store.version(REGISTER_LAYERS)
        first = _first_page(registers.store, on, page)
        if registers.store.version(REGISTER_LAYERS) == before:
            return first
    for _ in range(_ATTEMPTS):
        view = registers.view(overview_at, on, wanted)
        places = registers.order(view, page.sort)[page.offset : page.offset + page.limit]
        rows = view.register.records(places, page.columns or None)
        if not page.versions:
            break
        rows = _with_versions(registers.store, rows, numbers_in_view(view, places))
        # A version that is younger than the row beside it would let a change of somebody else be overwritten.
        if registers.store.version(REGISTER_LAYERS) == view.version:
            break
    else:
        raise StoreBusy(
            Words("地块正在变动，请稍候", "the parcels are being changed, try again in a moment"),
            expected="Retry-After",
        )
    found = _named(registers.store, on, rows)
    return {"on": on.isoformat(), "count": view.count, "all": len(view.register), "offset": page.offset, "rows": found}


def _with_versions(store: Store, rows: Sequence[Record], numbers: Sequence[str]) -> list[Record]:
    if not numbers:
        return []
    stored = store.read("parcel", Query(keys=tuple(numbers), columns=("parcel_no", "version")))
    versions = dict(zip(stored["parcel_no"].tolist(), stored["version"].tolist(), strict=True))
    return [{**row, "version": versions.get(number)} for row, number in zip(rows, numbers, strict=True)]


def _first_page(store: Store, on: date, page: Page) -> Record:
    rows = read_rows(store, on, None, limit=page.limit)
    records = rows.records(np.arange(len(rows)), page.columns or None)
    if page.versions:
        records = _with_versions(store, records, rows.numbers.to_pylist())
    count = sum(store.tally("parcel", "owner_kind", Query(on=on)).values())
    return {
        "on": on.isoformat(),
        "count": count,
        "all": count,
        "offset": 0,
        "rows": _named(store, on, records),
        "partial": True,
    }


def _named(store: Store, on: date, records: Sequence[Record]) -> list[Record]:
    towns = read_names(store, on).towns
    return [{**row, "town_name": towns.get(row["town"])} if "town" in row else row for row in records]


def sum_register(
    registers: Registers, overview_at: Callable[[date], Overview], on: date, wanted: RegisterFilter
) -> Record:
    """What the rows that pass come to: see ``gis.analysis.register_filter.sums``."""
    view = registers.view(overview_at, on, wanted)
    return {"on": on.isoformat(), "all": len(view.register), **sums(view.register, view.passes)}


def facet_register(
    registers: Registers, overview_at: Callable[[date], Overview], on: date, wanted: RegisterFilter
) -> Record:
    """``{field: [{code, n}]}``, a town with its ``name``: see ``gis.analysis.register_filter.facets``."""
    view = registers.view(overview_at, on, wanted)
    towns = read_names(registers.store, on).towns
    found: Record = {
        name: [{"code": code, "n": n} for code, n in values]
        for name, values in facets(view.register, wanted, view.among).items()
    }
    found["town"] = [{**choice, "name": towns.get(choice["code"])} for choice in found["town"]]
    return found


def numbers_in_view(view: View, places: Places) -> list[str]:
    """The numbers of these rows, in their order."""
    return [record["parcel_no"] for record in view.register.records(places, ("parcel_no",))]
