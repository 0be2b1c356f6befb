"""
The page of one parcel in a real browser: the clock, the form that knows the law, entries taken back.

P0 was noticed on 2026-02-09: 10 working days end on 2026-02-28. The sample's day is 2026-06-30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gis.settings import Settings
from gis.store import create_store
from tests.browser.conftest import OFFICE, PHONE, Served, Watched, watch
from tests.contract.store_samples import CRS, OFFICER, append, parcels, put, stages


@pytest.fixture
def county(serve: Callable[[Settings], Served], tmp_path: Path) -> Served:
    db = tmp_path / "county.gpkg"
    store = create_store(db, name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    put(store, "parcel", parcels(3, owner_kind=["collective"] * 3, name=["<b>甲</b>", "乙", "丙"]))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-02-09"), ("survey", "2026-02-12")))
    store.close()
    return serve(Settings(db=str(db)))


@pytest.fixture(params=[OFFICE, PHONE], ids=["office", "phone"])
def desk(request: pytest.FixtureRequest, browser: Browser, county: Served) -> Iterator[Watched]:
    with browser.new_context(viewport=request.param, locale="zh-CN") as context:
        watched = watch(context, county.address)
        yield watched
        assert (watched.errors, watched.foreign) == ([], [])


def fill_in(page: Page, on: str, act: str = "stage:plan_notice") -> None:
    page.select_option("[name=act]", act)
    page.fill("[name=on]", on)


def test_closing_a_step_too_early_is_refused_and_recorded_in_time(desk: Watched) -> None:
    page = desk.open("/parcel?no=P0")
    fill_in(page, "2026-02-27")
    expect(page.locator(".verdict .breaches")).to_contain_text("满 10 个工作日（至 2026-02-28）")
    expect(page.locator(".verdict")).to_contain_text("土地管理法实施条例 26")
    expect(page.locator(".recorder [type=submit]")).to_be_disabled()
    fill_in(page, "2026-03-02")
    expect(page.locator(".verdict")).to_have_text("依法可以登记")
    page.fill("[name=document]", "示征告〔2026〕2号")
    page.click(".recorder [type=submit]")
    expect(page.locator(".step.now")).to_contain_text("补偿安置方案公告")
    expect(page.locator(".entry").first).to_contain_text("示征告〔2026〕2号")


def test_a_rule_is_broken_with_a_reason_that_stays_and_the_entry_is_taken_back(desk: Watched) -> None:
    page = desk.open("/parcel?no=P0")
    fill_in(page, "2026-02-27")
    page.fill("[name=override]", "防汛抢险")
    page.click(".recorder [type=submit]")
    expect(page.locator(".step.now .override")).to_contain_text("防汛抢险")
    page.locator(".entry").first.get_by_role("button").click()
    page.fill("dialog textarea", "登记错了地块")
    page.click("dialog [data-value=yes]")
    expect(page.locator(".entry.withdrawn")).to_contain_text("登记错了地块")
    expect(page.locator(".step.now")).to_contain_text("现状调查与稳评")


def test_a_hold_what_was_tried_and_its_release(desk: Watched) -> None:
    page = desk.open("/parcel?no=P1")
    fill_in(page, "2026-06-01", "hold")
    page.select_option("[name=hold_reason]", "lawsuit")
    page.click(".recorder [type=submit]")
    fill_in(page, "2026-06-05", "effort")
    page.fill("[name=note]", "约谈双方")
    page.click(".recorder [type=submit]")
    expect(page.locator(".hold .efforts")).to_contain_text("约谈双方")
    fill_in(page, "2026-06-20", "release")
    page.click(".recorder [type=submit]")
    expect(page.locator(".hold.over")).to_contain_text("2026-06-01 至 2026-06-20")


def test_what_people_wrote_is_text_and_no_parcel_is_said_so(desk: Watched) -> None:
    page = desk.open("/parcel?no=P0")
    expect(page.locator(".desk-title")).to_contain_text("<b>甲</b>")
    expect(page.locator(".neighbours")).to_contain_text("P1")
    page = desk.open("/parcel?no=A%2F..%2FB%23%3F")
    expect(page.locator(".notice.bad")).to_contain_text("A/../B#?")
    desk.forgive("404")
