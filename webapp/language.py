"""
The languages of the page: Chinese by default, English by a switch.

The message identifiers are the Chinese texts, so Chinese needs no catalogue. The English one is read from its
``.po`` file as it is: there is no compiled file that could be missing or stale.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, request
from flask_babel import Babel, Domain, get_locale

from webapp.context import served

LANGUAGES = ("zh", "en")
COOKIE = "guatu_lang"
COOKIE_SECONDS = 365 * 24 * 3600
CATALOGUES = Path(__file__).parent / "translations"


@lru_cache
def catalogue(language: str) -> Catalog:
    """The catalogue of ``language`` as translators see it; an empty one for Chinese."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if language not in LANGUAGES or not path.is_file():
        return Catalog(locale=None)
    with path.open("rb") as file:
        return read_po(file, locale=language)


@lru_cache
def _translations(language: str) -> NullTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


class CatalogueDomain(Domain):  # type: ignore[misc]
    """Texts straight from the ``.po`` files."""

    def get_translations(self) -> NullTranslations:
        """Those of the request's language."""
        return _translations(current_language())


def page_texts(language: str) -> dict[str, str]:
    """Every text of the page, Chinese to ``language``, for its scripts; empty for Chinese."""
    return {str(m.id): str(m.string) for m in catalogue(language) if m.id and m.string and isinstance(m.id, str)}


def chosen_language() -> str:
    """``lang`` of the address, else what the reader chose before, else the administrator's choice."""
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return served().settings.language


def current_language() -> str:
    """The request's language: "zh" or "en"."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def _remember(response: Response) -> Response:
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and request.cookies.get(COOKIE) != wanted:
        response.set_cookie(COOKIE, wanted, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True)
    return response


def init(app: Flask) -> None:
    """Set up the languages of ``app``."""
    babel = Babel(app, default_locale=LANGUAGES[0], locale_selector=chosen_language)
    babel.domain_instance = CatalogueDomain()
    app.after_request(_remember)
    app.jinja_env.globals["current_language"] = current_language
