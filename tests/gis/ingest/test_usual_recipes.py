"""Required columns in files that have no header for them."""

import pandas as pd

from gis.ingest.mapping import FieldTarget, Mapping, Options
from gis.ingest.table import RawTable, SourceFile
from gis.ingest.usual_recipes import with_usual_recipes
from gis.layers import PARCEL, TOWN


def raw(*headers, kind="GeoJSON"):
    return RawTable(SourceFile("a", 1, "0"), kind, pd.DataFrame({h: ["x"] for h in headers}, dtype=object), (1,))


def recipe(table, layer, mapping=None):
    return with_usual_recipes(mapping or Mapping(), table, layer)[0].compose


def test_a_towns_name_is_that_of_the_smallest_level_there_is():
    mapping, told = with_usual_recipes(Mapping(), raw("province", "adcode", "city", "district"), TOWN)
    assert mapping.compose == {"name": ("district", "city", "province")}
    assert told[0].en == "town name taken from: district、city、province"


def test_the_text_inside_a_drawn_outline_is_the_parcels_number():
    assert recipe(raw("Layer", "Text", kind="DXF"), PARCEL) == {"parcel_no": ("Text",)}
    assert recipe(raw("Layer", "Text", kind="KML"), PARCEL) == {}


def test_what_the_file_or_the_mapping_fills_is_left_alone():
    assert recipe(raw("name", "city"), TOWN) == {}
    assert recipe(raw("city"), TOWN, Mapping(constants={"name": "甲"})) == {}
    assert recipe(raw("city", "x"), TOWN, Mapping(columns={"x": FieldTarget("name")})) == {}
    assert recipe(raw("city"), TOWN, Mapping(options=Options(match_others=False))) == {}
