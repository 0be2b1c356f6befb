"""What there is to do on the pages, and whose it is: views allow by these, pages offer what ``me()`` tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gis.model import Role
from gis.workflows.edit_calendar import MAY_EDIT
from gis.workflows.judge_events import MAY_RECORD
from gis.workflows.list_households import HOUSEHOLD_READERS

_WRITERS = (Role.EDITOR, Role.PLANNER, Role.LAND_OFFICER)
_LAND = (Role.LAND_OFFICER,)
_LAND_AND_PLANNING = (Role.LAND_OFFICER, Role.PLANNER)
# Administrators may do everything.
MAY: Mapping[str, tuple[Role, ...]] = MappingProxyType(
    {
        "attach": _WRITERS,
        "edit": _WRITERS,
        "record": MAY_RECORD,
        "draw": _LAND_AND_PLANNING,
        "batches": _LAND,
        "package": _LAND_AND_PLANNING,
        "supply": _LAND,
        "tasks": _LAND_AND_PLANNING,
        "account": _LAND_AND_PLANNING,
        "entries": _LAND,
        "households": HOUSEHOLD_READERS,
        "calendar": MAY_EDIT,
    }
)


def rights_of(role: Role) -> list[str]:
    """The names of what this role may do."""
    return [name for name, roles in MAY.items() if role is Role.ADMIN or role in roles]
