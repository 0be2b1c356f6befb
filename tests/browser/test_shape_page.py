"""A parcel is divided and reshaped on the map by hand, and a new one is drawn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gis.model import Query
from gis.settings import Settings
from gis.store import create_store, open_store
from tests.browser.conftest import Served, Watched
from tests.contract.store_samples import CRS, OFFICER, append, parcels, put, stages, town


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """P0 P1 P2 side by side, 100 m each; P0 has had its first notice."""
    path = tmp_path / "county.gpkg"
    with closing(create_store(path, name="示范县", crs=CRS, actor=OFFICER)) as store:
        put(store, "town", town())
        put(store, "parcel", parcels(3, owner_kind="collective"))
        append(store, "parcel_event", stages("P0", ("pre_notice", "2026-04-01")))
    return path


@pytest.fixture
def board(
    county: Path,
    serve: Callable[[Settings], Served],
    browser: Browser,
    open_elsewhere: Callable[[Browser, Served], Watched],
) -> Callable[[str], Page]:
    """Opens the drawing board with a query."""
    watched = open_elsewhere(browser, serve(Settings(db=str(county))))

    def opened(query: str) -> Page:
        return watched.open(f"/shape{query}")

    return opened


def stored(county: Path) -> dict[str, float]:
    """Parcel number → area, as stored."""
    with closing(open_store(county)) as store:
        frame = store.read("parcel", Query(columns=("parcel_no", "area_planar_m2")))
        return dict(zip(frame["parcel_no"], frame["area_planar_m2"].round(), strict=True))


def across(page: Page, height: float) -> None:
    """Draw a line across the whole map at this share of its height."""
    box = page.locator(".stage").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] * height
    page.mouse.click(box["x"] + 20, y)
    page.mouse.move(box["x"] + box["width"] / 2, y, steps=4)
    page.mouse.dblclick(box["x"] + box["width"] - 70, y)


def test_a_line_across_a_parcel_divides_it_and_the_old_number_is_gone(
    board: Callable[[str], Page], county: Path
) -> None:
    page = board("?no=P0&mode=split")
    across(page, 0.5)
    expect(page.locator(".pieces li")).to_have_count(2)
    page.get_by_label("第 1 块的编号").fill("P0-东")
    expect(page.locator(".pieces")).to_contain_text("P0-东")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.locator("[data-part=title]")).to_have_text("P0-东")
    left = stored(county)
    assert set(left) == {"P0-东", "P0-1", "P1", "P2"}
    assert left["P0-东"] + left["P0-1"] == pytest.approx(10_000, abs=1)


def test_neighbours_are_clicked_together(board: Callable[[str], Page], county: Path) -> None:
    page = board("?no=P1")
    page.get_by_role("radio", name="合并").click()
    page.locator(".leaflet-interactive").nth(1).click(force=True)
    page.get_by_label("合并后的编号").fill("M")
    expect(page.locator(".pieces")).to_contain_text("M")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.locator("[data-part=title]")).to_have_text("M")
    assert sum(stored(county).values()) == pytest.approx(30_000, abs=1)
    assert len(stored(county)) == 2


def test_a_dragged_corner_is_told_and_taken_back(board: Callable[[str], Page], county: Path) -> None:
    page = board("?no=P1")
    corner = page.locator(".marker-icon:not(.marker-icon-middle)").first
    box = corner.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 90, steps=6)
    page.mouse.up()
    expect(page.locator(".pieces li")).to_have_count(1)
    expect(page.get_by_role("button", name="撤销一步")).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="撤销一步")).to_be_disabled()
    assert stored(county)["P1"] == pytest.approx(10_000)


def test_a_parcel_that_is_not_there_is_said_so(board: Callable[[str], Page]) -> None:
    page = board("?no=P9")
    expect(page.locator("[data-part=banners]")).to_contain_text("P9")
