"""Whether the server and its store are alive."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from webapp.context import served

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """``{"ok": true, "version": n}``; 503 where the store cannot be read."""
    return jsonify({"ok": True, "version": served().store.version()})
