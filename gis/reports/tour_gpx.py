"""
A tour for a navigation device (GPX 1.1): its stops as waypoints, of each coach-day a route and the track to drive.

GPX is in WGS 84; CGCS2000 differs from it by less than a tenth of a metre (RULES §2), so degrees are written as they
are.
"""

from __future__ import annotations

from gpxpy import gpx

from gis.reports.tour_book import Halt, Place, Route, TourBook
from gis.reports.tour_words import caution, clock, drive_words, printable, route_title, stay_words


def tour_gpx(book: TourBook, language: str = "zh") -> bytes:
    """The file, UTF-8."""
    file = gpx.GPX()
    file.creator = "Guatu"
    file.name = printable(book.title)
    file.description = printable(f"{book.plan_name} · {caution(book).of(language)}")
    for route in book.routes:
        for halt in route.visits:
            file.waypoints.append(_waypoint(book, route, halt, language))
    for route in book.routes:
        file.routes.append(_route(route, language))
        file.tracks.append(_track(route, language))
    return file.to_xml(version="1.1").encode()


def _waypoint(book: TourBook, route: Route, halt: Halt, language: str) -> gpx.GPXWaypoint:
    lon, lat = halt.lonlat
    point = gpx.GPXWaypoint(latitude=lat, longitude=lon, name=printable(f"{halt.number} {halt.name}"))
    drive = drive_words(book, halt.drive_min, halt.drive_km).of(language)
    times = f"{clock(halt.arrive)}—{clock(halt.leave)} {stay_words(halt).of(language)}"
    texts = (route_title(route, language), times, drive, halt.parking)
    point.description = printable("\n".join(text for text in texts if text))
    point.type = "stop"
    return point


def _route(route: Route, language: str) -> gpx.GPXRoute:
    found = gpx.GPXRoute(name=route_title(route, language), number=route.number)
    places: tuple[Place | Halt, ...] = (route.start, *route.halts, route.end)
    found.points = [_point(place) for place in places]
    return found


def _point(place: Place | Halt) -> gpx.GPXRoutePoint:
    lon, lat = place.lonlat
    return gpx.GPXRoutePoint(latitude=lat, longitude=lon, name=printable(place.name))


def _track(route: Route, language: str) -> gpx.GPXTrack:
    track = gpx.GPXTrack(name=route_title(route, language), number=route.number)
    for leg in route.lines:
        points = [gpx.GPXTrackPoint(latitude=lat, longitude=lon) for lon, lat in leg]
        track.segments.append(gpx.GPXTrackSegment(points=points))
    return track
