"""
The land desk of the day and the working calendar in a real browser.

The sample's day is 2026-06-30. P0 … P2 were planned to be noticed long ago, P3 is held, P4's plan was posted on
2026-05-30: 30 days to 29 June, so that agreements may be closed from that very day on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from gis.settings import Settings
from gis.store import create_store
from tests.browser.conftest import OFFICE, PHONE, Served, Watched, watch
from tests.contract.store_samples import CRS, OFFICER, append, hold, parcels, put, stages


@pytest.fixture
def county(serve: Callable[[Settings], Served], tmp_path: Path) -> Served:
    db = tmp_path / "county.gpkg"
    store = create_store(db, name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    late = [pd.Timestamp("2026-06-01")] * 3 + [pd.NaT] * 2
    units = ["甲镇政府", "甲镇政府", "乙镇政府", "乙镇政府", "甲镇政府"]
    put(store, "parcel", parcels(5, owner_kind=["collective"] * 5, unit=units, planned_pre_notice_on=late))
    append(store, "parcel_event", hold("P3", "2026-05-06"))
    steps = (("pre_notice", "2026-05-06"), ("survey", "2026-05-08"), ("plan_notice", "2026-05-30"))
    append(store, "parcel_event", stages("P4", *steps))
    store.close()
    return serve(Settings(db=str(db)))


@pytest.fixture(params=[OFFICE, PHONE], ids=["office", "phone"])
def desk(request: pytest.FixtureRequest, browser: Browser, county: Served) -> Iterator[Watched]:
    with browser.new_context(viewport=request.param, locale="zh-CN") as context:
        watched = watch(context, county.address)
        yield watched
        assert (watched.errors, watched.foreign) == ([], [])


def test_the_lists_of_the_day_by_unit(desk: Watched) -> None:
    page = desk.open("/desk")
    counts = {name: page.locator(f".today-tab.of-{name} b") for name in ("overdue", "today", "held")}
    expect(counts["overdue"]).to_have_text("3")
    expect(counts["today"]).to_have_text("1")
    page.click(".today-tab.of-today")
    expect(page.locator(".today-table")).to_contain_text("今天起可办")
    page.select_option("[name=unit]", "乙镇政府")
    expect(counts["overdue"]).to_have_text("1")
    expect(counts["held"]).to_have_text("1")
    assert "unit=" in page.url
    assert "unit=" in (page.get_attribute("[data-part=ics]", "href") or "")


def test_several_parcels_are_recorded_together(desk: Watched) -> None:
    page = desk.open("/desk?list=overdue")
    page.locator(".today-table .tick input").nth(-1).check()
    page.locator(".today-table .tick input").nth(-2).check()
    page.click("[data-part=together] button")
    page.fill("dialog [name=on]", "2026-06-29")
    expect(page.locator("dialog .verdict")).to_have_text("依法可以登记")
    page.click("dialog [type=submit]")
    expect(page.locator(".today-tab.of-overdue b")).to_have_text("1")


def test_one_that_the_law_refuses_stops_all(desk: Watched) -> None:
    page = desk.open("/desk?list=overdue")
    page.locator(".today-table .act button").first.click()
    page.select_option("dialog [name=act]", "stage:agreement")
    page.fill("dialog [name=on]", "2026-06-29")
    expect(page.locator("dialog .breaches")).to_contain_text("征收预公告、现状调查与稳评、补偿安置方案公告")
    expect(page.locator("dialog [type=submit]")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


def test_next_year_s_holidays_come_from_a_file_and_move_legal_days(desk: Watched, tmp_path: Path) -> None:
    file = tmp_path / "放假.csv"
    file.write_text("日期,是否上班,名称\n2090-01-01,休,元旦\n2090-01-05,班,元旦\n2090-13-01,休,\n", encoding="utf-8")
    page = desk.open("/calendar?year=2090")
    expect(page.locator("[data-part=told]")).to_contain_text("暂定")
    page.set_input_files("[data-part=import] input", str(file))
    expect(page.locator(".refused")).to_contain_text("第 4 行")
    page.get_by_role("button", name="选入 2 天").click()
    page.locator(".whole-year input").check()
    page.fill("[name=source]", "国办发明电〔2029〕号")
    page.get_by_role("button", name="保存 2 天").click()
    expect(page.locator("[data-part=told]")).to_have_text("全部已公布或已录入")
    expect(page.locator("[title^='2090-01-05']")).to_have_class("day work of-county")


def test_a_day_is_turned_by_a_click_and_turned_back(desk: Watched) -> None:
    page = desk.open("/calendar?year=2026")
    page.click("[title^='2026-03-03']")
    expect(page.locator(".draft-days")).to_contain_text("2026-03-03")
    page.click("[title^='2026-03-03']")
    expect(page.locator(".draft-days")).to_have_count(0)


def test_what_the_change_rests_on_is_typed_once_for_several_days(desk: Watched) -> None:
    page = desk.open("/calendar?year=2026")
    page.locator("[data-part=months] button[aria-label^='2026-10-10']").click()
    page.locator("[name=source]").fill("县政府通知〔2026〕3 号")
    page.locator("[data-part=months] button[aria-label^='2026-10-17']").click()
    expect(page.locator(".draft-days li")).to_have_count(2)
    expect(page.locator("[name=source]")).to_have_value("县政府通知〔2026〕3 号")
