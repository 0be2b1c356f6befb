"""A page that is open while the database goes down: it says so, keeps what it shows, and recovers by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gis.settings import Settings
from gis.workflows.copy_store import copy_store
from tests.postgis_server import Cluster

DOWN = "数据库暂时无法连接"


@pytest.fixture
def cluster(durable_cluster: Cluster, demo_file) -> Iterator[Cluster]:
    """A database with the sample county."""
    copy_store(str(demo_file), durable_cluster.dsn(), progress=lambda words, share: None)
    return durable_cluster


def forgive_the_outage(watched):
    for part in ("503", "Failed to load resource"):
        watched.forgive(part)


@pytest.mark.slow
def test_an_open_page_says_that_the_database_is_down_and_recovers_by_itself(browser, open_elsewhere, serve, cluster):
    watched = open_elsewhere(browser, serve(Settings(db=cluster.dsn())))
    page = watched.open()
    page.wait_for_selector("body[data-drawn=true]")
    rows = page.locator("[data-part=row-count]").inner_text()
    looks = []
    page.on("request", lambda request: looks.append(request.url) if request.url.endswith("/healthz") else None)

    cluster.kill()
    page.click("[data-lamp=red]")
    strip = page.locator(".strip.bad")
    expect(strip).to_contain_text(DOWN)
    expect(strip).to_contain_text("屏幕上是先前的内容")
    expect(strip).not_to_contain_text("postgresql")
    expect(page.locator("[data-part=row-count]")).to_have_text(rows)
    page.wait_for_timeout(8_000)
    assert 1 <= len(looks) <= 4  # it looks, and is no flood
    expect(strip).to_be_visible()

    cluster.start()
    expect(strip).to_have_count(0)
    expect(page.locator("[data-part=row-count]")).to_contain_text("（共")
    count = len(looks)
    page.wait_for_timeout(5_000)
    assert len(looks) == count  # nothing fails: nobody looks
    assert watched.errors
    forgive_the_outage(watched)
    assert watched.errors == []


@pytest.mark.slow
def test_a_map_moved_while_the_database_is_down_fills_its_holes_when_it_is_back(
    browser, open_elsewhere, serve, cluster
):
    watched = open_elsewhere(browser, serve(Settings(db=cluster.dsn())))
    page = watched.open()
    page.wait_for_selector("body[data-drawn=true]")
    cluster.kill()
    with page.expect_response(lambda answer: "/tiles/" in answer.url and answer.status == 503):
        page.click("[data-act=zoom-in]")
    expect(page.locator(".strip.bad")).to_be_visible()
    with page.expect_response(lambda answer: "/tiles/" in answer.url and answer.status == 200):
        cluster.start()
    expect(page.locator(".strip.bad")).to_have_count(0)
    forgive_the_outage(watched)
    assert watched.errors == []


@pytest.mark.slow
def test_a_page_opened_while_the_database_is_down_opens_by_itself_when_it_is_back(
    browser, open_elsewhere, serve, cluster
):
    served = serve(Settings(db=cluster.dsn()))
    cluster.kill()
    watched = open_elsewhere(browser, served)
    watched.page.goto(served.address + "/?lamp=red")
    expect(watched.page.locator("h1")).to_contain_text(DOWN)
    cluster.start()
    watched.page.wait_for_selector("body[data-ready=true]")
    assert "lamp=red" in watched.page.url
    forgive_the_outage(watched)
    assert watched.errors == []
