"""Batches on every store: put together, changed and looked at."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from gis.crs import to_lonlat
from gis.errors import InvalidParameter, NotAllowed, NotFound
from gis.model import Actor, Authority, BatchKind, Role
from gis.store.port import Store
from gis.workflows.approve_batch import submit_batch
from gis.workflows.change_batch import Drawn, add_to_batch, dissolve_batch, remove_from_batch
from gis.workflows.list_batches import list_batches
from gis.workflows.new_batch import NewBatch, new_batch
from gis.workflows.one_batch import members_of
from gis.workflows.set_land_quota import GivenQuota, set_land_quota
from gis.workflows.show_batch import show_batch
from tests.contract.batch_samples import NAME, ON, SUBMIT, farmland, fill
from tests.contract.store_samples import (
    CRS,
    OFFICER,
    VIEWER,
    append,
    parcels,
    put,
    square,
)


def numbers(store: Store, name: str = NAME) -> list[str]:
    return members_of(store, name)["parcel_no"].tolist()


def test_a_batch_is_made_of_a_list_and_known_by_its_name(store: Store) -> None:
    fill(store)
    made = new_batch(store, OFFICER, NewBatch(f" {NAME} ", BatchKind.SINGLE_SITE, purpose="工业"), ["P1", "Ｐ0", "P1"])
    assert (made["name"], made["added"], made["parcels"], numbers(store)) == (NAME, 2, 2, ["P0", "P1"])
    told = list_batches(store, ON)["batches"]
    assert [(b["name"], b["kind"], b["year"], b["state"], b["parcels"], b["registered"]) for b in told] == [
        (NAME, "single_site", 2026, "draft", 2, True)
    ]
    assert round(told[0]["planar_m2"], 3) == 20_000.0


@pytest.mark.parametrize("name", ["", "  ", "批" * 81, "甲/乙", "甲,乙", "甲\x07乙"])
def test_a_name_that_is_none_is_refused(store: Store, name: str) -> None:
    fill(store)
    with pytest.raises(InvalidParameter):
        new_batch(store, OFFICER, NewBatch(name), ["P0"])
    assert list_batches(store, ON)["batches"] == []


def test_names_are_unique_and_a_parcel_is_in_one_batch_alone(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0"])
    with pytest.raises(InvalidParameter, match="already"):
        new_batch(store, OFFICER, NewBatch(NAME), ["P1"])
    with pytest.raises(InvalidParameter) as refused:
        new_batch(store, OFFICER, NewBatch("二批"), ["P1", "P0"])
    assert refused.value.found == f"P0（{NAME}）"
    with pytest.raises(NotFound):
        new_batch(store, OFFICER, NewBatch("二批"), ["P1", "nowhere"])
    assert [batch["name"] for batch in list_batches(store, ON)["batches"]] == [NAME]
    assert numbers(store, "二批") == []


def test_only_land_officers_change_batches(store: Store) -> None:
    fill(store)
    for actor in (VIEWER, Actor("张规划", Role.PLANNER)):
        with pytest.raises(NotAllowed):
            new_batch(store, actor, NewBatch(NAME), ["P0"])


def test_parcels_come_and_go_and_the_past_stays_as_it_was(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    assert add_to_batch(store, OFFICER, NAME, ["P2", "P1"])["added"] == 1
    assert remove_from_batch(store, OFFICER, NAME, ["P0"]) == {"name": NAME, "removed": 1, "parcels": 2}
    assert numbers(store) == ["P1", "P2"]
    with pytest.raises(InvalidParameter):
        remove_from_batch(store, OFFICER, NAME, ["P0"])
    assert members_of(store, NAME, date(2026, 6, 29))["parcel_no"].tolist() == []


def test_what_is_drawn_round_comes_in_unless_it_is_in_a_batch(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0"])
    new_batch(store, OFFICER, NewBatch("二批"), ["P1"])
    around = square(0).union(square(1)).union(square(2)).union(square(3, side=45)).envelope
    ring = tuple((lon, lat) for lon, lat in to_lonlat([around], CRS)[0].exterior.coords)
    assert add_to_batch(store, OFFICER, NAME, Drawn(ring))["numbers"] == ["P2"]
    with pytest.raises(NotFound):
        add_to_batch(store, OFFICER, NAME, Drawn(ring))
    for wrong in (
        (),
        ((112.0, 36.0), (112.1, 36.0)),
        ((float("nan"), 36.0), (112.1, 36.0), (112.0, 36.1)),
        ((112.0, 36.0),) * 3,
    ):
        with pytest.raises(InvalidParameter):
            add_to_batch(store, OFFICER, NAME, Drawn(wrong))


def test_a_batch_that_parcels_alone_name_can_be_looked_at_and_registered(store: Store) -> None:
    fill(store)
    put(store, "parcel", parcels(2, batch=["2025年度第9批次"] * 2), on=ON)
    told = list_batches(store, ON)["batches"]
    assert [(b["name"], b["registered"], b["year"], b["kind"]) for b in told] == [
        ("2025年度第9批次", False, 2025, None)
    ]
    assert len(show_batch(store, "2025年度第9批次", ON)["parcels"]) == 2
    assert new_batch(store, OFFICER, NewBatch("2025年度第9批次", year=2025), [])["parcels"] == 2
    assert list_batches(store, ON)["batches"][0]["registered"]


def test_batches_to_be_approved_come_first_and_the_second_before_the_tenth(store: Store) -> None:
    fill(store)
    for number, name in (("P0", "2026年第10批"), ("P1", "2026年第2批"), ("P2", "2026年第1批")):
        new_batch(store, OFFICER, NewBatch(name), [number])
    put(store, "parcel", parcels(1, first=3, batch=["2026年第0批"]), on=ON)
    submit_batch(store, OFFICER, "2026年第1批", SUBMIT)
    listed = [batch["name"] for batch in list_batches(store, ON)["batches"]]
    assert listed == ["2026年第2批", "2026年第10批", "2026年第1批", "2026年第0批"]


def test_a_dissolved_batch_leaves_its_parcels_and_its_name(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    assert dissolve_batch(store, OFFICER, NAME, "改报单独选址")["removed"] == 2
    assert (numbers(store), list_batches(store, ON)["batches"]) == ([], [])
    with pytest.raises(NotFound):
        show_batch(store, NAME, ON)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0"])
    assert numbers(store) == ["P0"]


def test_a_batch_is_looked_at_whole(store: Store) -> None:
    fill(store, ready=("P0", "P1"))
    farmland(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1", "P2"])
    set_land_quota(store, OFFICER, GivenQuota(2026, 25_000.0, "晋自然资指〔2026〕5号"))
    shown = show_batch(store, NAME, ON)
    assert shown["total"]["planar_m2"] == pytest.approx(30_000.0)
    assert [(row["group"], row["parcels"]) for row in shown["areas"]] == [("arable", 3)]
    assert shown["level"]["authority"] == Authority.STATE_COUNCIL.value
    assert shown["level"]["farmland_m2"] == pytest.approx(10_000.0)  # the half of P1 and the half of P2
    layer = next(row for row in shown["zones"]["layers"] if row["kind"] == "permanent_basic_farmland")
    assert (layer["compared"], layer["result"], layer["parcels"]) == (True, "STATE_COUNCIL", 2)
    assert (layer["versions"], layer["suppliers"]) == (["2025-12-31"], ["示例局"])
    assert shown["zones"]["preliminary"]["zh"] == "初步比对，以自然资源主管部门认定为准"
    assert shown["quota"]["this_m2"] == pytest.approx(30_000.0)
    assert shown["quota"]["left_m2"] == pytest.approx(-5_000.0)
    lacking = {(line["gap"], line["item"]): line["named"] for line in shown["checklist"] if line["lacking"]}
    assert lacking["funds", ""] == ["P2"]
    assert lacking["document", "survey"] == ["P0", "P1", "P2"]


def test_documents_of_the_batch_count_for_each_of_its_parcels(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    file = {"file_name": "公告.pdf", "media_type": "application/pdf", "size_bytes": 9, "kind": "document"}
    rows = [
        {"subject": "batch", "subject_key": NAME, "sha256": "a" * 64, "stage": "survey", **file},
        {"subject": "parcel", "subject_key": "P0", "sha256": "b" * 64, "stage": "pre_notice", **file},
    ]
    append(store, "attachment", pd.DataFrame(rows))
    lines = {
        line["item"]: line["named"] for line in show_batch(store, NAME, ON)["checklist"] if line["gap"] == "document"
    }
    assert (lines["survey"], lines["pre_notice"], lines["agreement"]) == ([], ["P1"], ["P0", "P1"])
