"""The lamp rules: templates as data, exact thresholds, months in a row, scope, sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.analysis.lamps import SEVERITY, LampTemplate, Scope, beside, judged, lamp_words, number, shipped_templates
from gis.analysis.progress import assess_progress
from gis.errors import InvalidValue
from gis.model import Lamp, Level, ProjectKind
from gis.rules import RuleBook
from gis.words import Words
from tests.gis.analysis.progress_samples import inputs_of, layer_frame, project, report

DEFAULT = LampTemplate.parse("lamp.progress", RuleBook.default().value("lamp.progress"))


def template(red: float, **more: Any) -> dict[str, Any]:
    """Green from 0, red below ``red`` points, yellow between."""
    bands = [
        {"lamp": "green", "operator": ">=", "threshold": 0},
        {"lamp": "yellow", "operator": ">=", "threshold": red},
        {"lamp": "red", "operator": "<", "threshold": red},
    ]
    return {"metric": "gap_pp", "unit": "pp", "bands": bands, **more}


def lamps_of(rule: LampTemplate, *moments: list[float]) -> list[str]:
    values = [pd.Series(moment, dtype="float64") for moment in moments]
    return judged(rule, values, pd.Series(True, index=values[0].index))["lamp"].tolist()


def test_a_gap_on_a_threshold_belongs_to_the_better_lamp() -> None:
    assert lamps_of(DEFAULT, [0, -0.0, -1e-10, -1e-8, -30, -30 - 1e-10, -30.00001, np.nan]) == [
        *("green", "green", "green", "yellow", "yellow", "yellow", "red", "none")
    ]


def test_a_lamp_in_a_row_is_given_only_when_each_month_was_as_bad() -> None:
    rule = LampTemplate.parse("lamp.progress", template(-30, consecutive=2))
    today = [-40, -40, -40, -5, -5, 5, -40]
    before = [-40, -5, 5, -40, 5, -40, np.nan]
    assert lamps_of(rule, today, before) == ["red", "yellow", "green", "yellow", "green", "green", "green"]


@settings(deadline=None)
@given(
    today=st.lists(st.floats(-100, 100), min_size=3, max_size=3),
    before=st.lists(st.floats(-100, 100), min_size=3, max_size=3),
)
def test_waiting_for_a_second_month_never_makes_a_lamp_worse(today: list[float], before: list[float]) -> None:
    at_once = lamps_of(DEFAULT, today)
    waiting = lamps_of(LampTemplate.parse("lamp.progress", template(-30, consecutive=2)), today, before)
    assert all(SEVERITY[Lamp(w)] <= SEVERITY[Lamp(a)] for w, a in zip(waiting, at_once, strict=True))


def test_the_scope_leaves_out_other_kinds_small_projects_and_unknown_sums() -> None:
    projects = layer_frame(
        "project",
        [
            project("A", kind="new", level="county", total_wan=1000),
            project("B", kind="continued", level="county", total_wan=1000),
            project("C", kind="new", level="county", total_wan=999.99),
            project("D", kind="new", level="county"),
            project("E", total_wan=5000),
        ],
    )
    scope = Scope(kinds=(ProjectKind.NEW,), levels=(Level.COUNTY,), min_total_wan=1000)
    assert scope.holds(projects).tolist() == [True, False, False, False, False]
    assert Scope().holds(projects).all()


def test_out_of_scope_has_no_lamp_and_says_so() -> None:
    rules = {"lamp.progress": template(-30, scope={"min_total_wan": 1000})}
    inputs = inputs_of("2026-06-30", [project("A", total_wan=500)], [("A", 2026, 100)], rules=rules)
    row = assess_progress(inputs).loc["A"]
    assert row["lamp"] == "none"
    assert row["progress_reasons"][0] == Words(
        "无灯: 不在评灯规则的适用范围内", "no lamp: outside the scope of the lamp rule"
    )


def test_a_red_lamp_s_sentence_in_both_languages() -> None:
    """End of August, 43.3 % done against 66.7 %, with a rule of 20 points."""
    inputs = inputs_of(
        "2026-08-31",
        [project("A")],
        [("A", 2026, 1000)],
        [report("A", "2026-08-31", 433)],
        {"lamp.progress": template(-20)},
    )
    assert assess_progress(inputs).loc["A", "progress_reasons"] == (
        Words(
            "红: 欠序时 23.4 个百分点（完成 43.3%，序时 66.7%；规则：低于 −20 个百分点为红）",
            "red: 23.4 points behind (done 43.3%, expected 66.7%; rule: below −20 points is red)",
        ),
    )


def test_a_value_beside_a_threshold_is_shown_with_enough_digits() -> None:
    assert beside(-30.04, [0, -30]) == "30.04"
    assert beside(-30, [0, -30]) == "30.0"
    assert beside(-0.0004, [0, -30]) == "0.0004"
    assert beside(0.05, [0, -30]) == "0.1"
    assert beside(-1234.5, [0]) == "1,234.5"


def test_thresholds_are_written_as_people_write_them() -> None:
    assert [number(v) for v in (-30.0, 0.0, 3.0, 12.5, -0.25, 100.0)] == ["−30", "0", "3", "12.5", "−0.25", "100"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"metric": "mood"}, "metric"),
        ({"unit": "relative"}, "unit"),
        ({"consecutive": 0}, "consecutive"),
        ({"consecutive": 13}, "consecutive"),
        ({"consecutive": True}, "consecutive"),
        ({"bands": []}, "bands"),
        ({"bands": "red"}, "bands"),
        ({"bands": [{"lamp": "red", "operator": "==", "threshold": 0}]}, "bands.operator"),
        ({"bands": ["red"]}, "bands.operator"),
        ({"bands": [{"lamp": "none", "operator": "<", "threshold": 0}]}, "bands.lamp"),
        ({"bands": [{"lamp": "red", "operator": "<", "threshold": "0"}]}, "bands.threshold"),
        ({"bands": [{"lamp": "red", "operator": "<", "threshold": float("nan")}]}, "bands.threshold"),
        ({"scope": {"towns": ["x"]}}, "scope"),
        ({"scope": {"kinds": ["old"]}}, "scope"),
        ({"scope": {"min_total_wan": "many"}}, "scope"),
    ],
)
def test_a_template_that_cannot_be_read_says_where(change: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        LampTemplate.parse("lamp.progress", {**template(-30), **change})
    assert raised.value.place.column == f"lamp.progress.{key}"
    assert raised.value.expected


def test_a_lamp_in_two_bands_is_refused() -> None:
    # Which of the two a project's red comes from, and after how many months, could not be told.
    bands = [{"lamp": "red", "operator": "<", "threshold": -30}, {"lamp": "red", "operator": "<", "threshold": -20}]
    with pytest.raises(InvalidValue) as caught:
        LampTemplate.parse("lamp.progress", {"metric": "gap_pp", "bands": bands})
    assert caught.value.place.column == "lamp.progress.bands.lamp"


def test_a_count_of_months_cannot_be_asked_for_in_a_row() -> None:
    bands = [{"lamp": "red", "operator": ">=", "threshold": 3}]
    with pytest.raises(InvalidValue):
        LampTemplate.parse("lamp.start", {"metric": "start_months_late", "consecutive": 2, "bands": bands})


def test_where_no_band_holds_there_is_no_lamp() -> None:
    rule = LampTemplate.parse("lamp.start", RuleBook.default().value("lamp.start"))
    assert lamps_of(rule, [np.nan, 1, 2, 3, 9]) == ["none", "yellow", "yellow", "red", "red"]


def test_a_relative_gap_is_not_a_gap_in_points() -> None:
    """End of March, 12 % done of 25 % expected: 13 points behind (银川: yellow), 52 % of expected (三亚: red)."""
    shipped = {t.id: t for t in shipped_templates()}
    found = {}
    for name in ("yinchuan-2025-strict", "sanya-2022"):
        rules = {"lamp.progress": shipped[name].value}
        inputs = inputs_of(
            "2026-03-31",
            [project("A", total_wan=1000)],
            [("A", 2026, 100)],
            [report("A", "2026-03-31", 12)],
            rules,
        )
        row = assess_progress(inputs).loc["A"]
        found[name] = (row["lamp"], row["progress_reasons"][0].zh)
    assert found["yinchuan-2025-strict"][0] == "yellow"
    assert found["sanya-2022"] == (
        "red",
        "红: 比序时进度欠 52.0%（完成 12.0%，序时 25.0%；规则：低于 −50%为红）",
    )


@pytest.mark.parametrize(
    ("name", "done", "lamp"),
    [
        ("sanya-2022", 12.5, "yellow"),
        ("sanya-2022", 12.499, "red"),
        ("sanya-2022", 25, "green"),
        ("yinchuan-2025-lenient", 15.001, "green"),
        ("yinchuan-2025-lenient", 15, "yellow"),
        ("yinchuan-2025-strict", 24.999, "yellow"),
    ],
)
def test_shipped_templates_on_their_thresholds(name: str, done: float, lamp: str) -> None:
    """At the end of March 25 % is expected: half of it is 12.5 %, ten points behind is 15 %."""
    value = next(t.value for t in shipped_templates() if t.id == name)
    reports = [report("A", "2026-03-31", done)]
    inputs = inputs_of(
        "2026-03-31", [project("A", total_wan=1000)], [("A", 2026, 100)], reports, {"lamp.progress": value}
    )
    assert assess_progress(inputs).loc["A", "lamp"] == lamp


def test_every_shipped_template_can_be_read_and_names_its_source() -> None:
    templates = shipped_templates()
    assert len({t.id for t in templates}) == len(templates) >= 4
    for shipped in templates:
        assert LampTemplate.parse(shipped.parameter, shipped.value).bands
        assert shipped.parameter in RuleBook.default().values
        assert shipped.source
        assert shipped.words.zh
        assert shipped.words.en


def test_relative_rules_call_january_nothing_behind() -> None:
    value = next(t.value for t in shipped_templates() if t.id == "sanya-2022")
    inputs = inputs_of("2026-01-10", [project("A", total_wan=1000)], [("A", 2026, 100)], rules={"lamp.progress": value})
    assert assess_progress(inputs).loc["A", "lamp"] == "green"


def test_a_rule_may_measure_the_share_done() -> None:
    bands = [
        {"lamp": "red", "operator": "<=", "threshold": 20},
        {"lamp": "green", "operator": ">", "threshold": 20},
    ]
    rules = {"lamp.progress": {"metric": "done_percent", "unit": "percent", "bands": bands}}
    inputs = inputs_of("2026-03-31", [project("A")], [("A", 2026, 100)], [report("A", "2026-03-31", 20)], rules)
    row = assess_progress(inputs).loc["A"]
    assert row["lamp"] == "red"
    assert row["progress_reasons"][0].en == (
        "red: 20.0% of the year's plan done (done 20.0%, expected 25.0%; rule: at or below 20% is red)"
    )


def test_a_sentence_names_the_rule_of_today_s_reading() -> None:
    said = (Words("a", "a"), Words("b", "b"))
    words = lamp_words(DEFAULT, Lamp.GREEN, Lamp.GREEN, 1, said)
    assert words.en == "green: a (b; rule: at or above 0 points is green)"
