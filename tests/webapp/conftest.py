"""A small county in a real store, served by the real app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import LineString, MultiPolygon, Point, box

from gis.accounts import Account, AccountFile
from gis.model import LOCAL_ACTOR, Role
from gis.settings import BaseMap, Settings
from gis.store import create_store, open_store
from gis.store.port import Store
from tests.webapp.accounts import accounts_with, with_writes
from webapp import create_app

CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 114°E: 114°E 33°N is (500000, 3652748)
EAST, NORTH = 500_000.0, 3_652_000.0
ON = date(2026, 6, 30)


def square(x: float, y: float, side: float = 100) -> MultiPolygon:
    """A square whose lower left corner lies x, y metres from the county's origin."""
    return MultiPolygon([box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)])


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


def _days(*days: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(days)).astype("datetime64[s]"))


TOWNS = [
    {"code": "T1", "name": "城关镇", "level": "town", "geometry": square(0, 0, 5000)},
    {"code": "T2", "name": "北关镇", "level": "town", "geometry": square(0, 5000, 5000)},
]
PARKS = [
    {
        "code": "K1",
        "name": "示例产业园",
        "level": "county",
        "approved_area_m2": 250_000.0,
        "utility_road": "done",
        "geometry": square(0, 0, 500),
    }
]
PROJECTS = [
    # A stands on two parcels, of which the left one is ready: 10,000 m² each.
    {
        "code": "A",
        "name": "示例工厂",
        "owner": "=cmd|' /C calc'!A0",
        "category": "industry",
        "level": "county",
        "kind": "new",
        "leader": "张三",
        "located_in_town": "T1",
        "located_in_park": "K1",
        "credited_to_town": "T2",
        "total_wan": 50_000.0,
        "planned_start_on": pd.Timestamp("2026-09-01"),
        "geometry": MultiPolygon([box(EAST, NORTH, EAST + 200, NORTH + 100)]),
    },
    # B is a road, 1,000 m long and 40 m wide; no parcel lies under it.
    {
        "code": "B",
        "name": "示例快速路",
        "category": "infrastructure",
        "leader": "李四",
        "located_in_town": "T1",
        "row_width_m": 40.0,
        "geometry": LineString([(EAST + 1000, NORTH + 1000), (EAST + 2000, NORTH + 1000)]),
    },
    {
        "code": "C",
        "name": "示例学校",
        "category": "livelihood",
        "located_in_town": "T2",
        "geometry": Point(EAST + 300, NORTH + 6000),
    },
    {"code": "D", "name": "示例谋划", "located_in_town": "T2", "geometry": None},
]
PARCELS = [
    {"parcel_no": "1", "town": "T1", "owner_kind": "collective", "geometry": square(0, 0)},
    {
        "parcel_no": "2",
        "town": "T1",
        "owner_kind": "collective",
        "planned_pre_notice_on": pd.Timestamp("2026-03-01"),
        "geometry": square(100, 0),
    },
    {"parcel_no": "3", "town": "T2", "owner_kind": "state", "geometry": square(0, 6000)},
]
ZONES = [{"zone_no": "Z1", "name": "示例农田", "kind": "permanent_basic_farmland", "geometry": square(150, 0, 100)}]

EVENTS = pd.DataFrame(
    {
        "parcel_no": ["1"] * 7 + ["2"],
        "kind": ["stage"] * 7 + ["hold"],
        "stage": ["pre_notice", "survey", "plan_notice", "agreement", "submitted", "approved", "cleared", None],
        "hold_reason": [None] * 7 + ["lawsuit"],
        "on_date": _days(
            "2025-01-02",
            "2025-01-10",
            "2025-02-20",
            "2025-04-01",
            "2025-05-01",
            "2025-08-01",
            "2025-10-01",
            "2026-05-06",
        ),
        "document": ["示征预〔2025〕1号", None, None, None, None, None, None, None],
    }
)
PLANS = pd.DataFrame({"project_code": ["A"], "year": [2026], "plan_wan": [12_000.0]})
REPORTS = pd.DataFrame(
    {
        "project_code": ["A", "A"],
        "period": ["month", "month"],
        "period_end_on": _days("2026-05-31", "2026-06-30"),
        "invested_wan": [2_400.0, 3_000.0],
        "stat_invested_wan": [2_000.0, None],
        "image_percent": [10.0, 12.0],
        "words": ["基础施工", "主体施工"],
    }
)
PROMISES = pd.DataFrame(
    {
        "project_code": ["A", "A"],
        "name": ["施工许可", "施工许可"],
        "promised_on": _days("2026-04-30", "2026-08-31"),
        "promised_by": ["示例单位", "示例单位"],
        "said_on": _days("2026-01-10", "2026-05-10"),
    }
)


