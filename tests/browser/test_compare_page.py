"""The page of two days compared in a real browser: figures, map, lists, and the tasks of a road."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Watched


def test_two_days_are_shown_as_table_matrix_and_map(office: Watched) -> None:
    page = office.open("/compare?from=2026-08-31&to=2026-10-31")
    page.wait_for_selector("body[data-mapped=true]")
    assert page.evaluate("guatuWall.draw().getMaplibreMap().querySourceFeatures('moved').length") > 0
    expect(page.locator("table.matrix td.forward").first).to_be_visible()
    expect(page.locator("[data-part=groups] tfoot")).to_contain_text("合计")


def test_a_promise_not_kept_is_listed(office: Watched) -> None:
    page = office.open("/compare")
    page.locator(".figure", has_text="承诺未完成").click()
    page.wait_for_url("**outcome=not_done**")
    expect(page.locator(".tabulator-row").first).to_contain_text("未完成")


def test_a_wrong_span_is_told(office: Watched) -> None:
    page = office.page
    page.goto(f"{office.address}/compare?from=2026-09-01&to=2026-01-01")
    expect(page.locator(".strip.bad")).to_contain_text("起始日期须早于截止日期")
    office.forgive("400")


def test_the_tasks_of_a_road_are_shown_by_town(office: Watched) -> None:
    page = office.open("/compare?view=tasks")
    expect(page.locator("[data-part=tasks] tbody tr").first).to_contain_text("km")
    expect(page.locator("[data-part=tasks] tfoot")).to_contain_text("合计")
    expect(page.locator(".line-bar i").first).to_be_attached()


def test_the_page_fits_a_phone(phone: Watched) -> None:
    page = phone.open("/compare?view=tasks")
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
