"""Set the requisition task of an area on a linear project, correct it, or take it away."""

from __future__ import annotations

from gis.errors import InvalidParameter, Place
from gis.layers import PROJECT, REQUISITION_TASK, TOWN
from gis.model import Actor, Role
from gis.store.port import Store
from gis.words import Words
from gis.workflows.assess_store import default_day
from gis.workflows.one_entity import read_one
from gis.workflows.plain import Record
from gis.workflows.record_row import record_row, withdraw_row
from gis.workflows.require_role import require_role

MAY_SET_TASKS = (Role.PLANNER, Role.LAND_OFFICER, Role.ADMIN)


def record_task(store: Store, actor: Actor, code: str, town: str, task: Record, *, seen: str | None) -> Record:
    """
    Set the task of an area, or correct it: ``task`` has ``due_on``, ``set_on`` (or None), ``note``.

    Raises
    ------
    NotAllowed
        The actor is no planner, land officer or administrator.
    NotFound
        The store has no such project, town or county.
    InvalidParameter
        The deadline is not after the day on which the task was set.
    Conflict
        Somebody recorded another one meanwhile (``seen``: see ``record_row``).
    """
    _require_setter(actor)
    today = default_day(store)
    read_one(store, PROJECT, code, today, ("code",))
    read_one(store, TOWN, town, today, ("code",))
    if task["set_on"] is not None and task["set_on"] >= task["due_on"]:
        raise InvalidParameter(
            Words("完成期限须晚于下达日期", "the deadline must come after the day the task was set"),
            found=str(task["due_on"]),
            expected=f"> {task['set_on']}",
            place=Place(column="due_on"),
        )
    return record_row(store, actor, REQUISITION_TASK, {**task, "project_code": code, "town": town}, seen)


def withdraw_task(store: Store, actor: Actor, code: str, town: str, *, reason: str, seen: str | None) -> None:
    """Take a task away, as ``withdraw_row`` does; NotAllowed as ``record_task``."""
    _require_setter(actor)
    withdraw_row(store, actor, REQUISITION_TASK, {"project_code": code, "town": town}, reason=reason, seen=seen)


def _require_setter(actor: Actor) -> None:
    require_role(actor, MAY_SET_TASKS, Words(f"“{actor.name}”不能下达征收任务", f"'{actor.name}' may not set tasks"))
