"""Batches on every store: submitted, approved and taken back as one, or not at all."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.errors import InvalidParameter, LawBroken
from gis.model import Authority, Query, Stage
from gis.store.port import Store
from gis.workflows.approve_batch import Decision, approve_batch, judge_batch, submit_batch
from gis.workflows.change_batch import add_to_batch, dissolve_batch, remove_from_batch
from gis.workflows.keep_assessment import Assessor
from gis.workflows.list_batches import list_batches
from gis.workflows.new_batch import NewBatch, new_batch
from gis.workflows.set_land_quota import GivenQuota, set_land_quota
from gis.workflows.show_batch import show_batch
from gis.workflows.withdraw_batch_step import withdraw_batch_step
from tests.contract.batch_samples import APPROVE, NAME, ON, SUBMIT, farmland, fill, stages_of
from tests.contract.store_samples import (
    CRS,
    EAST,
    NORTH,
    OFFICER,
    append,
    parcels,
    projects,
    put,
    stages,
)


def test_submission_and_approval_move_every_parcel_at_once(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    set_land_quota(store, OFFICER, GivenQuota(2026, 50_000.0))
    assert submit_batch(store, OFFICER, NAME, SUBMIT)["parcels"] == ["P0", "P1"]
    done = approve_batch(store, OFFICER, NAME, APPROVE)
    assert (done["parcels"], done["passed"], done["overridden"]) == (["P0", "P1"], [], [])
    assert {n: s for n, s in stages_of(store).items() if n in ("P0", "P1")} == {"P0": "approved", "P1": "approved"}
    row = list_batches(store, ON)
    assert (row["batches"][0]["state"], row["batches"][0]["approved_on"]) == ("approved", "2026-06-01")
    assert row["batches"][0]["converted_area_m2"] == pytest.approx(20_000.0)
    assert row["quotas"][0]["left_m2"] == pytest.approx(30_000.0)
    documents = store.read("parcel", Query(keys=("P0", "P1", "P2")))["document_no"].tolist()
    assert documents[:2] == ["晋政地字〔2026〕1号"] * 2
    assert show_batch(store, NAME, ON)["quota"]["left_m2"] == pytest.approx(30_000.0)
    events = store.read("parcel_event", Query(keys=("P0",)))
    assert events["stage"].tolist()[-1] == "approved"


def test_an_approval_takes_no_quota_on_days_before_it(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    set_land_quota(store, OFFICER, GivenQuota(2026, 50_000.0))
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)  # of 1 June
    then, later = (show_batch(store, NAME, on)["quota"] for on in (date(2026, 5, 31), date(2026, 6, 1)))
    assert (then["counted"], later["counted"]) == (False, True)
    # Of that day, no parcel was in the batch yet.
    assert (then["used_m2"], then["this_m2"], then["left_m2"]) == pytest.approx((0.0, 0.0, 50_000.0))
    assert (later["used_m2"], later["this_m2"], later["left_m2"]) == pytest.approx((20_000.0, 20_000.0, 30_000.0))


def test_a_past_day_knows_of_no_later_submission_and_approval(store: Store) -> None:
    fill(store)
    frame = pd.DataFrame({"parcel_no": ["P0"], "batch": pd.Series([NAME], dtype="str")})
    put(store, "parcel", frame, on=date(2026, 1, 5))
    new_batch(store, OFFICER, NewBatch(NAME), [])
    submit_batch(store, OFFICER, NAME, SUBMIT)  # of 20 April
    approve_batch(store, OFFICER, NAME, APPROVE)  # of 1 June
    told = {}
    for on in (date(2026, 4, 19), date(2026, 5, 31), date(2026, 6, 1)):
        (listed,), shown = list_batches(store, on)["batches"], show_batch(store, NAME, on)["batch"]
        assert {name: listed[name] for name in shown} == shown
        told[on.isoformat()] = tuple(shown[name] for name in ("state", "submitted_on", "approved_on", "document"))
    assert told == {
        "2026-04-19": ("draft", None, None, ""),
        "2026-05-31": ("submitted", "2026-04-20", None, ""),
        "2026-06-01": ("approved", "2026-04-20", "2026-06-01", "晋政地字〔2026〕1号"),
    }


def test_an_approved_parcel_is_a_gap_until_its_batch_is_approved(store: Store) -> None:
    fill(store)
    frame = pd.DataFrame({"parcel_no": ["P0", "P1"], "batch": pd.Series([NAME] * 2, dtype="str")})
    put(store, "parcel", frame, on=date(2026, 1, 5))
    append(store, "parcel_event", stages("P1", ("submitted", "2026-04-15"), ("approved", "2026-05-20")))
    new_batch(store, OFFICER, NewBatch(NAME), [])
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)

    def approved_before(on: date) -> list[str]:
        rows = show_batch(store, NAME, on)["gaps"]["rows"]
        return [row["parcel_no"] for row in rows if row["gap"] == "already"]

    assert (approved_before(date(2026, 5, 31)), approved_before(ON)) == (["P1"], [])


def test_a_batch_that_nobody_registered_has_taken_no_quota_yet(store: Store) -> None:
    fill(store)
    frame = pd.DataFrame({"parcel_no": ["P0", "P1"], "batch": pd.Series([NAME] * 2, dtype="str")})
    put(store, "parcel", frame, on=date(2026, 5, 20))
    for number in ("P0", "P1"):
        append(store, "parcel_event", stages(number, ("approved", "2026-05-20")))
    set_land_quota(store, OFFICER, GivenQuota(2026, 50_000.0))
    shown = show_batch(store, NAME, ON)
    assert (shown["batch"]["state"], shown["quota"]["used_m2"], shown["quota"]["counted"]) == ("approved", 0.0, False)
    assert shown["quota"]["left_m2"] == pytest.approx(30_000.0)


def test_a_wrong_approval_is_taken_back_for_every_parcel_and_gives_the_quota_back(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    set_land_quota(store, OFFICER, GivenQuota(2026, 50_000.0))
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)
    with pytest.raises(InvalidParameter):
        withdraw_batch_step(store, OFFICER, NAME, "  ")
    done = withdraw_batch_step(store, OFFICER, NAME, "文号登记错误")
    assert (done["stage"], done["parcels"]) == ("approved", ["P0", "P1"])
    listed = list_batches(store, ON)
    assert (listed["batches"][0]["state"], listed["batches"][0]["document"]) == ("submitted", "")
    assert listed["quotas"][0]["left_m2"] == pytest.approx(50_000.0)
    assert {stages_of(store)[number] for number in ("P0", "P1")} == {"submitted"}
    assert store.read("parcel", Query(keys=("P0",)))["document_no"].isna().all()
    assert len(store.read("parcel_event", Query(keys=("P0",)))) == 8  # nothing was erased
    approve_batch(store, OFFICER, NAME, Decision(date(2026, 6, 2), "晋政地字〔2026〕2号"))
    assert stages_of(store)["P0"] == "approved"


def test_taking_back_keeps_the_note_and_leaves_its_reason_in_the_ledger(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME, note="随园区二期一并组卷"), ["P0", "P1"])
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)
    withdraw_batch_step(store, OFFICER, NAME, "文号登记错误")
    withdraw_batch_step(store, OFFICER, NAME, "退件")
    (listed,) = list_batches(store, ON)["batches"]
    assert (listed["note"], listed["state"]) == ("随园区二期一并组卷", "draft")
    with store._reading() as session:
        written = session.rows("SELECT note FROM batch WHERE withdrawn ORDER BY recorded_at", {})
    assert [note for (note,) in written] == ["文号登记错误", "退件"]


def documents_of(store: Store) -> dict[str, str]:
    rows = store.read("parcel", Query(columns=("parcel_no", "document_no")))
    return dict(zip(rows["parcel_no"], rows["document_no"].fillna(""), strict=True))


def test_parcels_approved_otherwise_keep_that_approval_and_its_document(store: Store) -> None:
    fill(store)
    for number in ("P1", "P2"):
        append(store, "parcel_event", stages(number, ("submitted", "2026-04-15")))
        approved = stages(number, ("approved", "2026-06-01")).assign(document="晋政地字〔2025〕77号")
        append(store, "parcel_event", approved)
    put(store, "parcel", pd.DataFrame({"parcel_no": ["P1"], "document_no": ["晋政地字〔2025〕77号"]}), on=ON)
    put(store, "parcel", parcels(1, first=3, owner_kind="state"), on=ON)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1", "P2", "P3"])
    submit_batch(store, OFFICER, NAME, SUBMIT)
    assert approve_batch(store, OFFICER, NAME, APPROVE)["passed"] == ["P1", "P2", "P3"]
    there = {"P0": APPROVE.document, "P1": "晋政地字〔2025〕77号", "P2": "", "P3": APPROVE.document}
    assert documents_of(store) == there
    # P1 and P2 were approved on the same day, but not by this batch.
    assert withdraw_batch_step(store, OFFICER, NAME, "文号登记错误")["parcels"] == ["P0"]
    assert documents_of(store) == there | {"P0": "", "P3": ""}
    assert {number: stages_of(store)[number] for number in ("P0", "P1", "P2")} == {
        "P0": "submitted",
        "P1": "approved",
        "P2": "approved",
    }


def test_an_approval_on_which_a_parcel_was_cleared_stays(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)
    append(store, "parcel_event", stages("P1", ("cleared", "2026-06-20")))
    with pytest.raises(LawBroken):
        withdraw_batch_step(store, OFFICER, NAME, "文号登记错误")
    assert stages_of(store)["P0"] == "approved"
    assert list_batches(store, ON)["batches"][0]["state"] == "approved"


def test_what_is_approved_does_not_change(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0"])
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)
    for change in (
        lambda: add_to_batch(store, OFFICER, NAME, ["P1"]),
        lambda: remove_from_batch(store, OFFICER, NAME, ["P0"]),
        lambda: dissolve_batch(store, OFFICER, NAME, "x"),
        lambda: approve_batch(store, OFFICER, NAME, APPROVE),
        lambda: submit_batch(store, OFFICER, NAME, SUBMIT),
    ):
        with pytest.raises(InvalidParameter):
            change()


def test_the_law_refuses_the_whole_batch_for_one_parcel(store: Store) -> None:
    fill(store, ready=("P0",))
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    judged = judge_batch(store, NAME, Stage.SUBMITTED, SUBMIT)
    assert (judged["lawful"], judged["overridable"]) == (False, True)
    before = (stages_of(store), store.version())
    with pytest.raises(LawBroken) as refused:
        submit_batch(store, OFFICER, NAME, SUBMIT)
    assert {breach.parcel_no for breach in refused.value.breaches} == {"P1"}
    assert (stages_of(store), store.version()) == before
    assert list_batches(store, ON)["batches"][0]["state"] == "draft"


def test_a_reason_overrides_and_stays_with_the_parcels_that_break_the_law(store: Store) -> None:
    fill(store, ready=("P0",))
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    done = submit_batch(store, OFFICER, NAME, Decision(date(2026, 4, 20), override="省厅专班会议纪要"))
    assert {breach["parcel_no"] for breach in done["overridden"]} == {"P1"}
    events = store.read("parcel_event", Query(where=(("stage", "submitted"),)))
    assert dict(zip(events["parcel_no"], events["override_reason"].fillna(""), strict=True)) == {
        "P0": "",
        "P1": "省厅专班会议纪要",
    }


def test_an_approval_of_a_day_to_come_is_refused_whatever_the_reason(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0"])
    with pytest.raises(LawBroken):
        approve_batch(store, OFFICER, NAME, Decision(date(2190, 1, 1), "晋政地字〔2190〕1号", override="急"))


def test_permanent_basic_farmland_is_approved_by_the_state_council(store: Store) -> None:
    fill(store)
    farmland(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    submit_batch(store, OFFICER, NAME, SUBMIT)
    with pytest.raises(LawBroken) as refused:
        approve_batch(store, OFFICER, NAME, APPROVE)
    assert {breach.code for breach in refused.value.breaches} == {"authority"}
    said = Decision(date(2026, 6, 1), "国函〔2026〕9号", Authority.STATE_COUNCIL)
    assert approve_batch(store, OFFICER, NAME, said)["parcels"] == ["P0", "P1"]


def test_parcels_past_the_step_and_the_states_own_take_none(store: Store) -> None:
    fill(store)
    put(store, "parcel", parcels(1, first=3, owner_kind="state"), on=ON)
    append(store, "parcel_event", stages("P2", ("submitted", "2026-04-15")))
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P2", "P3"])
    done = submit_batch(store, OFFICER, NAME, SUBMIT)
    assert (done["parcels"], done["passed"]) == (["P0"], ["P2", "P3"])


def test_an_empty_batch_and_an_approval_without_its_number_are_refused(store: Store) -> None:
    fill(store)
    new_batch(store, OFFICER, NewBatch(NAME), ["P0"])
    with pytest.raises(InvalidParameter):
        approve_batch(store, OFFICER, NAME, Decision(date(2026, 6, 1), " "))
    remove_from_batch(store, OFFICER, NAME, ["P0"])
    with pytest.raises(InvalidParameter):
        submit_batch(store, OFFICER, NAME, SUBMIT)


def test_an_approval_that_takes_the_quota_flags_the_projects_left(store: Store) -> None:
    fill(store)
    site = shapely.box(EAST + 200, NORTH, EAST + 400, NORTH + 100)
    put(store, "project", gpd.GeoDataFrame(projects(["X1"]), geometry=[site], crs=CRS))
    set_land_quota(store, OFFICER, GivenQuota(2026, 30_000.0))
    new_batch(store, OFFICER, NewBatch(NAME), ["P0", "P1"])
    follower = Assessor(store)
    assert "quota" not in follower.at(ON).overview.projects.loc["X1", "flags"]
    submit_batch(store, OFFICER, NAME, SUBMIT)
    approve_batch(store, OFFICER, NAME, APPROVE)
    row = follower.at(ON).overview.projects.loc["X1"]
    assert "quota" in row["flags"]
    assert (row["quota_m2"], row["quota_left_m2"]) == (pytest.approx(20_000.0), pytest.approx(10_000.0))


@pytest.mark.parametrize(
    "given", [GivenQuota(1900, 1.0), GivenQuota(2026, -1.0), GivenQuota(2026, float("nan")), GivenQuota(2026, 1e12)]
)
def test_a_quota_that_is_none_is_refused(store: Store, given: GivenQuota) -> None:
    with pytest.raises(InvalidParameter):
        set_land_quota(store, OFFICER, given)
