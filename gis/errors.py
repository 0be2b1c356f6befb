"""
What can go wrong, one class per cause.

A cause says what was found, what was expected and where, in both languages. Which HTTP
status or exit code a cause becomes is decided where it is served, in one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from gis.words import Words


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a user's file something was found. ``row`` counts as the user's program does, from 1."""

    file: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        parts = [self.file, f"row {self.row}" if self.row is not None else None, self.column]
        return ", ".join(p for p in parts if p)


class GuatuError(Exception):
    """The root of every expected failure. Anything else is a bug."""

    def __init__(
        self,
        words: Words,
        *,
        found: str | None = None,
        expected: str | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__(words.en)
        self.words = words
        self.found = found
        self.expected = expected
        self.place = place or Place()

    def as_dict(self) -> dict[str, object]:
        """The cause as JSON carries it."""
        return {
            "cause": type(self).__name__,
            "message": self.words.as_dict(),
            "found": self.found,
            "expected": self.expected,
            "file": self.place.file,
            "row": self.place.row,
            "column": self.place.column,
        }


class InvalidValue(GuatuError):
    """A value that its type does not allow."""


class InvalidParameter(GuatuError):
    """A request's or command's parameter that cannot be read; ``problems``: each, where several are told at once."""

    problems: tuple[GuatuError, ...] = ()

    @classmethod
    def several(cls, problems: Sequence[GuatuError], words: Words | None = None) -> InvalidParameter:
        """Everything that is wrong, each with its column."""
        columns = [p.place.column or "" for p in problems]
        told = cls(
            words or Words(f"请求参数有误：{'、'.join(columns)}", f"wrong parameters: {', '.join(columns)}"),
            found="; ".join(p.found or "" for p in problems),
            expected="; ".join(p.expected or "" for p in problems),
            place=Place(column=", ".join(columns)),
        )
        told.problems = tuple(problems)
        return told


class UnreadableFile(GuatuError):
    """A file that is not what its name says, or of a kind that is not read."""


class ColumnsNotMatched(GuatuError):
    """A required column that no column of the file could be matched to."""


class CrsUnknown(GuatuError):
    """Coordinates whose reference system cannot be told; carries the candidates."""

    def __init__(self, words: Words, candidates: Sequence[str] = (), **where: object) -> None:
        super().__init__(words, **where)  # type: ignore[arg-type]
        self.candidates = tuple(candidates)

    def as_dict(self) -> dict[str, object]:
        return {**super().as_dict(), "candidates": list(self.candidates)}


class CrsRefused(GuatuError):
    """A reference system that Guatu must not transform from (RULES §2.2) or does not accept."""


class CrsMismatch(GuatuError):
    """Two tables that must share a reference system and do not."""


class NotFound(GuatuError):
    """A key that the store does not hold."""


class NotAllowed(GuatuError):
    """An actor who may not do this."""


class NotSignedIn(NotAllowed):
    """Something that only people with an account may do, asked by nobody in particular."""


class TooManyAttempts(GuatuError):
    """Too many wrong codes came from one place; ``wait_seconds``: for how long none more is looked at."""

    def __init__(self, words: Words, wait_seconds: int, **where: Any) -> None:
        super().__init__(words, **where)
        self.wait_seconds = wait_seconds


class NotFromOurPage(GuatuError):
    """A request that would change something and does not bear the token of one of our own pages."""


class StoreMissing(GuatuError):
    """No store at the given place."""


class StoreExists(GuatuError):
    """A store is already where a new one was to be made."""


class StoreSchema(GuatuError):
    """A store made by an older or a newer Guatu."""


class StoreBusy(GuatuError):
    """Another process holds the store longer than we wait."""


class StoreUnreachable(GuatuError):
    """The database does not answer; it may again in a moment."""


class TooMuchAsked(GuatuError):
    """A question that takes longer to answer than we let it."""


class StoreFull(GuatuError):
    """The disk has no room left; nothing was written."""


class InvalidRow(GuatuError):
    """A row that breaks a rule of the store (a key that points nowhere, a stage out of order)."""


@dataclass(frozen=True, slots=True)
class Clash:
    """
    One row that somebody changed meanwhile.

    ``expected`` and ``version`` are the versions that the caller edited and that the store has (0: no such row).
    ``stored`` and ``wanted`` hold the columns that the caller would write: as they stand now, and as they would
    be; None for a missing value, WKT for a geometry. ``changed_at`` (ISO 8601, UTC) and ``changed_by`` tell of
    the stored row; None where there is none.
    """

    layer: str
    key: str
    expected: int
    version: int
    stored: Mapping[str, Any]
    wanted: Mapping[str, Any]
    changed_at: str | None
    changed_by: str | None


class Conflict(GuatuError):
    """Rows that were changed since their editor read them; nothing was written. Carries both versions."""

    def __init__(self, words: Words, clashes: Sequence[Clash], **where: Any) -> None:
        super().__init__(words, **where)
        self.clashes = tuple(clashes)

    def as_dict(self) -> dict[str, object]:
        return {**super().as_dict(), "conflicts": [asdict(clash) for clash in self.clashes]}


@dataclass(frozen=True, slots=True)
class Breach:
    """
    One rule that a proposed event would break.

    ``code`` says which kind of rule (gis.analysis.lawful lists them), ``source`` the statute. ``legal_on`` is the
    first day on which the event would break it no more, None where no day would do. ``overridable``: it may be broken
    for a reason that stays with the event for good.
    """

    parcel_no: str
    code: str
    words: Words
    source: str
    found: str
    expected: str
    legal_on: date | None = None
    overridable: bool = True

    def as_dict(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {
            "parcel_no": self.parcel_no,
            "code": self.code,
            "message": self.words.as_dict(),
            "source": self.source,
            "found": self.found,
            "expected": self.expected,
            "legal_on": None if self.legal_on is None else self.legal_on.isoformat(),
            "overridable": self.overridable,
        }


class LawBroken(GuatuError):
    """Events that the law does not allow, or not yet; nothing was written. Carries every rule broken."""

    def __init__(self, words: Words, breaches: Sequence[Breach], **where: Any) -> None:
        super().__init__(words, **where)
        self.breaches = tuple(breaches)

    def as_dict(self) -> dict[str, object]:
        return {**super().as_dict(), "breaches": [breach.as_dict() for breach in self.breaches]}


class ProgramFailed(GuatuError):
    """A program of the system that is missing, too old, or ended with an error."""


class BaseMapUnavailable(GuatuError):
    """The configured base map did not answer."""
