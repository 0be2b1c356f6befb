"""
A county's tour with every rule on: its value after a few seconds against the best of a longer run.

    python -m bench.county_tour [--seconds 10] [--long 60] [--coaches 1 2] [--seed 0]

120 invented candidates in 14 towns and two days: every town at least once and at most three times, at most 70 minutes a
town, four industries with a least and a most, must-see sites, some sites for one day only, opening hours with a closed
noon, lunch wherever the coach is on the first day and at one of three canteens on the second, which ends early for the
meeting. Every plan is replayed by the independent checker.
"""

from __future__ import annotations

import argparse
from random import Random

import numpy as np

from gis.tours.check import faults
from gis.tours.planner import Found, plan
from gis.tours.problem import CountRule, Lunch, Problem, Shift, Site, StayRule, Window
from gis.tours.timing import time_order

TOWNS, CANDIDATES, DAYS, INDUSTRIES = 14, 120, 2, 4
DAY = 1440
# Minutes a kilometre, at 40 km/h; a road is longer than the straight line.
MINUTES_A_KM, DETOUR = 1.5, 1.35
RADIUS_KM = 24.0


def county_tour(coaches: int, seed: int = 0) -> Problem:
    """The invented county; places 0 to 2 are the county town and two canteens, the others the candidates."""
    chance = Random(seed)
    towns = [_point(chance, 0.0, 0.0, RADIUS_KM) for _ in range(TOWNS)]
    points = [(0.0, 0.0), towns[3], towns[9]]
    points += [_point(chance, *towns[number % TOWNS], 5.0) for number in range(CANDIDATES)]
    at = np.array(points)
    km = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    travel = np.ceil(km * MINUTES_A_KM * DETOUR).astype(np.int64)
    sites = tuple(_site(chance, number, coaches) for number in range(CANDIDATES))
    counts, stays = _rules(coaches)
    return Problem(travel, sites, tuple(_shift(day, c) for day in range(DAYS) for c in range(coaches)), counts, stays)


def _point(chance: Random, x: float, y: float, radius: float) -> tuple[float, float]:
    return x + chance.uniform(-radius, radius), y + chance.uniform(-radius, radius)


def _site(chance: Random, number: int, coaches: int) -> Site:
    hours = tuple(w for day in range(DAYS) for w in _hours(day)) if chance.random() < 0.3 else ()
    days = [frozenset(range(day * coaches, (day + 1) * coaches)) for day in range(DAYS)]
    bound = chance.choice(days) if chance.random() < 0.1 else None
    value = round(chance.lognormvariate(1.0, 0.7), 2)
    return Site(f"P{number:03}", 3 + number, value, chance.choice((15, 20, 20, 30)), hours, number in (8, 57), bound)


def _hours(day: int) -> tuple[Window, Window]:
    """Open from 8:30 to 11:30 and from 14:00 to 17:00; a visit begins then."""
    return (DAY * day + 510, DAY * day + 690), (DAY * day + 840, DAY * day + 1020)


def _rules(coaches: int) -> tuple[tuple[CountRule, ...], tuple[StayRule, ...]]:
    towns = [frozenset(range(town, CANDIDATES, TOWNS)) for town in range(TOWNS)]
    kinds = [frozenset(range(kind, CANDIDATES, INDUSTRIES)) for kind in range(INDUSTRIES)]
    counts = [CountRule(f"town {number}", sites, 1, 3) for number, sites in enumerate(towns)]
    counts += [CountRule(f"industry {number}", sites, 3, 7 * coaches) for number, sites in enumerate(kinds)]
    return tuple(counts), tuple(StayRule(f"minutes {n}", sites, 70) for n, sites in enumerate(towns))


def _shift(day: int, coach: int) -> Shift:
    opens, closes = DAY * day + 480, DAY * day + (1080 if day == 0 else 960)
    lunch = Lunch((DAY * day + 690, DAY * day + 780), 60, () if day == 0 else (0, 1, 2))
    return Shift(0, 0, opens, closes, day, coach, lunch)


def checked(problem: Problem, seconds: float, seed: int) -> Found:
    """A plan that the checker has no fault with."""
    found = plan(problem, seconds=seconds, seed=seed)
    if wrong := faults(problem, time_order(problem, found.order).shifts):
        raise SystemExit("; ".join(wrong))
    return found


def main() -> None:
    """Print a line for each number of coaches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--long", type=float, default=60.0)
    parser.add_argument("--coaches", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for coaches in asked.coaches:
        problem = county_tour(coaches)
        short = checked(problem, asked.seconds, asked.seed)
        best = checked(problem, asked.long, asked.seed + 100)
        gap = 100 * (best.value - short.value) / best.value
        visited = sum(len(route) for route in short.order)
        print(
            f"{coaches} coaches: {visited} sites, {short.value:.2f} in {short.seconds:.1f} s, "
            f"{best.value:.2f} in {best.seconds:.0f} s, gap {gap:.2f} %",
            flush=True,
        )


if __name__ == "__main__":
    main()
