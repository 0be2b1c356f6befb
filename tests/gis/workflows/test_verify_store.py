"""What the checks of stored data find, on one town with three parcels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.analysis.overview import Brief
from gis.model import LOCAL_ACTOR
from gis.store import create_store
from gis.store.port import Store
from gis.workflows import verify_store as verifying
from gis.workflows.keep_assessment import keep, writing_assessed
from gis.workflows.verify_store import verify_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = create_store(tmp_path / "county.gpkg", name="示例", crs="EPSG:4547", actor=LOCAL_ACTOR)
    boxes = [shapely.box(500_000 + 100 * i, 3_650_000, 500_100 + 100 * i, 3_650_100) for i in range(3)]
    parcels = gpd.GeoDataFrame(
        {
            "parcel_no": ["C1", "C2", "S1"],
            "owner_kind": ["collective", "collective", "state"],
            "supply_kind": ["allotted", "market", "market"],
        },
        geometry=boxes,
        crs="EPSG:4547",
    )
    with made.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", parcels)
    yield made
    made.close()


def record(store: Store, *events: tuple[str, str, date], reason: str | None = None) -> None:
    frame = pd.DataFrame(
        {
            "parcel_no": [e[0] for e in events],
            "kind": "stage",
            "stage": [e[1] for e in events],
            "on_date": pd.to_datetime([e[2] for e in events]).as_unit("s"),
            "override_reason": reason,
        }
    )
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("parcel_event", frame)


def found(store: Store) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.key) for finding in verify_store(store)]


def test_a_lawful_history_has_no_findings(store: Store) -> None:
    # 10 working days from 2026-02-09 end on 2026-02-28 (DOMAIN §3); 30 days from 2026-03-02 end on 2026-04-01.
    record(
        store,
        ("C1", "pre_notice", date(2026, 2, 9)),
        ("C1", "survey", date(2026, 2, 10)),
        ("C1", "plan_notice", date(2026, 3, 2)),
        ("C1", "agreement", date(2026, 4, 2)),
    )
    assert found(store) == []


def test_a_plan_notice_inside_the_ten_working_days_is_found(store: Store) -> None:
    record(
        store,
        ("C1", "pre_notice", date(2026, 2, 9)),
        ("C1", "survey", date(2026, 2, 10)),
        ("C1", "plan_notice", date(2026, 2, 27)),
    )
    (finding,) = verify_store(store)
    assert (finding.rule, finding.key) == ("lawful_events", "C1")
    assert "2026-03-01" in finding.words.zh


def test_days_that_the_county_entered_itself_count_as_they_do_in_the_clock(store: Store) -> None:
    # Friday 6 and Monday 9 March 2026 made free days: 10 working days from 2 March end on 18, not 16 March.
    free = {"2026-03-06": False, "2026-03-09": False}
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("rule_parameter", pd.DataFrame({"code": ["calendar.days"], "value": [free], "source": ["示例"]}))
    record(
        store,
        ("C1", "pre_notice", date(2026, 3, 2)),
        ("C1", "survey", date(2026, 3, 3)),
        ("C1", "plan_notice", date(2026, 3, 18)),
    )
    (finding,) = verify_store(store)
    assert (finding.rule, finding.key) == ("lawful_events", "C1")
    assert "2026-03-19" in finding.words.zh


def test_a_reason_excuses_what_the_law_would_not(store: Store) -> None:
    record(store, ("C1", "pre_notice", date(2026, 2, 9)), ("C1", "survey", date(2026, 2, 10)))
    record(store, ("C1", "plan_notice", date(2026, 2, 27)), reason="应急抢险")
    assert found(store) == []


def test_a_skipped_stage_is_found_by_the_path_of_the_parcel_s_owner(store: Store) -> None:
    # State land goes from not started to cleared at once; collective land may not.
    for parcel in ("C1", "S1"):
        record(store, (parcel, "not_started", date(2026, 1, 5)), (parcel, "cleared", date(2026, 1, 6)))
    assert found(store) == [("lawful_events", "C1")]


def test_the_wait_for_notice_and_listing_holds_for_market_supply_only(store: Store) -> None:
    for parcel in ("C1", "C2"):
        record(store, (parcel, "cleared", date(2026, 5, 4)), (parcel, "supplied", date(2026, 5, 11)))
    assert found(store) == [("lawful_events", "C2")]


def test_compensation_paid_beyond_what_is_due_is_found(store: Store) -> None:
    frame = pd.DataFrame({"parcel_no": ["C1"], "compensation_due_wan": [10.0], "compensation_paid_wan": [10.5]})
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame)
    assert found(store) == [("compensation_within_due", "C1")]


def test_a_geometry_that_crosses_itself_is_found(store: Store) -> None:
    bow = shapely.Polygon([(500_000, 3_650_000), (500_100, 3_650_100), (500_100, 3_650_000), (500_000, 3_650_100)])
    frame = gpd.GeoDataFrame({"parcel_no": ["C1"]}, geometry=[bow])
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", frame.set_crs("EPSG:4547"))
    assert ("geometry_valid", "C1") in found(store)


def test_a_town_that_is_not_in_the_store_is_found_where_the_store_has_towns(store: Store) -> None:
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": ["C1"], "town": ["411700009"]}))
    assert found(store) == []
    town = gpd.GeoDataFrame(
        {"code": ["411700001"], "name": ["示例镇"]}, geometry=[shapely.box(499_000, 3_649_000, 501_000, 3_651_000)]
    )
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("town", town.set_crs("EPSG:4547"))
    assert found(store) == [("reference_known", "C1")]


def test_a_write_while_the_store_is_verified_is_no_finding(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    land = gpd.GeoSeries([shapely.box(500_000, 3_650_000, 500_100, 3_650_100)], crs="EPSG:4547")
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("project", gpd.GeoDataFrame({"code": ["A"], "name": ["甲"]}, geometry=land))
    keep(store)
    assess = verifying.assess_to_keep

    def assess_late(store: Store, on: date) -> Brief:
        event = {"parcel_no": ["C1"], "kind": ["stage"], "stage": ["pre_notice"], "on_date": pd.to_datetime([on])}
        with writing_assessed(store, LOCAL_ACTOR) as writer:
            writer.append("parcel_event", pd.DataFrame(event))
        return assess(store, on)

    monkeypatch.setattr(verifying, "assess_to_keep", assess_late)
    assert found(store) == []
    monkeypatch.undo()
    assert found(store) == []
