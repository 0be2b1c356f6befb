"""The timetable of a tour as a workbook: an overview, a sheet a day, and what must be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pandas as pd

from gis.reports.table import Format, Table, TableColumn
from gis.reports.table_xlsx import write_book
from gis.reports.tour_book import Route, TourBook
from gis.reports.tour_words import (
    BACK,
    COLUMNS,
    DEPART,
    DRIVES,
    LUNCH,
    MEETING,
    OVERVIEW,
    REMARKS,
    STOPS,
    Row,
    book_facts,
    caution,
    clock,
    columns_of,
    timetable,
)
from gis.words import Words

# How each column is shown, and how wide it is: together they fit on one sheet of A3.
_SHOWN: dict[str, tuple[Format, float]] = {
    "number": ("days", 6),
    "on": ("date", 11.5),
    "coach": ("code", 9),
    "name": ("wrapped_text", 28),
    "town": ("wrapped_text", 11),
    "arrive": ("code", 7.5),
    "leave": ("code", 7.5),
    "drive_min": ("days", 10.5),
    "drive_km": ("points", 12.5),
    "stay_min": ("days", 10.5),
    "boarding_min": ("days", 12.5),
    "reporter": ("wrapped_text", 14),
    "talk": ("wrapped_text", 30),
    "parking": ("wrapped_text", 16),
    "spare": ("wrapped_text", 14),
    "value": ("points", 8),
    "land": ("wrapped_text", 16),
}
_TIME: Format = "code"
_PLACE: Format = "text"
_ROUTE_COLUMNS: tuple[tuple[str, Words, Format], ...] = (
    ("coach", COLUMNS["coach"], "code"),
    ("on", COLUMNS["on"], "date"),
    ("start", Words("出发地", "From"), _PLACE),
    ("depart", DEPART, _TIME),
    ("end", Words("返回地", "To"), _PLACE),
    ("back", BACK, _TIME),
    ("stops", STOPS, "days"),
    ("drive_min", COLUMNS["drive_min"], "days"),
    ("drive_km", COLUMNS["drive_km"], "points"),
    ("lunch", LUNCH, _PLACE),
    ("meeting", MEETING, _TIME),
)


def tour_xlsx(book: TourBook, language: str = "zh") -> bytes:
    """The workbook."""
    target = BytesIO()
    tables = [_overview(book, language), *(_day(book, routes) for routes in _by_day(book))]
    write_book(tables, target, language)
    return target.getvalue()


def _by_day(book: TourBook) -> list[list[Route]]:
    return [[route for route in book.routes if route.on == day] for day in book.days]


def _overview(book: TourBook, language: str) -> Table:
    columns = tuple(TableColumn(name, _told(book, name, words), kind) for name, words, kind in _ROUTE_COLUMNS)
    rows = [_route_row(route) for route in book.routes]
    frame = pd.DataFrame(rows, columns=[name for name, *_ in _ROUTE_COLUMNS], dtype=object)
    totals: dict[str, float | str] = {
        "coach": Words("合计", "Total").of(language),
        "stops": float(len(book.visits)),
        "drive_min": float(sum(route.drive_min for route in book.routes)),
        "drive_km": sum(route.drive_km for route in book.routes),
    }
    return Table(OVERVIEW, columns, frame, _notes(book), totals=totals, pages_wide=1)


def _told(book: TourBook, name: str, words: Words) -> Words:
    return columns_of(book)[name] if name in DRIVES else words


def _lettered(route: Route) -> Words:
    coach, letter = route.coach, route.letter
    return Words(f"{letter} · {coach.zh}", f"{letter} · {coach.en}") if letter else coach


def _route_row(route: Route) -> dict[str, Any]:
    lunch = next((halt for halt in route.halts if halt.kind == "lunch"), None)
    return {
        "coach": _lettered(route),
        "on": pd.Timestamp(route.on),
        "start": route.start.name,
        "depart": clock(route.depart),
        "end": route.end.name,
        "back": clock(route.back),
        "stops": len(route.visits),
        "drive_min": route.drive_min,
        "drive_km": route.drive_km,
        "lunch": "" if lunch is None else f"{clock(lunch.begin)}—{clock(lunch.leave)} {lunch.name}",
        "meeting": "" if route.meeting is None else clock(route.meeting),
    }


def _day(book: TourBook, routes: Sequence[Route]) -> Table:
    day = routes[0].on.isoformat()
    columns = tuple(
        TableColumn(name, words, _format(book, name), width=_SHOWN[name][1]) for name, words in columns_of(book).items()
    )
    rows = [_row(row) for route in routes for row in timetable(route)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return Table(Words(day, day), columns, frame[[column.name for column in columns]], pages_wide=1)


def _format(book: TourBook, name: str) -> Format:
    """Stops of several routes are not called by numbers alone."""
    return "code" if name == "number" and any(route.letter for route in book.routes) else _SHOWN[name][0]


def _row(row: Row) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in COLUMNS}
    number = int(row.number) if row.number.isdigit() else row.number or None
    return {**said, "number": number, "on": pd.Timestamp(row.on), "land": row.land}


def _notes(book: TourBook) -> tuple[tuple[Words, Words], ...]:
    title = Words(book.title, book.title)
    unit = Words(book.unit, book.unit)
    notes = [(Words("名称", "Title"), title), (Words("单位", "Unit"), unit), *book_facts(book)]
    notes += [(REMARKS, words) for words in book.remarks]
    return (*notes, (Words("使用范围", "For whom"), caution(book)))
