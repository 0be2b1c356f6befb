"""Tours over the web: planned line by line, timed, kept, remembered; wrong wishes are told what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis.model import LOCAL_ACTOR
from gis.store.port import Store
from gis.tours import planner
from gis.tours.clashes import Clash, clash_of
from gis.tours.itinerary import Plan
from gis.tours.planner import Found, Watch
from gis.words import Words
from gis.workflows.keep_assessment import writing_assessed
from gis.workflows.plan_tour import Search, planned
from gis.workflows.tour_board import LaidTour
from tests.webapp.sending import ELSEWHERE, send
from webapp.turns import Turns
from webapp.views import tour_stream, tours

DAY = {"date": "2026-12-08", "from": "08:30", "until": "12:00", "start": "town:T1", "end": "town:T1"}
SPEC: dict[str, Any] = {"title": "下半年观摩", "days": [DAY]}


def routes(*codes: str, on: str = "2026-12-08") -> list[dict[str, Any]]:
    return [{"date": on, "coach": 1, "codes": list(codes)}]


@pytest.fixture
def own(own_app: Flask) -> FlaskClient:
    """A browser at a server of the test's own."""
    return own_app.test_client()


def lines_of(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


def test_a_new_tour_begins_with_what_can_be_planned_at_once(client: FlaskClient) -> None:
    told = client.get("/api/tours").get_json()
    assert told["tours"] == []
    assert {"spot": "park:K1", "name": "示例产业园", "kind": "park"} in told["places"]
    planned = send(client, "POST", "/api/tours/plan", {"spec": {**told["usual"], "title": "x"}, "seconds": 0.3})
    assert "plan" in lines_of(planned)[-1]


def test_candidates_say_what_they_are_worth_or_why_they_may_not_be_visited(client: FlaskClient) -> None:
    told = send(client, "POST", "/api/tours/candidates", {"spec": SPEC}).get_json()
    found = {site["code"]: site for site in told["sites"]}
    assert (found["D"]["eligible"], found["D"]["reason"], found["D"]["lonlat"]) == (False, "no_place", None)
    assert (found["A"]["eligible"], found["A"]["park_name"], found["A"]["town_name"]) == (True, "示例产业园", "城关镇")
    assert found["A"]["value_parts"]["investment"] == 100.0
    assert told["all_value"] == pytest.approx(sum(found[code]["value"] for code in "ABC"))


def test_a_plan_comes_whole_with_its_routes_on_the_map(client: FlaskClient) -> None:
    valued = {**SPEC, "sites": [{"code": "B", "value": 5}, {"code": "C", "value": 5}]}
    answer = send(client, "POST", "/api/tours/plan", {"spec": valued, "seconds": 0.6})
    assert (answer.mimetype, answer.headers["X-Accel-Buffering"]) == ("application/x-ndjson", "no")
    plan = lines_of(answer)[-1]["plan"]
    assert plan["feasible"]
    assert {stop["code"] for stop in plan["days"][0]["stops"]} == {"A", "B", "C"}
    assert [each["code"] for each in plan["left_out"]] == ["D"]
    # To three stops and back: four legs.
    assert len(plan["days"][0]["lines"]) == 4


def test_while_one_looks_the_best_so_far_is_told(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search itself stands aside: it finds nothing, then a site, then the same once more."""

    def slowly(laid: LaidTour, search: Search, watch: Watch) -> Plan:
        for order in (((),), ((0,),), ((0,),)):
            watch(Found(order, 10.0 * len(order[0]), True, 0.0))
            time.sleep(0.4)
        return planned(laid, search, lambda _: True)

    monkeypatch.setattr(tours, "planned", slowly)
    *under_way, last = lines_of(send(client, "POST", "/api/tours/plan", {"spec": SPEC, "seconds": 2}))
    assert "plan" in last
    assert [line["value"] for line in under_way if "value" in line] == [0, 10, 10]
    better = [line["routes"] for line in under_way if "routes" in line]
    assert better == [routes(), routes("A")]
    assert [line["progress"] for line in under_way] == sorted(line["progress"] for line in under_way)


def test_a_search_that_breaks_off_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> Plan:
        raise ZeroDivisionError

    monkeypatch.setattr(tours, "planned", breaks)
    (line,) = lines_of(send(client, "POST", "/api/tours/plan", {"spec": SPEC, "seconds": 0.2}))[-1:]
    assert line["problem"]["title"]["zh"] == "编排中断，原因已记入日志"


def test_an_order_of_somebody_s_own_is_timed_with_what_it_breaks(client: FlaskClient) -> None:
    short = {**SPEC, "days": [{**DAY, "until": "09:00"}]}
    plan = send(client, "POST", "/api/tours/time", {"spec": short, "routes": routes("C", "A")}).get_json()["plan"]
    assert [stop["code"] for stop in plan["days"][0]["stops"]] == ["C", "A"]
    assert not plan["feasible"]
    assert [breach["kind"] for breach in plan["breaches"]] == ["closes"]


@pytest.mark.parametrize("given", [routes("D"), routes("Z"), routes("A", on="2026-12-09")])
def test_what_cannot_be_placed_is_named(client: FlaskClient, given: list[dict[str, Any]]) -> None:
    answer = send(client, "POST", "/api/tours/time", {"spec": SPEC, "routes": given})
    assert answer.status_code == 400
    assert answer.get_json()["found"] == given[0]["codes"][0]


@pytest.mark.parametrize(
    ("spec", "column"),
    [
        ({"title": "x", "days": []}, "days"),
        ({**SPEC, "days": [{**DAY, "until": "08:30"}]}, "days[1].until"),
        ({**SPEC, "days": [{**DAY, "start": "town:T9"}]}, "start"),
        ({**SPEC, "sites": [{"code": "Z"}]}, "sites[1].code"),
        ({**SPEC, "colour": 1}, "colour"),
    ],
)
def test_wrong_wishes_are_refused_at_their_place(client: FlaskClient, spec: dict[str, Any], column: str) -> None:
    answer = send(client, "POST", "/api/tours/plan", {"spec": spec})
    assert answer.status_code == 400
    told = answer.get_json()
    assert column in [each["column"] for each in told.get("errors", [])] or column == "start"
    assert told["title"]["zh"]


def test_what_cannot_be_met_is_named_with_the_nearest_way_out(client: FlaskClient) -> None:
    # Two stays of 23 minutes do not fit into 40 minutes; one does.
    short = {**SPEC, "days": [{**DAY, "until": "09:10"}]}
    musts = {**short, "sites": [{"code": "A", "must": True}, {"code": "B", "must": True}]}
    plan = lines_of(send(client, "POST", "/api/tours/plan", {"spec": musts, "seconds": 0.3}))[-1]["plan"]
    assert not plan["feasible"]
    (clash,) = plan["clashes"]
    assert "必看 示例工厂" in clash["zh"]
    assert "必看 示例快速路" in clash["zh"]
    assert any(way["zh"].startswith("12月8日延长") for way in plan["nearest"])
    assert any(way["zh"] == "放弃：必看 示例工厂" for way in plan["nearest"])


def test_a_minimum_larger_than_the_candidates_is_said_so(client: FlaskClient) -> None:
    many = {**SPEC, "limits": [{"by": "town", "key": "T1", "at_least": 9}]}
    plan = lines_of(send(client, "POST", "/api/tours/plan", {"spec": many, "seconds": 0.3}))[-1]["plan"]
    assert [clash["zh"] for clash in plan["clashes"]] == ["不能同时满足：城关镇至少 9 个"]
    assert [way["zh"] for way in plan["nearest"]] == ["城关镇改为至少 2 个"]


def test_a_plan_is_explained(client: FlaskClient) -> None:
    valued = [{"code": "A", "value": 5}, {"code": "B", "value": 4}, {"code": "C", "value": 3}]
    spec = {**SPEC, "sites": valued, "limits": [{"by": "town", "key": "T1", "at_most": 1}]}
    asked = {"spec": spec, "routes": routes("A", "C"), "seconds": 0.2}
    told = send(client, "POST", "/api/tours/explain", asked).get_json()
    assert told["feasible"]
    ((out),) = told["left_out"]
    assert (out["code"], out["over_min"], out["instead_of"]) == ("B", 0, ["A"])
    assert out["why"]["zh"] == "已到上限：城关镇至多 1 个；可换下 示例工厂"
    # Without the limit B comes, too: 4.
    assert told["rules"] == [
        {
            "key": "most:town:T1",
            "words": {"zh": "城关镇至多 1 个", "en": "at most 1 of 城关镇"},
            "cost": 4.0,
            "plan_value": 12.0,
            "difference": 4.0,
            "stops": 3,
            "comes_in": ["B"],
            "falls_out": [],
        }
    ]
    nothing = {"difference": 0.0, "stops": 2, "comes_in": [], "falls_out": []}
    assert told["search"] == {"value": 8.0, **nothing}
    assert {each["kind"] for each in told["more"]} == {"longer", "coach"}
    assert all(each["gain"] == 0 and each.items() >= nothing.items() for each in told["more"])
    only = send(client, "POST", "/api/tours/explain", {**asked, "parts": ["rules"]}).get_json()
    assert set(only) == {"feasible", "search", "rules"}


def test_a_plan_made_by_hand_is_explained_against_itself_and_against_what_searching_finds(client: FlaskClient) -> None:
    """By hand only the poorest; searching on finds the best two, and without the limit all three."""
    valued = [{"code": "A", "value": 5}, {"code": "B", "value": 4}, {"code": "C", "value": 3}]
    spec = {
        **SPEC,
        "sites": valued,
        "limits": [{"by": "category", "at_most": 9}, {"by": "town", "key": "T1", "at_most": 1}],
    }
    asked = {"spec": spec, "routes": routes("B"), "parts": ["rules", "more"], "seconds": 0.5}
    told = send(client, "POST", "/api/tours/explain", asked).get_json()
    assert told["search"] == {"value": 8.0, "difference": 4.0, "stops": 2, "comes_in": ["A", "C"], "falls_out": ["B"]}
    (rule,) = told["rules"]
    assert (rule["cost"], rule["plan_value"], rule["difference"]) == (4.0, 12.0, 8.0)
    assert (rule["comes_in"], rule["falls_out"]) == (["A", "C"], [])
    assert {(each["gain"], each["value"], each["stops"]) for each in told["more"]} == {(0.0, 8.0, 2)}


def test_half_an_hour_more_before_a_meeting_is_earlier_and_the_meeting_later_is_said_so(client: FlaskClient) -> None:
    """Half an hour for one stay of 23 minutes; the meeting is at nine."""
    short = {**SPEC, "days": [{**DAY, "meeting": "09:00"}]}
    asked = {"spec": short, "routes": [], "parts": ["more"], "seconds": 0.3}
    more = send(client, "POST", "/api/tours/explain", asked).get_json()["more"]
    assert [(each["kind"], each["coach"], each["words"]["zh"]) for each in more] == [
        ("longer", 1, "12月8日提前 30 分钟出发（08:00）"),
        ("meeting", None, "12月8日会议推迟 30 分钟（到 09:30）"),
        ("longer", None, "每天都多 30 分钟（会议不动，提前出发）"),
        ("coach", None, "每天多一辆车"),
    ]


def test_who_stops_listening_ends_the_explanation(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(1, BUSY, wait_s=20)
    monkeypatch.setattr(tour_stream, "_turns", turns)

    def explains(*_: object) -> Callable[[Callable[[], bool]], dict[str, Any]]:
        def wait(stop: Callable[[], bool]) -> dict[str, Any]:
            while not stop():
                time.sleep(0.01)
            return {}

        return wait

    monkeypatch.setattr(tours, "explain_tour", explains)
    answer = send(client, "POST", "/api/tours/explain", {"spec": SPEC, "routes": []}, buffered=False)
    assert next(iter(answer.response)) == b"\n"
    answer.close()
    turns.take()


def test_an_explanation_that_cannot_be_made_says_why(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(stop: object) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(tours, "explain_tour", lambda *_: breaks)
    answer = send(client, "POST", "/api/tours/explain", {"spec": SPEC, "routes": []})
    said = json.loads(answer.get_data(as_text=True))
    assert said["problem"]["title"]["zh"] == "编排中断，原因已记入日志"


def test_one_looks_once_for_what_clashes(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def once(*args: Any, **more: Any) -> Clash | None:
        asked.append(more["seconds"])
        return clash_of(*args, **more)

    monkeypatch.setattr(planner, "clash_of", once)
    many = {**SPEC, "limits": [{"by": "town", "key": "T1", "at_least": 9}]}
    plan = lines_of(send(client, "POST", "/api/tours/plan", {"spec": many, "seconds": 0.3}))[-1]["plan"]
    assert plan["clashes"]
    assert len(asked) == 1


def test_a_plan_that_breaks_a_rule_is_not_explained(client: FlaskClient) -> None:
    spec = {**SPEC, "sites": [{"code": "A", "must": True}]}
    told = send(client, "POST", "/api/tours/explain", {"spec": spec, "routes": routes("C")}).get_json()
    assert told == {"feasible": False, "search": None, "left_out": [], "rules": [], "more": []}


def test_a_plan_is_kept_changed_and_remembered(own: FlaskClient) -> None:
    assert send(own, "POST", "/api/tours", {"spec": SPEC}).get_json() == {"tour_no": "T1"}
    first = {"spec": SPEC, "routes": routes("A", "B"), "name": "初稿"}
    assert send(own, "POST", "/api/tours/T1/plans", first).get_json() == {"plan_no": "T1-1"}
    second = {**first, "routes": routes("B", "A"), "name": "二稿", "made_from": "T1-1", "note": "先看路"}
    assert send(own, "POST", "/api/tours/T1/plans", second).get_json() == {"plan_no": "T1-2"}
    kept = own.get("/api/tour-plans/T1-2").get_json()
    assert (kept["name"], kept["made_from"], kept["note"]) == ("二稿", "T1-1", "先看路")
    assert [stop["code"] for stop in kept["plan"]["days"][0]["stops"]] == ["B", "A"]
    assert len(kept["plan"]["days"][0]["lines"]) == 3
    assert [plan["plan_no"] for plan in own.get("/api/tours/T1").get_json()["plans"]] == ["T1-1", "T1-2"]
    assert send(own, "POST", "/api/tour-plans/T1-2/visited").get_json() == {"visits": 2}
    later = {**SPEC, "days": [{**DAY, "date": "2026-12-20"}], "not_seen_in_last": 1}
    sites = send(own, "POST", "/api/tours/candidates", {"spec": later}).get_json()["sites"]
    assert [site["code"] for site in sites if site["reason"] == "seen_lately"] == ["A", "B"]
    assert send(own, "DELETE", "/api/tours/T1/visits", {"reason": "因雨取消"}).get_json() == {"visits": 2}


def test_a_plan_says_what_has_changed_since_it_was_kept(own: FlaskClient) -> None:
    number = send(own, "POST", "/api/tours", {"spec": SPEC}).get_json()["tour_no"]
    kept = {"name": "初稿", "spec": SPEC, "routes": routes("A")}
    plan_no = send(own, "POST", f"/api/tours/{number}/plans", kept).get_json()["plan_no"]

    def since() -> list[str]:
        told = own.get(f"/api/tours/{number}").get_json()["plans"][0]["since"]
        assert own.get(f"/api/tour-plans/{plan_no}").get_json()["since"] == told
        return told

    assert since() == []
    seen = own.get(f"/api/tours/{number}").get_json()["tour"]["recorded_at"]
    send(own, "PUT", f"/api/tours/{number}", {"spec": {**SPEC, "boarding_min": 9}, "seen": seen})
    assert since() == ["wishes"]
    sites = send(own, "POST", "/api/tours/candidates", {"spec": SPEC}).get_json()["sites"]
    lon, lat = next(site["lonlat"] for site in sites if site["code"] == "A")
    placed = {"lon": lon, "lat": lat, "note": "", "seen": ""}
    assert send(own, "PUT", "/api/entrances/project/A", placed).status_code == 200
    assert since() == ["roads", "wishes"]
    # Kept anew, with the wishes of now: nothing has changed since then.
    again = {**kept, "spec": {**SPEC, "boarding_min": 9}}
    other = send(own, "POST", f"/api/tours/{number}/plans", again).get_json()["plan_no"]
    assert own.get(f"/api/tour-plans/{other}").get_json()["since"] == []


def test_a_tour_tells_how_many_visits_are_remembered_until_they_are_forgotten(own: FlaskClient) -> None:
    number = send(own, "POST", "/api/tours", {"spec": SPEC}).get_json()["tour_no"]
    kept = {"name": "初稿", "spec": SPEC, "routes": routes("A", "C")}
    plan_no = send(own, "POST", f"/api/tours/{number}/plans", kept).get_json()["plan_no"]
    assert own.get(f"/api/tours/{number}").get_json()["visits"] == 0
    send(own, "POST", f"/api/tour-plans/{plan_no}/visited", {})
    assert own.get(f"/api/tours/{number}").get_json()["visits"] == 2
    send(own, "DELETE", f"/api/tours/{number}/visits", {"reason": "没有成行"})
    assert own.get(f"/api/tours/{number}").get_json()["visits"] == 0


def test_a_plan_of_which_a_project_was_retired_still_opens_and_says_what_cannot_be_placed(
    own: FlaskClient, own_store: Store
) -> None:
    spec = {**SPEC, "sites": [{"code": "B", "must": True}]}
    send(own, "POST", "/api/tours", {"spec": spec})
    kept = {"spec": spec, "routes": routes("A", "B"), "name": "初稿"}
    number = send(own, "POST", "/api/tours/T1/plans", kept).get_json()["plan_no"]
    with writing_assessed(own_store, LOCAL_ACTOR) as writer:
        writer.retire("project", ("B",), date(2026, 6, 1))
    plan = own.get(f"/api/tour-plans/{number}").get_json()["plan"]
    assert [stop["code"] for stop in plan["days"][0]["stops"]] == ["A", "B"]
    for address in (f"/tours/day/{number}", f"/export/tours/{number}.xlsx"):
        assert own.get(address).status_code == 200
    # What is wished of it is refused at its place, and so is its place in a route.
    refused = send(own, "POST", "/api/tours/time", {"spec": spec, "routes": routes("A")})
    assert (refused.status_code, refused.get_json()["column"]) == (400, "sites[1].code")
    lost = send(own, "POST", "/api/tours/time", {"spec": SPEC, "routes": routes("A", "B")})
    assert (lost.status_code, lost.get_json()["found"]) == (400, "B")
    assert send(own, "POST", f"/api/tour-plans/{number}/visited").get_json() == {"visits": 1}


def test_a_tour_changed_meanwhile_is_a_conflict(own: FlaskClient) -> None:
    send(own, "POST", "/api/tours", {"spec": SPEC})
    seen = own.get("/api/tours/T1").get_json()["tour"]["recorded_at"]
    changed = {"spec": {**SPEC, "visit_min": 30}, "seen": seen}
    assert send(own, "PUT", "/api/tours/T1", changed).get_json()["tour"]["spec"]["visit_min"] == 30
    assert send(own, "PUT", "/api/tours/T1", changed).status_code == 409
    seen = own.get("/api/tours/T1").get_json()["tour"]["recorded_at"]
    assert send(own, "DELETE", "/api/tours/T1", {"reason": "改期", "seen": seen}).status_code == 200
    assert own.get("/api/tours/T1").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/tours", {"spec": SPEC}),
        ("POST", "/api/tours/plan", {"spec": SPEC}),
        ("POST", "/api/tours/candidates", {"spec": SPEC}),
        ("POST", "/api/tours/T1/plans", {"spec": SPEC, "routes": [], "name": "x"}),
        ("POST", "/api/tour-plans/T1-1/visited", {}),
        ("DELETE", "/api/tour-plans/T1-1", {"reason": "x", "seen": "y"}),
    ],
)
def test_who_may_only_look_plans_nothing(client: FlaskClient, method: str, path: str, body: dict[str, Any]) -> None:
    assert send(client, method, path, body, environ_base=ELSEWHERE).status_code == 403


BUSY = Words("忙", "busy")


def test_no_more_searches_run_at_once_than_may(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(1, BUSY)
    monkeypatch.setattr(tour_stream, "_turns", turns)
    with turns:
        for path in ("plan", "explain"):
            refused = send(client, "POST", f"/api/tours/{path}", {"spec": SPEC, "routes": []})
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    assert send(client, "POST", "/api/tours/plan", {"spec": SPEC, "seconds": 0.1}).status_code == 200
    turns.take()  # the search gave its turn back


def test_who_stops_listening_ends_the_search(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(1, BUSY, wait_s=20)
    monkeypatch.setattr(tour_stream, "_turns", turns)
    answer = send(client, "POST", "/api/tours/plan", {"spec": SPEC, "seconds": 60}, buffered=False)
    next(iter(answer.response))
    answer.close()
    turns.take()


@pytest.mark.parametrize("address", ["/api/tours", "/api/tours/T1", "/api/tour-plans/T1-1", "/tours/day/T1-1"])
def test_plans_with_their_talks_are_for_who_has_an_account(desk: FlaskClient, address: str) -> None:
    assert desk.get(address).status_code == 401
