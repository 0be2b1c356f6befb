"""What each JSON address says of the small county, by numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from gis.settings import Settings
from gis.store.port import Store
from gis.workflows.list_projects import CODED, LISTED
from webapp import create_app

# On 2026-06-30: A has a plan of 12,000 and 3,000 invested: done 25 %, expected 6/12 = 50 %, 25 points behind.
# Its land is two parcels of 10,000 m²; parcel 1 is cleared, parcel 2 has not begun and is held.


def codes(answer: Any) -> list[str]:
    return [project["code"] for project in answer.get_json()["projects"]]


def test_info_says_what_the_store_is(client: FlaskClient) -> None:
    info = client.get("/api/info").get_json()
    assert (info["name"], info["crs"], info["is_sample"]) == ("示例县", "EPSG:4547", True)
    assert (info["data_on"], info["on"]) == ("2026-06-30", "2026-06-30")
    assert info["counts"] == {"town": 2, "park": 1, "project": 4, "parcel": 3, "zone": 1, "road": 0}
    assert "+proj=tmerc" in info["proj4"]
    assert info["review_number"] == "示S(2026)1号"
    west, south, east, north = info["bounds"]
    # The county is 5 × 10 km from 114°E: 5 km is 0.0535° of longitude at 33°N, 10 km is 0.0902° of latitude.
    assert west == pytest.approx(114.0, abs=1e-6)
    assert east - west == pytest.approx(0.0535, abs=2e-4)
    assert north - south == pytest.approx(0.0902, abs=2e-4)


def test_info_names_base_maps_but_not_where_they_come_from(client: FlaskClient) -> None:
    answer = client.get("/api/info")
    assert answer.get_json()["basemaps"] == [
        {
            "id": "plan",
            "name": "规划底图",
            "url": "/basemap/plan/{z}/{x}/{y}",
            "attribution": "示例 GS(2026)1号",
            "max_zoom": 18,
        }
    ]
    assert b"secret" not in answer.get_data()


def test_codes_are_all_lists_with_both_languages(client: FlaskClient) -> None:
    lists = client.get("/api/codes").get_json()
    assert lists["Lamp"][0] == {"code": "green", "zh": "绿", "en": "green"}
    assert len(lists["Stage"]) == 10
    assert {"ProjectStage", "Flag", "ZoneKind", "Readiness", "Utility"} <= set(lists)


def test_projects_come_with_their_assessment_and_the_names_of_places(client: FlaskClient) -> None:
    answer = client.get("/api/projects").get_json()
    assert (answer["on"], answer["count"], answer["all"]) == ("2026-06-30", 4, 4)
    a = answer["projects"][0]
    assert (a["code"], a["plan_wan"], a["invested_wan"], a["done_share"], a["gap_pp"]) == ("A", 12000, 3000, 0.25, -25)
    assert (a["footprint_m2"], a["ready_m2"], a["ready_share"]) == (20_000, 10_000, 0.5)
    assert (a["located_in_town_name"], a["credited_to_town_name"]) == ("城关镇", "北关镇")
    assert a["located_in_park_name"] == "示例产业园"
    assert a["planned_start_on"] == "2026-09-01"
    assert "held" in a["flags"]


def test_what_is_missing_is_null_and_never_absent(client: FlaskClient) -> None:
    projects = client.get("/api/projects").get_json()["projects"]
    assert len({frozenset(project) for project in projects}) == 1
    d = projects[3]
    assert d["code"] == "D"
    assert [d[name] for name in ("plan_wan", "gap_pp", "total_wan", "planned_start_on", "leader", "float_days")] == [
        None
    ] * 6


def test_columns_hold_what_the_rows_hold_in_the_same_order(client: FlaskClient) -> None:
    for query in ("", "town=T1", "words=nothing", "sort=-footprint_m2"):
        rows = client.get(f"/api/projects?{query}").json
        columns = client.get(f"/api/projects?{query}&columns={','.join(LISTED)}").json
        assert {name: rows[name] for name in ("on", "count", "all")} == {
            name: columns[name] for name in ("on", "count", "all")
        }
        assert columns["columns"] == {name: [row[name] for row in rows["projects"]] for name in LISTED}
        assert set(columns) == {"on", "count", "all", "columns"}


def test_only_the_columns_asked_for_are_sent(client: FlaskClient) -> None:
    answer = client.get("/api/projects?columns=gap_pp&columns=code&town=T1").json
    assert answer["columns"] == {"gap_pp": [-25, None], "code": ["A", "B"]}


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("town=T1", ["A", "B"]),
        ("town=T1,T2", ["A", "B", "C", "D"]),
        ("park=K1", ["A"]),
        ("category=livelihood&category=infrastructure", ["B", "C"]),
        ("leader=张三", ["A"]),
        ("words=快速", ["B"]),
        ("flag=held", ["A"]),
        ("town=T2&leader=张三", []),
    ],
)
def test_the_filter_lets_through(client: FlaskClient, filter_: str, expected: list[str]) -> None:
    assert codes(client.get(f"/api/projects?{filter_}")) == expected
    features = client.get(f"/api/projects.geojson?{filter_}").get_json()["features"]
    assert [feature["properties"]["code"] for feature in features] == expected


def test_sorting_puts_missing_values_last_both_ways(client: FlaskClient) -> None:
    assert codes(client.get("/api/projects?sort=leader")) == ["A", "B", "C", "D"]
    assert codes(client.get("/api/projects?sort=-footprint_m2"))[0] == "B"  # 1,000 m × 40 m = 40,000 m²
    assert codes(client.get("/api/projects?sort=-total_wan"))[0] == "A"
    assert codes(client.get("/api/projects?sort=total_wan"))[0] == "A"


def test_a_zone_tells_what_it_is_and_which_projects_stand_in_it(client: FlaskClient) -> None:
    whole = client.get("/api/zones/Z1").json
    assert (whole["zone"]["name"], whole["zone"]["kind"]) == ("示例农田", "permanent_basic_farmland")
    assert whole["area_m2"] == pytest.approx(10_000)
    (conflict,) = client.get("/api/projects/A").json["conflicts"]
    in_zone = {row["code"]: row["in_zone_m2"] for row in whole["projects"]}
    assert in_zone["A"] == pytest.approx(conflict["area_m2"])
    assert list(in_zone.values()) == sorted(in_zone.values(), reverse=True)
    assert client.get("/api/zones/none").status_code == 404


def test_codes_are_sorted_by_their_place_in_their_list(client: FlaskClient) -> None:
    for column in ("lamp", "stage"):
        rows = client.get(f"/api/projects?sort={column}").json["projects"]
        places = {member.value: place for place, member in enumerate(CODED[column])}
        assert [places[row[column]] for row in rows] == sorted(places[row[column]] for row in rows)
    worst_first = [row["lamp"] for row in client.get("/api/projects?sort=-lamp").json["projects"]]
    assert worst_first == sorted(worst_first, key=["red", "yellow", "green", "none"].index)


def test_features_are_longitude_and_latitude_with_a_point_for_the_label(client: FlaskClient) -> None:
    features = {f["properties"]["code"]: f for f in client.get("/api/projects.geojson").get_json()["features"]}
    assert [features[code]["geometry"]["type"] for code in "ABC"] == ["MultiPolygon", "LineString", "Point"]
    assert features["D"]["geometry"] is None
    assert features["D"]["properties"]["lon"] is None
    lon, lat = features["C"]["geometry"]["coordinates"]
    # 300 m east of 114°E at 33.05°N: 300 / (111,320 · cos 33.05°) = 0.003215°.
    assert lon == pytest.approx(114.003215, abs=2e-5)
    assert (features["C"]["properties"]["lon"], features["C"]["properties"]["lat"]) == (lon, lat)
    (first, *_) = features["A"]["geometry"]["coordinates"]
    assert first[0][0] == first[0][-1]


def test_the_label_of_a_road_lies_half_way_along(client: FlaskClient) -> None:
    (road,) = client.get("/api/projects.geojson?words=快速").get_json()["features"]
    (west, _), (east, _) = road["geometry"]["coordinates"]
    assert road["properties"]["lon"] == pytest.approx((west + east) / 2, abs=1e-6)


def test_one_project_whole(client: FlaskClient) -> None:
    whole = client.get("/api/projects/A").get_json()
    assert whole["project"]["stage_m2"]["cleared"] == 10_000
    assert {"zh", "en"} == set(whole["project"]["reasons"][0])
    assert [report["period_end_on"] for report in whole["reports"]] == ["2026-05-31", "2026-06-30"]
    assert whole["plans"] == [{"year": 2026, "plan_wan": 12_000, "set_on": None}]
    assert len(whole["curve"]) == 12
    june, july = whole["curve"][5:7]
    assert june == {"month": "2026-06", "planned_share": 0.5, "done_share": 0.25}
    assert (july["planned_share"], july["done_share"]) == (pytest.approx(7 / 12), None)
    (blocking,) = whole["blocking"]
    assert (blocking["parcel_no"], blocking["area_m2"], blocking["held"]) == ("2", 10_000, True)
    assert len(blocking["bounds"]) == 4
    (conflict,) = whole["conflicts"]
    # The zone covers 50 m × 100 m of the footprint.
    assert (conflict["zone_no"], conflict["area_m2"], conflict["share"]) == ("Z1", 5_000, 0.25)
    assert len(whole["bounds"]) == 4


def test_a_promise_keeps_those_before_it(client: FlaskClient) -> None:
    (milestone,) = client.get("/api/projects/A").get_json()["milestones"]
    assert (milestone["promised_on"], milestone["said_on"]) == ("2026-08-31", "2026-05-10")
    assert [promise["promised_on"] for promise in milestone["history"]] == ["2026-04-30"]


def test_a_promise_was_not_known_before_it_was_said(client: FlaskClient) -> None:
    (milestone,) = client.get("/api/projects/A?on=2026-04-01").get_json()["milestones"]
    assert (milestone["promised_on"], milestone["history"]) == ("2026-04-30", [])


def test_a_project_without_plan_or_geometry_has_no_curve_and_no_bounds(client: FlaskClient) -> None:
    whole = client.get("/api/projects/D").get_json()
    assert (whole["curve"], whole["bounds"], whole["blocking"]) == ([], None, [])


def test_parcels_by_stage_town_words_and_whom_they_block(client: FlaskClient) -> None:
    def numbers(query: str) -> list[str]:
        return [p["parcel_no"] for p in client.get(f"/api/parcels{query}").get_json()["parcels"]]

    assert numbers("") == ["1", "2", "3"]
    assert numbers("?stage=cleared") == ["1"]
    assert numbers("?town=T2") == ["3"]
    assert numbers("?words=3") == ["3"]
    assert numbers("?blocking=A") == ["2"]
    assert numbers("?blocking=A&stage=cleared") == []


def test_one_parcel_whole(client: FlaskClient) -> None:
    whole = client.get("/api/parcels/1").get_json()
    assert (whole["parcel"]["stage"], whole["parcel"]["stage_on"]) == ("cleared", "2025-10-01")
    assert (whole["parcel"]["town"], whole["parcel"]["town_name"]) == ("T1", "城关镇")
    steps = {step["stage"]: step for step in whole["steps"]}
    assert list(steps) == [
        "pre_notice",
        "survey",
        "plan_notice",
        "agreement",
        "submitted",
        "approved",
        "cleared",
        "supplied",
        "registered",
    ]
    assert (steps["pre_notice"]["done_on"], steps["pre_notice"]["document"]) == ("2025-01-02", "示征预〔2025〕1号")
    assert steps["pre_notice"]["actor"] == "本机用户"
    assert (steps["supplied"]["done_on"], steps["registered"]["done_on"]) == (None, None)
    assert whole["next"]["stage"] == "supplied"
    assert whole["blocks"] == []
    assert [(p["code"], p["area_m2"]) for p in whole["projects"]] == [("A", 10_000)]


def test_a_held_parcel_says_whom_it_blocks_and_for_how_much(client: FlaskClient) -> None:
    whole = client.get("/api/parcels/2").get_json()
    (blocked,) = whole["blocks"]
    assert (blocked["code"], blocked["name"], blocked["area_m2"]) == ("A", "示例工厂", 10_000)
    assert blocked["at_risk_wan"] == client.get("/api/projects/A").get_json()["project"]["at_risk_wan"]
    assert (whole["parcel"]["hold_reason"], whole["parcel"]["held_since"]) == ("lawsuit", "2026-05-06")
    assert whole["steps"][0]["planned_on"] == "2026-03-01"
    assert whole["reason"]["zh"]


def test_state_land_has_the_short_path(client: FlaskClient) -> None:
    steps = client.get("/api/parcels/3").get_json()["steps"]
    assert [step["stage"] for step in steps] == ["cleared", "supplied", "registered"]


def test_a_stage_is_not_reached_before_its_day(client: FlaskClient) -> None:
    whole = client.get("/api/parcels/1?on=2025-03-01").get_json()
    assert whole["parcel"]["stage"] == "plan_notice"
    assert [step["done_on"] for step in whole["steps"]][:4] == ["2025-01-02", "2025-01-10", "2025-02-20", None]


def test_a_parks_land_is_counted_once_and_sums_to_its_area(client: FlaskClient) -> None:
    whole = client.get("/api/parks/K1").get_json()
    # 500 m × 500 m with two parcels of 10,000 m² in it.
    assert whole["area_m2"] == 250_000
    assert whole["land"] == pytest.approx({"cleared": 10_000, "not_started": 10_000, "uncovered": 230_000})
    assert [p["code"] for p in whole["projects"]] == ["A"]
    road = whole["utilities"][0]
    assert (road["item"], road["zh"], road["status"]) == ("road", "道路", "done")
    assert len(whole["utilities"]) == 8
    (park,) = client.get("/api/parks").get_json()
    assert (park["code"], park["projects"], park["area_m2"]) == ("K1", 1, 250_000)


def test_towns_have_a_place_for_their_name(client: FlaskClient) -> None:
    towns = client.get("/api/towns").get_json()
    assert [town["name"] for town in towns] == ["城关镇", "北关镇"]
    west, south, east, north = towns[0]["bounds"]
    assert west < towns[0]["lon"] < east
    assert south < towns[0]["lat"] < north


def test_totals_add_up_to_the_whole(client: FlaskClient) -> None:
    answer = client.get("/api/totals?by=town").get_json()
    assert {row["code"]: row["n"] for row in answer["rows"]} == {"T1": 2, "T2": 2}
    assert {row["code"]: row["zh"] for row in answer["rows"]} == {"T1": "城关镇", "T2": "北关镇"}
    assert (answer["total"]["n"], answer["total"]["plan_wan"], answer["total"]["gap_pp"]) == (4, 12_000, -25)
    only = client.get("/api/totals?by=leader&town=T2").get_json()
    assert only["total"]["n"] == 2


def test_charts_follow_the_filter(client: FlaskClient) -> None:
    everything = client.get("/api/charts").get_json()
    assert {row["code"] for row in everything["lamps_by_town"]} == {"T1", "T2"}
    assert everything["months"][5]["done_wan"] == 3_000
    only = client.get("/api/charts?town=T2").get_json()
    assert {row["code"] for row in only["lamps_by_town"]} == {"T2"}


def test_choices_count_the_projects_behind_each_value(client: FlaskClient) -> None:
    choices = client.get("/api/choices").get_json()
    assert choices["town"] == [
        {"code": "T1", "zh": "城关镇", "en": "城关镇", "n": 2},
        {"code": "T2", "zh": "北关镇", "en": "北关镇", "n": 2},
    ]
    assert {c["code"]: c["n"] for c in choices["lamp"]} == {"green": 0, "yellow": 1, "red": 0, "none": 3}
    assert {c["code"]: c["n"] for c in choices["flag"]}["held"] == 1
    assert choices["industry"] == []


def test_the_legend_counts_what_is_there_on_the_day(client: FlaskClient) -> None:
    legend = client.get("/api/legend").get_json()
    assert (legend["parcel"]["cleared"], legend["parcel"]["not_started"]) == (1, 2)
    assert (legend["zone"]["permanent_basic_farmland"], legend["park"]["county"], legend["town"]) == (1, 1, 2)
    assert client.get("/api/legend?on=2025-03-01").get_json()["parcel"]["plan_notice"] == 1


def test_the_assessment_is_that_of_the_command_line(client: FlaskClient) -> None:
    answer = client.get("/api/assessment").get_json()
    assert set(answer) == {"on", "projects", "totals"}
    assert answer["projects"][0]["land"]["by_stage_m2"]["cleared"] == 10_000


# Places: 114°E 33°N is (500000, 3652748); the origin of the county (500000, 3652000) lies at 32.9932551°N.
@pytest.mark.parametrize(
    "address",
    [
        "/api/info",
        "/api/choices",
        "/api/projects",
        "/api/projects.geojson",
        "/api/parcels",
        "/api/parks",
        "/api/towns",
        "/api/assessment",
        "/api/totals",
        "/api/charts",
        "/api/legend",
        "/api/at?lon=114&lat=33",
    ],
)
def test_an_empty_store_is_answered_too(empty_store: Store, address: str) -> None:
    answer = create_app(Settings(), empty_store).test_client().get(address)
    assert answer.status_code == 200
    assert answer.get_json() is not None
