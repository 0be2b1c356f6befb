"""English, a phone, the printed sheet, and the page when things fail."""

from __future__ import annotations

from playwright.sync_api import expect


def test_the_language_switch_speaks_english_and_is_remembered(office):
    page = office.open("/?lamp=red")
    page.click("[data-lang=en]")
    page.wait_for_selector("body[data-ready=true]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[data-by=lamp]")).to_have_text("Progress")
    expect(page.locator("[data-part=row-count]")).to_contain_text("projects of")
    assert "lamp=red" in page.url
    office.open("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click("[data-lang=zh]")
    page.wait_for_selector("body[data-ready=true]")
    expect(page.locator("[data-by=lamp]")).to_have_text("进度")


def test_no_chinese_is_left_in_the_english_frame(office):
    page = office.open("/?lang=en")
    texts = page.evaluate(
        """[...document.querySelectorAll('.bar, .side, .drawer > header, .tabulator-header, .summary, .banners')]
        .map((part) => part.innerText).join('\\n')"""
    )
    county = page.locator(".county").inner_text()
    left = [line for line in texts.splitlines() if any("一" <= c <= "鿿" for c in line)]
    assert set(left) <= {county, "中"}


def test_a_phone_has_no_sideways_scroll_and_targets_large_enough_for_a_finger(phone):
    page = phone.open()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        """[...document.querySelectorAll('button, a, input, select')]
        .filter((e) => e.checkVisibility() && e.offsetParent && !e.closest('.leaflet-control, .tabulator, .skip'))
        .map((e) => [e, (e.closest('label') ?? e).getBoundingClientRect()])
        .filter(([e, box]) => box.width && (box.height < 43.5 || box.width < 36))
        .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
    )
    assert small == []
    box = page.locator(".folium-map").bounding_box()
    assert box["width"] == 390
    assert box["height"] > 400


def test_a_phone_brings_list_charts_and_details_up_from_below(phone):
    page = phone.open()
    page.tap(".phone-nav [data-sheet=table]")
    row = page.locator(".tabulator-row").first
    expect(row).to_be_visible()
    name = row.locator(".name-cell .name").inner_text()
    row.tap()
    expect(page.locator("[data-part=panel-title]")).to_have_text(name)
    expect(page.locator("[data-part=panel]")).to_be_in_viewport()
    page.tap("[data-act=panel-close]")
    expect(page.locator("[data-part=panel]")).to_be_hidden()
    page.tap(".phone-nav [data-sheet=charts]")
    expect(page.locator("[data-chart=lamps] canvas")).to_be_visible()
    page.tap(".phone-nav [data-act=side]")
    expect(page.locator("[data-part=side]")).to_be_visible()
    page.tap("[data-by=land]")
    assert "by=land" in page.url
    page.tap(".side-head button")
    expect(page.locator("[data-part=side]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_sheet_for_the_printer_is_one_a3_page_with_all_a_map_needs(office, tmp_path):
    page = office.open("/print?by=land&lamp=red,yellow")
    expect(page.locator("[data-part=title]")).to_contain_text("重点项目作战图")
    expect(page.locator("[data-part=subtitle]")).to_contain_text("2026-10-31")
    expect(page.locator("[data-part=ratio]")).to_contain_text("比例尺 1:")
    expect(page.locator("[data-part=internal]")).to_be_visible()
    expect(page.locator("[data-part=facts]")).to_contain_text("晋S(2026)001号")
    expect(page.locator(".north")).to_be_visible()
    assert page.locator("[data-part=legend] li").count() == 5
    page.select_option("[data-part=scale-field]", "50000")
    expect(page.locator("[data-part=ratio]")).to_have_text("比例尺 1:50,000")
    page.wait_for_timeout(1500)
    pixels = page.evaluate(
        "(() => { const c = document.querySelector('canvas.maplibregl-canvas');"
        " const s = document.createElement('canvas');"
        " s.width = s.height = 64; const p = s.getContext('2d'); p.drawImage(c, 0, 0, 64, 64);"
        " return new Set(p.getImageData(0, 0, 64, 64).data).size; })()"
    )
    assert pixels > 10  # the canvas can be read after it was drawn: a printer gets the map, not an empty sheet
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    # A3 landscape in points, and one page.
    assert b"/Count 1" in pdf
    assert b"1191" in pdf
    assert b"841" in pdf or b"842" in pdf


def test_a_server_that_fails_is_told_with_what_is_shown_kept_and_trying_again_helps(office):
    page = office.open()
    rows = page.locator("[data-part=row-count]").inner_text()
    office.keep_from_recovering()
    page.route("**/api/projects?*", lambda route: route.abort())
    page.click("[data-lamp=red]")
    expect(page.locator(".strip.bad")).to_contain_text("连接不上服务器")
    expect(page.locator("[data-part=row-count]")).to_have_text(rows)
    page.unroute("**/api/projects?*")
    page.click(".strip.bad button")
    expect(page.locator(".strip.bad")).to_have_count(0)
    expect(page.locator("[data-part=row-count]")).to_contain_text("（共")
    office.forgive("ERR_FAILED")


def test_a_link_to_something_that_is_gone_says_so(office):
    page = office.open("/?sel=parcel:没有")
    expect(page.locator(".failure")).to_contain_text("没有地块")
    office.forgive("404")


def test_without_webgl_the_list_the_charts_and_the_details_still_work(browser_without_gl, open_elsewhere, demo):
    watched = open_elsewhere(browser_without_gl, demo)
    page = watched.open()
    expect(page.locator(".strip.warn")).to_contain_text("WebGL")
    page.locator(".tabulator-row").first.click()
    expect(page.locator("[data-part=panel-body]")).to_contain_text("为什么")
    page.click("[data-by=flag]")
    expect(page.locator("[data-part=legend]")).to_contain_text("不可能按期")
    watched.forgive("WebGL")
    watched.forgive("webgl")
    assert watched.errors == []
    assert watched.foreign == []


def test_an_empty_store_says_how_to_fill_it(browser, open_elsewhere, empty):
    watched = open_elsewhere(browser, empty)
    page = watched.open()
    expect(page.locator("[data-part=empty-store]")).to_contain_text("库里还没有内容")
    expect(page.locator("[data-part=empty-store]")).to_contain_text("import projects")
    expect(page.locator(".tabulator-placeholder")).to_contain_text("还没有项目数据")
    assert watched.errors == []
    assert watched.foreign == []


def test_a_list_whose_program_did_not_come_is_told_and_trying_again_brings_it(office):
    page = office.page
    office.keep_from_recovering()
    page.route("**/tabulator.min.js", lambda route: route.abort())
    page.goto(office.address)
    expect(page.locator(".strip.bad")).to_contain_text("连接不上服务器", timeout=60_000)
    page.unroute("**/tabulator.min.js")
    page.click(".strip.bad button")
    expect(page.locator(".tabulator-row").first).to_be_visible(timeout=60_000)
    expect(page.locator(".strip.bad")).to_have_count(0)
    office.forgive("ERR_FAILED")
