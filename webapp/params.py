"""
The only reader of a request's parameters.

``with reading() as ask:`` collects everything that is wrong and raises it at once when the block ends,
unknown names among it::

    with reading() as ask:
        on = ask.day("on")
        by = ask.choice("by", GROUPS, "town")
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MultiDict

from gis.errors import GuatuError, InvalidParameter, Place
from gis.maps.tiles import Tile
from gis.model import (
    FIRST_DAY,
    LAST_DAY,
    Coded,
    Flag,
    Lamp,
    Level,
    ProjectCategory,
    ProjectFilter,
    ProjectKind,
    ProjectStage,
)
from gis.words import Words

LONGEST_TEXT = 200
MOST_VALUES = 100
LONGEST_SHOWN = 80
EVERYWHERE = ("lang",)
NARROWING = frozenset({*(field.name for field in fields(ProjectFilter)), "on"})

C = TypeVar("C", bound=Coded)
Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Near:
    """A place on the map and how far round it to look."""

    lon: float
    lat: float
    radius_m: float


@contextmanager
def reading(*, strict: bool = True) -> Iterator[Asker]:
    """
    Read the request's parameters in the block; at its end raise InvalidParameter where any is wrong.

    ``strict``: a parameter that the block did not ask for is wrong too (every address but the pages).
    """
    ask = Asker(request.args)
    yield ask
    ask.finish(strict=strict)


class Asker:
    """Reads single parameters; a wrong one is noted and its default given instead."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._args = args
        self._asked = set(EVERYWHERE)
        self._problems: list[GuatuError] = []

    def finish(self, *, strict: bool) -> None:
        """Raise what was noted."""
        if strict:
            for name in self._args:
                if name not in self._asked:
                    known = ", ".join(sorted(self._asked))
                    self._wrong(name[:LONGEST_SHOWN], name, known, Words("未知的参数", "unknown parameter"))
        if self._problems:
            raise InvalidParameter.several(self._problems)

    def text(self, name: str, default: str = "", *, longest: int = LONGEST_TEXT) -> str:
        """A text of at most ``longest`` characters, trimmed."""
        raw = self._raw(name)
        if raw is None:
            return default
        if len(raw) > longest or _has_control(raw):
            self._wrong(name, raw, f"≤ {longest} 个字符 / characters")
            return default
        return raw

    def texts(self, name: str, *, listed: bool = True) -> tuple[str, ...]:
        """
        Values that may be repeated (``town=a&town=b``) or stand in one comma list (``town=a,b``).

        Not ``listed``: what people wrote (leaders, departments), where a comma belongs to the value.
        """
        self._asked.add(name)
        given = self._args.getlist(name)
        split = [part for raw in given for part in raw.replace("，", ",").split(",")] if listed else given
        values = tuple(dict.fromkeys(part.strip() for part in split if part.strip()))
        if len(values) > MOST_VALUES or any(len(v) > LONGEST_TEXT or _has_control(v) for v in values):
            expected = f"≤ {MOST_VALUES} × {LONGEST_TEXT} 个字符 / characters"
            self._wrong(name, f"{len(values)} × {max(map(len, values))}", expected)
            return ()
        return values

    def among(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Values of these only, repeated or in a comma list."""
        values = self.texts(name)
        for text in values:
            if text not in allowed:
                self._wrong(name, text, " | ".join(allowed), Words("不在代码表中", "not in the code list"))
        return tuple(text for text in values if text in allowed)

    def codes(self, name: str, kind: type[C]) -> tuple[C, ...]:
        """Codes of a closed list, repeated or in a comma list."""
        return tuple(kind(text) for text in self.among(name, tuple(kind)))

    def code(self, name: str, kind: type[C]) -> C | None:
        """One code of a closed list, or None."""
        codes = self.codes(name, kind)
        return codes[0] if codes else None

    def choice(self, name: str, choices: Sequence[Choice], default: Choice) -> Choice:
        """One of ``choices``."""
        raw = self._raw(name)
        found = default if raw is None else next((each for each in choices if each == raw), None)
        if raw is not None and found is None:
            self._wrong(name, raw, " | ".join(choices))
        return found or default

    def day(self, name: str = "on") -> date | None:
        """A date as YYYY-MM-DD; None where it is not given."""
        raw = self._raw(name)
        if not raw:
            return None
        try:
            day = date.fromisoformat(raw)
            if len(raw) == 10 and FIRST_DAY <= day <= LAST_DAY:
                return day
        except ValueError:
            pass
        self._wrong(name, raw, f"YYYY-MM-DD, {FIRST_DAY} … {LAST_DAY}")
        return None

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """A number from ``low`` to ``high``; required where there is no default."""
        raw = self._raw(name)
        if raw is None and default is not None:
            return default
        try:
            number = float(raw or "")
            if math.isfinite(number) and low <= number <= high:
                return number
        except ValueError:
            pass
        self._wrong(name, raw or "", f"{low:g} … {high:g}")
        return default if default is not None else low

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number from ``low`` to ``high``."""
        number = float(self.number(name, low, high, default))
        if number.is_integer():
            return int(number)
        self._wrong(name, f"{number:g}", f"{low}, {low + 1} … {high}")
        return default

    def project_filter(self, prefix: str = "") -> ProjectFilter:
        """The one filter that map, table, charts and exports share; its names may stand behind a ``prefix``."""
        return ProjectFilter(
            town=self.texts(f"{prefix}town"),
            park=self.texts(f"{prefix}park"),
            industry=self.texts(f"{prefix}industry", listed=False),
            category=self.codes(f"{prefix}category", ProjectCategory),
            level=self.codes(f"{prefix}level", Level),
            kind=self.codes(f"{prefix}kind", ProjectKind),
            stage=self.codes(f"{prefix}stage", ProjectStage),
            lamp=self.codes(f"{prefix}lamp", Lamp),
            flag=self.codes(f"{prefix}flag", Flag),
            leader=self.texts(f"{prefix}leader", listed=False),
            department=self.texts(f"{prefix}department", listed=False),
            words=self.text(f"{prefix}words"),
        )

    def near(self) -> Near:
        """``lon``, ``lat`` and ``radius_m`` (default 0: exactly there; at most 2 km)."""
        return Near(
            lon=self.number("lon", -180, 180),
            lat=self.number("lat", -90, 90),
            radius_m=self.number("radius_m", 0, 2_000, 0),
        )

    def is_given(self, name: str) -> bool:
        """Whether the address has something under this name."""
        return bool(self._args.get(name, "").strip())

    def narrows(self) -> bool:
        """Whether a filter or a day is given, be it one that cannot be read."""
        return not self._args.keys().isdisjoint(NARROWING)

    def _raw(self, name: str) -> str | None:
        self._asked.add(name)
        values = self._args.getlist(name)
        if len(values) > 1:
            expected = Words("只能出现一次", "may be given only once")
            self._wrong(name, " & ".join(values), f"{name}=…", expected)
        return values[0].strip() if values else None

    def _wrong(self, name: str, found: str, expected: str, words: Words | None = None) -> None:
        self._problems.append(
            InvalidParameter(
                words or Words("参数无法读取", "this parameter cannot be read"),
                found=found[:LONGEST_SHOWN],
                expected=expected,
                place=Place(column=name),
            )
        )


def tile_at(z: int, x: int, y: int) -> Tile:
    """The tile of an address; raises InvalidParameter where there is no such tile."""
    try:
        return Tile(z, x, y)
    except GuatuError as error:
        raise InvalidParameter(
            error.words, found=error.found, expected=error.expected, place=Place(column="z/x/y")
        ) from None


def key_in_path(name: str, key: str) -> str:
    """A key of an address, bounded as every input is."""
    if 0 < len(key) <= LONGEST_TEXT and not _has_control(key):
        return key
    raise InvalidParameter(
        Words("编号过长或含有控制字符", "the key is too long or holds control characters"),
        found=key[:LONGEST_SHOWN],
        expected=f"1–{LONGEST_TEXT} 个字符 / characters",
        place=Place(column=name),
    )


def _has_control(text: str) -> bool:
    return any(ord(c) < 32 for c in text)
