"""Requests that change something bear the token of one of our pages: another site's page cannot write in our name."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from gis.errors import NotFromOurPage
from gis.words import Words
from webapp.bodies import form_field

HEADER, FIELD = "X-CSRFToken", "csrf_token"
PLAIN_FORM = "application/x-www-form-urlencoded"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init(app: Flask) -> None:
    """Let templates write the token: ``<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">``."""
    # A page stays open all day; the token ends with its session.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.add_template_global(csrf_token)


def csrf_token() -> str:
    """This session's token. It makes a session where there is none, so only what will write asks for it."""
    return str(generate_csrf())


def require_our_page() -> None:
    """
    Raise NotFromOurPage where the request would change something and bears no token of its session.

    Uploads bear it in the header: nothing of them is read before they are known to be ours.
    """
    if request.method in SAFE_METHODS:
        return
    of_a_plain_form = form_field(FIELD) if request.mimetype == PLAIN_FORM else None
    try:
        validate_csrf(request.headers.get(HEADER) or of_a_plain_form)
    except ValidationError:
        raise NotFromOurPage(
            Words("页面已过期，请刷新后再试", "this page is out of date; load it again and retry"),
            expected=f"{HEADER}: GET /api/session → csrf_token",
        ) from None
