"""The page of the stock of land in a real browser: figures narrow the list, a supply is recorded and withdrawn."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Watched


def test_a_figure_narrows_the_list_and_the_address(office: Watched) -> None:
    page = office.open("/stock")
    whole = page.locator("[data-part=count]").inner_text()
    page.locator(".figure", has_text="满两年，收回线").click()
    page.wait_for_url("**/stock?status=recover_a")
    expect(page.locator("[data-part=count]")).not_to_have_text(whole)
    expect(page.locator(".tabulator-row").first).to_contain_text("收回线")
    page.go_back()
    expect(page.locator("[data-part=count]")).to_have_text(whole)


def test_the_strip_follows_the_day_that_is_chosen(office: Watched) -> None:
    page = office.open("/stock")
    day = page.locator("[data-part=day]")
    for chosen in ("2026-06-01", "2026-06-02"):
        day.fill(chosen)
        expect(page.locator(".strip.past")).to_contain_text(f"正在查看 {chosen} 当天的情况")
    page.click(".strip.past button")
    expect(page.locator(".strip.past")).to_have_count(0)


def test_groups_lead_to_their_parcels(office: Watched) -> None:
    page = office.open("/stock?by=park")
    name = page.locator("table.sums tbody th button").first
    text = name.inner_text()
    name.click()
    page.wait_for_url(re.compile(r"park="))
    expect(page.locator("table.sums tbody tr[aria-selected=true]")).to_contain_text(text)


def test_a_supply_is_recorded_and_withdrawn_with_a_reason(own: Watched) -> None:
    page = own.open("/stock?status=unknown")
    rows = page.locator(".tabulator-row")
    number = rows.first.locator(".code").inner_text()
    rows.first.get_by_role("button", name="供地记录").click()
    box = page.locator("dialog.box")
    box.get_by_label("约定动工日期").fill("2020-01-01")
    box.get_by_role("button", name="保存").click()
    expect(box).to_have_count(0)
    page.goto(f"{own.address}/stock?words={number}")
    page.wait_for_selector("body[data-ready=true]")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("收回线")
    rows.first.get_by_role("button", name="供地记录").click()
    page.get_by_role("button", name="撤销记录…").click()
    page.get_by_label("理由", exact=True).fill("示例：录错地块")
    page.locator("dialog.box").last.get_by_role("button", name="撤销", exact=True).click()
    expect(rows.first).to_contain_text("资料不全")


def test_what_the_server_refuses_is_told_beside_its_field(own: Watched) -> None:
    page = own.open("/stock?status=unknown")
    page.locator(".tabulator-row").first.get_by_role("button", name="供地记录").click()
    box = page.locator("dialog.box")
    box.get_by_label("约定动工日期").fill("2024-01-01")
    box.get_by_label("约定竣工日期").fill("2023-01-01")
    box.get_by_role("button", name="保存").click()
    expect(box.locator("[name=agreed_finish_on][aria-invalid=true]")).to_have_count(1)
    own.forgive("400")


def test_the_page_fits_a_phone(phone: Watched) -> None:
    page = phone.open("/stock")
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
    expect(page.locator(".figure").first).to_be_visible()


def test_a_server_that_fails_is_not_said_to_leave_on_the_screen_what_never_was_there(office: Watched) -> None:
    office.keep_from_recovering()
    page = office.page
    strip, kept = page.locator(".strip.bad"), "屏幕上是先前的内容"
    page.route("**/api/stock?*", lambda route: route.fulfill(status=503, json={}))
    page.route("**/api/stock", lambda route: route.fulfill(status=503, json={}))
    page.goto(office.address + "/stock")
    expect(strip).to_be_visible()
    expect(strip).not_to_contain_text(kept)

    page.unroute_all()
    office.keep_from_recovering()
    strip.get_by_role("button", name="重试").click()
    expect(strip).to_have_count(0)
    page.route("**/api/stock?*", lambda route: route.fulfill(status=503, json={}))
    page.locator(".figure", has_text="满两年，收回线").click()
    expect(strip).to_contain_text(kept)
    office.forgive("503")
