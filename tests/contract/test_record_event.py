"""
Events of parcels are recorded by the law, on every store.

Parcels P0, P1 … are squares of one hectare side by side; 10 working days from 2026-02-09 end on 2026-02-28.
"""

from __future__ import annotations

import threading
from datetime import date, timedelta

import geopandas as gpd
import pandas as pd
import pytest

from gis.analysis.case import ProposedEvent
from gis.analysis.stages import standing
from gis.errors import InvalidParameter, LawBroken, NotAllowed, NotFound
from gis.model import Actor, Authority, EventKind, HoldReason, Query, Role, Stage
from gis.store import open_store
from gis.store.port import Store
from gis.workflows.judge_events import judge_events
from gis.workflows.record_event import Recorded, Withdrawal, record_event, record_events, withdraw_event
from tests.contract.store_samples import CRS, OFFICER, VIEWER, append, hold, parcels, put, square, stages, town

PRE, SURVEY, PLAN, AGREED = Stage.PRE_NOTICE, Stage.SURVEY, Stage.PLAN_NOTICE, Stage.AGREEMENT


def step(stage: Stage, on: str, **more: object) -> ProposedEvent:
    return ProposedEvent(EventKind.STAGE, date.fromisoformat(on), stage, **more)  # type: ignore[arg-type]


def record(store: Store, proposed: ProposedEvent, *numbers: str, override: str | None = None) -> Recorded:
    return record_events(store, OFFICER, numbers or ("P0",), proposed, override)


def codes(error: LawBroken) -> list[tuple[str, str]]:
    return [(breach.parcel_no, breach.code) for breach in error.breaches]


def stage_of(store: Store, number: str = "P0") -> str:
    return str(store.read("parcel", Query(keys=(number,)))["stage"].iloc[0])


@pytest.fixture
def noticed(store: Store) -> Store:
    """P0 with its pre-notice and survey; P1 with nothing yet."""
    put(store, "parcel", parcels(2, owner_kind=["collective"] * 2))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-02-09"), ("survey", "2026-02-12")))
    return store


def test_a_step_that_the_law_allows_is_recorded_and_moves_the_parcel(noticed: Store) -> None:
    done = record(noticed, step(PLAN, "2026-03-02", document="示征告〔2026〕2号", note="村公告栏"))
    assert (done.result.outcomes, done.overridden) == (("stored",), ())
    row = noticed.read("parcel_event").iloc[-1]
    assert (row["stage"], row["document"], row["note"]) == ("plan_notice", "示征告〔2026〕2号", "村公告栏")
    assert (row["recorded_by"], row.isna()["override_reason"]) == (OFFICER.name, True)
    assert stage_of(noticed) == "plan_notice"


def test_a_step_before_its_time_is_refused_and_nothing_is_written(noticed: Store) -> None:
    with pytest.raises(LawBroken) as refused:
        record(noticed, step(PLAN, "2026-02-27"))
    assert codes(refused.value) == [("P0", "wait")]
    assert refused.value.found == "2026-02-27（8/10）"
    assert stage_of(noticed) == "survey"
    assert len(noticed.read("parcel_event")) == 2


def test_a_rule_that_is_broken_for_a_reason_marks_the_entry_for_good(noticed: Store) -> None:
    done = record(noticed, step(PLAN, "2026-02-27"), override="防汛抢险，县政府会议纪要〔2026〕3号")
    assert [breach.code for breach in done.overridden] == ["wait"]
    record(noticed, step(PLAN, "2026-02-27", document="补文号"))  # a correction does not wash it off
    marks = noticed.read("parcel_event").query("stage == 'plan_notice'")["override_reason"].tolist()
    assert marks == ["防汛抢险，县政府会议纪要〔2026〕3号"] * 2


def test_a_reason_is_not_written_where_no_rule_is_broken(noticed: Store) -> None:
    record(noticed, step(PLAN, "2026-03-02"), override="以防万一")
    assert noticed.read("parcel_event")["override_reason"].isna().all()


def test_no_reason_helps_to_record_what_is_to_come_or_to_go_back(noticed: Store) -> None:
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    for proposed, code in ((step(PLAN, tomorrow), "future"), (step(PRE, "2026-03-02"), "backward")):
        with pytest.raises(LawBroken) as refused:
            record(noticed, proposed, override="领导同意")
        assert codes(refused.value) == [("P0", code)]


def test_of_several_parcels_all_are_recorded_or_none_and_every_breach_is_told(noticed: Store) -> None:
    with pytest.raises(LawBroken) as refused:
        record(noticed, step(PLAN, "2026-02-27"), "P0", "P1")
    assert codes(refused.value) == [("P0", "wait"), ("P1", "skipped")]
    assert len(noticed.read("parcel_event")) == 2
    done = record(noticed, step(PLAN, "2026-02-27"), "P1", "P0", "P1", override="并案办理")
    assert done.parcels == ("P0", "P1")
    assert (stage_of(noticed, "P0"), stage_of(noticed, "P1")) == ("plan_notice", "plan_notice")


