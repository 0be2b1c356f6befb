"""The register's filter and page as an address has them; ``with reading() as ask:`` of webapp.params goes round it."""

from __future__ import annotations

from gis.analysis.register_columns import KINDS
from gis.analysis.register_filter import SORTABLE
from gis.model import NOT_STATED, HoldReason, RegisterFilter, Stage
from gis.workflows.find_in_area import LONGEST_AREA_TEXT
from gis.workflows.list_register import MOST_ROWS, Page
from webapp.params import Asker

_FARTHEST_ROW = 100_000_000
_LONGEST_WAIT_DAYS = 3_650
SORTS = ("", *SORTABLE, *(f"-{name}" for name in SORTABLE))
_YES_NO = ("", "true", "false")


def register_filter(ask: Asker) -> RegisterFilter:
    """The filter that table, map, sums and exports of the register share."""
    return RegisterFilter(
        town=ask.texts("town"),
        stage=ask.codes("stage", Stage),
        owner_kind=ask.texts("owner_kind"),
        land_class=ask.texts("land_class"),
        # What people wrote: a comma belongs to the value.
        unit=ask.texts("unit", listed=False),
        person=ask.texts("person", listed=False),
        batch=ask.texts("batch", listed=False),
        hold_reason=ask.among("hold_reason", (*HoldReason, NOT_STATED)),
        held=_yes_no(ask, "held"),
        overdue=_yes_no(ask, "overdue"),
        legal_within_days=_days(ask, "legal_within_days"),
        parcel_no=ask.texts("parcel_no", listed=False),
        words=ask.text("words"),
        blocking=ask.text("blocking"),
        projects=ask.project_filter("project_"),
        area=ask.text("area", longest=LONGEST_AREA_TEXT),
    )


def page_of_rows(ask: Asker) -> Page:
    """``sort``, ``offset``, ``limit`` (at most 500), ``columns`` and ``versions``."""
    sort = ask.choice("sort", SORTS, "")
    return Page(
        sort=sort,
        offset=ask.whole("offset", 0, _FARTHEST_ROW, 0),
        limit=ask.whole("limit", 1, MOST_ROWS, 100),
        columns=ask.among("columns", tuple(KINDS)),
        versions=_yes_no(ask, "versions") is True,
    )


def _yes_no(ask: Asker, name: str) -> bool | None:
    chosen = ask.choice(name, _YES_NO, "")
    return chosen == "true" if chosen else None


def _days(ask: Asker, name: str) -> int | None:
    days = ask.whole(name, 0, _LONGEST_WAIT_DAYS, 0)
    return days if ask.is_given(name) else None
