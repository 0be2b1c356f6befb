"""A scoring from its opening to its result: the organiser's page on an office screen, the form on phones."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gis.tours.itinerary import Plan
from tests.browser.conftest import Served, Watched
from tests.browser.touring import keep_sample_tour, phone_at
from tests.contract.tour_samples import TOUR


@pytest.fixture
def tour(own_file: Path) -> Plan:
    """A tour in this test's own county."""
    return keep_sample_tour(own_file)


def agree(page: Page) -> None:
    page.click("dialog[open] [data-value=yes]")
    expect(page.locator("dialog[open]")).to_have_count(0)


def open_scoring(office: Watched, codes: int = 3) -> list[str]:
    """Two criteria of 100 and 20, nothing left out of the mean; gives the codes of the slips."""
    page = office.open(f"/tours/score/{TOUR}")
    for _ in range(2):
        page.locator("table.criteria tbody .square").last.click()
    page.locator("table.criteria tbody tr").nth(1).locator("input").nth(2).fill("20")
    page.select_option("[name=trim]", "none")
    page.fill("[name=codes]", str(codes))
    page.click("text=开启评分")
    agree(page)
    expect(page.locator(".slip")).to_have_count(codes)
    return page.locator(".slip-code").all_inner_texts()


def mark(page: Page, place: int, *marks: str) -> None:
    fields = page.locator(".site").nth(place).locator(".mark")
    for at, text in enumerate(marks):
        fields.nth(at).fill(text)


def send_marks(page: Page) -> None:
    page.click("[data-act=send]")
    agree(page)
    expect(page.locator(".thanks h2")).to_have_text("评分已提交，谢谢！")


def test_a_tour_is_scored_from_the_slips_to_the_ranking(browser: Browser, own: Watched, tour: Plan) -> None:
    codes = open_scoring(own)
    office, served = own.page, Served(own.address)
    stops = tour.days[0].stops
    with phone_at(browser, served) as phone:
        page = phone.open(f"/score/{TOUR}#{codes[0]}")
        expect(page.locator(".site h3").first).to_contain_text(stops[0].name)
        assert "#" not in page.url
        mark(page, 0, "80", "10")
        mark(page, 1, "60")
        page.click("[data-act=send]")
        expect(page.locator("[data-part=failure]")).to_contain_text("没有评完")
        mark(page, 1, "60", "20")
        send_marks(page)
        phone.open(f"/score/{TOUR}")
        expect(page.locator(".thanks")).to_be_visible()
        assert "80" not in page.evaluate("JSON.stringify(localStorage)")
    with phone_at(browser, served) as phone:
        page = phone.open(f"/score/{TOUR}")
        page.fill("[name=code]", codes[1].lower())
        page.click("button[type=submit]")
        mark(page, 0, "100", "20")
        send_marks(page)
    expect(office.locator("[data-part=ballots]")).to_have_text("2")
    assert office.locator(".result").count() == 0
    office.click("text=已打印，收起")
    agree(office)
    expect(office.locator(".slip")).to_have_count(0)
    office.click("text=封存评分")
    agree(office)
    rows = office.locator(".result").first.locator("tbody tr")
    # Weights 20 and 40: (20 × 0.8 + 40 × 0.5) / 60 = 60 and 100 make 80; (20 × 0.6 + 40) / 60 = 86.67.
    expect(rows.nth(0)).to_contain_text(stops[1].name)
    expect(rows.nth(0)).to_contain_text("86.67")
    expect(rows.nth(1)).to_contain_text("80.00")
    expect(rows.nth(2).locator("td").first).to_have_text("—")
    with office.expect_download() as saved:
        office.click("text=导出 Excel")
    assert saved.value.suggested_filename.endswith(f"_{TOUR}.xlsx")


def test_what_is_typed_stays_on_the_phone_until_it_is_sent(browser: Browser, own: Watched, tour: Plan) -> None:
    (code,) = open_scoring(own, 1)
    with phone_at(browser, Served(own.address)) as phone:
        page = phone.open(f"/score/{TOUR}#{code}")
        mark(page, 2, "75.5", "18")
        phone.open(f"/score/{TOUR}")
        expect(page.locator(".site").nth(2).locator(".mark").first).to_have_value("75.5")
        expect(page.locator("[data-part=progress]")).to_have_text("已评 1 / 4")
        page.context.set_offline(True)
        page.click("[data-act=send]")
        agree(page)
        expect(page.locator("[data-part=failure]")).to_contain_text("还在这部手机上")
        page.context.set_offline(False)
        send_marks(page)
        phone.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_site_may_be_left_out_again_and_a_mark_out_of_range_is_told(
    browser: Browser, own: Watched, tour: Plan
) -> None:
    (code,) = open_scoring(own, 1)
    with phone_at(browser, Served(own.address)) as phone:
        page = phone.open(f"/score/{TOUR}#{code}")
        site = page.locator(".site").first
        mark(page, 0, "101", "10")
        expect(site.locator(".state")).to_have_text("分数超出范围")
        mark(page, 0, "100", "10")
        expect(site.locator(".state")).to_have_text("已评")
        site.locator("button.text").click()
        expect(site.locator(".state")).to_have_text("未评")
        page.click("[data-act=send]")
        expect(page.locator("[data-part=failure]")).to_have_text("还没有给任何项目打分。")


def test_a_used_or_wrong_code_is_told_at_once(browser: Browser, own: Watched, tour: Plan) -> None:
    codes = open_scoring(own)
    with phone_at(browser, Served(own.address)) as phone:
        page = phone.open(f"/score/{TOUR}#{codes[0]}")
        mark(page, 0, "100", "20")
        send_marks(page)
        page.click("text=用另一个评分码")
        for typed, told in ((codes[0], "已用过"), ("ABCD-EFGH-JKMN", "评分码不对")):
            page.fill("[name=code]", typed)
            page.click("button[type=submit]")
            expect(page.locator(".ask .bad")).to_contain_text(told)
        page.fill("[name=code]", codes[1])
        page.click("button[type=submit]")
        expect(page.locator(".site")).to_have_count(4)
        phone.forgive("400")
        phone.forgive("404")
