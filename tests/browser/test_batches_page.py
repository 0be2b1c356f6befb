"""The page of approval batches in a real browser: made, drawn into, looked at, submitted, handed out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gis.settings import Settings
from gis.store import create_store, open_store
from tests.browser.conftest import OFFICE, PHONE, Served, Watched, watch
from tests.contract.batch_samples import NAME, farmland, fill, stages_of
from tests.contract.store_samples import CRS, OFFICER, put, town


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "县.gpkg"
    made = create_store(str(path), name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    put(made, "town", town())
    fill(made)
    farmland(made)
    made.close()
    return path


@pytest.fixture
def bureau(browser: Browser, serve: Callable[[Settings], Served], place: Path) -> Iterator[Watched]:
    """A land officer's page over a county of its own."""
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    watched = watch(context, serve(Settings(db=str(place), review_number="晋S(2026)001号")).address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


def made(watched: Watched, *numbers: str) -> None:
    """Make the batch in its form."""
    page = watched.open("/batches")
    page.get_by_role("button", name="新建批次").click()
    box = page.get_by_role("dialog")
    box.get_by_label("批次名称").fill(NAME)
    box.get_by_label("地块编号").fill("\n".join(numbers))
    box.get_by_role("button", name="建立", exact=True).click()
    expect(page.locator("[data-part=name]")).to_have_text(NAME)
    page.wait_for_selector("body[data-mapped=true]")


def test_a_batch_is_made_and_looked_at_whole(bureau: Watched) -> None:
    made(bureau, "P0", "P1")
    page = bureau.page
    expect(page.locator("[data-part=figures]")).to_contain_text("30.00 亩")
    expect(page.locator("[data-part=figures]")).to_contain_text("国务院")
    expect(page.locator(".batches")).to_contain_text("初步比对，以自然资源主管部门认定为准")
    expect(page.locator("section[aria-label=管控区比对] tbody tr").first).to_contain_text("须国务院批准")
    expect(page.locator("section[aria-label=管控区比对]")).to_contain_text("未入库，未比对")
    expect(page.locator(".check-list")).to_contain_text("补偿资金足额到位")
    assert page.evaluate("guatuWall.draw().getMaplibreMap().querySourceFeatures('batch').length") > 0
    assert len(page.locator("[data-part=parcels] .tabulator-row").all()) == 2


def test_parcels_are_drawn_in_and_taken_out(bureau: Watched) -> None:
    made(bureau, "P0")
    page = bureau.page
    page.get_by_role("button", name="圈画增加地块").click()
    # Round the next parcel: a little beyond its corners, as the map lies now.
    corners = page.evaluate(
        """() => {
          const gl = guatuWall.draw().getMaplibreMap();
          const box = gl.getContainer().getBoundingClientRect();
          const all = gl.querySourceFeatures('batch')[0].geometry.coordinates.flat(2);
          const xs = all.filter((_, n) => n % 2 === 0), ys = all.filter((_, n) => n % 2 === 1);
          const west = Math.max(...xs), east = west + (Math.max(...xs) - Math.min(...xs));
          const south = Math.min(...ys), north = Math.max(...ys);
          const pad = (north - south) / 10;
          const ring = [[west - pad, south - pad], [east + pad, south - pad], [east + pad, north + pad]];
          return [...ring, [west - pad, north + pad]]
            .map((place) => gl.project(place)).map(({ x, y }) => [x + box.left, y + box.top]);
        }"""
    )
    for x, y in corners:
        page.mouse.click(x, y)
        page.wait_for_timeout(450)
    page.get_by_role("button", name="完成").click()
    expect(page.locator("[data-part=figures]")).to_contain_text("30.00 亩")
    page.get_by_label("选择 P1").check()
    page.get_by_role("button", name="移出所选").click()
    page.get_by_role("dialog").get_by_role("button", name="移出", exact=True).click()
    expect(page.locator("[data-part=figures]")).to_contain_text("15.00 亩")


def test_a_number_that_is_no_parcel_is_told_in_the_form(bureau: Watched) -> None:
    made(bureau, "P0")
    page = bureau.page
    page.get_by_role("button", name="按编号增加").click()
    box = page.get_by_role("dialog")
    box.get_by_label("地块编号").fill("P2, nowhere")
    box.get_by_role("button", name="增加", exact=True).click()
    expect(box.get_by_role("alert")).to_contain_text("nowhere")
    box.get_by_label("地块编号").fill("P2")
    box.get_by_role("button", name="增加", exact=True).click()
    expect(page.locator("[data-part=figures]")).to_contain_text("30.00 亩")
    bureau.forgive("404")


def test_the_law_is_asked_before_anything_is_recorded(bureau: Watched, place: Path) -> None:
    made(bureau, "P0", "P1")
    page = bureau.page
    page.get_by_role("button", name="上报", exact=True).click()
    box = page.get_by_role("dialog")
    box.get_by_label("上报日期").fill("2026-04-20")
    expect(box).to_contain_text("2 块地均符合法定程序")
    box.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("[data-part=state]")).to_have_text("已上报")
    page.get_by_role("button", name="登记批准").click()
    box = page.get_by_role("dialog")
    box.get_by_label("批准文号").fill("晋政地字〔2026〕1号")
    box.get_by_label("批准机关").select_option(label="省级人民政府")
    expect(box.locator(".breaches")).to_contain_text("国务院")
    expect(box.get_by_label("越规理由")).to_be_visible()
    box.get_by_label("批准文号").fill("国函〔2026〕9号")
    box.get_by_label("批准机关").select_option(label="国务院")
    expect(box).to_contain_text("符合法定程序")
    box.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("[data-part=state]")).to_have_text("已批准")
    expect(page.get_by_role("button", name="登记批准")).to_have_count(0)
    with closing(open_store(str(place))) as store:
        assert [stages_of(store)[number] for number in ("P0", "P1", "P2")] == ["approved", "approved", "agreement"]


