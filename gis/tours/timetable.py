"""From an order and its times to the plan that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gis.tours.assembly import Board
from gis.tours.breach_words import breach_words
from gis.tours.candidates import Candidate
from gis.tours.itinerary import CoachDay, LeftOut, LonLat, LunchStop, Plan, Spotted, Stop, Told
from gis.tours.problem import Order
from gis.tours.timing import Breach, Halt, TimedShift, Timing
from gis.words import Words

_KM_PLACES = 1
NOT_CHOSEN = Words("时间内未选入", "not chosen within the time")


@dataclass(frozen=True, slots=True)
class Located:
    """Where a coach stops for a place of the travel matrix; ``off_road_m``: from the place itself."""

    name: str
    lonlat: LonLat
    off_road_m: float = 0.0


@dataclass(frozen=True)
class Known:
    """
    What a timetable says beside the times. ``places``: of the travel matrix, in its order; ``metres`` (places,
    places) along the roads; ``estimated``: there are no roads; ``towns``: code → name.
    """

    places: Sequence[Located]
    metres: NDArray[np.float64]
    towns: Mapping[str, str]
    estimated: bool = False


def timetable(board: Board, timing: Timing, known: Known, others: Sequence[Candidate] = ()) -> Plan:
    """The plan of a timed order; ``others``: candidates that may not be visited, told with the rest that is not."""
    visited = {halt.site for shift in timing.shifts for halt in shift.halts if halt.site is not None}
    left = [site for i, site in enumerate(board.sites) if i not in visited]
    return Plan(
        days=tuple(_Writer(board, known, shift).written() for shift in timing.shifts),
        left_out=tuple(left_out(site, known.towns) for site in sorted((*left, *others), key=_by_value)),
        breaches=tuple(told(board, breach, known.towns) for breach in timing.breaches),
        all_value=board.problem.total_value,
        estimated=known.estimated,
    )


def visited_places(board: Board, shift: TimedShift) -> tuple[int, ...]:
    """The places of the travel matrix that a shift goes through, from its start to its end."""
    own = board.problem.shifts[shift.shift]
    return (own.start, *(halt.place for halt in shift.halts), own.end)


def order_of(timing: Timing) -> Order:
    """The order that was timed."""
    return tuple(tuple(halt.site for halt in shift.halts if halt.site is not None) for shift in timing.shifts)


def left_out(site: Candidate, towns: Mapping[str, str]) -> LeftOut:
    """A candidate that is not visited, before anybody asked what it would cost."""
    return LeftOut(
        code=site.code,
        name=site.name,
        town_name=towns.get(site.town, site.town),
        value=site.value,
        reason=site.reason or "not_chosen",
        why=site.why if site.reason else NOT_CHOSEN,
    )


def told(board: Board, breach: Breach, towns: Mapping[str, str]) -> Told:
    """A breach with its route and site."""
    on = coach = None
    if breach.shift is not None:
        shift = board.problem.shifts[breach.shift]
        on, coach = board.day_of(breach.shift).on, shift.coach + 1
    site = None if breach.site is None else board.sites[breach.site]
    return Told(breach.kind, breach_words(board, breach, towns), breach.by, site.code if site else "", on, coach)


def _by_value(site: Candidate) -> tuple[float, str]:
    return (-site.value, site.code)


@dataclass(frozen=True)
class _Writer:
    """Writes one route."""

    board: Board
    known: Known
    shift: TimedShift

    def written(self) -> CoachDay:
        own = self.board.problem.shifts[self.shift.shift]
        day = self.board.day_of(self.shift.shift)
        places = visited_places(self.board, self.shift)
        legs = [self._km(one, other) for one, other in pairwise(places)]
        halts = list(zip(self.shift.halts, legs[:-1], strict=True))
        return CoachDay(
            on=day.on,
            coach=own.coach + 1,
            start=self._spotted(own.start),
            depart=self.board.moment(self.shift.depart),
            stops=tuple(self._stop(halt, km) for halt, km in halts if halt.site is not None),
            end=self._spotted(own.end),
            back=self.board.moment(self.shift.back),
            back_drive_min=self.shift.drive_back,
            back_drive_km=legs[-1] if self.shift.halts else 0.0,
            must_back=self.board.moment(own.closes),
            lunch=next((self._lunch(i, halt, km) for i, (halt, km) in enumerate(halts) if halt.site is None), None),
            meeting=None if day.meeting_min is None else self.board.moment(self._midnight + day.meeting_min),
        )

    @property
    def _midnight(self) -> int:
        """Of the route's day, in the problem's minutes."""
        day = self.board.day_of(self.shift.shift)
        return self.board.problem.shifts[self.shift.shift].closes - day.closes_min

    def _stop(self, halt: Halt, km: float) -> Stop:
        assert halt.site is not None  # noqa: S101 (the caller's condition)
        site, at = self.board.sites[halt.site], self.known.places[halt.place]
        wish, boarding = site.wish, self.board.spec.boarding_min
        return Stop(
            code=site.code,
            name=site.name,
            town=site.town,
            town_name=self.known.towns.get(site.town, site.town),
            arrive=self.board.moment(halt.arrive),
            begin=self.board.moment(halt.begin),
            leave=self.board.moment(halt.leave),
            drive_min=halt.drive,
            drive_km=km,
            visit_min=site.visit_min,
            boarding_min=boarding,
            value=site.value,
            lonlat=at.lonlat,
            off_road_m=round(at.off_road_m, 1),
            must=wish.must,
            locked=wish.day is not None or wish.coach is not None,
            lamp=site.lamp,
            flags=site.flags,
            reporter=wish.reporter,
            talk=wish.talk,
            parking=wish.parking,
            spare=wish.spare,
        )

    def _lunch(self, after: int, halt: Halt, km: float) -> LunchStop:
        return LunchStop(
            after=after,
            place=self._spotted(halt.place),
            arrive=self.board.moment(halt.arrive),
            begin=self.board.moment(halt.begin),
            leave=self.board.moment(halt.leave),
            drive_min=halt.drive,
            drive_km=km,
        )

    def _spotted(self, place: int) -> Spotted:
        at = self.known.places[place]
        spots = self.board.spots
        name = str(spots[place]) if place < len(spots) else f"project:{self.board.sites[place - len(spots)].code}"
        return Spotted(name, at.name, at.lonlat)

    def _km(self, one: int, other: int) -> float:
        return round(float(self.known.metres[one, other]) / 1000, _KM_PLACES)
