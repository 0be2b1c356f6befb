"""A tour for a globe or a map on a phone (KML 2.2): a folder a coach-day with its line and its numbered stops."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from xml.etree.ElementTree import Element, ElementTree, SubElement, register_namespace

from gis.reports.tour_book import Halt, LonLat, Place, Route, TourBook
from gis.reports.tour_map import route_look
from gis.reports.tour_words import (
    BACK,
    BOTTLENECK,
    DEPART,
    LUNCH,
    caution,
    clock,
    drive_words,
    printable,
    route_title,
    stay_words,
)

KML = "http://www.opengis.net/kml/2.2"
register_namespace("", KML)


def tour_kml(book: TourBook, language: str = "zh") -> bytes:
    """The file, UTF-8."""
    root = Element(f"{{{KML}}}kml")
    document = _child(root, "Document")
    _child(document, "name", book.title)
    _child(document, "description", f"{book.plan_name} · {caution(book).of(language)}")
    for route in book.routes:
        _style(document, route)
    for route in book.routes:
        _folder(document, book, route, language)
    target = BytesIO()
    ElementTree(root).write(target, encoding="UTF-8", xml_declaration=True)
    return target.getvalue()


def _child(parent: Element, name: str, text: str | None = None) -> Element:
    child = SubElement(parent, f"{{{KML}}}{name}")
    if text is not None:
        child.text = printable(text)
    return child


def _style(document: Element, route: Route) -> None:
    style = _child(document, "Style")
    style.set("id", f"route{route.number}")
    line = _child(style, "LineStyle")
    _child(line, "color", _abgr(route_look(route).stroke))
    _child(line, "width", "4")
    icon = _child(style, "IconStyle")
    _child(icon, "color", _abgr(route_look(route).stroke))
    _child(_child(style, "LabelStyle"), "scale", "0.9")


def _abgr(colour: str) -> str:
    """As KML writes colours: opacity, blue, green, red."""
    return f"ff{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()


def _folder(document: Element, book: TourBook, route: Route, language: str) -> None:
    folder = _child(document, "Folder")
    _child(folder, "name", route_title(route, language))
    line = _child(folder, "Placemark")
    _child(line, "name", route_title(route, language))
    _child(line, "description", drive_words(book, route.drive_min, route.drive_km).of(language))
    _child(line, "styleUrl", f"#route{route.number}")
    legs = _child(line, "MultiGeometry")
    for leg in route.lines:
        drawn = _child(legs, "LineString")
        _child(drawn, "tessellate", "1")
        _child(drawn, "coordinates", _coordinates(leg))
    _place(folder, route, route.start, f"{DEPART.of(language)} {route.start.name}", clock(route.depart))
    for halt in route.halts:
        _place(folder, route, halt, _name(halt, language), _told(book, halt, language))
    _place(folder, route, route.end, f"{BACK.of(language)} {route.end.name}", clock(route.back))


def _place(folder: Element, route: Route, place: Place | Halt, name: str, told: str) -> None:
    placemark = _child(folder, "Placemark")
    _child(placemark, "name", name)
    _child(placemark, "description", told)
    _child(placemark, "styleUrl", f"#route{route.number}")
    _child(_child(placemark, "Point"), "coordinates", _coordinates([place.lonlat]))


def _name(halt: Halt, language: str) -> str:
    return f"{halt.number} {halt.name}" if halt.number else f"{LUNCH.of(language)} {halt.name}"


def _told(book: TourBook, halt: Halt, language: str) -> str:
    """Plain text: readers that take a description for HTML find nothing in it that they would obey."""
    drive = drive_words(book, halt.drive_min, halt.drive_km).of(language)
    flags = "、".join(words.of(language) for words in halt.flags)
    lines = [
        f"{clock(halt.arrive)}—{clock(halt.leave)} {stay_words(halt).of(language)}",
        drive,
        f"{BOTTLENECK.of(language)}：{flags}" if flags else "",
        halt.town,
        halt.parking,
    ]
    return "\n".join(line for line in lines if line).replace("<", "＜").replace("&", "＆")


def _coordinates(places: Iterable[LonLat]) -> str:
    return " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in places)
