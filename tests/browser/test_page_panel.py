"""The detail panel in step with the day, the filter and the map."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def json_of(page: Page, path: str):
    """What an address of the server answers."""
    return page.evaluate("(path) => fetch(path).then((r) => r.json())", path)


def test_a_click_on_a_map_far_zoomed_out_is_answered(office):
    # At zoom 6 and 38.6°N three pixels are 5.7 km (156,543 m · cos 38.6° / 2⁶ · 3): more than may be asked for.
    page = office.open("/?at=6/37/112&hide=project")
    with page.expect_response(lambda response: "/api/at" in response.url) as answered:
        page.mouse.click(900, 300)
    assert answered.value.status == 200
    expect(page.locator(".toast")).to_have_count(0)


def test_a_town_s_panel_follows_the_day_and_the_filter(office):
    page = office.open()
    rows = json_of(page, "/api/totals?by=town")["rows"]
    town = max((row for row in rows if row["code"]), key=lambda row: row["invested_wan"])
    office.open(f"/?sel=town:{town['code']}")
    done = page.locator("[data-part=panel-body] .key", has_text="完成率").locator(".value")
    expect(done).to_have_text(f"{town['done_share'] * 100:.1f}%")
    page.fill("[data-part=day]", "2026-03-31")
    page.dispatch_event("[data-part=day]", "change")
    then = next(r for r in json_of(page, "/api/totals?by=town&on=2026-03-31")["rows"] if r["code"] == town["code"])
    expect(done).to_have_text(f"{then['done_share'] * 100:.1f}%")
    lamp = max(then["lamps"], key=lambda code: then["lamps"][code])
    assert then["lamps"][lamp] < then["n"]
    page.click(f"[data-lamp={lamp}]")
    projects = page.locator("[data-part=panel-body] .key", has_text="项目").locator(".value").first
    expect(projects).to_have_text(str(then["lamps"][lamp]))


def test_promises_are_judged_on_the_day_that_the_panel_shows(office):
    # Promised for 20 August 2026 and done since: on 30 June it was neither done nor due.
    page = office.open("/?sel=project:2024-140781-24-01-990045")
    promise = page.locator(".milestone", has_text="竣工").locator(".state")
    expect(promise).to_have_text("完成 2026-08-01")
    # What the store says of itself on another day comes late.
    page.route("**/api/info?on=*", lambda route: None)
    page.fill("[data-part=day]", "2026-06-30")
    page.dispatch_event("[data-part=day]", "change")
    expect(promise).to_have_text("未到期")


def test_land_outside_a_boundary_is_told_without_a_zone_to_open(office):
    page = office.open("/?sel=project:2026-140781-15-01-990100")
    (conflict,) = (c for c in json_of(page, "/api/projects/2026-140781-15-01-990100")["conflicts"] if not c["zone_no"])
    assert conflict["kind"] == "urban_boundary"
    row = page.locator("[data-part=panel-body] .row", has_text=re.compile("城镇开发边界"))
    expect(row).to_contain_text("以外")
    row.click()
    assert "sel=project" in page.url


def test_charts_whose_program_did_not_come_are_told_and_trying_again_brings_them(office):
    page = office.page
    office.keep_from_recovering()
    page.route("**/echarts*.js", lambda route: route.abort())
    office.open()
    page.click("[data-tab=charts]")
    expect(page.locator(".strip.bad")).to_contain_text("连接不上服务器")
    page.unroute("**/echarts*.js")
    page.click(".strip.bad button")
    expect(page.locator("[data-chart=lamps] canvas")).to_be_visible()
    expect(page.locator(".strip.bad")).to_have_count(0)
    office.forgive("ERR_FAILED")


def test_a_facet_s_button_closes_its_list_after_a_choice(office):
    page = office.open()
    page.click("[data-facet=kind]")
    page.locator(".popover input[type=checkbox]").first.check()
    expect(page.locator("[data-facet=kind] .n")).to_have_text("1")
    page.click("[data-facet=kind]")
    expect(page.locator(".popover")).to_have_count(0)
