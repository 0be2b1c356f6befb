"""The phone page of a tour's day: taps against the plan by a fixed clock, sites at a touch, no signal."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError
from werkzeug.serving import make_server

from gis.accounts import Account
from gis.model import Role
from gis.settings import Settings
from gis.store import open_store
from gis.workflows.tour_book import read_plan, withdraw_plan
from tests.browser.conftest import PATIENCE_MS, Served, Watched
from tests.browser.touring import keep_sample_tour, phone_at
from tests.contract.tour_samples import ON, PLAN, PLANNER, keep_tour
from tests.webapp.accounts import PASSWORD, accounts_with
from webapp import create_app
from webapp.views import tour_day

DAY = f"/tours/day/{PLAN}"
# The plan: 08:30 off; X1 08:40–09:05; X2 09:15, begins at 09:30, –09:55; lunch 10:05–11:00; X3 11:10–11:35;
# X4 11:45–12:10; back 12:20, due 12:30.


@pytest.fixture
def phone(browser: Browser, serve: Callable[[Settings], Served], own_file: Path) -> Iterator[Watched]:
    """A phone at a county with a tour, at eight in the morning of its day."""
    keep_sample_tour(own_file)
    with phone_at(browser, serve(Settings(db=str(own_file)))) as watched:
        watched.page.clock.install(time=moment("08:00"))
        yield watched


def moment(clock: str) -> datetime:
    return datetime.fromisoformat(f"{ON.isoformat()}T{clock}:00+08:00")


def tap(page: Page, clock: str) -> None:
    """At a time of the day, the one great button."""
    page.clock.set_fixed_time(moment(clock))
    page.click("[data-act=tap]")


def late(page: Page, told: str) -> None:
    expect(page.locator("[data-part=late]")).to_have_text(told)


def kept_under(page: Page) -> dict[str, list[str]]:
    """Of each cache the pages that it keeps."""
    return page.evaluate(
        """async () => Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) =>
          [name, (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)
            .filter((path) => path.startsWith("/tours/"))])))"""
    )


def eventually(holds: Callable[[], bool]) -> None:
    """Until it holds: the page's own clock stands still, so that nothing in it can wait."""
    for _ in range(PATIENCE_MS // 100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never held")


def times(page: Page) -> list[str]:
    """What is told of each halt's time, the tapped or expected one where it is not the planned one."""
    return page.evaluate(
        """[...document.querySelectorAll(".halt .times")].map((t) => (t.querySelector("b") ?? t).textContent)"""
    )


def test_before_the_start_the_plan_stands_as_it_is(phone: Watched) -> None:
    page = phone.open(DAY)
    late(page, "未出发")
    assert times(page) == [
        *("08:30", "08:40–09:05", "09:15–09:55", "10:05–11:00", "11:10–11:35", "11:45–12:10", "12:20"),
    ]
    expect(page.locator("[data-part=back]")).to_have_text("预计 12:20 返回，12:30 前须到")


def test_a_wait_makes_up_for_a_delay(phone: Watched) -> None:
    page = phone.open(DAY)
    tap(page, "08:38")
    late(page, "晚 8 分钟")
    expect(page.locator(".next h2")).to_contain_text(page.locator(".halt.stop .what").first.inner_text().split("\n")[0])
    # Eight minutes late at X1 and at X2, whose visit begins at half past nine as planned: on time from there.
    assert times(page) == [
        *("08:38", "08:48–09:13", "09:23–09:55", "10:05–11:00", "11:10–11:35", "11:45–12:10", "12:20"),
    ]
    tap(page, "08:48")
    late(page, "晚 8 分钟")
    tap(page, "09:33")
    # A stay 20 minutes too long: at X2 28 late by the clock, 15 of which the wait takes.
    late(page, "晚 28 分钟")
    assert times(page)[2:] == ["09:43–10:08", "10:18–11:13", "11:23–11:48", "11:58–12:23", "12:33"]
    expect(page.locator("[data-part=back]")).to_have_text("预计 12:33 返回，比要求的 12:30 晚 3 分钟")


def test_an_early_coach_is_early_until_it_has_to_wait(phone: Watched) -> None:
    page = phone.open(DAY)
    tap(page, "08:25")
    late(page, "早 5 分钟")
    assert times(page) == [
        *("08:25", "08:35–09:00", "09:10–09:55", "10:05–11:00", "11:10–11:35", "11:45–12:10", "12:20"),
    ]


def test_what_should_have_happened_is_expected_now(phone: Watched) -> None:
    page = phone.open(DAY)
    page.clock.set_fixed_time(moment("08:41"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    late(page, "晚 11 分钟")
    tap(page, "08:41")
    tap(page, "08:50")
    page.clock.set_fixed_time(moment("09:20"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    # At X1 since 08:50: 25 minutes there end at 09:15, and it is 09:20.
    late(page, "晚 15 分钟")
    expect(page.locator("[data-part=left]")).to_have_text("该出发了")


def test_the_clock_is_that_of_beijing_wherever_the_phone_believes_to_be(
    browser: Browser, serve: Callable[[Settings], Served], own_file: Path
) -> None:
    keep_sample_tour(own_file)
    served = serve(Settings(db=str(own_file)))
    with phone_at(browser, served, timezone_id="Europe/Vaduz") as watched:
        watched.page.clock.install(time=moment("08:00"))
        page = watched.open(DAY)
        expect(page.locator(".clock")).to_have_text("现在 08:00")
        tap(page, "08:34")
        late(page, "晚 4 分钟")


def test_taps_stay_with_a_reload_and_the_last_may_be_undone(phone: Watched) -> None:
    page = phone.open(DAY)
    tap(page, "08:30")
    late(page, "准点")
    tap(page, "08:45")
    expect(page.locator("[data-act=tap]")).to_have_text("离开")
    phone.open(DAY)
    expect(page.locator("[data-act=tap]")).to_have_text("离开")
    page.click("[data-act=undo]")
    expect(page.locator("[data-act=tap]")).to_have_text("到达")


def test_a_whole_day_ends_with_the_return(phone: Watched) -> None:
    page = phone.open(DAY)
    for clock in ("08:30", "08:40", "09:05", "09:15", "09:55", "10:05", "11:00", "11:10", "11:35", "11:45", "12:10"):
        tap(page, clock)
    tap(page, "12:16")
    late(page, "早 4 分钟")
    expect(page.locator("[data-act=tap]")).to_have_count(0)
    expect(page.locator(".next h2")).to_have_text("县政府")


def test_halts_may_be_passed_by(phone: Watched) -> None:
    page = phone.open(DAY)
    tap(page, "08:30")
    page.locator(".halt.stop").nth(2).locator("summary").click()
    page.clock.set_fixed_time(moment("09:30"))
    page.locator(".halt.stop").nth(2).get_by_text("已到这里").click()
    # X3 at half past nine: 100 minutes early, and so is all that follows.
    expect(page.locator(".next small")).to_have_text("正在")
    late(page, "早 100 分钟")
    assert times(page)[4:] == ["09:30–09:55", "10:05–10:30", "10:40"]


def test_a_site_is_called_up_with_what_is_to_be_said_there(phone: Watched) -> None:
    page = phone.open(DAY)
    first, second = page.locator(".halt.stop").nth(0), page.locator(".halt.stop").nth(1)
    first.locator("summary").click()
    expect(first.locator(".call")).to_have_attribute("href", "tel:03547221234")
    expect(first.locator(".talk p")).to_have_text("第一句。\n第二句。")
    expect(first.locator("dl")).to_contain_text("北门")
    expect(first.locator("dl")).to_contain_text("总投资")
    ways = first.locator(".way")
    assert "uri.amap.com/navigation?to=112.01" in str(ways.nth(0).get_attribute("href"))
    assert "coord_type=gcj02" in str(ways.nth(1).get_attribute("href"))
    second.locator("summary").click()
    expect(first.locator("details")).to_have_attribute("open", "")


def test_estimated_drives_are_marked_each_and_stops_bear_the_letter_of_their_route(
    browser: Browser, serve: Callable[[Settings], Served], own_file: Path
) -> None:
    keep_sample_tour(own_file, coaches=2, estimated=True)
    with phone_at(browser, serve(Settings(db=str(own_file)))) as watched:
        page = watched.page
        page.clock.set_fixed_time(moment("08:00"))
        watched.open(DAY)
        route = page.get_by_label("日期和车辆")
        assert route.locator("option").all_inner_texts() == ["A · 12月8日周二 · 1 号车", "B · 12月8日周二 · 2 号车"]
        route.select_option(index=1)
        assert page.locator(".halt.stop .place").all_inner_texts() == ["B1", "B2", "B3", "B4"]
        for stop in page.locator(".halt.stop").all():
            stop.locator("summary").click()
            expect(stop.locator("dl .estimated")).to_have_text("估算")
        expect(page.locator(".halt.stop dl").first).to_contain_text("20 分 + 上下车 5 分")
        tap(page, "08:30")
        expect(page.locator(".next .times .estimated")).to_have_text("估算")


def test_what_was_opened_stays_open_while_the_clock_runs(phone: Watched) -> None:
    page = phone.open(DAY)
    page.locator(".halt.stop summary").first.click()
    page.clock.run_for(30_000)
    expect(page.locator(".halt.stop details").first).to_have_attribute("open", "")


def test_an_opened_page_works_without_a_signal_and_without_its_server(browser: Browser, own_file: Path) -> None:
    keep_sample_tour(own_file)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(Settings(db=str(own_file))), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with phone_at(browser, Served(f"http://127.0.0.1:{server.server_port}")) as phone:
        phone.page.clock.install(time=moment("08:00"))
        page = phone.open(DAY)
        page.wait_for_selector("body[data-kept=true]")
        tap(page, "08:38")
        page.context.set_offline(True)
        server.shutdown()
        server.server_close()
        page.reload()
        page.wait_for_selector("body[data-ready=true]")
        late(page, "晚 8 分钟")
        expect(page.locator("[data-part=signal]")).to_have_text("无信号，离线使用中")
        tap(page, "08:45")
        late(page, "晚 5 分钟")
        page.locator(".halt.stop summary").first.click()
        expect(page.locator(".talk").first).to_contain_text("第一句")
        # The style sheet is there, too: the great button is great.
        assert (page.locator("[data-act=tap]").bounding_box() or {})["height"] >= 60
        phone.forgive("ERR_")


def test_only_the_pages_of_days_and_their_files_are_kept(phone: Watched) -> None:
    page = phone.open(DAY)
    page.wait_for_selector("body[data-kept=true]")
    phone.page.goto(f"{phone.address}/register")
    phone.page.goto(f"{phone.address}{DAY}?lang=zh")
    page.wait_for_selector("body[data-kept=true]")
    kept = page.evaluate(
        """caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>
        (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)))).flat())"""
    )
    assert [path for path in kept if not path.startswith("/static/")] == [DAY]
    assert "/static/js/register.js" not in kept
    scopes = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.map((each) => each.scope))")
    assert scopes == [f"{phone.address}/tours/day/"]


def test_a_plan_that_was_taken_away_is_kept_no_longer(phone: Watched, own_file: Path) -> None:
    page = phone.open(DAY)
    page.wait_for_selector("body[data-kept=true]")
    store = open_store(own_file)
    withdraw_plan(store, PLANNER, PLAN, reason="改期", seen=read_plan(store, PLAN).recorded_at)
    store.close()
    page.goto(f"{phone.address}{DAY}")
    expect(page.locator("h1")).to_contain_text("没有编号为")
    eventually(lambda: list(kept_under(page).values()) == [[]])
    phone.forgive("404")


def test_another_version_takes_over_what_the_older_one_kept(phone: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    page = phone.open(DAY)
    page.wait_for_selector("body[data-kept=true]")
    ((older, pages),) = kept_under(page).items()
    assert pages == [DAY]
    monkeypatch.setattr(tour_day, "_version", lambda: "another")
    phone.open(DAY)
    eventually(lambda: kept_under(page) == {"guatu-day-another": [DAY]})
    assert older != "guatu-day-another"


def test_where_the_server_does_not_answer_in_time_the_kept_page_opens(browser: Browser, own_file: Path) -> None:
    keep_sample_tour(own_file)
    hangs, over = threading.Event(), threading.Event()
    app = create_app(Settings(db=str(own_file)))
    app.before_request(lambda: over.wait() and None if hangs.is_set() else None)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with phone_at(browser, Served(f"http://127.0.0.1:{server.server_port}")) as phone:
        page = phone.open(DAY)
        page.wait_for_selector("body[data-kept=true]")
        hangs.set()
        page.reload()
        page.wait_for_selector("body[data-ready=true]")
        expect(page.locator(".halt")).to_have_count(7)
        over.set()
    server.shutdown()
    server.server_close()


def test_who_is_no_longer_signed_in_keeps_what_was_opened_and_gets_nothing_more(
    browser: Browser, serve: Callable[[Settings], Served], own_file: Path, tmp_path: Path
) -> None:
    keep_sample_tour(own_file)
    keep_tour(store := open_store(own_file), tour_no="T2", plan_no="T2-1")
    store.close()
    accounts = accounts_with(tmp_path, Account("李四", Role.VIEWER))
    served = serve(Settings(db=str(own_file), accounts=str(accounts.path), open_reading=False))
    with phone_at(browser, served) as phone:
        page = phone.page
        page.goto(f"{served.address}{DAY}")
        page.fill("[name=name]", "李四")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("body[data-kept=true]")
        page.context.clear_cookies()
        page.goto(f"{served.address}{DAY}")
        expect(page.locator("[name=password]")).to_be_visible()
        page.context.set_offline(True)
        phone.open(DAY)
        expect(page.locator(".halt")).to_have_count(7)
        with pytest.raises(PlaywrightError):
            page.goto(f"{served.address}/tours/day/T2-1")
        phone.forgive("ERR_")
