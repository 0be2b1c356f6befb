"""The one filter: shared by map, table, legend and charts, kept in the address."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import is_zipfile

import pytest
from playwright.sync_api import expect


def test_a_facet_filters_table_legend_and_address_and_the_link_shows_the_same(office):
    page = office.open()
    page.click("[data-facet=town]")
    option = page.locator(".popover .option").nth(2)
    name, n = option.locator(".name").inner_text(), int(option.locator(".count").inner_text())
    option.locator("input").check()
    expect(page.locator("[data-part=row-count]")).to_contain_text(f"{n} 个项目")
    page.keyboard.press("Escape")
    expect(page.locator(".popover")).to_have_count(0)
    expect(page.locator(".bar .chip")).to_contain_text(name)
    assert re.search(r"[?&]town=\w+", page.url)
    counts = page.locator("[data-part=legend] .count").all_inner_texts()
    assert sum(map(int, counts)) == n
    expect(page.locator("[data-figure=n] dd")).to_contain_text(str(n))

    office.open(page.url.removeprefix(office.address))
    expect(page.locator("[data-part=row-count]")).to_contain_text(f"{n} 个项目")
    expect(page.locator(".bar .chip")).to_contain_text(name)
    expect(page.locator("[data-layer=project] >> xpath=../.. >> .count")).to_have_text(str(n))


def test_back_and_forward_undo_and_redo_a_filter(office):
    page = office.open()
    everything = page.locator("[data-part=row-count]").inner_text()
    page.click("[data-lamp=red]")
    expect(page.locator("[data-part=row-count]")).not_to_have_text(everything)
    page.go_back()
    expect(page.locator("[data-part=row-count]")).to_have_text(everything)
    expect(page.locator(".bar .chip")).to_have_count(0)
    page.go_forward()
    expect(page.locator(".bar .chip")).to_have_count(1)


def test_words_find_a_project_and_clearing_brings_all_back(office):
    page = office.open()
    page.keyboard.press("/")
    expect(page.locator("[data-part=words]")).to_be_focused()
    page.keyboard.type("高速")
    expect(page.locator("[data-part=row-count]")).to_contain_text("（共")
    names = page.locator(".tabulator-row .name-cell .name").all_inner_texts()
    assert names
    assert all("高速" in name for name in names)
    page.click(".clear-all >> visible=true")
    expect(page.locator("[data-part=row-count]")).not_to_contain_text("（共")
    assert "words" not in page.url


def test_a_filter_that_nothing_passes_says_so(office):
    page = office.open("/?words=没有这样的项目")
    expect(page.locator(".tabulator-placeholder")).to_contain_text("没有符合筛选条件的项目")
    expect(page.locator("[data-part=row-count]")).to_contain_text("0 个项目")


def test_a_legend_row_filters_by_its_class(office):
    page = office.open()
    n = page.locator("[data-part=legend] [data-code=yellow] .count").inner_text()
    page.click("[data-part=legend] [data-code=yellow]")
    expect(page.locator("[data-part=row-count]")).to_contain_text(f"{n} 个项目")
    assert "lamp=yellow" in page.url


def test_the_table_sorts_both_ways_with_missing_values_last(office):
    page = office.open()
    header = page.locator(".tabulator-col[tabulator-field=gap_pp]")

    def gaps() -> list[str]:
        return page.evaluate(
            "[...document.querySelectorAll('.tabulator-row [tabulator-field=gap_pp]')].map((cell) => cell.textContent)"
        )

    header.click()
    expect(page.locator(".tabulator-col[tabulator-field=gap_pp][aria-sort=ascending]")).to_be_visible()
    rising = [float(text.replace("−", "-").replace("+", "")) for text in gaps() if text != "—"]
    assert rising == sorted(rising)
    assert len(rising) > 3
    assert gaps()[0] != "—"
    header.click()
    expect(page.locator(".tabulator-col[tabulator-field=gap_pp][aria-sort=descending]")).to_be_visible()
    falling = [float(text.replace("−", "-").replace("+", "")) for text in gaps() if text != "—"]
    assert falling == sorted(falling, reverse=True)
    assert gaps()[0] != "—"


def test_a_row_selects_its_project_and_the_map_rings_it(office):
    page = office.open()
    row = page.locator(".tabulator-row").nth(1)
    name = row.locator(".name-cell .name").inner_text()
    row.click()
    expect(page.locator("[data-part=panel-title]")).to_have_text(name)
    expect(page.locator(".tabulator-row.chosen")).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=panel]")).to_be_hidden()
    assert "sel=" not in page.url


@pytest.mark.parametrize("format_", ["xlsx", "gpkg", "geojson", "csv"])
def test_an_export_holds_what_the_table_shows(office, tmp_path: Path, format_: str):
    import pyogrio

    page = office.open("/?lamp=red")
    n = int(page.locator("[data-part=row-count]").inner_text().split()[0])
    with page.expect_download() as waiting:
        page.click(f"[data-format={format_}]")
    path = tmp_path / f"projects.{format_}"
    waiting.value.save_as(path)
    if format_ == "xlsx":
        from openpyxl import load_workbook

        assert is_zipfile(path)
        book = load_workbook(path, read_only=True)
        assert sum(1 for row in book.worksheets[0].iter_rows(values_only=True) if any(row)) >= n + 1
        book.close()
    elif format_ == "csv":
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == n + 1
    else:
        layer = "project" if format_ == "gpkg" else None
        assert pyogrio.read_info(path, layer=layer)["features"] == n


def test_a_bar_of_the_chart_filters_by_its_town(office):
    page = office.open("/?tab=charts")
    page.wait_for_selector("[data-chart=lamps] canvas")
    page.wait_for_timeout(800)
    rows = page.evaluate("fetch('/api/charts').then((r) => r.json())")["lamps_by_town"]
    at = max(range(len(rows)), key=lambda i: sum(rows[i][lamp] for lamp in ("red", "yellow", "green", "none")))
    x, y = page.evaluate(
        """(at) => { const chart = echarts.getInstanceByDom(document.querySelector('[data-chart=lamps]'));
        const p = chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [at, 0.5]);
        const box = chart.getDom().getBoundingClientRect(); return [box.x + p[0], box.y + p[1]]; }""",
        at,
    )
    page.mouse.click(x, y)
    expect(page.locator(".bar .chip")).to_contain_text(rows[at]["zh"])
    assert f"town={rows[at]['code']}" in page.url


def test_another_day_shows_what_was_known_then_and_says_so(office):
    page = office.open()
    now = page.locator("[data-part=legend]").inner_text()
    page.fill("[data-part=day]", "2026-06-30")
    page.dispatch_event("[data-part=day]", "change")
    expect(page.locator(".strip.past")).to_contain_text("2026-06-30")
    expect(page.locator("[data-part=legend]")).not_to_have_text(now)
    assert "on=2026-06-30" in page.url
    expected = page.evaluate("fetch('/api/projects?on=2026-06-30').then((r) => r.json())")["projects"]
    red = page.locator("[data-part=legend] [data-code=red] .count")
    expect(red).to_have_text(str(sum(project["lamp"] == "red" for project in expected)))
    page.click(".strip.past button")
    expect(page.locator(".strip.past")).to_have_count(0)
    assert "on=" not in page.url
