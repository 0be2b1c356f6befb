"""Rows that begin later, leave, come back or are taken back; cells that are emptied; events that are withdrawn."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import psycopg2
import pytest

from gis.analysis.stages import standing
from gis.errors import InvalidRow, NotFound
from gis.model import BBox, Query
from gis.store import open_store
from gis.store.geopackage.connections import connect
from gis.store.port import Store
from gis.workflows.copy_store import copy_store
from tests.contract.store_samples import EAST, NORTH, OFFICER, append, hold, parcels, put, stages

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def numbers(store: Store, on: date | None = None, **query: object) -> list[str]:
    return store.read("parcel", Query(on=on, columns=("parcel_no",), **query))["parcel_no"].tolist()  # type: ignore[arg-type]


def retire(store: Store, *keys: str, on: date = JUNE) -> None:
    with store.writing(OFFICER) as writer:
        writer.retire("parcel", keys, on)


def cell(store: Store, column: str, parcel_no: str = "P0", on: date | None = None) -> object:
    value = store.read("parcel", Query(on=on, keys=(parcel_no,)))[column].iloc[0]
    return None if pd.isna(value) else value


def last_moment(store: Store) -> datetime:
    """When the last transaction wrote, as its rows tell."""
    at = store.read("parcel", Query(columns=("parcel_no", "recorded_at")))["recorded_at"].max()
    return at.to_pydatetime()


# ------------------------------------------------------------------ retiring


def test_a_retired_row_is_read_until_its_day_and_not_from_it_on(store: Store) -> None:
    put(store, "parcel", parcels(3))
    retire(store, "P1")
    assert numbers(store) == numbers(store, JUNE) == ["P0", "P2"]
    assert numbers(store, date(2026, 5, 31)) == ["P0", "P1", "P2"]
    box = BBox(EAST + 110, NORTH + 10, EAST + 190, NORTH + 90)
    assert (numbers(store, MAY, bbox=box), numbers(store, JULY, bbox=box)) == (["P1"], [])
    assert numbers(store, MAY, near=(box,)) == ["P1"]
    assert store.tally("parcel", "stage", Query(on=MAY)) == {"not_started": 3}


def test_what_was_said_of_a_retired_row_stays_and_is_true_of_its_days(store: Store) -> None:
    put(store, "parcel", parcels(2))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-04-01"), ("survey", "2026-05-10")))
    retire(store, "P0")
    assert cell(store, "stage", on=MAY) == "pre_notice"
    assert cell(store, "stage", on=date(2026, 5, 20)) == "survey"
    assert len(store.read("parcel_event")) == 2
    with pytest.raises(InvalidRow):
        append(store, "parcel_event", stages("P0", ("plan_notice", "2026-06-20")))


def test_a_retired_number_comes_back_on_its_day_with_what_its_events_say(store: Store) -> None:
    put(store, "parcel", parcels(2))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-04-01")))
    retire(store, "P0")
    put(store, "parcel", parcels(1), on=JULY)
    assert numbers(store) == numbers(store, JULY) == numbers(store, MAY) == ["P0", "P1"]
    assert numbers(store, date(2026, 6, 15)) == ["P1"]
    assert cell(store, "stage") == "pre_notice"


def test_retiring_what_is_not_there_names_it_and_changes_nothing(store: Store) -> None:
    put(store, "parcel", parcels(2))
    before = store.version()
    with pytest.raises(NotFound) as refused:
        retire(store, "P0", "P8", "P9")
    assert refused.value.found == "P8、P9"
    assert (store.version(), numbers(store)) == (before, ["P0", "P1"])


def test_a_project_with_reports_is_not_retired_and_it_is_said_why(store: Store) -> None:
    put(store, "project", pd.DataFrame({"code": ["X1", "X2", "X3"], "name": ["甲", "乙", "丙"]}))
    reports = {"period": "month", "period_end_on": pd.Timestamp("2026-05-31"), "image_percent": 30.0}
    append(store, "progress_report", pd.DataFrame([{"project_code": "X1", **reports}]))
    plans = {"year": 2026, "plan_wan": 100.0, "set_on": pd.Timestamp("2026-01-10")}
    append(store, "project_plan", pd.DataFrame([{"project_code": code, **plans} for code in ("X1", "X2")]))
    with pytest.raises(InvalidRow) as refused, store.writing(OFFICER) as writer:
        writer.retire("project", ("X1", "X2", "X3"), JUNE)
    assert refused.value.words.zh == "项目还有记录，不能停用：X1、X2 有年度计划；X1 有进度报告"
    assert store.count("project") == 3
    with store.writing(OFFICER) as writer:
        writer.retire("project", ("X3",), JUNE)
    assert store.count("project") == 2


def test_retiring_is_told_as_a_change_and_shrinks_the_extent(store: Store) -> None:
    put(store, "parcel", parcels(3))
    before = store.version()
    retire(store, "P2")
    assert [(change.layer, change.key) for change in store.changes_since(before)] == [("parcel", "P2")]
    assert store.extent(("parcel",)) == BBox(EAST, NORTH, EAST + 200, NORTH + 100)
    retire(store, "P0", "P1")
    assert store.extent(("parcel",)) is None


def test_a_store_with_retired_rows_is_copied_whole(store: Store, where: str, tmp_path: object) -> None:
    put(store, "parcel", parcels(2))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-04-01")))
    retire(store, "P0")
    target = f"{tmp_path}/copy.gpkg"
    assert all(table.same for table in copy_store(where, target, progress=lambda *_: None))
    copied = open_store(target)
    assert (numbers(copied), numbers(copied, MAY)) == (["P1"], ["P0", "P1"])
    assert list(copied.check_integrity()) == []
    copied.close()


# ------------------------------------------------------------------ beginning later


def test_rows_that_begin_on_a_day_are_not_there_before_it(store: Store) -> None:
    put(store, "parcel", parcels(1))
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(1, first=1), since=JUNE)
    assert numbers(store) == numbers(store, JUNE) == ["P0", "P1"]
    assert numbers(store, date(2026, 5, 31)) == ["P0"]
    put(store, "parcel", parcels(1, first=1, name="改名"), on=JULY)
    assert (cell(store, "name", "P1", JUNE), cell(store, "name", "P1", JULY)) == (None, "改名")
    assert numbers(store, MAY) == ["P0"]


# ------------------------------------------------------------------ what other programs may not do


def another_program(where: str, statement: str) -> None:
    """The statement as QGIS or psql would send it, with the engine's own guards alone."""
    is_file = not where.startswith("postgresql")
    opened = connect(Path(where)) if is_file else psycopg2.connect(where, options="-c search_path=guatu,public")
    with closing(opened) as other, other:
        (other if is_file else other.cursor()).execute(statement)


