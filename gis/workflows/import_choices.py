"""What a person says of an uploaded file before it is imported: a frozen value, read from bounded JSON."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gis.errors import InvalidParameter, InvalidValue, Place
from gis.ingest.mapping import Mapping, mapping_of
from gis.layers import Layer
from gis.model import FIRST_DAY
from gis.rules.land_classes import land_class_schemes
from gis.words import Words
from gis.workflows.import_file import KINDS, importable_layer

UNKNOWN_SCHEME = "unknown"
# What a file may be said to be complete for, by layer: the stored rows with this value that it lacks are gone.
COMPLETE_FOR: dict[str, tuple[str, ...]] = {
    "parcel": ("town", "batch", "all"),
    "project": ("located_in_town", "all"),
    "zone": ("kind", "all"),
    "park": ("all",),
}
_ENCODINGS = ("utf-8", "gb18030", "gbk", "big5", "latin-1", "utf-16")
_MOST_TEXT = 200
_MOST_EDITS = 2000
_MOST_ROWS = 100_000
_FIELDS = {
    "kind", "crs", "swap_axes", "encoding", "close_rings", "repair", "columns", "area_units", "scheme", "on",
    "complete_for", "retire", "edits",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Complete:
    """The file is the complete set of the rows whose ``column`` holds ``value`` ("all": of the layer)."""

    column: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """
    ``kind`` a key of ``KINDS``. ``crs``, ``swap_axes``, ``encoding``: as for ``import_file``. ``close_rings``,
    ``repair`` (rows) and ``edits`` (row → header → text): fixes that the person wants. ``columns``: header → field
    ("" leaves the column out; "on_date:approved": the date of a stage). ``area_units``: header → its true unit.
    ``scheme``: the key of a scheme of land classes, "unknown", or None where nobody said. ``on``: the day from which
    changes hold. ``retire``: rows that a complete file lacks leave the present.
    """

    kind: str | None = None
    crs: str | None = None
    swap_axes: bool = False
    encoding: str | None = None
    close_rings: bool = False
    repair: frozenset[int] = frozenset()
    columns: MappingType[str, str] = field(default_factory=dict)
    area_units: MappingType[str, str] = field(default_factory=dict)
    scheme: str | None = None
    on: date | None = None
    complete_for: Complete | None = None
    retire: bool = False
    edits: MappingType[int, MappingType[str, str]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, given: Any) -> Choices:
        """
        Read what a page sent.

        Raises
        ------
        InvalidParameter
            Something is unknown, of another kind or too long; names it.
        """
        if not isinstance(given, dict) or not given.keys() <= _FIELDS:
            unknown = sorted(set(given) - _FIELDS) if isinstance(given, dict) else [type(given).__name__]
            raise _wrong(", ".join(map(str, unknown))[:80], "choices", ", ".join(sorted(_FIELDS)))
        return cls(
            kind=_one_of(given, "kind", tuple(KINDS)),
            crs=_text(given, "crs"),
            swap_axes=_yes(given, "swap_axes"),
            encoding=_one_of(given, "encoding", _ENCODINGS),
            close_rings=_yes(given, "close_rings"),
            repair=frozenset(_rows(given)),
            columns=_texts(given, "columns"),
            area_units=_texts(given, "area_units"),
            scheme=_one_of(given, "scheme", (UNKNOWN_SCHEME, *(s.key for s in land_class_schemes()))),
            on=_day(given),
            complete_for=_complete(given),
            retire=_yes(given, "retire"),
            edits=_edits(given),
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it; ``from_dict`` reads it back."""
        complete = self.complete_for
        return {
            "kind": self.kind,
            "crs": self.crs,
            "swap_axes": self.swap_axes,
            "encoding": self.encoding,
            "close_rings": self.close_rings,
            "repair": sorted(self.repair),
            "columns": dict(self.columns),
            "area_units": dict(self.area_units),
            "scheme": self.scheme,
            "on": self.on.isoformat() if self.on else None,
            "complete_for": {"column": complete.column, "value": complete.value} if complete else None,
            "retire": self.retire,
            "edits": {str(row): dict(cells) for row, cells in self.edits.items()},
        }

    @property
    def layer(self) -> Layer:
        """The layer that the rows go to; raises InvalidParameter where the kind is not said."""
        return importable_layer(self.kind or "")

    def mapping(self, name: str) -> Mapping | None:
        """
        The columns as a mapping; None where the person said nothing of them.

        Raises
        ------
        InvalidParameter
            A field that the layer does not have, or one that is filled twice.
        """
        if not self.columns:
            return None
        columns = {header: _target(target) for header, target in self.columns.items() if target}
        ignored = [header for header, target in self.columns.items() if not target]
        try:
            return mapping_of({"columns": columns, "options": {"ignore": ignored}}, self.layer, name=name)
        except InvalidValue as error:
            raise InvalidParameter(
                error.words, found=error.found, expected=error.expected, place=Place(column="columns")
            ) from None


