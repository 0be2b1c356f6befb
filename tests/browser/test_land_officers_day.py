"""
One day at the land bureau's desk, lived in the browser: docs/land-desk.md tells it with the pictures taken here.

``GUATU_FILM=FOLDER`` keeps the pictures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gis.model import Query
from gis.settings import Settings
from gis.store import open_store
from gis.workflows.verify_store import verify_store
from tests.browser import land_desk_county as county
from tests.browser.conftest import OFFICE, Served, Watched, watch

NEW = ["N1", "N2", "N3", "N4", "S1", "S2", "S3"]


@dataclass
class Desk:
    """The officer's browser, the store behind it, and a folder for what is downloaded."""

    watched: Watched
    store: Path
    downloads: Path
    _shots: int = 0

    @property
    def page(self) -> Page:
        return self.watched.page

    def open(self, path: str) -> Page:
        return self.watched.open(path)

    def film(self, name: str) -> None:
        """Keep a picture of the page, where a folder for them is named."""
        self._shots += 1
        folder = os.environ.get("GUATU_FILM")
        if folder:
            self.page.wait_for_timeout(4000)  # tiles, and what fades in
            self.page.screenshot(path=Path(folder) / f"land-desk-{self._shots:02d}-{name}.png")

    def stages(self) -> dict[str, str]:
        """Parcel number → stage, as stored."""
        with closing(open_store(self.store)) as store:
            frame = store.read("parcel", Query(columns=("parcel_no", "stage")))
            return dict(zip(frame["parcel_no"], frame["stage"], strict=True))


