"""
Keep the assessment of the day that people look at: in the store, by the transactions that change it, and in memory.

A write assesses what it touches before it commits, so that whoever reads the new data reads their assessment with them.
What a write cannot do in passing (a large import, a changed rule, a new day, an edit by another program) is left to the
next reader, or to ``guatu assess`` at midnight.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

import gis
from gis.analysis.assessment import Changes
from gis.analysis.overview import JUDGED_FROM, PROGRESS, Overview
from gis.errors import GuatuError
from gis.model import Actor, Query, Role
from gis.store.port import Results, Store, Writer
from gis.workflows.assess_store import (
    ASSESSED_LAYERS,
    StoreSource,
    assess_again,
    assess_anew,
    assess_overview,
    assess_to_keep,
    changed_keys,
    default_day,
)
from gis.workflows.kept_rows import overview_from, rows_of

PROGRAM = Actor("挂图", Role.ADMIN)
# A write that touches more projects than these does not wait for their assessment.
MOST_FOLLOWED = 50
# What a kept row gives for its project to be judged anew.
_KNOWN = tuple(dict.fromkeys((*PROGRESS, *JUDGED_FROM)))
_log = logging.getLogger(__name__)


@contextmanager
def writing_assessed(store: Store, actor: Actor) -> Iterator[Writer]:
    """
    ``Store.writing``, and the projects that the write touches are assessed anew in the same transaction.

    Raises as ``Store.writing``.
    """
    with store.writing(actor) as writer:
        yield writer
        follow(store, writer)


def follow(store: Store, writer: Writer) -> bool:
    """Bring the kept results of ``store`` up to what ``writer`` has written; False where they are left behind."""
    on, kept = default_day(store), writer.results(keys=())
    if kept is None or not _is_ours(kept, on):
        return False
    version = writer.version(ASSESSED_LAYERS)
    if version == kept.version:
        return True
    changes = changed_keys(writer.changes_since(kept.version))
    if changes is None or _have_left(writer, on, changes.projects):
        return False
    source = StoreSource(store, on, writer)
    if changes.quota and not source.left_as(_one_kept(source, writer)):
        return False
    # Whose land an event concerns is known; what moved must be looked for on the map.
    parts = writer.kept_parts(changes.parcels) if changes.are_events else None
    touched = source.touched(changes) if parts is None else frozenset(parts["project_code"])
    if len(touched) > MOST_FOLLOWED:
        return False
    header = Results(on, version, edition(), {})
    for rows, new_parts in _kept_anew(source, writer, changes, touched, parts):
        writer.keep_results(replace(header, rows=rows, parts=new_parts), whole=False)
    return True


def _have_left(writer: Writer, on: date, codes: Collection[str]) -> bool:
    """Whether one of these projects has kept results and is not there any more: all are kept anew then."""
    kept = writer.results(keys=codes) if codes else None
    if kept is None or not kept.rows:
        return False
    return len(writer.read("project", Query(on=on, keys=tuple(kept.rows), columns=("code",)))) < len(kept.rows)


def _one_kept(source: StoreSource, writer: Writer) -> pd.DataFrame | None:
    """One of the projects of the kept results; None where there is none."""
    there = writer.read("project", Query(columns=("code",), limit=1))
    kept = writer.results(keys=tuple(there["code"]))
    return overview_from(source.on, kept.rows, ("quota_left_m2",)).projects if kept and kept.rows else None


def _kept_anew(
    source: StoreSource, writer: Writer, changes: Changes, touched: frozenset[str], parts: pd.DataFrame | None
) -> Iterator[tuple[dict[str, str], pd.DataFrame | None]]:
    """
    What is kept of the touched projects as it must be after the changes: rows, with their parts where these may be
    others than before. ``parts``: as they were, where nothing moved.
    """
    kept = writer.results(keys=touched)
    before = kept.rows if kept else {}
    known = overview_from(source.on, before, _KNOWN) if before else None
    again = None if known is None or parts is None else assess_again(source, known, parts)
    yield ({}, None) if again is None else (rows_of(again, before), None)
    if left := touched if again is None else touched.difference(again.projects.index):
        anew = assess_anew(source, changes, known, left)
        by_land = {code: row for code, row in before.items() if code not in changes.projects}
        yield rows_of(anew.overview, by_land), anew.parts


def keep(store: Store) -> None:
    """
    Make the kept results those of the data as they are now, and of the day that people look at.

    Raises as ``Store.writing``.
    """
    with store.turn():  # whose turn comes later finds it done
        with store.writing(PROGRAM) as writer:
            if follow(store, writer):
                return
        on, version = default_day(store), store.version(ASSESSED_LAYERS)
        found = assess_to_keep(store, on)
        with store.writing(PROGRAM) as writer:
            kept = Results(on, version, edition(), rows_of(found.overview), found.parts)
            writer.keep_results(kept, whole=True)
            follow(store, writer)  # what was written while we looked


def current_results(store: Store) -> Results | None:
    """The kept results, where they are of this program and of the data as they are now."""
    version = store.version(ASSESSED_LAYERS)
    kept = store.results()
    if kept is None or kept.version != version or kept.made_by != edition():
        return None
    return kept


def _is_ours(kept: Results, on: date) -> bool:
    return kept.on == on and kept.made_by == edition()


@cache
def edition() -> str:
    """The program that assesses: its version, and its text, so that results of another one are not taken for ours."""
    folder = Path(gis.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".toml")):
        digest.update(path.read_bytes())
    return f"{gis.__version__} {digest.hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Assessed:
    """An overview and the data version that it was made of."""

    version: int
    overview: Overview


class Assessor:
    """
    Answers "the assessment as of this day" for one store, again and again.

    Safe to share by the threads of a process: one assesses, the others wait and get its result. The day that people
    look at is kept in the store, for all processes; others in the memory of this one.
    """

    def __init__(self, store: Store, *, days_kept: int = 4) -> None:
        self._store = store
        self._kept: OrderedDict[date, Assessed] = OrderedDict()
        self._days_kept = days_kept
        self._lock = threading.Lock()

    def at(self, on: date) -> Assessed:
        """The assessment as of ``on``, of the data as they are now."""
        with self._lock:
            version = self._store.version(ASSESSED_LAYERS)
            kept = self._kept.get(on)
            if kept is None or kept.version != version:
                kept = self._made(on, version, kept)
            self._kept[on] = kept
            self._kept.move_to_end(on)
            while len(self._kept) > self._days_kept:
                self._kept.popitem(last=False)
            return kept

    def _made(self, on: date, version: int, before: Assessed | None) -> Assessed:
        if on == default_day(self._store):
            try:
                return self._from_store(on, version, before) or self._from_store_kept_anew(on, version, before)
            except GuatuError as error:  # an account that may not write, a store that is busy
                _log.warning("the assessment is not kept in the store: %s", error)
        return self._worked_out(on, version, before)

    def _from_store_kept_anew(self, on: date, version: int, before: Assessed | None) -> Assessed:
        keep(self._store)
        return self._from_store(on, version, before) or self._worked_out(on, version, before)

    def _from_store(self, on: date, version: int, before: Assessed | None) -> Assessed | None:
        """From the kept results, where they are of the data as of ``version`` or later."""
        changes = None if before is None else changed_keys(self._store.changes_since(before.version))
        if changes is None or changes.quota:
            before = None  # everything was assessed anew, and projects may have gone
        results = self._store.results(since=-1 if before is None else before.version)
        if results is None or not _is_ours(results, on) or results.version < version:
            return None
        if before is not None and changes is not None and changes.projects - results.rows.keys():
            # Of a changed project nothing was kept anew: it has left.
            return self._from_store(on, version, None)
        overview = _with_rows(None if before is None else before.overview, on, results.rows)
        # Rows of no project at all do not even tell their columns.
        return Assessed(results.version, overview or assess_overview(self._store, on))

    def _worked_out(self, on: date, version: int, before: Assessed | None) -> Assessed:
        """In this process alone."""
        changes = None if before is None else changed_keys(self._store.changes_since(before.version))
        if before is None or changes is None:
            return Assessed(version, assess_overview(self._store, on))
        source = StoreSource(self._store, on)
        if changes.quota and not source.left_as(before.overview.projects):
            return Assessed(version, assess_overview(self._store, on))
        touched = source.touched(changes)
        if not touched:
            return Assessed(version, before.overview)
        anew = assess_anew(source, changes, before.overview, touched)
        return Assessed(version, before.overview.with_anew(touched, anew.overview))


def _with_rows(before: Overview | None, on: date, rows: Mapping[str, str]) -> Overview | None:
    """What was known, with these rows in place of theirs; None where nothing was known and there are none."""
    if not rows:
        return before
    anew = overview_from(on, rows)
    return anew if before is None else before.with_anew(set(rows), anew)
