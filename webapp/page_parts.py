"""What every page is made of: the data that its scripts begin with, the parts of the wall map, its own addresses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from gis.maps.base_maps import base_maps_of, served_here
from gis.maps.colourings import colourings
from gis.maps.style import style_tables
from gis.maps.wall_layers import GROUPS, THINGS
from gis.maps.wall_map import MapParts, WallView, map_parts
from gis.model import BBox, Stage
from gis.workflows.describe_store import list_codes
from gis.workflows.list_projects import ON_THE_PAGE
from webapp.acting import me
from webapp.context import served
from webapp.language import current_language, page_texts


def static_address() -> str:
    """Where the files of the pages lie, without a stroke at its end."""
    return url_for("static", filename="").rstrip("/")


def page_data(info: Mapping[str, Any], **more: Any) -> Markup:
    """What the scripts need before their first request, as text for the page; ``more`` is of this page alone."""
    language = current_language()
    data = {
        "language": language,
        "texts": page_texts(language),
        "static": static_address(),
        "today": date.today().isoformat(),
        "info": info,
        "me": me(),
        "style": style_tables(),
        "colourings": colourings(),
        "groups": GROUPS,
        "things": {layer: words.as_dict() for layer, words in THINGS.items()},
        "codes": list_codes(),
        "projectColumns": ON_THE_PAGE,
        "readinessOf": {stage.value: stage.readiness.value for stage in Stage},
        **more,
    }
    # Not the template's own tojson: it may sort keys, and the tables' order is the legend's.
    return htmlsafe_json_dumps(data, dumps=json.dumps, ensure_ascii=False)


def wall_parts(info: Mapping[str, Any], by: str, *, keep_drawing: bool = False) -> MapParts:
    """The wall map's parts for a template, coloured ``by``."""
    bounds = info["bounds"]
    parts = map_parts(
        WallView(
            bounds=None if bounds is None else BBox(*bounds),
            base_maps=tuple(map(served_here, base_maps_of(served().settings).values())),
            attribution=_attribution(info),
            by=by,
            static=static_address(),
            keep_drawing=keep_drawing,
        )
    )
    return MapParts(**{name: Markup(text) for name, text in asdict(parts).items()})  # noqa: S704  folium's own markup, texts in it escaped


def _attribution(info: Mapping[str, Any]) -> str:
    """What stands in the corner of every map."""
    review = info["review_number"]
    return gettext("审图号：%(number)s", number=review) if review else ""