@pytest.fixture(scope="module")
def desk(
    browser: Browser, serve: Callable[[Settings], Served], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The county as of the morning, opened in an office browser."""
    folder = tmp_path_factory.mktemp("desk")
    store = county.build(folder / "示范县.gpkg")
    served = serve(Settings(db=str(store), review_number="示例审图号"))
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    desk = Desk(watch(context, served.address), store, folder)
    yield desk
    context.close()
    assert desk.watched.foreign == []
    assert desk.watched.errors == []


def count(page: Page, state: str) -> Locator:
    """The button that lists the rows of a state."""
    return page.locator(f".counts [data-state={state}]")


def imported(page: Page, file: Path) -> None:
    """Send a file and wait for its preview."""
    page.locator("[data-part=file]").set_input_files(file)
    expect(page.locator("[data-part=preview] .counts")).to_be_visible()


def put_in(page: Page) -> None:
    """Import what the preview shows."""
    page.locator("[data-act=commit]").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.locator("[data-part=done]")).to_contain_text("已入库")


def test_1_the_bureaus_txt_comes_in_after_one_row_is_corrected(desk: Desk) -> None:
    page = desk.open("/import")
    imported(page, county.survey_txt(desk.downloads / "勘测定界.txt"))
    desk.film("preview-txt")
    page.locator(".counts button").filter(has_text="拒绝").click()
    page.get_by_label("改正“登记面积(公顷)”").fill("1.0000")
    page.get_by_role("button", name="改正").click()
    expect(page.locator(".counts button").filter(has_text="拒绝")).to_contain_text("0")
    page.locator("input[name=scheme][value='用地用海 2023']").check()
    expect(page.locator("[data-act=commit]")).to_be_enabled()
    desk.film("row-corrected")
    put_in(page)
    assert desk.stages()["N4"] == "not_started"


def test_2_the_shapefile_comes_in_after_a_crossing_ring_is_mended(desk: Desk) -> None:
    page = desk.open("/import")
    imported(page, county.shapefile(desk.downloads / "征收红线.zip"))
    page.locator(".counts button").filter(has_text="拒绝").click()
    desk.film("ring-crosses")
    page.get_by_role("button", name="按上面的面积").first.click()
    expect(page.locator(".counts button").filter(has_text="拒绝")).to_contain_text("0")
    put_in(page)
    assert set(NEW) <= set(desk.stages())


def ticked(page: Page, numbers: list[str]) -> None:
    """Tick these parcels in the list of the day."""
    for number in numbers:
        page.get_by_label(f"选中 {number}", exact=True).check()


def recorded_together(page: Page, act: str, on: str, document: str) -> None:
    """Fill in the form that records for all ticked parcels; what the law says must be said first."""
    page.get_by_role("button", name="一并登记").click()
    box = page.get_by_role("dialog")
    box.get_by_label("登记什么").select_option(label=act)
    box.get_by_label("发生日期").fill(on)
    box.get_by_label("文号").fill(document)
    expect(box.locator(".verdict")).to_contain_text("依法可以登记")
    box.get_by_role("button", name="登记", exact=True).click()
    expect(box).to_have_count(0)


def test_3_the_notices_of_the_new_land_are_recorded_together(desk: Desk) -> None:
    page = desk.open("/desk?list=may")
    ticked(page, NEW)
    page.get_by_role("button", name="一并登记").click()
    box = page.get_by_role("dialog")
    box.get_by_label("发生日期").fill("2026-06-22")
    box.get_by_label("文号").fill("示征预公告〔2026〕12号")
    expect(box.locator(".verdict")).to_contain_text("依法可以登记")
    desk.film("notices-together")
    box.get_by_role("button", name="登记", exact=True).click()
    expect(box).to_have_count(0)
    assert {desk.stages()[number] for number in NEW} == {"pre_notice"}


def test_4_a_plan_notice_before_its_ten_working_days_is_refused_with_the_law(desk: Desk) -> None:
    page = desk.open("/parcel?no=N1")
    form = page.locator("form.recorder")
    form.get_by_label("发生日期").fill("2026-06-24")
    expect(form.locator(".verdict")).to_contain_text("依法可以登记")
    form.get_by_role("button", name="登记", exact=True).click()
    expect(form.get_by_label("登记什么")).to_contain_text("下一步：补偿安置方案公告")
    form.get_by_label("发生日期").fill("2026-06-30")
    # 10 working days from Monday 22 June: 23 24 25 26 29 30 June, 1 2 3 6 July.
    expect(form.locator(".breaches")).to_contain_text("最早 2026-07-07")
    # Only with a reason, which stays with the entry for good.
    expect(form.get_by_label("越规理由")).to_be_visible()
    expect(form.get_by_role("button", name="越规登记")).to_be_disabled()
    desk.film("too-early")
    assert desk.stages()["N1"] == "survey"


def test_5_the_signed_land_of_two_projects_becomes_a_batch(desk: Desk) -> None:
    page = desk.open("/?by=flag")
    desk.film("planner-morning")
    assert page.locator(".tabulator-row").filter(has_text="预计晚于开工").count() == 2
    page = desk.open("/register?stage=agreement")
    expect(page.locator("[data-part=sums]")).to_contain_text("90.00 亩")
    page.locator(".tabulator-header input[type=checkbox]").check()
    desk.film("register")
    page.locator("[data-act=to-batch]").click()
    box = page.get_by_role("dialog")
    box.get_by_label("批次名称").fill("2026年度第1批次")
    box.get_by_role("button", name="建立").click()
    expect(page.locator(".desk-main")).to_contain_text("90.00 亩")
    expect(page.locator(".desk-main")).to_contain_text("批准权限")
    desk.film("batch")


def test_6_the_money_is_recorded_and_the_batch_submitted(desk: Desk) -> None:
    page = desk.open("/desk?list=may")
    ticked(page, county.SIGNED)
    recorded_together(page, "补偿资金足额到位", "2026-06-29", "示财资〔2026〕7号")
    page = desk.open("/batches?name=2026年度第1批次")
    page.get_by_role("button", name="上报", exact=True).click()
    box = page.get_by_role("dialog")
    box.get_by_label("上报文号").fill("示自然资报〔2026〕1号")
    expect(box).to_contain_text("符合法定程序")
    box.get_by_role("button", name="登记", exact=True).click()
    expect(box).to_have_count(0)
    assert {desk.stages()[number] for number in county.SIGNED} == {"submitted"}


def test_7_the_package_goes_out_and_comes_back_unchanged(desk: Desk) -> None:
    page = desk.open("/batches?name=2026年度第1批次")
    page.get_by_role("button", name="导出资料包").click()
    with page.expect_download() as downloading:
        page.get_by_role("dialog").get_by_role("button", name="生成并下载").click()
    package = desk.downloads / "资料包.zip"
    downloading.value.save_as(package)
    page = desk.open("/import")
    imported(page, package)
    expect(page.locator(".counts button").filter(has_text="未变")).to_contain_text("6")
    for state in ("新增", "变更", "拒绝"):
        expect(page.locator(".counts button").filter(has_text=state)).to_contain_text("0")
    desk.film("package-back")


def test_8_the_approval_moves_the_land_and_two_projects_turn_from_red_to_green(desk: Desk) -> None:
    page = desk.open("/batches?name=2026年度第1批次")
    page.get_by_role("button", name="登记批准").click()
    box = page.get_by_role("dialog")
    box.get_by_label("批准文号").fill("晋政地字〔2026〕88号")
    box.get_by_label("批准机关").select_option(label="省级人民政府")
    expect(box).to_contain_text("符合法定程序")
    desk.film("approval")
    box.get_by_role("button", name="登记", exact=True).click()
    expect(box).to_have_count(0)
    assert {desk.stages()[number] for number in county.SIGNED} == {"approved"}
    page = desk.open("/?by=flag")
    desk.film("planner-evening")
    expect(page.locator(".tabulator-row").filter(has_text="预计晚于开工")).to_have_count(0)
    with closing(open_store(desk.store)) as store:
        wrong = [finding.words.en for finding in verify_store(store)]
    assert wrong == []
