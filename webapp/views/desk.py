"""The land desk of the day (今日): the page, its lists, and a unit's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis.analysis.desk import DeskFilter
from gis.model import Stage
from gis.reports.calendar_ics import CalendarDay, calendar_text
from gis.words import Words
from gis.workflows.list_desk import MOST_ROWS, list_dates, list_desk
from gis.workflows.plain import Record
from webapp.caching import conditional
from webapp.context import served
from webapp.language import current_language
from webapp.params import Asker, reading
from webapp.views.answering import answer
from webapp.views.desk_page import render_desk

blueprint = Blueprint("desk", __name__)

_PLANNED = Words("计划日期", "planned")
_ANNOUNCE = Words("征收土地公告期限", "requisition to be announced by")
_LEGAL = Words("起可办", "allowed from")


@blueprint.get("/desk")
def page() -> str:
    """The page."""
    return render_desk("desk.html", "desk.js")


@blueprint.get("/api/desk")
def lists() -> Response:
    """What is overdue, due, allowed and held."""
    with reading() as ask:
        asked, wanted = ask.day(), _filter(ask)
        limit = ask.whole("limit", 1, MOST_ROWS, 100)
    site = served()
    on = site.day(asked)
    tag = site.tag(None, on, wanted, limit)
    return answer(tag, lambda: list_desk(site.store, site.registers.index.at(on).register, wanted, limit))


@blueprint.get("/desk.ics")
def calendar() -> Response:
    """The days that a unit has before it, as a calendar file that programs subscribe to."""
    with reading() as ask:
        wanted = _filter(ask)
    site, language, address = served(), current_language(), request.host_url
    on = site.day(None)
    return conditional(site.tag(None, on, wanted, language, address), lambda: _file(wanted, language, address))


def _filter(ask: Asker) -> DeskFilter:
    # What people wrote may hold commas.
    return DeskFilter(ask.texts("unit", listed=False), ask.texts("person", listed=False), ask.texts("town"))


def _file(wanted: DeskFilter, language: str, address: str) -> Response:
    site = served()
    on = site.day(None)
    dates = list_dates(site.store, site.registers.index.at(on).register, wanted)
    owner = "、".join((*wanted.unit, *wanted.person)) or site.store.info.name
    name = Words(f"征地日程 {owner}", f"land requisition: {owner}").of(language)
    days = [_entry(each, language, address) for each in dates]
    text = calendar_text(name, days, datetime.combine(on, time(), UTC))
    response = Response(text.encode(), mimetype="text/calendar")
    response.headers["Content-Disposition"] = "inline; filename=desk.ics"
    return response


def _entry(each: Record, language: str, address: str) -> CalendarDay:
    number, stage = each["parcel_no"], Stage(each["stage"]).words.of(language) if each["stage"] else ""
    say = {
        "planned": Words(f"{number} {_PLANNED.zh}", f"{number} {_PLANNED.en}"),
        "legal": Words(f"{number} “{stage}”{_LEGAL.zh}", f"{number} '{stage}' {_LEGAL.en}"),
        "announce": Words(f"{number} {_ANNOUNCE.zh}", f"{number} {_ANNOUNCE.en}"),
    }[each["what"]]
    people = " ".join(text for text in (each["unit"], each["person"]) if text)
    return CalendarDay(
        key=f"{served().store.info.created_at}\x1f{number}\x1f{each['what']}",
        on=date.fromisoformat(each["on"]),
        summary=say.of(language),
        description="\n".join(text for text in (each["place"], people) if text),
        url=f"{address}parcel?{urlencode({'no': number})}",
    )
