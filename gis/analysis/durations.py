"""
How long the steps of requisition took here: medians of the store's own history, by step and by town.

Only what was told by two events counts, one step of the path after the other. A step that was taken or begun against
a rule, and an entry that was withdrawn, do not count: they would teach haste that the law forbids, or what never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from gis.analysis.stages import standing
from gis.model import EventKind, OwnerKind
from gis.rules import RuleBook

# Of fewer a median is an anecdote: shown, and not offered.
LEAST_OFFERED = 5
FIGURES = ("n", "q1_days", "median_days", "q3_days")


def step_lengths(parcels: pd.DataFrame, events: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """
    How long each parcel took from one step of its path to the next.

    Parameters
    ----------
    parcels
        ``parcel_no``, ``owner_kind`` (a missing one counts as collective), ``town``.
    events
        parcel_event rows of these parcels: ``parcel_no``, ``kind``, ``stage``, ``on_date``, ``override_reason``,
        ``withdrawn``, in their order.

    Returns
    -------
    DataFrame
        ``owner_kind``, ``town``, ``stage`` (the step that began), ``days`` until the next step of the path began.
    """
    told = standing(events)
    steps = told[told["kind"] == EventKind.STAGE.value].sort_values(["parcel_no", "on_date"], kind="stable")
    known = parcels.set_index("parcel_no")
    steps = steps[steps["parcel_no"].isin(known.index)]
    owners = known["owner_kind"].fillna(OwnerKind.COLLECTIVE.value).reindex(steps["parcel_no"]).to_numpy(dtype=object)
    towns = known["town"].reindex(steps["parcel_no"]).to_numpy(dtype=object)
    following = steps.shift(-1)
    days = (following["on_date"] - steps["on_date"]).dt.days
    stage, after = steps["stage"].to_numpy(dtype=object), following["stage"].to_numpy(dtype=object)
    following_on = {owner.value: _following(rules, owner) for owner in OwnerKind}
    expected = [following_on[owner].get(code) for owner, code in zip(owners.tolist(), stage.tolist(), strict=True)]
    is_step = (following["parcel_no"] == steps["parcel_no"]).to_numpy(dtype=bool)
    is_next = np.array([code is not None and code == want for code, want in zip(after, expected, strict=True)], bool)
    lawful = (steps["override_reason"].isna() & following["override_reason"].isna()).to_numpy(dtype=bool)
    kept = is_step & is_next & lawful
    columns = {"owner_kind": owners[kept], "town": towns[kept], "stage": stage[kept]}
    return pd.DataFrame({**columns, "days": days.to_numpy()[kept].astype(np.int64)})


def _following(rules: RuleBook, owner: OwnerKind) -> dict[str, str]:
    """Step → the step after it, on this owner's path."""
    path = [step.value for step in rules.path(owner)]
    return dict(pairwise(path))


def medians(lengths: pd.DataFrame, by: Sequence[str] = ("owner_kind", "stage")) -> pd.DataFrame:
    """
    Sample size, quartiles and median (days, linear between neighbours) of these lengths, by these columns.

    Returns
    -------
    DataFrame
        The columns of ``by``, FIGURES; in the order of ``by``.
    """
    if lengths.empty:
        return pd.DataFrame(columns=[*by, *FIGURES])
    grouped = lengths.groupby(list(by), sort=True, dropna=False)["days"]
    table = grouped.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(["q1_days", "median_days", "q3_days"])
    return table.assign(n=grouped.size()).reset_index()[[*by, *FIGURES]]
