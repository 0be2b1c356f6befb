"""A plan of a tour as the book that all its files are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely

from gis.crs import coords_of
from gis.model import BBox, Flag, Query, RoadClass, TownLevel
from gis.reports.tour_book import Halt, LonLat, Place, RoadShape, Route, SitePage, TourBook, TownShape
from gis.store.port import Store
from gis.tours.itinerary import CoachDay, LunchStop, Spotted, Stop, route_letter, stop_labels
from gis.words import Words
from gis.workflows.tour_book import KeptPlan
from gis.workflows.tour_pages import PageSources, site_pages

# Classes that a map of a tour shows; smaller ones would only darken it.
DRAWN_CLASSES = tuple(road_class.value for road_class in tuple(RoadClass)[:6])
_EDGE_M = 4_000.0
_TOGETHER = Words("全体车辆", "all coaches")
Legs = Sequence[Sequence[LonLat]]


def tour_handbook(sources: PageSources, kept: KeptPlan, legs: Sequence[Legs] = (), review_no: str = "") -> TourBook:
    """
    The book of a plan, of the data as they are now. ``legs``: of each coach-day, in the plan's order, its lines.

    Raises
    ------
    InvalidValue
        It has more stops than a book holds.
    """
    store, plan = sources.store, kept.plan
    pages = site_pages(sources, plan.codes)
    routes = tuple(_routes(kept, legs, pages))
    box = _box(store, routes)
    return TourBook(
        title=kept.spec.title,
        unit=store.info.name,
        plan_no=kept.plan_no,
        plan_name=kept.name,
        routes=routes,
        crs=store.info.crs,
        data_on=sources.overview.on,
        towns=_towns(sources, box),
        roads=_roads(store, box),
        remarks=tuple(told.words for told in plan.breaches) + plan.clashes,
        review_no=review_no,
        estimated=plan.estimated,
        is_sample=store.info.is_sample,
    )


def _routes(kept: KeptPlan, legs: Sequence[Legs], pages: Mapping[str, SitePage]) -> Iterator[Route]:
    labels = stop_labels(kept.plan)
    driven = [(place, day) for place, day in enumerate(kept.plan.days) if day.stops or day.lunch]
    for count, (place, day) in enumerate(driven, 1):
        lines = tuple(tuple(leg) for leg in legs[place]) if place < len(legs) else ()
        halts = tuple(_halts(day, pages, labels[place]))
        yield Route(
            number=count,
            on=day.on,
            coach=_coach(kept, day),
            start=_place(day.start),
            depart=day.depart,
            halts=halts,
            end=_place(day.end),
            back=day.back,
            back_drive_min=day.back_drive_min,
            back_drive_km=day.back_drive_km,
            # Lines of another shape than the plan are worth nothing: straight ones are drawn then.
            legs=lines if len(lines) == len(halts) + 1 else (),
            meeting=day.meeting,
            letter=route_letter(place, len(kept.plan.days)),
        )


def _coach(kept: KeptPlan, day: CoachDay) -> Words:
    together = kept.spec.together and kept.spec.coaches > 1
    return _TOGETHER if together else Words(f"{day.coach}号车", f"coach {day.coach}")


def _place(spotted: Spotted) -> Place:
    return Place(spotted.name, spotted.lonlat)


def _halts(day: CoachDay, pages: Mapping[str, SitePage], labels: Sequence[str]) -> Iterator[Halt]:
    for place, stop in enumerate(day.stops):
        if day.lunch is not None and day.lunch.after == place:
            yield _lunch(day.lunch)
        yield _visit(stop, labels[place], pages.get(stop.code, SitePage()))
    if day.lunch is not None and day.lunch.after >= len(day.stops):
        yield _lunch(day.lunch)


def _lunch(lunch: LunchStop) -> Halt:
    return Halt(
        kind="lunch",
        name=lunch.place.name,
        lonlat=lunch.place.lonlat,
        arrive=lunch.arrive,
        begin=lunch.begin,
        leave=lunch.leave,
        drive_min=lunch.drive_min,
        drive_km=lunch.drive_km,
    )


def _visit(stop: Stop, number: str, page: SitePage) -> Halt:
    same = ("code", "name", "arrive", "begin", "leave", "drive_min", "drive_km", "lonlat", "off_road_m")
    said = ("boarding_min", "value", "reporter", "talk", "parking", "spare")
    return Halt(
        kind="visit",
        number=number,
        town=stop.town_name,
        # The land as it is now; where the project is gone, as it was when the plan was made.
        flags=page.land.flags if page.land is not None else tuple(Flag(flag).words for flag in stop.flags),
        page=page,
        **{name: getattr(stop, name) for name in (*same, *said)},
    )


# --- the ground of the maps -------------------------------------------------------------------------


def _box(store: Store, routes: Sequence[Route]) -> BBox | None:
    """The routes with an edge around them, in the store's CRS; None where there is none."""
    places = [place for route in routes for leg in route.lines for place in leg]
    if not places:
        return None
    xy = coords_of(np.array(places, dtype=float), store.info.crs)
    box = BBox(*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
    return box.grown(_EDGE_M + 0.2 * max(box.east - box.west, box.north - box.south))


def _towns(sources: PageSources, box: BBox | None) -> tuple[TownShape, ...]:
    if box is None:
        return ()
    towns = sources.store.read("town", Query(on=sources.overview.on, bbox=box))
    towns = towns[towns["level"] != TownLevel.COUNTY.value]
    shapes = shapely.simplify(np.asarray(towns.geometry.array, dtype=object), 5.0)
    return tuple(TownShape(shape, name) for shape, name in zip(shapes, towns["name"], strict=True))


def _roads(store: Store, box: BBox | None) -> tuple[RoadShape, ...]:
    if box is None:
        return ()
    columns = ("road_no", "name", "road_class", "geometry")
    roads = store.read("road", Query(bbox=box, where=(("road_class", DRAWN_CLASSES),), columns=columns))
    return tuple(
        RoadShape(shape, DRAWN_CLASSES.index(road_class), name if isinstance(name, str) else "")
        for shape, road_class, name in zip(roads.geometry, roads["road_class"], roads["name"], strict=True)
    )
