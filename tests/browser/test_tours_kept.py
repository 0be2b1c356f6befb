"""What is kept of a tour: its wishes, its plans and their files, its visits; what changed or came between."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Locator, Route, expect

from gis.layers import ROAD
from gis.model import LOCAL_ACTOR
from gis.store import open_store
from gis.workflows.remember_visits import visits_of
from gis.workflows.tour_book import list_tours, read_plan, read_tour
from tests.browser.conftest import OFFICE
from tests.browser.tours_bureau import (
    DAY,
    NEXT_DAY,
    ONE,
    SPEC,
    THREE,
    TWO,
    Bureau,
    changed_elsewhere,
    keep,
    move_to_second_route,
    stop,
    stops,
    timed,
    wish,
)


def test_plans_are_kept_changed_and_compared(bureau: Bureau) -> None:
    page = bureau.planned()
    # Getting off and on is said beside the visit, as in the files.
    expect(stop(page, ONE).locator(".stop-times")).to_contain_text("停留 20 分 + 上下车 3 分")
    keep(page, "先看北坛")
    # Days are told as people write them.
    expect(page.locator("[data-count=days]")).to_have_text(re.compile("^(2026年)?12月8日周二$"))
    stop(page, TWO).focus()
    page.keyboard.press("Delete")
    timed(page)
    expect(page.locator("[data-part=plan-name]")).to_contain_text("已改动，未保存")
    keep(page, "少看一个")
    page.locator("[data-tab-of=plans]").click()
    rows = page.locator("[data-part=plans] tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text(f"{bureau.tour_no}-2，由 {bureau.tour_no}-1 改来")
    for row in (0, 1):
        rows.nth(row).get_by_role("checkbox").check()
    page.get_by_role("button", name="对比所选两个").click()
    box = page.get_by_role("dialog", name="对比方案")
    expect(box.locator("section").filter(has_text="只在“先看北坛”里").locator(".only li")).to_have_count(1)
    expect(box.locator("section").filter(has_text="只在“先看北坛”里")).to_contain_text(TWO)
    expect(box.locator("table.mini-times")).to_have_count(2)
    # On a low screen the box scrolls; its figures are there all the same.
    page.set_viewport_size({"width": OFFICE["width"], "height": 420})
    assert box.locator(".content > .scroll").evaluate("table => table.clientHeight") > 150
    page.set_viewport_size(OFFICE)
    box.get_by_role("button", name="关闭").last.click()
    rows.nth(0).get_by_role("button", name="先看北坛", exact=True).click()
    expect(page).to_have_url(re.compile(f"plan={bureau.tour_no}-1$"))
    expect(stops(page)).to_have_count(3)
    rows.nth(1).get_by_role("button", name="删除").click()
    box = page.get_by_role("dialog")
    box.get_by_label("理由").fill("重复")
    box.get_by_role("button", name="删除").click()
    expect(rows).to_have_count(1)
    with closing(open_store(str(bureau.place))) as store:
        assert [plan["name"] for plan in list_tours(store)[0]["plans"]] == ["先看北坛"]
        assert len(read_plan(store, f"{bureau.tour_no}-1").plan.codes) == 3


def test_wishes_that_somebody_else_changed_meanwhile_are_chosen_between(bureau: Bureau) -> None:
    page = bureau.tour()
    title = page.locator('[data-path="title"]')

    def clash() -> Locator:
        page.get_by_role("button", name="保存要求").click()
        return page.get_by_role("dialog", name="有人先改了")

    changed_elsewhere(bureau, title="别人的")
    wish(page, "title", "我的")
    box = clash()
    expect(box).to_contain_text("两边不同的部分：名称")
    box.get_by_role("button", name="用对方的").click()
    expect(title).to_have_value("别人的")
    expect(page.get_by_role("button", name="保存要求")).to_be_disabled()
    # Mine comes back, and is saved over the other's on purpose.
    page.get_by_role("button", name="撤销一步").click()
    expect(title).to_have_value("我的")
    changed_elsewhere(bureau, title="又是别人的")
    clash().get_by_role("button", name="用我的覆盖").click()
    expect(page.get_by_role("button", name="保存要求")).to_be_disabled()
    with closing(open_store(str(bureau.place))) as store:
        assert read_tour(store, bureau.tour_no).spec.title == "我的"
    changed_elsewhere(bureau, title="别人的")
    wish(page, "title", "另一次")
    clash().get_by_role("button", name="另存为新观摩").click()
    expect(page.locator("[data-part=title]")).to_have_text("另一次")
    expect(page).not_to_have_url(re.compile(f"tour={bureau.tour_no}$"))
    with closing(open_store(str(bureau.place))) as store:
        assert sorted(tour["title"] for tour in list_tours(store)) == ["别人的", "另一次"]
    bureau.watched.forgive("409")


def test_visits_are_remembered_and_forgotten_again(bureau: Bureau) -> None:
    page = bureau.planned()
    keep(page, "定稿")
    page.locator("[data-tab-of=plans]").click()
    pane = page.locator("[data-part=plans]")
    expect(pane.locator(".visits")).to_have_count(0)
    pane.get_by_role("button", name="已观摩：定稿").click()
    page.get_by_role("dialog").get_by_role("button", name="记为已观摩").click()
    expect(pane.locator(".visits")).to_contain_text("已记下 3 个项目")
    pane.get_by_role("button", name="撤销已观摩").click()
    box = page.get_by_role("dialog", name="撤销已观摩")
    box.get_by_label("理由").fill("没有成行")
    box.get_by_role("button", name="撤销", exact=True).click()
    expect(pane.locator(".visits")).to_have_count(0)
    with closing(open_store(str(bureau.place))) as store:
        assert visits_of(store).empty


def test_a_plan_kept_before_the_roads_changed_says_so_and_is_timed_anew(bureau: Bureau) -> None:
    page = bureau.planned()
    keep(page, "定稿")
    since = page.locator("[data-part=since]")
    expect(since).to_be_hidden()
    before = stop(page, TWO).locator(".stop-times b").inner_text()
    # All roads become twice as slow.
    with closing(open_store(str(bureau.place))) as store, store.writing(LOCAL_ACTOR) as writer:
        roads = writer.read("road")
        writer.put("road", roads.assign(speed_kmh=roads["speed_kmh"] / 2)[[*ROAD.names, "geometry"]])
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    expect(since).to_contain_text("此后道路或出入口已更新")
    expect(page.locator("[data-part=plans] .since")).to_contain_text("此后道路或出入口已更新")
    expect(stop(page, TWO).locator(".stop-times b")).to_have_text(before)
    since.get_by_role("button", name="重新计时").click()
    expect(stop(page, TWO).locator(".stop-times b")).not_to_have_text(before)
    expect(since).to_be_hidden()
    keep(page, "按新路")
    expect(since).to_be_hidden()


def test_a_plan_s_files_pages_and_scores_open_from_where_it_is_listed(bureau: Bureau) -> None:
    page = bureau.planned()
    keep(page, "定稿")
    page.locator("[data-tab-of=plans]").click()
    row = page.locator("[data-part=plans] tbody tr")
    row.get_by_role("button", name="导出：定稿").click()
    files = page.get_by_role("dialog", name="导出")
    for words, ending in (
        *(("行程表 XLSX", "xlsx"), ("观摩手册 DOCX", "docx"), ("观摩手册 PDF", "pdf")),
        *(("带路 GPX", "gpx"), ("带路 KML", "kml"), ("日历 ICS", "ics"), ("网页 HTML", "html")),
    ):
        with page.expect_download() as download:
            files.get_by_role("link", name=words).click()
        assert download.value.suggested_filename.endswith(f".{ending}")
        assert Path(download.value.path()).stat().st_size > 500
    page.keyboard.press("Escape")
    row.get_by_role("link", name="手机当日页").click()
    page.wait_for_selector("body[data-ready=true]")
    expect(page.locator(".halt.stop .place")).to_have_text(["1", "2", "3"])
    page.go_back()
    page.wait_for_selector("body[data-ready=true]")
    page.get_by_role("button", name="导出", exact=True).first.click()
    page.get_by_role("dialog", name="导出").get_by_role("link", name="打分评议").click()
    page.wait_for_selector("body[data-ready=true]")
    expect(page).to_have_url(re.compile(f"/tours/score/{bureau.tour_no}$"))


def test_wishes_of_one_s_own_stay_where_a_plan_of_other_wishes_is_timed_anew(bureau: Bureau) -> None:
    page = bureau.planned()
    keep(page, "定稿")
    changed_elsewhere(bureau, boarding_min=9)
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    since, boarding = page.locator("[data-part=since]"), page.locator('[data-path="boarding_min"]')
    expect(since).to_contain_text("与现在的要求不同")
    page.locator("details").filter(has_text="车辆与车程").locator("summary").click()
    wish(page, "boarding_min", "5")
    since.get_by_role("button", name="重新计时").click()
    expect(since).to_be_hidden()
    expect(boarding).to_have_value("5")
    # The plan's own wishes give way to the tour's, and come back where that is taken back.
    page.on("dialog", lambda asked: asked.accept())
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    page.locator("details").filter(has_text="车辆与车程").locator("summary").click()
    expect(boarding).to_have_value("3")
    since.get_by_role("button", name="重新计时").click()
    expect(boarding).to_have_value("9")
    page.get_by_role("button", name="撤销一步").click()
    expect(boarding).to_have_value("3")


def test_somebody_else_s_wishes_that_cost_stops_are_taken_back_in_one_step(bureau: Bureau) -> None:
    page = bureau.planned({**SPEC, "days": [DAY, NEXT_DAY]})
    move_to_second_route(page, TWO)
    wish(page, "title", "我的")
    changed_elsewhere(bureau, title="别人的")
    page.get_by_role("button", name="保存要求").click()
    page.get_by_role("dialog", name="有人先改了").get_by_role("button", name="用对方的").click()
    expect(stops(page)).to_have_count(2)
    back = page.get_by_role("button", name="撤销一步")
    back.click()
    expect(page.locator('[data-route="1"] .stop')).to_contain_text(TWO)
    back.click()
    expect(page.locator('[data-route="0"] .stop')).to_have_count(3)
    bureau.watched.forgive("409")


def test_wishes_changed_while_others_are_being_saved_are_not_taken_for_saved(bureau: Bureau) -> None:
    page = bureau.tour()
    save = page.get_by_role("button", name="保存要求")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/api/tours/{bureau.tour_no}", hold)
    wish(page, "title", "先写的")
    with page.expect_request(lambda asked: asked.method == "PUT"):
        save.click()
    wish(page, "title", "后写的")
    with page.expect_response(lambda answered: answered.request.method == "PUT"):
        held[0].continue_()
    page.unroute(f"**/api/tours/{bureau.tour_no}")
    expect(page.get_by_text("要求已保存")).to_be_visible()
    expect(save).to_be_enabled()
    expect(page.locator("[data-part=title]")).to_have_text("后写的")
    save.click()
    expect(save).to_be_disabled()
    with closing(open_store(str(bureau.place))) as store:
        assert read_tour(store, bureau.tour_no).spec.title == "后写的"


def test_a_plan_timed_anew_may_be_kept_though_no_minute_changed(bureau: Bureau) -> None:
    page = bureau.planned()
    keep(page, "定稿")
    before = page.locator("[data-part=routes] .stop-times").all_inner_texts()
    with closing(open_store(str(bureau.place))) as store, store.writing(LOCAL_ACTOR) as writer:
        roads = writer.read("road")
        writer.put("road", roads.assign(speed_kmh=roads["speed_kmh"] * 1.000001)[[*ROAD.names, "geometry"]])
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    since, save = page.locator("[data-part=since]"), page.get_by_role("button", name="保存方案")
    expect(since).to_contain_text("此后道路或出入口已更新")
    expect(save).to_be_disabled()
    since.get_by_role("button", name="重新计时").click()
    expect(page.get_by_text("时间没有变化，可另存为新方案")).to_be_visible()
    assert page.locator("[data-part=routes] .stop-times").all_inner_texts() == before
    # The plans are read again, and the open one is still the one that was timed anew.
    page.locator("[data-tab-of=plans]").click()
    page.get_by_role("button", name="已观摩：定稿").click()
    page.get_by_role("dialog").get_by_role("button", name="记为已观摩").click()
    expect(page.locator("[data-part=plans] .visits")).to_be_visible()
    expect(since).to_be_hidden()
    keep(page, "按新路")
    expect(since).to_be_hidden()
    expect(save).to_be_disabled()


def test_routes_go_along_where_wishes_become_a_new_tour(bureau: Bureau) -> None:
    page = bureau.planned()
    wish(page, "title", "我的")
    changed_elsewhere(bureau, title="别人的")

    def as_new() -> None:
        page.get_by_role("button", name="保存要求").click()
        page.get_by_role("dialog", name="有人先改了").get_by_role("button", name="另存为新观摩").click()

    refusal = {"title": {"zh": "观摩太多了", "en": "Too many tours"}}
    page.route("**/api/tours", lambda route: route.fulfill(status=400, json=refusal))
    as_new()
    expect(page.get_by_text("观摩太多了").first).to_be_visible()
    page.unroute("**/api/tours")
    as_new()
    expect(page).not_to_have_url(re.compile(f"tour={bureau.tour_no}$"))
    expect(page.locator("[data-part=plan-name]")).to_have_text("未保存的方案")
    expect(page.locator("[data-part=routes] .stop .name")).to_have_text([ONE, TWO, THREE])
    timed(page)
    keep(page, "定稿")
    with closing(open_store(str(bureau.place))) as store:
        assert {tour["title"]: len(tour["plans"]) for tour in list_tours(store)} == {"我的": 1, "别人的": 0}
    bureau.watched.forgive("400")
    bureau.watched.forgive("409")
