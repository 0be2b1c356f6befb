"""Rows of the register as the browser's tests point at them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def cell(page: Page, row: int, column: str) -> Locator:
    """The cell of a column in the row shown at this place."""
    return page.locator(".tabulator-row").nth(row).locator(f"[tabulator-field={column}]")
