"""Every variant of RULES §1.2 in one small file each. The ring is that of RULES §1.1: 400 m × 300 m = 12 ha."""

from __future__ import annotations

import pytest

from gis.errors import UnreadableFile
from gis.ingest.survey_txt import read_survey_txt
from gis.ingest.table import RawTable, SourceFile
from tests.gis.survey_samples import HEAD, RING, TITLE

HOLE = """J5,2,3649900.000,38500100.000
J6,2,3649900.000,38500200.000
J7,2,3649800.000,38500200.000
J8,2,3649800.000,38500100.000
J5,2,3649900.000,38500100.000
"""
ISLAND = """J9,3,3649870.000,38500130.000
J10,3,3649870.000,38500170.000
J11,3,3649830.000,38500170.000
J12,3,3649830.000,38500130.000
J9,3,3649870.000,38500130.000
"""
APART = """J5,2,3650000.000,38501000.000
J6,2,3650000.000,38501100.000
J7,2,3649900.000,38501100.000
J8,2,3649900.000,38501000.000
J5,2,3650000.000,38501000.000
"""


def read(text: str | bytes, name: str = "一期.txt") -> RawTable:
    data = text if isinstance(text, bytes) else text.encode("gb18030")
    return read_survey_txt(data, SourceFile(name, len(data), "0" * 64))


def said(raw: RawTable) -> str:
    return "\n".join(w.zh for w in raw.warnings)


def shape(raw: RawTable, row: int = 0):
    return raw.geometry.iloc[row]


def test_a_correct_file_is_read_with_x_as_north_and_no_warning():
    raw = read(HEAD + TITLE + RING)
    assert raw.frame.iloc[0].to_dict() == {
        "地块编号": "1",
        "地块名称": "XX产业园一期",
        "登记面积(公顷)": "12.0000公顷",
        "图形属性": "面",
        "图幅号": "I50G073001",
        "地块用途": "工业用地",
        "地类编码": "1001",
        "备注": "",
    }
    assert shape(raw).bounds == (38500000.0, 3649700.0, 38500400.0, 3650000.0)
    assert shape(raw).area == 120_000.0
    assert raw.rows == (13,)
    assert raw.declared["带号"] == "38"
    assert raw.declared["转换参数"] == ",,,,,,"
    assert raw.warnings == ()
    assert raw.refused == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_encodings_are_told_apart(encoding):
    raw = read((HEAD + TITLE + RING).encode(encoding))
    assert raw.frame["地块名称"].tolist() == ["XX产业园一期"]
    assert raw.declared["数据产生单位"] == "XX县自然资源局"


def test_big5_with_traditional_section_names_is_read():
    text = (
        HEAD.replace("属性描述", "屬性描述")
        .replace("地块坐标", "地塊坐標")
        .replace("数据产生单位=XX县自然资源局\n", "")
    )
    text = (
        text.replace("数据产生日期", "日期")
        .replace("坐标系=2000国家大地坐标系", "坐標系=2000")
        .replace("几度分带", "分帶")
    )
    text = (
        text.replace("投影类型=高斯克吕格\n计量单位=米\n带号=38", "帶號=38")
        .replace("格式版本号", "格式")
        .replace("转换参数", "參數")
    )
    raw = read((text + TITLE.replace("XX产业园一期", "產業園").replace("工业用地", "工業用地") + RING).encode("big5"))
    assert raw.frame["地块名称"].tolist() == ["產業園"]


def test_traditional_keys_declare_what_the_simplified_ones_do():
    text = (
        HEAD.replace("坐标系=2000国家大地坐标系", "座標系=北京54")
        .replace("带号", "帶號")
        .replace("几度分带", "幾度分帶")
    )
    raw = read(text.replace("地块坐标", "地塊座標") + TITLE + RING)
    assert (raw.declared["坐标系"], raw.declared["带号"], raw.declared["几度分带"]) == ("北京54", "38", "3")


