"""``guatu parcel``: what happened to a parcel, by the law, and how it stands."""

from __future__ import annotations

from datetime import date

import click

from gis.cli_store import opened
from gis.errors import InvalidValue
from gis.model import LOCAL_ACTOR, Authority, EventKind, Stage
from gis.terminal import Day, language, print_json, say
from gis.words import Words

# What is told of a parcel beside its stages, by the same argument; holds are told on the page.
_BESIDE_STAGES = (EventKind.FUNDS, EventKind.ANNOUNCED, EventKind.RELEASE)


@click.group()
def parcel() -> None:
    """Record a parcel's events by the law, and show how it stands."""


@parcel.command()
@click.argument("parcel_no")
@click.argument("stage")
@click.option("--date", "on", required=True, type=Day(), help="The day on which it happened.")
@click.option("--document", default="", metavar="NO", help="The document's number (文号).")
@click.option("--authority", type=click.Choice([a.value for a in Authority]), help="Who approved.")
@click.option("--override", metavar="REASON", help="Why the law is broken; stays with the event for good.")
@click.pass_context
def event(  # one argument an option of the command
    ctx: click.Context, /, parcel_no: str, stage: str, on: date, document: str, authority: str | None, override: str
) -> None:
    """
    Record that STAGE of PARCEL_NO began; exit 2 with the rule where the law does not allow it.

    STAGE is a code or a Chinese name (pre_notice, 征收预公告, …), or funds (补偿资金足额到位), announced
    (发布征收土地公告), release (解除受阻).
    """
    from gis.analysis.case import ProposedEvent
    from gis.workflows.record_event import record_event

    kind, begun = _told(stage)
    by = Authority(authority) if authority else None
    proposed = ProposedEvent(kind, on, begun, document=document, authority=by)
    with opened(ctx) as store:
        done = record_event(store, LOCAL_ACTOR, parcel_no, proposed, override)
        for breach in done.overridden:
            marked = Words(f"已按越规理由登记：{breach.words.zh}", f"recorded against the rule: {breach.words.en}")
            click.echo(f"{say(marked)} [{breach.source}]")
        for note in done.judged.notes.get(parcel_no, ()):
            click.echo(say(note))
        what = (begun or kind).words
        click.echo(
            say(Words(f"已登记：地块 {parcel_no} {what.zh} {on}", f"recorded: parcel {parcel_no} {what.en} {on}"))
        )


@parcel.command()
@click.argument("parcel_no")
@click.option("--on", type=Day(), help="As of this day (default: today; a sample's own day).")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def show(ctx: click.Context, parcel_no: str, on: date | None, as_json: bool) -> None:
    """Show a parcel's steps, their dates, the earliest legal next date, and whom it blocks."""
    from gis.reports.parcel_text import parcel_text
    from gis.workflows.assess_store import default_day
    from gis.workflows.keep_assessment import Assessor
    from gis.workflows.show_parcel import show_parcel

    with opened(ctx) as store:
        overview = Assessor(store).at(on or default_day(store)).overview
        shown = show_parcel(store, overview, parcel_no)
    if as_json:
        print_json(shown)
    else:
        click.echo(parcel_text(shown, language()))


def _told(text: str) -> tuple[EventKind, Stage | None]:
    """What STAGE says; raises InvalidValue naming the choices."""
    wanted = text.strip().lower()
    for kind in _BESIDE_STAGES:
        if wanted in (kind.value, kind.words.zh, kind.words.en.lower()):
            return kind, None
    try:
        stage = Stage.of(text)
    except InvalidValue as error:
        beside = "、".join(f"{kind.words.zh}({kind.value})" for kind in _BESIDE_STAGES)
        raise InvalidValue(error.words, found=error.found, expected=f"{error.expected}、{beside}") from None
    return EventKind.STAGE, stage
