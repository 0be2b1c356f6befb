"""The map: colouring, legend, layers, clicking, measuring."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

# How a test finds the MapLibre map: it is a layer of folium's Leaflet map.
FIND_GL = "let gl; window.guatuWall.map.eachLayer((l) => { if (l.getMaplibreMap) gl = l.getMaplibreMap(); });"


def gl(page: Page, script: str) -> Any:
    """What ``script`` gives for ``gl``, the MapLibre map."""
    return page.evaluate(f"(() => {{ {FIND_GL} return {script}; }})()")


def legend_counts(page: Page) -> dict[str, int]:
    """Code to count, as the legend of the projects says."""
    rows = page.locator("[data-part=legend] .legend-row")
    return {
        row.get_attribute("data-code"): int(row.locator(".count").inner_text().replace(",", "")) for row in rows.all()
    }


def test_the_page_opens_with_every_project_in_legend_table_and_map(office):
    page = office.open()
    answer = page.evaluate("fetch('/api/projects').then((r) => r.json())")
    assert sum(legend_counts(page).values()) == answer["count"] == answer["all"]
    expect(page.locator("[data-part=row-count]")).to_contain_text(f"{answer['count']} 个项目")
    page.wait_for_timeout(500)
    assert (
        len(
            gl(
                page,
                "gl.getSource('project_point')._data.geojson?.features ?? gl.getSource('project_point')._data.features",
            )
        )
        > 100
    )


def test_the_legend_counts_what_the_projects_say(office):
    page = office.open()
    projects = page.evaluate("fetch('/api/projects').then((r) => r.json())")["projects"]
    for lamp, n in legend_counts(page).items():
        assert n == sum(project["lamp"] == lamp for project in projects), lamp
    page.click("[data-by=risk]")
    bounds = {"severe": 20_000, "high": 5_000, "medium": 1_000, "low": 1e-6, "none": 0}
    said = legend_counts(page)
    for project in projects:
        code = next(c for c, bound in bounds.items() if (project["at_risk_wan"] or 0) >= bound)
        said[code] -= 1
    assert set(said.values()) == {0}


def test_colouring_by_a_click_changes_legend_address_and_map(office):
    page = office.open()
    before = json.dumps(gl(page, "gl.getPaintProperty('project-fill', 'fill-color')"))
    page.click("[data-by=flag]")
    expect(page.locator("[data-by=flag]")).to_have_attribute("aria-checked", "true")
    expect(page.locator("[data-part=legend]")).to_contain_text("不可能按期")
    assert "by=flag" in page.url
    after = json.dumps(gl(page, "gl.getPaintProperty('project-fill', 'fill-color')"))
    assert before != after
    assert "badge:flag:" in json.dumps(gl(page, "gl.getLayoutProperty('project-badge', 'icon-image')"))


def test_every_colouring_draws_its_badges_from_the_style_table(office):
    page = office.open()
    for by, table in {"stage": "project_stage", "land": "readiness", "risk": "risk", "lamp": "lamp"}.items():
        page.click(f"[data-by={by}]")
        page.wait_for_function(
            f"(table) => {{ {FIND_GL} return gl.listImages().some((name) => name.startsWith(`badge:${{table}}:`)); }}",
            arg=table,
        )


def test_a_hidden_layer_is_hidden_on_the_map_and_in_the_address(office):
    page = office.open()
    page.uncheck("[data-layer=zone]")
    assert gl(page, "gl.getLayoutProperty('zone-fill', 'visibility')") == "none"
    assert "hide=zone" in page.url
    office.open(page.url.removeprefix(office.address))
    assert not page.is_checked("[data-layer=zone]")
    page.wait_for_function(f"() => {{ {FIND_GL} return gl.getLayoutProperty('zone-line', 'visibility') === 'none'; }}")


def come_to_rest(page: Page) -> None:
    """Wait until the map has drawn everything where it now is."""
    page.wait_for_function(f"() => {{ {FIND_GL} return gl.loaded() && gl.areTilesLoaded() && !gl.isMoving(); }}")
    page.wait_for_timeout(300)


def click_at(page: Page, lon: float, lat: float) -> None:
    """Click where this place is on the map."""
    x, y = page.evaluate(
        "([lon, lat]) => { const p = window.guatuWall.map.latLngToContainerPoint([lat, lon]);"
        " const box = window.guatuWall.map.getContainer().getBoundingClientRect();"
        " return [box.x + p.x, box.y + p.y]; }",
        [lon, lat],
    )
    page.mouse.click(x, y)


def worst_project(page: Page) -> dict[str, Any]:
    """A polygon project with blocking parcels, and its label point."""
    features = page.evaluate("fetch('/api/projects.geojson').then((r) => r.json())")["features"]
    polygons = [f["properties"] for f in features if f["geometry"] and "Polygon" in f["geometry"]["type"]]
    return max(polygons, key=lambda p: p["at_risk_wan"])


def test_a_click_on_a_projects_circle_opens_its_panel(office):
    page = office.open()
    project = worst_project(page)
    office.open(f"/?at=12/{project['lat']}/{project['lon']}")
    come_to_rest(page)
    click_at(page, project["lon"], project["lat"])
    expect(page.locator("[data-part=panel-title]")).to_have_text(project["name"])
    expect(page.locator("[data-part=panel-body]")).to_contain_text("为什么")
    assert "sel=project" in page.url


def test_a_click_on_a_blocking_parcel_flies_there_and_marks_it(office):
    page = office.open()
    project = worst_project(page)
    office.open(f"/?sel=project:{project['code']}")
    row = page.locator("[data-part=blocking] [data-parcel]").first
    number = row.get_attribute("data-parcel")
    before = page.evaluate("window.guatuWall.map.getCenter()")
    row.click()
    bounds = page.evaluate(f"fetch('/api/parcels/{number}').then((r) => r.json())")["bounds"]
    page.wait_for_function(
        """([west, south, east, north]) => {
          const { lng, lat } = window.guatuWall.map.getCenter();
          return west - 0.002 < lng && lng < east + 0.002 && south - 0.002 < lat && lat < north + 0.002;
        }""",
        arg=bounds,
    )
    assert page.evaluate("window.guatuWall.map.getCenter()") != before
    expect(row).to_have_class("row two chosen")
    assert number in json.dumps(gl(page, "gl.getFilter('parcel-blocking')"))


def test_several_things_under_a_click_are_listed_smallest_first_and_walked_with_arrows(office):
    page = office.open()
    project = worst_project(page)
    office.open(f"/?at=17/{project['lat']}/{project['lon']}")
    come_to_rest(page)
    click_at(page, project["lon"] + 0.0006, project["lat"])
    rows = page.locator(".chooser button.row")
    expect(rows.first).to_be_focused()
    things = page.evaluate(
        "([lon, lat]) => fetch(`/api/at?lon=${lon}&lat=${lat}`).then((r) => r.json())",
        [project["lon"] + 0.0006, project["lat"]],
    )
    listed = [row.get_attribute("data-layer") for row in rows.all()]
    assert listed[-1] == "town"
    assert things[0]["layer"] == listed[0]
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=panel]")).to_be_hidden()


def test_measuring_a_square_kilometre_agrees_with_the_working_plane(office):
    office.open("/?at=14/37.0300/111.9200")
    page = office.page
    page.click("[data-act=area]")
    corners = page.evaluate(
        """async () => {
          const info = await fetch('/api/info').then((r) => r.json());
          const transform = proj4('WGS84', info.proj4);
          const [x, y] = transform.forward([111.92, 37.03]);
          const corners = [[-500, -500], [500, -500], [500, 500], [-500, 500]];
          return corners.map(([dx, dy]) => transform.inverse([x + dx, y + dy]));
        }"""
    )
    for lon, lat in corners[:3]:
        click_at(page, lon, lat)
        page.wait_for_timeout(450)
    click_at(page, *corners[3])
    page.wait_for_timeout(100)
    text = page.locator("[data-part=measure] .result").inner_text()
    hectares = float(text.split("公顷")[0].split()[-1].replace(",", ""))
    # A screen pixel is about 7.6 m here: corners are a pixel off at most.
    assert abs(hectares - 100) < 3
    page.keyboard.press("Escape")
    expect(page.locator("[data-part=measure]")).to_be_hidden()


def test_the_cursor_is_read_out_in_metres_and_degrees(office):
    page = office.open()
    box = page.locator(".folium-map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2)
    expect(page.locator("[data-part=readout]")).to_contain_text(re.compile(r"北 4[01]\d{5}\.\d  东 58\d{4}\.\d m"))
    expect(page.locator("[data-part=readout]")).to_contain_text("° E")