def test_an_answer_that_was_lost_can_be_asked_for_again(noticed: Store) -> None:
    first = record(noticed, step(PLAN, "2026-03-02"))
    again = record(noticed, step(PLAN, "2026-03-02"))
    assert (first.result.outcomes, again.result.outcomes) == (("stored",), ("unchanged",))


def test_telling_an_earlier_step_of_a_day_again_does_not_put_it_last(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-02-09"), ("survey", "2026-02-09")))
    with pytest.raises(LawBroken) as refused:
        record(store, step(PRE, "2026-02-09", document="补文号"))
    assert codes(refused.value) == [("P0", "backward")]
    assert stage_of(store) == "survey"


def test_an_approval_waits_for_its_funds(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("submitted", "2026-05-06")))
    with pytest.raises(LawBroken) as refused:
        record(store, step(Stage.APPROVED, "2026-06-01"))
    assert codes(refused.value) == [("P0", "funds")]
    record(store, ProposedEvent(EventKind.FUNDS, date(2026, 5, 20), document="银行回单 1"))
    record(store, step(Stage.APPROVED, "2026-06-01", authority=Authority.PROVINCE))
    row = store.read("parcel_event").iloc[-1]
    assert (row["stage"], row["evidence"]) == ("approved", "批准机关：省级人民政府")


def test_the_land_of_a_whole_batch_decides_who_approves(store: Store) -> None:
    """36 squares of a hectare, arable: one more than the province's 35; the one without a batch stands alone."""
    land = parcels(37, batch=[*["2026-1"] * 36, None], land_class_code=["0103"] * 37, owner_kind=["collective"] * 37)
    put(store, "parcel", land)
    for number in ("P0", "P36"):
        append(store, "parcel_event", stages(number, ("submitted", "2026-05-06")))
        record(store, ProposedEvent(EventKind.FUNDS, date(2026, 5, 20)), number)
    with pytest.raises(LawBroken) as refused:
        record(store, step(Stage.APPROVED, "2026-06-01", document="示政地〔2026〕1号"), "P0", "P36")
    assert codes(refused.value) == [("P0", "authority")]
    done = record(store, step(Stage.APPROVED, "2026-06-01", document="国函〔2026〕1号"), "P0", "P36")
    assert done.result.outcomes == ("stored", "stored")


def test_a_parcel_on_permanent_basic_farmland_is_the_state_council_s(store: Store) -> None:
    put(store, "parcel", parcels(1))
    farmland = gpd.GeoDataFrame(
        {"zone_no": ["Z1"], "kind": ["permanent_basic_farmland"]}, geometry=[square(0, 0, 50)], crs=CRS
    )
    put(store, "zone", farmland)
    append(store, "parcel_event", stages("P0", ("submitted", "2026-05-06")))
    judged = judge_events(store, ["P0"], step(Stage.APPROVED, "2026-06-01"), date(2026, 6, 30))
    assert [breach.code for breach in judged.breaches] == ["funds", "authority"]
    assert "永久基本农田 0.2500 公顷" in judged.breaches[1].words.zh


# ------------------------------------------------------------------ holds


def test_a_hold_its_efforts_and_its_release(store: Store) -> None:
    put(store, "parcel", parcels(1))
    with pytest.raises(LawBroken):
        record(store, ProposedEvent(EventKind.EFFORT, date(2026, 3, 5), note="约谈双方"))
    record(store, ProposedEvent(EventKind.HOLD, date(2026, 3, 1), hold_reason=HoldReason.LAWSUIT))
    for note in ("约谈双方", "法院调解"):
        record(store, ProposedEvent(EventKind.EFFORT, date(2026, 3, 5), note=note))
    held = store.read("parcel").iloc[0]
    assert (held["hold_reason"], held["stage"]) == ("lawsuit", "not_started")
    record(store, ProposedEvent(EventKind.RELEASE, date(2026, 4, 1), note="撤诉"))
    assert store.read("parcel")["hold_reason"].isna().all()
    events = store.read("parcel_event")
    assert events["kind"].tolist() == ["hold", "effort", "effort", "release"]


# ------------------------------------------------------------------ withdrawals


def test_a_wrong_entry_is_withdrawn_and_its_rows_stay(noticed: Store) -> None:
    withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, SURVEY, date(2026, 2, 12), "登记到别的地块"))
    events = noticed.read("parcel_event")
    assert events["stage"].tolist() == ["pre_notice", "survey", "survey"]
    assert events["note"].tolist()[-1] == "登记到别的地块"
    assert standing(events)["stage"].tolist() == ["pre_notice"]
    assert stage_of(noticed) == "pre_notice"
    record(noticed, step(SURVEY, "2026-02-12"))
    assert stage_of(noticed) == "survey"


def test_what_later_steps_stand_on_is_withdrawn_after_them(noticed: Store) -> None:
    with pytest.raises(LawBroken) as refused:
        withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, PRE, date(2026, 2, 9), "日期有误"))
    assert codes(refused.value) == [("P0", "stood_upon")]
    assert "现状调查与稳评" in refused.value.words.zh
    for stage, on in ((SURVEY, date(2026, 2, 12)), (PRE, date(2026, 2, 9))):
        withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, stage, on, "日期有误"))
    assert stage_of(noticed) == "not_started"