@pytest.mark.parametrize("title", [TITLE, ""])
def test_coordinates_may_begin_without_their_section_name(title):
    raw = read(HEAD.replace("[地块坐标]\n", "") + title + RING)
    assert len(raw.frame) == 1
    assert shape(raw).area == 120_000.0
    assert raw.declared["带号"] == "38"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("５，１２．００００，１，产业园，面，，工业用地，１００１，＠\n", "产业园"),
        ("5,12.0000,1,甲，乙（示例）＝１,面,,工业用地,1001,@\n", "甲，乙（示例）＝１"),
        ("5, 12.0000 , 1 , 产业 园 ,面,,工业用地,1001,@\n", "产业 园"),
    ],
)
def test_full_width_signs_count_only_where_syntax_stands(title, name):
    raw = read(HEAD.replace("[", "［").replace("]", "］").replace("带号=38", "带号＝３８") + title + RING)
    assert raw.frame["地块名称"].tolist() == [name]
    assert raw.frame["登记面积(公顷)"].tolist() == ["12.0000公顷"]
    assert raw.declared["带号"] == "38"


def test_full_width_points_are_read():
    raw = read(HEAD + TITLE + RING.replace(",", "，").replace(".", "．"))
    assert shape(raw).area == 120_000.0


def test_twelve_and_thirteen_fields_keep_their_extras():
    twelve = read(HEAD + "5,12.0000,1,甲,面,,旱地,0103,A1,B2,C3,D4,@\n" + RING)
    assert [twelve.frame[f"扩展{n}"].iloc[0] for n in (1, 2, 3, 4)] == ["A1", "B2", "C3", "D4"]
    thirteen = read(HEAD + "5,12.0000,1,甲,面,,旱地,0103,T,DL,8,9,备注,@\n" + RING)
    assert thirteen.frame["扩展5"].tolist() == ["备注"]
    assert thirteen.frame["地类编码"].tolist() == ["0103"]


def test_a_header_that_lost_its_at_sign_is_still_a_header():
    raw = read(HEAD + "5,12.0000,1,甲,面,,工业用地,1001,\n" + RING + "5,12.0000,2,2,面,,,\n" + RING)
    assert raw.frame["地块编号"].tolist() == ["1", "2"]


def test_unknown_header_keys_and_equals_signs_in_values_are_kept():
    raw = read("[项目信息]\n项目名称=甲=乙\n" + " " + HEAD.replace("带号=38", "带号=38\n描述=a=b,c") + TITLE + RING)
    assert raw.declared["描述"] == "a=b,c"
    assert raw.declared["项目名称"] == "甲=乙"
    assert len(raw.frame) == 1


def test_unknown_sections_are_kept_as_they_stand():
    raw = read(HEAD.replace("[地块坐标]", "[其他]\n任意, 内容\n1,2,3,4\n[地块坐标]") + TITLE + RING)
    assert raw.declared["[其他]"] == "任意, 内容\n1,2,3,4"
    assert len(raw.frame) == 1


@pytest.mark.parametrize("separator", [",", "\t", " "])
def test_a_file_of_coordinates_alone_is_one_parcel_named_for_the_file(separator):
    raw = read(RING.replace(",", separator))
    assert raw.frame["地块编号"].tolist() == ["一期"]
    assert shape(raw).area == 120_000.0
    assert raw.rows == (1,)


def test_points_without_names_or_ring_numbers_are_read():
    assert shape(read("\n".join(line.split(",", 2)[2] for line in RING.splitlines()))).area == 120_000.0
    assert shape(read("\n".join(f"J,{line.split(',', 2)[2]}" for line in RING.splitlines()))).area == 120_000.0


def test_a_missing_closing_point_is_no_matter_and_no_warning():
    open_ring = "".join(RING.splitlines(keepends=True)[:4])
    for count in ("4", "5"):
        raw = read(HEAD + TITLE.replace("5,", f"{count},", 1) + open_ring)
        assert shape(raw).area == 120_000.0
        assert raw.warnings == ()


def test_a_wrong_count_is_warned_of_and_never_relied_on():
    raw = read(HEAD + TITLE.replace("5,", "9,", 1) + RING + TITLE.replace(",1,", ",2,", 1) + RING)
    assert len(raw.frame) == 2
    assert "界址点数与实际点数不符，以实际点为准：第 13 行" in said(raw)


def test_a_ring_inside_is_a_hole_whatever_the_order():
    for body in (RING + HOLE, HOLE + RING):
        raw = read(HEAD + TITLE + body)
        assert shape(raw).geom_type == "Polygon"
        assert shape(raw).area == 110_000.0


