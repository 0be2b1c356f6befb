"""
``guatu parcel``: the fixed forms.

Two collective parcels, P0 noticed on 2026-02-09 (10 working days end on 2026-02-28) and P1 with nothing yet; project X1
stands on both.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from gis.cli import main
from gis.store import create_store
from tests.contract.store_samples import CRS, OFFICER, append, parcels, put, square, stages


def run(db: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--db", str(db), "parcel", *words], catch_exceptions=False)


@pytest.fixture
def county(tmp_path: Path) -> Path:
    db = tmp_path / "county.gpkg"
    store = create_store(db, name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    put(store, "parcel", parcels(2, owner_kind=["collective"] * 2))
    land = square(0).union(square(1))
    project = {"code": ["X1"], "name": ["示例厂房"], "planned_start_on": [pd.Timestamp("2026-09-01")]}
    put(store, "project", gpd.GeoDataFrame(project, geometry=[land], crs=CRS))
    append(store, "parcel_event", stages("P0", ("pre_notice", "2026-02-09"), ("survey", "2026-02-12")))
    store.close()
    return db


def shown(db: Path, number: str = "P0") -> dict[str, object]:
    answer: dict[str, object] = json.loads(run(db, "show", number, "--json").stdout)
    return answer


def test_a_step_before_its_time_ends_with_2_and_the_rule(county: Path) -> None:
    refused = run(county, "event", "P0", "plan_notice", "--date", "2026-02-27")
    assert refused.exit_code == 2
    for said in ("土地管理法实施条例 26", "最早 2026-03-01", "2026-02-27（8/10）", "--override"):
        assert said in refused.output
    assert shown(county)["next"]["legal_on"] == "2026-06-30"  # type: ignore[index]  # allowed for long


@pytest.mark.parametrize("stage", ["plan_notice", "补偿安置方案公告"])
def test_a_step_in_time_is_recorded_by_its_code_or_its_name(county: Path, stage: str) -> None:
    done = run(county, "event", "P0", stage, "--date", "2026-03-02", "--document", "示征告〔2026〕2号")
    assert done.exit_code == 0, done.output
    assert "已登记" in done.output
    answer = shown(county)
    step = next(s for s in answer["steps"] if s["stage"] == "plan_notice")  # type: ignore[attr-defined]
    assert (step["done_on"], step["document"]) == ("2026-03-02", "示征告〔2026〕2号")


def test_a_rule_may_be_broken_for_a_reason_that_stays(county: Path) -> None:
    done = run(county, "event", "P0", "plan_notice", "--date", "2026-02-27", "--override", "防汛抢险")
    assert done.exit_code == 0
    assert "越规" in done.output
    step = next(s for s in shown(county)["steps"] if s["stage"] == "plan_notice")  # type: ignore[attr-defined]
    assert step["override_reason"] == "防汛抢险"
    assert "防汛抢险" in run(county, "show", "P0").output


def test_no_reason_helps_with_a_step_that_is_left_out_in_the_future(county: Path) -> None:
    refused = run(county, "event", "P1", "agreement", "--date", "2199-01-01", "--override", "领导同意")
    assert refused.exit_code == 2
    assert "--override" not in refused.output


def test_funds_and_who_approved_are_told_by_the_same_command(county: Path) -> None:
    steps = (
        ("plan_notice", "2026-03-02"),
        ("agreement", "2026-04-02"),
        ("submitted", "2026-04-20"),
        ("funds", "2026-04-25"),
    )
    for stage, on in steps:
        assert run(county, "event", "P0", stage, "--date", on).exit_code == 0
    words = (
        "event",
        "P0",
        "approved",
        "--date",
        "2026-06-01",
        "--authority",
        "province",
        "--document",
        "示政地〔2026〕1号",
    )
    assert run(county, *words).exit_code == 0
    answer = shown(county)
    assert answer["funds"]["on"] == "2026-04-25"  # type: ignore[index]
    # 15 working days from Monday 2026-06-01: the Dragon Boat holiday is 19 June.
    assert answer["announcement"]["due_on"] == "2026-06-23"  # type: ignore[index]
    assert "2026-06-23（已逾期）" in run(county, "show", "P0").output
    assert run(county, "event", "P0", "announced", "--date", "2026-06-10").exit_code == 0
    assert shown(county)["announcement"] is None


def test_a_parcel_is_shown_with_its_steps_its_next_day_and_whom_it_blocks(county: Path) -> None:
    text = run(county, "show", "P0").output
    for said in ("P0", "现状调查与稳评", "10个工作日（2026-02-09 → 2026-02-28）", "X1 示例厂房", "下一步"):
        assert said in text
    answer = shown(county)
    wait = next(s for s in answer["steps"] if s["stage"] == "plan_notice")["waits"]  # type: ignore[attr-defined]
    assert [(w["began"], w["last_on"], w["first_on"]) for w in wait] == [("2026-02-09", "2026-02-28", "2026-03-01")]
    assert [block["code"] for block in answer["blocks"]] == ["X1"]  # type: ignore[attr-defined]
    assert [near["parcel_no"] for near in answer["neighbours"]] == ["P0", "P1"]  # type: ignore[attr-defined]
    assert answer["neighbours"][1]["common_m"] >= 100  # type: ignore[index]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("event", "NO", "pre_notice", "--date", "2026-03-02"), "NO"),
        (("event", "P1", "拆迁", "--date", "2026-03-02"), "补偿资金足额到位(funds)"),
        (("event", "P1", "未启动", "--date", "2026-03-02"), "pre_notice"),
        (("event", "P1", "pre_notice", "--date", "2026-13-02"), "YYYY-MM-DD"),
        (("event", "P1", "pre_notice"), "--date"),
        (("show", "NO"), "NO"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_a_sentence(county: Path, words: tuple[str, ...], said: str) -> None:
    refused = run(county, *words)
    assert refused.exit_code == 2
    assert said in refused.output
