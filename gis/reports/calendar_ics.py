"""
A calendar file (iCalendar, RFC 5545): whole days and appointments, lines of at most 75 octets, ended by CRLF.

Written by hand: of the format few rules are needed (§3.1 folding, §3.3.11 escaping, §3.6.5 time zones, §3.8.1.6 places,
§3.8.7 stamps), and each has its test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

FOLD_OCTETS = 75
ZONE = "Asia/Shanghai"
# China has one time and no summer time (since 1991): eight hours before UTC.
_ZONE_LINES = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)
_PRODUCT = "-//Guatu//Land desk//ZH"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """
    One entry. ``key`` makes its UID: the same key is the same entry for the calendar that takes it, whatever its day.
    """

    key: str
    on: date
    summary: str
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """
    One entry with its hours, of China's time and without a zone; ``key`` as of CalendarDay.

    ``lonlat``: where it is, degrees.
    """

    key: str
    begins: datetime
    ends: datetime
    summary: str
    description: str = ""
    location: str = ""
    lonlat: tuple[float, float] | None = None
    url: str = ""


def calendar_text(name: str, entries: Iterable[CalendarDay | Appointment], stamp: datetime) -> str:
    """
    The calendar as text; write it as UTF-8.

    ``stamp`` (UTC) is the moment as of which it tells.
    """
    told, kept = stamp.strftime("%Y%m%dT%H%M%SZ"), list(entries)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{escaped(name)}")
    if any(isinstance(entry, Appointment) for entry in kept):
        lines += _ZONE_LINES
    for entry in kept:
        lines += _event(entry, told) if isinstance(entry, CalendarDay) else _appointment(entry, told)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(day: CalendarDay, stamp: str) -> list[str]:
    uid = hashlib.sha256(day.key.encode()).hexdigest()[:32]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}@guatu",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(day.summary)}",
    ]
    if day.description:
        lines.append(f"DESCRIPTION:{escaped(day.description)}")
    if day.url:
        lines.append(f"URL:{day.url}")
    return [*lines, "TRANSP:TRANSPARENT", "END:VEVENT"]


def _appointment(entry: Appointment, stamp: str) -> list[str]:
    uid = hashlib.sha256(entry.key.encode()).hexdigest()[:32]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}@guatu",
        f"DTSTAMP:{stamp}",
        f"DTSTART;TZID={ZONE}:{entry.begins:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={ZONE}:{entry.ends:%Y%m%dT%H%M%S}",
        f"SUMMARY:{escaped(entry.summary)}",
    ]
    if entry.description:
        lines.append(f"DESCRIPTION:{escaped(entry.description)}")
    if entry.location:
        lines.append(f"LOCATION:{escaped(entry.location)}")
    if entry.lonlat is not None:
        lines.append(f"GEO:{entry.lonlat[1]:.6f};{entry.lonlat[0]:.6f}")
    if entry.url:
        lines.append(f"URL:{entry.url}")
    return [*lines, "END:VEVENT"]


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line ends escaped, other control characters left out."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in plain if c == "\n" or (ord(c) >= 32 and ord(c) != 127))
    for sign in ("\\", ";", ","):
        kept = kept.replace(sign, f"\\{sign}")
    return kept.replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, no character cut in two; each but the first begins with a space."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > FOLD_OCTETS:
            pieces.append(piece)
            piece, size = "", 1  # the space
        piece, size = piece + character, size + octets
    return "\r\n ".join([*pieces, piece])
