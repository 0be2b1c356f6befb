"""A finished plan as people read it: days, coaches, stops with their times, what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from gis.words import Words

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spotted:
    """A place with its name and where the coach stops (degrees, EPSG:4490). ``spot``: as gis.tours.spec writes it."""

    spot: str
    name: str
    lonlat: LonLat


@dataclass(frozen=True, slots=True)
class Stop:
    """
    One visit. ``drive_min`` and ``drive_km`` are those of the way to it; the coach arrives, waits, begins, leaves.

    ``leave`` = ``begin`` + ``visit_min`` + ``boarding_min``. ``off_road_m``: from the site to where the coach stops.
    ``flags``: its land-supply bottlenecks (codes of ``Flag``), worst first.
    """

    code: str
    name: str
    town: str
    town_name: str
    arrive: datetime
    begin: datetime
    leave: datetime
    drive_min: int
    drive_km: float
    visit_min: int
    boarding_min: int
    value: float
    lonlat: LonLat
    off_road_m: float = 0.0
    must: bool = False
    locked: bool = False
    lamp: str = ""
    flags: tuple[str, ...] = ()
    reporter: str = ""
    talk: str = ""
    parking: str = ""
    spare: str = ""

    @property
    def wait_min(self) -> int:
        """Minutes before its hours begin."""
        return int((self.begin - self.arrive).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class LunchStop:
    """Lunch after ``after`` stops of the route."""

    after: int
    place: Spotted
    arrive: datetime
    begin: datetime
    leave: datetime
    drive_min: int
    drive_km: float


@dataclass(frozen=True, slots=True)
class CoachDay:
    """One route: a coach (from 1), or all of them together, on one day; ``must_back``: when it has to be at its end."""

    on: date
    coach: int
    start: Spotted
    depart: datetime
    stops: tuple[Stop, ...]
    end: Spotted
    back: datetime
    back_drive_min: int
    back_drive_km: float
    must_back: datetime
    lunch: LunchStop | None = None
    meeting: datetime | None = None

    @property
    def minutes(self) -> int:
        """From departure to the end."""
        return int((self.back - self.depart).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    A candidate that is not visited. ``reason``: not_chosen, never, not_enough_done, seen_lately, unreachable, no_place.

    ``over_min``: by how many minutes the day would be too long with it (0: it fits); ``instead_of``: the stops that
    would have to make room. Both None and empty where it may not be visited at all, or nobody has asked yet.
    """

    code: str
    name: str
    town_name: str
    value: float
    reason: str
    why: Words
    over_min: int | None = None
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A rule that the plan breaks, in words; ``code`` the site, ``on`` and ``coach`` the route, where it has one."""

    kind: str
    words: Words
    by: int = 0
    code: str = ""
    on: date | None = None
    coach: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A plan of a tour. ``estimated``: its drives are straight lines × 1.35 at 40 km/h, for want of roads (RULES §7.6).

    ``bound``: no plan can be worth more (None: not known). ``clashes``: why the request cannot be met; ``nearest``:
    the least that would have to give way.
    """

    days: tuple[CoachDay, ...]
    left_out: tuple[LeftOut, ...]
    breaches: tuple[Told, ...] = ()
    clashes: tuple[Words, ...] = ()
    nearest: tuple[Words, ...] = ()
    bound: float | None = None
    all_value: float = 0.0
    estimated: bool = False

    @property
    def value(self) -> float:
        """What the stops are worth together."""
        return sum(stop.value for day in self.days for stop in day.stops)

    @property
    def minutes(self) -> int:
        """All routes together."""
        return sum(day.minutes for day in self.days)

    @property
    def is_feasible(self) -> bool:
        """No rule is broken."""
        return not self.breaches

    @property
    def codes(self) -> tuple[str, ...]:
        """The sites in the order of days, coaches and stops."""
        return tuple(stop.code for day in self.days for stop in day.stops)


