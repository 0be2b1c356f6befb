"""The filter: alternatives within a field, narrowing over fields, words as they stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.filtering import filtered
from gis.model import Flag, Lamp, Level, ProjectCategory, ProjectFilter, ProjectKind, ProjectStage
from tests.gis.analysis.progress_samples import assessed

ROWS: list[dict[str, Any]] = [
    {
        **{"code": "JX-001", "name": "示例新材料项目", "owner": "甲公司", "leader": "张三", "department": "发改局"},
        **{"located_in_town": "T1", "credited_to_town": "T2", "located_in_park": "P1", "industry": "2651"},
        **{"category": "industry", "level": "county", "kind": "new", "stage": "building", "lamp": "red"},
        "flags": ("late", "held"),
    },
    {
        **{"code": "JX-002", "name": "示例 Ring Road (一期)", "owner": "乙公司", "leader": "李四"},
        **{"located_in_town": "T2", "category": "infrastructure", "level": "provincial", "kind": "continued"},
        **{"stage": "filed", "lamp": "green", "flags": ("tight",)},
    },
    {"code": "JX-003", "name": "示例学校", "lamp": "none"},
]
PROJECTS = assessed(ROWS)


def found(**wanted: Any) -> list[str]:
    return filtered(PROJECTS, ProjectFilter(**wanted)).index.tolist()


def test_an_empty_filter_lets_everything_pass() -> None:
    assert found() == ["JX-001", "JX-002", "JX-003"]
    assert ProjectFilter().is_empty


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"town": ("T1",)}, ["JX-001"]),
        ({"town": ("T1", "T2")}, ["JX-001", "JX-002"]),
        ({"park": ("P1",)}, ["JX-001"]),
        ({"industry": ("2651",)}, ["JX-001"]),
        ({"category": (ProjectCategory.INFRASTRUCTURE,)}, ["JX-002"]),
        ({"level": (Level.COUNTY, Level.PROVINCIAL)}, ["JX-001", "JX-002"]),
        ({"kind": (ProjectKind.NEW,)}, ["JX-001"]),
        ({"stage": (ProjectStage.FILED,)}, ["JX-002"]),
        ({"lamp": (Lamp.NONE, Lamp.RED)}, ["JX-001", "JX-003"]),
        ({"flag": (Flag.HELD,)}, ["JX-001"]),
        ({"flag": (Flag.HELD, Flag.TIGHT)}, ["JX-001", "JX-002"]),
        ({"flag": (Flag.CONFLICT,)}, []),
        ({"leader": ("李四",)}, ["JX-002"]),
        ({"department": ("发改局",)}, ["JX-001"]),
        ({"words": "JX-00"}, ["JX-001", "JX-002", "JX-003"]),
        ({"words": "jx-002"}, ["JX-002"]),
        ({"words": "  ring ROAD "}, ["JX-002"]),
        ({"words": "(一期)"}, ["JX-002"]),
        ({"words": "甲公司"}, ["JX-001"]),
        ({"words": "张三"}, ["JX-001"]),
        ({"words": "发改"}, ["JX-001"]),
        ({"words": "2651"}, []),
        ({"words": ".*"}, []),
        ({"words": "   "}, ["JX-001", "JX-002", "JX-003"]),
        ({"town": ("T1",), "lamp": (Lamp.GREEN,)}, []),
        ({"town": ("T2",), "lamp": (Lamp.GREEN,), "words": "示例"}, ["JX-002"]),
    ],
)
def test_each_field_finds_its_projects(wanted: dict[str, Any], codes: list[str]) -> None:
    assert found(**wanted) == codes


def test_a_town_is_where_a_project_lies_not_where_it_is_credited() -> None:
    assert found(town=("T2",)) == ["JX-002"]


def test_the_empty_text_finds_projects_that_do_not_state_a_value() -> None:
    assert found(town=("",)) == ["JX-003"]
    assert found(leader=("", "张三")) == ["JX-001", "JX-003"]


def test_filtering_nothing_gives_nothing() -> None:
    assert len(filtered(assessed([]), ProjectFilter(town=("T1",), flag=(Flag.LATE,), words="x"))) == 0


@settings(deadline=None, max_examples=30)
@given(
    towns=st.sets(st.sampled_from(["T1", "T2", ""])),
    lamps=st.sets(st.sampled_from(list(Lamp))),
    flags=st.sets(st.sampled_from(list(Flag))),
)
def test_filters_narrow_one_another(towns: set[str], lamps: set[Lamp], flags: set[Flag]) -> None:
    parts = ({"town": tuple(towns)}, {"lamp": tuple(lamps)}, {"flag": tuple(flags)})
    together = set(found(**parts[0], **parts[1], **parts[2]))
    assert together == set(found(**parts[0])) & set(found(**parts[1])) & set(found(**parts[2]))
