"""
First view of the sample county's page in Chromium: seconds until the table lists its projects, and until the
map has drawn them and its tiles. The server runs already, as `guatu serve` leaves it.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from gis.settings import Settings
from gis.workflows.make_demo import make_demo
from webapp import create_app
from webapp.context import warm

RUNS = 5
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
]


def seconds_to_view(address: str) -> tuple[float, float]:
    """A new browser with an empty cache: seconds to the list of projects, and to the drawn map."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(".tabulator-row")
        listed = time.perf_counter() - start
        page.wait_for_selector("body[data-ready='true']")
        drawn = time.perf_counter() - start
        browser.close()
    return listed, drawn


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_demo(Path(folder)).store_path
        app = create_app(Settings(db=str(store)))
        server = create_server(app, host="127.0.0.1", port=0, threads=8)
        threading.Thread(target=server.run, daemon=True).start()
        warm(app)
        address = f"http://127.0.0.1:{server.effective_port}/"
        runs = [seconds_to_view(address) for _ in range(RUNS)]
        server.close()
    print("first view of the sample county, 1440×900, empty browser cache")
    print(f"{'run':>4} {'projects listed (s)':>20} {'map drawn (s)':>14}")
    for number, (listed, drawn) in enumerate(runs, 1):
        print(f"{number:>4} {listed:>20.2f} {drawn:>14.2f}")
    print(f"{'med':>4} {statistics.median(r[0] for r in runs):>20.2f} {statistics.median(r[1] for r in runs):>14.2f}")


if __name__ == "__main__":
    main()
