"""Write down what quota of new building land a year was given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from gis.errors import InvalidParameter, Place
from gis.model import Actor
from gis.store.port import Store
from gis.words import Words
from gis.workflows.assemble_store_batch import read_quota
from gis.workflows.assess_store import default_day
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.new_batch import FIRST_YEAR, LAST_YEAR
from gis.workflows.one_batch import require_officer, tidy_text
from gis.workflows.plain import Record

MOST_M2 = 1e10  # ten thousand km²: no county is larger than a few of them


@dataclass(frozen=True, slots=True)
class GivenQuota:
    """A year's quota: its area in m², its document, the day it was given."""

    year: int
    area_m2: float
    document: str = ""
    set_on: date | None = None
    note: str = ""


def set_land_quota(store: Store, actor: Actor, given: GivenQuota) -> Record:
    """
    Write the quota: ``{year, given_m2, used_m2, left_m2}``. An earlier row of the year stays in the ledger.

    Raises
    ------
    InvalidParameter
        The year or the area is none.
    NotAllowed
        The actor may not change batches.
    """
    require_officer(actor)
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise _wrong("year", str(given.year), f"{FIRST_YEAR} … {LAST_YEAR}")
    if not (math.isfinite(given.area_m2) and 0 <= given.area_m2 <= MOST_M2):
        raise _wrong("area_m2", str(given.area_m2), f"0 … {MOST_M2:g} m²")
    row = {
        "year": given.year,
        "area_m2": given.area_m2,
        "document": tidy_text(given.document, "document") or None,
        "set_on": pd.Timestamp(given.set_on or default_day(store)),
        "note": tidy_text(given.note, "note") or None,
        "withdrawn": False,
    }
    with writing_assessed(store, actor) as writer:
        writer.append("land_quota", pd.DataFrame([row]))
    quota = read_quota(store, given.year, default_day(store))
    if quota is None:  # somebody took it away meanwhile
        return {"year": given.year, "given_m2": None, "used_m2": None, "left_m2": None}
    return {"year": given.year, "given_m2": quota.given_m2, "used_m2": quota.used_m2, "left_m2": quota.left_m2}


def _wrong(column: str, found: str, expected: str) -> InvalidParameter:
    return InvalidParameter(
        Words("参数无法读取", "this parameter cannot be read"),
        found=found[:80],
        expected=expected,
        place=Place(column=column),
    )
