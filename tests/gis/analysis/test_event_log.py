"""A parcel's entries as people read them."""

from __future__ import annotations

import pandas as pd

from gis.analysis.event_log import event_log, holds_of


def entries(*rows: tuple[str, str | None, str, str | None, bool]) -> pd.DataFrame:
    """(kind, stage, day, note, withdrawn) …, written in this order."""
    return pd.DataFrame(
        {
            "parcel_no": ["P1"] * len(rows),
            "kind": [row[0] for row in rows],
            "stage": pd.Series([row[1] for row in rows], dtype="str"),
            "on_date": pd.to_datetime([row[2] for row in rows]),
            "note": pd.Series([row[3] for row in rows], dtype="str"),
            "withdrawn": pd.array([row[4] or None for row in rows], dtype="boolean"),
            "recorded_by": [f"人{n}" for n in range(len(rows))],
            "recorded_at": pd.to_datetime([f"2026-03-0{n + 1}" for n in range(len(rows))]),
        }
    )


def test_an_entry_that_was_withdrawn_says_why_and_by_whom_and_one_made_again_stands() -> None:
    log = event_log(
        entries(
            ("stage", "pre_notice", "2026-02-09", None, False),
            ("stage", "survey", "2026-02-12", "甲", False),
            ("stage", "survey", "2026-02-12", "误报", True),
            ("stage", "survey", "2026-02-12", "乙", False),
        )
    )
    assert log["state"].tolist() == ["stands", "withdrawn", "stands"]
    assert log["note"].fillna("").tolist() == ["", "甲", "乙"]
    withdrawn = log.iloc[1]
    assert (withdrawn["withdrawn_reason"], withdrawn["withdrawn_by"]) == ("误报", "人2")
    assert "withdrawn" not in log


def test_an_entry_that_was_told_again_was_corrected() -> None:
    log = event_log(entries(("funds", None, "2026-02-09", "一", False), ("funds", None, "2026-02-09", "二", False)))
    assert list(zip(log["note"], log["state"], strict=True)) == [("一", "corrected"), ("二", "stands")]


def test_two_efforts_of_one_day_are_two_until_their_day_is_withdrawn() -> None:
    two = [("effort", None, "2026-03-05", "约谈", False), ("effort", None, "2026-03-05", "调解", False)]
    assert event_log(entries(*two))["state"].tolist() == ["stands", "stands"]
    taken = event_log(entries(*two, ("effort", None, "2026-03-05", "误报", True)))
    assert taken["state"].tolist() == ["withdrawn", "withdrawn"]
    assert taken["withdrawn_reason"].tolist() == ["误报", "误报"]


def test_each_hold_has_its_release_and_what_was_tried_between() -> None:
    log = event_log(
        entries(
            ("hold", None, "2026-03-01", "界线不清", False),
            ("effort", None, "2026-03-05", "约谈", False),
            ("release", None, "2026-04-01", "复测", False),
            ("hold", None, "2026-05-01", "诉讼", False),
        )
    )
    assert holds_of(log) == [
        {"hold": 3, "release": None, "efforts": []},
        {"hold": 0, "release": 2, "efforts": [1]},
    ]


def test_a_parcel_of_which_nothing_is_told_has_an_empty_log() -> None:
    log = event_log(entries())
    assert (len(log), holds_of(log)) == (0, [])
