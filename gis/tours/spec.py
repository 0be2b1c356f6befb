"""
What an office asks of a tour, as one frozen value; read from TOML, JSON or the page, all that is wrong told at once.

A place is written ``town:CODE``, ``project:CODE``, ``park:CODE`` or ``point:LON,LAT``; a time of day ``08:30``.
docs/tours.md shows a whole file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from gis.model import ProjectCategory, ProjectFilter
from gis.tours.asked import Asked, asking
from gis.words import Words

SpotKind = Literal["town", "project", "park", "point"]
LimitBy = Literal["town", "park", "industry", "category"]
SPOT_KINDS: tuple[SpotKind, ...] = ("town", "project", "park", "point")
LIMIT_BY: tuple[LimitBy, ...] = ("town", "park", "industry", "category")
# As the key of a limit: each town, park, industry or category that has a candidate.
EACH = "*"

DAY_MIN = 24 * 60
MOST_DAYS, MOST_COACHES, MOST_SITES, MOST_LIMITS, MOST_PLACES = 5, 6, 400, 200, 40
LONGEST_STAY_MIN = 8 * 60
# RULES §7.6: 20 minutes a stop where nothing is said (unverified, so editable everywhere).
USUAL_VISIT_MIN = 20
USUAL_BOARDING_MIN = 3
# RULES §7.6: at least a third of the total investment done.
USUAL_SHARE_DONE = 1 / 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by what it is called in the store (``key``), or, a point, by ``lon`` and ``lat`` (EPSG:4490, degrees)."""

    kind: SpotKind
    key: str = ""
    lon: float = 0.0
    lat: float = 0.0

    def __str__(self) -> str:
        return f"point:{self.lon:.6f},{self.lat:.6f}" if self.kind == "point" else f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class TourDay:
    """
    The hours of one day, minutes after midnight. ``meeting_min``: when the closing meeting at ``end`` begins; coaches
    are there by then, and no later than ``until_min``.
    """

    on: date
    from_min: int
    until_min: int
    start: Spot
    end: Spot
    meeting_min: int | None = None

    @property
    def closes_min(self) -> int:
        """When every coach must be at the end."""
        return self.until_min if self.meeting_min is None else min(self.until_min, self.meeting_min)


@dataclass(frozen=True, slots=True)
class LunchWish:
    """Lunch begins between two times of day (minutes after midnight); without ``places`` it is taken on the way."""

    from_min: int
    until_min: int
    minutes: int
    places: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteWish:
    """
    What is said of one project: ``value`` in place of the formula's, ``open`` the hours in which a visit may begin
    (minutes after midnight, every day), and what the timetable says of it: who reports, the talk, where the coach
    parks, the spare site. ``day`` and ``coach`` (from 1) hold it there; None leaves it free.
    """

    code: str
    must: bool = False
    never: bool = False
    visit_min: int | None = None
    value: float | None = None
    open: tuple[tuple[int, int], ...] = ()
    day: int | None = None
    coach: int | None = None
    reporter: str = ""
    talk: str = ""
    parking: str = ""
    spare: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """At least and at most so many sites of one town, park, industry or category; ``EACH`` as key: of each."""

    by: LimitBy
    key: str
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """What a site is worth is the sum of these, each times a figure from 0 to 100 (gis.tours.candidates)."""

    investment: float = 1.0
    lamp: float = 0.5
    level: float = 0.5
    progress: float = 0.5


@dataclass(frozen=True, slots=True)
class TourSpec:
    """
    Everything that is asked of a tour.

    ``together``: all coaches drive one route; else each its own. ``speed_factor``: a coach's speed as a share of the
    road's. ``minutes_per_town`` bounds the stays in each town. ``not_seen_in_last``: sites of so many last tours are
    left out. ``candidates``: the map's filter; ``codes`` narrows it to these, where there are any.
    """

    title: str
    days: tuple[TourDay, ...]
    coaches: int = 1
    together: bool = True
    speed_factor: float = 0.9
    boarding_min: int = USUAL_BOARDING_MIN
    visit_min: int = USUAL_VISIT_MIN
    visit_min_of: tuple[tuple[ProjectCategory, int], ...] = ()
    lunch: LunchWish | None = None
    candidates: ProjectFilter = field(default_factory=ProjectFilter)
    codes: tuple[str, ...] = ()
    sites: tuple[SiteWish, ...] = ()
    limits: tuple[Limit, ...] = ()
    minutes_per_town: int | None = None
    not_seen_in_last: int = 0
    min_share_done: float = 0.0
    weights: Weights = field(default_factory=Weights)

    @property
    def routes(self) -> int:
        """Routes a day."""
        return 1 if self.together else self.coaches

    def wish(self, code: str) -> SiteWish:
        """What is said of a project; where nothing is, a wish that says nothing."""
        return next((site for site in self.sites if site.code == code), SiteWish(code))


