"""
A tour of the sample county, from its wishes to its scores, lived in the browser: docs/tours.md shows the pictures.

``GUATU_FILM=FOLDER`` keeps the pictures.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import gpxpy
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gis.settings import Settings
from gis.workflows.export_tour import KINDS
from tests.browser.conftest import OFFICE, Served, Watched, watch
from tests.browser.touring import phone_at

TOUR, PLAN = "T2", "T2-1"  # the tour of the sample county that waits to be planned


def film(page: Page, name: str) -> None:
    """Keep a picture of the page, where a folder for them is named."""
    folder = os.environ.get("GUATU_FILM")
    if folder:
        page.wait_for_timeout(4000)  # tiles, and what fades in
        page.screenshot(path=Path(folder) / f"tours-{name}.png")


@pytest.fixture
def served(serve: Callable[[Settings], Served], own_file: Path) -> Served:
    return serve(Settings(db=str(own_file), review_number="晋S(2026)001号"))


@pytest.fixture
def office(browser: Browser, served: Served) -> Iterator[Watched]:
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    watched = watch(context, served.address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


def stops(page: Page) -> Locator:
    return page.locator("[data-part=routes] .stop")


def timed(page: Page) -> None:
    """Wait until the times belong to the order on the page."""
    expect(page.locator("[data-part=routes]")).not_to_have_class(re.compile("pending"))
    expect(page.locator("[data-part=summary] .verdict")).not_to_have_text("正在计算时间…")


def agree(page: Page) -> None:
    page.click("dialog[open] [data-value=yes]")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_tour_goes_from_its_wishes_to_its_scores(browser: Browser, served: Served, office: Watched) -> None:
    page = office.open("/tours")
    expect(page.locator("body")).to_contain_text("示例·2026年上半年重点项目观摩")
    film(page, "01-list")
    plan_and_keep(office)
    hand_out(office)
    codes = open_scoring(office)
    with phone_at(browser, served) as phone:
        be_on_the_road(phone)
    for place, code in enumerate(codes):
        with phone_at(browser, served) as phone:
            vote(phone, code, place)
    close_scoring(office)


def plan_and_keep(office: Watched) -> None:
    """On the roads, within its wishes; one stop moved by hand; what is left out explained; kept."""
    page = office.open(f"/tours?tour={TOUR}")
    page.get_by_label("规划用时").select_option("5")
    page.get_by_role("button", name="规划", exact=True).click()
    expect(page.locator("[data-part=run]")).to_be_visible()
    expect(page.locator("[data-part=run]")).to_be_hidden()
    timed(page)
    expect(page.locator("[data-part=summary]")).to_contain_text("全部要求都满足")
    assert stops(page).count() >= 8
    assert page.locator("text=估算").count() == 0  # the sample county has roads
    film(page, "02-planned")
    page.locator("[data-tab-of=out]").click()
    page.get_by_role("button", name="解释").click()
    expect(page.locator("[data-part=out] .costs")).to_contain_text("每天多一辆车")
    film(page, "03-explained")
    first = stops(page).nth(0).locator(".name").inner_text()
    stops(page).nth(1).focus()
    page.keyboard.press("Alt+ArrowUp")
    timed(page)
    expect(stops(page).nth(1)).to_contain_text(first)
    page.get_by_role("button", name="撤销一步").click()
    timed(page)
    expect(stops(page).nth(0)).to_contain_text(first)
    page.get_by_role("button", name="保存方案").click()
    box = page.get_by_role("dialog")
    box.get_by_label("方案名称").fill("初稿")
    box.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-part=plan-name]")).to_have_text("初稿")


def hand_out(office: Watched) -> None:
    """Every file of the plan, each read by something that reads such files."""
    files = {}
    for kind in KINDS:
        answer = office.page.request.get(f"{office.address}/export/tours/{PLAN}.{kind}")
        assert answer.ok, kind
        files[kind] = answer.body()
    assert files["pdf"].startswith(b"%PDF")
    for kind in ("xlsx", "docx"):
        assert zipfile.ZipFile(io.BytesIO(files[kind])).testzip() is None
    assert len(gpxpy.parse(files["gpx"].decode()).tracks) == 1
    assert files["ics"].startswith(b"BEGIN:VCALENDAR")
    office.page.set_content(files["html"].decode())
    expect(office.page.locator("svg").first).to_be_visible()
    film(office.page, "04-offline-page")


def be_on_the_road(phone: Watched) -> None:
    """The phone page of the day, with a signal and without."""
    page = phone.open(f"/tours/day/{PLAN}")
    expect(page.locator(".halt").first).to_be_visible()
    film(page, "05-phone")
    expect(page.locator("body")).to_have_attribute("data-kept", "true")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".halt").first).to_be_visible()
    page.context.set_offline(False)


def open_scoring(office: Watched) -> list[str]:
    """Two codes; gives them as they stand on the slips."""
    page = office.open(f"/tours/score/{TOUR}")
    page.fill("[name=codes]", "2")
    page.click("text=开启评分")
    agree(page)
    expect(page.locator(".slip")).to_have_count(2)
    film(page, "06-slips")
    return page.locator(".slip-code").all_inner_texts()


def vote(phone: Watched, code: str, place: int) -> None:
    """Every site gets marks; the second ballot marks a point higher."""
    page = phone.open(f"/score/{TOUR}#{code}")
    expect(page.locator(".site").first).to_be_visible()
    fields = page.locator(".site .mark")
    for at in range(fields.count()):
        fields.nth(at).fill(str(10 + place))
    if place == 0:
        film(page, "07-score-form")
    page.click("[data-act=send]")
    agree(page)
    expect(page.locator(".thanks h2")).to_have_text("评分已提交，谢谢！")


def close_scoring(office: Watched) -> None:
    """Locked; what comes of it is shown."""
    page = office.open(f"/tours/score/{TOUR}")
    expect(page.locator("[data-part=ballots]")).to_have_text("2")
    page.click("text=封存评分")
    agree(page)
    expect(page.locator(".result").first.locator("tbody tr").first).to_be_visible()
    film(page, "08-result")
