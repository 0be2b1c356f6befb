"""The import desk on every store: what a preview says is what a commit does, whole or not at all, and can be undone."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis.errors import Conflict, InvalidParameter, NotFound
from gis.ingest.staging import Staging, Upload
from gis.model import LOCAL_ACTOR, Query
from gis.store.port import Store
from gis.workflows import store_prepared
from gis.workflows.commit_upload import commit_upload
from gis.workflows.import_choices import Choices
from gis.workflows.list_imports import list_imports
from gis.workflows.preview_upload import check_upload, preview_rows
from gis.workflows.show_upload import show_upload
from gis.workflows.stage_upload import stage_upload
from gis.workflows.undo_import import StandsOnIt, undo_import
from tests.contract.store_samples import CRS, EAST, NORTH, OFFICER, append, parcels, put, square, stages


def quiet(_words, _share):
    return None


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(tmp_path / "uploads")


def file_of(frame: gpd.GeoDataFrame) -> bytes:
    return frame.to_json(drop_id=True, to_wgs84=False).encode()


def bureau_frame(**columns) -> gpd.GeoDataFrame:
    """P0 as the store has it, P1 with another village, P2 grown by 10 m to the east, P3 new; all 100 m squares."""
    shapes = [square(0), square(1), box(EAST + 200, NORTH, EAST + 310, NORTH + 100), square(5)]
    data = {"地块编号": ["P0", "P1", "P2", "P3"], "所在村": ["东村", "西村", "东村", "东村"], **columns}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


def uploaded(staging: Staging, frame: gpd.GeoDataFrame, name: str = "地块.geojson") -> Upload:
    return stage_upload(staging, OFFICER, name, io.BytesIO(file_of(frame)))


def checked(store: Store, upload: Upload, **choices) -> dict:
    check_upload(store, upload, 0, Choices.from_dict({"kind": "parcels", "crs": CRS, **choices}), quiet)
    return show_upload(store, upload)["parts"][0]["preview"]


def committed(store: Store, upload: Upload, preview: dict):
    return commit_upload(store, OFFICER, upload, 0, preview["digest"], quiet)


def with_bureau_parcels(store: Store) -> None:
    put(store, "parcel", parcels(3, village=["东村"] * 3))


def test_a_preview_tells_new_changed_moved_and_unchanged_rows_and_writes_nothing(store, staging):
    with_bureau_parcels(store)
    version = store.version()
    upload = uploaded(staging, bureau_frame())
    preview = checked(store, upload)
    assert preview["counts"] == {"new": 1, "changed": 2, "unchanged": 1, "removed": 0, "refused": 0}
    rows = {row["key"]: row for row in preview_rows(upload, 0, (), 0)["rows"]}
    assert rows["P1"]["changes"] == [
        {"column": "village", "words": {"zh": "所在村", "en": "village"}, "before": "东村", "after": "西村"}
    ]
    assert rows["P2"]["moved_m2"] == 1000.0  # 10 m × 100 m more than before
    assert [change["column"] for change in rows["P2"]["changes"]] == ["geometry"]
    assert rows["P3"]["state"] == "new"
    assert store.version() == version


def test_a_commit_does_what_its_preview_said(store, staging):
    with_bureau_parcels(store)
    upload = uploaded(staging, bureau_frame())
    preview = checked(store, upload)
    report = committed(store, upload, preview)
    assert (report.stored, report.updated, report.unchanged) == (1, 2, 1)
    stored = store.read("parcel").set_index("parcel_no")
    assert stored["village"].to_dict() == {"P0": "东村", "P1": "西村", "P2": "东村", "P3": "东村"}
    assert stored.geometry["P2"].area == 11_000.0
    assert show_upload(store, upload)["parts"][0]["done"]["stored"] == 1


def test_a_part_is_imported_once(store, staging):
    upload = uploaded(staging, bureau_frame())
    preview = checked(store, upload)
    committed(store, upload, preview)
    with pytest.raises(InvalidParameter, match="imported already"):
        committed(store, upload, preview)


def test_a_row_that_somebody_changed_since_the_preview_is_a_conflict_with_a_fresh_preview(store, staging):
    with_bureau_parcels(store)
    upload = uploaded(staging, bureau_frame())
    seen = checked(store, upload)
    put(store, "parcel", pd.DataFrame({"parcel_no": ["P1"], "village": ["南村"]}))
    with pytest.raises(Conflict):
        committed(store, upload, seen)
    assert store.read("parcel", Query(keys=("P1", "P3")))["village"].tolist() == ["南村"]
    fresh = show_upload(store, upload)["parts"][0]["preview"]
    rows = {row["key"]: row for row in preview_rows(upload, 0, ("changed",), 0)["rows"]}
    assert rows["P1"]["changes"][0]["before"] == "南村"
    assert committed(store, upload, fresh).updated == 2


def test_a_change_of_what_the_import_does_not_touch_is_no_conflict(store, staging):
    with_bureau_parcels(store)
    upload = uploaded(staging, bureau_frame())
    seen = checked(store, upload)
    put(store, "parcel", parcels(1, first=9, village=["远村"]))
    put(store, "parcel", pd.DataFrame({"parcel_no": ["P1"], "person": ["张三"]}))
    committed(store, upload, seen)
    assert store.read("parcel", Query(keys=("P1",)))[["village", "person"]].to_numpy().tolist() == [["西村", "张三"]]


def test_two_people_importing_the_same_new_parcels_do_not_collide(store, staging):
    mine, theirs = (uploaded(staging, bureau_frame(), name) for name in ("甲.geojson", "乙.geojson"))
    first, second = checked(store, mine), checked(store, theirs)
    committed(store, mine, first)
    with pytest.raises(Conflict):
        committed(store, theirs, second)
    assert show_upload(store, theirs)["parts"][0]["preview"]["counts"]["unchanged"] == 4


def test_rows_that_a_complete_file_lacks_are_listed_and_go_only_where_that_is_asked_for(store, staging):
    put(store, "parcel", parcels(5, village=["东村"] * 5, batch=["一批"] * 4 + ["二批"]))
    frame = bureau_frame(报批批次=["一批"] * 4).iloc[:3]  # lacks P3, which is of the batch, and P4, which is not
    complete = {"column": "batch", "value": "一批"}
    upload = uploaded(staging, frame)
    preview = checked(store, upload, complete_for=complete)
    assert preview["counts"]["removed"] == 1
    assert [row["key"] for row in preview_rows(upload, 0, ("removed",), 0)["rows"]] == ["P3"]
    committed(store, upload, preview)
    assert store.count("parcel") == 5

    again = uploaded(staging, frame, "再次.geojson")
    preview = checked(store, again, complete_for=complete, retire=True)
    committed(store, again, preview)
    assert store.read("parcel")["parcel_no"].tolist() == ["P0", "P1", "P2", "P4"]


# ---------------------------------------------------------------- undo


def logged(store: Store) -> dict:
    return list_imports(store)[0]


def undone(store: Store):
    found = logged(store)
    return undo_import(store, OFFICER, found["sha256"], found["layer"])


def test_an_undone_import_leaves_the_rows_as_they_were(store, staging):
    with_bureau_parcels(store)
    before = store.read("parcel")
    upload = uploaded(staging, bureau_frame())
    committed(store, upload, checked(store, upload))
    result = undone(store)
    assert (sorted(result.restored), result.removed) == (["P1", "P2"], ("P3",))
    after = store.read("parcel")
    columns = ["parcel_no", "village", "area_planar_m2"]
    pd.testing.assert_frame_equal(pd.DataFrame(after[columns]), pd.DataFrame(before[columns]))
    assert after.geometry.geom_equals(before.geometry).all()
    assert logged(store)["undone"]["by"] == OFFICER.name
    with pytest.raises(InvalidParameter, match="undone already"):
        undone(store)


def test_events_that_came_along_are_withdrawn(store, staging):
    with_bureau_parcels(store)
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-03-02")))
    upload = uploaded(staging, bureau_frame(征收预公告日期=["2026-03-02", "2026-03-03", None, "2026-03-04"]))
    committed(store, upload, checked(store, upload))
    assert store.read("parcel").set_index("parcel_no")["stage"].to_dict()["P1"] == "pre_notice"
    assert undone(store).withdrawn_events == 2  # that of P0 stood already
    stood = store.read("parcel").set_index("parcel_no")["stage"]
    assert stood.to_dict() == {"P0": "pre_notice", "P1": "not_started", "P2": "not_started"}


def test_an_import_on_which_a_later_edit_stands_is_not_undone(store, staging):
    with_bureau_parcels(store)
    upload = uploaded(staging, bureau_frame())
    committed(store, upload, checked(store, upload))
    put(store, "parcel", pd.DataFrame({"parcel_no": ["P3"], "person": ["张三"]}))
    with pytest.raises(StandsOnIt, match="P3 was changed later"):
        undone(store)
    assert store.count("parcel") == 4
    assert store.read("parcel", Query(keys=("P1",)))["village"].tolist() == ["西村"]


def test_an_import_on_which_a_later_event_stands_is_not_undone(store, staging):
    with_bureau_parcels(store)
    upload = uploaded(staging, bureau_frame())
    committed(store, upload, checked(store, upload))
    append(store, "parcel_event", stages("P3", ("pre_notice", "2026-03-02")))
    with pytest.raises(StandsOnIt, match="P3 has parcel events"):
        undone(store)


def test_an_import_whose_parcels_are_in_a_batch_is_not_undone(store, staging):
    upload = uploaded(staging, bureau_frame(报批批次=["一批"] * 4))
    committed(store, upload, checked(store, upload))
    append(store, "batch", pd.DataFrame({"name": ["一批"], "kind": ["town_batch"], "year": [2026]}))
    with pytest.raises(StandsOnIt, match="in the batch"):
        undone(store)


def test_retired_rows_come_back_with_the_undo(store, staging):
    put(store, "parcel", parcels(5, village=["东村"] * 5, batch=["一批"] * 5))
    upload = uploaded(staging, bureau_frame(报批批次=["一批"] * 4))
    preview = checked(store, upload, complete_for={"column": "all"}, retire=True)
    assert preview["counts"]["removed"] == 1
    committed(store, upload, preview)
    assert "P4" not in store.read("parcel")["parcel_no"].tolist()
    undone(store)
    assert store.read("parcel", Query(keys=("P4",)))["village"].tolist() == ["东村"]


def test_a_retired_row_that_somebody_made_again_is_not_overwritten_by_the_undo(store, staging):
    put(store, "parcel", parcels(5, village=["东村"] * 5, batch=["一批"] * 5))
    upload = uploaded(staging, bureau_frame(报批批次=["一批"] * 4))
    committed(store, upload, checked(store, upload, complete_for={"column": "all"}, retire=True))
    put(store, "parcel", parcels(1, first=4, village=["新村"]))
    with pytest.raises(StandsOnIt, match="P4 was retired and made again"):
        undone(store)
    stood = store.read("parcel").set_index("parcel_no")["village"]
    assert stood.to_dict() == {"P0": "东村", "P1": "西村", "P2": "东村", "P3": "东村", "P4": "新村"}


def test_reports_and_milestones_cannot_be_undone_and_say_so(store, staging):
    put(store, "project", pd.DataFrame({"code": ["X1"], "name": ["项目"]}))
    text = "项目代码,节点名称,承诺完成日期\nX1,开工,2026-09-01\n"
    upload = stage_upload(staging, OFFICER, "节点.csv", io.BytesIO(text.encode()))
    check_upload(store, upload, 0, Choices.from_dict({"kind": "milestones"}), quiet)
    committed(store, upload, show_upload(store, upload)["parts"][0]["preview"])
    assert "cannot be withdrawn" in logged(store)["hindrance"]["en"]
    with pytest.raises(InvalidParameter, match="cannot be undone"):
        undone(store)


def test_what_was_never_imported_cannot_be_undone(store):
    with pytest.raises(NotFound):
        undo_import(store, LOCAL_ACTOR, "0" * 64, "parcel")


# ---------------------------------------------------------------- a preview is the commit


villages = st.sampled_from(["东村", "西村", None])
rows = st.lists(st.tuples(st.integers(0, 6), villages, st.booleans()), min_size=1, max_size=6, unique_by=lambda r: r[0])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=rows, file=rows)
def test_whatever_the_file_the_preview_counts_what_the_commit_counts(store, staging, stored, file):
    put(store, "parcel", frame_of(stored))
    upload = uploaded(staging, frame_of(file).rename(columns={"parcel_no": "地块编号", "village": "所在村"}))
    preview = checked(store, upload)
    report = committed(store, upload, preview)
    counts = preview["counts"]
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (report.stored, report.updated, report.unchanged)
    staging.drop(upload)


def frame_of(drawn) -> gpd.GeoDataFrame:
    shapes = [square(n, side=90.0 if is_small else 100.0) for n, _, is_small in drawn]
    data = {"parcel_no": [f"P{n}" for n, _, _ in drawn], "village": [village for _, village, _ in drawn]}
    frame = pd.DataFrame(data).astype({"village": "str"})
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def test_of_very_many_rows_the_new_ones_are_known_by_those_that_changed(store, staging, monkeypatch):
    monkeypatch.setattr(store_prepared, "MOST_KEYS_LOGGED", 2)
    with_bureau_parcels(store)
    frame = pd.concat([bureau_frame().iloc[:2], bureau_frame().iloc[3:], new_parcels(6)])
    upload = uploaded(staging, frame)
    committed(store, upload, checked(store, upload))
    report = logged(store)["report"]
    assert (report["new"], report["changed"]) == (7, 1)
    append(store, "household", pd.DataFrame({"parcel_no": ["N3"], "household_no": ["1"], "head": ["张三"]}))
    with pytest.raises(StandsOnIt, match="N3 has"):
        undone(store)
    append(
        store,
        "household",
        pd.DataFrame({"parcel_no": ["N3"], "household_no": ["1"], "head": ["张三"], "withdrawn": [True]}),
    )
    assert len(undone(store).removed) == 7


def test_an_import_whose_rows_are_not_kept_by_name_is_not_undone(store, staging, monkeypatch):
    monkeypatch.setattr(store_prepared, "MOST_KEYS_LOGGED", 0)
    with_bureau_parcels(store)
    upload = uploaded(staging, bureau_frame())
    committed(store, upload, checked(store, upload))
    with pytest.raises(InvalidParameter, match="too many rows"):
        undone(store)


def new_parcels(count: int) -> gpd.GeoDataFrame:
    data = {"地块编号": [f"N{n}" for n in range(count)], "所在村": ["东村"] * count}
    return gpd.GeoDataFrame(data, geometry=[square(10 + n) for n in range(count)], crs=CRS)
