"""What people wrote is text on every page: markup in a name is shown as it was written, and makes no element."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gis.model import BatchKind
from gis.settings import Settings
from gis.store import create_store
from gis.workflows.new_batch import NewBatch, new_batch
from tests.browser.conftest import Served, Watched
from tests.contract.store_samples import CRS, OFFICER, append, parcels, put, stages, town

MARKUP = '<b class="attack">粗'
NUMBER = "P<i class=attack>1"


@pytest.fixture
def attacked(
    tmp_path: Path,
    serve: Callable[[Settings], Served],
    browser: Browser,
    open_elsewhere: Callable[[Browser, Served], Watched],
) -> Iterator[Watched]:
    """Pages over a county in which every text that can be written is markup."""
    path = tmp_path / "county.gpkg"
    with closing(create_store(path, name="示范县", crs=CRS, actor=OFFICER)) as store:
        put(store, "town", town())
        rows = parcels(3, owner_kind="collective", name=MARKUP, unit=MARKUP, village=MARKUP, person=MARKUP)
        rows["parcel_no"] = ["P0", NUMBER, "P2"]
        put(store, "parcel", rows)
        for number in ("P0", NUMBER):
            append(store, "parcel_event", stages(number, ("pre_notice", "2026-04-01")))
        new_batch(store, OFFICER, NewBatch(MARKUP, BatchKind.TOWN_BATCH, 2026, MARKUP, MARKUP), ["P0", NUMBER])
    watched = open_elsewhere(browser, serve(Settings(db=str(path))))
    yield watched
    assert watched.errors == []


@pytest.mark.parametrize(
    "address",
    [
        "/register",
        "/stock",
        "/batches",
        "/batches?name=%3Cb%20class%3D%22attack%22%3E%E7%B2%97",
        "/compare",
        "/desk",
        "/parcel?no=P0",
        "/?sel=parcel:P0",
    ],
)
def test_markup_in_names_is_shown_as_text(attacked: Watched, address: str) -> None:
    page = attacked.open(address)
    page.wait_for_timeout(1500)
    assert page.locator(".attack").count() == 0


def test_lists_show_markup_as_it_was_written(attacked: Watched) -> None:
    page = attacked.open("/register")
    expect(page.locator(".tabulator-cell", has_text=MARKUP).first).to_be_visible()
    page = attacked.open("/batches")
    expect(page.locator(".tabulator-cell", has_text=MARKUP).first).to_be_visible()


def test_the_printed_register_shows_markup_as_it_was_written(attacked: Watched) -> None:
    page = attacked.open("/register")
    expect(page.locator(".tabulator-row").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert MARKUP in page.locator("div.tabulator-print-table").inner_text()
    assert page.locator(".attack").count() == 0


def test_labels_on_the_drawing_board_show_markup_as_it_was_written(attacked: Watched) -> None:
    page = attacked.open("/shape?no=P0")
    for path in page.locator("path.leaflet-interactive").all():
        path.dispatch_event("mouseover", {"bubbles": True})
    expect(page.locator(".piece-label", has_text=NUMBER)).to_be_visible()
    assert page.locator(".attack").count() == 0
