"""
PyVRP's local search over a model, as it has to be set for tours: its penalties stay below the prizes, and it cools.

PyVRP's own loop around it takes a change by what was reached some changes ago (late acceptance). In the short time that
a tour's search has, simulated annealing found better plans: at first almost any change is taken, at the end almost only
better ones (docs/performance.md, "Tours").
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from random import Random
from typing import Any

import pyvrp
from pyvrp import PenaltyManager, PenaltyParams
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from gis.tours.problem import Order
from gis.tours.pyvrp_model import Model

# That penalties reach their bound is meant. Filters belong to the process: one set for a search would be another's.
warnings.filterwarnings("ignore", category=PenaltyBoundWarning)

# At most so many clients are moved before each descent: a search of a second makes about 1,000 of them.
PERTURBATION = 35
# The heat at the start and at the end, in parts of what a usual site is worth.
HOT, COLD = 3.0, 0.08
# Beside how many others a client is tried: of few, not all.
NEIGHBOURS, FEW = 50, 10


def search(
    model: Model,
    seed: int,
    passed: Callable[[], float],
    tell: Callable[[Order], None] = lambda order: None,
    start: Order | None = None,
) -> Order:
    """
    The best order of the model that is met until ``passed``, asked before each change, says 1: how far the search is.

    ``tell`` hears of each new best. The order may break a rule of the model where none was found that breaks none.
    """
    method, random = _local_search(model, seed)
    chance = Random(seed)  # noqa: S311
    penalties = PenaltyParams(max_penalty=model.max_penalty)
    manager = PenaltyManager(penalties.midpoint_penalties(model.data), penalties)
    first = pyvrp.Solution.make_random(model.data, random) if start is None else model.encode(start)
    best = current = method(first, manager.max_cost_evaluator(), exhaustive=True)
    while (share := passed()) < 1:
        costs = manager.cost_evaluator()
        met = method(current, costs, exhaustive=False)
        manager.register(met)
        if costs.cost(met) < costs.cost(best):
            best = met = _finished(method, met, costs)
            tell(model.decode(best))
        heat = model.worth * HOT * (COLD / HOT) ** share
        if costs.penalised_cost(met) < costs.penalised_cost(current) + heat * chance.expovariate(1):
            current = met
    return model.decode(best)


def _finished(method: LocalSearch, best: Any, costs: Any) -> Any:
    """A new best after every change of one stop was tried, if that keeps the rules."""
    found = method(best, costs, exhaustive=True)
    return found if found.is_feasible() else best


def _local_search(model: Model, seed: int) -> tuple[LocalSearch, Any]:
    random = pyvrp.RandomNumberGenerator(seed=seed)
    neighbours = compute_neighbours(model.data, NeighbourhoodParams(num_neighbours=_neighbours(model)))
    method = LocalSearch(model.data, random, neighbours, PerturbationManager(PerturbationParams(1, PERTURBATION)))
    for operator in OPERATORS:
        if operator.supports(model.data):
            method.add_operator(operator(model.data))
    return method, random


def _neighbours(model: Model) -> int:
    return min(NEIGHBOURS, max(FEW, len(model.visitors) // 2))
