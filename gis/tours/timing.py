"""When a coach arrives and leaves, in the order that it is given: the timetable, and what of it breaks a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis.tours.problem import Order, Problem

# window: a visit begins outside its windows; closes: a shift ends too late; lunch: none, or outside its window;
# count_low, count_high, stay: a rule over all shifts (``key``); must: left out; twice: visited more than once;
# shift: visited by a shift that may not.
BreachKind = Literal["window", "closes", "lunch", "count_low", "count_high", "stay", "must", "twice", "shift"]


@dataclass(frozen=True, slots=True)
class Halt:
    """
    One halt of a shift. ``site`` is None for lunch, taken at ``place``.

    The coach drives ``drive``, arrives at ``arrive``, waits until ``begin``, leaves at ``leave``.
    """

    site: int | None
    place: int
    drive: int
    arrive: int
    begin: int
    leave: int


@dataclass(frozen=True, slots=True)
class TimedShift:
    """A shift's halts in order; it departs at ``depart`` and, after ``drive_back``, is at its end at ``back``."""

    shift: int
    depart: int
    halts: tuple[Halt, ...]
    drive_back: int
    back: int


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule, where, and by how much: ``by`` in the problem's units, or a number of sites."""

    kind: BreachKind
    by: int = 0
    shift: int | None = None
    site: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """All shifts timed, empty ones among them (no halts, not driven: ``back`` is ``depart``)."""

    shifts: tuple[TimedShift, ...]
    breaches: tuple[Breach, ...]

    @property
    def is_feasible(self) -> bool:
        """No rule is broken."""
        return not self.breaches

    @property
    def duration(self) -> int:
        """From departure to return, all shifts together."""
        return sum(shift.back - shift.depart for shift in self.shifts)


def time_order(problem: Problem, order: Order) -> Timing:
    """
    The timetable of ``order``, as early as its windows allow, and everything of it that breaks a rule.

    An order that cannot be kept is timed all the same: after a window that has closed the visit begins at once.
    Lunch is put where it delays the shift least.
    """
    raise NotImplementedError
