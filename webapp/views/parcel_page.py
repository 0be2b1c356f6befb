"""The page of one parcel: its clock, its entries, and the form that records the next."""

from __future__ import annotations

from flask import Blueprint, Response

from gis.workflows.show_parcel import show_parcel
from webapp.context import served
from webapp.params import key_in_path, reading
from webapp.views.answering import answer
from webapp.views.desk_page import render_desk

blueprint = Blueprint("parcel_page", __name__)


@blueprint.get("/parcel")
def page() -> str:
    """The page; the number stands in the query, where every number can stand."""
    with reading(strict=False) as ask:
        number = ask.text("no")
    return render_desk("parcel.html", "parcel.js", here="/register", data={"parcelNo": number})


@blueprint.get("/api/parcel")
def whole() -> Response:
    """One parcel whole, as /api/parcels/NO gives it; for numbers that an address cannot hold (``A/../B``)."""
    with reading() as ask:
        number, asked = ask.text("no"), ask.day()
    key = key_in_path("no", number)
    site = served()
    on = site.day(asked)
    tag = site.tag(None, on, key)
    return answer(tag, lambda: show_parcel(site.store, site.overview(on), key))
