"""Scoring a tour, for its organiser: the sheet, the codes, the count, the close, the result."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, url_for

from gis.analysis.scores import (
    LARGEST_MARK,
    LARGEST_SHARE,
    LARGEST_WEIGHT,
    LONGEST_NAME,
    MOST_CRITERIA,
    MOST_DROPPED,
    Criterion,
    Trim,
)
from gis.reports.tour_links import code_png
from gis.store.attached_types import XLSX
from gis.workflows.plain import Record
from gis.workflows.scoring import WantedSheet, close_scoring, open_scoring, withdraw_scoring
from gis.workflows.scoring_codes import MOST_CODES
from gis.workflows.show_scores import export_scores, show_scoring
from webapp.acting import allow
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.language import current_language
from webapp.params import key_in_path, reading
from webapp.rights import MAY
from webapp.views.answering import download
from webapp.views.desk_page import render_desk

blueprint = Blueprint("scoring", __name__)
LIMITS = {
    "criteria": MOST_CRITERIA,
    "name": LONGEST_NAME,
    "weight": LARGEST_WEIGHT,
    "mark": LARGEST_MARK,
    "count": MOST_DROPPED,
    "share": LARGEST_SHARE,
    "codes": MOST_CODES,
}


@blueprint.get("/tours/score/<tour_no>")
def page(tour_no: str) -> str:
    """The organiser's page."""
    data = {"tourNo": key_in_path("tour_no", tour_no), "limits": LIMITS}
    return render_desk("scoring.html", "scoring.js", here="/tours", data=data)


@blueprint.get("/api/scoring/<tour_no>")
def scoring(tour_no: str) -> Response:
    """How the scoring stands; the result once it is closed."""
    allow(*MAY["tours"])
    with reading():
        pass
    return jsonify(show_scoring(served().store, key_in_path("tour_no", tour_no)))


@blueprint.post("/api/scoring/<tour_no>/open")
def begin(tour_no: str) -> tuple[Response, int]:
    """Open it: the codes, told this once, each with the QR code of its address."""
    acts, number = allow(*MAY["tours"]), key_in_path("tour_no", tour_no)
    with body() as ask:
        plan_no = ask.text("plan_no", required=True)
        criteria = tuple(map(_criterion, ask.objects("criteria", most=MOST_CRITERIA, required=True)))
        trim, codes = _trim(ask.object("trim")), ask.whole("codes", 1, MOST_CODES, required=True)
        address = _address(ask, number)
    made = open_scoring(served().store, acts, number, plan_no, WantedSheet(criteria, trim), codes=codes or 0)
    return jsonify({"tour_no": number, "address": address, "slips": [_slip(code, address) for code in made]}), 201


@blueprint.post("/api/scoring/<tour_no>/close")
def close(tour_no: str) -> Response:
    """Lock it for good."""
    acts = allow(*MAY["tours"])
    with body():
        pass
    return jsonify(close_scoring(served().store, acts, key_in_path("tour_no", tour_no)))


@blueprint.post("/api/scoring/<tour_no>/withdraw")
def withdraw(tour_no: str) -> Response:
    """Take an open one away, with a reason."""
    acts = allow(*MAY["tours"])
    with body() as ask:
        reason = ask.reason()
    return jsonify(withdraw_scoring(served().store, acts, key_in_path("tour_no", tour_no), reason))


@blueprint.get("/export/scores/<tour_no>.xlsx")
def export(tour_no: str) -> Response:
    """The result as a workbook."""
    allow(*MAY["tours"])
    with reading():
        pass
    number = key_in_path("tour_no", tour_no)
    site = served()
    data = export_scores(site.store, number, current_language())
    return download(data, XLSX, f"{site.store.info.name}_观摩评分_{number}.xlsx")


def _criterion(ask: BodyAsker) -> Criterion:
    name = ask.text("name", longest=LONGEST_NAME, required=True)
    return Criterion(name, ask.number("weight", required=True) or 0.0, ask.number("most", required=True) or 0.0)


def _trim(ask: BodyAsker) -> Trim:
    return Trim(ask.whole("count", 0, MOST_DROPPED) or 0, ask.number("share", 0, LARGEST_SHARE) or 0.0)


def _address(ask: BodyAsker, tour_no: str) -> str:
    """Where the form is found by the phones: under the address that the organiser gives, else the page's own."""
    form = url_for("score_form.page", tour_no=tour_no)
    given = ask.text("address", required=True).rstrip("/")
    try:
        parts = urlsplit(given)
        if parts.scheme in ("http", "https") and parts.netloc and not parts.query and not parts.fragment:
            return f"{given}{form}"
    except ValueError:
        pass
    if given:
        ask.wrong("address", given, "https://…")
    return form


def _slip(code: str, address: str) -> Record:
    # After the stroke # a browser tells no server: the code stands in no log.
    image = b64encode(code_png(f"{address}#{code}")).decode()
    return {"code": code, "qr": f"data:image/png;base64,{image}"}