def refuses(where: str, statement: str) -> bool:
    try:
        another_program(where, statement)
    except (sqlite3.IntegrityError, psycopg2.IntegrityError):
        return True
    return False


LOSS = "DELETE FROM parcel WHERE parcel_no = 'P0'"
STRAY = "INSERT INTO parcel_event (parcel_no, kind, on_date) VALUES ('P0', 'effort', '2026-06-20')"


def test_another_program_cannot_delete_a_drawn_parcel_that_has_events(store: Store, where: str) -> None:
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(2), since=MAY)
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-05-10")))
    assert refuses(where, LOSS)
    another_program(where, "DELETE FROM parcel WHERE parcel_no = 'P1'")
    assert numbers(store) == ["P0"]
    retire(store, "P0")
    assert numbers(store) == []


def test_nor_one_whose_number_was_retired_and_came_back(store: Store, where: str) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-05-10")))
    retire(store, "P0")
    put(store, "parcel", parcels(1), on=JULY)
    assert refuses(where, LOSS)
    assert numbers(store) == ["P0"]


def test_another_program_writes_events_of_what_was_there_and_not_of_what_is_gone_without_a_trace(
    store: Store, where: str
) -> None:
    with store.writing(OFFICER) as writer:
        writer.put("parcel", parcels(2), since=MAY)
    another_program(where, LOSS)
    assert refuses(where, STRAY)
    retire(store, "P1")
    another_program(where, STRAY.replace("P0", "P1"))
    assert store.read("parcel_event")["parcel_no"].tolist() == ["P1"]


# ------------------------------------------------------------------ emptying cells


def test_a_missing_value_leaves_the_cell_but_empties_it_where_that_is_meant(store: Store) -> None:
    put(store, "parcel", parcels(1, village="东村", households=[5]))
    blank = parcels(1, village=[None], households=pd.array([None], dtype="Int64")).drop(columns="geometry")
    assert put(store, "parcel", pd.DataFrame(blank)).outcomes == ("unchanged",)
    with store.writing(OFFICER) as writer:
        assert writer.put("parcel", pd.DataFrame(blank), clearing=True).outcomes == ("updated",)
    assert (cell(store, "village"), cell(store, "households")) == (None, None)
    assert store.history("parcel", "P0")["attributes"].iloc[0]["village"] == "东村"


