"""A plan changed by hand in a real browser: put in another order, held, barred, explained."""

from __future__ import annotations

import json
import re
from contextlib import closing

from playwright.sync_api import Route, expect

from gis.model import LOCAL_ACTOR
from gis.store import open_store
from gis.tours.spec import read_spec
from gis.workflows.tour_book import new_tour, read_tour
from tests.browser.tours_bureau import (
    DAY,
    NEXT_DAY,
    ONE,
    SPEC,
    THREE,
    TWO,
    Bureau,
    move_to_second_route,
    names,
    stop,
    stops,
    timed,
)


def test_the_order_is_changed_by_keys_and_buttons_and_taken_back(bureau: Bureau) -> None:
    page = bureau.planned()
    assert names(page) == [ONE, TWO, THREE]
    before = stop(page, TWO).locator(".stop-times b").inner_text()
    stop(page, TWO).focus()
    page.keyboard.press("Alt+ArrowUp")
    timed(page)
    assert names(page) == [TWO, ONE, THREE]
    assert stop(page, TWO).locator(".stop-times b").inner_text() < before
    # The keyboard stays with the stop that it moved.
    expect(stop(page, TWO)).to_be_focused()
    stop(page, THREE).get_by_role("button", name="前移").click()
    timed(page)
    assert names(page) == [TWO, THREE, ONE]
    page.get_by_role("button", name="撤销一步").click()
    page.get_by_role("button", name="撤销一步").click()
    timed(page)
    assert names(page) == [ONE, TWO, THREE]
    page.get_by_role("button", name="重做一步").click()
    timed(page)
    assert names(page) == [TWO, ONE, THREE]
    assert page.locator(".tour-stop").all_inner_texts() == ["1", "2", "3"]


def test_a_stop_is_dragged_to_another_place(bureau: Bureau) -> None:
    page = bureau.planned()
    grip, onto = stop(page, THREE).locator(".grip").bounding_box(), stop(page, ONE).bounding_box()
    assert grip
    assert onto
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(onto["x"] + 40, onto["y"] + onto["height"] / 2, steps=6)
    page.mouse.move(onto["x"] + 40, onto["y"] + 4, steps=4)
    expect(page.locator(".drop-line")).to_have_count(1)
    page.mouse.up()
    timed(page)
    assert names(page) == [THREE, ONE, TWO]


def test_a_stop_goes_to_another_day_is_swapped_and_taken_out(bureau: Bureau) -> None:
    page = bureau.planned({**SPEC, "days": [DAY, NEXT_DAY]})
    move_to_second_route(page, TWO)
    expect(page.locator('[data-route="1"] .stop')).to_contain_text(TWO)
    expect(page.locator('[data-route="1"] .stop-no')).to_have_text("B1")
    stop(page, TWO).get_by_role("button", name="更多").click()
    page.get_by_role("button", name="与另一站互换…").click()
    box = page.get_by_role("dialog", name="互换")
    box.get_by_label("与哪一站互换").select_option(label=f"A1 {ONE}")
    box.get_by_role("button", name="确定").click()
    timed(page)
    expect(page.locator('[data-route="1"] .stop')).to_contain_text(ONE)
    stop(page, ONE).focus()
    page.keyboard.press("Delete")
    expect(stops(page)).to_have_count(2)
    timed(page)
    expect(page.locator("[data-part=out]")).to_contain_text(ONE)


def test_a_held_stop_stays_through_another_search(bureau: Bureau) -> None:
    page = bureau.planned({**SPEC, "days": [DAY, NEXT_DAY]})
    stop(page, ONE).get_by_role("button", name="固定在这一天这辆车").click()
    timed(page)
    expect(stop(page, ONE)).to_contain_text("已固定")
    page.get_by_label("规划用时").select_option("5")
    page.get_by_role("button", name="再优化", exact=True).first.click()
    expect(page.locator("[data-part=run]")).to_be_visible()
    expect(page.locator("[data-part=run]")).to_be_hidden()
    timed(page)
    expect(page.locator('[data-route="0"]')).to_contain_text(ONE)
    stop(page, ONE).get_by_role("button", name="解除固定").click()
    timed(page)
    expect(stop(page, ONE)).not_to_contain_text("已固定")
    expect(stop(page, ONE)).not_to_contain_text("必看")


def test_a_breach_is_told_where_it_happens(bureau: Bureau) -> None:
    page = bureau.planned()
    until = page.locator('[data-path="days[1].until"]')
    until.fill("08:50")
    until.blur()
    expect(page.locator("[data-part=stale]")).to_be_visible()
    page.locator("[data-part=stale]").get_by_role("button", name="按我的顺序，只算时间").click()
    expect(page.locator("[data-part=stale]")).to_be_hidden()
    assert names(page) == [ONE, TWO, THREE]
    expect(page.locator('[data-route="0"] .breach').first).to_be_visible()
    expect(page.locator(".slack")).to_have_class(re.compile("bad"))
    expect(page.locator("[data-part=summary]")).to_contain_text("不合要求")


def test_a_stop_that_may_not_be_visited_any_more_says_so(bureau: Bureau) -> None:
    page = bureau.planned()
    page.locator("details").filter(has_text="价值与条件").locator("summary").click()
    share = page.locator('[data-path="min_share_done"]')
    share.fill("100")
    share.blur()
    page.locator("[data-part=stale]").get_by_role("button", name="按我的顺序，只算时间").click()
    expect(page.locator("[data-part=routes] .notice.bad")).to_contain_text("不能安排")
    expect(stop(page, ONE).locator(".breach")).to_contain_text("累计完成总投资")
    page.get_by_role("button", name="设为必看，保留").click()
    timed(page)
    expect(page.locator("[data-part=routes] .notice.bad")).to_have_count(0)
    expect(stop(page, ONE)).to_contain_text("必看")
    bureau.watched.forgive("400")