def route_letter(place: int, routes: int) -> str:
    """What route ``place`` (from 0) of ``routes`` is called: A … Z, A2 …; "" where there is but one."""
    if routes < 2:
        return ""
    return chr(ord("A") + place % 26) + (str(place // 26 + 1) if place >= 26 else "")


def stop_labels(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """What each stop is called wherever it shows, route by route: 3, or B3 where there are several routes."""
    letters = [route_letter(place, len(plan.days)) for place in range(len(plan.days))]
    return tuple(
        tuple(f"{letter}{n}" for n in range(1, len(day.stops) + 1))
        for letter, day in zip(letters, plan.days, strict=True)
    )


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """As JSON carries it: times of the route's ``date`` as ``08:30``, of the night after it as ``25:10``."""
    return {
        "value": round(plan.value, 3),
        "minutes": plan.minutes,
        "feasible": plan.is_feasible,
        "estimated": plan.estimated,
        "days": [_day_as_dict(day) for day in plan.days],
        "left_out": [_left_out_as_dict(each) for each in plan.left_out],
        "breaches": [_told_as_dict(each) for each in plan.breaches],
        "clashes": [words.as_dict() for words in plan.clashes],
        "nearest": [words.as_dict() for words in plan.nearest],
        "bounds": {"value": None if plan.bound is None else round(plan.bound, 3), "all": round(plan.all_value, 3)},
    }


def plan_from_dict(said: Mapping[str, Any]) -> Plan:
    """A plan as ``plan_as_dict`` wrote it."""
    bounds = said["bounds"]
    return Plan(
        days=tuple(_day(each) for each in said["days"]),
        left_out=tuple(_left_out(each) for each in said["left_out"]),
        breaches=tuple(_told(each) for each in said["breaches"]),
        clashes=tuple(Words(**each) for each in said["clashes"]),
        nearest=tuple(Words(**each) for each in said["nearest"]),
        bound=bounds["value"],
        all_value=bounds["all"],
        estimated=said["estimated"],
    )


def _clock(on: date, moment: datetime) -> str:
    """As a time of the route's own day: one o'clock of the next morning is 25:00."""
    minutes = int((moment - datetime.combine(on, time())).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _spotted_as_dict(place: Spotted) -> dict[str, Any]:
    return {"spot": place.spot, "name": place.name, "lonlat": list(place.lonlat)}


def _spotted(said: Mapping[str, Any]) -> Spotted:
    return Spotted(said["spot"], said["name"], (said["lonlat"][0], said["lonlat"][1]))


_PLAIN = (
    *("code", "name", "town", "town_name", "drive_min", "drive_km", "visit_min", "boarding_min", "value"),
    *("off_road_m", "must", "locked", "lamp", "reporter", "talk", "parking", "spare"),
)


def _stop_as_dict(on: date, stop: Stop) -> dict[str, Any]:
    times = {name: _clock(on, getattr(stop, name)) for name in ("arrive", "begin", "leave")}
    said = {name: getattr(stop, name) for name in _PLAIN}
    return {**said, **times, "wait_min": stop.wait_min, "lonlat": list(stop.lonlat), "flags": list(stop.flags)}


def _day_as_dict(day: CoachDay) -> dict[str, Any]:
    lunch = day.lunch
    return {
        "date": day.on.isoformat(),
        "coach": day.coach,
        "start": _spotted_as_dict(day.start),
        "depart": _clock(day.on, day.depart),
        "stops": [_stop_as_dict(day.on, stop) for stop in day.stops],
        "lunch": None
        if lunch is None
        else {
            "after": lunch.after,
            "place": _spotted_as_dict(lunch.place),
            **{name: _clock(day.on, getattr(lunch, name)) for name in ("arrive", "begin", "leave")},
            "drive_min": lunch.drive_min,
            "drive_km": lunch.drive_km,
        },
        "end": _spotted_as_dict(day.end),
        "back": _clock(day.on, day.back),
        "back_drive_min": day.back_drive_min,
        "back_drive_km": day.back_drive_km,
        "must_back": _clock(day.on, day.must_back),
        "meeting": None if day.meeting is None else _clock(day.on, day.meeting),
        "minutes": day.minutes,
    }


def _day(said: Mapping[str, Any]) -> CoachDay:
    on = date.fromisoformat(said["date"])
    lunch = said["lunch"]
    return CoachDay(
        on=on,
        coach=said["coach"],
        start=_spotted(said["start"]),
        depart=_moment(on, said["depart"]),
        stops=tuple(_stop(on, each) for each in said["stops"]),
        end=_spotted(said["end"]),
        back=_moment(on, said["back"]),
        back_drive_min=said["back_drive_min"],
        back_drive_km=said["back_drive_km"],
        must_back=_moment(on, said["must_back"]),
        lunch=None if lunch is None else _lunch(on, lunch),
        meeting=None if said["meeting"] is None else _moment(on, said["meeting"]),
    )


def _moment(on: date, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return datetime.combine(on, time()) + timedelta(hours=int(hours), minutes=int(minutes))


def _times(on: date, said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _moment(on, said[name]) for name in ("arrive", "begin", "leave")}


def _stop(on: date, said: Mapping[str, Any]) -> Stop:
    plain: dict[str, Any] = {name: said[name] for name in _PLAIN}
    lonlat = (said["lonlat"][0], said["lonlat"][1])
    return Stop(**plain, **_times(on, said), lonlat=lonlat, flags=tuple(said["flags"]))


def _lunch(on: date, said: Mapping[str, Any]) -> LunchStop:
    return LunchStop(
        after=said["after"],
        place=_spotted(said["place"]),
        **_times(on, said),
        drive_min=said["drive_min"],
        drive_km=said["drive_km"],
    )


def _left_out_as_dict(each: LeftOut) -> dict[str, Any]:
    said = {name: getattr(each, name) for name in ("code", "name", "town_name", "value", "reason", "over_min")}
    return {**said, "why": each.why.as_dict(), "instead_of": list(each.instead_of)}


def _left_out(said: Mapping[str, Any]) -> LeftOut:
    return LeftOut(**{**said, "why": Words(**said["why"]), "instead_of": tuple(said["instead_of"])})


def _told_as_dict(each: Told) -> dict[str, Any]:
    on = None if each.on is None else each.on.isoformat()
    said = {"kind": each.kind, "by": each.by, "code": each.code, "coach": each.coach}
    return {**said, "date": on, "words": each.words.as_dict()}


def _told(said: Mapping[str, Any]) -> Told:
    on = None if said["date"] is None else date.fromisoformat(said["date"])
    return Told(said["kind"], Words(**said["words"]), said["by"], said["code"], on, said["coach"])
