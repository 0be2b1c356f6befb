"""
The rules of law and custom as data: stage paths, statutory waits, usual durations, thresholds, lamp templates.

Defaults live in ``parameters.toml``; a store keeps its own copy (table ``rule_parameter``), and a
``RuleBook`` is what was in force on one day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from gis.errors import InvalidValue
from gis.model import OwnerKind, Stage, SupplyKind
from gis.words import Words
from gis.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Wait:
    """A time the law wants between the beginning of ``after`` and the beginning of ``before``."""

    after: Stage
    before: Stage
    days: int
    working: bool
    supply: SupplyKind | None
    source: str


def default_parameters() -> list[dict[str, Any]]:
    """The shipped parameters, as rows of ``rule_parameter``."""
    text = (files(__package__) / "parameters.toml").read_text(encoding="utf-8")
    return [
        {"unit": None, "region": None, "effective_from": None, "effective_to": None, **row}
        for row in tomllib.loads(text)["parameter"]
    ]


@dataclass(frozen=True)
class RuleBook:
    """The rules in force on one day; ``values`` by parameter code, ``sources`` beside them."""

    values: Mapping[str, Any]
    sources: Mapping[str, str]

    @classmethod
    @cache
    def default(cls) -> RuleBook:
        """The shipped rules, read once."""
        rows = default_parameters()
        return cls({r["code"]: r["value"] for r in rows}, {r["code"]: r["source"] for r in rows})

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, on: date) -> RuleBook:
        """The rules of a store's ``rule_parameter`` table in force on ``on``; codes it lacks keep their default."""
        book, day = cls.default(), np.datetime64(on, "D")
        begins = frame["effective_from"].to_numpy(dtype="datetime64[D]")
        ends = frame["effective_to"].to_numpy(dtype="datetime64[D]")
        begun = np.where(np.isnat(begins), np.datetime64(date.min, "D"), begins)
        ruling = np.flatnonzero((begun <= day) & ~(ends < day))
        rows = ruling[np.argsort(begun[ruling], kind="stable")].tolist()  # the latest beginning rules
        codes, values, sources = (frame[name].tolist() for name in ("code", "value", "source"))
        return cls(
            {**book.values, **{codes[row]: values[row] for row in rows}},
            {**book.sources, **{codes[row]: sources[row] for row in rows}},
        )

    def value(self, code: str) -> Any:
        """The parameter's value; raises InvalidValue on an unknown code."""
        try:
            return self.values[code]
        except KeyError:
            raise InvalidValue(Words(f"没有规则参数 {code}", f"no rule parameter {code}"), found=code) from None

    @cached_property
    def ready_stage(self) -> Stage:
        """Land counts as ready from this stage on."""
        return Stage(self.value("land.ready_stage"))

    @cached_property
    def calendar(self) -> WorkCalendar:
        """
        The working days: as published, but for days that the county entered itself (``calendar.days``); of the years
        in ``calendar.years`` it has entered all that there are.
        """
        own: dict[str, bool] = self.values.get("calendar.days", {})
        days = {date.fromisoformat(day): bool(worked) for day, worked in own.items()}
        return WorkCalendar(days, frozenset(int(year) for year in self.values.get("calendar.years", ())))

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """Every statutory wait."""
        codes = sorted(code for code in self.values if code.startswith("wait."))
        return tuple(self._wait(code) for code in codes)

    def _wait(self, code: str) -> Wait:
        value = self.values[code]
        supply = SupplyKind(value["supply"]) if value.get("supply") else None
        return Wait(
            Stage(value["after"]),
            Stage(value["before"]),
            int(value["days"]),
            value["kind"] == "working",
            supply,
            self.sources[code],
        )

    def path(self, owner: OwnerKind) -> tuple[Stage, ...]:
        """The stages that land of this owner passes, in order."""
        return self._paths[owner]

    @cached_property
    def _paths(self) -> Mapping[OwnerKind, tuple[Stage, ...]]:
        return {owner: tuple(Stage(code) for code in self.value(f"path.{owner.value}")) for owner in OwnerKind}

    def typical_days(self, owner: OwnerKind) -> dict[Stage, int]:
        """Usual days from each stage's beginning to the next one's."""
        return {Stage(code): int(days) for code, days in self.value(f"typical.{owner.value}").items()}
