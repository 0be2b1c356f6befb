"""What a cause becomes on the web: one table of statuses, one renderer."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import cast

from flask import Flask, Response, current_app, render_template, request
from jinja2 import TemplateError
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from gis import errors as causes
from gis.errors import GuatuError
from gis.words import Words

STATUS: dict[type[GuatuError], int] = {
    causes.InvalidParameter: 400,
    causes.InvalidValue: 400,
    causes.NotSignedIn: 401,
    causes.NotAllowed: 403,
    causes.NotFromOurPage: 403,
    causes.NotFound: 404,
    causes.StoreExists: 409,
    causes.Conflict: 409,
    causes.UnreadableFile: 422,
    causes.ColumnsNotMatched: 422,
    causes.CrsUnknown: 422,
    causes.CrsRefused: 422,
    causes.CrsMismatch: 422,
    causes.InvalidRow: 422,
    causes.LawBroken: 422,
    causes.TooManyAttempts: 429,
    GuatuError: 500,
    causes.ProgramFailed: 500,
    causes.BaseMapUnavailable: 502,
    causes.StoreMissing: 503,
    causes.StoreSchema: 503,
    causes.StoreBusy: 503,
    causes.StoreUnreachable: 503,
    causes.TooMuchAsked: 503,
    causes.StoreFull: 507,
}

_HTTP_WORDS: dict[int, Words] = {
    400: Words("请求无法读取", "the request cannot be read"),
    404: Words("没有这个地址", "there is nothing at this address"),
    405: Words("此地址不接受这种请求", "this address does not take such a request"),
    413: Words("提交的内容过大", "what was sent is too large"),
    414: Words("请求地址过长", "the address is too long"),
}
_FOR_PROGRAMS = ("/api/", "/tiles/", "/export/", "/basemap/", "/healthz")
_RETRY_SECONDS = "2"
# A page that failed for one of these looks again by itself; one that asked too much would only ask it again.
_PASSING = {causes.StoreBusy.__name__, causes.StoreUnreachable.__name__}
_PAGE_RETRY_SECONDS = 5
# Where the store lies and what it is: for the log, not for visitors.
_OF_THE_STORE = {causes.StoreMissing, causes.StoreSchema, causes.StoreBusy, causes.StoreUnreachable}


def init(app: Flask) -> None:
    """Render every failure of ``app``."""
    app.register_error_handler(GuatuError, _expected)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unknown)


def row_of(cause: type[GuatuError]) -> type[GuatuError]:
    """The nearest class of ``cause`` that has a row in the table."""
    return next(kind for kind in cause.__mro__ if kind in STATUS)


def problem_of(error: GuatuError) -> dict[str, object]:
    """A cause as problem JSON carries it; several wrong parameters are listed under ``errors``."""
    row = row_of(type(error))
    problem: dict[str, object] = {
        "type": row.__name__,
        "title": error.words.as_dict(),
        "status": STATUS[row],
        "found": None if row in _OF_THE_STORE else error.found,
        "expected": None if row in _OF_THE_STORE else error.expected,
        "column": error.place.column,
    }
    if several := getattr(error, "problems", ()):
        problem["errors"] = [
            {"title": e.words.as_dict(), "found": e.found, "expected": e.expected, "column": e.place.column}
            for e in several
        ]
    if clashes := getattr(error, "clashes", ()):
        problem["conflicts"] = [asdict(clash) for clash in clashes]
    if breaches := getattr(error, "breaches", ()):
        problem["breaches"] = [breach.as_dict() for breach in breaches]
    return problem


def _expected(error: GuatuError) -> Response:
    status = STATUS[row_of(type(error))]
    if status >= 500:
        current_app.logger.warning("%s %s: %s (%s)", request.method, request.path, error, error.found)
    response = _rendered(problem_of(error), error.words, status)
    if status == 503:
        response.headers["Retry-After"] = _RETRY_SECONDS
    if isinstance(error, causes.TooManyAttempts):
        response.headers["Retry-After"] = str(error.wait_seconds)
    return response


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect
        return cast("Response", error.get_response(request.environ))
    words = _HTTP_WORDS.get(status, Words("请求未能完成", "the request could not be answered"))
    problem: dict[str, object] = {"type": "HttpError", "title": words.as_dict(), "status": status}
    response = _rendered({**problem, "found": None, "expected": None, "column": None}, words, status)
    if isinstance(allowed := getattr(error, "valid_methods", None), list | tuple | set):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _unknown(_: Exception) -> Response:
    """A bug: the visitor gets a number to tell the administrator, the log gets the rest."""
    incident = secrets.token_hex(4)
    current_app.logger.exception("incident %s: %s %s", incident, request.method, request.path)
    words = Words(
        f"服务器出现意外错误，编号 {incident}", f"an unexpected error happened on the server, number {incident}"
    )
    problem: dict[str, object] = {"type": "Unexpected", "title": words.as_dict(), "status": 500, "incident": incident}
    return _rendered({**problem, "found": None, "expected": None, "column": None}, words, 500)


def is_for_programs(path: str) -> bool:
    """Whether the answers of an address are read by programs: a failure is then problem JSON, not a page."""
    return path.startswith(_FOR_PROGRAMS)


def _rendered(problem: dict[str, object], words: Words, status: int) -> Response:
    for_programs = is_for_programs(request.path)
    text = current_app.json.dumps(problem) if for_programs else _page(problem, words, status)
    # What was sent may hold halves of characters (JSON's \ud800), which no answer can.
    body = text.encode(errors="replace")
    response = Response(body, status, mimetype="application/problem+json" if for_programs else "text/html")
    response.cache_control.no_store = status >= 500  # nobody on the way keeps what will pass
    return response


def _page(problem: dict[str, object], words: Words, status: int) -> str:
    """The error page; a bare sentence where even that cannot be drawn (the store itself may be gone)."""
    again = _PAGE_RETRY_SECONDS if problem["type"] in _PASSING else None
    shown = {name: problem[name] for name in ("found", "expected")}
    try:
        return render_template("error.html", words=words, status=status, again_seconds=again, **shown)
    except (TemplateError, GuatuError):
        return f"<!doctype html><meta charset=utf-8><title>{status}</title><p>{escape(words.zh)}<p>{escape(words.en)}"