def test_what_leaving_out_and_rules_cost_is_explained(bureau: Bureau) -> None:
    page = bureau.planned({**SPEC, "limits": [{"by": "town", "key": "*", "at_most": 1}]})
    page.locator("[data-tab-of=out]").click()
    page.get_by_role("button", name="解释").click()
    costs = page.get_by_role("table", name="各项要求的代价")
    expect(costs.locator("tbody tr").first).to_be_visible()
    # The morning has room for more stops: whatever is left out of another town fits, or says for whom.
    expect(page.locator("[data-part=out]")).to_contain_text(re.compile("放得下|换下"))
    expect(page.get_by_role("table", name="再宽一点")).to_contain_text("多 30 分钟")
    # Each is told against the plan on the page.
    for row in costs.locator("tbody tr").all():
        expect(row.locator("td").last).to_contain_text("站")
    # What was told is of that timetable alone.
    stop(page, TWO).get_by_role("button", name="前移").click()
    expect(costs).to_have_count(0)


def test_an_explanation_ends_when_the_plan_that_it_is_of_is_changed(bureau: Bureau) -> None:
    page = bureau.planned()
    page.locator("[data-tab-of=out]").click()
    page.route("**/api/tours/explain", lambda route: None)  # an answer that takes for ever
    page.get_by_role("button", name="解释").click()
    expect(page.get_by_role("button", name="正在试算…")).to_be_visible()
    with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/explain")):
        stop(page, TWO).get_by_role("button", name="前移").click()
    expect(page.get_by_role("button", name="解释")).to_be_enabled()


def test_stops_that_go_with_their_day_come_back_when_that_is_taken_back(bureau: Bureau) -> None:
    page = bureau.planned({**SPEC, "days": [DAY, NEXT_DAY]})
    move_to_second_route(page, TWO)
    page.get_by_role("button", name="去掉第 2 天").click()
    expect(stops(page)).to_have_count(2)
    page.get_by_role("button", name="撤销一步").click()
    expect(stops(page)).to_have_count(3)
    expect(page.locator('[data-path="days[2].date"]')).to_have_value("2026-12-09")
    timed(page)
    expect(page.locator('[data-route="1"] .stop')).to_contain_text(TWO)


def test_a_stop_held_to_a_coach_that_goes_is_held_no_more(bureau: Bureau) -> None:
    page = bureau.planned({**SPEC, "coaches": 2, "together": False})
    move_to_second_route(page, TWO)
    stop(page, TWO).get_by_role("button", name="固定在这一天这辆车").click()
    timed(page)
    page.locator("details").filter(has_text="车辆与车程").locator("summary").click()
    coaches = page.locator('[data-path="coaches"]')
    coaches.fill("1")
    coaches.blur()
    expect(page.get_by_text("现在不再固定")).to_be_visible()
    # The server takes the wishes as they are now; of the hold only the day is left.
    page.get_by_role("button", name="保存要求").click()
    expect(page.get_by_role("button", name="保存要求")).to_be_disabled()
    with closing(open_store(str(bureau.place))) as store:
        (site,) = read_tour(store, bureau.tour_no).spec.sites
    assert (site.day, site.coach, site.must) == (1, None, True)
    page.get_by_role("button", name="撤销一步").click()
    expect(coaches).to_have_value("2")
    expect(page.locator('[data-route="1"] .stop')).to_contain_text(TWO)
    page.get_by_role("button", name="保存要求").click()
    expect(page.get_by_role("button", name="保存要求")).to_be_disabled()
    with closing(open_store(str(bureau.place))) as store:
        (site,) = read_tour(store, bureau.tour_no).spec.sites
    assert (site.day, site.coach) == (1, 2)


def test_what_a_search_found_is_not_put_onto_the_tour_that_was_opened_meanwhile(bureau: Bureau) -> None:
    with closing(open_store(str(bureau.place))) as store:
        new_tour(store, LOCAL_ACTOR, read_spec({**SPEC, "title": "另一次", "days": [NEXT_DAY]}))
    page = bureau.tour()
    page.get_by_label("规划用时").select_option("60")
    page.get_by_role("button", name="规划", exact=True).click()
    expect(page.locator("[data-part=run-said]")).to_contain_text("目前最好")
    page.get_by_role("link", name="全部观摩").click()
    page.get_by_role("link", name="另一次").click()
    expect(page.locator("[data-part=title]")).to_have_text("另一次")
    expect(page.locator("[data-part=run]")).to_be_hidden()
    expect(page.get_by_role("button", name="规划", exact=True)).to_be_enabled()
    page.wait_for_load_state("networkidle")
    expect(stops(page)).to_have_count(0)
    expect(page.get_by_role("button", name="撤销一步")).to_be_disabled()


def test_an_explanation_that_ends_half_way_leaves_its_first_half(bureau: Bureau) -> None:
    page = bureau.planned()
    page.locator("[data-tab-of=out]").click()
    refusal = {"problem": {"title": {"zh": "试算没有成功", "en": "The trial failed"}, "status": 500}}

    def first_alone(route: Route) -> None:
        if "rules" in (route.request.post_data or ""):
            route.fulfill(content_type="application/json", body=f"\n\n{json.dumps(refusal)}")
        else:
            route.continue_()

    page.route("**/api/tours/explain", first_alone)
    page.get_by_role("button", name="解释").click()
    expect(page.get_by_text("试算没有成功").first).to_be_visible()
    expect(page.get_by_role("button", name="解释")).to_be_enabled()
    expect(page.locator("[data-part=out]")).to_contain_text(re.compile("放得下|换下"))
    expect(page.locator("[data-part=out]")).not_to_contain_text("正在")