def _target(text: str) -> dict[str, str]:
    name, _, stage = text.partition(":")
    return {"field": name, "stage": stage} if stage else {"field": name}


def _wrong(found: str, name: str, expected: str) -> InvalidParameter:
    return InvalidParameter(
        Words("导入设置无法读取", "a choice for the import cannot be read"),
        found=found[:80],
        expected=expected,
        place=Place(column=name),
    )


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    # A CRS may come as WKT.
    if not isinstance(value, str) or len(value) > 4000:
        raise _wrong(str(value), name, "text")
    return value.strip()


def _one_of(given: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = _text(given, name)
    if value is not None and value not in allowed:
        raise _wrong(value, name, " | ".join(allowed))
    return value


def _yes(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(str(value), name, "true | false")
    return value


def _rows(given: dict[str, Any]) -> list[int]:
    value = given.get("repair") or []
    good = isinstance(value, list) and len(value) <= _MOST_ROWS and all(type(row) is int for row in value)
    if not good:
        raise _wrong(str(value), "repair", "[1, 2 …]")
    return list(value)


def _texts(given: dict[str, Any], name: str) -> dict[str, str]:
    value = given.get(name) or {}
    if not isinstance(value, dict) or len(value) > 500:
        raise _wrong(str(value), name, "{…}")
    for header, text in value.items():
        if not isinstance(text, str) or len(header) > 2000 or len(text) > _MOST_TEXT:
            raise _wrong(f"{header}: {text}", name, "{…}")
    return dict(value)


def _day(given: dict[str, Any]) -> date | None:
    value = _text(given, "on")
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _wrong(value, "on", "YYYY-MM-DD") from None
    if not FIRST_DAY <= day <= date.today():
        raise _wrong(value, "on", f"{FIRST_DAY} … {date.today()}")
    return day


def _complete(given: dict[str, Any]) -> Complete | None:
    value = given.get("complete_for")
    if value is None:
        return None
    allowed = COMPLETE_FOR.get(KINDS.get(str(given.get("kind")), ""), ())
    column = value.get("column") if isinstance(value, dict) else None
    text = value.get("value", "") if isinstance(value, dict) else None
    if column not in allowed or not isinstance(text, str) or len(text) > _MOST_TEXT or (column != "all" and not text):
        raise _wrong(str(value), "complete_for", " | ".join(allowed) or "—")
    return Complete(str(column), "" if column == "all" else text)


def _edits(given: dict[str, Any]) -> dict[int, dict[str, str]]:
    value = given.get("edits") or {}
    if not isinstance(value, dict) or len(value) > _MOST_EDITS:
        raise _wrong(str(value), "edits", f"≤ {_MOST_EDITS}")
    found: dict[int, dict[str, str]] = {}
    for row, cells in value.items():
        if not (str(row).isdecimal() and len(str(row)) < 10) or not isinstance(cells, dict) or len(cells) > 100:
            raise _wrong(f"{row}: {cells}", "edits", "{row: {column: text}}")
        for header, text in cells.items():
            if not isinstance(text, str) or len(text) > 2000 or len(header) > 2000:
                raise _wrong(f"{row}: {header}", "edits", "≤ 2000")
        found[int(row)] = dict(cells)
    return found
