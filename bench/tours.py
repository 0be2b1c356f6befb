"""
The planner on instances of the literature: score, best known score, gap.

    python bench/tours.py --instances DIR --best FILE.csv --vehicles 1,2 --seconds S [--seeds n] [--json]

DIR holds TOPTW files (Cordeau's and Solomon's form), OPLib files, or folders ``toptw`` and ``oplib`` of them. Every
route is replayed by the independent checker; a fault ends the run. ``--seeds``: so many runs, the median score of which
counts. Time is that of the clock: run it where nothing else does.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median_low

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.tour_instances import Instance, instances
from gis.tours.check import faults
from gis.tours.planner import plan
from gis.tours.timing import time_order


@dataclass(frozen=True, slots=True)
class Score:
    """What was found for one instance; ``gap_pct`` is None where no best score is known."""

    instance: str
    vehicles: int
    score: float
    best: float | None

    @property
    def gap_pct(self) -> float | None:
        """How far below the best known score."""
        return None if not self.best else round(100 * (self.best - self.score) / self.best, 3)

    def as_dict(self) -> dict[str, object]:
        """As JSON carries it."""
        named = {"instance": self.instance, "vehicles": self.vehicles, "score": self.score}
        return {**named, "best": self.best, "gap_pct": self.gap_pct}


def scored(instance: Instance, seconds: float, seeds: int) -> Score:
    """The median of several runs, each checked."""
    scores = [_checked(instance, seconds, seed) for seed in range(seeds)]
    return Score(instance.name, instance.vehicles, median_low(scores), instance.best)


def _checked(instance: Instance, seconds: float, seed: int) -> float:
    found = plan(instance.problem, seconds=seconds, seed=seed)
    if wrong := faults(instance.problem, time_order(instance.problem, found.order).shifts):
        raise SystemExit(f"{instance.name}, {instance.vehicles} vehicles: {'; '.join(wrong)}")
    return found.value + instance.depot_score


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=Path, required=True)
    parser.add_argument("--best", type=Path, required=True)
    parser.add_argument("--vehicles", default="1,2")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Print the table, or the list as JSON."""
    asked = _asked()
    vehicles = tuple(int(count) for count in asked.vehicles.split(","))
    scores = []
    for instance in instances(asked.instances, asked.best, vehicles):
        scores.append(scored(instance, asked.seconds, asked.seeds))
        if not asked.json:
            print(_line(scores[-1]), flush=True)
    if asked.json:
        print(json.dumps([score.as_dict() for score in scores], indent=1))
    elif gaps := [score.gap_pct for score in scores if score.gap_pct is not None]:
        print(f"mean gap {mean(gaps):.2f} % of {len(gaps)} instances, {asked.seconds:g} s")


def _line(score: Score) -> str:
    best = "" if score.best is None else f"{score.best:>8g}{score.gap_pct:>8.2f} %"
    return f"{score.instance:<24}{score.vehicles:>3}{score.score:>8g}{best}"


if __name__ == "__main__":
    main()
