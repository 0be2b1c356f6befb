"""SERVE: knows no SQL and no geometry arithmetic."""

from __future__ import annotations

from flask import Flask

from gis.errors import StoreMissing
from gis.settings import Settings
from gis.store import open_store
from gis.store.port import Store
from gis.words import Words


def create_app(settings: Settings, store: Store | None = None) -> Flask:
    """
    The web app over one store: wiring only.

    Parameters
    ----------
    settings
        What the administrator set.
    store
        An open store; None opens ``settings.db``.

    Raises
    ------
    InvalidParameter
        The file of accounts, or that of the secret key, cannot be used.
    StoreMissing
        No store was given and the settings name none, or there is none at that place.
    """
    from webapp import acting, caching, context, desk_pages, errors, json_provider, language, proxies, security
    from webapp.views import BLUEPRINTS

    app = Flask(__name__)
    app.json = json_provider.PlainJson(app)
    context.init(app, settings, store or _opened(settings))
    security.init(app)
    caching.init(app)
    errors.init(app)
    language.init(app)
    acting.init(app, settings)
    desk_pages.init(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = proxies.believing(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign, assignment]
    return app


def _opened(settings: Settings) -> Store:
    if settings.db is None:
        raise StoreMissing(Words("没有指定数据库", "no store was named"), expected="GUATU_DB=FILE")
    return open_store(settings.db)
