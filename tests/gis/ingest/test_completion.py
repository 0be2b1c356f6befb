"""What a file adds where stored rows were blank."""

import pandas as pd

from gis.ingest.completion import completed

STORED = pd.DataFrame({"code": ["A", "B"], "leader": ["张", None], "total_wan": [1.0, float("nan")]})


def test_only_blank_cells_of_stored_rows_are_filled():
    frame = pd.DataFrame({"code": ["A", "B", "C"], "leader": ["李", "王", "赵"], "total_wan": [9.0, 2.0, 3.0]})
    made = completed(frame, STORED, "code")
    assert made.to_dict("list") == {"code": ["B"], "leader": ["王"], "total_wan": [2.0]}


def test_a_row_with_some_cells_blank_brings_only_those():
    stored = STORED.assign(leader=["张", "王"])
    made = completed(pd.DataFrame({"code": ["B"], "leader": ["李"], "total_wan": [2.0]}), stored, "code")
    assert made["leader"].isna().all()
    assert made["total_wan"].tolist() == [2.0]


def test_nothing_new_and_nothing_stored_give_nothing():
    assert completed(STORED, STORED, "code").empty
    assert completed(STORED, STORED.iloc[:0], "code").empty
    assert completed(STORED.iloc[:0], STORED, "code").empty
