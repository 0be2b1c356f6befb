"""The frozen values: a wrong one cannot be built."""

from __future__ import annotations

import json
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InvalidValue
from gis.model import (
    LOCAL_ACTOR,
    Actor,
    BBox,
    Flag,
    Lamp,
    Level,
    ProjectCode,
    ProjectFilter,
    ProjectStage,
    Readiness,
    Role,
    Stage,
    half_width,
)


def test_a_code_is_found_by_its_code_or_its_words() -> None:
    assert Stage.of("cleared") is Stage.of("净地") is Stage.of(" Cleared ") is Stage.CLEARED
    assert Level.of("省级") is Level.PROVINCIAL


@pytest.mark.parametrize("text", ["", "净", "CLEARED?", "0"])
def test_a_text_outside_the_list_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        Stage.of(text)
    assert "净地(cleared)" in (raised.value.expected or "")


def test_a_code_is_its_text_in_json_and_in_frames() -> None:
    assert json.dumps({"lamp": Lamp.RED}) == '{"lamp": "red"}'
    assert str(Lamp.RED) == Lamp.RED == "red"
    assert Lamp("red") is Lamp.RED


def test_parcel_stages_stand_in_the_order_of_the_law() -> None:
    """DOMAIN §3: 0 not started … 9 registered."""
    assert [stage.rank for stage in Stage] == list(range(10))
    assert (Stage.PRE_NOTICE.rank, Stage.APPROVED.rank, Stage.CLEARED.rank) == (1, 6, 7)


def test_project_stages_that_stand_outside_the_order_come_last() -> None:
    assert [stage.rank for stage in ProjectStage] == list(range(10))
    assert (ProjectStage.PLANNED.rank, ProjectStage.SUSPENDED.rank, ProjectStage.CANCELLED.rank) == (0, 8, 9)


def test_readiness_is_the_last_column_of_the_table_of_stages() -> None:
    expected = ["not_started"] + ["in_procedure"] * 5 + ["approved"] + ["ready"] * 3
    assert [stage.readiness.value for stage in Stage] == expected
    assert all(isinstance(stage.readiness, Readiness) for stage in Stage)


def test_started_and_finished_projects_are_told_by_stage() -> None:
    started = {s.value for s in ProjectStage if s.has_started}
    assert started == {"started", "building", "completed", "operating", "full_capacity"}
    assert {s.value for s in ProjectStage if s.is_finished} == {"completed", "operating", "full_capacity"}
    assert {s.value for s in ProjectStage if not s.is_active} == {"suspended", "cancelled"}


def test_flags_stand_worst_first() -> None:
    assert [*Flag][:2] == [Flag.IMPOSSIBLE, Flag.LATE]


@pytest.mark.parametrize(
    ("raw", "text", "is_national"),
    [
        ("2017-330102-70-03-012345", "2017-330102-70-03-012345", True),
        ("20173301027003012345", "2017-330102-70-03-012345", True),
        (" ２０１７－３３０１０２－７０－０３－０１２３４５ ", "2017-330102-70-03-012345", True),
        ("示例-001", "示例-001", False),
        ("2017330102700301234", "2017330102700301234", False),
    ],
)
def test_a_project_code_is_folded_and_told_apart(raw: str, text: str, is_national: bool) -> None:
    code = ProjectCode.parse(raw)
    assert (str(code), code.is_national) == (text, is_national)
    assert ProjectCode.parse(str(code)) == code


@pytest.mark.parametrize("raw", ["", "   ", "\u3000", "x" * 65, "a\nb", "a\x00b", "a\u200bb"])
def test_a_text_that_is_no_code_is_refused(raw: str) -> None:
    with pytest.raises(InvalidValue):
        ProjectCode.parse(raw)


def test_a_code_with_blanks_around_it_cannot_be_built() -> None:
    with pytest.raises(InvalidValue):
        ProjectCode(" A ")


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30))
def test_half_width_undoes_full_width_and_leaves_the_rest(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in text)
    assert half_width(wide) == half_width(text) == text
    assert half_width("地块、一期\u3000") == "地块、一期 "


@pytest.mark.parametrize("box", [(1, 0, 0, 1), (0, 1, 1, 0), (nan, 0, 1, 1), (0, 0, 1, nan)])
def test_a_box_inside_out_cannot_be_built(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidValue):
        BBox(*box)


def test_boxes_meet_when_they_share_a_point() -> None:
    box = BBox(0, 0, 2, 2)
    assert box.meets(BBox(2, 2, 3, 3))
    assert not box.meets(BBox(2.1, 0, 3, 1))
    assert box.grown(1) == BBox(-1, -1, 3, 3)
    assert BBox(1, 1, 1, 1).as_tuple() == (1, 1, 1, 1)


def test_an_actor_has_a_name_and_a_viewer_may_not_write() -> None:
    with pytest.raises(InvalidValue):
        Actor("  ", Role.ADMIN)
    assert LOCAL_ACTOR.may_write
    assert not Actor("来宾", Role.VIEWER).may_write
    assert all(Actor("某人", role).may_write for role in Role if role is not Role.VIEWER)


def test_a_filter_is_empty_until_it_asks_for_something() -> None:
    assert ProjectFilter().is_empty
    assert not ProjectFilter(words="x").is_empty
    assert not ProjectFilter(lamp=(Lamp.RED,)).is_empty
