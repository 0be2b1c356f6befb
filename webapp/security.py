"""Headers that keep a page to this server: nothing is loaded from, sent to, or framed by another host."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from gis.errors import InvalidParameter
from gis.words import Words

LONGEST_BODY_BYTES = 1 << 20
LONGEST_QUERY_BYTES = 8192

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


def init(app: Flask) -> None:
    """Bound what comes in and mark what goes out."""
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY_BYTES
    app.add_template_global(csp_nonce)
    app.before_request(_bound_query)
    app.after_request(_add_headers)


def _bound_query() -> None:
    if len(request.query_string) > LONGEST_QUERY_BYTES:
        raise InvalidParameter(
            Words("请求地址过长", "the address is too long"),
            found=f"{len(request.query_string)} B",
            expected=f"≤ {LONGEST_QUERY_BYTES} B",
        )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response