def read_spec(given: Mapping[str, Any]) -> TourSpec:
    """
    The value of a TOML file or a JSON object.

    Raises
    ------
    InvalidParameter
        Everything that is wrong, each with its path ("days[1].until"): unknown names, wrong types, a day of zero
        hours, hours that close before they open, a minimum over its maximum, a site that must and must not be seen.
    """
    with asking(given) as ask:
        spec = TourSpec(
            title=ask.text("title", required=True),
            days=_days(ask),
            coaches=ask.whole("coaches", 1, MOST_COACHES, 1),
            together=ask.flag("together", default=True),
            speed_factor=ask.number("speed_factor", 0.2, 2.0, 0.9),
            boarding_min=ask.whole("boarding_min", 0, 60, USUAL_BOARDING_MIN),
            visit_min=ask.whole("visit_min", 1, LONGEST_STAY_MIN, USUAL_VISIT_MIN),
            visit_min_of=_visit_minutes(ask),
            lunch=_lunch(ask),
            candidates=_filter(ask),
            codes=ask.texts("codes", most=MOST_SITES),
            sites=tuple(map(_site, ask.tables("sites", most=MOST_SITES))),
            limits=tuple(map(_limit, ask.tables("limits", most=MOST_LIMITS))),
            minutes_per_town=ask.maybe_whole("minutes_per_town", 1, MOST_DAYS * DAY_MIN),
            not_seen_in_last=ask.whole("not_seen_in_last", 0, 100, 0),
            min_share_done=ask.number("min_share_done", 0, 1, 0.0),
            weights=_weights(ask),
        )
        _refuse_holds(ask, spec)
    return spec


def spec_as_dict(spec: TourSpec) -> dict[str, Any]:
    """As ``read_spec`` reads it again: what is kept with a tour, and what the page begins with."""
    lunch = spec.lunch
    said: dict[str, Any] = {
        name: getattr(spec, name)
        for name in (
            *("title", "coaches", "together", "speed_factor", "boarding_min", "visit_min"),
            *("minutes_per_town", "not_seen_in_last", "min_share_done"),
        )
    }
    said["days"] = [_day_as_dict(day) for day in spec.days]
    said["visit_min_of"] = {category.value: minutes for category, minutes in spec.visit_min_of}
    said["lunch"] = (
        None
        if lunch is None
        else {
            "from": clock_text(lunch.from_min),
            "until": clock_text(lunch.until_min),
            "minutes": lunch.minutes,
            "places": [str(place) for place in lunch.places],
        }
    )
    said["candidates"] = {f.name: value for f in fields(ProjectFilter) if (value := _listed(spec.candidates, f.name))}
    said["codes"] = list(spec.codes)
    said["sites"] = [_site_as_dict(site) for site in spec.sites]
    said["limits"] = [{f.name: getattr(limit, f.name) for f in fields(Limit)} for limit in spec.limits]
    said["weights"] = {f.name: getattr(spec.weights, f.name) for f in fields(Weights)}
    return said


def clock_text(minutes: int) -> str:
    """Minutes after midnight as ``08:30``; of later days the time of day."""
    hours, rest = divmod(minutes % DAY_MIN, 60)
    return f"{hours:02d}:{rest:02d}"


def _listed(wanted: ProjectFilter, name: str) -> Any:
    value = getattr(wanted, name)
    return [str(each) for each in value] if isinstance(value, tuple) else value


def _day_as_dict(day: TourDay) -> dict[str, Any]:
    return {
        "date": day.on.isoformat(),
        "from": clock_text(day.from_min),
        "until": clock_text(day.until_min),
        "start": str(day.start),
        "end": str(day.end),
        "meeting": None if day.meeting_min is None else clock_text(day.meeting_min),
    }


def _site_as_dict(site: SiteWish) -> dict[str, Any]:
    said = {f.name: getattr(site, f.name) for f in fields(SiteWish)}
    said["open"] = [f"{clock_text(opens)}-{clock_text(closes)}" for opens, closes in site.open]
    return {
        name: value
        for name, value in said.items()
        if value is not None and value is not False and value not in ("", [])
    }


def _days(ask: Asked) -> tuple[TourDay, ...]:
    days = tuple(map(_day, ask.tables("days", most=MOST_DAYS, required=True)))
    if any(after.on <= before.on for before, after in pairwise(days)):
        words = Words("各天须按日期先后排列，每天一项", "days must follow one another, each once")
        ask.wrong("days", ", ".join(str(day.on) for day in days), "d1 < d2 < …", words)
    return days


