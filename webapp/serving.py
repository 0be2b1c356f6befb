"""Serve the app on the embedded server until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

from waitress.server import create_server

from gis.settings import Settings
from webapp import create_app

THREADS = 8


def serve_app(settings: Settings, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """
    Serve until interrupted. ``port`` 0 takes a free one; ``announce`` gets the address once it listens.
    """
    server = create_server(create_app(settings), host=host, port=port, threads=THREADS, ident="guatu")
    announce(f"http://{host}:{server.effective_port}/")
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()
