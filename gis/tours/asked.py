"""Reads the values of a TOML or JSON object by name, and tells everything that is wrong with its path at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import Any, TypeVar

from gis import model
from gis.errors import GuatuError, InvalidParameter, Place
from gis.model import FIRST_DAY, LAST_DAY, Coded
from gis.words import Words

LONGEST_TEXT, LONGEST_NOTE, MOST_TEXTS = 200, 4_000, 1_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_HOURS = re.compile(r"\s*(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})\s*")
C = TypeVar("C", bound=str)


@contextmanager
def asking(given: Mapping[str, Any]) -> Iterator[Asked]:
    """Read ``given`` in the block; at its end raise InvalidParameter with all that is wrong."""
    problems: list[GuatuError] = []
    ask = Asked(given, problems)
    yield ask
    ask.refuse_unknown()
    if problems:
        raise InvalidParameter.several(problems, Words("观摩要求有误", "the tour's wishes are wrong"))


class Asked:
    """One object; a wrong value is noted and its default given instead. null is as not given."""

    def __init__(self, given: Mapping[str, Any], problems: list[GuatuError], path: str = "") -> None:
        self._given = given
        self._problems = problems
        self._path = path
        self._known: dict[str, None] = {}
        self._children: list[Asked] = []

    def wrong(self, name: str, found: object, expected: str, words: Words | None = None) -> None:
        """Note what is wrong with the value under ``name``."""
        at = f"{self._path}{name}"
        told = words or Words(f"“{at}”无效", f"'{at}' is not valid")
        self._problems.append(InvalidParameter(told, found=str(found)[:100], expected=expected, place=Place(column=at)))

    def refuse_unknown(self) -> None:
        """Note every name that nobody asked for."""
        for name in self._given:
            if name not in self._known:
                self.wrong(str(name), name, " | ".join(self._known), Words(f"不认识“{name}”", f"'{name}' is not known"))
        for child in self._children:
            child.refuse_unknown()

    def text(self, name: str, default: str = "", *, longest: int = LONGEST_TEXT, required: bool = False) -> str:
        """A text in one line, trimmed."""
        value = self._value(name, required=required)
        if value is None:
            return default
        lines = value.split("\n") if isinstance(value, str) and longest == LONGEST_NOTE else [value]
        if not isinstance(value, str) or len(value) > longest or not all(line.isprintable() for line in lines):
            self.wrong(name, value, f"≤ {longest} 个字符 / characters")
            return default
        if required and not value.strip():
            self.wrong(name, value, "非空 / not empty")
        return value.strip()

    def note(self, name: str) -> str:
        """A longer text, with lines."""
        return self.text(name, longest=LONGEST_NOTE)

    def texts(self, name: str, *, most: int = MOST_TEXTS) -> tuple[str, ...]:
        """A list of texts, without repetition."""
        value = self._value(name)
        if value is None:
            return ()
        fit = isinstance(value, list | tuple) and len(value) <= most
        if not fit or not all(
            isinstance(v, str) and 0 < len(v.strip()) <= LONGEST_TEXT and v.isprintable() for v in value
        ):
            self.wrong(name, value, f"[text, …] ≤ {most}")
            return ()
        return tuple(dict.fromkeys(v.strip() for v in value))

    def coded(self, name: str, kind: str) -> tuple[Any, ...]:
        """Texts; of a field of ``tuple[Lamp, …]`` members of that code list, by code or by word."""
        texts = self.texts(name)
        codes = getattr(model, kind.removeprefix("tuple[").split(",")[0], None)
        if not (isinstance(codes, type) and issubclass(codes, Coded)):
            return texts
        found = []
        for text in texts:
            try:
                found.append(codes.of(text))
            except GuatuError as problem:
                self.wrong(name, text, problem.expected or "")
        return tuple(found)

    def choice(self, name: str, choices: Sequence[C]) -> C:
        """One of ``choices``; required."""
        value = self._value(name, required=True)
        for each in choices:
            if value == each:
                return each
        if value is not None:
            self.wrong(name, value, " | ".join(choices))
        return choices[0]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """true or false."""
        value = self._value(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(name, value, "true | false")
        return default

    def number(self, name: str, low: float, high: float, default: float) -> float:
        """A number from ``low`` to ``high``."""
        found = self.maybe_number(name, low, high)
        return default if found is None else found

    def maybe_number(self, name: str, low: float, high: float) -> float | None:
        """A number from ``low`` to ``high``, or None."""
        value = self._value(name)
        if value is None:
            return None
        fit = isinstance(value, int | float) and not isinstance(value, bool)
        if fit and low <= value <= high:
            return float(value)
        self.wrong(name, value, f"{low:g} … {high:g}")
        return None

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number from ``low`` to ``high``."""
        found = self.maybe_whole(name, low, high)
        return default if found is None else found

    def maybe_whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number from ``low`` to ``high``, or None."""
        found = self.maybe_number(name, low, high)
        if found is None or found.is_integer():
            return None if found is None else int(found)
        self.wrong(name, found, f"{low}, {low + 1} … {high}")
        return None

    def day(self, name: str) -> date:
        """A date, as TOML has one or as YYYY-MM-DD; required."""
        value = self._value(name, required=True)
        try:
            found = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value
        except ValueError:
            found = None
        if type(found) is date and FIRST_DAY <= found <= LAST_DAY:
            return found
        if value is not None:
            self.wrong(name, value, "YYYY-MM-DD")
        return FIRST_DAY

    def clock(self, name: str) -> int:
        """A time of day as minutes after midnight; required."""
        self._value(name, required=True)
        return self.maybe_clock(name) or 0

    def maybe_clock(self, name: str) -> int | None:
        """A time of day (``08:30``) as minutes after midnight, or None."""
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, time):
            return value.hour * 60 + value.minute
        found = minutes_of(value) if isinstance(value, str) else None
        if found is None:
            self.wrong(name, value, "HH:MM")
        return found

    def ordered(self, name: str, before: int, after: int) -> None:
        """Note where the time under ``name`` is not after another."""
        if after <= before:
            later = f"> {before // 60:02d}:{before % 60:02d}"
            words = Words(f"“{self._path}{name}”须晚于开始时间", f"'{self._path}{name}' must come after the beginning")
            self.wrong(name, f"{after // 60:02d}:{after % 60:02d}", later, words)

    def hours(self, name: str) -> Iterator[tuple[int, int]]:
        """Hours as ``"09:00-11:30"``, a list of them, in order and apart."""
        last = -1
        for text in self.texts(name, most=10):
            match = _HOURS.fullmatch(text)
            ends = (minutes_of(match[1]), minutes_of(match[2])) if match else (None, None)
            if ends[0] is None or ends[1] is None:
                self.wrong(name, text, "HH:MM-HH:MM")
            elif not last < ends[0] < ends[1]:
                words = Words("开放时段须先开后关、前后不重叠", "hours must close after they open, and not overlap")
                after = ends[0] if last < ends[0] else last
                self.wrong(name, text, f"> {after // 60:02d}:{after % 60:02d}", words)
            else:
                last = ends[1]
                yield ends[0], ends[1]

    def table(self, name: str) -> Asked | None:
        """An object within the object, or None."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.wrong(name, value, "{…}")
            return None
        return self._child(value, f"{self._path}{name}.")

    def tables(self, name: str, *, most: int, required: bool = False) -> tuple[Asked, ...]:
        """A list of objects; ``required``: not empty."""
        value = self._value(name, required=required)
        if value is None:
            return ()
        low = 1 if required else 0
        fit = isinstance(value, list | tuple) and low <= len(value) <= most
        if not fit or not all(isinstance(each, Mapping) for each in value):
            self.wrong(name, f"{len(value)}" if isinstance(value, list) else value, f"{low} … {most} × {{…}}")
            return ()
        return tuple(self._child(each, f"{self._path}{name}[{i}].") for i, each in enumerate(value, start=1))

    def _child(self, given: Mapping[str, Any], path: str) -> Asked:
        child = Asked(given, self._problems, path)
        self._children.append(child)
        return child

    def _value(self, name: str, *, required: bool = False) -> Any:
        is_new = name not in self._known
        self._known[name] = None
        value = self._given.get(name)
        if value is None and required and is_new:
            self.wrong(
                name, "—", "必填 / required", Words(f"缺少“{self._path}{name}”", f"'{self._path}{name}' is missing")
            )
        return value


def minutes_of(text: str) -> int | None:
    """``08:30`` as minutes after midnight, up to 23:59; None where it is no time of day."""
    match = _CLOCK.fullmatch(text.strip().replace("：", ":"))
    return int(match[1]) * 60 + int(match[2]) if match else None
