"""PyVRP's iterated local search over a model, as it has to be set for tours: its penalties stay below the prizes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pyvrp
from pyvrp import IteratedLocalSearch, IteratedLocalSearchParams, PenaltyManager, PenaltyParams
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks
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

# A search of a second makes about 1,500 moves of a hundred sites: it must forget early and be moved far.
HISTORY, PERTURBATION = 60, 35


class _Told(IteratedLocalSearchCallbacks):
    """Passes each new best that keeps the model's rules on."""

    def __init__(self, model: Model, tell: Callable[[Order], None]) -> None:
        self._model, self._tell = model, tell

    def on_best(self, best: Any) -> None:
        """A new best."""
        if best.is_feasible():
            self._tell(self._model.decode(best))


def search(
    model: Model, seed: int, stop: Callable[[], bool], tell: Callable[[Order], None], start: Order | None = None
) -> Order:
    """
    PyVRP's best order of the model when ``stop`` says True; ``tell`` hears of each new best.

    It may break a rule of the model where none was found that breaks none.
    """
    method, random = _local_search(model, seed)
    penalties = PenaltyParams(max_penalty=model.max_penalty)
    manager = PenaltyManager(penalties.midpoint_penalties(model.data), penalties)
    first = pyvrp.Solution.make_random(model.data, random) if start is None else model.encode(start)
    first = method(first, manager.max_cost_evaluator(), exhaustive=True)
    params = IteratedLocalSearchParams(history_length=HISTORY, callbacks=_Told(model, tell))
    algorithm = IteratedLocalSearch(model.data, manager, method, first, params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that penalties reach their bound is meant
        result = algorithm.run(lambda _: stop(), collect_stats=False)
    return model.decode(result.best)


def _local_search(model: Model, seed: int) -> tuple[LocalSearch, Any]:
    random = pyvrp.RandomNumberGenerator(seed=seed)
    neighbours = compute_neighbours(model.data, NeighbourhoodParams())
    method = LocalSearch(model.data, random, neighbours, PerturbationManager(PerturbationParams(1, PERTURBATION)))
    for operator in OPERATORS:
        if operator.supports(model.data):
            method.add_operator(operator(model.data))
    return method, random
