"""
The only reader of what a request carries in its body: a JSON object, or a form with files.

``with body() as ask:`` collects everything that is wrong and raises it at once when the block ends, unknown
names among it::

    with body() as ask:
        stage = ask.code("stage", Stage, required=True)
        on = ask.day("on", required=True)
        note = ask.text("note")
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from flask import request
from werkzeug.datastructures import FileStorage

from gis.analysis.case import LONGEST_TEXT as LONGEST_REASON
from gis.errors import GuatuError, InvalidParameter, Place
from gis.model import FIRST_DAY, LAST_DAY, Coded
from gis.words import Words
from webapp.params import LONGEST_SHOWN, LONGEST_TEXT, MOST_VALUES

MOST_OBJECTS = 10_000
LONGEST_NOTE = 2_000
MOST_FORM_PARTS = 50
LARGEST_NUMBER = 1e15
FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
# What the token of a form is called (webapp.forgery); it is nobody's value.
_OF_EVERY_FORM = frozenset({"csrf_token"})

C = TypeVar("C", bound=Coded)
Scalar = str | float | bool | None


@contextmanager
def body(*, strict: bool = True) -> Iterator[BodyAsker]:
    """
    Read the request's body in the block; at its end raise InvalidParameter where anything is wrong.

    A JSON object (``application/json``), or the fields and files of a form. ``strict``: a name that the block did
    not ask for is wrong too.
    """
    problems: list[GuatuError] = []
    ask = BodyAsker(_given(), problems)
    yield ask
    if strict:
        ask.refuse_unknown()
    if problems:
        raise InvalidParameter.several(problems)


def document() -> dict[str, Any]:
    """A JSON object as it was sent, for a value that reads and bounds itself (gis.workflows.import_choices)."""
    if request.mimetype != "application/json":
        raise _unreadable(request.mimetype or "", "Content-Type: application/json")
    found = dict(_given())
    if not _printable(json.dumps(found, ensure_ascii=False)):
        raise _unreadable("", "UTF-8")
    return found


def form_field(name: str) -> str | None:
    """One field of a form that the page itself sent; None where the body is none."""
    return request.form.get(name) if request.mimetype in FORMS else None


class BodyAsker:
    """Reads single values by name; a wrong one is noted and its default given instead. null is as not given."""

    def __init__(self, given: Mapping[str, Any], problems: list[GuatuError], within: str = "") -> None:
        self._given = given
        self._problems = problems
        self._within = within
        self._asked: dict[str, None] = {}
        self._children: list[BodyAsker] = []

    def refuse_unknown(self) -> None:
        """Note every name that nobody asked for."""
        for name in self._given:
            if name not in self._asked:
                self.wrong(name[:LONGEST_SHOWN], name, ", ".join(self._asked), _UNKNOWN)
        for child in self._children:
            child.refuse_unknown()

    def has(self, name: str) -> bool:
        """Whether the name stands in the body, be it with null: of a patch, null empties and absence leaves."""
        self._asked[name] = None
        return name in self._given

    def text(self, name: str, default: str = "", *, longest: int = LONGEST_TEXT, required: bool = False) -> str:
        """A text, trimmed, in one line; ``required``: not empty."""
        return self._text(name, default, longest, required, lines=False)

    def note(self, name: str, default: str = "", *, longest: int = LONGEST_NOTE, required: bool = False) -> str:
        """A text that may have lines."""
        return self._text(name, default, longest, required, lines=True)

    def reason(self) -> str:
        """Why something is taken back."""
        return self.note("reason", longest=LONGEST_REASON, required=True)

    def texts(self, name: str, *, most: int = MOST_VALUES, required: bool = False) -> tuple[str, ...]:
        """A list of texts without repetition; a single text is a list of one."""
        value = self._value(name, required)
        values: list[Any] = [] if value is None else value if isinstance(value, list) else [value]
        fit = all(isinstance(v, str) and len(v) <= LONGEST_TEXT and _printable(v) for v in values)
        if not fit or len(values) > most:
            self.wrong(name, _shown(value), f"≤ {most} × {LONGEST_TEXT} 个字符 / characters")
            return ()
        found = tuple(dict.fromkeys(v.strip() for v in values if v.strip()))
        if required and value is not None and not found:
            self._missing(name)
        return found

    def code(self, name: str, kind: type[C], *, required: bool = False) -> C | None:
        """A code of a closed list, or None."""
        value = self._value(name, required)
        if value is None or value == "":
            return None
        try:
            return kind(value)
        except ValueError:
            self.wrong(name, _shown(value), " | ".join(kind), Words("不在代码表中", "not in the code list"))
            return None

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of ``choices``; required where there is no default."""
        value = self._value(name, default is None)
        if value is None or value in choices:
            return str(value or default or choices[0])
        self.wrong(name, _shown(value), " | ".join(choices))
        return default or choices[0]

    def day(self, name: str, *, required: bool = False) -> date | None:
        """A date as YYYY-MM-DD, or None."""
        value = self._value(name, required)
        if value is None or value == "":
            return None
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
        except ValueError:
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            self.wrong(name, _shown(value), f"YYYY-MM-DD, {FIRST_DAY} … {LAST_DAY}")
            return None
        return day

    def number(
        self, name: str, low: float = -LARGEST_NUMBER, high: float = LARGEST_NUMBER, *, required: bool = False
    ) -> float | None:
        """A number from ``low`` to ``high``, or None; of a form, its text."""
        value = self._value(name, required)
        if value is None or value == "":
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (ValueError, TypeError, OverflowError):
            number = math.nan
        if math.isfinite(number) and low <= number <= high:
            return number
        self.wrong(name, _shown(value), f"{low:g} … {high:g}")
        return None

    def whole(self, name: str, low: int, high: int, *, required: bool = False) -> int | None:
        """A whole number from ``low`` to ``high``, or None."""
        number = self.number(name, low, high, required=required)
        if number is None or number.is_integer():
            return None if number is None else int(number)
        self.wrong(name, f"{number:g}", f"{low}, {low + 1} … {high}")
        return None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """true or false; of a form, the text of it."""
        value = self._value(name, False)
        if value is None or value == "":
            return default
        if value in (True, "true") or value in (False, "false"):
            return value in (True, "true")
        self.wrong(name, _shown(value), "true | false")
        return default

    def scalars(self, name: str, *, required: bool = False) -> dict[str, Scalar]:
        """An object of single values by name, whatever the names: columns of a row that the store checks."""
        value = self._value(name, required)
        if value is None:
            return {}
        single = (str, int, float, bool, type(None))
        fit = isinstance(value, dict) and len(value) <= MOST_VALUES
        fit = fit and all(
            _printable(text, lines=True) for pair in value.items() for text in pair if isinstance(text, str)
        )
        if fit and all(
            isinstance(v, single) and len(_shown(v, LONGEST_NOTE + 1)) <= LONGEST_NOTE for v in value.values()
        ):
            return dict(value)
        self.wrong(name, _shown(value), "{name: text | number | true | false | null}")
        return {}

    def object(self, name: str, *, required: bool = False) -> BodyAsker:
        """An object within the object, asked as this one is; an empty one where it is not given."""
        value = self._value(name, required)
        if value is not None and not isinstance(value, dict):
            self.wrong(name, _shown(value), "{…}")
        return self._child(value if isinstance(value, dict) else {}, name)

    def mapping(self, name: str, *, required: bool = False) -> dict[str, Any]:
        """An object as it was sent, for a value that reads and bounds itself (gis.tours.spec)."""
        value = self._value(name, required)
        if value is None:
            return {}
        if isinstance(value, dict) and _printable(json.dumps(value, ensure_ascii=False), lines=True):
            return value
        self.wrong(name, _shown(value), "{…}")
        return {}

    def objects(self, name: str, *, most: int = MOST_OBJECTS, required: bool = False) -> tuple[BodyAsker, ...]:
        """A list of objects, each asked as this one is."""
        value = self._value(name, required)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > most or not all(isinstance(v, dict) for v in value):
            self.wrong(name, _shown(value), f"[{{…}}, …], ≤ {most}")
            return ()
        if required and not value:
            self._missing(name)
        return tuple(self._child(each, f"{name}[{n}]") for n, each in enumerate(value))

    def geometry(self, name: str, *, required: bool = False) -> dict[str, Any] | None:
        """A GeoJSON geometry as it was sent, or None: only that it is an object with a type is looked at here."""
        value = self._value(name, required)
        if value is None or (isinstance(value, dict) and isinstance(value.get("type"), str)):
            return value
        self.wrong(name, _shown(value), '{"type": "Polygon", "coordinates": […]}')
        return None

    def file(self, name: str) -> FileStorage | None:
        """A file of a form; required. Its name is what the sender says it is, with no folder."""
        self._asked[name] = None
        found = self._given.get(name)
        if isinstance(found, FileStorage):
            return found
        self._missing(name)
        return None

    def wrong(self, name: str, found: str, expected: str, words: Words | None = None) -> None:
        """Note that a value is wrong: for what only the view can tell."""
        self._problems.append(
            InvalidParameter(
                words or Words("填写的内容无法读取", "this value cannot be read"),
                found=found[:LONGEST_SHOWN],
                expected=expected,
                place=Place(column=f"{self._within}.{name}" if self._within else name),
            )
        )

    def _child(self, given: Mapping[str, Any], name: str) -> BodyAsker:
        child = BodyAsker(given, self._problems, f"{self._within}.{name}" if self._within else name)
        self._children.append(child)
        return child

    def _text(self, name: str, default: str, longest: int, required: bool, *, lines: bool) -> str:
        value = self._value(name, required)
        if value is None:
            return default
        text = value.strip() if isinstance(value, str) else None
        if text is None or len(text) > longest or not _printable(text, lines=lines):
            self.wrong(name, _shown(value), f"≤ {longest} 个字符 / characters")
            return default
        if required and not text:
            self._missing(name)
        return text

    def _value(self, name: str, required: bool) -> Any:
        self._asked[name] = None
        value = self._given.get(name)
        if required and value is None:
            self._missing(name)
        return value

    def _missing(self, name: str) -> None:
        self.wrong(name, "", "必填 / required", Words("此项必须填写", "this must be given"))


