from __future__ import annotations

from datetime import date
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely import get_coordinates, get_parts, normalize
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from gis.errors import CrsMismatch, InvalidRow
from gis.layers import LAYERS
from gis.model import BBox, Query, Stage
from gis.store.port import Store
from tests.contract.store_samples import CRS, EAST, NORTH, append, parcels, projects, put, square, stages, town


def test_a_new_store_says_what_it_is_and_holds_only_the_rules(store: Store) -> None:
    assert (store.info.name, store.info.crs, store.info.is_sample) == ("示范县", CRS, True)
    assert store.info.data_on == date(2026, 6, 30)
    assert store.info.created_at.tzinfo is not None
    assert {name: store.count(name) for name in LAYERS if name != "rule_parameter"} == dict.fromkeys(
        (name for name in LAYERS if name != "rule_parameter"), 0
    )
    rules = store.read("rule_parameter").set_index("code")["value"]
    assert rules["land.ready_stage"] == "cleared"
    assert rules["wait.pre_notice"]["days"] == 10
    assert store.version() == 0
    assert store.changes_since(0) == ()
    assert store.extent() is None


def test_frames_have_the_dtypes_that_the_port_promises_even_when_empty(store: Store) -> None:
    for frame in (store.read("parcel"), *(put(store, "parcel", parcels()), store.read("parcel"))[1:]):
        assert isinstance(frame, gpd.GeoDataFrame)
        assert frame.crs == CRS
        assert str(frame.dtypes["parcel_no"]) == "str"
        assert str(frame.dtypes["households"]) == "Int64"
        assert str(frame.dtypes["compensation_due_wan"]) == "float64"
        assert str(frame.dtypes["planned_cleared_on"]) == "datetime64[s]"
        assert list(frame.columns) == [*LAYERS["parcel"].names, "geometry"]
    assert str(store.read("project").dtypes["is_chemical"]) == "boolean"


def test_every_kind_of_value_comes_back_as_it_went_in(store: Store) -> None:
    frame = projects(
        ("X1", "X2"),
        total_wan=[Decimal("123456789.123456"), None],
        planned_start_on=[date(2026, 3, 1), None],
        is_chemical=[True, None],
        row_width_m=[26.1, None],
        located_in_town=["140781100", None],
        remark=["“引号”'; DROP TABLE project;--", None],
    )
    put(store, "project", frame)
    read = store.read("project")
    first, second = read.iloc[0], read.iloc[1]
    assert first["total_wan"] == 123456789.123456
    assert first["planned_start_on"] == pd.Timestamp("2026-03-01")
    assert first["is_chemical"] is np.True_
    assert first["row_width_m"] == 26.1
    assert first["remark"] == "“引号”'; DROP TABLE project;--"
    assert second.drop(["code", "name", "stage"]).isna().all()


def test_rows_come_ordered_by_key_whatever_order_they_came_in(store: Store) -> None:
    put(store, "project", projects(("b", "10", "9", "甲", "B")))
    assert list(store.read("project")["code"]) == ["10", "9", "B", "b", "甲"]


def test_each_row_is_stored_updated_or_unchanged(store: Store) -> None:
    assert put(store, "parcel", parcels(2, households=5)).outcomes == ("stored", "stored")
    again = parcels(3, households=[5, 6, 7])
    assert put(store, "parcel", again).outcomes == ("unchanged", "updated", "stored")
    assert list(store.read("parcel")["households"]) == [5, 6, 7]


def test_an_empty_frame_changes_nothing(store: Store) -> None:
    assert put(store, "parcel", parcels(0)).outcomes == ()
    assert append(store, "parcel_event", stages("P0", ("survey", "2026-01-01")).iloc[:0]).outcomes == ()
    assert store.version() == 0


def test_columns_and_values_that_are_missing_leave_what_is_stored(store: Store) -> None:
    put(store, "parcel", parcels(2, name="东地", households=5))
    update = pd.DataFrame({"parcel_no": ["P0", "P1"], "households": [None, 9]})
    assert put(store, "parcel", update).outcomes == ("unchanged", "updated")
    read = store.read("parcel")
    assert list(read["households"]) == [5, 9]
    assert list(read["name"]) == ["东地", "东地"]
    assert list(read.area) == [10_000.0, 10_000.0]


def test_a_missing_geometry_leaves_the_one_that_is_stored(store: Store) -> None:
    put(store, "project", gpd.GeoDataFrame(projects(), geometry=[square(0)], crs=CRS))
    put(store, "project", gpd.GeoDataFrame(projects(name=["新名"]), geometry=[None], crs=CRS))
    read = store.read("project")
    assert read["name"][0] == "新名"
    assert read.geometry[0].area == 10_000.0


def test_the_same_shape_drawn_from_another_corner_is_unchanged(store: Store) -> None:
    put(store, "parcel", parcels(1))
    corners = list(square(0).exterior.coords)[:-1]
    turned = Polygon([*corners[2:], *corners[:2]][::-1])
    for same in (turned, MultiPolygon([turned])):
        frame = parcels(1).set_geometry([same], crs=CRS)
        assert put(store, "parcel", frame).outcomes == ("unchanged",)
    assert store.history("parcel", "P0").empty


