"""What a file states of stages becomes events only where the events do not say it already."""

from datetime import date

import pandas as pd

from gis.ingest.events import parcel_events, project_events

TODAY = date(2026, 7, 31)


def day(text):
    return pd.Timestamp(text).as_unit("s")


def project(code="A", *, stage=None, on=None, start=None, finish=None, known=None):
    frame = pd.DataFrame(
        {"code": [code], "actual_start_on": [start and day(start)], "actual_finish_on": [finish and day(finish)]}
    )
    stated = pd.DataFrame({"stage": [stage], "stage_on": [on and day(on)]})
    made = project_events(frame, stated, {code: known} if known else {}, TODAY)
    return [(s, d.date().isoformat()) for s, d in zip(made.frame["stage"], made.frame["on_date"], strict=True)], made


def parcel(*, stage=None, on=None, hold=None, since=None, steps=(), known=None):
    frame = pd.DataFrame({"parcel_no": ["P"]})
    stated = pd.DataFrame(
        {"stage": [stage], "stage_on": [on and day(on)], "hold_reason": [hold], "held_since": [since and day(since)]}
    )
    columns = {"parcel_no": "P", "kind": "stage"}
    dated = pd.DataFrame([columns | {"stage": s, "on_date": day(d)} for s, d in steps])
    made = parcel_events(frame, stated, dated, {"P": known} if known else {}, TODAY)
    rows = made.frame
    return [
        (k, s if isinstance(s, str) else h, d.date().isoformat())
        for k, s, h, d in zip(rows["kind"], rows["stage"], rows["hold_reason"], rows["on_date"], strict=True)
    ]


def test_real_dates_make_events_of_their_own():
    events, _ = project(stage="operating", on="2026-05-01", start="2025-03-01", finish="2026-04-01")
    assert events == [("started", "2025-03-01"), ("completed", "2026-04-01"), ("operating", "2026-05-01")]


def test_a_stage_that_the_dates_say_already_is_no_event():
    assert project(stage="started", start="2025-03-01")[0] == [("started", "2025-03-01")]
    assert project(start="2025-03-01")[0] == [("started", "2025-03-01")]


def test_a_stage_without_a_date_begins_with_the_latest_real_date_else_today():
    assert project(stage="building", start="2025-03-01")[0] == [("started", "2025-03-01"), ("building", "2025-03-01")]
    assert project(stage="signed")[0] == [("signed", "2026-07-31")]


def test_a_finish_before_the_stage_says_so_is_not_believed():
    assert project(stage="building", start="2025-03-01", finish="2026-04-01")[0][-1] == ("building", "2025-03-01")


def test_a_cancelled_project_may_have_started():
    events, _ = project(stage="cancelled", on="2026-01-01", start="2025-03-01")
    assert events == [("started", "2025-03-01"), ("cancelled", "2026-01-01")]


def test_what_the_store_knows_is_not_said_again():
    known = {"stage": "signed", "stage_on": date(2026, 1, 5)}
    assert project(stage="signed", known=known)[0] == []
    assert project(stage="signed", on="2026-01-05", known=known)[0] == []
    assert project(stage="signed", on="2026-02-05", known=known)[0] == [("signed", "2026-02-05")]
    assert project(stage="planned")[0] == []


def test_a_stage_that_contradicts_a_later_one_in_the_store_begins_today():
    known = {"stage": "operating", "stage_on": date(2026, 5, 1)}
    assert project(stage="building", start="2025-03-01", known=known)[0][-1] == ("building", "2026-07-31")


def test_days_that_are_still_to_come_are_left_out_and_told():
    events, made = project(stage="started", start="2026-12-01")
    assert events == []
    assert "1 events lie after today" in made.warnings[0].en


def test_dated_steps_of_a_parcel_are_its_events():
    steps = [("pre_notice", "2026-01-05"), ("survey", "2026-02-01")]
    assert parcel(steps=steps) == [("stage", s, d) for s, d in steps]
    assert parcel(stage="survey", steps=steps) == [("stage", s, d) for s, d in steps]


def test_a_stated_stage_of_a_parcel_begins_on_its_date_else_today():
    assert parcel(stage="cleared", on="2026-03-01") == [("stage", "cleared", "2026-03-01")]
    assert parcel(stage="cleared", steps=[("survey", "2026-02-01")])[-1] == ("stage", "cleared", "2026-07-31")
    assert parcel(stage="not_started") == []


def test_a_stated_stage_that_stands_already_is_no_event():
    known = {"stage": "cleared", "stage_on": date(2026, 3, 1)}
    assert parcel(stage="cleared", known=known) == []
    assert parcel(stage="cleared", on="2026-03-01", known=known) == []
    assert parcel(stage="supplied", known=known) == [("stage", "supplied", "2026-07-31")]


def test_a_hold_is_an_event_unless_it_stands():
    assert parcel(hold="dispute", since="2026-06-01") == [("hold", "dispute", "2026-06-01")]
    assert parcel(hold="dispute") == [("hold", "dispute", "2026-07-31")]
    known = {"stage": "survey", "hold_reason": "dispute", "held_since": date(2026, 6, 1)}
    assert parcel(hold="dispute", known=known) == []
    assert parcel(hold="lawsuit", known=known) == [("hold", "lawsuit", "2026-07-31")]


def test_a_step_that_lies_ahead_does_not_move_the_stage_that_rules_now():
    steps = [("approved", "2026-05-01"), ("cleared", "2027-03-01")]
    assert parcel(stage="approved", steps=steps) == [("stage", "approved", "2026-05-01")]
