"""Who edits what somebody else has changed meanwhile is told so, with both versions; nothing is lost in silence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest
from shapely import from_wkt
from shapely.geometry import MultiPolygon

from gis.errors import Conflict, InvalidParameter
from gis.model import Actor, Query, Role
from gis.store.port import PutResult, Store
from tests.contract.store_samples import OFFICER, append, parcels, projects, put, square, stages

OTHER = Actor("赵规划", Role.LAND_OFFICER, "140781")

_EDITS = """
import json, sys
from gis.errors import Conflict
from gis.model import Query
from gis.store import open_store
from tests.contract.store_samples import OFFICER, projects
name, store = sys.argv[2], open_store(sys.argv[1], busy_seconds=60)
read = store.read("project", Query(columns=("code", "version")))
print("read", flush=True)
sys.stdin.readline()
try:
    with store.writing(OFFICER) as writer:
        writer.put("project", projects(remark=name), expected=dict(zip(read["code"], read["version"])))
    print("written")
except Conflict as conflict:
    print(json.dumps(conflict.as_dict()))
store.close()
"""


def edit(
    store: Store, layer: str, frame: pd.DataFrame, expected: Mapping[str, int], actor: Actor = OFFICER
) -> PutResult:
    """One put of edited rows."""
    with store.writing(actor) as writer:
        return writer.put(layer, frame, expected=expected)


def versions(store: Store, layer: str = "project") -> dict[str, int]:
    """Key → version, as an editor reads them."""
    key = {"project": "code", "parcel": "parcel_no"}[layer]
    read = store.read(layer, Query(columns=(key, "version")))
    return dict(zip(read[key], read["version"].astype(int), strict=True))


def remark(store: Store) -> str:
    return str(store.read("project", Query(columns=("remark",)))["remark"][0])


def test_a_version_is_read_by_name_and_counts_the_changes_of_the_row(store: Store) -> None:
    put(store, "project", projects(("X1", "X2")))
    assert versions(store) == {"X1": 1, "X2": 1}
    put(store, "project", projects(("X1", "X2"), remark=["一", None]))
    put(store, "project", projects(("X1", "X2"), remark=["一", "二"]))
    put(store, "project", projects(("X1",), remark=["三"]))
    assert versions(store) == {"X1": 3, "X2": 2}
    assert str(store.read("project", Query(columns=("version",))).dtypes["version"]) == "Int64"
    assert "version" not in store.read("project").columns


def test_what_was_read_last_is_written(store: Store) -> None:
    put(store, "project", projects())
    assert edit(store, "project", projects(remark="一"), {"X1": 1}).outcomes == ("updated",)
    assert edit(store, "project", projects(remark="二"), versions(store)).outcomes == ("updated",)
    assert remark(store) == "二"


def test_what_somebody_changed_meanwhile_is_a_conflict_with_both_versions_and_nothing_is_written(store: Store) -> None:
    put(store, "project", projects(total_wan=100.0, owner="某公司"))
    read = versions(store)
    edit(store, "project", projects(total_wan=120.0), read, OTHER)
    before = store.version()
    with pytest.raises(Conflict) as told:
        edit(store, "project", projects(("X1", "X2"), total_wan=[150.0, 5.0]), read)
    (clash,) = told.value.clashes
    assert (clash.layer, clash.key, clash.expected, clash.version) == ("project", "X1", 1, 2)
    assert clash.stored == {"code": "X1", "name": "项目X1", "total_wan": 120.0}
    assert clash.wanted == {"code": "X1", "name": "项目X1", "total_wan": 150.0}
    assert clash.changed_by == OTHER.name
    changed_at = store.read("project", Query(columns=("recorded_at",)))["recorded_at"][0]
    assert clash.changed_at is not None
    assert pd.Timestamp(clash.changed_at.rstrip("Z")) == changed_at
    assert OTHER.name in told.value.words.zh
    assert json.loads(json.dumps(told.value.as_dict()))["conflicts"][0]["wanted"]["total_wan"] == 150.0
    assert store.version() == before
    assert list(store.read("project")["code"]) == ["X1"]
    assert list(store.read("project")["total_wan"]) == [120.0]


def test_a_conflict_ends_the_whole_transaction(store: Store) -> None:
    put(store, "project", projects())
    put(store, "project", projects(remark="一"))

    def write() -> None:
        with store.writing(OFFICER) as writer:
            writer.put("parcel", parcels(1))
            writer.put("project", projects(remark="二"), expected={"X1": 1})

    with pytest.raises(Conflict):
        write()
    assert (store.count("parcel"), remark(store)) == (0, "一")


def test_a_changed_shape_is_told_in_both_versions(store: Store) -> None:
    put(store, "parcel", parcels(1))
    put(store, "parcel", parcels(1).set_geometry([square(5)]))
    with pytest.raises(Conflict) as told:
        edit(store, "parcel", parcels(1).set_geometry([square(7)]), {"P0": 1})
    (clash,) = told.value.clashes
    assert from_wkt(clash.stored["geometry"]).equals(square(5))
    assert from_wkt(clash.wanted["geometry"]).equals(MultiPolygon([square(7)]))


def test_a_change_among_very_many_counts_and_one_that_was_not_touched_does_not(store: Store) -> None:
    put(store, "parcel", parcels(600, households=1))
    read = versions(store, "parcel")
    assert set(read.values()) == {1}
    many = parcels(599, households=2)
    put(store, "parcel", many)  # told as a change of the whole layer
    assert store.changes_since(store.version() - 1)[0].key is None
    with pytest.raises(Conflict):
        edit(store, "parcel", parcels(1, households=3), {"P0": read["P0"]})
    untouched = parcels(1, first=599, households=3)
    assert edit(store, "parcel", untouched, {"P599": read["P599"]}).outcomes == ("updated",)
    assert versions(store, "parcel")["P0"] == 2


def test_of_very_many_conflicts_some_are_told_and_all_are_counted(store: Store) -> None:
    put(store, "parcel", parcels(30))
    put(store, "parcel", parcels(30, households=2))
    with pytest.raises(Conflict) as told:
        edit(store, "parcel", parcels(30, households=3), dict.fromkeys(versions(store, "parcel"), 1))
    assert len(told.value.clashes) == 20
    assert "30" in told.value.words.zh


def test_changing_there_and_back_is_a_change_all_the_same(store: Store) -> None:
    put(store, "project", projects(remark="一"))
    for text in ("二", "一"):
        put(store, "project", projects(remark=text))
    with pytest.raises(Conflict):
        edit(store, "project", projects(remark="三"), {"X1": 1})


def test_events_are_no_edit_of_the_row(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("survey", "2026-03-01")))
    assert edit(store, "parcel", parcels(1, households=3), {"P0": 1}).outcomes == ("updated",)


def test_a_row_that_must_be_new_and_is_not_is_a_conflict(store: Store) -> None:
    assert edit(store, "project", projects(remark="一"), {"X1": 0}).outcomes == ("stored",)
    with pytest.raises(Conflict) as told:
        edit(store, "project", projects(remark="二"), {"X1": 0})
    assert (told.value.clashes[0].expected, told.value.clashes[0].version) == (0, 1)


def test_a_row_that_is_not_there_is_not_what_was_edited(store: Store) -> None:
    with pytest.raises(Conflict) as told:
        edit(store, "project", projects(), {"X1": 3})
    (clash,) = told.value.clashes
    assert (clash.version, clash.stored, clash.changed_by) == (0, {}, None)
    assert store.count("project") == 0


def test_the_same_write_sent_again_changes_nothing_and_is_no_conflict(store: Store) -> None:
    put(store, "project", projects())
    assert edit(store, "project", projects(remark="一"), {"X1": 1}).outcomes == ("updated",)
    assert edit(store, "project", projects(remark="一"), {"X1": 1}).outcomes == ("unchanged",)


def test_keys_without_an_expected_version_are_written_as_ever(store: Store) -> None:
    put(store, "project", projects(("X1", "X2")))
    put(store, "project", projects(("X2",), remark=["一"]))
    frame = projects(("X1", "X2"), remark=["二", "二"])
    assert edit(store, "project", frame, {"X1": 1}).outcomes == ("updated", "updated")


def test_a_version_of_a_key_that_is_not_among_the_rows_is_refused(store: Store) -> None:
    with pytest.raises(InvalidParameter) as refused:
        edit(store, "project", projects(), {"X1": 0, "X9": 1})
    assert refused.value.found == "X9"


@pytest.mark.parametrize(
    ("layer", "query"),
    [
        ("project", Query(columns=("code", "version"), on=date(2026, 1, 1))),
        ("project", Query(where=(("version", "1"),))),
        ("project_plan", Query(columns=("version",))),
    ],
)
def test_versions_are_of_present_entities_only(store: Store, layer: str, query: Query) -> None:
    with pytest.raises(InvalidParameter):
        store.read(layer, query)


def test_of_two_processes_that_edit_the_same_row_exactly_one_wins(store: Store, where: str) -> None:
    put(store, "project", projects())
    names = ("甲", "乙")
    command = [sys.executable, "-c", _EDITS, where]
    editors = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in names
    ]
    for editor in editors:
        assert editor.stdout is not None
        assert editor.stdout.readline() == "read\n"
    for editor in editors:
        assert editor.stdin is not None
        editor.stdin.write("now\n")
        editor.stdin.flush()
    answers = [editor.communicate(timeout=60)[0].strip() for editor in editors]
    assert answers.count("written") == 1
    loser = json.loads(answers[1 - answers.index("written")])
    winner = names[answers.index("written")]
    assert loser["cause"] == "Conflict"
    assert loser["conflicts"][0]["stored"]["remark"] == winner == remark(store)
    assert versions(store) == {"X1": 2}
