"""What a preview asks, offers and finds: reference systems, axes, units, land classes, ledgers, what a file lacks."""

import io
import json
from contextlib import closing
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.errors import InvalidParameter, NotAllowed, UnreadableFile
from gis.ingest.staging import Staging
from gis.model import LOCAL_ACTOR, Actor, Query, Role
from gis.store import create_store
from gis.workflows.commit_upload import commit_upload
from gis.workflows.import_choices import Choices
from gis.workflows.preview_upload import check_upload, preview_map, preview_rows
from gis.workflows.show_upload import show_upload
from gis.workflows.stage_upload import stage_upload

CRS = "EPSG:4526"  # CGCS2000, 3° zone 38 with its number before the easting
EAST, NORTH = 38_500_000, 3_650_000


@pytest.fixture
def store(tmp_path):
    made = create_store(tmp_path / "county.gpkg", name="示范县", crs=CRS, actor=LOCAL_ACTOR)
    with closing(made):
        county = shapely.box(EAST - 5000, NORTH - 5000, EAST + 5000, NORTH + 5000)
        towns = {"code": ["140781", "140781100"], "name": ["示范县", "甲镇"], "level": ["county", "town"]}
        with made.writing(LOCAL_ACTOR) as writer:
            writer.put("town", gpd.GeoDataFrame(towns, geometry=[county, county], crs=CRS))
        yield made


@pytest.fixture
def staging(tmp_path):
    return Staging(tmp_path / "uploads")


def uploaded(staging, content, name="a.txt"):
    data = content if isinstance(content, bytes) else content.encode()
    return stage_upload(staging, LOCAL_ACTOR, name, io.BytesIO(data))


def checked(store, upload, **choices):
    check_upload(store, upload, 0, Choices.from_dict(choices), lambda _words, _share: None)
    return show_upload(store, upload)["parts"][0]


def committed(store, upload, part):
    return commit_upload(store, LOCAL_ACTOR, upload, 0, part["preview"]["digest"], lambda _words, _share: None)


def survey(*, area="12.0000", code="0103", zone="38", swapped=False, number="P1", east=EAST):
    """400 m × 300 m: 12 ha."""
    corners = [(NORTH, east), (NORTH, east + 400), (NORTH - 300, east + 400), (NORTH - 300, east), (NORTH, east)]
    lines = [
        f"J{n % 4 + 1},1,{(y if swapped else x)}.000,{(x if swapped else y)}.000" for n, (x, y) in enumerate(corners)
    ]
    head = f"[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号={zone}\n[地块坐标]\n"
    return head + f"5,{area},{number},园区,面,,工业用地,{code},@\n" + "\n".join(lines) + "\n"


# ---------------------------------------------------------------- what is asked


def test_swapped_axes_are_offered_and_put_right_only_when_chosen(store, staging):
    upload = uploaded(staging, survey(swapped=True))
    part = checked(store, upload)
    assert part["preview"]["problem"]["cause"] == "CrsUnknown"
    assert part["detected"]["crs"]["swap"]
    part = checked(store, upload, kind="parcels", swap_axes=True, scheme="unknown")
    assert part["preview"]["counts"]["new"] == 1
    committed(store, upload, part)
    assert store.read("parcel")["area_planar_m2"].round().tolist() == [120_000.0]


def test_an_easting_without_its_zone_is_asked_about_with_what_would_fit(store, staging):
    shape = shapely.box(500_000, NORTH, 500_100, NORTH + 100).wkt
    upload = uploaded(staging, f'地块编号,wkt\nP1,"{shape}"\n', "a.csv")
    part = checked(store, upload)
    candidates = [each["crs"] for each in part["detected"]["crs"]["candidates"]]
    assert "EPSG:4547" in candidates
    assert not part["detected"]["crs"]["swap"]
    part = checked(store, upload, kind="parcels", crs="EPSG:4547")
    assert part["preview"]["counts"]["new"] == 1
    assert part["detected"]["crs"]["evidence"]["en"] == "the user said EPSG:4547"


