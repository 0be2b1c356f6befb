"""The sample county's requisition keeps the law, and its paperwork hangs together."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from gis.demo.county import County, build_county
from gis.model import EventKind, HoldReason, OwnerKind, Stage, SupplyKind
from gis.rules import RuleBook, Wait
from gis.workdays import WorkCalendar

RULES = RuleBook.default()
CALENDAR = WorkCalendar()


def stages_of(county: County) -> pd.DataFrame:
    """One row a parcel, a column a stage: the day it began."""
    events = county.tables["parcel_event"]
    steps = events[events["kind"] == EventKind.STAGE.value]
    return steps.pivot(index="parcel_no", columns="stage", values="on_date")


@pytest.fixture(scope="module", params=["the sample", 3], ids=str)
def some_county(request: pytest.FixtureRequest, county: County) -> County:
    return county if request.param == "the sample" else build_county(request.param)


def test_no_parcel_skips_a_stage_or_goes_back(some_county: County) -> None:
    days = stages_of(some_county)
    owner = some_county.tables["parcel"].set_index("parcel_no")["owner_kind"]
    for kind in OwnerKind:
        path = [s.value for s in RULES.path(kind) if s is not Stage.NOT_STARTED]
        mine = days.loc[days.index.isin(owner.index[owner == kind.value])]
        assert len(mine) > 20
        assert mine.drop(columns=path).isna().all(axis=None)
        for earlier, later in pairwise(path):
            both = mine[mine[later].notna()]
            assert both[earlier].notna().all(), (kind, later)
            assert (both[earlier] <= both[later]).all(), (kind, later)


@pytest.mark.parametrize("wait", RULES.waits, ids=lambda w: f"{w.after}-{w.before}")
def test_every_statutory_wait_has_run_out(some_county: County, wait: Wait) -> None:
    days = stages_of(some_county)
    supply = some_county.tables["parcel"].set_index("parcel_no")["supply_kind"]
    both = days[days[wait.after.value].notna() & days[wait.before.value].notna()]
    if wait.supply is not None:
        both = both[supply.reindex(both.index) == wait.supply.value]
    pairs = both[[wait.after.value, wait.before.value]].drop_duplicates()
    assert len(pairs) > 5
    for posted, begun in pairs.itertuples(index=False):
        first = CALENDAR.first_day_after(posted.date(), wait.days, working=wait.working)
        assert begun.date() >= first, (posted, begun)


def test_events_of_collective_land_lie_within_two_years(county: County) -> None:
    events = county.tables["parcel_event"]
    collective = county.tables["parcel"].query("owner_kind == 'collective'")["parcel_no"]
    days = events.loc[events["parcel_no"].isin(collective), "on_date"]
    assert days.min() >= pd.Timestamp(2024, 11, 1)
    assert days.max() <= pd.Timestamp(county.data_on)
    assert events["on_date"].max() <= pd.Timestamp(county.data_on)


def test_notices_are_posted_on_working_days(county: County) -> None:
    days = stages_of(county)
    for stage in ("pre_notice", "plan_notice", "submitted", "approved", "supplied"):
        assert all(CALENDAR.is_workday(day.date()) for day in days[stage].dropna().unique()), stage


def test_every_owner_supply_and_hold_is_there(county: County) -> None:
    parcels, events = county.tables["parcel"], county.tables["parcel_event"]
    assert set(parcels["owner_kind"]) == {kind.value for kind in OwnerKind}
    assert set(parcels["supply_kind"]) == {kind.value for kind in SupplyKind}
    assert set(events["kind"]) == {kind.value for kind in EventKind}
    assert set(events["hold_reason"].dropna()) == {reason.value for reason in HoldReason}


def test_batches_and_numbers_come_with_their_stage(county: County) -> None:
    parcels = county.tables["parcel"].set_index("parcel_no")
    days = stages_of(county).reindex(parcels.index)
    assert (parcels["batch"].notna() == days["submitted"].notna()).all()
    assert (parcels["document_no"].notna() == days["approved"].notna()).all()


def test_money_is_paid_as_the_stages_pass(county: County) -> None:
    parcels = county.tables["parcel"].set_index("parcel_no")
    collective = parcels[parcels["owner_kind"] == OwnerKind.COLLECTIVE.value]
    days = stages_of(county).reindex(collective.index)
    assert (collective["compensation_paid_wan"] <= collective["compensation_due_wan"]).all()
    assert (collective.loc[days["agreement"].isna(), "compensation_paid_wan"] == 0).all()
    # 条例 32: without the money in place there is no approval.
    approved = collective[days["approved"].notna()]
    assert (approved["compensation_paid_wan"] >= 0.94 * approved["compensation_due_wan"]).all()


def test_declared_areas_are_planar_and_a_few_are_wrong(county: County) -> None:
    parcels = county.entity("parcel")
    off = (parcels["declared_area_m2"] / parcels.area - 1).abs()
    assert 0.01 < (off > 0.002).mean() < 0.05
    assert off.max() <= 0.1


def test_steps_to_come_are_planned_after_today_but_for_the_overdue_ones(county: County) -> None:
    parcels = county.tables["parcel"].set_index("parcel_no")
    days = stages_of(county).reindex(parcels.index)
    today, overdue = pd.Timestamp(county.data_on), 0
    for stage in ("pre_notice", "plan_notice", "submitted", "cleared"):
        open_ = parcels.loc[days[stage].isna(), f"planned_{stage}_on"].dropna()
        overdue += (open_ <= today).sum()
        assert (open_ > pd.Timestamp(date(2026, 9, 1))).all()
    assert 10 <= overdue <= 300
