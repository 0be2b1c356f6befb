"""A tour over projects of the sample county, for the pages of its scoring and of its day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from gis.store import open_store
from gis.tours.itinerary import Plan
from tests.browser.conftest import PHONE, Served, Watched, watch
from tests.contract.tour_samples import keep_tour, plan


def keep_sample_tour(path: Path, *, coaches: int = 1, estimated: bool = False) -> Plan:
    """Put the tour of tests.contract.tour_samples into a county, over four projects that it has, for each coach."""
    store = open_store(path)
    projects = store.read("project").head(4)
    (day,) = plan().days
    named = zip(day.stops, projects["code"], projects["name"], strict=True)
    stops = tuple(replace(stop, code=code, name=name) for stop, code, name in named)
    days = tuple(replace(day, coach=coach, stops=stops) for coach in range(1, coaches + 1))
    made = Plan(days, (), estimated=estimated)
    keep_tour(store, made)
    store.close()
    return made


@contextmanager
def phone_at(browser: Browser, served: Served, **more: Any) -> Iterator[Watched]:
    """A page on a phone; at the end it must have been without errors and foreign requests."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", is_mobile=True, has_touch=True, **more)
    watched = watch(context, served.address)
    yield watched
    context.close()
    assert watched.foreign == []
    assert watched.errors == []
