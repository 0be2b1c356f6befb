"""What a user puts right is put right in the table; the file's own bytes are not touched."""

import numpy as np
import pandas as pd
import pytest

from gis.errors import InvalidParameter
from gis.ingest.cells import read_number
from gis.ingest.fixes import with_area_units, with_edits, with_land_classes, without_rows
from gis.ingest.table import CheckedTable, RawTable, SourceFile
from gis.layers import LAYERS
from gis.rules.land_classes import scheme_of

SOURCE = SourceFile("a.csv", 1, "")


def raw(**columns):
    frame = pd.DataFrame(columns)
    return RawTable(SOURCE, "csv", frame, tuple(range(2, len(frame) + 2)))


def checked(codes, **more):
    frame = pd.DataFrame({"parcel_no": [f"P{n}" for n in range(len(codes))], "land_class_code": codes, **more})
    frame = frame.astype(dict.fromkeys(frame.columns, "str"))
    return CheckedTable("parcel", SOURCE, frame, tuple(range(2, len(codes) + 2)), len(codes), None)


def test_a_cell_is_replaced_by_row_and_header():
    before = raw(编号=["a", "b"], 户数=pd.array([1, 2], dtype="Int64"))
    after = with_edits(before, {3: {"户数": "两"}})
    assert after.frame["户数"].tolist() == [1, "两"]
    assert before.frame["户数"].tolist() == [1, 2]


def test_an_empty_text_makes_a_cell_blank():
    assert with_edits(raw(编号=["a"], 备注=["x"]), {2: {"备注": ""}}).frame["备注"].tolist() == [None]


@pytest.mark.parametrize("edits", [{9: {"编号": "x"}}, {2: {"没有": "x"}}])
def test_a_cell_that_is_not_there_is_named(edits):
    with pytest.raises(InvalidParameter, match="no such cell"):
        with_edits(raw(编号=["a"]), edits)


@pytest.mark.parametrize(
    ("cell", "made"),
    [("0.7655公顷", "0.7655m2"), ("7655", "7655m2"), (7655.5, "7655.5m2"), ("1,234.5 亩", "1234.5m2"), (None, None),
     ("１２．５", "12.5m2"), ("约五亩", "约五亩")],
)  # fmt: skip
def test_numbers_of_a_column_are_in_the_unit_that_the_user_says(cell, made):
    assert with_area_units(raw(面积=pd.Series([cell], dtype=object)), {"面积": "m2"}).frame["面积"].tolist() == [made]


@pytest.mark.parametrize("cell", ["12 345", "100-200", "12亩3分", "12,34", "3户", "1.2.3"])
def test_of_a_cell_that_is_no_area_no_part_is_taken_for_one(cell):
    assert with_area_units(raw(面积=[cell]), {"面积": "mu"}).frame["面积"].tolist() == [cell]


@pytest.mark.parametrize(("cell", "m2"), [("1.2E+05", 120_000), (np.float64(7655.5), 7655.5), ("1e5平方米", 100_000)])
def test_a_number_is_the_same_however_it_is_written(cell, m2):
    (made,) = with_area_units(raw(面积=pd.Series([cell], dtype=object)), {"面积": "m2"}).frame["面积"]
    assert read_number(made, LAYERS["parcel"].column("declared_area_m2"), None) == m2


@pytest.mark.parametrize("units", [{"面积": "万元"}, {"没有": "m2"}])
def test_a_unit_that_is_none_of_area_is_refused(units):
    with pytest.raises(InvalidParameter):
        with_area_units(raw(面积=["1"]), units)


def test_codes_get_their_scheme_and_absent_ones_refuse_their_row():
    table = checked(["0103", "0601", "9999"])
    found = with_land_classes(table, scheme_of("用地用海 2023"), "地类", np.array([True, False, True]))
    assert found.frame["parcel_no"].tolist() == ["P0", "P1"]
    assert found.frame["land_class_scheme"].tolist()[0] == "用地用海"
    assert found.frame["land_class_edition"].tolist()[0] == "2023"
    assert found.frame["land_class_scheme"].isna().tolist() == [False, True]
    (refused,) = found.refused
    assert (refused.place.row, refused.place.column, refused.found) == (4, "地类", "9999")
    assert found.read == len(found.rows) + 1


def test_what_a_row_brought_for_ledgers_goes_with_it():
    table = checked(["0103", "0601"])
    side = {"parcel_event": pd.DataFrame({"parcel_no": ["P0", "P1"], "stage": ["approved"] * 2})}
    table = CheckedTable(table.layer, SOURCE, table.frame, table.rows, 2, None, side=side)
    left = without_rows(table, np.array([True, False]), ())
    assert left.side["parcel_event"]["parcel_no"].tolist() == ["P0"]
    assert left.rows == (2,)
