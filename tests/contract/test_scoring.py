"""Scoring a tour on every store: opened once, one ballot a code, locked at its close; nothing says who."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openpyxl
import pandas as pd
import pytest

from gis.analysis.scores import Criterion, Trim
from gis.errors import GuatuError, InvalidParameter, NotAllowed, NotFound
from gis.model import ALL
from gis.store.port import Store
from gis.workflows.cast_ballot import WrongCode, cast_ballot, sheet_for_code
from gis.workflows.scoring import WantedSheet, close_scoring, count_ballots, open_scoring, withdraw_scoring
from gis.workflows.show_scores import export_scores, show_result, show_scoring
from gis.workflows.tour_book import read_tour, withdraw_tour
from tests.contract.store_samples import OFFICER, VIEWER
from tests.contract.tour_samples import PLAN, PLANNER, SITES, TOUR, keep_tour

CRITERIA = (Criterion("形象进度", 3, 100), Criterion("现场管理", 1, 20))
SHEET = WantedSheet(CRITERIA)
GOOD, FAIR = {"X1": [100, 20]}, {"X1": [80, 10], "X3": [60, 20]}

_CASTS = """
import json, sys
from gis.errors import GuatuError
from gis.store import open_store
from gis.workflows.cast_ballot import cast_ballot
store, tour, code, mark = open_store(sys.argv[1], busy_seconds=60), sys.argv[2], sys.argv[3], float(sys.argv[4])
print("ready", flush=True)
sys.stdin.readline()
try:
    print(json.dumps(cast_ballot(store, tour, code, {"X1": [mark, 20]}, receipt=sys.argv[4])))
except GuatuError as refused:
    print(json.dumps(refused.as_dict()))
store.close()
"""


@pytest.fixture
def opened(store: Store) -> tuple[str, ...]:
    """A scoring with five codes."""
    keep_tour(store)
    return open_scoring(store, PLANNER, TOUR, PLAN, SHEET, codes=5)


def ballots(store: Store) -> int:
    return int(count_ballots(store, TOUR)["ballots"])


def everything(store: Store, layer: str) -> str:
    """All that a layer's rows say, as text."""
    return json.dumps(store.read(layer, ALL).astype(str).to_dict("records"), ensure_ascii=False)


def test_the_codes_are_told_once_and_kept_as_digests_alone(store: Store, opened: tuple[str, ...]) -> None:
    assert len(set(opened)) == 5
    assert all(len(code) == 14 and set("01ILO").isdisjoint(code) for code in opened)
    kept = everything(store, "scoring")
    assert not any(code in kept or code.replace("-", "") in kept for code in opened)
    digests = store.read("scoring")["codes"].iloc[0]["digests"]
    assert digests == sorted(digests)
    assert {len(digest) for digest in digests} == {64}


def test_two_scorings_make_other_digests(store: Store, opened: tuple[str, ...]) -> None:
    keep_tour(store, tour_no="T2", plan_no="T2-1")
    open_scoring(store, PLANNER, "T2", "T2-1", SHEET, codes=5)
    salts = [row["salt"] for row in store.read("scoring")["codes"]]
    assert len(set(salts)) == 2


def test_the_sheet_shows_the_sites_in_the_order_of_their_visits(store: Store, opened: tuple[str, ...]) -> None:
    told = sheet_for_code(store, TOUR, opened[0])
    assert [(s["code"], s["name"], s["town_name"]) for s in told["sites"]] == [(c, n, t) for c, n, _, t in SITES]
    assert told["criteria"][0] == {"name": "形象进度", "weight": 3, "most": 100}
    assert told.keys() == {"criteria", "sites"}


def test_a_code_may_be_typed_in_small_letters_and_without_strokes(store: Store, opened: tuple[str, ...]) -> None:
    assert cast_ballot(store, TOUR, f" {opened[0].lower().replace('-', ' ')} ", GOOD) == {"projects": 1}


