"""The register in a browser: ledger and map bound together, filters, drawing, views, editing, a phone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from gis.model import LOCAL_ACTOR
from gis.settings import Settings
from gis.store import open_store
from gis.workflows.assess_store import default_day
from tests.browser.conftest import OFFICE, PHONE, Served, Watched, watch

FIRST = "140781001-0001"


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


def count_of(page: Page) -> int:
    """How many parcels the ledger says there are."""
    return int(re.sub(r"\D", "", page.locator("[data-part=row-count]").inner_text().split("（")[0]))


def expect_count(page: Page, count: str) -> None:
    expect(page.locator("[data-part=row-count]")).to_contain_text(f"{count} 个地块")


def cell(page: Page, row: int, column: str):
    return page.locator(".tabulator-row").nth(row).locator(f"[tabulator-field={column}]")


def test_a_filter_narrows_ledger_sums_and_choices_and_the_address_keeps_it(office):
    page = office.open("/register")
    whole = count_of(page)
    page.click("[data-choice='overdue:true']")
    expect(page).to_have_url(re.compile("overdue=true"))
    expect(page.locator("[data-part=row-count]")).to_contain_text("（共")
    narrowed = count_of(page)
    assert 0 < narrowed < whole
    expect(page.locator("[data-part=sums]")).to_contain_text(f"地块 {narrowed}")
    assert "亩" in page.locator("[data-part=sums]").inner_text()
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    expect_count(page, str(narrowed))
    page.click("[data-part=chips] .chip button")
    expect_count(page, f"{whole:,}")
    page.go_back()
    expect_count(page, str(narrowed))


def test_a_facet_offers_what_there_is(office):
    page = office.open("/register?held=true")
    page.click("[data-facet=town]")
    option = page.locator(".popover .option").first
    n = option.locator(".count").inner_text()
    option.locator("input").check()
    expect_count(page, n)


def test_a_chosen_row_opens_its_parcel_and_the_map_goes_there(office):
    page = office.open("/register")
    page.wait_for_selector("body[data-drawn=true]")
    cell(page, 2, "town").click()
    expect(page.locator(".panel .sub")).to_have_text("140781001-0003")
    expect(page.locator(".tabulator-row.current")).to_contain_text("140781001-0003")
    expect(page.locator(".panel .steps")).to_be_visible()
    expect(page).to_have_url(re.compile("sel=140781001-0003"))
    page.locator(".tabulator-row.current").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".panel .sub")).to_have_text("140781001-0004")
    page.keyboard.press("Space")
    expect(page.locator("[data-part=picked]")).to_contain_text("已选 1 个")
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=panel]")).to_be_hidden()


def test_a_click_on_the_map_opens_the_parcel_and_marks_its_row(office):
    page = office.open(f"/register?sel={FIRST}")
    page.wait_for_selector("body[data-drawn=true]")
    expect(page.locator(".panel .sub")).to_have_text(FIRST)
    page.wait_for_timeout(1_500)  # the flight there
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=panel]")).to_be_hidden()
    box = page.locator(".ledger-map .folium-map").bounding_box()
    # It was shown in the middle of what the panel leaves free.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.22)
    expect(page.locator(".panel .sub")).to_contain_text("140781001-")
    expect(page.locator(".tabulator-row.current")).to_be_visible()


@pytest.mark.parametrize("kind", ["rect", "circle", "polygon"])
def test_a_drawn_shape_lists_what_is_inside(office, kind):
    page = office.open("/register")
    page.wait_for_selector("body[data-drawn=true]")
    box = page.locator(".ledger-map .folium-map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.click(f"[data-act={kind}]")
    page.mouse.click(x - 60, y - 90)
    if kind == "polygon":
        page.mouse.click(x + 60, y - 90)
        page.mouse.click(x + 60, y + 30)
        page.locator("[data-part=drawing] button", has_text="完成").click()
    else:
        page.mouse.move(x + 20, y)
        page.mouse.click(x + 60, y + 30)
    expect(page).to_have_url(re.compile(f"area={kind}:"))
    expect(page.locator("[data-part=row-count]")).to_contain_text("（共")
    assert 0 < count_of(page) < 6_142
    page.click("[data-part=chips] .clear-all")
    expect_count(page, "6,142")


def test_thousands_of_rows_come_as_one_scrolls_and_are_sorted_by_the_server(office):
    page = office.open("/register")
    holder = page.locator(".tabulator-tableholder")
    for _ in range(4):
        holder.evaluate("box => { box.scrollTop = box.scrollHeight; }")
        page.wait_for_timeout(400)
    last = page.locator(".tabulator-row").last.locator("[tabulator-field=parcel_no]").inner_text()
    assert last > "140781002"
    page.locator(".tabulator-col[tabulator-field=overdue_days]").click()
    expect(page).to_have_url(re.compile("sort=-overdue_days"))
    expect(cell(page, 0, "overdue_days").locator(".late")).to_be_visible()


def test_a_view_is_saved_shown_again_and_taken_away(own):
    page = own.open("/register?held=true")
    page.click("[data-act=columns]")
    page.locator(".popover .option", has_text="涉及户数").locator("input").check()
    page.keyboard.press("Escape")
    page.click("[data-act=views]")
    page.click("text=保存当前视图")
    page.fill("dialog input", "受阻地块")
    page.locator("dialog button", has_text="保存").click()
    expect(page.locator("dialog")).to_have_count(0)
    page.goto(own.address + "/register")
    page.wait_for_selector("body[data-ready=true]")
    expect_count(page, "6,142")
    page.click("[data-act=views]")
    page.click(".view-row .name")
    expect(page).to_have_url(re.compile("held=true"))
    expect(page.locator(".tabulator-col[tabulator-field=households]")).to_have_count(1)
    page.click("[data-act=views]")
    page.locator(".view-row .square").last.click()
    page.locator("dialog button", has_text="删除").click()
    page.click("[data-act=views]")
    expect(page.locator(".popover")).to_contain_text("还没有保存的视图")


def test_a_saved_view_keeps_its_order(own: Watched) -> None:
    page = own.open("/register?held=true")
    header = page.locator(".tabulator-col[tabulator-field=overdue_days]")
    header.click()
    expect(page).to_have_url(re.compile("sort=-overdue_days"))
    first = cell(page, 0, "parcel_no").inner_text()
    page.click("[data-act=views]")
    page.click("text=保存当前视图")
    page.fill("dialog input", "逾期最久")
    page.locator("dialog button", has_text="保存").click()
    expect(page.locator("dialog")).to_have_count(0)
    own.open("/register")
    page.click("[data-act=views]")
    page.click(".view-row .name")
    expect(cell(page, 0, "parcel_no")).to_have_text(first)
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("sort=-overdue_days"))


def test_a_link_keeps_the_order_by_a_column_that_is_hidden(office: Watched) -> None:
    link = "/register?sort=-area_planar_m2&columns=parcel_no,name"
    page = office.open(link)
    largest = page.request.get(f"{office.address}/api/register?sort=-area_planar_m2&limit=1").json()["rows"][0]
    expect(cell(page, 0, "parcel_no")).to_contain_text(largest["parcel_no"])
    expect(page).to_have_url(re.compile("sort=-area_planar_m2"))
    page.click("[data-act=columns]")
    page.locator(".popover .option", has_text="投影面积").locator("input").check()
    expect(page.locator(".tabulator-col[tabulator-field=area_planar_m2]")).to_have_attribute("aria-sort", "descending")


def test_a_form_is_sent_once_and_stays_until_the_answer_is_there(own: Watched) -> None:
    page = own.open("/register?held=true")
    held: list[Route] = []
    page.route(
        "**/api/views", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    page.click("[data-act=views]")
    page.click("text=保存当前视图")
    page.fill("dialog input", "受阻地块")
    save = page.locator("dialog button", has_text="保存")
    with page.expect_request("**/api/views"):
        save.click()
    save.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("dialog button", has_text="取消").click()
    expect(page.locator("dialog")).to_be_visible()
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".toast").last).to_contain_text("受阻地块")


def test_the_way_to_the_map_is_never_that_of_the_parcel_before(office: Watched) -> None:
    page = office.open(f"/register?sel={FIRST}")
    there = page.locator("[data-part=panel]").get_by_role("button", name="在图上看")
    expect(there).to_have_count(1)
    second = cell(page, 1, "parcel_no").inner_text()
    page.route(f"**/api/parcels/{second}*", lambda route: None)  # never answered
    cell(page, 1, "parcel_no").click()
    expect(page.locator("[data-part=panel] h2")).to_have_text(second)
    expect(there).to_have_count(0)


def test_the_chip_of_a_term_says_what_its_button_says(office: Watched) -> None:
    page = office.open("/register?legal_within_days=0")
    expect(page.locator("[data-part=chips] .chip .value")).to_have_text("今天起可办")


def edit(page: Page, row: int, column: str, value: str) -> None:
    """Type into a cell as a person does."""
    cell(page, row, column).dblclick()
    field = page.locator(".tabulator-cell .field")
    field.fill(value)
    field.press("Enter")


def test_a_cell_is_edited_and_the_step_taken_back(own, own_file):
    page = own.open("/register?columns=parcel_no,name,declared_area_m2,households")
    page.click("[data-act=edit]")
    before = cell(page, 0, "name").inner_text()
    edit(page, 0, "name", "改过的地块")
    expect(page.locator("[data-act=undo]")).to_contain_text("1")
    edit(page, 0, "declared_area_m2", "15")
    expect(page.locator("[data-act=undo]")).to_contain_text("2")
    expect(cell(page, 0, "declared_area_m2")).to_have_text("15.00")
    assert stored(own_file, "declared_area_m2") == pytest.approx(10_000)  # 15 亩 are one hectare
    page.click("[data-act=undo]")
    page.click("[data-act=undo]")
    expect(page.locator("[data-act=undo]")).to_be_disabled()
    expect(cell(page, 0, "name")).to_have_text(before)
    assert stored(own_file, "name") == before


def stored(path: Path, column: str) -> object:
    from gis.model import Query

    store = open_store(path)
    value = store.read("parcel", Query(keys=(FIRST,)))[column].item()
    store.close()
    return value


def test_a_value_that_makes_no_sense_is_not_written(own, own_file):
    page = own.open("/register?columns=parcel_no,households")
    page.click("[data-act=edit]")
    before = stored(own_file, "households")
    edit(page, 0, "households", "三户")
    expect(page.locator(".toast").last).to_contain_text("应为不小于 0 的数")
    expect(page.locator("[data-act=undo]")).to_be_disabled()
    assert stored(own_file, "households") == before


def asks_for_rows_changed(address: str) -> bool:
    """A look at single rows, not at the list."""
    return "/api/register?" in address and ("words=" in address or "parcel_no=" in address)


def test_a_row_is_edited_again_before_it_was_shown_anew(own: Watched, own_file: Path) -> None:
    page = own.open("/register?columns=parcel_no,name,person")
    page.route(asks_for_rows_changed, lambda route: None)  # never answered
    page.click("[data-act=edit]")
    edit(page, 0, "name", "改过一次")
    expect(page.locator("[data-act=undo]")).to_contain_text("1")
    edit(page, 0, "person", "王某")
    expect(page.locator("[data-act=undo]")).to_contain_text("2")
    assert (stored(own_file, "name"), stored(own_file, "person")) == ("改过一次", "王某")


def test_a_row_is_edited_again_before_the_first_edit_was_answered(own: Watched, own_file: Path) -> None:
    page = own.open("/register?columns=parcel_no,name,person")
    held: list[Route] = []
    is_over = False
    page.route("**/api/parcels/edit", lambda route: route.continue_() if is_over else held.append(route))
    page.click("[data-act=edit]")
    with page.expect_request("**/api/parcels/edit"):
        edit(page, 0, "name", "改过一次")
    edit(page, 0, "person", "王某")
    is_over = True
    for route in held:
        route.continue_()
    expect(page.locator("[data-act=undo]")).to_contain_text("2")
    assert (stored(own_file, "name"), stored(own_file, "person")) == ("改过一次", "王某")


@pytest.mark.parametrize(("choice", "expected"), [("用我的", "我的"), ("用对方的", "对方的")])
def test_both_versions_are_shown_where_somebody_was_quicker(own, own_file, choice, expected):
    page = own.open("/register?columns=parcel_no,person")
    page.click("[data-act=edit]")
    store = open_store(own_file)
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": [FIRST], "person": ["对方的"]}), on=default_day(store))
    store.close()
    edit(page, 0, "person", "我的")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("对方的")
    expect(dialog).to_contain_text("我的")
    own.forgive("409")
    with page.expect_response("**/api/register?*"):  # the row is asked for again once the choice was written
        dialog.locator("button", has_text=choice).click()
    expect(cell(page, 0, "person")).to_have_text(expected)
    assert stored(own_file, "person") == expected


def test_many_rows_are_changed_after_a_look_at_what_changes(own, own_file):
    page = own.open("/register?columns=parcel_no,person")
    for row in range(3):
        page.locator(".tabulator-row").nth(row).locator(".boxes").click()
    expect(page.locator("[data-part=picked]")).to_contain_text("已选 3 个")
    page.click("[data-act=bulk]")
    page.select_option("[data-part=bulk-column]", "person")
    page.fill("[data-part=bulk-value]", "王某")
    page.locator("dialog button", has_text="预览").click()
    expect(page.locator("[data-part=preview-counts]")).to_contain_text("将修改 3 个")
    assert stored(own_file, "person") != "王某"
    page.locator("dialog button", has_text="写入").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(cell(page, 2, "person")).to_have_text("王某")
    assert stored(own_file, "person") == "王某"
    page.click("[data-act=undo]")
    expect(cell(page, 2, "person")).not_to_have_text("王某")


def test_what_is_listed_is_handed_out(office):
    page = office.open("/register?held=true")
    page.click("[data-act=export]")
    with page.expect_download() as coming:
        page.click("[data-format='Shapefile (GBK)']")
    assert coming.value.suggested_filename.endswith(".zip")


def test_another_day_is_shown_and_cannot_be_edited(office):
    page = office.open("/register?on=2026-06-01")
    expect(page.locator(".strip.past")).to_contain_text("2026-06-01")
    expect(page.locator("[data-part=editing]")).to_be_hidden()
    page.click(".strip.past button")
    expect(page.locator("[data-part=editing]")).to_be_visible()


def test_a_phone_shows_the_list_first_and_the_map_second(phone):
    page = phone.open("/register")
    assert page.viewport_size == PHONE
    expect(page.locator(".tabulator-row").first).to_be_visible()
    expect(page.locator(".ledger-map .folium-map")).not_to_be_visible()
    page.click("[data-show=map]")
    expect(page.locator(".ledger-map .folium-map")).to_be_visible()
    page.click("[data-show=filters]")
    page.click("[data-choice='held:true']")
    page.click("[data-show=list]")
    expect(page.locator("[data-part=row-count]")).to_contain_text("（共")
    assert 0 < count_of(page) < 100
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("[data-act=menu]")
    expect(page.locator("#pages a[aria-current=page]")).to_have_text("台账")


def test_it_prints_the_rows_and_not_the_map(office):
    page = office.open("/register?held=true")
    page.emulate_media(media="print")
    expect(page.locator(".ledger-map")).not_to_be_visible()
    expect(page.locator(".filters")).not_to_be_visible()


def test_the_wall_maps_filter_leads_to_the_parcels_of_its_projects(office: Watched) -> None:
    page = office.open("/?flag=late")
    page.click("[data-format=parcels]")
    page.wait_for_selector("body[data-ready=true]")
    expect(page.locator("[data-part=chips]")).to_contain_text("预计晚于开工")
    total = page.locator("[data-part=sums]").inner_text()
    page.locator("[data-part=chips] button", has_text="全部清除").click()
    expect(page.locator("[data-part=sums]")).not_to_have_text(total)
    assert "project_flag" not in page.url
