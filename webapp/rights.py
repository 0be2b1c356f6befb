"""What there is to do on the pages, and whose it is: views allow by these, pages offer what ``me()`` tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gis.model import Role
from gis.workflows.edit_calendar import MAY_EDIT
from gis.workflows.judge_events import MAY_RECORD
from gis.workflows.list_households import HOUSEHOLD_READERS
from gis.workflows.one_batch import MAY_CHANGE
from gis.workflows.record_supply import MAY_RECORD_SUPPLY
from gis.workflows.record_task import MAY_SET_TASKS
from gis.workflows.redraw_parcels import MAY_REDRAW
from gis.workflows.tour_book import MAY_PLAN_TOURS

_WRITERS = (Role.EDITOR, Role.PLANNER, Role.LAND_OFFICER)
_LAND_AND_PLANNING = (Role.LAND_OFFICER, Role.PLANNER)
# Administrators may do everything.
MAY: Mapping[str, tuple[Role, ...]] = MappingProxyType(
    {
        "attach": _WRITERS,
        "edit": _WRITERS,
        "record": MAY_RECORD,
        "draw": MAY_REDRAW,
        "batches": MAY_CHANGE,
        "package": _LAND_AND_PLANNING,
        "supply": MAY_RECORD_SUPPLY,
        "tasks": MAY_SET_TASKS,
        "account": _LAND_AND_PLANNING,
        "entries": (Role.LAND_OFFICER,),
        "households": HOUSEHOLD_READERS,
        "calendar": MAY_EDIT,
        "tours": MAY_PLAN_TOURS,
    }
)


def rights_of(role: Role) -> list[str]:
    """The names of what this role may do."""
    return [name for name, roles in MAY.items() if role is Role.ADMIN or role in roles]
