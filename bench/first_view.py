"""
First view of the sample county's page in Chromium: seconds until the first paint, until the list and the figures
stand, and until the map has drawn all its tiles. WebGL runs in software here, which a machine with a graphics chip
does not do. The server runs already, as `guatu serve` leaves it.
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
    print(f"{'run':>4} {'first paint (s)':>16} {'projects listed (s)':>20} {'map drawn (s)':>14}")
    for number, (painted, listed, drawn) in enumerate(runs, 1):
        print(f"{number:>4} {painted:>16.2f} {listed:>20.2f} {drawn:>14.2f}")
    painted, listed, drawn = (statistics.median(run[at] for run in runs) for at in range(3))
    print(f"{'med':>4} {painted:>16.2f} {listed:>20.2f} {drawn:>14.2f}")


if __name__ == "__main__":
    main()
