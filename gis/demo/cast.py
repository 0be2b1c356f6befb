"""The invented projects of the sample county, as ``data/demo/projects.csv`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gis.demo.facts import read_rows
from gis.model import Level, ProjectCategory, ProjectKind, ProjectStage


@dataclass(frozen=True, slots=True)
class Part:
    """
    One project of the play. ``place`` is a park's key, a town's code or a line's key; ``spot`` where in a town.

    ``land`` says how far its land is (the names in gis.demo.scenarios), ``pace`` how far its money.
    """

    code: str
    name: str
    owner: str
    industry: str
    category: ProjectCategory
    level: Level
    kind: ProjectKind
    stage: ProjectStage
    place: str
    spot: str
    credited_to: str | None
    mu: float
    total_wan: float
    start_on: date
    months: int
    pace: str
    land: tuple[str, ...]
    shape: str


def read_cast() -> tuple[Part, ...]:
    """All projects, in the file's order; codes in the form of the national platform, with an impossible serial 99…."""
    return tuple(_part(number, row) for number, row in enumerate(read_rows("projects.csv"), start=1))


def _part(number: int, row: dict[str, str]) -> Part:
    year, month = (int(piece) for piece in row["start"].split("-"))
    return Part(
        code=f"{min(year, 2026)}-140781-{row['industry'][1:3]}-01-99{number:04d}",
        name=row["name"],
        owner=row["owner"],
        industry=row["industry"],
        category=ProjectCategory(row["category"]),
        level=Level(row["level"]),
        kind=ProjectKind(row["kind"]),
        stage=ProjectStage(row["stage"]),
        place=row["place"],
        spot=row["spot"],
        credited_to=row["credited"] or None,
        mu=float(row["mu"] or 0),
        total_wan=float(row["total_wan"]),
        start_on=date(year, month, 5 + number * 7 % 20),
        months=int(row["months"]),
        pace=row["pace"],
        land=tuple(row["land"].split("+")) if row["land"] else (),
        shape=row["shape"],
    )