def test_a_code_counts_once(store: Store, opened: tuple[str, ...]) -> None:
    assert cast_ballot(store, TOUR, opened[0], GOOD) == {"projects": 1}
    for _ in range(2):
        with pytest.raises(InvalidParameter, match="used"):
            cast_ballot(store, TOUR, opened[0], GOOD)
    with pytest.raises(InvalidParameter, match="used"):
        sheet_for_code(store, TOUR, opened[0])
    assert (ballots(store), store.count("ballot")) == (1, 1)


def test_a_ballot_whose_answer_was_lost_is_sent_again_and_counts_once(store: Store, opened: tuple[str, ...]) -> None:
    assert cast_ballot(store, TOUR, opened[0], GOOD, receipt="r1") == {"projects": 1}
    assert cast_ballot(store, TOUR, opened[0], GOOD, receipt="r1") == {"projects": 1}
    for marks, receipt in ((FAIR, "r1"), (GOOD, "r2"), (GOOD, "")):
        with pytest.raises(InvalidParameter):
            cast_ballot(store, TOUR, opened[0], marks, receipt=receipt)
    close_scoring(store, PLANNER, TOUR)
    assert cast_ballot(store, TOUR, opened[0], GOOD, receipt="r1") == {"projects": 1}
    assert store.count("ballot") == 1


@pytest.mark.parametrize("code", ["", "ABCD-EFGH-JKMN", "0000-0000-0000", "A", "字" * 12, "A" * 500])
def test_a_wrong_code_opens_nothing_and_does_not_tell_why(store: Store, opened: tuple[str, ...], code: str) -> None:
    told = []
    for tour_no in (TOUR, "T9"):
        with pytest.raises(WrongCode) as refused:
            sheet_for_code(store, tour_no, code)
        with pytest.raises(WrongCode):
            cast_ballot(store, tour_no, code, GOOD)
        told.append(refused.value.as_dict())
    assert told[0] == told[1]
    assert ballots(store) == 0


def test_a_code_of_another_tour_is_wrong(store: Store, opened: tuple[str, ...]) -> None:
    keep_tour(store, tour_no="T2", plan_no="T2-1")
    (other,) = open_scoring(store, PLANNER, "T2", "T2-1", SHEET, codes=1)
    with pytest.raises(WrongCode):
        cast_ballot(store, TOUR, other, GOOD)


@pytest.mark.parametrize("marks", [{}, {"X9": [1, 1]}, {"X1": [1]}, {"X1": [101, 1]}, {"X1": [50, 20.5]}])
def test_marks_that_do_not_fit_leave_the_code_unused(store: Store, opened: tuple[str, ...], marks: Any) -> None:
    with pytest.raises(InvalidParameter):
        cast_ballot(store, TOUR, opened[0], marks)
    assert cast_ballot(store, TOUR, opened[0], GOOD) == {"projects": 1}


def test_nothing_of_a_ballot_says_who(store: Store, opened: tuple[str, ...]) -> None:
    for code in opened[:3]:
        cast_ballot(store, TOUR, code, GOOD, receipt="secret-of-the-phone")
    rows = store.read("ballot")
    assert set(rows["recorded_by"]) == {"评分人"}
    assert set(rows.columns) - {"recorded_at", "recorded_by", "recorded_role", "recorded_jurisdiction"} == {
        *("tour_no", "code_digest", "marks", "withdrawn")
    }
    assert "secret" not in everything(store, "ballot")
    assert rows["code_digest"].tolist() == sorted(rows["code_digest"])


def test_while_it_is_open_only_the_count_is_told(store: Store, opened: tuple[str, ...]) -> None:
    cast_ballot(store, TOUR, opened[0], FAIR)
    assert count_ballots(store, TOUR) == {"tour_no": TOUR, "state": "open", "ballots": 1, "codes": 5}
    told = show_scoring(store, TOUR)
    assert (told["result"], told["ballots"], told["codes"]) == (None, 1, 5)
    for tell in (show_result, export_scores):
        with pytest.raises(InvalidParameter):
            tell(store, TOUR)


