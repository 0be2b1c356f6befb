"""Reference systems: what is accepted, where zones are, how areas and shifts come out (vectors: RULES §11)."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gis import crs
from gis.errors import CrsMismatch, CrsRefused

RING_38 = shapely.box(38500000.0, 3649700.0, 38500400.0, 3650000.0)  # RULES §1.1


@pytest.mark.parametrize("text", ["EPSG:4547", "4547", "epsg:4547", "EPSG:26986", "EPSG:4526", "EPSG:32649"])
def test_a_projected_crs_in_metres_may_be_the_working_crs(text):
    assert crs.working_crs(text) == "EPSG:" + text.split(":")[-1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("EPSG:4490", "degrees"),
        ("EPSG:3857", "Mercator"),
        ("EPSG:2249", "metre"),
        ("EPSG:28992", "ellipsoid"),
        ("EPSG:99999", "not a known"),
        ("/etc/passwd", "not a known"),
        ("+proj=tmerc", "not a known"),
        ("", "not a known"),
    ],
)
def test_other_working_crs_are_refused_with_the_reason(text, why):
    with pytest.raises(CrsRefused, match=why):
        crs.working_crs(text)


@pytest.mark.parametrize("code", [4610, 4214, 2327, 2348, 2349, 2362, 2390, 21413, 21463, 2401, 2421, 2442, 4555, 4572])
def test_xian_80_and_beijing_54_are_refused_by_epsg_number(code):
    with pytest.raises(CrsRefused, match="Xian 80 and Beijing 54") as refused:
        crs.normal_crs(f"EPSG:{code}")
    assert "国家秘密" in refused.value.words.zh


def test_xian_80_is_refused_by_the_datum_name_in_a_prj_file():
    wkt = (
        'PROJCS["local",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
        'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        'PARAMETER["False_Easting",500000],PARAMETER["Central_Meridian",114.0],UNIT["Meter",1.0]]'
    )
    with pytest.raises(CrsRefused, match="Xian 80"):
        crs.normal_crs(wkt)


@pytest.mark.parametrize(
    "text", ["80国家大地坐标系", "西安80", "1980西安坐标系", "北京54", "1954年北京坐标系", "新北京"]
)
def test_old_datums_are_known_by_their_chinese_names(text):
    assert crs.is_old_datum(text)


@pytest.mark.parametrize("text", ["2000国家大地坐标系", "CGCS2000", "国家2000", "WGS84", "EPSG:4547", "EPSG:1980"])
def test_present_datums_are_not_taken_for_old_ones(text):
    assert not crs.is_old_datum(text)


@pytest.mark.parametrize("code", [4807, 4902])  # NTF (Paris), in grads; NDG (Paris): not from Greenwich
def test_degrees_must_be_degrees_and_from_greenwich(code):
    with pytest.raises(CrsRefused):
        crs.normal_crs(f"EPSG:{code}")


def test_the_prj_of_a_chinese_desktop_system_is_known_by_its_epsg_number():
    wkt = (
        'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
        'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],'
        'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    assert crs.normal_crs(wkt) == "EPSG:4526"


def test_names_of_wgs_84_in_geojson_are_one():
    assert crs.normal_crs("urn:ogc:def:crs:OGC:1.3:CRS84") == "EPSG:4326"
    assert crs.same_crs("EPSG:4326", "EPSG:4490")


def test_prefixed_and_plain_zones_are_not_the_same():
    assert not crs.same_crs("EPSG:4526", "EPSG:4547")


def test_the_easting_is_east_and_the_longitude_comes_first():
    lonlat = crs.lonlat_of(np.array([[38500000.0, 3650000.0]]), "EPSG:4526")
    assert lonlat == pytest.approx(np.array([[114.0, 32.97522148]]), abs=1e-8)  # RULES §11


def test_a_prefix_is_all_that_parts_two_forms_of_a_zone():
    moved = crs.reproject(gpd.GeoSeries([RING_38, None]), "EPSG:4526", "EPSG:4547")
    assert moved.iloc[0].bounds == (500000.0, 3649700.0, 500400.0, 3650000.0)  # exactly: it is only shifted
    assert moved.iloc[1] is None


def test_degrees_of_two_names_are_left_as_they_are():
    point = shapely.Point(114.123456789012345, 33.98765432109876)
    assert crs.reproject(gpd.GeoSeries([point]), "EPSG:4326", "EPSG:4490").iloc[0].coords[:] == point.coords[:]


def test_a_series_in_another_crs_than_said_is_refused():
    with pytest.raises(CrsMismatch):
        crs.reproject(gpd.GeoSeries([RING_38], crs="EPSG:4526"), "EPSG:4547", "EPSG:4490")


def test_no_datum_is_shifted_between_nad83_and_wgs_84():
    point = gpd.GeoSeries([shapely.Point(-71.1, 42.37)])
    there = crs.reproject(point, "EPSG:4326", "EPSG:26986")
    expected = crs.from_lonlat([shapely.Point(-71.1, 42.37)], "EPSG:26986")[0]
    assert there.iloc[0].equals_exact(expected, 1e-9)


@given(st.floats(112.6, 115.4), st.floats(18.0, 53.0))
def test_projecting_and_back_gives_the_same_degrees(lon, lat):
    point = np.array([[lon, lat]])
    assert crs.lonlat_of(crs.coords_of(point, "EPSG:4547"), "EPSG:4547") == pytest.approx(point, abs=1e-9)


@given(st.floats(112.6, 115.4), st.floats(18.0, 53.0))
def test_web_mercator_and_back_gives_the_same_metres(lon, lat):
    there = crs.coords_of(np.array([[lon, lat]]), "EPSG:4547")
    back = crs.coords_of_mercator(crs.mercator_of(there, "EPSG:4547"), "EPSG:4547")
    assert back == pytest.approx(there, abs=1e-4)


def test_web_mercator_agrees_with_proj():
    # 114°E 33°N by PROJ 9: EPSG:4326 → EPSG:3857
    there = crs.coords_of(np.array([[114.0, 33.0]]), "EPSG:4547")
    assert crs.mercator_of(there, "EPSG:4547") == pytest.approx(np.array([[12690421.950, 3895303.963]]), abs=0.01)


def test_area_on_the_ellipsoid_at_the_central_meridian():
    assert crs.ellipsoidal_areas([RING_38], "EPSG:4526")[0] == pytest.approx(119_999.9998, abs=0.0005)


def test_area_on_the_ellipsoid_near_the_edge_of_the_zone():
    moved = shapely.box(38625000.0, 3649700.0, 38625400.0, 3650000.0)
    assert crs.ellipsoidal_areas([moved], "EPSG:4526")[0] == pytest.approx(119_953.65, abs=0.005)


def test_areas_of_nothing_are_missing():
    assert np.isnan(crs.ellipsoidal_areas([None], "EPSG:4547")).all()
    assert len(crs.ellipsoidal_areas([], "EPSG:4547")) == 0
    assert crs.ellipsoidal_areas([shapely.Polygon()], "EPSG:4547")[0] == 0.0


def test_the_area_of_a_whole_county_agrees_with_the_geodesic_polygon():
    county = shapely.segmentize(shapely.box(111.7, 36.8, 112.1, 37.2), 0.001)
    geodesic = abs(Geod(ellps="GRS80").geometry_area_perimeter(county)[0])
    assert crs.ellipsoidal_areas([county], "EPSG:4490")[0] == pytest.approx(geodesic, rel=1e-7)


@pytest.mark.parametrize(
    ("easting", "zone"),
    [
        (38500000.0, (38, 3)),
        (20500000.0, (20, 6)),
        (500000.0, None),
        (25341128.0, (25, 3)),
        (23658872.0, (23, 6)),
        (46500000.0, None),
    ],
)
def test_the_zone_is_read_from_eight_digits_only(easting, zone):
    assert crs.zone_from_easting(easting) == zone


def test_zones_have_the_epsg_numbers_of_the_rules():
    assert crs.zone_crs(38) == "EPSG:4547"
    assert crs.zone_crs(38, prefixed=True) == "EPSG:4526"
    assert crs.zone_crs(20, 6, prefixed=True) == "EPSG:4498"
    assert crs.zone_crs(13, 6) == "EPSG:4502"


def test_every_zone_has_the_meridian_that_its_number_says():
    for zone in range(25, 46):
        assert crs.lonlat_of(np.array([[500000.0, 4e6]]), crs.zone_crs(zone))[0][0] == pytest.approx(3 * zone)
    for zone in range(13, 24):
        prefixed = np.array([[zone * 1e6 + 500000.0, 4e6]])
        assert crs.lonlat_of(prefixed, crs.zone_crs(zone, 6, prefixed=True))[0][0] == pytest.approx(6 * zone - 3)


@pytest.mark.parametrize(("zone", "width"), [(3, 3), (24, 3), (12, 6), (38, 6), (38, 5)])
def test_a_zone_that_china_does_not_have_is_refused(zone, width):
    with pytest.raises(CrsRefused, match="no such zone"):
        crs.zone_crs(zone, width)


def test_proj4_text_is_what_a_browser_can_use():
    text = crs.proj4_text("EPSG:4547")
    assert "+proj=tmerc" in text
    assert "+lon_0=114" in text


def test_the_store_gets_wkt_and_number():
    assert crs.crs_wkt("EPSG:4547").startswith("PROJCS[")
    assert crs.srid_of("EPSG:4547") == 4547
