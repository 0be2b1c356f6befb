"""
What goes out of an inspection tour, as values: the routes with their halts, a page a site, the ground of its maps.

Places and route lines are degrees (EPSG:4490, which readers of GPX and KML take for WGS 84: the two differ by less
than a tenth of a metre, RULES §2); shapes of the ground and of land are metres in ``TourBook.crs``. Times are the
county's own (Asia/Shanghai), without a zone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from gis.errors import InvalidValue
from gis.reports.plan_sheet import Look
from gis.words import Words

LonLat = tuple[float, float]
MOST_STOPS = 400
MOST_PHOTOS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a route begins or ends."""

    name: str
    lonlat: LonLat


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a site's key figures: its heading and what is said."""

    head: Words
    text: Words
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class DrawnParcel:
    """A parcel on a picture: a polygon, how it is drawn, its number."""

    shape: Any
    look: Look
    label: str


@dataclass(frozen=True, slots=True)
class LandPicture:
    """The footprint of a project with the parcels under it, coloured by stage; ``legend`` says what the looks mean."""

    footprint: Any
    parcels: tuple[DrawnParcel, ...]
    legend: tuple[tuple[Words, Look], ...]


@dataclass(frozen=True, slots=True)
class BlockingParcel:
    """A parcel that holds the project up: area in 亩, when it is expected to be ready ("" where nobody can say)."""

    parcel_no: str
    stage: Words
    area_mu: str
    expected_on: str
    reason: Words


@dataclass(frozen=True, slots=True)
class SiteLand:
    """
    The land under a site. ``flags``: its bottlenecks, worst first; ``parcels``: those that hold it up, the first of
    ``all_parcels`` of them. ``picture``: only where there is a bottleneck.
    """

    facts: tuple[Fact, ...]
    flags: tuple[Words, ...] = ()
    parcels: tuple[BlockingParcel, ...] = ()
    all_parcels: int = 0
    picture: LandPicture | None = None


@dataclass(frozen=True, slots=True)
class SitePage:
    """
    What the handbook says of one site. ``address``: of its page on the server ("": not known). ``photos``: JPEG files.
    """

    facts: tuple[Fact, ...] = ()
    land: SiteLand | None = None
    photos: tuple[bytes, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Halt:
    """
    One halt of a route: a visit, or lunch, which has no ``number``.

    ``number`` is what the stop is called on the page too: 3, or B3 where the plan has several routes.

    ``drive_min``, ``drive_km`` are those of the way to it; ``boarding_min`` of the time from ``begin`` to ``leave`` go
    to getting off and on, the others to the visit.
    """

    kind: Literal["visit", "lunch"]
    name: str
    lonlat: LonLat
    arrive: datetime
    begin: datetime
    leave: datetime
    drive_min: int
    drive_km: float
    number: str = ""
    code: str = ""
    town: str = ""
    boarding_min: int = 0
    off_road_m: float = 0.0
    value: float = 0.0
    reporter: str = ""
    talk: str = ""
    parking: str = ""
    spare: str = ""
    flags: tuple[Words, ...] = ()
    page: SitePage = SitePage()

    @property
    def stay_min(self) -> int:
        """What the visit or the lunch takes; getting off and on (``boarding_min``) comes on top."""
        return int((self.leave - self.begin).total_seconds()) // 60 - self.boarding_min

    @property
    def wait_min(self) -> int:
        """Minutes between arriving and the beginning."""
        return int((self.begin - self.arrive).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Route:
    """
    A coach's day, or that of all coaches together. ``number`` counts the routes of the book from 1; ``letter``: what
    the numbers of its stops begin with, "" where the plan has but one route.

    ``legs``: the lines driven, one to each halt and one back; empty where none is known.
    """

    number: int
    on: date
    coach: Words
    start: Place
    depart: datetime
    halts: tuple[Halt, ...]
    end: Place
    back: datetime
    back_drive_min: int
    back_drive_km: float
    legs: tuple[tuple[LonLat, ...], ...] = ()
    meeting: datetime | None = None
    letter: str = ""

    def __post_init__(self) -> None:
        if self.legs and len(self.legs) != len(self.halts) + 1:
            words = Words("线路段数须为停靠点数加一", "a route has one leg to each halt and one back")
            raise InvalidValue(words, found=str(len(self.legs)), expected=str(len(self.halts) + 1))

    @property
    def visits(self) -> tuple[Halt, ...]:
        """Its halts without lunch."""
        return tuple(halt for halt in self.halts if halt.kind == "visit")

    @property
    def drive_min(self) -> int:
        """On the road, minutes."""
        return self.back_drive_min + sum(halt.drive_min for halt in self.halts)

    @property
    def drive_km(self) -> float:
        """On the road, kilometres."""
        return self.back_drive_km + sum(halt.drive_km for halt in self.halts)

    @property
    def lines(self) -> tuple[tuple[LonLat, ...], ...]:
        """The legs; where none is known, straight from halt to halt."""
        if self.legs:
            return self.legs
        places = (self.start.lonlat, *(halt.lonlat for halt in self.halts), self.end.lonlat)
        return tuple((one, other) for one, other in itertools.pairwise(places))


@dataclass(frozen=True, slots=True)
class TownShape:
    """A town's polygon and name."""

    shape: Any
    name: str


@dataclass(frozen=True, slots=True)
class RoadShape:
    """A road's line; ``rank`` 0 for the largest class; ``name`` "" where it has none."""

    shape: Any
    rank: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class TourBook:
    """
    Everything that the files of one plan show.

    ``estimated``: the drives are straight lines times a factor, which is said wherever one shows. ``remarks``: what the
    plan breaks. ``data_on``: the day that the figures are of. ``is_public``: nothing of land, of talks, of how a site
    is judged, or of the server (RULES §7.6); ``public`` makes it so.

    Raises InvalidValue for more than MOST_STOPS stops.
    """

    title: str
    unit: str
    plan_no: str
    plan_name: str
    routes: tuple[Route, ...]
    crs: str
    data_on: date
    towns: tuple[TownShape, ...] = ()
    roads: tuple[RoadShape, ...] = ()
    remarks: tuple[Words, ...] = ()
    review_no: str = ""
    estimated: bool = False
    is_sample: bool = False
    is_public: bool = False

    def __post_init__(self) -> None:
        stops = len(self.visits)
        if stops > MOST_STOPS:
            words = Words("方案的站点太多，不能导出", "the plan has too many stops for its files")
            raise InvalidValue(words, found=str(stops), expected=f"≤ {MOST_STOPS}")

    @property
    def visits(self) -> tuple[Halt, ...]:
        """Every stop of every route, in their order."""
        return tuple(halt for route in self.routes for halt in route.visits)

    @property
    def days(self) -> tuple[date, ...]:
        """The days, in order."""
        return tuple(sorted({route.on for route in self.routes}))

    def public(self) -> TourBook:
        """The same without what is internal: land, people, talks, photographs, values, judgements, the plan's name."""
        routes = tuple(replace(route, halts=tuple(map(_public, route.halts))) for route in self.routes)
        return replace(self, routes=routes, remarks=(), plan_name=self.title, is_public=True)

    def texts(self) -> Iterator[str]:
        """Every text in it, in both languages."""
        return _texts(self)


def _public(halt: Halt) -> Halt:
    facts = tuple(fact for fact in halt.page.facts if not fact.is_internal)
    page = replace(halt.page, facts=facts, land=None, address="", photos=())
    return replace(halt, talk="", reporter="", spare="", value=0.0, flags=(), page=page)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
