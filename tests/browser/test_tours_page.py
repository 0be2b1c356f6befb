"""The planner's page of tours in a real browser: wished for, planned, printed, read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from gis.accounts import Account
from gis.model import LOCAL_ACTOR, Role
from gis.settings import Settings
from gis.store import open_store
from gis.tours.itinerary import Plan
from gis.tours.spec import read_spec
from gis.workflows.tour_book import list_tours, new_tour, read_tour
from tests.browser.conftest import OFFICE, PHONE, Served, Watched, watch
from tests.browser.touring import keep_sample_tour
from tests.browser.tours_bureau import (
    ONE,
    SPEC,
    THREE,
    TWO,
    Bureau,
    candidate,
    names,
    stop,
    stops,
    timed,
)
from tests.contract.tour_samples import PLAN, TOUR
from tests.webapp.accounts import PASSWORD, accounts_with


def test_a_first_tour_is_made_and_planned(bureau: Bureau) -> None:
    page = bureau.watched.open("/tours")
    expect(page.locator(".empty-tours")).to_contain_text("还没有观摩")
    page.locator(".empty-tours").get_by_role("button", name="新建观摩").click()
    box = page.get_by_role("dialog")
    box.get_by_label("名称").fill("四季度观摩")
    box.get_by_role("button", name="建立").click()
    expect(page.locator("[data-part=title]")).to_have_text("四季度观摩")
    page.wait_for_selector("body[data-ready=true]")
    expect(page).to_have_url(re.compile(r"tour=T\d+"))
    page.get_by_label("规划用时").select_option("5")
    page.get_by_role("button", name="规划", exact=True).click()
    expect(page.get_by_role("progressbar", name="规划进度")).to_be_visible()
    expect(page.locator("[data-part=run-said]")).to_contain_text("目前最好")
    expect(page.locator("[data-part=run]")).to_be_hidden()
    timed(page)
    assert stops(page).count() >= 3
    expect(page.locator("[data-part=summary]")).to_contain_text("全部要求都满足")
    assert page.locator(".tour-stop").all_inner_texts() == [str(n + 1) for n in range(stops(page).count())]
    assert page.locator(".stage path.route-line").count() == stops(page).count() + 1


def test_a_search_is_stopped_and_leaves_the_best_so_far(bureau: Bureau) -> None:
    page = bureau.tour()
    page.get_by_label("规划用时").select_option("60")
    page.get_by_role("button", name="规划", exact=True).click()
    expect(page.locator("[data-part=run-said]")).to_contain_text("目前最好")
    page.get_by_role("button", name="停止").click()
    expect(page.locator("[data-part=run]")).to_be_hidden()
    timed(page)
    assert stops(page).count() >= 1
    expect(page.get_by_role("button", name="规划", exact=True)).to_be_enabled()


def test_a_refused_wish_is_told_at_its_field(bureau: Bureau) -> None:
    page = bureau.tour()
    until = page.locator('[data-path="days[1].until"]')
    until.fill("08:00")
    until.blur()
    expect(until).to_have_attribute("aria-invalid", "true")
    told = page.locator(f"#{until.get_attribute('aria-describedby')}")
    expect(told).to_contain_text("须晚于开始时间")
    page.locator("details").filter(has_text="数量与时长要求").locator("summary").click()
    page.get_by_role("button", name="增加一条").click()
    page.get_by_label("至多几个").fill("0")
    page.get_by_label("至多几个").blur()
    expect(page.locator('[data-path="limits[1].at_most"]')).to_have_attribute("aria-invalid", "true")
    until.fill("12:00")
    page.get_by_label("至多几个").fill("2")
    page.get_by_label("至多几个").blur()
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    bureau.watched.forgive("400")
    bureau.watched.forgive("candidates")


def test_wishes_are_saved_with_their_tour(bureau: Bureau) -> None:
    page = bureau.tour()
    page.get_by_role("button", name="增加一天").click()
    expect(page.locator('[data-path="days[2].date"]')).to_have_value("2026-12-09")
    page.locator("details").filter(has_text="午餐").first.locator("summary").first.click()
    page.get_by_label("安排午餐").check()
    page.locator("details").filter(has_text="车辆与车程").locator("summary").click()
    page.locator('[data-path="coaches"]').fill("2")
    page.get_by_role("radio", name="分线并行").click()
    expect(page.locator("[data-part=routes] .route")).to_have_count(4)
    candidate(page, ONE).get_by_role("button", name="必看").click()
    expect(page.locator('[data-path="sites"]')).to_contain_text("必看")
    page.locator("[data-facet=town]").click()
    page.get_by_role("dialog", name="乡镇").get_by_label("义安镇").check()
    expect(page.locator("[data-part=chips]")).to_contain_text("义安镇")
    page.get_by_role("button", name="保存要求").click()
    expect(page.get_by_role("button", name="保存要求")).to_be_disabled()
    with closing(open_store(str(bureau.place))) as store:
        spec = read_tour(store, bureau.tour_no).spec
    assert (len(spec.days), spec.coaches, spec.together) == (2, 2, False)
    assert spec.lunch is not None
    assert [(site.must, site.never) for site in spec.sites] == [(True, False)]
    assert spec.candidates.town == ("140781100",)


def test_unsaved_changes_are_not_lost_unasked(bureau: Bureau) -> None:
    page = bureau.planned()
    page.get_by_role("link", name="全部观摩").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    assert names(page) == [ONE, TWO, THREE]
    page.get_by_role("link", name="全部观摩").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃改动").click()
    expect(page.locator(".tour-card")).to_have_count(1)
    expect(page.locator(".tour-card")).to_contain_text("12月8日周二")
    expect(page.locator(".tour-card")).not_to_contain_text("2026-12-08")


def test_a_plan_prints_with_its_map(bureau: Bureau) -> None:
    page = bureau.planned()
    # What would be on the paper: the map in its size, its ground as a picture, and the stops.
    page.evaluate("""() => {
      window.print = () => {
        const stage = document.querySelector("[data-part=stage]");
        const still = document.querySelector(".ground-still");
        window.printed = { width: stage.clientWidth, ground: still?.naturalWidth ?? 0 };
      };
    }""")
    page.get_by_role("button", name="打印").click()
    expect(page.locator("[data-part=stage].on-paper")).to_have_count(0)
    printed = page.evaluate("window.printed")
    assert printed["width"] == 700
    assert printed["ground"] >= 700
    expect(page.locator(".ground-still")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator("[data-part=wishes]")).to_be_hidden()
    expect(page.locator("[data-part=routes]")).to_be_visible()


def test_the_wall_maps_filter_comes_along(bureau: Bureau) -> None:
    page = bureau.watched.open("/tours?town=140781100&lamp=green")
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("候选范围沿用挂图上的筛选")
    box.get_by_label("名称").fill("义安镇")
    box.get_by_role("button", name="建立").click()
    expect(page.locator("[data-part=title]")).to_have_text("义安镇")
    page.wait_for_selector("body[data-ready=true]")
    with closing(open_store(str(bureau.place))) as store:
        wanted = read_tour(store, list_tours(store)[0]["tour_no"]).spec.candidates
    assert (wanted.town, [str(lamp) for lamp in wanted.lamp]) == (("140781100",), ["green"])


def test_texts_of_people_are_never_read_as_markup(bureau: Bureau) -> None:
    evil = "<img src=x onerror=window.struck=1>"
    page = bureau.tour({**SPEC, "title": evil, "sites": []})
    expect(page.locator("[data-part=title]")).to_have_text(evil)
    bureau.watched.open("/tours")
    expect(page.locator(".tour-card h3")).to_have_text(evil)
    assert page.evaluate("window.struck") is None


def test_it_fits_a_phone_and_speaks_english(
    browser: Browser, serve: Callable[[Settings], Served], own_file: Path
) -> None:
    with closing(open_store(str(own_file))) as store:
        tour_no = new_tour(store, LOCAL_ACTOR, read_spec(SPEC))
    context = browser.new_context(viewport=PHONE, locale="en", is_mobile=True, has_touch=True)
    watched = watch(context, serve(Settings(db=str(own_file))).address)
    page = watched.open(f"/tours?tour={tour_no}&lang=en")
    page.get_by_label("Time to plan").select_option("5")
    page.get_by_role("button", name="Plan", exact=True).tap()
    expect(page.locator("[data-part=run]")).to_be_visible()
    expect(page.locator("[data-part=run]")).to_be_hidden()
    # After a search the timetable comes into sight by itself.
    expect(page.locator("[data-part=times]")).to_be_visible()
    expect(page.locator("[data-part=wishes]")).to_be_hidden()
    first = page.locator(".stop").first
    name = first.locator(".name").inner_text()
    first.get_by_role("button", name="Later").tap()
    expect(page.locator(".stop").nth(1)).to_contain_text(name)
    for view, box in (("Candidates", "sites"), ("Map", "stage"), ("Timetable", "times")):
        page.get_by_role("navigation", name="Parts").get_by_role("button", name=view).tap()
        expect(page.locator(f"[data-part={box}]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
    assert (watched.foreign, watched.errors) == ([], [])


def test_days_in_the_server_s_words_and_moments_are_told_as_people_write_them(bureau: Bureau) -> None:
    page = bureau.watched.open("/tours")
    words = """import('/static/js/tour_words.js').then(({ said, moment }) =>
      [said({ zh: '（2025-06-16）', en: '' }), moment('%s')])"""
    # Written at 20:05 UTC, when it was the next day already in the county; and on a clock with its zone.
    assert page.evaluate(words % "2025-11-07 20:05:01.096") == ["（2025年6月16日）", "2025年11月8日 04:05"]
    assert page.evaluate(words % "2025-11-08 04:05:01.096+08:00")[1] == "2025年11月8日 04:05"


@pytest.fixture
def reader(
    browser: Browser, serve: Callable[[Settings], Served], own_file: Path, tmp_path: Path
) -> Iterator[tuple[Watched, Plan]]:
    """The page of somebody who may look and not plan, at a county with a kept plan."""
    made = keep_sample_tour(own_file)
    accounts = accounts_with(tmp_path, Account("李四", Role.VIEWER))
    served = serve(Settings(db=str(own_file), accounts=str(accounts.path), open_reading=False))
    context = browser.new_context(viewport=OFFICE, locale="zh-CN", accept_downloads=True)
    watched = watch(context, served.address)
    page = watched.page
    page.goto(f"{served.address}/tours")
    page.get_by_label("账号").fill("李四")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("body[data-ready=true]")
    yield watched, made
    context.close()
    assert watched.foreign == []
    assert watched.errors == []


def test_who_may_not_plan_reads_and_is_offered_nothing_that_would_be_refused(reader: tuple[Watched, Plan]) -> None:
    watched, made = reader
    page = watched.page
    expect(page.get_by_role("link", name="打开").first).to_be_visible()
    assert page.locator("main button:enabled:visible").count() == 0
    watched.open(f"/tours?tour={TOUR}&plan={PLAN}")
    assert names(page) == [stop.name for stop in made.days[0].stops]
    # What is left looks, opens, prints.
    allowed = ("导出", "打印", "放大", "缩小", "全部站点", "未选与代价", "方案", *names(page), "方案一")
    offered = page.locator("main button:enabled:visible").all()
    assert [text for text in map(told, offered) if not text.startswith(allowed)] == []
    stop(page, names(page)[0]).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Control+z")
    assert names(page) == [each.name for each in made.days[0].stops]
    # Number, name and times stand side by side, the name with the room that it needs.
    row = stop(page, names(page)[0])
    what, all_of_it = row.locator(".stop-what").bounding_box(), row.bounding_box()
    assert what
    assert all_of_it
    assert what["width"] > all_of_it["width"] / 2


def told(button: Locator) -> str:
    return button.inner_text() or button.get_attribute("aria-label") or ""
