"""What `/api/at` tells of a place on the map."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from flask import Flask
from flask.testing import FlaskClient

from gis.crs import lonlat_of
from gis.model import LOCAL_ACTOR
from gis.store.port import Store


def at(client: FlaskClient, lon: float, lat: float, radius_m: float = 0) -> list[tuple[str, str]]:
    answer = client.get(f"/api/at?lon={lon}&lat={lat}&radius_m={radius_m}").get_json()
    return [(thing["layer"], thing["code"]) for thing in answer]


def test_things_at_a_place_come_smallest_first(client: FlaskClient) -> None:
    # 47 m east and 50 m north of the origin: in parcel 1 (1 ha), project A (2 ha), the park (25 ha), the town.
    assert at(client, 114.0005, 32.993706) == [("parcel", "1"), ("project", "A"), ("park", "K1"), ("town", "T1")]


def test_a_road_is_as_wide_as_its_land(client: FlaskClient) -> None:
    # The road runs 1,000 m north of the origin; 15 m beside its middle is on it, 25 m beside is not (40 m wide).
    metre = 0.0902 / 10_000
    axis = 33.0022714
    assert ("project", "B") in at(client, 114.016, axis + 15 * metre)
    assert ("project", "B") not in at(client, 114.016, axis + 25 * metre)
    assert ("project", "B") in at(client, 114.016, axis + 25 * metre, radius_m=10)


def test_a_point_is_found_near_itself(client: FlaskClient) -> None:
    (feature,) = client.get("/api/projects.geojson?words=学校").get_json()["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert ("project", "C") in at(client, lon + 0.0003, lat)  # 28 m: within the 50 m that stand for its land
    assert ("project", "C") not in at(client, lon + 0.002, lat)
    assert ("project", "C") in at(client, lon + 0.002, lat, radius_m=200)


def test_a_point_is_found_as_far_as_its_land_reaches_by_the_county_s_rule(own_app: Flask, own_store: Store) -> None:
    rule = {"code": ["land.point_radius_m"], "value": [800.0], "source": ["示例"]}
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.append("rule_parameter", pd.DataFrame(rule))
    # C is the point 300 m east and 6,000 m north of (500000, 3652000).
    places = np.array([[500_300.0 + far, 3_658_000.0] for far in (790, 810)])
    near, far = lonlat_of(places, "EPSG:4547").tolist()
    assert ("project", "C") in at(own_app.test_client(), *near)
    assert ("project", "C") not in at(own_app.test_client(), *far)


def test_nothing_lies_on_the_other_side_of_the_world(client: FlaskClient) -> None:
    assert at(client, -66.0, -33.0, radius_m=1000) == []


def test_things_at_a_place_tell_their_class(client: FlaskClient) -> None:
    answer = client.get("/api/at?lon=114.0005&lat=32.993706").get_json()
    by_layer = {thing["layer"]: thing for thing in answer}
    assert by_layer["parcel"]["readiness"] == "ready"
    assert (by_layer["project"]["lamp"], by_layer["project"]["area_m2"]) == ("yellow", 20_000)
    assert by_layer["park"]["level"] == "county"
    assert by_layer["town"]["name"] == "城关镇"


def test_a_zone_at_a_place_tells_what_it_means_and_whose_data_it_is(own_app: Flask, own_store: Store) -> None:
    shape = shapely.box(503_000, 3_655_000, 503_100, 3_655_100)
    told = {"kind": "chemical_buffer", "result": "PROHIBIT", "supplier": "示例应急局"}
    zone = {**told, "zone_no": "Z2", "version_on": pd.Timestamp("2026-01-31")}
    with own_store.writing(LOCAL_ACTOR) as writer:
        writer.put("zone", gpd.GeoDataFrame([zone], geometry=[shape], crs="EPSG:4547"), on=date(2025, 1, 1))
    lon, lat = lonlat_of(np.array([[503_050.0, 3_655_050.0]]), "EPSG:4547")[0].tolist()
    things = own_app.test_client().get(f"/api/at?lon={lon}&lat={lat}").get_json()
    (found,) = (thing for thing in things if thing["layer"] == "zone")
    assert {key: found[key] for key in told} == told
    assert (found["code"], found["version_on"]) == ("Z2", "2026-01-31")
