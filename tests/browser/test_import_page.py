"""A bureau's file goes through the import desk by hand: seen, put right, imported, undone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import Browser, Page, expect
from shapely.geometry import Polygon, box

from gis.model import Query
from gis.settings import Settings
from gis.store import create_store, open_store
from tests.browser.conftest import PHONE, Served, Watched, watch
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, parcels, put, square, town


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """P0 P1 P2 side by side, 100 m each."""
    path = tmp_path / "county.gpkg"
    with closing(create_store(path, name="示范县", crs=CRS, actor=OFFICER)) as store:
        put(store, "town", town())
        put(store, "parcel", parcels(3, village=["东村"] * 3, town=["140781100"] * 3))
    return path


@pytest.fixture
def watched(
    county: Path,
    serve: Callable[[Settings], Served],
    browser: Browser,
    open_elsewhere: Callable[[Browser, Served], Watched],
) -> Watched:
    return open_elsewhere(browser, serve(Settings(db=str(county))))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """P0 as it is, P1 with another village, P2 with a wrong count, P3 new and crossing itself."""
    bow_tie = Polygon([(EAST, NORTH + 300), (EAST + 100, NORTH + 400), (EAST + 100, NORTH + 300), (EAST, NORTH + 400)])
    frame = gpd.GeoDataFrame(
        {
            "地块编号": ["P0", "P1", "P2", "P3"],
            "所在村": ["东村", "西村", "东村", "东村"],
            "涉及户数": [None, None, "两户", None],
        },
        geometry=[square(0), square(1), square(2), bow_tie],
        crs=CRS,
    )
    path = tmp_path / "地块.geojson"
    path.write_text(frame.to_json(to_wgs84=False), encoding="utf-8")
    return path


def sent(page: Page, *files: Path) -> None:
    page.set_input_files("[data-part=file]", [str(file) for file in files])
    expect(page.locator(".count-chip").first).to_be_visible()


def count(page: Page, state: str) -> int:
    return int(page.locator(f".count-chip[data-state={state}] b").inner_text())


def counts(page: Page) -> dict[str, int]:
    return {state: count(page, state) for state in ("new", "changed", "unchanged", "refused")}


def stored(county: Path) -> dict[str, str]:
    with closing(open_store(county)) as store:
        frame = store.read("parcel", Query(columns=("parcel_no", "village")))
        return dict(zip(frame["parcel_no"], frame["village"], strict=True))


def test_a_file_is_put_right_imported_and_undone(watched, county, file):
    page = watched.open("/import")
    sent(page, file)
    assert counts(page) == {"new": 0, "changed": 1, "unchanged": 1, "refused": 2}

    refused = page.locator(".row-list li[data-row='3']")
    expect(refused).to_contain_text("两户")
    refused.locator("input").fill("2")
    refused.get_by_role("button", name="改正").click()
    expect(page.locator(".count-chip[data-state=refused] b")).to_have_text("1")
    expect(page.locator(".row-list li[data-row='4']")).to_contain_text("0.00 m² → 5,000.00 m²")
    page.get_by_role("button", name="按上面的面积修复图形").click()
    expect(page.locator(".count-chip[data-state=refused] b")).to_have_text("0")
    assert counts(page) == {"new": 1, "changed": 2, "unchanged": 1, "refused": 0}
    assert stored(county) == dict.fromkeys(("P0", "P1", "P2"), "东村")

    page.get_by_role("button", name="入库：新增 1，变更 2").click()
    page.get_by_role("button", name="入库", exact=True).click()
    expect(page.get_by_text("已入库：新增 1，变更 2，未变 1，拒绝 0")).to_be_visible()
    assert stored(county) == {"P0": "东村", "P1": "西村", "P2": "东村", "P3": "东村"}

    page.get_by_role("button", name="撤销导入").click()
    page.locator("dialog").get_by_role("button", name="撤销导入").click()
    expect(page.get_by_text("这次导入已撤销")).to_be_visible()
    assert stored(county) == dict.fromkeys(("P0", "P1", "P2"), "东村")
    assert watched.errors == []
    assert watched.foreign == []


def test_a_reload_comes_back_to_the_open_upload(watched, file):
    page = watched.open("/import")
    sent(page, file)
    assert "upload=" in page.url
    page.reload()
    expect(page.locator(".count-chip").first).to_be_visible()
    assert counts(page)["refused"] == 2
    expect(page.locator(".file h3")).to_have_text("地块.geojson")


def test_a_row_is_found_on_the_map(watched, file):
    page = watched.open("/import")
    sent(page, file)
    expect(page.locator("[data-part=legend] li")).to_have_count(3)
    page.locator(".row-list li[data-row='3'] .row-head").click()
    shown = page.evaluate("(() => { const c = window.guatuWall.map.getCenter(); return [c.lat, c.lng]; })()")
    assert abs(shown[0] - 37.03) < 0.05
    assert abs(shown[1] - 114.0) < 0.01
    assert watched.errors == []


def test_coordinates_of_an_unknown_system_are_asked_about_and_a_click_answers(watched, county, tmp_path):
    text = "地块编号,wkt\nP9,"
    shape = box(EAST + 500, NORTH + 500, EAST + 600, NORTH + 600)
    path = tmp_path / "无坐标系.csv"
    path.write_text(f'{text}"{shape.wkt}"\n', encoding="utf-8")
    page = watched.open("/import")
    page.set_input_files("[data-part=file]", str(path))
    expect(page.get_by_text("无法判断坐标系").first).to_be_visible()
    page.get_by_role("button", name="EPSG:4547").click()
    expect(page.locator(".count-chip[data-state=new] b")).to_have_text("1")


def test_the_files_of_a_shapefile_may_be_chosen_together(watched, tmp_path):
    folder = tmp_path / "shp"
    folder.mkdir()
    frame = parcels(2, first=7).rename(columns={"parcel_no": "编号"})
    frame.to_file(folder / "红线.shp", encoding="GBK")
    page = watched.open("/import")
    sent(page, *sorted(folder.iterdir()))
    expect(page.locator(".file h3")).to_have_text("红线.zip")
    assert count(page, "new") == 2


def test_a_dropped_upload_leaves_the_page_empty(watched, file):
    page = watched.open("/import")
    sent(page, file)
    page.locator("[data-act=drop]").click()
    page.locator("dialog").get_by_role("button", name="放弃").click()
    expect(page.locator(".file")).to_have_count(0)
    assert "upload=" not in page.url


def test_what_cannot_be_read_is_told_where_it_was_sent_from(watched, tmp_path):
    path = tmp_path / "合同.pdf"
    path.write_bytes(b"%PDF-1.7")
    page = watched.open("/import")
    page.set_input_files("[data-part=file]", str(path))
    expect(page.get_by_role("alert")).to_contain_text("不支持的文件格式")
    watched.forgive("422")
    assert watched.errors == []


def test_a_phone_shows_everything_within_its_width(browser, serve, county, file):
    context = browser.new_context(viewport=PHONE, locale="zh-CN", is_mobile=True, has_touch=True)
    watched = watch(context, serve(Settings(db=str(county))).address)
    page = watched.open("/import")
    sent(page, file)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("document.querySelector('.desk-main').scrollWidth") <= PHONE["width"]
    page.locator(".row-list li[data-row='3'] input").fill("2")
    page.locator(".row-list li[data-row='3']").get_by_role("button", name="改正").click()
    expect(page.locator(".count-chip[data-state=refused] b")).to_have_text("1")
    assert watched.errors == []
    context.close()


def test_the_desk_works_by_keyboard(watched, file):
    page = watched.open("/import")
    sent(page, file)
    page.locator(".row-list li[data-row='3'] input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator(".count-chip[data-state=refused] b")).to_have_text("1")
    page.locator(".count-chip[data-state=changed]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".count-chip[data-state=changed]")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.activeElement.dataset.state") == "changed"