def test_a_ring_apart_is_a_part_not_a_hole():
    raw = read(HEAD + TITLE + RING + APART)
    assert shape(raw).geom_type == "MultiPolygon"
    assert shape(raw).area == 130_000.0


def test_an_island_in_a_hole_is_a_part_of_its_own():
    raw = read(HEAD + TITLE + ISLAND + HOLE + RING)
    assert sorted(part.area for part in shape(raw).geoms) == [1_600.0, 110_000.0]


def test_rings_with_one_number_are_parted_by_their_closing_points():
    raw = read(HEAD + TITLE + RING + APART.replace(",2,", ",1,"))
    assert shape(raw).area == 130_000.0
    assert shape(raw).is_valid


def test_rings_without_closing_points_are_parted_by_number_and_by_names_that_restart():
    def opened(text: str) -> str:
        return "".join(text.splitlines(keepends=True)[:4])

    by_number = read(HEAD + TITLE + opened(RING) + opened(APART))
    assert shape(by_number).area == 130_000.0
    restarted = (
        opened(APART).replace("J5,2", "J1,1").replace("J6,2", "J2,1").replace("J7,2", "J3,1").replace("J8,2", "J4,1")
    )
    assert shape(read(HEAD + TITLE + opened(RING) + restarted)).area == 130_000.0


def test_a_closing_point_with_a_wrong_ring_number_closes_its_ring():
    raw = read(
        HEAD
        + TITLE
        + RING.replace("J1,1,3650000.000,38500000.000\n", "J1,3,3650000.000,38500000.000\n", 2).replace(
            "J1,3", "J1,1", 1
        )
        + HOLE
    )
    assert shape(raw).area == 110_000.0


def test_a_corrupted_closing_point_is_dropped_with_a_warning():
    corrupt = RING.replace("\nJ1,1,3650000.000,38500000.000", "\nJ1,1,3650000.000,3650000.000")
    raw = read(HEAD + TITLE + corrupt)
    assert shape(raw).area == 120_000.0
    assert "第18行的闭合点 X、Y 相同" in said(raw)


def test_a_corrupted_point_inside_a_ring_refuses_the_parcel():
    raw = read(HEAD + TITLE + RING.replace("J3,1,3649700.000,38500400.000", "J3,1,3649700.000,3649700.000"))
    assert len(raw.frame) == 0
    assert raw.refused[0].place.row == 16


def test_a_closing_point_gone_astray_refuses_the_parcel():
    raw = read(HEAD + TITLE + RING.replace("\nJ1,1,3650000.000,38500000.000", "\nJ1,1,3650000.000,38500100.000"))
    assert len(raw.frame) == 0
    assert raw.refused[0].place.row == 18


def test_points_nearer_than_a_millimetre_are_one():
    doubled = RING.replace(
        "J2,1,3650000.000,38500400.000\n", "J2,1,3650000.000,38500400.000\nJ2a,1,3650000.0004,38500400.000\n"
    )
    assert len(shape(read(HEAD + TITLE + doubled)).exterior.coords) == 5


def test_an_unreadable_vertex_refuses_the_whole_parcel_and_no_other():
    raw = read(
        HEAD + TITLE + RING.replace("J3,1,3649700.000", "J3,1,36497oo.000") + TITLE.replace(",1,", ",2,", 1) + RING
    )
    assert raw.frame["地块编号"].tolist() == ["2"]
    assert len(raw.refused) == 1
    assert raw.refused[0].place.row == 16


def test_a_parcel_of_two_points_is_refused_with_its_row():
    raw = read(HEAD + TITLE + "J1,1,3650000,38500000\nJ2,1,3650000,38500400\n" + TITLE.replace(",1,", ",2,", 1) + RING)
    assert raw.frame["地块编号"].tolist() == ["2"]
    assert (raw.refused[0].place.row, raw.refused[0].found) == (13, "1: 2")


def test_two_equal_headers_stay_two_parcels():
    raw = read(HEAD + TITLE + RING + TITLE + RING.replace("38500", "38510"))
    assert raw.frame["地块编号"].tolist() == ["1", "1-2"]
    assert raw.rows == (13, 19)
    assert "1 个地块编号重复" in said(raw)


