"""A planner's page over a county of its own, and what the tests of the tours' page do and look for on it."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from gis.model import LOCAL_ACTOR
from gis.store import open_store
from gis.tours.spec import read_spec
from gis.workflows.tour_book import change_tour, list_tours, new_tour, read_tour, withdraw_tour
from tests.browser.conftest import Watched

# Of the sample county: three projects of three towns that may be visited.
ONE, TWO, THREE = "示例·市民文化中心", "示例·全民健身中心", "示例·高端液压支架智能工厂"
DAY = {"date": "2026-12-08", "from": "08:30", "until": "12:00", "start": "town:140781", "end": "town:140781"}
NEXT_DAY = {**DAY, "date": "2026-12-09"}
SPEC: dict[str, Any] = {"title": "四季度观摩", "days": [DAY]}


@dataclass
class Bureau:
    """A planner's page over a county of its own, and the county's file."""

    watched: Watched
    place: Path
    tour_no: str = ""

    @property
    def page(self) -> Page:
        return self.watched.page

    def tour(self, spec: dict[str, Any] = SPEC) -> Page:
        """Open a tour with these wishes."""
        with closing(open_store(str(self.place))) as store:
            self.tour_no = new_tour(store, LOCAL_ACTOR, read_spec(spec))
        return self.watched.open(f"/tours?tour={self.tour_no}")

    def planned(self, spec: dict[str, Any] = SPEC) -> Page:
        """The same, with three stops put in by hand, in this order."""
        page = self.tour(spec)
        candidate(page, ONE).get_by_role("button", name="加入：").click()
        expect(stop(page, ONE)).to_have_count(1)
        timed(page)
        add(page, TWO, after=ONE)
        add(page, THREE, after=TWO)
        return page


def without_tours(place: Path) -> Path:
    """The sample county without the tours that it comes with."""
    with closing(open_store(str(place))) as store:
        for tour in list_tours(store):
            seen = read_tour(store, tour["tour_no"]).recorded_at
            withdraw_tour(store, LOCAL_ACTOR, tour["tour_no"], reason="测试", seen=seen)
    return place


def timed(page: Page) -> None:
    """Wait until the times belong to the order on the page."""
    expect(page.locator("[data-part=routes]")).not_to_have_class(re.compile("pending"))
    expect(page.locator("[data-part=summary] .verdict")).not_to_have_text("正在计算时间…")


def stops(page: Page) -> Locator:
    return page.locator("[data-part=routes] .stop")


def names(page: Page) -> list[str]:
    return page.locator("[data-part=routes] .stop .name").all_inner_texts()


def stop(page: Page, name: str) -> Locator:
    return stops(page).filter(has_text=name)


def candidate(page: Page, name: str) -> Locator:
    """Its row among the candidates, found by its name."""
    page.locator("[data-tab-of=sites]").click()
    page.get_by_label("在候选点中查找").fill(name)
    row = page.locator("[data-part=sites] .tabulator-row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(name)
    return row


def add(page: Page, name: str, after: str) -> None:
    """Put a project in behind another."""
    page.locator("[data-tab-of=out]").click()
    page.get_by_role("button", name=f"选位置加入：{name}").click()
    box = page.get_by_role("dialog")
    place = box.get_by_label("位置")
    place.select_option(place.locator("option").filter(has_text=after).get_attribute("value"))
    box.get_by_role("button", name="确定").click()
    expect(stop(page, name)).to_have_count(1)
    timed(page)


def move_to_second_route(page: Page, name: str) -> None:
    stop(page, name).get_by_role("button", name="更多").click()
    page.get_by_role("button", name="移到其他位置…").click()
    box = page.get_by_role("dialog", name="移动")
    box.get_by_label("路线").select_option("1")
    box.get_by_role("button", name="确定").click()
    timed(page)


def keep(page: Page, name: str) -> None:
    page.get_by_role("button", name="保存方案").click()
    box = page.get_by_role("dialog")
    box.get_by_label("方案名称").fill(name)
    box.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-part=plan-name]")).to_have_text(name)


def changed_elsewhere(bureau: Bureau, **more: object) -> None:
    """Somebody else saves other wishes."""
    with closing(open_store(str(bureau.place))) as store:
        seen = read_tour(store, bureau.tour_no).recorded_at
        change_tour(store, LOCAL_ACTOR, bureau.tour_no, read_spec({**SPEC, **more}), seen=seen)


def wish(page: Page, path: str, value: str) -> None:
    field = page.locator(f'[data-path="{path}"]')
    field.fill(value)
    field.blur()
