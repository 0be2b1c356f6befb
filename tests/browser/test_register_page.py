"""The register in a browser: ledger and map bound together, filters, drawing, views, a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.register_rows import cell

FIRST = "140781001-0001"


def count_of(page: Page) -> int:
    """How many parcels the ledger says there are."""
    return int(re.sub(r"\D", "", page.locator("[data-part=row-count]").inner_text().split("（")[0]))


def expect_count(page: Page, count: str) -> None:
    expect(page.locator("[data-part=row-count]")).to_contain_text(f"{count} 个地块")


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
