"""Tell of some parcels when their next steps may be taken and when they will be ready."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from gis.analysis.clock import CLOCKED_COLUMNS, STEP_COLUMNS, time_parcels
from gis.model import Query
from gis.rules import RuleBook
from gis.store.port import Store


def clock_parcels(store: Store, on: date, numbers: Iterable[str]) -> pd.DataFrame:
    """The clocks of those of these parcels that there are on day ``on``, by number (see ``time_parcels``)."""
    keys = tuple(numbers)
    rules = RuleBook.from_frame(store.read("rule_parameter"), on)
    parcels = store.read("parcel", Query(on=on, keys=keys, columns=CLOCKED_COLUMNS))
    events = store.read("parcel_event", Query(on=on, keys=keys, columns=STEP_COLUMNS))
    return time_parcels(parcels, events, rules, on)
