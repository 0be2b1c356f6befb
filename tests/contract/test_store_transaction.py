"""What a write transaction sees of itself, and results that are kept beside the data, on every store."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import shapely

from gis.errors import InvalidParameter
from gis.model import Query
from gis.store import open_store
from gis.store.port import Results, Store
from tests.contract.store_samples import OFFICER, append, parcels, put, square, stages

ON = date(2026, 6, 30)


def results(version: int, **rows: str) -> Results:
    return Results(ON, version, "示例 1", {code: f'{{"told": "{text}"}}' for code, text in rows.items()})


def keep(store: Store, kept: Results, *, whole: bool = True) -> None:
    with store.writing(OFFICER) as writer:
        writer.keep_results(kept, whole=whole)


def test_a_transaction_reads_what_it_wrote_and_others_do_not_yet(store: Store) -> None:
    put(store, "parcel", parcels(1))
    before = store.version()
    with store.writing(OFFICER) as writer:
        writer.append("parcel_event", stages("P0", ("survey", "2026-03-01")))
        writer.put("parcel", parcels(2))
        assert writer.read("parcel", Query(columns=("parcel_no", "stage")))["stage"].tolist() == [
            "survey",
            "not_started",
        ]
        assert writer.tally("parcel", "stage") == {"survey": 1, "not_started": 1}
        assert store.read("parcel", Query(columns=("stage",)))["stage"].tolist() == ["not_started"]
        version, changes = writer.version(), writer.changes_since(before)
        assert {(change.layer, change.key) for change in changes} == {
            ("parcel_event", "P0"),
            ("parcel", "P0"),
            ("parcel", "P1"),
        }
        assert version == changes[-1].seq
        assert store.version() == before
    assert store.version() == version
    assert store.changes_since(before) == changes


def test_a_transaction_that_asks_in_between_tells_each_change_once(store: Store) -> None:
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1))
        first = writer.version(("parcel",))
        assert writer.version(("parcel",)) == first
        writer.append("parcel_event", stages("P0", ("survey", "2026-03-01")))
        assert writer.version(("parcel",)) > first
    told = [(change.layer, change.key) for change in store.changes_since(0)]
    assert sorted(told) == [("parcel", "P0"), ("parcel", "P0"), ("parcel_event", "P0")]


def test_every_shape_that_a_parcel_has_or_had_is_found(store: Store) -> None:
    put(store, "parcel", parcels(2))
    for column in (5, 9):
        moved = parcels(1)
        put(store, "parcel", moved.set_geometry([square(column)]))
    append(store, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    found = store.shapes_ever("parcel", ["P0", "absent"])
    expected = [square(column) for column in (0, 5, 9)]
    assert len(found) == len(expected)
    assert all(any(shapely.equals(shape, one) for one in found) for shape in expected)
    assert len(store.shapes_ever("parcel", [])) == 0
    with pytest.raises(InvalidParameter):
        store.shapes_ever("parcel_event", ["P0"])


def test_turns_are_taken_one_after_the_other_and_hold_up_nobody_else(store: Store, where: str) -> None:
    order: list[str] = []
    other = open_store(where) if where.startswith("postgresql") else store
    second = threading.Thread(target=lambda: take(other, order, "second"))
    with store.turn():
        second.start()
        put(store, "parcel", parcels(1))
        assert store.count("parcel") == 1
        second.join(0.3)
        assert second.is_alive()
        order.append("first")
    second.join(10)
    assert order == ["first", "second"]
    if other is not store:
        other.close()


def take(store: Store, order: list[str], name: str) -> None:
    with store.turn():
        order.append(name)


def test_results_come_back_as_they_were_kept(store: Store) -> None:
    assert store.results() is None
    kept = results(3, X1="甲", X2="乙")
    keep(store, kept)
    assert store.results() == kept
    assert store.results(keys=["X2", "X9"]) == results(3, X2="乙")
    assert store.results(keys=[]) == results(3)


def parts(*rows: tuple[str, str, float]) -> pd.DataFrame:
    codes, numbers, areas = zip(*rows, strict=True)
    columns = {"project_code": codes, "parcel_no": numbers, "whole_m2": areas, "parcel_m2": 10_000 / 3}
    frame = pd.DataFrame({**columns, "is_thin": [area < 1 for area in areas]})
    return frame.astype({"project_code": "str", "parcel_no": "str"})


def numbers_of(store: Store, *parcels: str) -> list[tuple[str, str]]:
    kept = store.kept_parts(parcels or None)
    return list(zip(kept["project_code"], kept["parcel_no"], strict=True))


def test_parts_come_back_as_they_were_kept_by_the_parcels_on_them(store: Store) -> None:
    assert store.kept_parts().empty
    kept = parts(("X1", "P1", 0.1 + 0.2), ("X1", "P2", 1e-5), ("X2", "P2", 1 / 3), ("X3", "P3", 7.0))
    keep(store, replace(results(3, X1="甲", X2="乙", X3="丙"), parts=kept))
    pd.testing.assert_frame_equal(store.kept_parts(), kept, check_exact=True)
    assert numbers_of(store, "P1") == [("X1", "P1"), ("X1", "P2")]
    assert numbers_of(store, "P2", "P9") == [("X1", "P1"), ("X1", "P2"), ("X2", "P2")]
    assert numbers_of(store, "' OR '1'='1") == []
    assert store.kept_parts([]).empty


def test_parts_are_replaced_with_the_results_of_their_projects_or_stay(store: Store) -> None:
    kept = replace(results(3, X1="甲", X2="乙"), parts=parts(("X1", "P1", 5.0), ("X2", "P2", 5.0)))
    keep(store, kept)
    keep(store, results(4, X1="丙"), whole=False)
    assert numbers_of(store) == [("X1", "P1"), ("X2", "P2")]
    keep(store, replace(results(5, X1="丁"), parts=parts(("X1", "P8", 5.0))), whole=False)
    assert numbers_of(store) == [("X1", "P8"), ("X2", "P2")]
    keep(store, replace(results(6, X2="戊"), parts=kept.parts.iloc[:0]), whole=False)
    assert numbers_of(store) == [("X1", "P8")]
    keep(store, results(7))
    assert store.kept_parts().empty


def test_results_kept_for_some_replace_theirs_alone_and_tell_since_when(store: Store) -> None:
    keep(store, results(3, X1="甲", X2="乙"))
    keep(store, results(5, X2="丙", X3="丁"), whole=False)
    assert store.results() == results(5, X1="甲", X2="丙", X3="丁")
    assert store.results(since=3) == results(5, X2="丙", X3="丁")
    assert store.results(since=5) == results(5)


def test_results_kept_for_all_leave_none_of_the_former(store: Store, where: str) -> None:
    keep(store, results(3, X1="甲", X2="乙"))
    keep(store, results(4, X2="丙"))
    again = open_store(where)
    assert again.results() == results(4, X2="丙")
    again.close()


def test_keeping_results_is_no_change_of_the_data(store: Store) -> None:
    put(store, "parcel", parcels(1))
    before = store.version()
    keep(store, results(before, X1="甲"))
    assert store.version() == before
