"""The working calendar: the page, a year's days, edits, the preview of a file; and the county's own step lengths."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from gis.ingest.holidays import LARGEST_BYTES
from gis.model import FIRST_DAY, OwnerKind, Stage
from gis.workflows.edit_calendar import (
    FIRST,
    LAST,
    LONGEST_NAME,
    LONGEST_SOURCE,
    MOST_CHANGES,
    DayChange,
    edit_calendar,
    preview_holidays,
    show_calendar,
)
from gis.workflows.list_durations import DURATION_LAYERS, adopt_durations, list_durations
from webapp.acting import allow
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.params import reading
from webapp.rights import MAY
from webapp.security import takes_up_to
from webapp.views.answering import answer
from webapp.views.desk_page import render_desk

blueprint = Blueprint("calendar", __name__)
FORM_BYTES = 1 << 16


@blueprint.get("/calendar")
def page() -> str:
    """The page."""
    return render_desk("calendar.html", "calendar.js")


@blueprint.get("/api/calendar")
def year() -> Response:
    """The days of a year."""
    site = served()
    with reading() as ask:
        wanted = ask.whole("year", FIRST, LAST, site.day(None).year)
    return answer(site.tag(("rule_parameter",), wanted), lambda: show_calendar(site.store, wanted))


@blueprint.post("/api/calendar")
def edit() -> Response:
    """Enter days."""
    actor = allow(*MAY["calendar"])
    with body() as ask:
        changes = tuple(_change(each) for each in ask.objects("days", most=MOST_CHANGES))
        years = {
            each.whole("year", FIRST, LAST, required=True): each.flag("all") for each in ask.objects("years", most=20)
        }
        source = ask.text("source", longest=LONGEST_SOURCE, required=True)
    told = {year: is_all for year, is_all in years.items() if year is not None}
    return jsonify(edit_calendar(served().store, actor, changes, source, told))


def _change(ask: BodyAsker) -> DayChange:
    on = ask.day("on", required=True) or FIRST_DAY
    says = ask.choice("worked", ("yes", "no", "published"))
    worked = {"yes": True, "no": False, "published": None}[says]
    return DayChange(on, worked, ask.text("name", longest=LONGEST_NAME))


@blueprint.post("/api/calendar/preview")
@takes_up_to(LARGEST_BYTES + FORM_BYTES)
def preview() -> Response:
    """What a file of holidays would change; nothing is written."""
    allow(*MAY["calendar"])
    with body() as ask:
        file = ask.file("file")
    assert file is not None  # noqa: S101 (else the block has raised)
    data = file.stream.read(LARGEST_BYTES + 1)
    return jsonify(preview_holidays(served().store, data, file.filename or ""))


@blueprint.get("/api/durations")
def durations() -> Response:
    """The county's own step lengths."""
    with reading() as ask:
        asked = ask.day()
    site = served()
    on = site.day(asked)
    return answer(site.tag(DURATION_LAYERS, on), lambda: list_durations(site.store, on))


@blueprint.post("/api/durations/adopt")
def adopt() -> Response:
    """Let the clock expect them."""
    actor = allow(*MAY["calendar"])
    with body() as ask:
        owner = ask.code("owner_kind", OwnerKind, required=True) or OwnerKind.COLLECTIVE
        stages = [stage for stage in Stage if stage.value in ask.texts("stages", required=True)]
    site = served()
    return jsonify(adopt_durations(site.store, actor, owner, stages, site.day(None)))
