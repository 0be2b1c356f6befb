"""Who may edit which parcels, and that nothing is written where anything is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gis.errors import Conflict, InvalidParameter, InvalidRow, NotAllowed
from gis.model import LOCAL_ACTOR, Actor, Query, Role
from gis.store.port import Store
from gis.workflows.edit_parcels import EDITABLE, MOST_EDITS, Edit, edit_parcels, preview_edits
from tests.webapp.conftest import make_county


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Store]:
    made = make_county(tmp_path / "county.gpkg")
    yield made
    made.close()


def value(store: Store, number: str, column: str) -> object:
    return store.read("parcel", Query(keys=(number,)))[column].item()


def test_an_editor_edits_parcels_of_the_own_town_only(county):
    editor = Actor("填报员", Role.EDITOR, "T2")
    assert edit_parcels(county, editor, [Edit("3", {"unit": "甲"})])["changed"] == 1
    with pytest.raises(NotAllowed):
        edit_parcels(county, editor, [Edit("3", {"unit": "乙"}), Edit("1", {"unit": "乙"})])
    assert value(county, "3", "unit") == "甲"


def test_who_may_only_look_does_not_even_preview(county):
    with pytest.raises(NotAllowed):
        preview_edits(county, Actor("访客", Role.VIEWER), [Edit("1", {"unit": "甲"})])


def test_all_or_none_where_one_row_was_changed_meanwhile(county):
    edit_parcels(county, LOCAL_ACTOR, [Edit("1", {"unit": "甲"}, version=1)])
    with pytest.raises(Conflict):
        edit_parcels(county, LOCAL_ACTOR, [Edit("2", {"unit": "乙"}, 1), Edit("1", {"person": "赵"}, 1)])
    assert value(county, "2", "unit") != "乙"


def test_an_edit_that_changes_nothing_is_no_conflict(county):
    edit_parcels(county, LOCAL_ACTOR, [Edit("1", {"unit": "甲"}, version=1)])
    assert edit_parcels(county, LOCAL_ACTOR, [Edit("1", {"unit": "甲"}, version=1)])["changed"] == 0


def test_a_wrong_value_is_named_with_its_parcel(county):
    with pytest.raises(InvalidRow) as raised:
        edit_parcels(county, LOCAL_ACTOR, [Edit("2", {"households": -1})])
    assert "2" in raised.value.words.zh
    assert raised.value.place.column == "households"


def test_a_planned_day_makes_the_step_due(county):
    edit_parcels(county, LOCAL_ACTOR, [Edit("3", {"planned_cleared_on": "2026-05-01", "remark": "催办"})])
    assert str(value(county, "3", "planned_cleared_on"))[:10] == "2026-05-01"
    edit_parcels(county, LOCAL_ACTOR, [Edit("3", {"planned_cleared_on": ""})])
    assert county.read("parcel", Query(keys=("3",)))["planned_cleared_on"].isna().all()
    assert value(county, "3", "remark") == "催办"


@pytest.mark.parametrize("column", [c.name for c in EDITABLE])
def test_every_editable_column_takes_a_value_and_gives_it_up(county, column):
    declared = next(c for c in EDITABLE if c.name == column)
    by_type = {"text": "甲", "real": 12.5, "money": 3.25, "integer": 4, "date": "2027-01-02"}
    given = "T2" if column == "town" else next(iter(declared.codes)).value if declared.codes else by_type[declared.type]
    assert edit_parcels(county, LOCAL_ACTOR, [Edit("1", {column: given})])["changed"] == 1 or value(county, "1", column)
    stored = value(county, "1", column)
    assert (str(stored)[:10] if declared.type == "date" else stored) == given
    edit_parcels(county, LOCAL_ACTOR, [Edit("1", {column: None})])
    assert county.read("parcel", Query(keys=("1",)))[column].isna().all()


def test_too_many_edits_are_refused(county):
    with pytest.raises(InvalidParameter):
        preview_edits(county, LOCAL_ACTOR, [Edit(str(n), {}) for n in range(MOST_EDITS + 1)])