_UNKNOWN = Words("未知的项目", "unknown name")


def _given() -> Mapping[str, Any]:
    if request.mimetype in FORMS:
        return _form()
    if request.mimetype != "application/json":
        raise _unreadable(request.mimetype or "", "Content-Type: application/json")
    text = request.get_data(cache=True)
    try:
        found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _unreadable(type(error).__name__, "JSON: {…}") from None
    if not isinstance(found, dict):
        raise _unreadable(type(found).__name__, "JSON: {…}")
    return found


def _form() -> Mapping[str, Any]:
    request.max_form_parts = MOST_FORM_PARTS
    pairs = [*request.form.items(multi=True), *request.files.items(multi=True)]
    return _once([(name, value) for name, value in pairs if name not in _OF_EVERY_FORM])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _unreadable("", "每个名称只能出现一次 / each name only once")
    return found


def _refuse_constant(text: str) -> None:
    raise ValueError(text)  # NaN and the infinities are no JSON


def _unreadable(found: str, expected: str) -> InvalidParameter:
    return InvalidParameter(Words("提交的内容无法读取", "what was sent cannot be read"), found=found, expected=expected)


def _printable(text: str, *, lines: bool = False) -> bool:
    allowed = "\n\r\t" if lines else ""
    return all((ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) != 127) or c in allowed for c in text)


def _shown(value: Any, longest: int = LONGEST_SHOWN) -> str:
    """The value as an error shows it; it may be anything that JSON can hold."""
    return value[:longest] if isinstance(value, str) else f"{value!r:.{longest}}"
