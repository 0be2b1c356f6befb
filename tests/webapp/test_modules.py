"""The modules that a page's head names."""

from __future__ import annotations

from webapp.modules import modules_of


def test_a_module_brings_all_that_its_imports_import():
    modules = modules_of("main.js")
    assert modules[0] == "main.js"
    assert {"table.js", "format.js", "panel_parcel.js", "page_data.js"} <= set(modules)
    assert len(set(modules)) == len(modules)


def test_the_sheet_does_without_the_table():
    assert "table.js" not in modules_of("print.js")
