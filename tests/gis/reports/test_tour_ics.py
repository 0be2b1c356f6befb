"""The tour for diaries: RFC 5545 §3.6.1 (events), §3.6.5 (time zones), §3.8.1.6 (places)."""

from __future__ import annotations

from datetime import UTC, datetime

from gis.reports.tour_ics import tour_ics
from tests.gis.reports.tour_samples import ADDRESS, BOOK, FORMULA, SECRETS, SITE_1

STAMP = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def events(text: str) -> list[dict[str, str]]:
    """Each event's properties by their names with parameters, unfolded and unescaped."""
    lines = text.replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            for sign, plain in (("\\n", "\n"), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\")):
                value = value.replace(sign, plain)
            found[-1][name] = value
    return found


def written() -> str:
    return tour_ics(BOOK, STAMP).decode()


def test_an_event_a_stop_with_its_hours_in_china_s_time() -> None:
    found = events(written())
    assert len(found) == 5  # three stops, lunch, the closing meeting
    first = found[0]
    assert first["DTSTART;TZID=Asia/Shanghai"] == "20261208T084500"
    assert first["DTEND;TZID=Asia/Shanghai"] == "20261208T092300"
    assert first["LOCATION"] == "城关镇 示例装备制造园（一期） 东门停车场"
    assert first["GEO"] == f"{SITE_1.lonlat[1]:.6f};{SITE_1.lonlat[0]:.6f}"
    assert first["URL"] == ADDRESS
    assert found[3]["SUMMARY"] == "示范县重点项目观摩：会议"
    assert found[3]["DTSTART;TZID=Asia/Shanghai"] == "20261208T140000"


def test_the_zone_is_in_the_file() -> None:
    lines = written().split("\r\n")
    zone = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE")]
    assert "TZID:Asia/Shanghai" in zone
    assert "TZOFFSETTO:+0800" in zone


def test_it_tells_the_ways_and_that_drives_are_estimated() -> None:
    told = events(written())[0]["DESCRIPTION"]
    assert "15分 8.8公里（估算）" in told
    assert "https://uri.amap.com/navigation?to=" in told
    assert "https://apis.map.qq.com/" in told


def test_lines_are_short_and_hold_no_control_characters() -> None:
    data = tour_ics(BOOK, STAMP)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert not {byte for byte in data if byte < 32} - {10, 13}
    assert FORMULA in events(data.decode())[2]["SUMMARY"]


def test_the_same_plan_is_the_same_calendar_and_each_event_its_own() -> None:
    assert written() == written()
    assert len({event["UID"] for event in events(written())}) == 5


def test_the_public_one_has_nothing_internal() -> None:
    text = tour_ics(BOOK.public(), STAMP).decode().replace("\r\n ", "")
    assert [secret for secret in SECRETS if secret in text] == []
