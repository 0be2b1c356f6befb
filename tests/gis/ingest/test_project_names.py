"""Ledgers with names and no codes."""

import pandas as pd
import pytest

from gis.ingest.mapping import Mapping
from gis.ingest.project_names import with_project_codes
from gis.ingest.table import RawTable, SourceFile
from gis.layers import MILESTONE, PARCEL, PROGRESS_REPORT

STORED = [("P1", "甲项目"), ("P2", "乙（一期）"), ("P3", "同名"), ("P4", "同名"), ("P5", None)]


def ledger(*names, header="项目名称", **columns):
    frame = pd.DataFrame({"序号": range(len(names)), header: list(names), "3月累计": 1.0, **columns}, dtype=object)
    return RawTable(SourceFile("a.xlsx", 1, "0"), "xlsx", frame, tuple(range(4, 4 + len(names))))


def test_a_name_that_one_project_bears_becomes_its_code_whatever_its_blanks_and_brackets():
    made = with_project_codes(ledger("甲 项目", "乙(一期)"), PROGRESS_REPORT, None, STORED)
    assert list(made.frame.columns) == ["序号", "项目代码", "3月累计"]
    assert made.frame["项目代码"].tolist() == ["P1", "P2"]
    assert (made.rows, made.refused) == ((4, 5), ())
    assert [w.en for w in made.warnings] == ["no column of project codes: projects were found by their names"]


def test_unknown_blank_and_ambiguous_names_refuse_their_rows_and_keep_the_others():
    made = with_project_codes(ledger("同名", "没有的", None, "甲项目"), PROGRESS_REPORT, None, STORED)
    assert made.frame["项目代码"].tolist() == ["P1"]
    assert made.rows == (7,)
    assert [(r.place.row, r.place.column, r.found) for r in made.refused] == [
        (4, "项目名称", "同名"),
        (5, "项目名称", "没有的"),
        (6, "项目名称", ""),
    ]
    assert "P3、P4" in made.refused[0].expected.zh


@pytest.mark.parametrize("mapping", [Mapping(constants={"project_code": "P1"}), Mapping(compose={"project_code": "x"})])
def test_a_mapping_that_gives_codes_is_left_to_do_so(mapping):
    raw = ledger("甲项目")
    assert with_project_codes(raw, PROGRESS_REPORT, mapping, STORED) is raw


def test_a_file_with_codes_is_left_alone():
    raw = ledger("甲项目", 项目代码=["P2"])
    assert with_project_codes(raw, PROGRESS_REPORT, None, STORED) is raw


def test_a_layer_that_belongs_to_no_project_is_left_alone():
    raw = ledger("甲项目")
    assert with_project_codes(raw, PARCEL, None, STORED) is raw


def test_a_milestones_own_name_is_not_taken_for_the_projects():
    raw = ledger("主体封顶", header="节点名称")
    assert with_project_codes(raw, MILESTONE, None, STORED) is raw
