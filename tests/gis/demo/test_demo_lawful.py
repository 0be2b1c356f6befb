"""The sample county's own history is one that the law of events allows, entry by entry."""

from __future__ import annotations

from datetime import date

from gis.analysis.case import CASE_COLUMNS, Case, ProposedEvent, cases_of
from gis.analysis.lawful import Law, breaches_of
from gis.analysis.stages import standing
from gis.model import Query
from gis.rules import RuleBook
from gis.store.port import Store

DATA_ON = date(2026, 10, 31)


def test_every_entry_is_lawful_after_those_before_it(county_store: Store) -> None:
    parcels = county_store.read("parcel", Query(columns=CASE_COLUMNS))
    cases = cases_of(parcels, standing(county_store.read("parcel_event")))
    law = Law(RuleBook.from_frame(county_store.read("rule_parameter"), DATA_ON), DATA_ON)
    broken = []
    for number, case in cases.items():
        for place, entry in enumerate(case.entries):
            before = Case(number, case.owner, case.supply, case.entries[:place])
            told = ProposedEvent(entry.kind, entry.on, entry.stage, entry.hold_reason, note="示例")
            broken += [(number, breach.code) for breach in breaches_of(before, told, law)]
    assert broken == []
    assert sum(len(case.entries) for case in cases.values()) > 10_000
