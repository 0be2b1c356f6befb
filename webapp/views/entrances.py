"""Where coaches stop for projects and parks, set by hand."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from gis.workflows.set_entrance import GivenEntrance, set_entrance, show_entrance, withdraw_entrance
from webapp.acting import allow
from webapp.bodies import body
from webapp.context import served
from webapp.params import key_in_path
from webapp.rights import MAY

blueprint = Blueprint("entrances", __name__)


@blueprint.get("/api/entrances/<subject>/<path:key>")
def entrance(subject: str, key: str) -> Response:
    """The entrance as it stands, or null."""
    return jsonify({"entrance": show_entrance(served().store, *_named(subject, key))})


@blueprint.put("/api/entrances/<subject>/<path:key>")
def put_entrance(subject: str, key: str) -> Response:
    """Set it, or move it."""
    acts = allow(*MAY["edit"])
    with body() as ask:
        lon, lat = ask.number("lon", -180, 180, required=True), ask.number("lat", -90, 90, required=True)
        note, seen = ask.note("note"), ask.text("seen")
    given = GivenEntrance(*_named(subject, key), lon or 0.0, lat or 0.0, note)
    return jsonify({"entrance": set_entrance(served().store, acts, given, seen=seen or None)})


@blueprint.delete("/api/entrances/<subject>/<path:key>")
def delete_entrance(subject: str, key: str) -> Response:
    """Take it away, with a reason: coaches stop again where the ground is nearest to a road."""
    acts = allow(*MAY["edit"])
    with body() as ask:
        reason, seen = ask.reason(), ask.text("seen")
    withdraw_entrance(served().store, acts, *_named(subject, key), reason=reason, seen=seen or None)
    return jsonify({"entrance": None})


def _named(subject: str, key: str) -> tuple[str, str]:
    return key_in_path("subject", subject), key_in_path("key", key)
