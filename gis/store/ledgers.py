"""
Which day a ledger's row counts from, and which row of a key rules. The same in every store.

A row may bear its own day: a report its period's end, a plan the day it was set, a promise the day it
was said. A row without one is a correction of what ruled when it was written and counts from the latest day known then;
where nothing stands before it, it counts from the beginning. Of the rows that count by a given day, the one
with the latest day rules, and of equal days the one written last.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.layers import LAYERS, Layer


@dataclass(frozen=True, slots=True)
class Ledger:
    """
    A ledger and its days. ``day`` names the column with a row's own day, None where rows bear none.

    ``every_row``: a reader gets all rows up to a day, not only the ruling ones. ``hides_after`` names a
    date column whose value is not yet known on an earlier day (a milestone's done date).
    """

    layer: Layer
    every_row: bool = False
    hides_after: str | None = None

    @property
    def day(self) -> str | None:
        """The column with the day from which a row holds."""
        return self.layer.dated_by

    @property
    def owner(self) -> str:
        """The column that says whose row it is: project code, parcel number, parameter code, file."""
        return self.layer.key[0]


LEDGER_RULES: dict[str, Ledger] = {
    rule.layer.name: rule
    for rule in (
        Ledger(LAYERS["project_event"], every_row=True),
        Ledger(LAYERS["parcel_event"], every_row=True),
        Ledger(LAYERS["progress_report"]),
        Ledger(LAYERS["project_plan"]),
        Ledger(LAYERS["milestone"], hides_after="done_on"),
        Ledger(LAYERS["batch"]),
        Ledger(LAYERS["land_quota"]),
        Ledger(LAYERS["lineage"]),
        Ledger(LAYERS["attachment"]),
        Ledger(LAYERS["household"]),
        Ledger(LAYERS["building"]),
        Ledger(LAYERS["account_entry"]),
        Ledger(LAYERS["land_supply"]),
        Ledger(LAYERS["requisition_task"]),
        Ledger(LAYERS["saved_view"]),
        Ledger(LAYERS["entrance"]),
        Ledger(LAYERS["tour"]),
        Ledger(LAYERS["tour_plan"]),
        Ledger(LAYERS["tour_visit"]),
        Ledger(LAYERS["scoring"]),
        Ledger(LAYERS["ballot"]),
        Ledger(LAYERS["rule_parameter"]),
        Ledger(LAYERS["import_log"]),
    )
}
