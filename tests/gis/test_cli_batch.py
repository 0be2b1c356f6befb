"""``guatu batch``: the fixed forms."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis.cli import main
from gis.store import create_store, open_store
from tests.contract.batch_samples import NAME, fill, stages_of
from tests.contract.store_samples import CRS, OFFICER


@pytest.fixture
def county(tmp_path: Path) -> Path:
    db = tmp_path / "county.gpkg"
    store = create_store(db, name="示范县", crs=CRS, actor=OFFICER, data_on=date(2026, 6, 30), is_sample=True)
    fill(store, ready=("P0", "P1", "P2"))
    store.close()
    return db


def run(db: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--db", str(db), "batch", *words], catch_exceptions=False)


def test_a_batch_is_made_shown_submitted_approved_and_exported(county: Path, tmp_path: Path) -> None:
    made = run(county, "new", NAME, "--parcels", "P0,P1")
    assert made.exit_code == 0
    assert "2 块地" in made.output
    shown = run(county, "show", NAME)
    for said in (
        "2 块地，投影面积 30.00 亩",
        "农用地·耕地 · 集体",
        "省级人民政府",
        "未入库，未比对",
        "✓ 程序：征收预公告",
    ):
        assert said in shown.output
    assert json.loads(run(county, "show", NAME, "--json").stdout)["total"]["parcels"] == 2
    assert run(county, "submit", NAME, "--date", "2026-04-20").exit_code == 0
    done = run(county, "approve", NAME, "--document", "晋政地字〔2026〕1号", "--date", "2026-06-01")
    assert (done.exit_code, "2 块地" in done.output) == (0, True)
    with closing(open_store(str(county))) as store:
        assert [stages_of(store)[number] for number in ("P0", "P1", "P2")] == ["approved", "approved", "agreement"]
    out = tmp_path / "包.zip"
    assert run(county, "export", NAME, "--out", str(out), "--encoding", "UTF-8").exit_code == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.read(f"{NAME}-地块.cpg") == b"UTF-8"


@pytest.mark.parametrize(
    "text", ["P0\nP1\n", "\ufeffP0,P1", "P0，P1\r\n\r\n", " P1 \n P0 "], ids=["lines", "bom", "full-width", "blanks"]
)
def test_parcels_may_stand_in_a_file(county: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "地块.txt"
    file.write_text(text, encoding="utf-8")
    made = run(
        county, "new", NAME, "--parcels", str(file), "--kind", "single_site", "--year", "2025", "--purpose", "工业"
    )
    assert made.exit_code == 0
    batch = json.loads(run(county, "show", NAME, "--json").stdout)["batch"]
    assert (batch["kind"], batch["year"], batch["purpose"]) == ("single_site", 2025, "工业")


def test_a_file_of_a_bureau_in_gbk_is_read_too(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "地块.txt"
    file.write_bytes("P0，P1".encode("gbk"))
    assert run(county, "new", NAME, "--parcels", str(file)).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "二批", "--parcels", "P0,nowhere"), "没有 1 块地"),
        (("new", "甲/乙", "--parcels", "P0"), "批次名称无效"),
        (("show", "没有"), "没有批次"),
        (("approve", NAME, "--document", "1", "--date", "2026-06-01"), "不合规定"),
        (("export", NAME, "--out", "x.rar"), ".zip"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_why(county: Path, words: tuple[str, ...], said: str) -> None:
    run(county, "new", NAME, "--parcels", "P0,P1,P3")
    refused = run(county, *words)
    assert refused.exit_code == 2
    assert said in refused.output


def test_a_broken_rule_needs_its_reason(county: Path) -> None:
    run(county, "new", NAME, "--parcels", "P0,P3")
    refused = run(county, "submit", NAME, "--date", "2026-04-20")
    assert refused.exit_code == 2
    assert "P3" in refused.output
    done = run(county, "submit", NAME, "--date", "2026-04-20", "--override", "专班会议纪要")
    assert (done.exit_code, "越规 1 处" in done.output) == (0, True)
