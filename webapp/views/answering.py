"""Answers that are made once for all who ask the same of the same data."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, jsonify, request

from webapp.caching import conditional, pack, packed
from webapp.context import served

JSON = "application/json"


def answer(tag: str, make: Callable[[], object], mimetype: str = JSON) -> Response:
    """What ``make`` gives, as JSON, under the ETag ``tag``; 304 for who has it already."""
    key, kept = (request.path, tag), served().answers
    return conditional(tag, lambda: packed(kept.get_or_make(key, lambda: pack(jsonify(make()).get_data())), mimetype))