def test_the_scheme_of_land_classes_is_asked_for_before_a_commit(store, staging):
    upload = uploaded(staging, survey(code="1001"))
    part = checked(store, upload)
    assert part["preview"]["asks"] == ["scheme"]
    told = part["detected"]["land_classes"]["meanings"]
    assert (told["GB/T 21010 2017"]["1001"], told["用地用海 2023"]["1001"]) == ("铁路用地", "工业用地")
    with pytest.raises(InvalidParameter, match="of which scheme"):
        committed(store, upload, part)
    part = checked(store, upload, kind="parcels", scheme="用地用海 2023")
    committed(store, upload, part)
    stored = store.read("parcel")[["land_class_scheme", "land_class_edition", "land_class_code"]]
    assert stored.to_numpy().tolist() == [["用地用海", "2023", "1001"]]
    again = checked(store, uploaded(staging, survey(code="1001"), "b.txt"))
    assert again["preview"]["asks"] == []  # the store knows it of this parcel and this code
    other = checked(store, uploaded(staging, survey(code="0601"), "c.txt"))
    assert other["preview"]["asks"] == ["scheme"]


def test_a_code_that_the_scheme_lacks_refuses_its_row_by_name(store, staging):
    upload = uploaded(staging, survey(code="2303"))
    part = checked(store, upload, kind="parcels", scheme="GB/T 21010 2017")
    assert part["preview"]["counts"] == {"new": 0, "changed": 0, "unchanged": 0, "removed": 0, "refused": 1}
    (row,) = preview_rows(upload, 0, ("refused",), 0)["rows"]
    assert (row["reasons"][0]["column"], row["reasons"][0]["found"]) == ("地类编码", "2303")
    fixed = checked(store, upload, kind="parcels", scheme="GB/T 21010 2017", edits={"6": {"地类编码": "0103"}})
    assert fixed["preview"]["counts"]["new"] == 1
    with pytest.raises(InvalidParameter, match="no row to import"):
        committed(store, upload, checked(store, upload, kind="parcels", scheme="GB/T 21010 2017"))


def test_an_area_in_the_wrong_unit_is_seen_and_taken_as_the_person_says(store, staging):
    """The format wants 公顷; 130,000 is 8 % off the drawn 120,000 m², so that the reader dares not say so itself."""
    upload = uploaded(staging, survey(area="130000"))
    part = checked(store, upload, kind="parcels", scheme="unknown")
    (area,) = part["detected"]["areas"]
    assert (area["said"], area["measured"]) == ("公顷", None)
    part = checked(store, upload, kind="parcels", scheme="unknown", area_units={area["header"]: "m2"})
    committed(store, upload, part)
    assert store.read("parcel")["declared_area_m2"].tolist() == [130_000.0]


def test_a_closing_point_gone_astray_is_dropped_only_when_chosen(store, staging):
    text = survey().replace(f"J1,1,{NORTH}.000,{EAST}.000\n", f"J1,1,{NORTH + 60}.000,{EAST}.000\n", 2)
    text = text.replace(f"J1,1,{NORTH + 60}.000,{EAST}.000\n", f"J1,1,{NORTH}.000,{EAST}.000\n", 1)
    upload = uploaded(staging, text)
    part = checked(store, upload, kind="parcels")
    assert part["preview"]["counts"]["refused"] == 1
    (row,) = preview_rows(upload, 0, ("refused",), 0)["rows"]
    assert row["reasons"][0]["fix"] == "close_rings"
    part = checked(store, upload, kind="parcels", scheme="unknown", close_rings=True)
    assert (part["preview"]["counts"]["new"], part["preview"]["area_after_m2"]) == (1, 120_000.0)


# ---------------------------------------------------------------- columns


def table(frame, staging, name="a.csv"):
    return uploaded(staging, frame.to_csv(index=False), name)


def square(n):
    return shapely.box(EAST + 200 * n, NORTH, EAST + 200 * n + 100, NORTH + 100).wkt