def test_a_closed_scoring_takes_nothing_more_and_is_not_opened_again(store: Store, opened: tuple[str, ...]) -> None:
    cast_ballot(store, TOUR, opened[0], GOOD)
    assert close_scoring(store, PLANNER, TOUR) == {"tour_no": TOUR, "state": "closed", "ballots": 1}
    with pytest.raises(InvalidParameter, match="over"):
        cast_ballot(store, TOUR, opened[1], GOOD)
    for again in (
        lambda: close_scoring(store, PLANNER, TOUR),
        lambda: open_scoring(store, PLANNER, TOUR, PLAN, SHEET, codes=1),
        lambda: withdraw_scoring(store, PLANNER, TOUR, "重来"),
    ):
        with pytest.raises(InvalidParameter):
            again()
    assert ballots(store) == 1


def test_the_result_is_that_of_the_ballots(store: Store, opened: tuple[str, ...]) -> None:
    for code, marks in zip(opened, (GOOD, FAIR, {"X1": [0, 0]}), strict=False):
        cast_ballot(store, TOUR, code, marks)
    close_scoring(store, PLANNER, TOUR)
    told = show_result(store, TOUR)
    # X1: 100, 72.5 and 0; X3: (3 × 0.6 + 1) / 4 = 70.
    assert [(p["code"], p["score"], p["ballots"], p["rank"]) for p in told["projects"]] == [
        *(("X3", 70.0, 1, 1), ("X1", 57.5, 3, 2), ("X2", None, 0, None), ("X4", None, 0, None))
    ]
    assert [(t["name"], t["score"], t["rank"]) for t in told["towns"]] == [("张兰镇", 70.0, 1), ("义安镇", 57.5, 2)]
    assert show_scoring(store, TOUR)["result"] == told


def test_the_highest_and_the_lowest_fall_away_where_the_sheet_says_so(store: Store) -> None:
    keep_tour(store)
    codes = open_scoring(store, PLANNER, TOUR, PLAN, WantedSheet((Criterion("综合"),), Trim(1)), codes=4)
    for code, mark in zip(codes, (0, 60, 70, 100), strict=True):
        cast_ballot(store, TOUR, code, {"X1": [mark]})
    close_scoring(store, PLANNER, TOUR)
    best = show_result(store, TOUR)["projects"][0]
    assert (best["score"], best["mean"], best["counted"]) == (65.0, 57.5, 2)


def test_the_workbook_has_the_projects_the_towns_and_how_it_was_worked_out(
    store: Store, opened: tuple[str, ...], tmp_path: Any
) -> None:
    cast_ballot(store, TOUR, opened[0], FAIR)
    close_scoring(store, PLANNER, TOUR)
    file = tmp_path / "scores.xlsx"
    file.write_bytes(export_scores(store, TOUR))
    book = openpyxl.load_workbook(file)
    projects, towns, notes = (book[name] for name in ("项目得分", "乡镇排名", "说明"))
    assert [cell.value for cell in projects[2]][:6] == [1, "示例工厂", "X1", "义安镇", 72.5, 72.5]
    assert [cell.value for cell in projects[2]][-2:] == [80, 10]
    assert [row[0].value for row in projects.iter_rows(min_row=2)] == [1, 2, None, None]
    assert [cell.value for cell in towns[2]] == [1, "义安镇", 72.5, 1]
    said = {row[0].value: row[1].value for row in notes.iter_rows()}
    assert "1（发出评分码 5 个）" in said["收到票数"]
    assert "评分人" not in json.dumps(said, ensure_ascii=False)


def test_only_planners_and_administrators_hold_a_scoring(store: Store, opened: tuple[str, ...]) -> None:
    for actor in (OFFICER, VIEWER):
        for forbidden in (
            lambda actor=actor: open_scoring(store, actor, TOUR, PLAN, SHEET, codes=1),
            lambda actor=actor: close_scoring(store, actor, TOUR),
            lambda actor=actor: withdraw_scoring(store, actor, TOUR, "重来"),
        ):
            with pytest.raises(NotAllowed):
                forbidden()