def make_county(path: Path, data_on: date = ON) -> Store:
    """Two towns, a park, four projects of each kind of geometry, three parcels, a zone."""
    made = create_store(path, name="示例县", crs=CRS, actor=LOCAL_ACTOR, data_on=data_on, is_sample=True)
    entities = {"town": TOWNS, "park": PARKS, "project": PROJECTS, "parcel": PARCELS, "zone": ZONES}
    ledgers = {"parcel_event": EVENTS, "project_plan": PLANS, "progress_report": REPORTS, "milestone": PROMISES}
    with made.writing(LOCAL_ACTOR) as writer:
        for layer, rows in entities.items():
            writer.put(layer, _frame(rows), on=date(2025, 1, 1))
        for layer, frame in ledgers.items():
            writer.append(layer, frame)
    return made


SETTINGS = Settings(
    base_maps=(BaseMap("plan", "规划底图", "http://127.0.0.1:9/{z}/{x}/{y}.png?key=secret", "示例 GS(2026)1号"),),
    review_number="示S(2026)1号",
    tile_cache_mb=0,
)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The small county, for tests that only read."""
    made = make_county(tmp_path_factory.mktemp("county") / "county.gpkg")
    yield made
    made.close()


@pytest.fixture(scope="session")
def app(store: Store) -> Flask:
    """The app over the small county, for tests that only read."""
    return create_app(SETTINGS, store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a window."""
    return app.test_client()


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    """A file with a small county of this test's own."""
    path = tmp_path / "own.gpkg"
    make_county(path).close()
    return path


@pytest.fixture
def own_store(own_file: Path) -> Iterator[Store]:
    """A small county that this test may change."""
    opened = open_store(own_file)
    yield opened
    opened.close()


@pytest.fixture
def own_app(own_store: Store) -> Flask:
    """An app that this test may change."""
    return create_app(SETTINGS, own_store)


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    """A store with nothing but its rules."""
    made = create_store(tmp_path / "empty.gpkg", name="空白县", crs=CRS, actor=LOCAL_ACTOR)
    yield made
    made.close()


# ---------------------------------------------------------------- with accounts and without


@pytest.fixture
def account_file(tmp_path: Path) -> AccountFile:
    """张三 writes for the land, 李四 looks, 王五 has gone, 总管 may do everything."""
    return accounts_with(
        tmp_path,
        Account("张三", Role.LAND_OFFICER, unit="示例征迁办"),
        Account("李四", Role.VIEWER),
        Account("王五", Role.EDITOR, active=False),
        Account("总管", Role.ADMIN),
    )


@pytest.fixture
def settings(account_file: AccountFile) -> Settings:
    """Of a server with these accounts."""
    return replace(SETTINGS, accounts=str(account_file.path))


@pytest.fixture
def make_app(store: Store) -> Callable[[Settings], Flask]:
    """Makes an app that tells who writes (``with_writes``)."""
    return lambda settings: with_writes(create_app(settings, store))


@pytest.fixture
def desk(make_app: Callable[[Settings], Flask], settings: Settings) -> FlaskClient:
    """A browser at a server that has accounts; nobody is signed in."""
    return make_app(settings).test_client()


@pytest.fixture
def local(make_app: Callable[[Settings], Flask]) -> FlaskClient:
    """A browser at a server without accounts."""
    return make_app(SETTINGS).test_client()
