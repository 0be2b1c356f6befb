"""The sample county shows everything that Guatu can say, in proportions that an official would recognise."""

from __future__ import annotations

import pytest

from gis.analysis.assessment import Assessment
from gis.model import Flag, Lamp, ProjectStage, Readiness, Stage
from gis.store.port import Store


def flags(assessed: Assessment) -> set[str]:
    return {str(flag) for row in assessed.projects["flags"] for flag in row}


@pytest.mark.parametrize("lamp", Lamp)
def test_every_lamp_is_lit(assessed: Assessment, lamp: Lamp) -> None:
    assert (assessed.projects["lamp"] == lamp.value).sum() >= 3


@pytest.mark.parametrize("lamp", [Lamp.YELLOW, Lamp.RED])
def test_some_starts_are_late(assessed: Assessment, lamp: Lamp) -> None:
    assert (assessed.projects["start_lamp"] == lamp.value).any()


@pytest.mark.parametrize("stage", ProjectStage)
def test_every_project_stage_is_there(assessed: Assessment, stage: ProjectStage) -> None:
    assert (assessed.projects["stage"] == stage.value).any()


@pytest.mark.parametrize("stage", Stage)
def test_every_requisition_stage_is_there(assessed: Assessment, stage: Stage) -> None:
    assert (assessed.parcels["stage"] == stage.value).sum() >= 10


@pytest.mark.parametrize("flag", Flag)
def test_every_flag_is_raised(assessed: Assessment, flag: Flag) -> None:
    assert flag.value in flags(assessed)


def test_every_class_of_readiness_is_there(assessed: Assessment) -> None:
    seen = set(assessed.projects["readiness"])
    assert {Readiness.IN_PROCEDURE.value, Readiness.READY.value} <= seen
    assert (assessed.projects["uncovered_m2"] > 1000).any()


def test_the_colours_are_believable(assessed: Assessment) -> None:
    lamps = assessed.projects["lamp"].value_counts()
    lit = lamps.drop(Lamp.NONE.value).sum()
    assert lit >= 60
    assert lamps[Lamp.GREEN.value] / lit > 0.5
    assert lamps[Lamp.RED.value] / lit < 0.25
    assert lamps.idxmax() == Lamp.GREEN.value


def test_a_third_of_the_projects_or_so_are_flagged(assessed: Assessment) -> None:
    flagged = (assessed.projects["worst_flag"] != "").mean()
    assert 0.2 <= flagged <= 0.5


def test_parcels_are_held_and_land_is_listed_twice(assessed: Assessment) -> None:
    assert 5 <= assessed.parcels["held"].sum() <= 100
    assert len(assessed.overlaps) >= 1
    assert (assessed.overlaps["area_m2"] > 1.0).all()


def test_some_projects_stand_still(assessed: Assessment) -> None:
    assert 2 <= assessed.projects["stagnant"].sum() <= 15


def test_ready_land_makes_most_of_what_is_built_on(assessed: Assessment) -> None:
    building = assessed.projects[assessed.projects["stage"] == ProjectStage.BUILDING.value]
    assert (building["ready_share"].dropna() > 0.9999).mean() > 0.8


def test_each_footprint_is_the_sum_of_its_parts(assessed: Assessment) -> None:
    sums = assessed.parts.groupby("project_code")["area_m2"].sum()
    footprint = assessed.projects["footprint_m2"].reindex(sums.index)
    assert (sums - footprint).abs().max() <= 1.0


def test_the_expressway_carries_most_of_the_money_at_risk(assessed: Assessment) -> None:
    projects = assessed.projects
    road = projects[projects["name"].str.contains("高速")].iloc[0]
    assert road["at_risk_wan"] == projects["at_risk_wan"].max() > 1000
    assert 0.8 < road["ready_share"] < 1.0
    assert set(road["flags"]) >= {Flag.STARTED_BEFORE_LAND.value, Flag.CONFLICT.value, Flag.HELD.value}
    assert road["uncovered_m2"] < 1.0


def test_only_projects_played_so_lie_in_protected_zones(assessed: Assessment) -> None:
    names = assessed.projects["name"].reindex(assessed.conflicts["project_code"].unique())
    real = assessed.conflicts[~assessed.conflicts["is_sliver"]]
    assert set(real["project_code"]) <= set(names.index)
    assert 4 <= len(names) <= 12


def test_the_store_finds_nothing_wrong_with_it(county_store: Store) -> None:
    assert list(county_store.check_integrity()) == []


def test_a_year_ago_the_county_looked_younger(county_store: Store) -> None:
    from datetime import date

    from gis.model import Query

    then = county_store.read("parcel", Query(on=date(2025, 10, 31)))["stage"].map(lambda code: Stage(code).rank)
    now = county_store.read("parcel")["stage"].map(lambda code: Stage(code).rank)
    assert then.mean() < now.mean() - 0.5
