from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from gis.errors import InvalidParameter, InvalidRow, NotAllowed
from gis.layers import LAYERS
from gis.model import BBox, Query
from gis.store.port import Change, Store
from tests.contract.store_samples import OFFICER, VIEWER, append, hold, parcels, projects, put, stages


def changed(store: Store, since: int = 0) -> set[tuple[str, str | None]]:
    """Layers and keys changed after a version."""
    return {(change.layer, change.key) for change in store.changes_since(since)}


def test_each_change_is_told_once_with_its_key(store: Store) -> None:
    put(store, "parcel", parcels(2))
    assert changed(store) == {("parcel", "P0"), ("parcel", "P1")}
    version = store.version()
    put(store, "parcel", parcels(2, households=[1, None]))
    assert changed(store, version) == {("parcel", "P0")}
    assert store.changes_since(version) == (Change(store.version(), "parcel", "P0"),)
    assert store.changes_since(store.version()) == ()


def test_an_event_changes_its_parcel_and_a_report_its_project(store: Store) -> None:
    put(store, "parcel", parcels(1))
    put(store, "project", projects())
    version, parcel_version = store.version(), store.version(("parcel",))
    append(store, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    assert changed(store, version) == {("parcel_event", "P0"), ("parcel", "P0")}
    assert store.version(("parcel",)) > parcel_version
    version = store.version()
    plan = pd.DataFrame({"project_code": ["X1"], "year": [2026], "plan_wan": [5.0]})
    append(store, "project_plan", plan)
    assert changed(store, version) == {("project_plan", "X1")}


def test_a_change_by_events_alone_is_told_apart_from_another_row(store: Store) -> None:
    put(store, "parcel", parcels(3))
    version = store.version()
    with store.writing(OFFICER) as writer:
        writer.append("parcel_event", stages("P0", ("survey", "2026-03-01")))
        writer.append("parcel_event", stages("P1", ("survey", "2026-03-01")))
        writer.put("parcel", parcels(3, households=[None, 1, 2]))
        writer.append("parcel_event", stages("P2", ("survey", "2026-03-01")))
    told = {change.key: change.by_events for change in store.changes_since(version) if change.layer == "parcel"}
    assert told == {"P0": True, "P1": False, "P2": False}


def test_what_changed_nothing_leaves_the_version(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", hold("P0", "2026-03-01"))
    version = store.version()
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", hold("P0", "2026-03-01"))
    assert store.version() == version


def test_versions_of_layers_grow_apart(store: Store) -> None:
    put(store, "parcel", parcels(1))
    parcel = store.version(("parcel",))
    put(store, "project", projects())
    assert store.version(("parcel",)) == parcel
    assert store.version(("parcel", "project")) == store.version() > parcel
    assert store.version(("zone",)) == 0
    assert store.version(()) == 0


def test_a_store_that_begins_anew_tells_versions_that_were_never_told(store: Store) -> None:
    put(store, "parcel", parcels(2))
    before = store.version()
    store.restart_changes()
    assert all(store.version((layer,)) > before + 1_000_000 for layer in LAYERS)
    assert {(change.layer, change.key) for change in store.changes_since(before)} == {(layer, None) for layer in LAYERS}
    restarted = store.version()
    put(store, "parcel", parcels(1, first=5))
    assert store.version() == store.version(("parcel",)) == restarted + 1
    store.restart_changes()
    assert store.version(("town",)) > restarted + 1


def test_very_many_changes_count_as_the_whole_layer(store: Store) -> None:
    put(store, "parcel", parcels(500))
    assert len(changed(store)) == 500
    version = store.version()
    put(store, "parcel", parcels(501, name="东地"))
    assert changed(store, version) == {("parcel", None)}


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    put(store, "parcel", parcels(1))
    version = store.version()

    def fail() -> None:
        with store.writing(OFFICER) as writer:
            writer.put("parcel", parcels(3, name="东地"))
            writer.append("parcel_event", stages("P2", ("survey", "2026-03-01")))
            writer.put("parcel", parcels(1, owner_kind="皇家"))

    with pytest.raises(InvalidRow):
        fail()
    assert (store.count("parcel"), store.count("parcel_event"), store.version()) == (1, 0, version)
    assert store.read("parcel")["name"].isna().all()
    assert store.history("parcel", "P0").empty
    assert store.extent() == BBox(*parcels(1).total_bounds)


def test_any_exception_in_the_block_undoes_it(store: Store) -> None:
    def interrupted() -> None:
        with store.writing(OFFICER) as writer:
            writer.put("parcel", parcels(3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.count("parcel") == 0
    assert put(store, "parcel", parcels(1)).count("stored") == 1


def test_a_transaction_sees_what_it_wrote_itself(store: Store) -> None:
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1))
        writer.append("parcel_event", stages("P0", ("survey", "2026-03-01")))
        assert writer.put("parcel", parcels(1)).outcomes == ("unchanged",)
        assert store.count("parcel") == 0  # others see it at the end
    assert store.read("parcel")["stage"][0] == "survey"


def test_a_viewer_may_not_write(store: Store) -> None:
    with pytest.raises(NotAllowed), store.writing(VIEWER):
        pass


@pytest.mark.parametrize(
    ("layer", "query"),
    [
        ("house", Query()),
        ("parcel; DROP TABLE parcel", Query()),
        ("parcel", Query(columns=("parcel_no", "colour"))),
        ("parcel", Query(where=(("colour", "红"),))),
        ("parcel", Query(where=(("households", "many"),))),
        ("parcel", Query(where=(("households", "9" * 30),))),
        ("parcel_event", Query(bbox=BBox(0, 0, 1, 1))),
        ("parcel_event", Query(columns=("geometry",))),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(store: Store, layer: str, query: Query) -> None:
    with pytest.raises(InvalidParameter):
        store.read(layer, query)


def test_entities_are_put_and_ledgers_appended(store: Store) -> None:
    with pytest.raises(InvalidParameter):
        put(store, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    with pytest.raises(InvalidParameter):
        append(store, "parcel", parcels(1))
    with pytest.raises(InvalidParameter):
        store.version(("house",))


def test_a_day_far_in_the_past_or_future_can_be_asked_for(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    read = {day: store.read("parcel", Query(on=day))["stage"][0] for day in (date.min, date.max)}
    assert read == {date.min: "not_started", date.max: "survey"}
