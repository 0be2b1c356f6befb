"""
What can be proved of a request by counting alone, travel left out but for the shortest way to each site.

A zero-one programme that every plan satisfies (HiGHS): which shift visits which site, within its hours, under all
rules. Where it has no answer no plan has; no plan is worth more than its best. Both hold where no drive is longer than
a detour over a third place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from gis.tours.legs import NEVER, Grounds, Legs
from gis.tours.problem import Problem

# HiGHS says so where no answer satisfies the programme.
INFEASIBLE = 2


@dataclass(frozen=True, eq=False)
class Programme:
    """``pairs`` (variables, 2): site and shift; ``rows`` (rules, variables) between ``low`` and ``high``."""

    pairs: NDArray[np.int64]
    rows: csr_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def reachable(problem: Problem) -> NDArray[np.bool_]:
    """Whether a shift can visit a site and nothing else (shifts, sites)."""
    grounds = Grounds(problem)
    found = [Legs(grounds, shift, ()).fit.detour < NEVER for shift in range(len(problem.shifts))]
    return np.array(found, dtype=bool).reshape(len(problem.shifts), len(problem.sites))


def is_impossible(problem: Problem, *, seconds: float = 2.0) -> bool:
    """Whether counting proves that no plan keeps all rules."""
    programme = _programme(problem)
    if programme is None:
        return any(site.must for site in problem.sites) or any(rule.at_least > 0 for rule in problem.counts)
    answer = _solve(programme, np.zeros(len(programme.pairs)), seconds, whole=True)
    return int(answer.status) == INFEASIBLE


def bound(problem: Problem, *, seconds: float = 2.0) -> float | None:
    """No plan is worth more than this; None: not known."""
    programme = _programme(problem)
    if programme is None:
        return 0.0
    values = np.array([problem.sites[site].value for site, _ in programme.pairs])
    answer = _solve(programme, -values, seconds, whole=False)
    return float(-answer.fun) if int(answer.status) == 0 else None


def _solve(programme: Programme, cost: NDArray[np.float64], seconds: float, *, whole: bool) -> Any:
    return milp(
        cost,
        integrality=np.full(len(cost), int(whole)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(programme.rows, programme.low, programme.high),
        options={"time_limit": seconds},
    )


def _programme(problem: Problem) -> Programme | None:
    """None: no shift can visit any site."""
    pairs = np.argwhere(reachable(problem).T)
    if not len(pairs):
        return None
    sites, shifts = pairs.T
    rows: list[NDArray[np.float64]] = []
    low: list[float] = []
    high: list[float] = []
    stays: NDArray[np.float64] = np.array([site.stay for site in problem.sites], dtype=np.float64)
    needs: NDArray[np.float64] = np.add(stays, _shortest_ways(problem), dtype=np.float64)
    for number, site in enumerate(problem.sites):
        _add(rows, low, high, (sites == number) * 1.0, (1.0 if site.must else 0.0, 1.0))
    for number, shift in enumerate(problem.shifts):
        room = max(0, shift.closes - shift.opens) - _shortest_back(problem, number)
        _add(rows, low, high, np.where(shifts == number, needs[sites], 0.0), (0.0, float(max(room, 0))))
    for rule in problem.counts:
        most = np.inf if rule.at_most is None else float(rule.at_most)
        _add(rows, low, high, np.isin(sites, list(rule.sites)) * 1.0, (float(rule.at_least), most))
    for limit in problem.stays:
        ours = np.isin(sites, list(limit.sites))
        _add(rows, low, high, np.where(ours, stays[sites], 0.0), (0.0, float(limit.most)))
    return Programme(pairs, csr_array(np.array(rows)), np.array(low), np.array(high))


def _add(
    rows: list[NDArray[np.float64]],
    low: list[float],
    high: list[float],
    row: NDArray[Any],
    ends: tuple[float, float],
) -> None:
    rows.append(row)
    low.append(ends[0])
    high.append(ends[1])


def _shortest_ways(problem: Problem) -> NDArray[np.float64]:
    """The shortest drive into each site, from another site or a shift's start; none from a place that is the same."""
    places = [site.place for site in problem.sites]
    starts = [shift.start for shift in problem.shifts]
    ways = problem.travel[np.ix_([*places, *starts], places)].astype(np.float64)
    ways[np.arange(len(places)), np.arange(len(places))] = np.inf
    return np.asarray(ways.min(axis=0))


def _shortest_back(problem: Problem, shift: int) -> float:
    """The shortest drive from any site to a shift's end."""
    places = [site.place for site in problem.sites]
    return float(problem.travel[places, problem.shifts[shift].end].min())
