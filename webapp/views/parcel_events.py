"""Events of parcels: recorded by the law, judged without writing, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify

from gis.analysis.case import LONGEST_TEXT, ProposedEvent
from gis.model import FIRST_DAY, Actor, Authority, EventKind, HoldReason, Stage
from gis.workflows.assess_store import last_day_that_may_have_been
from gis.workflows.judge_events import MOST_AT_ONCE, judge_events
from gis.workflows.record_event import Withdrawal, record_events, withdraw_event
from webapp.acting import allow
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.params import key_in_path
from webapp.rights import MAY

blueprint = Blueprint("parcel_events", __name__, url_prefix="/api")


@blueprint.post("/parcels/<path:parcel_no>/events")
def record(parcel_no: str) -> tuple[Response, int]:
    """Record an event of one parcel."""
    actor = _recorder()
    with body() as ask:
        proposed, override = _proposed(ask), _override(ask)
    return _recorded(actor, [key_in_path("parcel_no", parcel_no)], proposed, override)


@blueprint.post("/events")
def record_many() -> tuple[Response, int]:
    """Record one event of each of several parcels, all or none."""
    actor = _recorder()
    with body() as ask:
        numbers = ask.texts("parcels", most=MOST_AT_ONCE, required=True)
        proposed, override = _proposed(ask), _override(ask)
    return _recorded(actor, numbers, proposed, override)


@blueprint.post("/parcels/<path:parcel_no>/events/check")
def check(parcel_no: str) -> Response:
    """What the law says of an event, without writing it."""
    _recorder()
    with body() as ask:
        proposed = _proposed(ask)
    return _judged([key_in_path("parcel_no", parcel_no)], proposed)


@blueprint.post("/events/check")
def check_many() -> Response:
    """The same of several parcels."""
    _recorder()
    with body() as ask:
        numbers = ask.texts("parcels", most=MOST_AT_ONCE, required=True)
        proposed = _proposed(ask)
    return _judged(numbers, proposed)


@blueprint.post("/parcels/<path:parcel_no>/events/withdraw")
def withdraw(parcel_no: str) -> Response:
    """Take back an event that was recorded wrongly."""
    return _withdrawn(key_in_path("parcel_no", parcel_no))


@blueprint.post("/events/withdraw")
def withdraw_of() -> Response:
    """The same; the parcel's number stands in the body, where every number can stand."""
    return _withdrawn(None)


def _withdrawn(parcel_no: str | None) -> Response:
    actor = _recorder()
    with body() as ask:
        number = parcel_no or ask.text("parcel", required=True)
        kind = ask.code("kind", EventKind, required=True)
        stage, on = ask.code("stage", Stage), ask.day("on", required=True)
        reason = ask.reason()
    event = Withdrawal(kind or EventKind.STAGE, stage, on or FIRST_DAY, reason)
    done = withdraw_event(served().store, actor, number, event)
    return jsonify(done.as_record())


def _recorder() -> Actor:
    return allow(*MAY["record"])


def _proposed(ask: BodyAsker) -> ProposedEvent | None:
    """The event that the body tells of; None where it cannot be read, which is said at the block's end."""
    stage = ask.code("stage", Stage)
    kind = ask.code("kind", EventKind) or EventKind.STAGE
    on = ask.day("on", required=True)
    hold_reason, authority = ask.code("hold_reason", HoldReason), ask.code("authority", Authority)
    texts = {name: ask.note(name, longest=LONGEST_TEXT) for name in ("document", "evidence", "note")}
    if (kind is EventKind.STAGE) == (stage in (None, Stage.NOT_STARTED)):
        expected = " | ".join(list(Stage)[1:]) if kind is EventKind.STAGE else "—"
        ask.wrong("stage", stage or "", expected)
        return None
    return None if on is None else ProposedEvent(kind, on, stage, hold_reason, **texts, authority=authority)


def _override(ask: BodyAsker) -> str:
    return ask.note("override", longest=LONGEST_TEXT)


def _recorded(
    actor: Actor, numbers: Sequence[str], proposed: ProposedEvent | None, override: str
) -> tuple[Response, int]:
    assert proposed is not None  # noqa: S101 (else the block has raised)
    done = record_events(served().store, actor, numbers, proposed, override)
    return jsonify(done.as_record()), 201


def _judged(numbers: Sequence[str], proposed: ProposedEvent | None) -> Response:
    assert proposed is not None  # noqa: S101 (else the block has raised)
    store = served().store
    return jsonify(judge_events(store, numbers, proposed, last_day_that_may_have_been(store)).as_record())
