"""Inspection tours: the page, tours and plans as they are kept, candidates, planning, timing, what rules cost."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from gis.tours.assembly import RouteWish
from gis.tours.itinerary import Plan, plan_as_dict
from gis.tours.spec import MOST_COACHES, MOST_DAYS, MOST_SITES, read_spec, spec_as_dict
from gis.workflows.explain_tour import PARTS, explain_tour
from gis.workflows.names import read_names
from gis.workflows.plain import Record
from gis.workflows.plan_since import changed_since_kept
from gis.workflows.plan_tour import LONGEST_SECONDS, Search, planned, time_tour
from gis.workflows.remember_visits import forget_visits, remember_visits, visits_of
from gis.workflows.tour_board import TOUR_LAYERS, list_candidates
from gis.workflows.tour_book import (
    LONGEST_NAME,
    ROAD_LAYERS,
    NewPlan,
    change_tour,
    list_tours,
    new_tour,
    read_plan,
    read_tour,
    save_plan,
    withdraw_plan,
    withdraw_tour,
)
from gis.workflows.tour_lines import tour_lines
from gis.workflows.usual_tour import usual_spec
from webapp.acting import allow, require_person
from webapp.bodies import BodyAsker, body
from webapp.context import served
from webapp.params import key_in_path
from webapp.rights import MAY
from webapp.views.answering import answer
from webapp.views.desk_page import render_desk
from webapp.views.tour_stream import stream_answer, stream_plan

blueprint = Blueprint("tours", __name__)
# Seconds for what rules cost, and as many for what more would give.
USUAL_EXPLAINED, LONGEST_EXPLAINED = 5.0, 20.0
MOST_ROUTES = MOST_DAYS * MOST_COACHES


@blueprint.get("/tours")
def page() -> str:
    """The page."""
    return render_desk("tours.html", "tours.js", by="lamp")


@blueprint.get("/api/tours")
def tours() -> Response:
    """All tours with their plans, and what a new one begins with."""
    require_person()
    site = served()
    return answer(site.tag(TOUR_LAYERS), lambda: {"tours": list_tours(site.store), **_beginnings()})


@blueprint.post("/api/tours")
def make() -> tuple[Response, int]:
    """Keep a new tour."""
    acts = allow(*MAY["tours"])
    with body() as ask:
        given = _given_spec(ask)
    return jsonify({"tour_no": new_tour(served().store, acts, read_spec(given))}), 201


@blueprint.get("/api/tours/<tour_no>")
def tour(tour_no: str) -> Response:
    """One tour and its plans."""
    require_person()
    return jsonify(_tour(key_in_path("tour_no", tour_no)))


@blueprint.put("/api/tours/<tour_no>")
def change(tour_no: str) -> Response:
    """Other wishes in its place."""
    acts = allow(*MAY["tours"])
    with body() as ask:
        given, seen = _given_spec(ask), ask.text("seen", required=True)
    number = key_in_path("tour_no", tour_no)
    change_tour(served().store, acts, number, read_spec(given), seen=seen)
    return jsonify(_tour(number))


@blueprint.delete("/api/tours/<tour_no>")
def withdraw(tour_no: str) -> Response:
    """Take it away, with a reason."""
    acts, said = allow(*MAY["tours"]), _given_reason()
    number = key_in_path("tour_no", tour_no)
    withdraw_tour(served().store, acts, number, **said)
    return jsonify({"tour_no": number, "withdrawn": True})


@blueprint.post("/api/tours/candidates")
def candidates() -> Response:
    """What the tour chooses from."""
    allow(*MAY["tours"])
    with body() as ask:
        given = _given_spec(ask)
    return jsonify(list_candidates(served().tour_ground(), read_spec(given)))


@blueprint.post("/api/tours/plan")
def plan() -> Response:
    """Look for the best plan, and tell of the best so far while one looks: one JSON object a line."""
    allow(*MAY["tours"])
    with body() as ask:
        given, routes = _given_spec(ask), _routes(ask)
        seconds = ask.number("seconds", 0.1, LONGEST_SECONDS) or 10.0
        seed = ask.whole("seed", 0, 1_000_000) or 0
    laid = served().tour_ground().laid_out(read_spec(given))
    search = Search(seconds, seed, routes)
    return stream_plan(laid, search, lambda watch: _told(planned(laid, search, watch)))


@blueprint.post("/api/tours/time")
def timing() -> Response:
    """Routes as somebody ordered them, timed."""
    allow(*MAY["tours"])
    with body() as ask:
        given, routes = _given_spec(ask), _routes(ask)
    return jsonify({"plan": _told(time_tour(served().tour_ground(), read_spec(given), routes))})


@blueprint.post("/api/tours/explain")
def explain() -> Response:
    """What each site left out would take, what each rule costs, what more would give; who leaves ends it."""
    allow(*MAY["tours"])
    with body() as ask:
        given, routes, parts = _given_spec(ask), _routes(ask), ask.texts("parts")
        seconds = ask.number("seconds", 0.1, LONGEST_EXPLAINED) or USUAL_EXPLAINED
        if unknown := [part for part in parts if part not in PARTS]:
            ask.wrong("parts", ", ".join(unknown), " | ".join(PARTS))
    return stream_answer(explain_tour(served().tour_ground(), read_spec(given), routes, parts or PARTS, seconds))


@blueprint.post("/api/tours/<tour_no>/plans")
def keep(tour_no: str) -> tuple[Response, int]:
    """Keep a plan, timed anew here."""
    acts = allow(*MAY["tours"])
    with body() as ask:
        given, routes = _given_spec(ask), _routes(ask)
        name = ask.text("name", longest=LONGEST_NAME, required=True)
        made_from, note = ask.text("made_from"), ask.note("note")
    site, spec = served(), read_spec(given)
    # Before the timing: roads that are imported while it goes on are later than the plan.
    roads = site.store.version(ROAD_LAYERS)
    new = NewPlan(name, spec, time_tour(site.tour_ground(), spec, routes), made_from, note, roads)
    return jsonify({"plan_no": save_plan(site.store, acts, key_in_path("tour_no", tour_no), new)}), 201


@blueprint.get("/api/tour-plans/<plan_no>")
def kept_plan(plan_no: str) -> Response:
    """A plan as it was kept, with its routes on the roads of today."""
    require_person()
    site = served()
    kept = read_plan(site.store, key_in_path("plan_no", plan_no))
    since = changed_since_kept(site.store, site.overview(None), kept.tour_no).get(kept.plan_no, [])
    said = {name: getattr(kept, name) for name in ("plan_no", "tour_no", "name", "made_from", "note", "recorded_by")}
    made = {"recorded_at": kept.recorded_at, "since": since, "spec": spec_as_dict(kept.spec), "plan": _told(kept.plan)}
    return jsonify({**said, **made})


@blueprint.delete("/api/tour-plans/<plan_no>")
def withdraw_kept(plan_no: str) -> Response:
    """Take a plan away, with a reason."""
    acts, said = allow(*MAY["tours"]), _given_reason()
    number = key_in_path("plan_no", plan_no)
    withdraw_plan(served().store, acts, number, **said)
    return jsonify({"plan_no": number, "withdrawn": True})


@blueprint.post("/api/tour-plans/<plan_no>/visited")
def visited(plan_no: str) -> Response:
    """The tour took place as planned."""
    acts = allow(*MAY["tours"])
    with body():
        pass
    return jsonify({"visits": remember_visits(served().store, acts, key_in_path("plan_no", plan_no))})


@blueprint.delete("/api/tours/<tour_no>/visits")
def forget(tour_no: str) -> Response:
    """It did not."""
    acts = allow(*MAY["tours"])
    with body() as ask:
        reason = ask.reason()
    return jsonify({"visits": forget_visits(served().store, acts, key_in_path("tour_no", tour_no), reason=reason)})


def _given_reason() -> dict[str, str]:
    """Why something is taken away, and which of its states that person saw."""
    with body() as ask:
        return {"reason": ask.reason(), "seen": ask.text("seen", required=True)}


def _given_spec(ask: BodyAsker) -> dict[str, Any]:
    """The wishes as they were sent: they read and bound themselves."""
    return ask.mapping("spec", required=True)


def _routes(ask: BodyAsker) -> tuple[RouteWish, ...]:
    found = []
    for each in ask.objects("routes", most=MOST_ROUTES):
        on, coach = each.day("date", required=True), each.whole("coach", 1, MOST_COACHES, required=True)
        codes = each.texts("codes", most=MOST_SITES)
        if on is not None and coach is not None:
            found.append(RouteWish(on, coach, codes))
    return tuple(found)


def _tour(tour_no: str) -> Record:
    site, store = served(), served().store
    kept = read_tour(store, tour_no)
    since = changed_since_kept(store, site.overview(None), tour_no)
    visits = visits_of(store)["tour_no"]
    listed = next(each for each in list_tours(store) if each["tour_no"] == tour_no)
    told = {"recorded_at": kept.recorded_at, "recorded_by": kept.recorded_by}
    return {
        "tour": {name: listed[name] for name in ("tour_no", "title", "on_date")}
        | told
        | {"spec": spec_as_dict(kept.spec)},
        "plans": [{**plan, "since": since.get(plan["plan_no"], [])} for plan in listed["plans"]],
        "visits": int((visits == tour_no).sum()),
        "scoring": listed["scoring"],
    }


def _told(made: Plan) -> Record:
    """With the route of each leg on the roads."""
    said = plan_as_dict(made)
    for day, lines in zip(said["days"], tour_lines(served().travels, made), strict=True):
        day["lines"] = [list(map(list, leg)) for leg in lines]
    return said


def _beginnings() -> Record:
    """What a new tour begins with: the places that it may name, and whether there are roads."""
    site = served()
    on = site.day(None)
    names = read_names(site.store, on)
    places = [{"spot": f"town:{code}", "name": name, "kind": "town"} for code, name in names.towns.items()]
    places += [{"spot": f"park:{code}", "name": name, "kind": "park"} for code, name in names.parks.items()]
    return {"places": places, "usual": usual_spec(site.store, on), "roads": site.travels.has_roads}
