"""Plan a tour, or time one whose order somebody else has chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from gis.errors import InvalidParameter
from gis.tours.assembly import RouteWish
from gis.tours.counting import bound
from gis.tours.explain import left_out
from gis.tours.itinerary import LeftOut, Plan
from gis.tours.planner import TELL_EVERY, Found, Watch, plan
from gis.tours.problem import Order
from gis.tours.spec import TourSpec
from gis.tours.timetable import timetable
from gis.tours.timing import time_order
from gis.tours.wish_words import clash_words, left_out_words, nearest_words
from gis.words import Words
from gis.workflows.tour_board import LaidTour, TourGround

LONGEST_SECONDS = 60.0
# About how long one looks for the wishes that clash, where no plan keeps all rules.
CLASH_SECONDS = 5.0
BOUND_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Search:
    """How long to search, with which seed, and from which routes on."""

    seconds: float = 10.0
    seed: int = 0
    routes: tuple[RouteWish, ...] = ()


def plan_tour(ground: TourGround, spec: TourSpec, search: Search, watch: Watch | None = None) -> Plan:
    """
    The best plan found.

    Raises
    ------
    InvalidParameter
        As ``TourGround.laid_out``.
    """
    laid = ground.laid_out(spec)
    return planned(laid, search, watch)


def planned(laid: LaidTour, search: Search, watch: Watch | None = None) -> Plan:
    """The best plan found for a tour that is laid out."""
    start = laid.board.order_of(search.routes)[0] if search.routes else None
    problem, towns = laid.board.problem, laid.known.towns
    found = plan(
        problem, seconds=search.seconds, seed=search.seed, start=start, watch=watch, clash_seconds=CLASH_SECONDS
    )
    made = replace(written(laid, found.order), bound=bound(problem, seconds=BOUND_SECONDS))
    if made.is_feasible:
        return replace(made, left_out=_explained(laid, found.order, made.left_out, _stop(found, watch)))
    if found.clash is None:
        return made
    nearest = tuple(nearest_words(laid.board, found.clash, towns))
    return replace(made, clashes=(clash_words(laid.board, found.clash, towns),), nearest=nearest)


def _stop(found: Found, watch: Watch | None) -> Callable[[], bool]:
    """Asks the watch, which hears what it knows already, now and then; a stop is for good."""
    asked, is_stopped = perf_counter(), False

    def stop() -> bool:
        nonlocal asked, is_stopped
        if watch is not None and not is_stopped and perf_counter() - asked >= TELL_EVERY:
            asked, is_stopped = perf_counter(), watch(found)
        return is_stopped

    return stop


def _explained(laid: LaidTour, order: Order, left: Sequence[LeftOut], stop: Callable[[], bool]) -> tuple[LeftOut, ...]:
    """What is left out, with what it would take to visit it, as far as one got."""
    board = laid.board
    known = {board.sites[out.site].code: out for out in left_out(board.problem, order, stop=stop)}
    return tuple(
        each
        if (out := known.get(each.code)) is None
        else replace(
            each,
            why=left_out_words(board, out, laid.known.towns),
            over_min=out.over,
            instead_of=tuple(board.sites[site].code for site in out.swap),
        )
        for each in left
    )


def time_tour(ground: TourGround, spec: TourSpec, routes: Sequence[RouteWish]) -> Plan:
    """
    The routes as somebody ordered them, timed, with everything that they break.

    Raises
    ------
    InvalidParameter
        A route is of no day or coach of the tour, or holds a site that may not be visited; names all.
    """
    laid = ground.laid_out(spec)
    return written(laid, order_of_routes(laid, routes))


def order_of_routes(laid: LaidTour, routes: Sequence[RouteWish]) -> Order:
    """These routes as an order; raises InvalidParameter as ``time_tour``."""
    order, lost = laid.board.order_of(routes)
    if lost:
        words = Words(
            f"这些项目不能安排：{'、'.join(lost)}（不在候选中，或没有这一天、这辆车）",
            f"cannot be placed: {', '.join(lost)} (no candidate, or no such day or coach)",
        )
        raise InvalidParameter(words, found=", ".join(lost))
    return order


def written(laid: LaidTour, order: Order) -> Plan:
    """The timetable of an order."""
    return timetable(laid.board, time_order(laid.board.problem, order), laid.known, laid.others)