def test_a_corner_that_moved_by_a_micrometre_is_a_change(store: Store) -> None:
    put(store, "parcel", parcels(1))
    moved = Polygon([(EAST, NORTH), (EAST + 100.000001, NORTH), (EAST + 100, NORTH + 100), (EAST, NORTH + 100)])
    assert put(store, "parcel", parcels(1).set_geometry([moved], crs=CRS)).outcomes == ("updated",)
    stored = store.read("parcel").geometry[0]
    assert (get_coordinates(normalize(stored)) == get_coordinates(normalize(MultiPolygon([moved])))).all()


def test_polygons_become_multipolygons_and_projects_keep_their_kind(store: Store) -> None:
    put(store, "parcel", parcels(1))
    assert store.read("parcel").geom_type[0] == "MultiPolygon"
    shapes = [square(0), LineString([(EAST, NORTH), (EAST + 5, NORTH)]), Point(EAST, NORTH)]
    put(store, "project", gpd.GeoDataFrame(projects(("a", "b", "c")), geometry=shapes, crs=CRS))
    assert list(store.read("project").geom_type) == ["Polygon", "LineString", "Point"]


def test_heights_are_left_out(store: Store) -> None:
    high = Polygon([(x, y, 900.0) for x, y in square(0).exterior.coords])
    put(store, "parcel", parcels(1).set_geometry([high], crs=CRS))
    assert not store.read("parcel").geometry.has_z.any()


def test_parts_of_a_multipolygon_stay_together(store: Store) -> None:
    two = MultiPolygon([square(0), square(5)])
    put(store, "parcel", parcels(1).set_geometry([two], crs=CRS))
    read = store.read("parcel")
    assert len(get_parts(read.geometry[0])) == 2
    assert read["area_planar_m2"][0] == 20_000.0


def test_areas_are_computed_and_follow_the_geometry(store: Store) -> None:
    # On the central meridian of EPSG:4547 the scale is 1 (RULES §2.4): both areas agree to a millionth.
    put(store, "parcel", parcels(1))
    read = store.read("parcel")
    assert read["area_planar_m2"][0] == 10_000.0
    assert read["area_ellipsoid_m2"][0] == pytest.approx(10_000.0, rel=1e-6)
    put(store, "parcel", parcels(1).set_geometry([square(0, side=50)], crs=CRS))
    assert store.read("parcel")["area_planar_m2"][0] == 2_500.0


def test_areas_that_a_frame_brings_are_not_believed(store: Store) -> None:
    put(store, "parcel", parcels(1, area_planar_m2=1.0, area_ellipsoid_m2=2.0))
    assert store.read("parcel")["area_planar_m2"][0] == 10_000.0
    assert store.read("parcel")["area_ellipsoid_m2"][0] == pytest.approx(10_000.0, rel=1e-6)


def test_the_past_is_read_as_it_was_at_the_end_of_each_day(store: Store) -> None:
    put(store, "parcel", parcels(1, households=5), on=date(2026, 1, 1))
    put(store, "parcel", parcels(1, households=6).set_geometry([square(9)], crs=CRS), on=date(2026, 3, 1))
    put(store, "parcel", pd.DataFrame({"parcel_no": ["P0"], "households": [7]}), on=date(2026, 5, 1))

    def then(year: int, month: int, day: int) -> tuple[int, float]:
        row = store.read("parcel", Query(on=date(year, month, day))).iloc[0]
        return row["households"], row.geometry.bounds[0] - EAST

    assert then(2020, 1, 1) == (5, 0)  # before anything was known: the first that was
    assert then(2026, 2, 28) == (5, 0)
    assert then(2026, 3, 1) == (6, 900)
    assert then(2026, 4, 30) == (6, 900)
    assert then(2026, 5, 1) == (7, 900)
    assert store.read("parcel")["households"][0] == 7


def test_replaced_rows_are_kept_with_their_dates_and_writers(store: Store) -> None:
    put(store, "project", projects(name=["旧名"], total_wan=[0.1]))
    put(store, "project", projects(name=["中名"]), on=date(2026, 3, 1))
    put(store, "project", projects(name=["新名"]), on=date(2026, 5, 1))
    history = store.history("project", "X1")
    assert [attributes["name"] for attributes in history["attributes"]] == ["旧名", "中名"]
    assert history["attributes"][0]["total_wan"] == 0.1
    assert history["valid_from"].isna().tolist() == [True, False]
    assert history["valid_from"][1] == pd.Timestamp("2026-03-01")
    assert list(history["valid_to"]) == [pd.Timestamp("2026-03-01"), pd.Timestamp("2026-05-01")]
    assert list(history["recorded_by"]) == ["李土地", "李土地"]
    assert store.history("project", "no such").empty


def test_a_change_dated_before_the_last_one_counts_from_the_last_one(store: Store) -> None:
    put(store, "project", projects(name=["一"]))
    put(store, "project", projects(name=["二"]), on=date(2026, 5, 1))
    put(store, "project", projects(name=["三"]), on=date(2026, 2, 1))
    names = {d: store.read("project", Query(on=d))["name"][0] for d in (date(2026, 3, 1), date(2026, 5, 1))}
    assert names == {date(2026, 3, 1): "一", date(2026, 5, 1): "三"}


