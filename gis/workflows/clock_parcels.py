"""Tell of some parcels when their next steps may be taken and when they will be ready."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from gis.analysis.clock import time_parcels
from gis.model import Query
from gis.rules import RuleBook
from gis.store.port import Store


def clock_parcels(store: Store, on: date, numbers: Iterable[str]) -> pd.DataFrame:
    """The clocks of those of these parcels that there are on day ``on``, by number (see ``time_parcels``)."""
    query = Query(on=on, keys=tuple(numbers))
    rules = RuleBook.from_frame(store.read("rule_parameter"), on)
    return time_parcels(store.read("parcel", query), store.read("parcel_event", query), rules, on)
