"""Towns and parks by name become codes where only one fits, and a place tells its town."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.ingest.references import holding_towns, only_towns, resolve, short_name
from gis.layers import LAYERS

CODES = ["140781", "140781100", "140781101", "140781001", "140702100"]
NAMES = ["介休市", "义安镇", "张兰镇", "北关街道", "北关镇"]
COLUMN = LAYERS["parcel"].column("town")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("140781101", "140781101"),
        ("张兰镇", "140781101"),
        ("张兰", "140781101"),
        (" 张 兰 镇 ", "140781101"),
        ("北关街道", "140781001"),
        ("义安镇人民政府", None),
        ("介休", "140781"),
        ("介休经济技术开发区", None),
    ],
)
def test_a_name_or_a_short_name_is_its_code(said, code):
    found = resolve(pd.Series([said]), CODES, NAMES)
    assert found.values.tolist() == [code or said]
    assert found.unknown == (() if code else (said,))


def test_a_short_name_that_fits_two_towns_is_kept_and_told():
    found = resolve(pd.Series(["北关", None, "北关"], dtype="str"), CODES, NAMES)
    assert found.values.isna().tolist() == [False, True, False]
    assert found.unknown == ("北关",)
    assert "北关" in found.warnings(COLUMN)[0].zh


def test_a_park_is_known_without_its_kind():
    found = resolve(pd.Series(["介休", "介休经济技术开发区"]), ["Y1"], ["介休经济技术开发区"], "park")
    assert found.values.tolist() == ["Y1", "Y1"]


def test_a_name_is_never_cut_to_one_character():
    assert short_name("城区") == "城区"
    assert short_name("祁县") == "祁县"


def towns():
    boxes = [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100), shapely.box(0, 0, 200, 100)]
    frame = {"code": ["140781100", "140781101", "140781"], "name": ["西", "东", "县"], "level": ["town", None, None]}
    return gpd.GeoDataFrame(frame, geometry=boxes)


def test_the_county_is_not_a_town():
    assert only_towns(towns())["code"].tolist() == ["140781100", "140781101"]


def test_a_place_belongs_to_the_town_that_holds_most_of_it():
    geoms = np.array(
        [
            shapely.box(10, 10, 20, 20),
            shapely.box(90, 10, 130, 20),
            shapely.LineString([(50, 50), (120, 50)]),
            shapely.Point(150, 50),
            shapely.box(500, 500, 510, 510),
            shapely.box(90, 10, 110, 20),
        ],
        dtype=object,
    )
    found = holding_towns(geoms, only_towns(towns()))
    assert found == ["140781100", "140781101", "140781100", "140781101", None, "140781100"]


def test_without_towns_nothing_is_held():
    assert holding_towns(np.array([shapely.Point(0, 0)], dtype=object), towns().iloc[:0]) == [None]
