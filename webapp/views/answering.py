"""Answers that are made once for all who ask the same of the same data."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import Response, jsonify, request, send_file

from webapp.caching import conditional, pack, packed
from webapp.context import served

JSON = "application/json"


def answer(tag: str, make: Callable[[], object], mimetype: str = JSON) -> Response:
    """What ``make`` gives, as JSON, under the ETag ``tag``; 304 for who has it already."""
    key, kept = (request.path, tag), served().answers
    return conditional(tag, lambda: packed(kept.get_or_make(key, lambda: pack(jsonify(make()).get_data())), mimetype))


def download(data: bytes, mimetype: str, name: str) -> Response:
    """A file that was made for whoever asks: saved under ``name``, and kept by nobody on the way."""
    response = send_file(io.BytesIO(data), mimetype, as_attachment=True, download_name=name)
    response.cache_control.no_store = True
    return response
