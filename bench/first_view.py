"""
First view of the page in Chromium: seconds until the first paint, until the list and the figures stand, and until the
map has drawn all its tiles.

    python -m bench.first_view [--db postgresql://…] [--runs 5]

Of the sample county, served by this process; with --db of the store there, served by `guatu serve` in two processes.
The server runs already and has made what it makes when it starts. Each run is a new browser with an empty cache, whose
own start is in the figures: the first line tells how long it takes to paint a page with nothing on it. WebGL runs in
software here, which a machine with a graphics chip does not do.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from bench.http_load import ask
from bench.tiles_against_tipg import ours
from gis.settings import Settings
from gis.workflows.make_demo import make_demo
from webapp import create_app
from webapp.context import warm
from webapp.first_view import EVERY_ADDRESS

RUNS = 5
CONNECTIONS = 8
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
]


# Marked inside the page: asking from outside would wait for whatever keeps the page busy.
WATCH = """
new MutationObserver((_, watch) => {
  if (!document.querySelector(".tabulator-row") || !document.querySelector("[data-part=summary] dd")) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => performance.mark("listed")));
}).observe(document, { childList: true, subtree: true });
"""
LISTED = "performance.getEntriesByName('listed')[0].startTime / 1000"
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"


def seconds_to_view(address: str) -> tuple[float, float, float]:
    """A new browser with an empty cache: seconds to the first paint, to the list of projects, to the drawn map."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.add_init_script(WATCH)
        page.goto(address, wait_until="commit")
        page.wait_for_selector("body[data-drawn='true']")
        drawn = time.perf_counter() - start
        painted, listed = (float(page.evaluate(at)) for at in (FIRST_PAINT, LISTED))
        browser.close()
    return painted, listed, drawn


def seconds_to_paint_nothing(address: str) -> float:
    """The same browser's first paint of a line of text."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/healthz")
        while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
            page.wait_for_timeout(50)
        painted = float(page.evaluate(FIRST_PAINT))
        browser.close()
    return painted


@contextmanager
def sample() -> Iterator[str]:
    """The sample county, served by this process: its address."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_demo(Path(folder)).store_path
        app = create_app(Settings(db=str(store)))
        server = create_server(app, host="127.0.0.1", port=0, threads=8)
        threading.Thread(target=server.run, daemon=True).start()
        warm(app)
        yield f"http://127.0.0.1:{server.effective_port}"
        server.close()


@contextmanager
def database(dsn: str) -> Iterator[str]:
    """The store of a database, served by `guatu serve`: its address."""
    with ours(dsn) as (address, _):
        # Each process makes its own; several questions for each reach them all.
        ask(address, [path for path in EVERY_ADDRESS for _ in range(2 * CONNECTIONS)], CONNECTIONS)
        yield address


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", default="", help="a store on PostGIS; its first assessment is made and kept")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    with database(options.db) if options.db else sample() as address:
        nothing = [seconds_to_paint_nothing(address) for _ in range(options.runs)]
        runs = [seconds_to_view(address) for _ in range(options.runs)]
    print(
        "first view of",
        "the database's county," if options.db else "the sample county,",
        "1440×900, empty browser cache",
    )
    print(f"a page with nothing on it is painted after {statistics.median(nothing):.2f} s (median)")
    print(f"{'run':>4} {'first paint (s)':>16} {'projects listed (s)':>20} {'map drawn (s)':>14}")
    for number, (painted, listed, drawn) in enumerate(runs, 1):
        print(f"{number:>4} {painted:>16.2f} {listed:>20.2f} {drawn:>14.2f}")
    painted, listed, drawn = (statistics.median(run[at] for run in runs) for at in range(3))
    print(f"{'med':>4} {painted:>16.2f} {listed:>20.2f} {drawn:>14.2f}")


if __name__ == "__main__":
    main()
