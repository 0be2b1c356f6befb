"""Mapping files: strict, all errors at once; the shipped ones fit the real data they were written for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from gis.errors import InvalidValue, UnreadableFile
from gis.ingest.columns import Converted, match_and_convert
from gis.ingest.mapping import FieldTarget, Mapping, Options, read_mapping
from gis.ingest.table import RawTable, SourceFile
from gis.layers import LAYERS, PARCEL, PROGRESS_REPORT, PROJECT, Layer
from gis.model import Stage

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "data" / "mappings"
FULL = """
[columns]
"Land Area" = { field = "declared_area_m2", unit = "sqft" }
"ML" = "parcel_no"
"Taken on" = { field = "on_date", stage = "净地", format = "%d.%m.%Y" }

[values.owner_kind]
"City" = "state"
"n/a" = ""

[constants]
supply_kind = "出让"

[compose]
name = ["Street", "ML"]

[options]
layer = "parcel"
sheet = "2026"
skip_rows = 2
repeated_keys_by = "id"
ignore = ["Editor"]
"""


def read(text: str, layer: Layer = PARCEL) -> Mapping:
    return read_mapping(text.encode(), layer, name="map.toml")


def errors(text: str, layer: Layer = PARCEL) -> str:
    with pytest.raises(InvalidValue) as caught:
        read(text, layer)
    assert caught.value.place.file == "map.toml"
    return caught.value.words.en


def test_every_section_is_read():
    mapping = read(FULL)
    assert mapping == Mapping(
        "map.toml",
        {
            "Land Area": FieldTarget("declared_area_m2", unit="sqft"),
            "ML": FieldTarget("parcel_no"),
            "Taken on": FieldTarget("on_date", stage=Stage.CLEARED, format="%d.%m.%Y"),
        },
        {"owner_kind": {"City": "state", "n/a": ""}},
        {"supply_kind": "出让"},
        {"name": ("Street", "ML")},
        Options("parcel", "2026", skip_rows=2, repeated_keys_by="id", ignore=("Editor",)),
    )
    assert mapping.headers_used == ("Land Area", "ML", "Taken on", "Street", "ML", "id")


def test_an_empty_file_is_an_empty_mapping():
    assert read("") == Mapping("map.toml")


def test_a_full_mapping_converts_a_table():
    frame = pd.DataFrame(
        {"ML": ["7-18"], "Land Area": ["1,000"], "Taken on": ["2.3.2026"], "Owner": ["x"], "Street": [None], "id": [5]},
        dtype="object",
    )
    raw = RawTable(SourceFile("a.csv", 1, "0" * 64), "csv", frame, (2,))
    converted = match_and_convert(raw, PARCEL, read(FULL), today=date(2026, 5, 31))
    # 1,000 square feet at 0.09290304 m² each (the international foot, exactly).
    assert converted.frame["declared_area_m2"].tolist() == [92.90304]
    assert converted.side["parcel_event"][["stage", "on_date"]].values.tolist() == [
        ["cleared", pd.Timestamp(2026, 3, 2)]
    ]
    assert converted.frame["name"].tolist() == ["7-18"]
    assert converted.frame["supply_kind"].tolist() == ["market"]


def test_all_errors_are_told_at_once_each_with_its_line():
    told = errors(
        """[columns]
