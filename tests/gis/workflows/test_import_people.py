"""Lists of households and buildings come from spreadsheets, and leave no trace of anybody but in their own ledgers."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from gis.cli import main
from gis.model import LOCAL_ACTOR
from gis.store import open_store
from gis.store.port import Store
from gis.workflows.import_choices import KINDS as OFFERED
from gis.workflows.import_file import PRIVATE_KINDS, import_file
from tests.webapp.conftest import make_county

HEADS = ("地块编号", "户号", "姓名", "身份证号", "电话", "人数", "征收面积（亩）", "应付补偿款（元）", "签约日期")


@pytest.fixture
def county(tmp_path: Path) -> Path:
    path = tmp_path / "county.gpkg"
    make_county(path).close()
    return path


def sheet(folder: Path, *rows: tuple[object, ...], heads: tuple[str, ...] = HEADS) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (heads, *rows):
        page.append(row)
    book.save(folder / "清单.xlsx")
    return folder / "清单.xlsx"


def household(store: Store) -> list[dict[str, object]]:
    return store.read("household").to_dict("records")  # type: ignore[return-value]


def test_a_list_of_households_is_read_with_its_own_units(county, tmp_path):
    file = sheet(tmp_path, ("1", "1", "张三", "140781198001011234", "13812341234", 4, 1.5, 125_000, "2026-05-01"))
    store = open_store(county)
    report = import_file(store, LOCAL_ACTOR, "households", file)
    (row,) = household(store)
    again = import_file(store, LOCAL_ACTOR, "households", file)
    store.close()
    assert (report.stored, report.refused_rows, again.unchanged) == (1, 0, 1)
    assert (row["head"], row["id_no"], row["people"], row["due_wan"]) == ("张三", "140781198001011234", 4, 12.5)
    assert row["area_m2"] == pytest.approx(1000)


@pytest.mark.parametrize("cut", [140781198001011234, 1.4078119800101e17, "1.40781E+17"])
def test_an_identity_number_that_the_spreadsheet_cut_is_refused(county, tmp_path, cut):
    store = open_store(county)
    report = import_file(store, LOCAL_ACTOR, "households", sheet(tmp_path, ("1", "1", "张三", cut)))
    assert household(store) == []
    store.close()
    assert [(refusal.place.column, refusal.place.row) for refusal in report.refused] == [("身份证号", 2)]


def test_a_phone_kept_as_a_number_is_whole(county, tmp_path):
    store = open_store(county)
    import_file(store, LOCAL_ACTOR, "households", sheet(tmp_path, ("1", "1", "张三", None, 13812341234)))
    assert household(store)[0]["phone"] == "13812341234"
    store.close()


def test_the_log_of_imports_names_nobody(county, tmp_path):
    rows = [("1", "1", "张三", "140781198001011234"), ("1", "2", "李四", 140781198001011235), ("无", "3", "王五", "1")]
    store = open_store(county)
    report = import_file(store, LOCAL_ACTOR, "households", sheet(tmp_path, *rows))
    log = str(store.read("import_log").to_dict("records"))
    store.close()
    assert (report.stored, report.refused_rows) == (1, 2)
    assert "household" in log
    assert not any(told in log for told in ("张三", "李四", "王五", "14078119800101"))


def test_the_import_desk_does_not_offer_what_planners_may_not_see():
    assert set(PRIVATE_KINDS).isdisjoint(OFFERED)


def test_entries_of_the_account_come_from_a_list_deposits_and_payments(county, tmp_path):
    heads = ("流水号", "项目代码", "日期", "金额（元）")
    file = sheet(tmp_path, ("1", "A", "2026-05-06", 1_000_000), ("2", "A", "2026-05-07", -250_000), heads=heads)
    store = open_store(county)
    import_file(store, LOCAL_ACTOR, "entries", file)
    assert store.read("account_entry")["amount_wan"].tolist() == [100.0, -25.0]
    store.close()


def test_the_command_line_takes_a_list_of_buildings(county, tmp_path):
    file = sheet(tmp_path, ("1", "1", "张三", 120), heads=("地块编号", "房屋编号", "产权人", "建筑面积（平方米）"))
    done = CliRunner().invoke(main, ["--db", str(county), "import", "buildings", str(file)])
    assert done.exit_code == 0
    store = open_store(county)
    assert store.read("building")["floor_area_m2"].tolist() == [120.0]
    store.close()
