"""
Instances of the literature as tours: TOPTW (Cordeau's and Solomon's form) and OP (OPLib), with their best known scores.

Scores of an instance become values, its nodes places; every vehicle is a shift. A TOPTW distance is Euclidean and cut
to two decimals, so its unit is a hundredth; an OPLib distance is Euclidean and rounded to whole units. In OPLib the
first node, where a tour begins, has a score too, and a solution's score counts it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.tours.problem import Problem, Shift, Site

HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Instance:
    """
    One instance for so many vehicles; ``best``: the best known score, None where it is not known.

    ``depot_score``: what every tour scores besides its sites.
    """

    name: str
    vehicles: int
    problem: Problem
    best: float | None
    depot_score: float = 0.0


def instances(folder: Path, best: Path, vehicles: tuple[int, ...]) -> Iterator[Instance]:
    """
    All instances in ``folder`` or its folders ``toptw`` and ``oplib``; of those of OPLib, one vehicle.

    ``best``: a table with the columns ``instance``, ``m`` and ``BKS``. OPLib's best is in the ``.sol`` beside it.
    """
    known = _known(best)
    for path in sorted({*folder.glob("*.txt"), *folder.glob("toptw/*.txt")}):
        for count in vehicles:
            yield Instance(path.stem, count, read_toptw(path, count), known.get((path.stem, count)))
    for path in sorted({*folder.glob("*.oplib"), *folder.glob("oplib/*.oplib")}):
        if 1 in vehicles:
            problem, depot_score = read_oplib(path)
            best_known = known.get((path.stem, 1), _score(path.with_suffix(".sol")))
            yield Instance(path.stem, 1, problem, best_known, depot_score)


def read_toptw(path: Path, vehicles: int) -> Problem:
    """One file in Cordeau's form: ``k v N t``, then ``D Q``, then a row a node, the depot first."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [list(map(float, row)) for row in lines[1:] if len(row) > 6]
    points = np.array([row[1:3] for row in rows])
    travel = np.floor(_distances(points) * HUNDREDTHS + 1e-6).astype(np.int64)
    sites = tuple(
        Site(str(int(row[0])), place, row[4], _hundredths(row[3]), ((_hundredths(row[-2]), _hundredths(row[-1])),))
        for place, row in enumerate(rows)
        if place > 0
    )
    opens, closes = _hundredths(rows[0][-2]), _hundredths(rows[0][-1])
    return Problem(travel, sites, tuple(Shift(0, 0, opens, closes, coach=coach) for coach in range(vehicles)))


def read_oplib(path: Path) -> tuple[Problem, float]:
    """
    One file in TSPLIB's form with ``COST_LIMIT`` and ``NODE_SCORE_SECTION``, and its depot's score.

    The first depot is start and end.
    """
    header, sections = _sections(path)
    points = np.array([list(map(float, row[1:3])) for row in sections["NODE_COORD_SECTION"]])
    travel = np.floor(_distances(points) + 0.5).astype(np.int64)
    scores = [float(row[1]) for row in sections["NODE_SCORE_SECTION"]]
    depot = int(sections["DEPOT_SECTION"][0][0]) - 1
    sites = tuple(Site(str(n + 1), n, score, 0) for n, score in enumerate(scores) if n != depot)
    return Problem(travel, sites, (Shift(depot, depot, 0, int(header["COST_LIMIT"])),)), scores[depot]


def _sections(path: Path) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    header: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if ":" in line:
            name, _, text = line.partition(":")
            header[name.strip()] = text.strip()
        elif line.strip().endswith("SECTION"):
            rows = sections.setdefault(line.strip(), [])
        elif line.strip():
            rows.append(line.split())
    return header, sections


def _known(best: Path) -> dict[tuple[str, int], float]:
    with best.open(encoding="utf-8", newline="") as file:
        return {(row["instance"], int(row["m"])): float(row["BKS"]) for row in csv.DictReader(file)}


def _score(path: Path) -> float | None:
    return float(_sections(path)[0]["ROUTE_SCORE"]) if path.exists() else None


def _distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))


def _hundredths(text: float) -> int:
    return round(text * HUNDREDTHS)
