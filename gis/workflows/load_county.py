"""Put a sample county's tables straight into a store."""

from __future__ import annotations

from gis.demo.county import County
from gis.layers import LAYERS
from gis.model import Actor
from gis.store.port import Store

# Keys must be there before what points at them.
ORDER = ("town", "park", "project", "parcel", "zone", "road")
LEDGER_ORDER = (
    *("project_event", "project_plan", "progress_report", "milestone", "parcel_event"),
    *("batch", "land_quota", "household", "building", "account_entry", "land_supply", "requisition_task"),
    *("tour", "tour_visit"),
)


def load_county(county: County, store: Store, actor: Actor) -> dict[str, int]:
    """
    Store all tables of ``county`` in one transaction; layer → rows handed in.

    Raises
    ------
    InvalidRow
        The store refuses a row: a bug of the generator.
    """
    with store.writing(actor) as writer:
        for layer in (*ORDER, *LEDGER_ORDER):
            frame = county.tables[layer]
            if LAYERS[layer].kind == "entity":
                writer.put(layer, frame)
            else:
                writer.append(layer, frame)
    return {layer: len(county.tables[layer]) for layer in (*ORDER, *LEDGER_ORDER)}
