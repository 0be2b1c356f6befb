"""What a store gives for a question: by keys, boxes, values and words, now and in the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from gis.errors import InvalidParameter
from gis.model import ALL, BBox, Query, Says
from gis.store.port import Store
from tests.contract.store_samples import CRS, EAST, NORTH, append, parcels, put, square, stages


def test_a_box_gives_what_meets_it_and_nothing_else(store: Store) -> None:
    put(store, "parcel", parcels(5))
    inside = BBox(EAST + 150, NORTH + 10, EAST + 250, NORTH + 20)
    assert list(store.read("parcel", Query(bbox=inside))["parcel_no"]) == ["P1", "P2"]
    touching = BBox(EAST - 50, NORTH, EAST, NORTH + 10)
    assert list(store.read("parcel", Query(bbox=touching))["parcel_no"]) == ["P0"]
    just_off = BBox(EAST - 50, NORTH, EAST - 0.001, NORTH + 10)
    assert store.read("parcel", Query(bbox=just_off)).empty


def test_a_box_in_the_past_looks_at_where_things_were(store: Store) -> None:
    put(store, "parcel", parcels(2))
    put(store, "parcel", parcels(1).set_geometry([square(50)], crs=CRS), on=date(2026, 6, 1))
    old, new = (BBox(EAST + c * 100 + 10, NORTH + 10, EAST + c * 100 + 20, NORTH + 20) for c in (0, 50))
    before, after = date(2026, 5, 31), date(2026, 6, 1)
    found = {
        (box is old, day): list(store.read("parcel", Query(bbox=box, on=day))["parcel_no"])
        for box in (old, new)
        for day in (before, after)
    }
    assert found == {(True, before): ["P0"], (True, after): [], (False, before): [], (False, after): ["P0"]}


def test_a_query_chooses_keys_columns_rows_and_equalities(store: Store) -> None:
    put(store, "parcel", parcels(4, town=["甲", "乙", "甲", None], households=[1, 2, 3, 4]))
    assert list(store.read("parcel", Query(keys=("P3", "P1", "none")))["parcel_no"]) == ["P1", "P3"]
    assert store.read("parcel", Query(keys=())).empty
    bare = store.read("parcel", Query(columns=("households", "parcel_no")))
    assert list(bare.columns) == ["households", "parcel_no"]
    assert list(store.read("parcel", Query(columns=("town", "geometry"))).columns) == ["town", "geometry"]
    assert list(store.read("parcel", Query(where=(("town", "甲"),)))["parcel_no"]) == ["P0", "P2"]
    assert list(store.read("parcel", Query(where=(("households", "4"),)))["parcel_no"]) == ["P3"]
    assert list(store.read("parcel", Query(limit=2))["parcel_no"]) == ["P0", "P1"]


def test_equalities_and_limits_hold_in_the_past_too(store: Store) -> None:
    put(store, "parcel", parcels(3, town="甲", households=1))
    put(store, "parcel", parcels(1, town="乙", households=2), on=date(2026, 6, 1))
    append(store, "parcel_event", stages("P2", ("survey", "2026-06-10")))
    past = date(2026, 5, 1)
    for where, keys in (
        (("town", "甲"), ["P0", "P1", "P2"]),
        (("town", "乙"), []),
        (("households", "1"), ["P0", "P1", "P2"]),
        (("stage", "not_started"), ["P0", "P1", "P2"]),
    ):
        assert list(store.read("parcel", Query(on=past, where=(where,)))["parcel_no"]) == keys
    assert list(store.read("parcel", Query(on=past, limit=2))["parcel_no"]) == ["P0", "P1"]
    assert list(store.read("parcel", Query(on=past, columns=("name", "stage_on")))["stage_on"].isna()) == [True] * 3


def test_present_and_past_reads_agree_on_a_day_after_everything(store: Store) -> None:
    put(store, "parcel", parcels(3, households=1))
    put(store, "parcel", parcels(2, households=2), on=date(2026, 2, 1))
    append(store, "parcel_event", stages("P1", ("survey", "2026-03-01")))
    late = store.read("parcel", Query(on=date(2026, 12, 31)))
    pd.testing.assert_frame_equal(pd.DataFrame(late), pd.DataFrame(store.read("parcel", ALL)))


def test_a_query_may_name_several_values_or_a_text_that_some_column_holds(store: Store) -> None:
    villages = ["小河村", "LONG村", None, "百分之50%"]
    put(store, "parcel", parcels(4, village=villages, unit=["甲", None, "long_", "乙"], households=[1, 2, 2, None]))
    asked = {
        "among": Query(where=(("village", ("小河村", "百分之50%", "无")),)),
        "none": Query(where=(("village", ()),)),
        "text": Query(says=Says(("village", "unit"), "Long")),
        "sign": Query(says=Says(("village", "unit"), "%")),
        "line": Query(says=Says(("unit",), "g_")),
    }
    found = {name: list(store.read("parcel", query)["parcel_no"]) for name, query in asked.items()}
    assert found == {"among": ["P0", "P3"], "none": [], "text": ["P1", "P2"], "sign": ["P3"], "line": ["P2"]}


def test_rows_are_tallied_by_value_now_and_in_the_past(store: Store) -> None:
    put(store, "parcel", parcels(3, village=["东", "东", None]), on=date(2026, 1, 1))
    put(store, "parcel", parcels(1, village=["西"]), on=date(2026, 3, 1))
    append(store, "parcel_event", stages("P1", ("survey", "2026-02-01")))
    then = Query(on=date(2026, 1, 15))
    assert store.tally("parcel", "village") == {"东": 1, "西": 1, None: 1}
    assert store.tally("parcel", "village", then) == {"东": 2, None: 1}
    assert store.tally("parcel", "stage") == {"not_started": 2, "survey": 1}
    assert store.tally("parcel", "stage", then) == {"not_started": 3}
    assert store.tally("parcel", "stage", Query(where=(("village", ("东", "西")),))) == {"not_started": 1, "survey": 1}
    assert store.tally("town", "level") == {}


def near(*columns: int) -> Query:
    """A question for what lies at these places of the grid."""
    east = [EAST + column * 100 for column in columns]
    return Query(near=tuple(BBox(x + 40, NORTH + 40, x + 60, NORTH + 60) for x in east))


def test_what_is_near_several_boxes_is_given_once(store: Store) -> None:
    put(store, "parcel", parcels(6))
    assert list(store.read("parcel", near(0, 0, 3))["parcel_no"]) == ["P0", "P3"]
    assert list(store.read("parcel", near())["parcel_no"]) == []
    assert list(store.read("parcel", near(0, 9))["parcel_no"]) == ["P0"]


def test_what_was_near_in_the_past_is_found_where_it_was(store: Store) -> None:
    put(store, "parcel", parcels(2), on=date(2026, 1, 1))
    moved = parcels(1).assign(geometry=[square(5)])
    put(store, "parcel", gpd.GeoDataFrame(moved, crs=CRS), on=date(2026, 3, 1))
    then = date(2026, 2, 1)
    assert list(store.read("parcel", replace(near(0), on=then))["parcel_no"]) == ["P0"]
    assert list(store.read("parcel", replace(near(5), on=then))["parcel_no"]) == []
    assert list(store.read("parcel", near(5))["parcel_no"]) == ["P0"]


def test_only_layers_with_a_geometry_can_be_near(store: Store) -> None:
    with pytest.raises(InvalidParameter):
        store.read("parcel_event", near(0))


def test_keys_are_found_whatever_characters_they_have(store: Store) -> None:
    odd = ['a"b', "a\\b", "a,b", "{a}", "NULL", "a'b", "a\nb", "地块 一", "a%sb", "a:keys"]
    put(store, "parcel", parcels(12).assign(parcel_no=[*odd, "a", "b"]))
    for key in odd:
        assert list(store.read("parcel", Query(keys=(key,)))["parcel_no"]) == [key]
    assert list(store.read("parcel", Query(keys=tuple(odd)))["parcel_no"]) == sorted(odd)
    assert len(store.read("parcel", Query(where=(("parcel_no", tuple(odd)),)))) == len(odd)


@pytest.mark.parametrize("keys", [(), ("P0\0P1",), ("\ud800",), ("P0\ud800",), ("", "\0")])
def test_keys_that_no_row_can_have_find_nothing(store: Store, keys: tuple[str, ...]) -> None:
    put(store, "parcel", parcels(2))
    append(store, "parcel_event", stages("P0", ("survey", "2026-01-05")))
    assert len(store.read("parcel", Query(keys=keys))) == 0
    assert len(store.read("parcel_event", Query(keys=keys))) == 0
    assert list(store.read("parcel", Query(keys=(*keys, "P1")))["parcel_no"]) == ["P1"]


@pytest.mark.parametrize("text", ["P0\0", "\ud800", "P0\ud800"])
def test_texts_that_no_row_can_hold_find_nothing(store: Store, text: str) -> None:
    put(store, "parcel", parcels(2))
    append(store, "parcel_event", stages("P0", ("survey", "2026-01-05")))
    for on in (None, date(2026, 1, 1)):
        assert len(store.read("parcel", Query(on=on, says=Says(("parcel_no", "name"), text)))) == 0
        assert len(store.read("parcel", Query(on=on, where=(("parcel_no", text),)))) == 0
        assert len(store.read("parcel_event", Query(on=on, where=(("parcel_no", text),)))) == 0
        assert store.tally("parcel", "stage", Query(on=on, where=(("parcel_no", text),))) == {}