def test_a_column_may_be_given_another_meaning_or_left_out(store, staging):
    frame = pd.DataFrame({"宗地": ["P1"], "户数": ["多"], "批下来": ["2026-03-02"], "wkt": [square(0)]})
    upload = table(frame, staging)
    assert checked(store, upload, kind="parcels")["preview"]["problem"]["cause"] == "ColumnsNotMatched"
    said = {"宗地": "parcel_no", "户数": "", "批下来": "on_date:approved"}
    part = checked(store, upload, kind="parcels", columns=said)
    assert part["preview"]["counts"]["new"] == 1
    assert {c["header"]: c["fate"] for c in part["detected"]["columns"]}["户数"] == "ignored"
    committed(store, upload, part)
    assert store.read("parcel")["stage"].tolist() == ["approved"]


def test_two_columns_for_one_field_are_told_not_guessed(store, staging):
    frame = pd.DataFrame({"宗地": ["P1"], "旧号": ["P2"], "wkt": [square(0)]})
    part = checked(store, table(frame, staging), kind="parcels", columns={"宗地": "parcel_no", "旧号": "parcel_no"})
    assert part["preview"]["problem"]["cause"] == "InvalidParameter"


def test_a_correction_of_a_cell_that_is_not_there_is_told(store, staging):
    frame = pd.DataFrame({"地块编号": ["P1"], "wkt": [square(0)]})
    part = checked(store, table(frame, staging), kind="parcels", edits={"9": {"地块编号": "x"}})
    assert (
        "没有" in part["preview"]["problem"]["message"]["zh"] or "不存在" in part["preview"]["problem"]["message"]["zh"]
    )


# ---------------------------------------------------------------- ledgers and what comes along


def test_plans_and_stages_that_come_along_make_their_project_changed(store, staging):
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("project", pd.DataFrame({"code": ["X1", "X2"], "name": ["甲", "乙"]}))
    frame = pd.DataFrame({"项目代码": ["X1", "X2"], "项目名称": ["甲", "乙"], "2026年计划投资（万元）": [100, None]})
    upload = table(frame, staging)
    part = checked(store, upload, kind="projects")
    assert part["preview"]["counts"] == {"new": 0, "changed": 1, "unchanged": 1, "removed": 0, "refused": 0}
    assert part["preview"]["side"] == {"project_plan": {"new": 1}}
    (row,) = preview_rows(upload, 0, ("changed",), 0)["rows"]
    assert (row["key"], row["changes"][0]["column"]) == ("X1", "project_plan")
    report = committed(store, upload, part)
    assert (report.updated, report.unchanged) == (1, 1)
    assert checked(store, table(frame, staging, "b.csv"), kind="projects")["preview"]["counts"]["unchanged"] == 2


def test_a_promise_of_another_day_is_new_beside_the_one_that_stands(store, staging):
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("project", pd.DataFrame({"code": ["X1"], "name": ["甲"]}))
    january = pd.DataFrame(
        {"项目代码": ["X1"], "节点名称": ["开工"], "承诺完成日期": ["2026-06-30"], "承诺作出日期": ["2026-01-05"]}
    )
    july = january.assign(承诺完成日期="2026-09-30", 承诺作出日期="2026-07-05")
    for frame, name in ((january, "一月.csv"), (july, "七月.csv")):
        upload = table(frame, staging, name)
        committed(store, upload, checked(store, upload, kind="milestones"))
    both = pd.concat([january, july])
    assert checked(store, table(both, staging, "都.csv"), kind="milestones")["preview"]["counts"]["unchanged"] == 2
    moved = january.assign(承诺完成日期="2026-07-31")
    part = checked(store, table(moved, staging, "改.csv"), kind="milestones")
    assert part["preview"]["counts"]["changed"] == 1


