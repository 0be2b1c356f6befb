"""Serve the app on the embedded server until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from waitress.server import create_server

from gis.settings import Settings
from webapp import create_app
from webapp.context import warm

THREADS = 8


def serve_app(settings: Settings, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """
    Serve until interrupted. ``port`` 0 takes a free one; ``announce`` gets the address once it listens.
    """
    app = create_app(settings)
    threading.Thread(target=warm, args=(app,), daemon=True, name="warm").start()
    server = create_server(app, host=host, port=port, threads=THREADS, ident="guatu")
    announce(f"http://{host}:{server.effective_port}/")
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()