def test_a_scoring_is_not_opened_twice_nor_of_a_plan_that_is_not_there(store: Store, opened: tuple[str, ...]) -> None:
    with pytest.raises(InvalidParameter):
        open_scoring(store, PLANNER, TOUR, PLAN, SHEET, codes=1)
    keep_tour(store, tour_no="T2", plan_no="T2-1")
    for plan_no in ("T2-9", PLAN):
        with pytest.raises(NotFound):
            open_scoring(store, PLANNER, "T2", plan_no, SHEET, codes=1)
    for codes in (0, 301):
        with pytest.raises(InvalidParameter):
            open_scoring(store, PLANNER, "T2", "T2-1", SHEET, codes=codes)
    with pytest.raises(NotFound):
        close_scoring(store, PLANNER, "T2")
    assert show_scoring(store, "T2")["state"] is None


def test_a_withdrawn_scoring_makes_room_for_another_and_its_ballots_do_not_count(
    store: Store, opened: tuple[str, ...]
) -> None:
    cast_ballot(store, TOUR, opened[0], GOOD)
    assert withdraw_scoring(store, PLANNER, TOUR, "评分码打印后丢失") == {"tour_no": TOUR, "ballots": 1}
    with pytest.raises(WrongCode):
        cast_ballot(store, TOUR, opened[1], GOOD)
    codes = open_scoring(store, PLANNER, TOUR, PLAN, SHEET, codes=2)
    assert count_ballots(store, TOUR) == {"tour_no": TOUR, "state": "open", "ballots": 0, "codes": 2}
    cast_ballot(store, TOUR, codes[0], FAIR)
    close_scoring(store, PLANNER, TOUR)
    assert show_result(store, TOUR)["projects"][0]["score"] == 72.5


def test_of_two_uses_of_a_code_at_once_one_is_a_ballot(where: str, store: Store, opened: tuple[str, ...]) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _CASTS, where, TOUR, opened[0], mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mark in ("40", "90")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [json.loads(writer.communicate()[0]) for writer in writers]
    assert sorted("projects" in answer for answer in told) == [False, True]
    assert next(answer["column"] for answer in told if "projects" not in answer) == "code"
    close_scoring(store, PLANNER, TOUR)
    (best, *_) = show_result(store, TOUR)["projects"]
    assert (best["ballots"], best["marks"][0]) == (1, 40.0 if "projects" in told[0] else 90.0)


def test_ballots_of_many_phones_at_once_are_all_counted(store: Store, opened: tuple[str, ...]) -> None:
    def cast(code: str) -> bool:
        try:
            cast_ballot(store, TOUR, code, GOOD)
        except GuatuError:
            return False
        return True

    with ThreadPoolExecutor(8) as phones:
        done = list(phones.map(cast, [code for code in opened for _ in range(3)]))
    assert sum(done) == 5
    assert (ballots(store), store.count("ballot")) == (5, 5)


def test_a_row_that_somebody_put_in_by_hand_counts_for_nothing(store: Store, opened: tuple[str, ...]) -> None:
    row = {"tour_no": TOUR, "code_digest": "f" * 64, "marks": {"marks": {"X1": [100, 20]}, "receipt": ""}}
    with store.writing(PLANNER) as writer:
        writer.append("ballot", pd.DataFrame({name: pd.Series([v], dtype="object") for name, v in row.items()}))
    assert ballots(store) == 0


def test_a_tour_is_not_withdrawn_while_its_scoring_is_open(store: Store, opened: tuple[str, ...]) -> None:
    seen = read_tour(store, TOUR).recorded_at
    with pytest.raises(InvalidParameter) as refused:
        withdraw_tour(store, PLANNER, TOUR, reason="改期", seen=seen)
    assert refused.value.found == "open"
    close_scoring(store, PLANNER, TOUR)
    withdraw_tour(store, PLANNER, TOUR, reason="改期", seen=seen)
