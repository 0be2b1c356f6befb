"""
The form on which a member of a tour scores, with a one-time code in place of an account.

The page itself says nothing of the county and is the same for every tour, be there one or not; the names of the sites
come only to who has a code that was not used.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, jsonify, render_template
from jinja2.utils import htmlsafe_json_dumps

from gis.workflows.cast_ballot import LONGEST_RECEIPT, cast_ballot, sheet_for_code
from webapp.bodies import body
from webapp.context import served
from webapp.language import current_language, page_texts
from webapp.modules import modules_of
from webapp.page_parts import static_address
from webapp.params import key_in_path, reading
from webapp.wrong_codes import guarded

blueprint = Blueprint("score_form", __name__)
SCRIPT = "score_form.js"
LONGEST_CODE = 40


@blueprint.get("/score/<tour_no>")
def page(tour_no: str) -> Response:
    """The form; the code is in the address's fragment, or typed."""
    with reading(strict=False):
        pass
    language = current_language()
    data = {"language": language, "texts": page_texts(language), "static": static_address(), "me": {"may": []}}
    text = htmlsafe_json_dumps(
        {**data, "tourNo": key_in_path("tour_no", tour_no)}, dumps=json.dumps, ensure_ascii=False
    )
    response = Response(
        render_template("score_form.html", page_data=text, modules=modules_of(SCRIPT), static=data["static"])
    )
    response.cache_control.no_store = True
    return response


@blueprint.post("/api/scoring/<tour_no>/sheet")
def sheet(tour_no: str) -> Response:
    """The sheet, for a code that can be used."""
    number = key_in_path("tour_no", tour_no)
    with body() as ask:
        code = ask.text("code", longest=LONGEST_CODE, required=True)
    return jsonify(guarded(number, lambda: sheet_for_code(served().store, number, code)))


@blueprint.post("/api/scoring/<tour_no>/ballot")
def cast(tour_no: str) -> tuple[Response, int]:
    """The ballot of a code."""
    number = key_in_path("tour_no", tour_no)
    with body() as ask:
        code = ask.text("code", longest=LONGEST_CODE, required=True)
        marks, receipt = ask.mapping("marks", required=True), ask.text("receipt", longest=LONGEST_RECEIPT)
    done = guarded(number, lambda: cast_ballot(served().store, number, code, marks, receipt=receipt))
    return jsonify(done), 201
