"""``guatu tour``: a file of wishes becomes a plan, in words or as JSON; what is wrong is said with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gis.cli import main
from tests.webapp.conftest import make_county

DAY = '[[days]]\ndate = 2026-12-08\nfrom = "08:30"\nuntil = "{until}"\nstart = "town:T1"\nend = "town:T1"\n'


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tour") / "county.gpkg"
    make_county(path).close()
    return path


@pytest.fixture
def plan(county: Path, tmp_path: Path) -> Callable[..., Result]:
    def run(text: str, *more: str) -> Result:
        (tmp_path / "spec.toml").write_text(text, encoding="utf-8")
        arguments = ["--db", str(county), "tour", "plan", str(tmp_path / "spec.toml"), "--seconds", "0.3", *more]
        return CliRunner().invoke(main, arguments)

    return run


def wishes(until: str = "12:00", more: str = "") -> str:
    values = "".join(f'[[sites]]\ncode = "{code}"\nvalue = 5\n{more}' for code in "AB")
    return 'title = "观摩"\n' + DAY.format(until=until) + values


def test_a_plan_is_printed_with_its_times(plan: Callable[..., Result]) -> None:
    told = plan(wishes())
    assert told.exit_code == 0
    assert "没有路网：车程为估算" in told.stdout
    assert "2026-12-08  1 号车" in told.stdout
    assert "共 2 个点" in told.stdout
    assert "示例谋划：项目未落图，没有位置" in told.stdout


def test_json_has_the_form_that_programs_count_on(plan: Callable[..., Result]) -> None:
    told: dict[str, Any] = json.loads(plan(wishes(), "--json").stdout)
    assert {"value", "minutes", "feasible", "days", "left_out", "bounds"} <= set(told)
    (day,) = told["days"]
    assert {"date", "coach", "stops"} <= set(day)
    assert {"code", "arrive", "leave", "drive_min", "visit_min", "town", "value"} <= set(day["stops"][0])
    assert {stop["code"] for stop in day["stops"]} == {"A", "B"}
    assert told["value"] == 10.0
    assert {"code", "why"} <= set(told["left_out"][0])


def test_what_cannot_be_met_is_said_and_ends_with_1(plan: Callable[..., Result]) -> None:
    told = plan(wishes(until="08:45", more="must = true\n"))
    assert told.exit_code == 1
    assert "不符：" in told.stdout


def test_what_is_left_out_says_what_it_would_take(plan: Callable[..., Result]) -> None:
    told: dict[str, Any] = json.loads(plan(wishes(until="09:10"), "--json").stdout)
    left = {each["code"]: each for each in told["left_out"]}
    seen = told["days"][0]["stops"][0]["code"]
    (other,) = {"A", "B"} - {seen}
    # 40 minutes hold one stay of 23.
    assert left[other]["over_min"] > 0
    assert left[other]["instead_of"] == [seen]
    assert "再看它要超" in left[other]["why"]["zh"]


def test_a_plan_is_kept_under_a_number(plan: Callable[..., Result]) -> None:
    assert "已保存为方案 T1-1" in plan(wishes(), "--save").stdout
    assert json.loads(plan(wishes(), "--save", "--json").stdout)["plan_no"] == "T2-1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "不是可读的 TOML 文件"),
        ('title = "x"', "days"),
        (wishes(until="08:30"), "days[1].until"),
        (wishes(more='open = ["11:00-09:00"]\n'), "sites[1].open"),
        (wishes().replace("town:T1", "town:T9"), "town:T9"),
    ],
)
def test_a_wrong_file_ends_with_2_and_its_place(plan: Callable[..., Result], text: str, said: str) -> None:
    told = plan(text)
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.output


def test_a_file_that_is_not_there_is_said_so(county: Path) -> None:
    told = CliRunner().invoke(main, ["--db", str(county), "tour", "plan", "nowhere.toml"])
    assert (told.exit_code, "找不到文件" in told.stderr) == (2, True)


def test_a_kept_plan_s_files_are_written(county: Path, plan: Callable[..., Result], tmp_path: Path) -> None:
    number = json.loads(plan(wishes(), "--save", "--json").stdout)["plan_no"]
    out = tmp_path / "files"
    run = ["--db", str(county), "tour", "export", number, "--out", str(out), "--kind", "gpx", "--kind", "ics"]
    told = CliRunner().invoke(main, run)
    assert told.exit_code == 0
    names = [f"观摩_{number}.gpx", f"观摩_{number}.ics"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert told.stdout.splitlines() == [f"已写出 {out / name}" for name in names]
    assert CliRunner().invoke(main, [*run, "--public"]).exit_code == 0
    assert (out / f"观摩_{number}_公开版.gpx").exists()


def test_files_of_a_plan_that_is_not_there_are_not_written(county: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["--db", str(county), "tour", "export", "T99-1", "--out", str(tmp_path / "files")])
    assert told.exit_code != 0
    assert not (tmp_path / "files").exists()


def test_the_command_line_offers_what_the_workflow_writes() -> None:
    from gis.cli_tour import EXPORTED
    from gis.workflows.export_tour import KINDS

    assert EXPORTED == KINDS