def _day(ask: Asked) -> TourDay:
    opens, closes = ask.clock("from"), ask.clock("until")
    ask.ordered("until", opens, closes)
    meeting = ask.maybe_clock("meeting")
    if meeting is not None:
        ask.ordered("meeting", opens, meeting)
    return TourDay(ask.day("date"), opens, closes, spot(ask, "start"), spot(ask, "end"), meeting)


def spot(ask: Asked, name: str) -> Spot:
    """The place under ``name``; a wrong one is told, and any place given instead."""
    text = ask.text(name, required=True)
    return _parsed(ask, name, text) if text else Spot("point")


def _parsed(ask: Asked, name: str, text: str) -> Spot:
    kind, _, rest = text.partition(":")
    if kind in ("town", "project", "park") and rest.strip():
        return Spot(kind, rest.strip())  # type: ignore[arg-type]  # the test above
    if kind == "point":
        try:
            lon, lat = (float(part) for part in rest.split(","))
            if -180 <= lon <= 180 and -90 <= lat <= 90:
                return Spot("point", "", lon, lat)
        except ValueError:
            pass
    ask.wrong(name, text, "town:CODE | project:CODE | park:CODE | point:LON,LAT")
    return Spot("point")


def _lunch(ask: Asked) -> LunchWish | None:
    asked = ask.table("lunch")
    if asked is None:
        return None
    opens, closes = asked.clock("from"), asked.clock("until")
    asked.ordered("until", opens - 1, closes)
    places = tuple(_parsed(asked, "places", text) for text in asked.texts("places", most=MOST_PLACES))
    return LunchWish(opens, closes, asked.whole("minutes", 5, 180, 60), places)


def _visit_minutes(ask: Asked) -> tuple[tuple[ProjectCategory, int], ...]:
    asked = ask.table("visit_min_of")
    if asked is None:
        return ()
    said = [(category, asked.maybe_whole(category.value, 1, LONGEST_STAY_MIN)) for category in ProjectCategory]
    return tuple((category, minutes) for category, minutes in said if minutes is not None)


def _filter(ask: Asked) -> ProjectFilter:
    asked = ask.table("candidates")
    if asked is None:
        return ProjectFilter()
    kinds = {f.name: f.type for f in fields(ProjectFilter)}
    said = {name: asked.coded(name, str(kind)) for name, kind in kinds.items() if name != "words"}
    return ProjectFilter(**said, words=asked.text("words"))


def _site(ask: Asked) -> SiteWish:
    must, never = ask.flag("must"), ask.flag("never")
    if must and never:
        ask.wrong("never", "must + never", "must | never")
    return SiteWish(
        code=ask.text("code", required=True),
        must=must,
        never=never,
        visit_min=ask.maybe_whole("visit_min", 1, LONGEST_STAY_MIN),
        value=ask.maybe_number("value", 0, 1e6),
        open=tuple(ask.hours("open")),
        day=ask.maybe_whole("day", 1, MOST_DAYS),
        coach=ask.maybe_whole("coach", 1, MOST_COACHES),
        reporter=ask.text("reporter"),
        talk=ask.note("talk"),
        parking=ask.text("parking"),
        spare=ask.text("spare"),
    )


def _refuse_holds(ask: Asked, spec: TourSpec) -> None:
    """What is said of a site is said once, and holds it to a day and a coach that the tour has."""
    seen: set[str] = set()
    for number, site in enumerate(spec.sites, start=1):
        if site.code in seen:
            ask.wrong(f"sites[{number}].code", site.code, "每个项目一项 / each project once")
        seen.add(site.code)
        for name, held, most in (("day", site.day, len(spec.days)), ("coach", site.coach, spec.routes)):
            if held is not None and held > most:
                ask.wrong(f"sites[{number}].{name}", held, f"≤ {most}")


def _limit(ask: Asked) -> Limit:
    at_least, at_most = ask.whole("at_least", 0, MOST_SITES, 0), ask.maybe_whole("at_most", 0, MOST_SITES)
    if at_most is not None and at_most < at_least:
        ask.wrong("at_most", str(at_most), f"≥ {at_least}")
    by, key = ask.choice("by", LIMIT_BY), ask.text("key") or EACH
    if by == "category" and key != EACH and key not in set(ProjectCategory):
        ask.wrong("key", key, " | ".join(ProjectCategory))
        key = EACH
    return Limit(by, key, at_least, at_most)


def _weights(ask: Asked) -> Weights:
    asked = ask.table("weights")
    if asked is None:
        return Weights()
    return Weights(**{f.name: asked.number(f.name, 0, 100, float(f.default)) for f in fields(Weights)})  # type: ignore[arg-type]