def test_the_package_is_made_and_saved(bureau: Watched, tmp_path: Path) -> None:
    made(bureau, "P0", "P1")
    page = bureau.page
    page.get_by_role("button", name="导出资料包").click()
    box = page.get_by_role("dialog")
    expect(box.get_by_label("审图号")).to_have_value("晋S(2026)001号")
    with page.expect_download() as downloading:
        box.get_by_role("button", name="生成并下载").click()
    file = tmp_path / "包.zip"
    downloading.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        assert f"{NAME}-界址点.txt" in archive.namelist()


def test_the_quota_is_set_and_shown(bureau: Watched) -> None:
    page = bureau.open("/batches")
    page.get_by_role("button", name="年度用地指标").click()
    box = page.get_by_role("dialog")
    box.get_by_label("下达指标（亩）").fill("20")
    box.get_by_role("button", name="保存").click()
    expect(page.locator(".quota")).to_contain_text("剩余 20.00 亩")
    made(bureau, "P0", "P1")
    expect(page.locator(".quota").last).to_contain_text("超出 10.00 亩")


def test_another_page_hands_over_its_parcels(bureau: Watched) -> None:
    page = bureau.open("/batches?add=P0,P1")
    box = page.get_by_role("dialog")
    expect(box.get_by_label("地块编号")).to_have_value("P0\nP1")
    box.get_by_label("批次名称").fill(NAME)
    box.get_by_role("button", name="建立", exact=True).click()
    expect(page.locator("[data-part=name]")).to_have_text(NAME)
    page = bureau.open("/batches?add=P2")
    box = page.get_by_role("dialog")
    box.get_by_role("combobox").select_option(label=NAME)
    box.get_by_role("button", name="加入", exact=True).click()
    expect(page.locator("[data-part=figures]")).to_contain_text("45.00 亩")


def test_the_page_fits_a_phone_and_speaks_english(
    browser: Browser, serve: Callable[[Settings], Served], place: Path
) -> None:
    served = serve(Settings(db=str(place)))
    context = browser.new_context(viewport=PHONE, locale="en", is_mobile=True, has_touch=True)
    watched = watch(context, served.address)
    page = watched.open("/batches?lang=en")
    page.get_by_role("button", name="New batch").click()
    box = page.get_by_role("dialog")
    box.get_by_label("Name of the batch").fill(NAME)
    box.locator("textarea").fill("P0")
    box.get_by_role("button", name="Make", exact=True).click()
    expect(page.locator("[data-part=figures]")).to_contain_text("15.00 mu")
    assert page.evaluate("document.querySelector('main').scrollWidth") <= PHONE["width"]
    context.close()
    assert (watched.foreign, watched.errors) == ([], [])
