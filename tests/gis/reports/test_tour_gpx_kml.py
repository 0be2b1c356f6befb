"""The tour for devices, opened by the programs that read such files: gpxpy, GDAL, an XML parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import gpxpy
import pyogrio
import pytest

from gis.reports.tour_book import TourBook
from gis.reports.tour_gpx import tour_gpx
from gis.reports.tour_kml import KML, tour_kml
from tests.gis.reports.tour_samples import BOOK, FIRST, FORMULA, LEGS, SECRETS, SITE_1, at, metres


def test_stops_are_waypoints_and_each_coach_has_a_route_and_a_track() -> None:
    file = gpxpy.parse(tour_gpx(BOOK).decode())
    assert [point.name for point in file.waypoints] == ["A1 示例装备制造园（一期）", f"A2 {FORMULA}", "B1 示例水厂"]
    assert [len(route.points) for route in file.routes] == [5, 3]
    assert [route.name for route in file.routes] == [
        "A · 2026年12月8日（周二） 1号车",
        "B · 2026年12月8日（周二） 2号车",
    ]
    assert [[len(s.points) for s in track.segments] for track in file.tracks] == [[3, 2, 2, 2], [2, 2]]
    point = file.tracks[0].segments[0].points[1]
    assert (point.longitude, point.latitude) == pytest.approx(LEGS[0][1], abs=1e-9)


def test_a_waypoint_says_when_and_how_far_and_that_it_is_estimated() -> None:
    told = gpxpy.parse(tour_gpx(BOOK).decode()).waypoints[0].description
    assert told is not None
    assert told.split("\n")[1:] == ["08:45—09:23 20分 + 上下车3分（等候15分）", "15分 8.8公里（估算）", "东门停车场"]


def test_degrees_are_those_of_the_ground() -> None:
    """At 114° E, 33° N a degree of longitude is 93.4 km: the second corner lies 3 km east of the first."""
    (x, y), (x2, y2) = metres(LEGS[0][0]), metres(LEGS[0][1])
    assert (x2 - x, y2 - y) == pytest.approx((3000, 0), abs=0.01)


def test_gdal_reads_both(tmp_path: Path) -> None:
    (tmp_path / "a.gpx").write_bytes(tour_gpx(BOOK))
    (tmp_path / "a.kml").write_bytes(tour_kml(BOOK))
    assert len(pyogrio.read_dataframe(tmp_path / "a.gpx", layer="waypoints")) == 3
    tracks = pyogrio.read_dataframe(tmp_path / "a.gpx", layer="tracks")
    assert [len(shape.geoms) for shape in tracks.geometry] == [4, 2]
    layers = pyogrio.list_layers(tmp_path / "a.kml")[:, 0].tolist()
    assert layers == ["A · 2026年12月8日（周二） 1号车", "B · 2026年12月8日（周二） 2号车"]
    places = pyogrio.read_dataframe(tmp_path / "a.kml", layer=layers[0])
    points = places[places.geometry.geom_type == "Point"]
    assert points["Name"].tolist() == [
        *("出发 县政府", "A1 示例装备制造园（一期）", "午餐 机关食堂", f"A2 {FORMULA}", "返回 会议中心")
    ]
    assert (points.geometry.iloc[1].x, points.geometry.iloc[1].y) == pytest.approx(SITE_1.lonlat, abs=1e-6)


def test_each_coach_has_a_colour_of_its_own() -> None:
    root = ElementTree.fromstring(tour_kml(BOOK))
    colours = [
        element.text for element in root.iter(f"{{{KML}}}LineStyle") for element in element.iter(f"{{{KML}}}color")
    ]
    # #0B5FA5 and #C2410C, as KML turns them round.
    assert colours == ["ffa55f0b", "ff0c41c2"]


@pytest.mark.parametrize("write", [tour_gpx, tour_kml])
def test_what_xml_cannot_hold_is_left_out(write: Callable[[TourBook], bytes]) -> None:
    odd = replace(FIRST, halts=(replace(SITE_1, name="甲\x00\x0b\ud800]]>&<乙", parking="\x1b"), *FIRST.halts[1:]))
    text = "".join(ElementTree.fromstring(write(replace(BOOK, routes=(odd,)))).itertext())
    assert "甲]]>&<乙" in text


@pytest.mark.parametrize("write", [tour_gpx, tour_kml])
def test_the_public_one_has_nothing_internal(write: Callable[[TourBook], bytes]) -> None:
    text = write(BOOK.public()).decode()
    assert [secret for secret in SECRETS if secret in text] == []


def test_without_lines_the_way_is_straight_from_halt_to_halt() -> None:
    straight = replace(FIRST, legs=())
    assert [leg[0] for leg in straight.lines] == [at(0, 0), *(halt.lonlat for halt in FIRST.halts)]