def test_two_changes_on_one_day_leave_the_last(store: Store) -> None:
    for name in ("一", "二", "三"):
        put(store, "project", projects(name=[name]), on=date(2026, 5, 1))
    assert store.read("project", Query(on=date(2026, 4, 30)))["name"][0] == "一"
    assert store.read("project", Query(on=date(2026, 5, 1)))["name"][0] == "三"


def test_the_extent_is_exactly_the_box_of_the_layers(store: Store) -> None:
    put(store, "parcel", parcels(3))
    assert store.extent() == BBox(EAST, NORTH, EAST + 300, NORTH + 100)
    put(store, "town", town())
    assert store.extent() == BBox(EAST, NORTH, EAST + 1000, NORTH + 1000)
    assert store.extent(("zone", "park")) is None


def test_the_extent_shrinks_when_the_outermost_parcel_moves_in(store: Store) -> None:
    put(store, "parcel", parcels(3))
    put(store, "parcel", parcels(1, first=2).set_geometry([square(0)], crs=CRS))
    assert store.extent(("parcel",)) == BBox(EAST, NORTH, EAST + 200, NORTH + 100)


@pytest.mark.parametrize(
    ("frame", "column", "row"),
    [
        (parcels(2, parcel_no=["P1", None]), "parcel_no", 2),
        (parcels(2, parcel_no=["P1", "  "]), "parcel_no", 2),
        (parcels(2, parcel_no=["P1", "P1"]), "parcel_no", 2),
        (parcels(2, owner_kind=["state", "皇家"]), "owner_kind", 2),
        (parcels(2, households=[1, 2.5]), "households", 2),
        (parcels(2, declared_area_m2=[1.0, float("inf")]), "declared_area_m2", 2),
        (parcels(1, compensation_due_wan=["12"]), "compensation_due_wan", 1),
        (parcels(1, planned_cleared_on=[pd.Timestamp("2026-01-01 08:00")]), "planned_cleared_on", 1),
        (parcels(1, town=[140781100]), "town", 1),
        (parcels(1, stage="cleared"), "stage", None),
        (parcels(1, hold_reason="dispute"), "hold_reason", None),
        (parcels(1, colour="红"), "colour", None),
        (parcels(2).set_geometry([square(0), None], crs=CRS), "geometry", 2),
        (parcels(2).set_geometry([square(0), Polygon()], crs=CRS), "geometry", 2),
        (parcels(2).set_geometry([square(0), Point(1, 1)], crs=CRS), "geometry", 2),
        (pd.DataFrame({"parcel_no": ["P0"]}), "geometry", 1),
        (pd.DataFrame({"name": ["东地"]}), "parcel_no", 1),
    ],
)
def test_a_wrong_row_is_refused_with_its_place_and_nothing_is_stored(
    store: Store, frame: pd.DataFrame, column: str, row: int | None
) -> None:
    with pytest.raises(InvalidRow) as refused:
        put(store, "parcel", frame)
    assert (refused.value.place.column, refused.value.place.row) == (column, row)
    assert refused.value.expected
    assert store.count("parcel") == 0


def test_a_project_may_not_be_a_heap_of_things(store: Store) -> None:
    heap = square(0).union(Point(0, 0))
    with pytest.raises(InvalidRow):
        put(store, "project", gpd.GeoDataFrame(projects(), geometry=[heap], crs=CRS))


def test_a_frame_in_another_reference_system_is_refused(store: Store) -> None:
    with pytest.raises(CrsMismatch) as refused:
        put(store, "parcel", parcels(1).set_crs("EPSG:4548", allow_override=True))
    assert refused.value.expected == CRS


def test_new_parcels_have_not_started_and_new_projects_are_planned(store: Store) -> None:
    put(store, "parcel", parcels(1))
    put(store, "project", projects())
    assert store.read("parcel")["stage"][0] == Stage.NOT_STARTED.value
    assert store.read("project")["stage"][0] == "planned"
    assert store.read("parcel")[["stage_on", "hold_reason", "held_since"]].isna().all(axis=None)


@pytest.mark.parametrize("count", [0, 2])
def test_layers_come_as_geopandas_would_make_them(store: Store, count: int) -> None:
    put(store, "parcel", parcels(count))
    read = store.read("parcel", Query(columns=("geometry", "parcel_no")))
    made = gpd.GeoDataFrame(
        {"parcel_no": pd.array([f"P{n}" for n in range(count)], dtype="str")},
        geometry=gpd.GeoSeries([MultiPolygon([square(n)]) for n in range(count)], crs=CRS),
    )
    assert_geodataframe_equal(read, made, normalize=True)
    assert (type(read), read.geometry.name, read.crs) == (gpd.GeoDataFrame, "geometry", made.crs)
    assert type(read[["parcel_no"]]) is pd.DataFrame
    assert read.to_crs("EPSG:4490").crs == "EPSG:4490"
