"""A tour for people's diaries: an appointment a stop, with the ways to it for a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gis.reports.calendar_ics import Appointment, calendar_text
from gis.reports.tour_book import Halt, Route, TourBook
from gis.reports.tour_links import NavigationLink, with_links
from gis.reports.tour_words import (
    BOTTLENECK,
    COLUMNS,
    DRIVE,
    ESTIMATED_LINE,
    LUNCH,
    MEETING,
    TALK,
    drive_words,
    printable,
    route_title,
    stay_words,
)


def tour_ics(book: TourBook, stamp: datetime, language: str = "zh") -> bytes:
    """The calendar file; ``stamp`` (UTC): when the plan was made."""
    entries = [entry for route in book.routes for entry in _entries(book, route, language)]
    return calendar_text(printable(book.title), entries, stamp).encode()


def _entries(book: TourBook, route: Route, language: str) -> Iterator[Appointment]:
    for halt, links in with_links(route):
        name = f"{halt.number} {halt.name}" if halt.number else LUNCH.of(language)
        yield Appointment(
            key=f"{book.plan_no}|{route.number}|{halt.code or LUNCH.en}",
            begins=halt.arrive,
            ends=halt.leave,
            summary=printable(f"{book.title}：{name}"),
            description=printable(_told(book, route, halt, links, language)),
            location=printable(" ".join(filter(None, (halt.town, halt.name, halt.parking)))),
            lonlat=halt.lonlat,
            url=halt.page.address,
        )
    if route.meeting is not None:
        yield Appointment(
            key=f"{book.plan_no}|{route.number}|{MEETING.en}",
            begins=route.meeting,
            # How long it takes nobody has said; it begins then, and stands in the diary as a moment.
            ends=route.meeting,
            summary=printable(f"{book.title}：{MEETING.of(language)}"),
            location=printable(route.end.name),
            lonlat=route.end.lonlat,
        )


def _told(book: TourBook, route: Route, halt: Halt, links: tuple[NavigationLink, ...], language: str) -> str:
    drive = drive_words(book, halt.drive_min, halt.drive_km).of(language)
    flags = "、".join(words.of(language) for words in halt.flags)
    lines = [
        route_title(route, language),
        f"{DRIVE.of(language)}：{drive}",
        stay_words(halt).of(language),
        f"{COLUMNS['reporter'].of(language)}：{halt.reporter}" if halt.reporter else "",
        f"{BOTTLENECK.of(language)}：{flags}" if flags else "",
        f"{TALK.of(language)}：{halt.talk}" if halt.talk else "",
        ESTIMATED_LINE.of(language) if book.estimated else "",
        *(f"{link.service.of(language)}：{link.address}" for link in links),
    ]
    return "\n".join(line for line in lines if line)
