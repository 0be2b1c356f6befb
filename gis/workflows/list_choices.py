"""The values that the filter may take now, with how many projects have each."""

from __future__ import annotations

import pandas as pd

from gis.analysis.overview import Overview
from gis.model import Coded, Flag, Lamp, Level, ProjectCategory, ProjectKind, ProjectStage
from gis.store.port import Store
from gis.words import Words
from gis.workflows.names import Names, read_names
from gis.workflows.plain import Record

_CODED: dict[str, type[Coded]] = {
    "category": ProjectCategory,
    "level": Level,
    "kind": ProjectKind,
    "stage": ProjectStage,
    "lamp": Lamp,
}
_TEXTS = {"town": "located_in_town", "park": "located_in_park"} | {n: n for n in ("industry", "leader", "department")}


def list_choices(store: Store, overview: Overview) -> Record:
    """
    ``{filter field: [{code, zh, en, n}]}`` of every project, unfiltered.

    Code lists come whole and in their order; towns by code; other texts the most frequent first.
    """
    projects = overview.projects
    names = read_names(store, overview.on)
    flags = pd.Series([flag for flags in projects["flags"] for flag in flags], dtype="str")
    return {
        **{field: _texts(projects[column], field, names) for field, column in _TEXTS.items()},
        **{field: _codes(projects[field], codes) for field, codes in _CODED.items()},
        "flag": _codes(flags, Flag),
    }


def _codes(values: pd.Series, codes: type[Coded]) -> list[Record]:
    counts = values.value_counts()
    return [_choice(member.value, member.words, int(counts.get(member.value, 0))) for member in codes]


def _texts(values: pd.Series, field: str, names: Names) -> list[Record]:
    known = names.of_group(field)
    counts = {str(code): int(n) for code, n in values.dropna().value_counts().items() if code}
    order = sorted(counts) if known else sorted(counts, key=lambda code: (-counts[code], code))
    return [_choice(code, Words(known.get(code, code), known.get(code, code)), counts[code]) for code in order]


def _choice(code: str, words: Words, n: int) -> Record:
    return {"code": code, **words.as_dict(), "n": n}
