"""The page itself, and its sheet for the printer: the frame that the scripts fill from /api/."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from gis.maps.base_maps import base_maps_of, served_here
from gis.maps.colourings import DEFAULT_COLOURING, colourings
from gis.maps.style import style_tables
from gis.maps.wall_layers import GROUPS, THINGS
from gis.maps.wall_map import MapParts, WallView, map_parts
from gis.model import BBox, Stage
from gis.workflows.describe_store import list_codes
from gis.workflows.list_projects import ON_THE_PAGE
from webapp.context import served
from webapp.first_view import ASKED_AT_ONCE
from webapp.language import current_language, page_texts
from webapp.modules import modules_of
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
        map=_parts(info, by, keep_drawing=keep_drawing),
        static=_static(),
        modules=modules_of(script),
        # Of a filtered view the scripts alone know the addresses.
        asked_at_once=() if narrowed else asked_at_once,
        # Not the template's own tojson: it may sort keys, and the tables' order is the legend's.
        page_data=htmlsafe_json_dumps(_page_data(info), dumps=json.dumps, ensure_ascii=False),
    )


def _parts(info: dict[str, Any], by: str, *, keep_drawing: bool) -> MapParts:
    bounds = info["bounds"]
    parts = map_parts(
        WallView(
            bounds=None if bounds is None else BBox(*bounds),
            base_maps=tuple(map(served_here, base_maps_of(served().settings).values())),
            attribution=_attribution(info),
            by=by,
            static=_static(),
            keep_drawing=keep_drawing,
        )
    )
    return MapParts(**{name: Markup(text) for name, text in asdict(parts).items()})  # noqa: S704  folium's own markup, texts in it escaped


def _attribution(info: dict[str, Any]) -> str:
    """What stands in the corner of every map."""
    review = info["review_number"]
    return gettext("审图号：%(number)s", number=review) if review else ""


def _static() -> str:
    return url_for("static", filename="").rstrip("/")


def _page_data(info: dict[str, Any]) -> dict[str, Any]:
    """What the scripts need before their first request."""
    language = current_language()
    return {
        "language": language,
        "texts": page_texts(language),
        "static": _static(),
        "today": date.today().isoformat(),
        "info": info,
        "style": style_tables(),
        "colourings": colourings(),
        "groups": GROUPS,
        "things": {layer: words.as_dict() for layer, words in THINGS.items()},
        "codes": list_codes(),
        "projectColumns": ON_THE_PAGE,
        "readinessOf": {stage.value: stage.readiness.value for stage in Stage},
    }
