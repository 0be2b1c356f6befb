"""A real Chromium on the sample county, served by the real app; errors and foreign requests are kept."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import request
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from werkzeug.serving import make_server

from gis.settings import Settings
from gis.store import create_store
from gis.workflows.make_demo import make_demo
from webapp import create_app

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
# Without a graphics card the processor draws WebGL; the rest of a page it draws twice as fast without a detour over GL.
WITH_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing", "--no-sandbox")
# That the processor draws, and is slow at it, is no fault of a page.
OF_THE_DRIVER = "GL Driver Message (OpenGL, Performance"
WITHOUT_GL = ("--disable-gpu", "--disable-webgl", "--disable-webgl2", "--disable-3d-apis", "--no-sandbox")
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
OFFICE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# A test that does not wait for what it did passes by luck: `GUATU_SLOW_WRITES=2 pytest tests/browser` finds it.
SLOW_WRITES_SECONDS = float(os.environ.get("GUATU_SLOW_WRITES", "0"))
VENDOR = Path(__file__).resolve().parents[2] / "webapp" / "static" / "vendor" / "leaflet" / "leaflet.js"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser or the front-end files these tests cannot run; say so."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    absent = "needs Chromium" if CHROMIUM is None else "needs `make setup`" if not VENDOR.is_file() else None
    for item in here:
        item.add_marker(pytest.mark.browser)
        if absent:
            item.add_marker(pytest.mark.skip(reason=absent))


@dataclass
class Watched:
    """A page and what went wrong on it."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Go to ``path`` and wait until the page has shown everything."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector("body[data-ready=true]")
        return self.page

    def keep_from_recovering(self) -> None:
        """The page's own quiet look at the server is never answered: only a person's button tries again."""
        self.page.route("**/healthz", lambda route: None)

    def forgive(self, part: str) -> None:
        """An error that this test provokes: drop it from what is held against the page."""
        self.errors = [error for error in self.errors if part not in error]


@dataclass(frozen=True)
class Served:
    """An app listening on a free port of this machine."""

    address: str


def _dawdle() -> None:
    if request.method not in ("GET", "HEAD"):
        time.sleep(SLOW_WRITES_SECONDS)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Settings], Served]]:
    """Serve an app over a store file."""
    servers = []
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    def start(settings: Settings) -> Served:
        app = create_app(settings)
        if SLOW_WRITES_SECONDS:
            app.before_request(_dawdle)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return Served(f"http://127.0.0.1:{server.server_port}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample county's store."""
    return make_demo(tmp_path_factory.mktemp("demo")).store_path


@pytest.fixture(scope="session")
def demo(serve: Callable[[Settings], Served], demo_file: Path) -> Served:
    """The sample county, served."""
    return serve(Settings(db=str(demo_file), review_number="晋S(2026)001号"))


@pytest.fixture(scope="session")
def empty(serve: Callable[[Settings], Served], tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A store with nothing in it, served."""
    from gis.model import LOCAL_ACTOR

    path = tmp_path_factory.mktemp("empty") / "empty.gpkg"
    create_store(path, name="空白县", crs="EPSG:4547", actor=LOCAL_ACTOR).close()
    return serve(Settings(db=str(path)))


def _launched(flags: tuple[str, ...]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(flags))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with WebGL drawn by software."""
    yield from _launched(WITH_GL)


def watch(context: BrowserContext, address: str) -> Watched:
    """A new page of ``context`` whose errors and foreign requests are kept."""
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context.new_page(), address)
    own = urlsplit(address).netloc

    def answered(response: Response) -> None:
        if response.status >= 400:
            watched.errors.append(f"{response.status} {response.url}")

    def heard(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and OF_THE_DRIVER not in said.text:
            watched.errors.append(said.text)

    def asked(url: str) -> None:
        if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != own:
            watched.foreign.append(url)

    watched.page.on("request", lambda request: asked(request.url))
    watched.page.on("response", answered)
    watched.page.on("pageerror", lambda error: watched.errors.append(f"script: {error}"))
    watched.page.on("console", heard)
    return watched


@pytest.fixture
def open_elsewhere() -> Iterator[Callable[..., Watched]]:
    """Watch an office page of another browser or server: ``open_elsewhere(browser, served)``."""
    contexts = []

    def watched_page(browser: Browser, served: Served) -> Watched:
        contexts.append(browser.new_context(viewport=OFFICE, locale="zh-CN"))
        return watch(contexts[-1], served.address)

    yield watched_page
    for context in contexts:
        context.close()


@pytest.fixture
def browser_without_gl(browser: Browser) -> Iterator[Browser]:
    """Chromium that can draw no WebGL."""
    made = browser.browser_type.launch(executable_path=CHROMIUM, args=list(WITHOUT_GL))
    yield made
    made.close()


@pytest.fixture
def office(browser: Browser, demo: Served) -> Iterator[Watched]:
    """A page on an office screen; at the end it must have been without errors and foreign requests."""
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    watched = watch(context, demo.address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


@pytest.fixture
def phone(browser: Browser, demo: Served) -> Iterator[Watched]:
    """The same on a phone."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", is_mobile=True, has_touch=True)
    watched = watch(context, demo.address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


@pytest.fixture
def own_file(demo_file: Path, tmp_path: Path) -> Path:
    """A copy of the sample county that this test may change."""
    return Path(shutil.copy(demo_file, tmp_path / "own.gpkg"))


@pytest.fixture
def own(browser: Browser, serve: Callable[[Settings], Served], own_file: Path) -> Iterator[Watched]:
    """An office page on that copy."""
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    watched = watch(context, serve(Settings(db=str(own_file))).address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


@pytest.fixture
def bureau(browser: Browser, serve: Callable[[Settings], Served], own_file: Path) -> Iterator[Any]:
    """A planner's page on a copy of the sample county that this test may change."""
    from tests.browser.tours_bureau import Bureau, without_tours

    place = without_tours(own_file)
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    watched = watch(context, serve(Settings(db=str(place))).address)
    yield Bureau(watched, place)
    context.close()
    assert watched.foreign == []
    assert watched.errors == []
