"""Editing in the register in a browser: cells, many rows, undo, and who was quicker."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, Route, expect

from gis.model import LOCAL_ACTOR
from gis.store import open_store
from gis.workflows.assess_store import default_day
from tests.browser.conftest import Watched
from tests.browser.register_rows import cell

FIRST = "140781001-0001"


def edit(page: Page, row: int, column: str, value: str) -> None:
    """Type into a cell as a person does."""
    cell(page, row, column).dblclick()
    field = page.locator(".tabulator-cell .field")
    field.fill(value)
    field.press("Enter")


def test_a_cell_is_edited_and_the_step_taken_back(own, own_file):
    page = own.open("/register?columns=parcel_no,name,declared_area_m2,households")
    page.click("[data-act=edit]")
    before = cell(page, 0, "name").inner_text()
    edit(page, 0, "name", "改过的地块")
    expect(page.locator("[data-act=undo]")).to_contain_text("1")
    edit(page, 0, "declared_area_m2", "15")
    expect(page.locator("[data-act=undo]")).to_contain_text("2")
    expect(cell(page, 0, "declared_area_m2")).to_have_text("15.00")
    assert stored(own_file, "declared_area_m2") == pytest.approx(10_000)  # 15 亩 are one hectare
    page.click("[data-act=undo]")
    page.click("[data-act=undo]")
    expect(page.locator("[data-act=undo]")).to_be_disabled()
    expect(cell(page, 0, "name")).to_have_text(before)
    assert stored(own_file, "name") == before


def stored(path: Path, column: str) -> object:
    from gis.model import Query

    store = open_store(path)
    value = store.read("parcel", Query(keys=(FIRST,)))[column].item()
    store.close()
    return value


def test_a_value_that_makes_no_sense_is_not_written(own, own_file):
    page = own.open("/register?columns=parcel_no,households")
    page.click("[data-act=edit]")
    before = stored(own_file, "households")
    edit(page, 0, "households", "三户")
    expect(page.locator(".toast").last).to_contain_text("应为不小于 0 的数")
    expect(page.locator("[data-act=undo]")).to_be_disabled()
    assert stored(own_file, "households") == before


def asks_for_rows_changed(address: str) -> bool:
    """A look at single rows, not at the list."""
    return "/api/register?" in address and ("words=" in address or "parcel_no=" in address)


def test_a_row_is_edited_again_before_it_was_shown_anew(own: Watched, own_file: Path) -> None:
    page = own.open("/register?columns=parcel_no,name,person")
    page.route(asks_for_rows_changed, lambda route: None)  # never answered
    page.click("[data-act=edit]")
    edit(page, 0, "name", "改过一次")
    expect(page.locator("[data-act=undo]")).to_contain_text("1")
    edit(page, 0, "person", "王某")
    expect(page.locator("[data-act=undo]")).to_contain_text("2")
    assert (stored(own_file, "name"), stored(own_file, "person")) == ("改过一次", "王某")


def test_a_row_is_edited_again_before_the_first_edit_was_answered(own: Watched, own_file: Path) -> None:
    page = own.open("/register?columns=parcel_no,name,person")
    held: list[Route] = []
    is_over = False
    page.route("**/api/parcels/edit", lambda route: route.continue_() if is_over else held.append(route))
    page.click("[data-act=edit]")
    with page.expect_request("**/api/parcels/edit"):
        edit(page, 0, "name", "改过一次")
    edit(page, 0, "person", "王某")
    is_over = True
    for route in held:
        route.continue_()
    expect(page.locator("[data-act=undo]")).to_contain_text("2")
    assert (stored(own_file, "name"), stored(own_file, "person")) == ("改过一次", "王某")


@pytest.mark.parametrize(("choice", "expected"), [("用我的", "我的"), ("用对方的", "对方的")])
def test_both_versions_are_shown_where_somebody_was_quicker(own, own_file, choice, expected):
    page = own.open("/register?columns=parcel_no,person")
    page.click("[data-act=edit]")
    store = open_store(own_file)
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("parcel", pd.DataFrame({"parcel_no": [FIRST], "person": ["对方的"]}), on=default_day(store))
    store.close()
    edit(page, 0, "person", "我的")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("对方的")
    expect(dialog).to_contain_text("我的")
    own.forgive("409")
    with page.expect_response("**/api/register?*"):  # the row is asked for again once the choice was written
        dialog.locator("button", has_text=choice).click()
    expect(cell(page, 0, "person")).to_have_text(expected)
    assert stored(own_file, "person") == expected


def test_many_rows_are_changed_after_a_look_at_what_changes(own, own_file):
    page = own.open("/register?columns=parcel_no,person")
    for row in range(3):
        page.locator(".tabulator-row").nth(row).locator(".boxes").click()
    expect(page.locator("[data-part=picked]")).to_contain_text("已选 3 个")
    page.click("[data-act=bulk]")
    page.select_option("[data-part=bulk-column]", "person")
    page.fill("[data-part=bulk-value]", "王某")
    page.locator("dialog button", has_text="预览").click()
    expect(page.locator("[data-part=preview-counts]")).to_contain_text("将修改 3 个")
    assert stored(own_file, "person") != "王某"
    page.locator("dialog button", has_text="写入").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(cell(page, 2, "person")).to_have_text("王某")
    assert stored(own_file, "person") == "王某"
    page.click("[data-act=undo]")
    expect(cell(page, 2, "person")).not_to_have_text("王某")