def test_funds_on_which_an_approval_rests_stay_until_it_is_withdrawn(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("submitted", "2026-05-06")))
    funds = [date(2026, 5, 20), date(2026, 5, 25)]
    for on in funds:
        record(store, ProposedEvent(EventKind.FUNDS, on))
    record(store, step(Stage.APPROVED, "2026-06-01"))
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.FUNDS, None, funds[0], "重复"))
    with pytest.raises(LawBroken):
        withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.FUNDS, None, funds[1], "退回"))
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.STAGE, Stage.APPROVED, date(2026, 6, 1), "未批复"))
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.FUNDS, None, funds[1], "退回"))


def test_funds_stay_until_the_step_is_withdrawn_that_the_county_s_rule_makes_wait_for_them(store: Store) -> None:
    begins = pd.Timestamp("2026-05-01")
    rule = {"code": "gate.funds", "value": "submitted", "source": "县规定", "effective_from": begins}
    append(store, "rule_parameter", pd.DataFrame([rule]))
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", stages("P0", ("agreement", "2026-04-06")))
    paid = date(2026, 4, 20)
    record(store, ProposedEvent(EventKind.FUNDS, paid))
    record(store, step(Stage.SUBMITTED, "2026-06-01"))
    with pytest.raises(LawBroken) as refused:
        withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.FUNDS, None, paid, "退回"))
    assert refused.value.found == "组卷报批 / submitted for approval 2026-06-01"
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.STAGE, Stage.SUBMITTED, date(2026, 6, 1), "未上报"))
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.FUNDS, None, paid, "退回"))


def test_a_hold_is_withdrawn_after_its_release(store: Store) -> None:
    put(store, "parcel", parcels(1))
    append(store, "parcel_event", hold("P0", "2026-03-01"))
    record(store, ProposedEvent(EventKind.RELEASE, date(2026, 4, 1)))
    with pytest.raises(LawBroken):
        withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.HOLD, None, date(2026, 3, 1), "误报"))
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.RELEASE, None, date(2026, 4, 1), "误报"))
    withdraw_event(store, OFFICER, "P0", Withdrawal(EventKind.HOLD, None, date(2026, 3, 1), "误报"))
    assert store.read("parcel")["hold_reason"].isna().all()


def test_only_what_stands_is_withdrawn_and_only_for_a_reason(noticed: Store) -> None:
    with pytest.raises(NotFound):
        withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, PLAN, date(2026, 3, 2), "没有"))
    with pytest.raises(InvalidParameter):
        withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, SURVEY, date(2026, 2, 12), " "))
    withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, SURVEY, date(2026, 2, 12), "误报"))
    with pytest.raises(NotFound):
        withdraw_event(noticed, OFFICER, "P0", Withdrawal(EventKind.STAGE, SURVEY, date(2026, 2, 12), "误报"))


# ------------------------------------------------------------------ who, how many, at once


def test_an_editor_records_events_of_the_own_town_alone(store: Store) -> None:
    put(store, "town", town("140781100", parent=["140781"]))
    put(store, "parcel", parcels(2, town=["140781100", None]))
    notice = step(PRE, "2026-02-09")
    record_event(store, Actor("张乡镇", Role.EDITOR, "140781100"), "P0", notice)
    for editor, number in (
        (Actor("李乡镇", Role.EDITOR, "140781101"), "P0"),
        (Actor("张乡镇", Role.EDITOR, "140781100"), "P1"),
    ):
        with pytest.raises(NotAllowed):
            record_event(store, editor, number, notice)
    record_event(store, Actor("王县里", Role.EDITOR, "140781"), "P0", step(SURVEY, "2026-02-10"))
    with pytest.raises(NotAllowed):
        record_event(store, VIEWER, "P1", notice)


def test_an_unknown_parcel_none_and_too_many_are_refused(noticed: Store) -> None:
    with pytest.raises(NotFound, match="NO"):
        record(noticed, step(PRE, "2026-02-09"), "P1", "NO")
    for numbers in ([], [f"P{n}" for n in range(2_001)]):
        with pytest.raises(InvalidParameter):
            record_events(noticed, OFFICER, numbers, step(PRE, "2026-02-09"))
    assert len(noticed.read("parcel_event")) == 2


def test_of_two_who_record_a_step_at_once_one_is_told_that_it_was_done(noticed: Store, where: str) -> None:
    ready, outcomes = threading.Barrier(2), []

    def officer(day: str) -> None:
        own = open_store(where)
        try:
            ready.wait()
            outcomes.append(record(own, step(PLAN, day)).result.outcomes[0])
        except LawBroken as error:
            outcomes.append(error.breaches[0].code)
        finally:
            own.close()

    threads = [threading.Thread(target=officer, args=(day,)) for day in ("2026-03-02", "2026-03-03")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["repeated", "stored"]
    assert len(standing(noticed.read("parcel_event"))) == 3
