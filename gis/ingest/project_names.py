"""
Ledgers that name their projects and have no codes, as monthly ledgers often do: names become the stored codes.

A name stands for a project only where exactly one stored project bears it. A row whose name is unknown, is borne by
several or is blank is refused by itself, for a guess would credit another project.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd

from gis.errors import Place
from gis.ingest import cells
from gis.ingest.headers import match_headers, spellings
from gis.ingest.mapping import Mapping
from gis.ingest.table import RawTable, Refusal
from gis.layers import PROJECT, Layer
from gis.words import Words

CODE = "project_code"
_CODES_NAMED = 5


def with_project_codes(
    raw: RawTable, layer: Layer, mapping: Mapping | None, projects: Iterable[tuple[str, str | None]]
) -> RawTable:
    """
    ``raw`` with its column of project names as one of codes, where it has no column of codes.

    Parameters
    ----------
    projects
        (code, name) of every stored project.

    Returns
    -------
    RawTable
        The rows whose project is known; the others are in ``refused``. ``raw`` itself where nothing is to be done.
    """
    position = _names_at(raw, layer, mapping or Mapping())
    if position is None:
        return raw
    header, known = str(raw.frame.columns[position]), _codes_by_name(projects)
    codes, refused, kept = [], [], []
    for row, value in enumerate(raw.frame.iloc[:, position].tolist()):
        name = "" if cells.is_blank(value) else cells.plain(value)
        found = known.get(_folded(name), []) if name else []
        if len(found) == 1:
            kept.append(row)
            codes.append(found[0])
        else:
            place = Place(raw.source.name, raw.rows[row], header)
            refused.append(Refusal(place, name, _expected(name, found)))
    frame = raw.frame.iloc[kept].reset_index(drop=True)
    frame.isetitem(position, codes)
    title = layer.column(CODE).words.zh
    frame.columns = frame.columns[:position].append([frame.columns[:0].insert(0, title), frame.columns[position + 1 :]])
    told = Words("没有项目代码列，已按项目名称对应", "no column of project codes: projects were found by their names")
    return replace(
        raw,
        frame=frame,
        rows=tuple(raw.rows[row] for row in kept),
        geometry=None if raw.geometry is None else gpd.GeoSeries(raw.geometry.iloc[kept].reset_index(drop=True)),
        refused=(*raw.refused, *refused),
        warnings=(*raw.warnings, told),
    )


def _names_at(raw: RawTable, layer: Layer, mapping: Mapping) -> int | None:
    """The column of project names, where the layer needs a code that neither file nor mapping gives."""
    if CODE not in layer.names or CODE in mapping.constants or CODE in mapping.compose:
        return None
    headers = [str(header) for header in raw.frame.columns]
    matches = match_headers(headers, layer, mapping).matches
    if any(match.slot.column.name == CODE for match in matches):
        return None
    taken = {match.position for match in matches}
    names = {name for header in PROJECT.column("name").headers for name, _ in spellings(header)}
    return next((i for i, h in enumerate(headers) if i not in taken and spellings(h)[0][0] in names), None)


def _codes_by_name(projects: Iterable[tuple[str, str | None]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, name in projects:
        if isinstance(name, str):
            found[_folded(name)].append(code)
    return found


def _folded(name: str) -> str:
    """A name as it is compared: blanks and full-width forms do not matter."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def _expected(name: str, codes: list[str]) -> Words:
    if not name:
        return Words("项目名称不能为空", "the project's name may not be blank")
    if not codes:
        return Words(
            "库中已有的项目名称，或增加项目代码列", "the name of a stored project, or a column of project codes"
        )
    listed = "、".join(codes[:_CODES_NAMED]) + (" …" if len(codes) > _CODES_NAMED else "")
    return Words(
        f"项目代码：库中有 {len(codes)} 个同名项目（{listed}）",
        f"a project code: {len(codes)} stored projects bear this name ({listed})",
    )
