"""The pages that lead to one another, in the order of the navigation. A page that is not there yet is left out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request

from gis.words import Words


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page of the navigation."""

    address: str
    words: Words


DESK_PAGES: tuple[DeskPage, ...] = (
    DeskPage("/", Words("挂图", "Wall map")),
    DeskPage("/desk", Words("今日", "Today")),
    DeskPage("/register", Words("台账", "Register")),
    DeskPage("/batches", Words("批次", "Batches")),
    DeskPage("/import", Words("导入", "Import")),
    DeskPage("/stock", Words("存量", "Stock")),
    DeskPage("/account", Words("资金", "Funds")),
    DeskPage("/tours", Words("观摩", "Tours")),
    DeskPage("/compare", Words("对照", "Compare")),
    DeskPage("/calendar", Words("日历", "Calendar")),
)


def pages_there() -> tuple[DeskPage, ...]:
    """Those that this app answers."""
    answered = {rule.rule for rule in current_app.url_map.iter_rules()}
    return tuple(page for page in DESK_PAGES if page.address in answered)


def page_here() -> str:
    """The address of the navigation under which the request's own lies; "" where it lies under none."""
    path = request.path
    under = [page.address for page in DESK_PAGES if path == page.address or path.startswith(f"{page.address}/")]
    return max(under, key=len, default="")


def init(app: Flask) -> None:
    """Let templates write the navigation."""
    app.add_template_global(pages_there)
    app.add_template_global(page_here)
