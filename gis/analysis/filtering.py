"""The one filter of projects, shared by map, table, charts and exports."""

from __future__ import annotations

import pandas as pd

from gis.model import ProjectFilter

_COLUMNS = {
    "town": "located_in_town",
    "park": "located_in_park",
    "industry": "industry",
    "category": "category",
    "level": "level",
    "kind": "kind",
    "stage": "stage",
    "lamp": "lamp",
    "leader": "leader",
    "department": "department",
}
_SEARCHED = ("name", "owner", "leader", "department")


def filtered(projects: pd.DataFrame, wanted: ProjectFilter) -> pd.DataFrame:
    """
    The assessed projects that a filter lets pass, in their order.

    Values of one field are alternatives; fields narrow one another. ``town`` is where a project lies
    (``located_in_town``), as the map shows it; to whom it is credited is a matter of totals. The
    empty text as a value stands for "not stated", so that this group of a total can be chosen too.
    ``words`` is one text, looked for as it stands.

    Parameters
    ----------
    projects
        ``Assessment.projects``, index ``code``.
    wanted
        The filter; an empty one lets every project pass.
    """
    passes = pd.Series(True, index=projects.index)
    for field, column in _COLUMNS.items():
        values = [str(value) for value in getattr(wanted, field)]
        if values:
            passes &= projects[column].fillna("").isin(values)
    if wanted.flag:
        passes &= _has_flag(projects["flags"], {flag.value for flag in wanted.flag})
    if wanted.words.strip():
        passes &= _says(projects, wanted.words.strip().casefold())
    return projects[passes]


def _has_flag(flags: pd.Series, wanted: set[str]) -> pd.Series:
    """Projects that bear at least one of these flags."""
    return pd.Series([not wanted.isdisjoint(of_one) for of_one in flags], index=flags.index, dtype=bool)


def _says(projects: pd.DataFrame, text: str) -> pd.Series:
    """Projects whose code or one of whose names holds ``text`` (already case-folded)."""
    found = pd.Series(projects.index.astype("str").str.casefold().str.contains(text, regex=False), projects.index)
    for column in _SEARCHED:
        found |= projects[column].fillna("").astype("str").str.casefold().str.contains(text, regex=False)
    return found.astype(bool)
