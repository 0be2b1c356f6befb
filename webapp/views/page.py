"""The page itself, and its sheet for the printer: the frame that the scripts fill from /api/."""

from __future__ import annotations

from flask import Blueprint, render_template

from gis.maps.colourings import DEFAULT_COLOURING
from webapp.context import served
from webapp.first_view import ASKED_AT_ONCE
from webapp.language import current_language
from webapp.modules import modules_of
from webapp.page_parts import page_data, static_address, wall_parts
from webapp.params import reading

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
def wall() -> str:
    """The wall map."""
    return _rendered("page.html", "main.js", keep_drawing=False, asked_at_once=ASKED_AT_ONCE)


@blueprint.get("/print")
def sheet() -> str:
    """The A3 landscape sheet of the same."""
    return _rendered("print.html", "print.js", keep_drawing=True)


def _rendered(template: str, script: str, *, keep_drawing: bool, asked_at_once: tuple[str, ...] = ()) -> str:
    # The rest of the address belongs to the page's scripts: a link that another version wrote must still open.
    with reading(strict=False) as ask:
        by = ask.text("by", DEFAULT_COLOURING)
        narrowed = ask.narrows()
    site = served()
    info = site.info(site.day(None))
    return render_template(
        template,
        info=info,
        language=current_language(),
        map=wall_parts(info, by, keep_drawing=keep_drawing),
        static=static_address(),
        modules=modules_of(script),
        # Of a filtered view the scripts alone know the addresses.
        asked_at_once=() if narrowed else asked_at_once,
        page_data=page_data(info),
    )
