"""The phone page of a tour's day, and the worker that keeps it for where there is no signal."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, render_template, url_for
from jinja2.utils import htmlsafe_json_dumps

from gis import __version__
from gis.workflows.describe_store import list_codes
from gis.workflows.plain import Record
from gis.workflows.show_tour_day import show_tour_day
from webapp.acting import require_person
from webapp.context import served
from webapp.language import current_language, page_texts
from webapp.modules import modules_of
from webapp.page_parts import static_address
from webapp.params import key_in_path, reading

blueprint = Blueprint("tour_day", __name__)
SCRIPT, WORKER = "tour_day.js", "tour_day_worker.js"
SHEETS = ("tokens", "controls", "tour-day")
CODES = ("Lamp", "Flag", "ProjectCategory", "ProjectStage")
_STATIC = Path(__file__).parents[1] / "static"


@blueprint.get("/tours/day/<plan_no>")
def page(plan_no: str) -> Response:
    """The page with all that it needs in it: whoever opened it once can open it anywhere."""
    with reading(strict=False):
        pass
    require_person()
    site = served()
    day = show_tour_day(site.store, site.overview(None), key_in_path("plan_no", plan_no))
    text = htmlsafe_json_dumps(_data(day), dumps=json.dumps, ensure_ascii=False)
    files = {"sheets": SHEETS, "modules": modules_of(SCRIPT), "static": static_address()}
    response = Response(render_template("tour_day.html", page_data=text, title=day["title"], **files))
    response.cache_control.no_cache = True
    return response


@blueprint.get("/tours/day-worker.js")
def worker() -> Response:
    """The worker: its scope is the pages of days alone, its files are theirs; another version keeps its own."""
    files = [url_for("static", filename=name) for name in _files()]
    head = f"const VERSION = {json.dumps(_version())};\nconst FILES = {json.dumps(files)};\n"
    text = (_STATIC / "js" / WORKER).read_text(encoding="utf-8")
    response = Response(head + text, mimetype="text/javascript")
    response.cache_control.no_cache = True
    return response


def _data(day: Record) -> Record:
    language, codes = current_language(), list_codes()
    return {
        "language": language,
        "texts": page_texts(language),
        "static": static_address(),
        "me": {"may": []},
        "codes": {name: codes[name] for name in CODES},
        "day": day,
    }


@cache
def _files() -> tuple[str, ...]:
    sheets, modules = (f"css/{name}.css" for name in SHEETS), (f"js/{name}" for name in modules_of(SCRIPT))
    return (*sheets, *modules, "icon.svg", "icons.svg")


@cache
def _version() -> str:
    """Another one where a file is."""
    told = hashlib.sha256(__version__.encode())
    for name in (*_files(), f"js/{WORKER}"):
        told.update((_STATIC / name).read_bytes())
    return told.hexdigest()[:16]
