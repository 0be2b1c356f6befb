"""The register's filter in words, as exported files tell it."""

from __future__ import annotations

from typing import Any

import pytest

from gis.model import HoldReason, ProjectFilter, RegisterFilter, Stage
from gis.workflows.names import Names
from gis.workflows.register_words import register_filter_words

NAMES = Names({"T1": "城关镇"}, {})


@pytest.mark.parametrize(
    ("narrowed", "told"),
    [
        ({"town": ("T1", "none")}, "所在乡镇：城关镇、未注明"),
        ({"stage": (Stage.CLEARED,)}, "征地阶段：净地"),
        ({"owner_kind": ("collective",)}, "权属性质：集体"),
        ({"land_class": ("tertiary|2017|0103",)}, "地类：tertiary 2017 0103"),
        ({"unit": ("征迁办",)}, "责任单位：征迁办"),
        ({"person": ("张三",)}, "责任人：张三"),
        ({"batch": ("2026-1",)}, "批次：2026-1"),
        ({"hold_reason": (HoldReason.LAWSUIT.value, "none")}, "受阻原因：诉讼、未受阻"),
        ({"held": True}, "受阻：是"),
        ({"overdue": False}, "逾期：否"),
        ({"legal_within_days": 7}, "最早可办：7 天内"),
        ({"parcel_no": ("P1", "P2")}, "地块编号：P1、P2"),
        ({"words": "河滩"}, "关键词：河滩"),
        ({"blocking": "A"}, "制约项目：A"),
        ({"projects": ProjectFilter(words="高铁")}, "地上项目：关键词：高铁"),
        ({"area": "circle:111,37,500"}, "图上范围：circle:111,37,500"),
    ],
)
def test_each_field_is_told_in_words(narrowed: dict[str, Any], told: str) -> None:
    assert register_filter_words(RegisterFilter(**narrowed), NAMES).zh == told


def test_fields_are_told_one_after_the_other_and_none_is_everything() -> None:
    both = register_filter_words(RegisterFilter(held=True, words="河滩"), NAMES)
    assert (both.zh, both.en) == ("受阻：是；关键词：河滩", "held: yes; words: 河滩")
    assert register_filter_words(RegisterFilter(), NAMES).zh == "全部"
