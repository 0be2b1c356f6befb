"""Why a plan is as it is: what each site left out would take, what each rule costs, what more time would give."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gis.tours.assembly import RouteWish
from gis.tours.explain import Change, Cost, LeftOut, costs, left_out, sensitivity
from gis.tours.problem import Order
from gis.tours.spec import TourSpec
from gis.tours.timing import time_order
from gis.tours.wish_words import left_out_words, wish_words
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.plan_tour import order_of_routes
from gis.workflows.tour_board import LaidTour, TourGround

PARTS = ("left_out", "rules", "more")
# How much longer each day is in the question "what would half an hour more give".
LONGER_MIN = 30


def explain_tour(
    ground: TourGround, spec: TourSpec, routes: Sequence[RouteWish], parts: Collection[str], seconds: float
) -> Record:
    """
    The parts (of PARTS) that are asked for; of a plan that breaks a rule they are empty, and ``feasible`` is false.

    Returns
    -------
    Record
        ``left_out``: [{code, over_min, date, coach, place, instead_of, why}]; ``rules``: [{key, words, cost,
        plan_value}], the dearest first, the value being the plan's without it; ``more``: [{kind ("longer" | "coach"),
        date, coach, minutes, gain, value, stops, words}], value and stops being the plan's with it. ``seconds``: about
        so long for each of the last two.

    Raises
    ------
    InvalidParameter
        As ``gis.workflows.plan_tour.time_tour``.
    """
    laid = ground.laid_out(spec)
    order = order_of_routes(laid, routes)
    is_feasible = time_order(laid.board.problem, order).is_feasible
    made = {part: _made(part, laid, order, seconds) if is_feasible else [] for part in PARTS if part in parts}
    return {"feasible": is_feasible, **made}


def _made(part: str, laid: LaidTour, order: Order, seconds: float) -> list[Record]:
    problem = laid.board.problem
    if part == "left_out":
        return [_out(laid, each) for each in left_out(problem, order)]
    if part == "rules":
        return [_cost(laid, order, each) for each in costs(problem, order, seconds=seconds)]
    return [_change(laid, order, each) for each in sensitivity(problem, order, longer=LONGER_MIN, seconds=seconds)]


def _out(laid: LaidTour, out: LeftOut) -> Record:
    site = laid.board.sites[out.site]
    return {
        "code": site.code,
        "over_min": out.over,
        "instead_of": [laid.board.sites[each].code for each in out.swap],
        "why": left_out_words(laid.board, out, laid.known.towns).as_dict(),
        **_route(laid, out.shift),
        "place": out.leg,
    }


def _cost(laid: LaidTour, order: Order, cost: Cost) -> Record:
    words = wish_words(laid.board, cost.wish, laid.known.towns)
    without = round(laid.board.problem.value_of(order) + cost.gain, 3)
    return {"key": str(cost.wish), "words": words.as_dict(), "cost": cost.gain, "plan_value": without}


def _change(laid: LaidTour, order: Order, change: Change) -> Record:
    said = {"kind": change.kind, "minutes": LONGER_MIN if change.kind == "longer" else None}
    return {
        **said,
        **_route(laid, change.shift),
        "gain": change.gain,
        "value": round(laid.board.problem.value_of(order) + change.gain, 3),
        "stops": sum(map(len, order)) + change.sites,
        "words": _words(laid, change),
    }


def _words(laid: LaidTour, change: Change) -> dict[str, str]:
    if change.kind == "coach":
        return Words("每天多一辆车", "one more coach a day").as_dict()
    if change.shift is None:
        return Words(f"每天都多 {LONGER_MIN} 分钟", f"{LONGER_MIN} min more every day").as_dict()
    route = _route(laid, change.shift)
    where = Words(str(route["date"]), str(route["date"]))
    if laid.board.spec.routes > 1:
        where = Words(f"{where.zh} {route['coach']} 号车", f"{where.en}, coach {route['coach']}")
    return Words(f"{where.zh}多 {LONGER_MIN} 分钟", f"{where.en}: {LONGER_MIN} min more").as_dict()


def _route(laid: LaidTour, shift: int | None) -> Record:
    if shift is None:
        return {"date": None, "coach": None}
    return {"date": laid.board.day_of(shift).on.isoformat(), "coach": laid.board.problem.shifts[shift].coach + 1}
