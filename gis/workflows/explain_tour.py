"""Why a plan is as it is: what each site left out would take, what each rule costs, what more time would give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from gis.tours.assembly import RouteWish
from gis.tours.explain import LeftOut, left_out
from gis.tours.problem import Order
from gis.tours.spec import TourSpec
from gis.tours.timing import time_order
from gis.tours.what_if import Answer, Answers, Question, Tried, answers, with_more, without_each
from gis.tours.wish_words import later_words, left_out_words, longer_words, wish_words
from gis.tours.wishes import room_before_meeting
from gis.words import Words
from gis.workflows.plain import Record
from gis.workflows.plan_tour import order_of_routes
from gis.workflows.tour_board import LaidTour, TourGround

PARTS = ("left_out", "rules", "more")
# How much longer each day is in the question "what would half an hour more give".
LONGER_MIN = 30
Explain = Callable[[Callable[[], bool]], Record]


def explain_tour(
    ground: TourGround, spec: TourSpec, routes: Sequence[RouteWish], parts: Collection[str], seconds: float
) -> Explain:
    """
    What makes an explanation: all is checked at once, but what is answered takes its time.

    Returns
    -------
    Explain
        Called with what says to stop (True once, and from then on) it gives the parts (of PARTS) that are asked for, as
        far as one got; of a plan that breaks a rule they are empty, and ``feasible`` is false:

        ``left_out``: [{code, over_min, date, coach, place, instead_of, why}].

        ``search``, with rules and more: {value, difference, stops, comes_in, falls_out}, what searching on from the
        plan finds with every rule and hour as it is: its value, how much more than the plan's that is, its number of
        stops, which codes come in and which of the plan's fall out.

        ``rules``: [{key, words, cost, plan_value, difference, stops, comes_in, falls_out}], the dearest first;
        ``more``: [{kind, date, coach, minutes, gain, value, difference, stops, comes_in, falls_out, words}], ``kind``
        being longer (no meeting is moved), meeting (it is) or coach. Of each its own search's value (plan_value,
        value) and the same told against the plan; ``cost`` and ``gain``: the difference to ``search``'s, which is
        what the change alone gives.

        ``seconds``: about so long for each of rules and more.

    Raises
    ------
    InvalidParameter
        As ``gis.workflows.plan_tour.time_tour``.
    """
    laid = ground.laid_out(spec)
    order = order_of_routes(laid, routes)

    def explained(stop: Callable[[], bool]) -> Record:
        if not time_order(laid.board.problem, order).is_feasible:
            searched = {"search": None} if set(parts) & set(PARTS[1:]) else {}
            return {"feasible": False, **searched, **{part: [] for part in PARTS if part in parts}}
        told: Record = {"feasible": True}
        if "left_out" in parts:
            told["left_out"] = [_out(laid, each) for each in left_out(laid.board.problem, order, stop=stop)]
        return told | _tried(laid, order, [part for part in PARTS[1:] if part in parts], seconds, stop)

    return explained


def _tried(laid: LaidTour, order: Order, parts: Sequence[str], seconds: float, stop: Callable[[], bool]) -> Record:
    if not parts:
        return {}
    problem = laid.board.problem
    asked = {
        "rules": without_each(problem, order) if "rules" in parts else (),
        "more": with_more(problem, LONGER_MIN) if "more" in parts else (),
    }
    questions = [question for part in parts for question in asked[part]]
    found = answers(problem, order, questions, seconds=seconds * len(parts), stop=stop)
    return {"search": _search(laid, found), **{part: _part(laid, part, found) for part in parts}}


def _search(laid: LaidTour, found: Answers) -> Record:
    return {"value": found.unchanged.value, **_against_plan(laid, found.unchanged)}


def _part(laid: LaidTour, part: str, found: Answers) -> list[Record]:
    if part == "rules":
        costs = [answer for answer in found.answers if answer.question.kind == "rule"]
        return [_cost(laid, answer) for answer in sorted(costs, key=lambda answer: -answer.gain)]
    return [_change(laid, answer) for answer in found.answers if answer.question.kind != "rule"]


def _out(laid: LaidTour, out: LeftOut) -> Record:
    site = laid.board.sites[out.site]
    return {
        "code": site.code,
        "over_min": out.over,
        "instead_of": _codes(laid, out.swap),
        "why": left_out_words(laid.board, out, laid.known.towns).as_dict(),
        **_route(laid, out.shift),
        "place": out.leg,
    }


def _cost(laid: LaidTour, answer: Answer) -> Record:
    wish = answer.question.wish
    assert wish is not None  # noqa: S101 (of a rule)
    words = wish_words(laid.board, wish, laid.known.towns)
    told = {"key": str(wish), "words": words.as_dict(), "cost": answer.gain, "plan_value": answer.found.value}
    return told | _against_plan(laid, answer.found)


def _change(laid: LaidTour, answer: Answer) -> Record:
    question = answer.question
    return {
        "kind": question.kind,
        "minutes": None if question.kind == "coach" else LONGER_MIN,
        **_route(laid, question.shift),
        **({"coach": None} if question.kind == "meeting" else {}),
        "gain": answer.gain,
        "value": answer.found.value,
        **_against_plan(laid, answer.found),
        "words": _words(laid, question).as_dict(),
    }


def _against_plan(laid: LaidTour, found: Tried) -> Record:
    return {
        "difference": found.gain,
        "stops": found.stops,
        "comes_in": _codes(laid, found.comes_in),
        "falls_out": _codes(laid, found.falls_out),
    }


def _codes(laid: LaidTour, sites: Sequence[int]) -> list[str]:
    return [laid.board.sites[site].code for site in sites]


def _words(laid: LaidTour, question: Question) -> Words:
    if question.kind == "coach":
        is_alone = laid.board.spec.routes == 1 and laid.board.spec.coaches > 1
        return Words("每天分两路走", "two routes a day") if is_alone else Words("每天多一辆车", "one more coach a day")
    if question.shift is None:
        told = Words(f"每天都多 {LONGER_MIN} 分钟", f"{LONGER_MIN} min more every day")
        is_held = any(room_before_meeting(shift, LONGER_MIN) < LONGER_MIN for shift in laid.board.problem.shifts)
        sooner = Words("会议不动，提前出发", "no meeting moved, but earlier")
        return Words(f"{told.zh}（{sooner.zh}）", f"{told.en} ({sooner.en})") if is_held else told
    of_route = later_words if question.kind == "meeting" else longer_words
    return of_route(laid.board, question.shift, LONGER_MIN)


def _route(laid: LaidTour, shift: int | None) -> dict[str, Any]:
    if shift is None:
        return {"date": None, "coach": None}
    return {"date": laid.board.day_of(shift).on.isoformat(), "coach": laid.board.problem.shifts[shift].coach + 1}