def test_a_required_cell_is_never_emptied(store: Store) -> None:
    put(store, "project", pd.DataFrame({"code": ["X1"], "name": ["甲"]}))
    with pytest.raises(InvalidRow), store.writing(OFFICER) as writer:
        writer.put("project", pd.DataFrame({"code": ["X1"], "name": [None]}), clearing=True)


# ------------------------------------------------------------------ taking back


def test_what_one_transaction_did_is_taken_back_and_leaves_no_trace_in_any_day(store: Store) -> None:
    put(store, "parcel", parcels(2, village="东村"))
    with store.writing(OFFICER) as writer:  # changes P0 and P1 (P1 moves), brings P2
        moved = parcels(2, first=1, village="西村")
        moved.loc[0, "geometry"] = moved.loc[0, "geometry"].buffer(-10, join_style="mitre")
        writer.put("parcel", parcels(1, village="西村"), on=JUNE)
        writer.put("parcel", moved, on=JUNE)
    at = last_moment(store)
    put(store, "parcel", parcels(1, households=[9]), on=JULY)  # somebody else, later
    with store.writing(OFFICER) as writer:
        back = writer.take_back("parcel", at)
    assert (back.restored, back.removed) == (("P1",), ("P2",))
    assert numbers(store) == numbers(store, MAY) == numbers(store, JUNE) == ["P0", "P1"]
    assert [cell(store, "village", "P1", on) for on in (MAY, JUNE, None)] == ["东村"] * 3
    assert cell(store, "area_planar_m2", "P1") == pytest.approx(10_000)
    assert cell(store, "village", "P0") == "西村"  # it was changed again since


def test_taking_back_a_moment_at_which_nothing_was_written_does_nothing(store: Store) -> None:
    put(store, "parcel", parcels(1))
    with store.writing(OFFICER) as writer:
        back = writer.take_back("parcel", datetime(2020, 1, 1))
    assert (back.restored, back.removed, numbers(store)) == ((), (), ["P0"])


# ------------------------------------------------------------------ withdrawing events


def withdrawn(events: pd.DataFrame) -> pd.DataFrame:
    return events.assign(withdrawn=True, note="录入错误")


def test_a_withdrawn_step_never_happened_on_any_day_and_its_rows_stay(store: Store) -> None:
    put(store, "parcel", parcels(1))
    wrong = stages("P0", ("survey", "2026-05-10"))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-04-01")))
    append(store, "parcel_event", wrong)
    append(store, "parcel_event", withdrawn(wrong))
    assert [cell(store, "stage", on=on) for on in (date(2026, 5, 20), None)] == ["pre_notice"] * 2
    events = store.read("parcel_event")
    assert len(events) == 3
    assert standing(events)["stage"].tolist() == ["pre_notice"]
    append(store, "parcel_event", wrong)  # it was right after all
    assert cell(store, "stage") == "survey"
    assert standing(store.read("parcel_event"))["stage"].tolist() == ["pre_notice", "survey"]


def test_a_withdrawn_hold_releases_the_parcel(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", hold("P0", "2026-05-01"))
    assert cell(store, "hold_reason") == "dispute"
    append(store, "parcel_event", withdrawn(hold("P0", "2026-05-01")))
    assert (cell(store, "hold_reason"), cell(store, "held_since")) == (None, None)


def test_funds_and_efforts_change_no_stage(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("survey", "2026-05-10")))
    for kind in ("funds", "effort"):
        told = pd.DataFrame([{"parcel_no": "P0", "kind": kind, "on_date": pd.Timestamp("2026-06-01"), "note": "说明"}])
        append(store, "parcel_event", told)
    assert (cell(store, "stage"), cell(store, "hold_reason")) == ("survey", None)


def test_a_batch_and_a_household_are_corrected_and_withdrawn_by_further_rows(store: Store) -> None:
    put(store, "parcel", parcels(1))
    batch = pd.DataFrame([{"name": "2026年第一批次", "kind": "town_batch", "year": 2026}])
    append(store, "batch", batch)
    append(store, "batch", batch.assign(document="晋政地字〔2026〕1号"))
    append(store, "household", pd.DataFrame([{"parcel_no": "P0", "household_no": "1", "head": "张三", "due_wan": 3.5}]))
    assert store.read("batch")["document"].tolist() == ["晋政地字〔2026〕1号"]
    assert store.count("batch") == 2
    assert store.read("household", Query(keys=("P0",)))["due_wan"].tolist() == [3.5]
    with pytest.raises(InvalidRow):
        append(store, "household", pd.DataFrame([{"parcel_no": "P9", "household_no": "1", "head": "李四"}]))