def test_a_report_keeps_what_it_does_not_speak_of(store, staging):
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("project", pd.DataFrame({"code": ["X1"], "name": ["甲"]}))
        writer.append(
            "progress_report",
            pd.DataFrame({"project_code": ["X1"], "period": ["month"], "period_end_on": [pd.Timestamp("2026-05-31")],
                          "invested_wan": [50.0], "stat_invested_wan": [40.0]}),
        )  # fmt: skip
    frame = pd.DataFrame(
        {"项目代码": ["X1"], "报告类型": ["月报"], "报告截止日期": ["2026-05-31"], "完成投资（万元）": [60]}
    )
    upload = table(frame, staging)
    part = checked(store, upload, kind="reports")
    (row,) = preview_rows(upload, 0, (), 0)["rows"]
    assert [(c["column"], c["before"], c["after"]) for c in row["changes"]] == [("invested_wan", "50", "60")]
    committed(store, upload, part)
    stored = store.read("progress_report")
    assert stored[["invested_wan", "stat_invested_wan"]].to_numpy().tolist() == [[60.0, 40.0]]


# ---------------------------------------------------------------- what the file lacks


def test_a_row_that_is_refused_is_not_missing_from_the_file_and_nothing_is_retired_beside_it(store, staging):
    frame = pd.DataFrame({"地块编号": ["P0", "P1", "P2"], "wkt": [square(0), square(1), square(2)]})
    upload = table(frame, staging)
    committed(store, upload, checked(store, upload, kind="parcels"))
    again = frame.iloc[:2].assign(户数=["1", "多"])
    upload = table(again, staging, "b.csv")
    complete = {"kind": "parcels", "complete_for": {"column": "town", "value": "140781100"}, "retire": True}
    part = checked(store, upload, **complete)
    assert part["preview"]["counts"] == {"new": 0, "changed": 1, "unchanged": 0, "removed": 1, "refused": 1}
    assert [r["key"] for r in preview_rows(upload, 0, ("removed",), 0)["rows"]] == ["P2"]
    assert not part["preview"]["can_retire"]
    with pytest.raises(InvalidParameter, match="rows are refused"):
        committed(store, upload, part)
    part = checked(store, upload, **complete, edits={"3": {"户数": "2"}})
    committed(store, upload, part)
    assert store.read("parcel")["parcel_no"].tolist() == ["P0", "P1"]
    assert store.read("parcel", Query(on=date(2020, 1, 1)))["parcel_no"].tolist() == ["P0", "P1", "P2"]


def test_the_map_of_a_preview_lies_where_the_county_is(store, staging):
    upload = uploaded(staging, survey())
    checked(store, upload, kind="parcels")
    (feature,) = json.loads(preview_map(upload, 0))["features"]
    lon, lat = np.mean(feature["geometry"]["coordinates"][0][0][:4], axis=0)
    assert (round(lon, 3), round(lat, 3)) == (114.002, 32.974)
    assert feature["properties"] == {"state": "new", "row": 6, "key": "P1"}


# ---------------------------------------------------------------- who, and what cannot be read


def test_who_may_not_import_stages_nothing(staging):
    for role in (Role.VIEWER, Role.EDITOR):
        with pytest.raises(NotAllowed):
            stage_upload(staging, Actor("某人", role), "a.txt", io.BytesIO(b"x"))
    assert not staging.folder.exists()


def test_an_upload_that_cannot_be_read_is_not_kept(staging):
    with pytest.raises(UnreadableFile):
        uploaded(staging, b"MZ\x90", "程序.exe")
    assert list(staging.folder.iterdir()) == []


def test_choices_come_back_from_json_as_they_went():
    said = {
        "kind": "parcels", "crs": "EPSG:4547", "swap_axes": True, "encoding": "gb18030", "close_rings": True,
        "repair": [3],
        "columns": {"宗地": "parcel_no"}, "area_units": {"面积": "m2"}, "scheme": "用地用海 2023", "on": "2026-03-02",
        "complete_for": {"column": "town", "value": "140781100"}, "retire": True, "edits": {"3": {"户数": "2"}},
    }  # fmt: skip
    choices = Choices.from_dict(said)
    assert choices.as_dict() == said
    assert Choices.from_dict(choices.as_dict()) == choices
    assert Choices.from_dict({}) == Choices()
