"""Headers that keep a page to this server: nothing is loaded from, sent to, or framed by another host."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from gis.errors import InvalidParameter
from gis.words import Words

LONGEST_BODY_BYTES = 1 << 20
LONGEST_QUERY_BYTES = 8192
_LONGEST_OF_VIEW = "longest_body_bytes"

View = TypeVar("View", bound=Callable[..., Any])

# MapLibre runs its workers from blob: addresses; Leaflet and folium write style elements.
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; child-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def csp_nonce() -> str:
    """This request's nonce: ``<script nonce="{{ csp_nonce() }}">``. Inline scripts without it do not run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def takes_up_to(longest_bytes: int) -> Callable[[View], View]:
    """
    Let one view take longer bodies than the others: uploads.

    Stands below the route, so that the blueprint gets the marked function::

        @blueprint.post("/imports")
        @takes_up_to(200 << 20)
        def upload() -> Response: ...

    A body is read only when the view asks for it (files then go to the disk, not to memory), after the token in its
    header was looked at and the actor may write. What is longer is answered with 413.
    """

    def mark(view: View) -> View:
        setattr(view, _LONGEST_OF_VIEW, longest_bytes)
        return view

    return mark


def init(app: Flask) -> None:
    """Bound what comes in and mark what goes out."""
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY_BYTES
    app.add_template_global(csp_nonce)
    app.before_request(_bound_query)
    app.before_request(_bound_body)
    app.after_request(_add_headers)


def _bound_query() -> None:
    if len(request.query_string) > LONGEST_QUERY_BYTES:
        raise InvalidParameter(
            Words("请求地址过长", "the address is too long"),
            found=f"{len(request.query_string)} B",
            expected=f"≤ {LONGEST_QUERY_BYTES} B",
        )


def _bound_body() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, _LONGEST_OF_VIEW, LONGEST_BODY_BYTES)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response
