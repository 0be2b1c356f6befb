"""Serve the app until told to stop: on a file in this process, on a database in several under gunicorn."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from waitress.server import create_server

from gis.settings import Settings
from gis.store import is_database
from webapp import create_app
from webapp.context import warm
from webapp.memory import keep_freed_memory

THREADS = 8
# Waitress takes a body in whole before the app hears of it; the app itself takes less (webapp.security).
LARGEST_BODY_BYTES = 256 << 20
MOST_WORKERS_UNASKED = 4
WORKER_THREADS = 4
# What is under way when the server is told to stop has this long to end.
GRACE_SECONDS = 30
# Longer than nginx keeps its connections to the app (deploy/nginx.conf): it is never the app that hangs up first.
KEEP_ALIVE_SECONDS = 75
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (the system's own; gunicorn makes nameless files there)

Announce = Callable[[str], None]


def serve_app(settings: Settings, *, host: str, port: int, announce: Announce) -> None:
    """
    Serve until interrupted. ``port`` 0 takes a free one; ``announce`` gets the address once it listens.

    Raises
    ------
    StoreMissing, StoreSchema, StoreUnreachable
        The store cannot be opened: before anything listens.
    """
    keep_freed_memory()
    app = create_app(settings)
    if settings.db is not None and is_database(settings.db):
        _serve_in_processes(app, {**gunicorn_options(settings), "bind": _at(host, port)}, announce)
    else:
        _serve_here(app, host, port, announce)


def _serve_here(app: Flask, host: str, port: int, announce: Announce) -> None:
    _warm_aside(app)
    # The app itself decides whose X-Forwarded headers count (webapp.proxies).
    server = create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident="guatu",
        clear_untrusted_proxy_headers=False,
        max_request_body_size=LARGEST_BODY_BYTES,
    )
    announce(f"http://{host}:{server.effective_port}/")
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()


def _serve_in_processes(app: Flask, options: dict[str, Any], announce: Announce) -> None:
    """The app is made once and forked, so that its code is shared; each process opens connections of its own."""
    from gunicorn.app.base import BaseApplication  # it does not exist for Windows

    from webapp.even_worker import EvenWorker

    class Served(BaseApplication):  # type: ignore[misc]
        """The app with our options; gunicorn's own files and variables are not read."""

        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:  # some are younger than the oldest gunicorn that will do
                    self.cfg.set(name, value)
            self.cfg.set("worker_class", EvenWorker)
            self.cfg.set("when_ready", lambda arbiter: announce(f"{arbiter.LISTENERS[0]}/"))
            self.cfg.set("post_worker_init", lambda _worker: _warm_aside(app))

        def load(self) -> Flask:
            return app

    Served().run()


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """How gunicorn runs the app: the address apart."""
    return {
        "workers": settings.workers or workers_that_fit(_cores()),
        "threads": WORKER_THREADS,
        "preload_app": True,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": KEEP_ALIVE_SECONDS,
        "worker_tmp_dir": str(_SHARED_MEMORY) if os.access(_SHARED_MEMORY, os.W_OK) else None,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        # The app itself decides whose X-Forwarded headers count (webapp.proxies).
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "control_socket_disable": True,
        "proc_name": "guatu",
    }


def workers_that_fit(cores: int) -> int:
    """Two a core, at most four: more is for the administrator to say, each takes memory and connections."""
    return min(MOST_WORKERS_UNASKED, 2 * cores)


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _warm_aside(app: Flask) -> None:
    threading.Thread(target=warm, args=(app,), daemon=True, name="warm").start()
