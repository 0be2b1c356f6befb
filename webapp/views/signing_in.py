"""Signing in and out, and who is signed in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from gis.accounts import LONGEST_NAME, LONGEST_PASSWORD
from gis.errors import NotAllowed
from webapp import acting
from webapp.bodies import body, form_field
from webapp.forgery import csrf_token
from webapp.params import reading

blueprint = Blueprint("signing_in", __name__)
LONGEST_NEXT = 2_000


@blueprint.get("/login")
def page() -> str:
    """The form."""
    with reading(strict=False) as ask:
        wanted = ask.text("next", longest=LONGEST_NEXT)
    return _form(wanted)


@blueprint.post("/login")
def sign_in() -> AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Sign in, and go where the visitor wanted to go."""
    with body() as ask:
        name = ask.text("name", longest=LONGEST_NAME)
        wanted = ask.text("next", longest=LONGEST_NEXT)
        ask.has("password")
    try:
        wait = acting.sign_in(name, (form_field("password") or "")[: LONGEST_PASSWORD + 1])
    except NotAllowed as refused:
        return _form(wanted, name=name, refused=refused), 403
    if wait:
        return _form(wanted, name=name, wait_minutes=-(-wait // 60)), 429, {"Retry-After": str(wait)}
    return redirect(inside(wanted), 303)


@blueprint.post("/logout")
def sign_out() -> AnyResponse:
    """Sign out; what pages keep in the browser, of a tour's day above all, goes with it."""
    acting.sign_out()
    answer = redirect("/", 303)
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@blueprint.get("/api/session")
def told() -> Response:
    """Who is signed in, and the token that every writing request bears in ``X-CSRFToken``."""
    with reading():
        pass
    answer = jsonify({"me": acting.me(), "csrf_token": csrf_token()})
    answer.cache_control.no_store = True
    return answer


def inside(wanted: str) -> str:
    """``wanted`` where it is an address of this server, else the wall map: nobody is sent to another site."""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc or parts.path == "/login" else wanted


def _form(wanted: str, *, name: str = "", refused: NotAllowed | None = None, wait_minutes: int = 0) -> str:
    return render_template(
        "login.html",
        me=acting.me(),
        wanted=inside(wanted),
        name=name,
        refused=refused.words if refused else None,
        wait_minutes=wait_minutes,
    )