ML = "parcel_number"
Area = { field = "declared_area_m2", unit = "万元" }
[values.stage]
"Done" = "finished"
[options]
speed = 3
[extra]
"""
    )
    assert "line 2: parcel has no field 'parcel_number'" in told
    assert "line 3: 'Area': unit '万元' does not fit" in told
    assert "line 5: stage has no code 'finished'" in told
    assert "line 7: no option 'speed'" in told
    assert "line 8: no section 'extra'" in told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("columns = 3", "must be a table"),
        ("[columns]\nML = 3", "must name a field"),
        ('[columns]\nML = { field = "parcel_no", feild = 1 }', "no setting 'feild'"),
        ('[columns]\nML = { field = "parcel_no", format = "%Y" }', "belongs to date columns"),
        ('[columns]\nML = { field = "parcel_no", year = 2026 }', "belongs to plan_wan"),
        ('[columns]\nD = { field = "on_date" }', "stage must be one of"),
        ('[columns]\nA = "area_planar_m2"', "no field 'area_planar_m2'"),
        ('[columns]\nA = "name"\nB = "name"', "name: both A and B"),
        ('[columns]\nA = "name"\n[constants]\nname = "x"', "name: both A and name"),
        ('[constants]\nowner_kind = "private"', "no code 'private'"),
        ("[constants]\nname = []", "must be one value"),
        ('[compose]\nname = "plain"', "must be a list of headers or a template"),
        ('[compose]\nname = "{A!r}"', "must be a list of headers or a template"),
        ("[compose]\nname = []", "must be a list of headers or a template"),
        ('[values]\nname = "x"', "must be a table"),
        ("[options]\nskip_rows = -1", "option skip_rows may not be -1"),
        ('[options]\nencoding = "ebcdic"', "option encoding may not be 'ebcdic'"),
        ('[options]\nlayer = "project"', "this mapping is for 'project', not for 'parcel'"),
    ],
)
def test_what_is_wrong_is_said(text, fault):
    assert fault in errors(text)


def test_a_plan_of_each_year_and_amounts_of_a_ledger_may_be_mapped():
    plans = read(
        '[columns]\nP26 = { field = "plan_wan", year = 2026, unit = "亿元" }\n'
        'P27 = { field = "plan_wan", year = 2027 }',
        PROJECT,
    )
    assert plans.columns["P26"].year == 2026
    assert read('[options]\namounts = "monthly"', PROGRESS_REPORT).options.amounts == "monthly"


@pytest.mark.parametrize("data", [b"[columns", b"\xff\xfe\x00", b"#" * 1_000_001])
def test_what_is_no_toml_is_unreadable(data):
    with pytest.raises(UnreadableFile):
        read_mapping(data, PARCEL, name="map.toml")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda p: p.stem)
def test_every_shipped_mapping_is_sound(path):
    layer = next(
        word for word in ("parcel", "project", "zone") if f'layer = "{word}"' in path.read_text(encoding="utf-8")
    )
    assert read_mapping(path.read_bytes(), LAYERS[layer], name=path.name).options.layer == layer


def converted(shared_data: Path, file: str, mapping: str, layer: str) -> Converted:
    frame = gpd.read_file(shared_data / "cambridge" / file)
    raw = RawTable(
        SourceFile(file, 1, "0" * 64),
        "geo",
        pd.DataFrame(frame.drop(columns="geometry")),
        tuple(range(1, len(frame) + 1)),
    )
    rules = read_mapping((SHIPPED / f"{mapping}.toml").read_bytes(), LAYERS[layer], name=mapping)
    return match_and_convert(raw, LAYERS[layer], rules, today=date(2026, 5, 31))


@pytest.mark.real_data
def test_all_parcels_of_cambridge_have_a_key_of_their_own(shared_data):
    found = converted(shared_data, "ASSESSING_ParcelsFY2014.topojson", "cambridge-parcels", "parcel")
    assert len(found.frame) == 13_116
    assert found.frame["parcel_no"].is_unique
    assert found.bad_rows == frozenset()
    # 13,035 different ML in the file, of which 12 stand more than once (counted with pandas' value_counts).
    assert (~found.frame["parcel_no"].str.contains("#")).sum() == 13_023


@pytest.mark.real_data
def test_all_projects_of_cambridge_have_a_code_a_name_and_a_stage(shared_data):
    found = converted(shared_data, "CDD_SpecialPermitAreas.geojson", "cambridge-projects", "project")
    assert len(found.frame) == 355
    assert found.frame["code"].is_unique
    assert found.frame["name"].notna().all()
    assert found.bad_rows == frozenset()
    # Counts of CaseStatus as the data's own README has them: Built 281; Under construction 19; Permitted 16;
    # Reviewed 8 + Permitting 3 + Reviewing 1; Withdrawn 13 + Expired 12 + Denied 2.
    assert found.derived["stage"].value_counts().to_dict() == {
        "completed": 281, "building": 19, "filed": 16, "signed": 12, "cancelled": 27,
    }  # fmt: skip
    assert found.derived["stage_on"].notna().all()


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "mapping", "count"),
    [
        ("CDD_ZoningDistricts.geojson", "cambridge-zones", 261),
        ("FEMA_FloodPlains500Year.geojson", "cambridge-flood", 39),
    ],
)
def test_all_zones_of_cambridge_have_a_number_of_their_own(shared_data, file, mapping, count):
    found = converted(shared_data, file, mapping, "zone")
    assert len(found.frame) == count
    assert found.frame["zone_no"].is_unique
    assert found.bad_rows == frozenset()


def test_every_option_and_section_is_documented():
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert documented == {field.name for field in fields(Options)}
    example = page.split("```toml\n")[1].split("```")[0]
    assert set(tomllib.loads(example)) | {"options"} == {"columns", "values", "constants", "compose", "options"}
    for setting in (field.name for field in fields(FieldTarget)):
        assert f"{setting} = " in example


def test_the_documented_example_is_sound_for_its_layers():
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    (plan,) = [line for line in example.splitlines() if "plan_wan" in line]
    assert read(example.replace(plan, "")).columns["Cleared"].stage is Stage.CLEARED
    assert read(f"[columns]\n{plan}", PROJECT).columns["FY26"].unit == "亿元"


@pytest.mark.parametrize("unit", ["Ha", "SQFT", "M2"])
def test_a_unit_may_be_written_in_capitals(unit):
    text = f'[columns]\n"S" = {{ field = "declared_area_m2", unit = "{unit}" }}\n'
    mapping = read_mapping(text.encode(), PARCEL, name="m.toml")
    frame = pd.DataFrame({"地块编号": ["a"], "S": [1.0]})
    made = match_and_convert(RawTable(SourceFile("a.gpkg", 1, "0" * 64), "GeoPackage", frame, (1,)), PARCEL, mapping,
                             today=date(2026, 5, 31))  # fmt: skip
    m2 = {"Ha": 10_000.0, "SQFT": 0.09290304, "M2": 1.0}[unit]
    assert made.frame["declared_area_m2"].tolist() == [m2]


def test_a_mapping_nested_without_end_is_no_toml():
    with pytest.raises(UnreadableFile):
        read_mapping(b"a=" + b"[" * 5000, PARCEL, name="m.toml")


def test_a_template_without_a_header_in_its_braces_is_an_error():
    with pytest.raises(InvalidValue, match=r"compose\.parcel_no"):
        read_mapping(b'[compose]\nparcel_no = "{}-{LOT}"\n', PARCEL, name="m.toml")