def test_a_parcel_without_a_number_is_known_by_its_name_or_its_file():
    raw = read(
        HEAD
        + TITLE.replace(",1,XX产业园一期,", ",,XX产业园一期,")
        + RING
        + TITLE.replace(",1,XX产业园一期,", ",,,")
        + RING
    )
    assert raw.frame["地块编号"].tolist() == ["XX产业园一期", "一期"]
    assert "2 个地块没有编号" in said(raw)


@pytest.mark.parametrize(
    ("written", "kept", "warning"),
    [
        ("12.0000", "12.0000公顷", None),
        ("12.0000公顷", "12.0000公顷", None),
        ("120000.00", "120000.00平方米", "面积栏应为公顷，实为平方米：第 13 行"),
        ("180", "180亩", "面积栏应为公顷，实为亩：第 13 行"),
        ("12.5", "12.5公顷", "第 13 行：登记面积与坐标计算面积相差 5,000.0 平方米（4.17%）"),
        ("40", "40公顷", "第 13 行：登记面积与坐标计算面积相差 280,000.0 平方米（233.33%）"),
        ("", "", None),
    ],
)
def test_the_unit_of_the_declared_area_is_told_from_the_drawn_one(written, kept, warning):
    raw = read(HEAD + TITLE.replace("12.0000", written) + RING)
    assert raw.frame["登记面积(公顷)"].tolist() == [kept]
    assert said(raw) == (warning or "")


def test_words_in_the_land_class_slot_become_a_remark():
    raw = read(HEAD + TITLE.replace(",1001,", ",地上,") + RING)
    assert raw.frame["地类编码"].tolist() == [""]
    assert raw.frame["备注"].tolist() == ["地类编码栏原填：地上"]


def test_swapped_axes_are_reported_and_left_as_they_are():
    swapped = "".join(f"{n},{r},{y},{x}\n" for n, r, x, y in (line.split(",") for line in RING.splitlines()))
    raw = read(HEAD + TITLE + swapped)
    assert raw.declared["坐标轴"] == "X、Y疑似颠倒"
    assert "疑似颠倒" in said(raw)
    assert shape(raw).bounds == (3649700.0, 38500000.0, 3650000.0, 38500400.0)


@pytest.mark.parametrize("order", ["{lat},{lon}", "{lon},{lat}"])
def test_degrees_come_out_as_longitude_and_latitude(order):
    corners = [(114.0, 32.97), (114.01, 32.97), (114.01, 32.96), (114.0, 32.96), (114.0, 32.97)]
    body = "".join(f"J{i},1,{order.format(lon=x, lat=y)}\n" for i, (x, y) in enumerate(corners, 1))
    raw = read("5,0.7655公顷,1,甲,面,,,,@\n" + body)
    assert shape(raw).bounds == (114.0, 32.96, 114.01, 32.97)
    assert raw.declared["计量单位"] == "度"
    assert raw.frame["登记面积(公顷)"].tolist() == ["0.7655公顷"]


def test_a_zone_that_contradicts_the_coordinates_is_left_for_the_user_to_see():
    assert read(HEAD.replace("带号=38", "带号=3") + TITLE + RING).declared["带号"] == "3"


def test_two_sections_that_disagree_are_warned_of():
    raw = read(HEAD + TITLE + RING + HEAD.replace("带号=38", "带号=39") + TITLE.replace(",1,", ",2,", 1) + RING)
    assert len(raw.frame) == 2
    assert "“带号”有两种写法：38、39" in said(raw)


def test_lines_and_points_are_what_they_say():
    raw = read(
        HEAD
        + TITLE.replace("面", "线")
        + RING
        + TITLE.replace("面", "点").replace(",1,", ",2,", 1)
        + RING.splitlines()[0]
    )
    assert [g.geom_type for g in raw.geometry] == ["LineString", "Point"]


def test_a_remark_among_the_points_is_skipped_with_a_warning():
    raw = read(HEAD + TITLE + RING + "以下空白\n")
    assert len(raw.frame) == 1
    assert "第 19 行不是界址点" in said(raw)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", "[属性描述]\n带号=38\n".encode(), b"\x89PNG\r\n\x1a\n\x00\x00\x00"])
def test_a_file_without_points_is_unreadable(data):
    with pytest.raises(UnreadableFile):
        read(data)
