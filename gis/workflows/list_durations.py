"""The county's own step lengths beside those that the clock expects, and taking them over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import pairwise

import pandas as pd

from gis.analysis.durations import LEAST_OFFERED, medians, step_lengths
from gis.errors import InvalidParameter
from gis.model import Actor, OwnerKind, Query, Stage
from gis.rules import RuleBook
from gis.store.port import Reader, Store
from gis.words import Words
from gis.workflows.edit_calendar import MAY_EDIT
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.names import read_names
from gis.workflows.plain import Record, records_of
from gis.workflows.require_role import require_role

_EVENTS = ("parcel_no", "kind", "stage", "on_date", "override_reason", "withdrawn")
DURATION_LAYERS = ("parcel", "parcel_event", "rule_parameter", "town")


def list_durations(store: Store, on: date) -> Record:
    """
    ``{on, least, steps: [{owner_kind, stage, next, n, q1_days, median_days, q3_days, typical_days, source, offered}],
    towns: [{town, name, owner_kind, stage, n, …}]}``, of the events up to ``on``.

    ``typical_days`` is what the clock expects now. Of fewer than five nothing is offered. A parameter is the whole
    county's: towns are shown, and the clock does not tell them apart.
    """
    rules = RuleBook.from_frame(store.read("rule_parameter"), on)
    lengths = _lengths(store, rules, on)
    found = medians(lengths).set_index(["owner_kind", "stage"])
    towns = read_names(store, on).towns
    by_town = records_of(medians(lengths.dropna(subset=["town"]), ("town", "owner_kind", "stage")))
    return {
        "on": on.isoformat(),
        "least": LEAST_OFFERED,
        "steps": [row for owner in OwnerKind for row in _steps(owner, rules, found)],
        "towns": [{**row, "name": towns.get(row["town"])} for row in by_town],
    }


def _lengths(reader: Reader, rules: RuleBook, on: date) -> pd.DataFrame:
    parcels = reader.read("parcel", Query(on=on, columns=("parcel_no", "owner_kind", "town")))
    return step_lengths(parcels, reader.read("parcel_event", Query(on=on, columns=_EVENTS)), rules)


def _steps(owner: OwnerKind, rules: RuleBook, found: pd.DataFrame) -> list[Record]:
    path, typical = rules.path(owner), rules.typical_days(owner)
    rows = []
    for step, following in pairwise(path):
        key = (owner.value, step.value)
        known = records_of(found.loc[[key]])[0] if key in found.index else {"n": 0}
        figures = {name: known.get(name) for name in ("q1_days", "median_days", "q3_days")}
        rows.append(
            {
                "owner_kind": owner.value,
                "stage": step.value,
                "next": following.value,
                "n": int(known["n"]),
                **figures,
                "typical_days": typical.get(step),
                "source": rules.sources[f"typical.{owner.value}"],
                "offered": int(known["n"]) >= LEAST_OFFERED,
            }
        )
    return rows


def adopt_durations(store: Store, actor: Actor, owner: OwnerKind, stages: Collection[Stage], on: date) -> Record:
    """
    Let the clock expect the county's own medians of these steps from ``on`` on; gives ``{value, source}``.

    Medians are worked out in the same transaction, and rounded half up to whole days; the other steps stay as they are.

    Raises
    ------
    NotAllowed
        The actor is no planner, land officer or administrator.
    InvalidParameter
        No step, or one of which there is no history at all.
    """
    words = Words("只有规划、土地人员和管理员能采用", "only planners, land officers and administrators may")
    require_role(actor, MAY_EDIT, words)
    with writing_assessed(store, actor) as writer:
        rules = RuleBook.from_frame(writer.read("rule_parameter"), on)
        found = medians(_lengths(writer, rules, on))
        mine = {row["stage"]: row for row in records_of(found[found["owner_kind"] == owner.value])}
        wanted = [stage.value for stage in Stage if stage in stages]
        missing = [stage for stage in wanted if stage not in mine]
        if missing or not wanted:
            words = Words("没有这一步骤的历史", "there is no history of this step")
            raise InvalidParameter(words, found="、".join(missing) or "—", expected=" | ".join(mine))
        code = f"typical.{owner.value}"
        value = {**rules.value(code), **{stage: _whole(mine[stage]["median_days"]) for stage in wanted}}
        counts = "，".join(f"{Stage(stage).words.zh} n={mine[stage]['n']}" for stage in wanted)
        source = f"本地历史中位数（截至 {on}）：{counts}"
        row = {"code": code, "value": value, "unit": "day", "source": source, "effective_from": pd.Timestamp(on)}
        writer.append("rule_parameter", pd.DataFrame([row]))
    return {"value": value, "source": source}


def _whole(days: float) -> int:
    return int(days + 0.5)
