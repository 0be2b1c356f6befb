"""Units and rounding: factors of RULES §5, headers as ledgers write them, half-up as on paper."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InvalidValue
from gis.units import UNITS_BY_DIMENSION, ha_of_m2, mu_of_m2, rounded, shown, split_header_unit, to_stored, yi_of_wan


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("计划投资（亿元）", "计划投资", "亿元"),
        ("计划投资(万元)", "计划投资", "万元"),
        ("计划投资 [万元]", "计划投资", "万元"),
        ("计划投资【万元】", "计划投资", "万元"),
        ("计划投资（ 亿元 ）", "计划投资", "亿元"),
        ("计划投资（亿元", "计划投资", "亿元"),
        ("完成投资（调度数）（万元）", "完成投资（调度数）", "万元"),
        ("面积/亩", "面积", "亩"),
        ("面积 / 公顷", "面积", "公顷"),
        ("Area (HA)", "Area", "ha"),
        ("Area (m²)", "Area", "m²"),
        ("形象进度（%）", "形象进度", "%"),
        (" 项目名称 ", "项目名称", None),
        ("项目名称（全称）", "项目名称（全称）", None),
        ("投资强度（万元/亩）", "投资强度（万元/亩）", None),
        ("总投资（万美元）", "总投资（万美元）", None),
        ("年度/季度", "年度/季度", None),
        ("万元", "万元", None),
        ("", "", None),
    ],
)
def test_a_header_is_parted_into_name_and_unit(header: str, name: str, unit: str | None) -> None:
    assert split_header_unit(header) == (name, unit)


@pytest.mark.parametrize(
    ("value", "unit", "dimension", "stored"),
    [
        ("9.014", "亿元", "money", "90140"),
        ("546.5", "亿", "money", "5465000"),
        ("12", "元", "money", "0.0012"),
        ("3", "百万元", "money", "300"),
        ("12.0000", "公顷", "area", "120000"),
        ("180", "亩", "area", "120000"),
        ("1", "亩", "area", "666.666666666667"),
        ("1.5", "平方公里", "area", "1500000"),
        ("2", "万平方米", "area", "20000"),
        ("1", "HA", "area", "10000"),
        ("2.5", "公里", "length", "2500"),
        ("35.5", "%", "share", "35.5"),
        ("-3", "万元", "money", "-3"),
        ("0", "亩", "area", "0"),
        ("1e-40", "亩", "area", "0"),
        ("1e20", "亿元", "money", "1e24"),
    ],
)
def test_a_value_in_a_file_s_unit_becomes_the_stored_one(value: str, unit: str, dimension: str, stored: str) -> None:
    assert to_stored(Decimal(value), unit, dimension) == Decimal(stored)


@pytest.mark.parametrize(
    ("unit", "dimension"), [("亩", "money"), ("万元", "area"), ("坪", "area"), ("m", "area"), ("", "money")]
)
def test_a_unit_of_another_dimension_is_refused_with_the_choices(unit: str, dimension: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        to_stored(Decimal(1), unit, dimension)
    assert raised.value.found == unit
    assert "、" in (raised.value.expected or "")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e31", "1e999999", "-1e31"])
def test_a_number_that_is_no_amount_is_refused_at_once(value: str) -> None:
    with pytest.raises(InvalidValue):
        to_stored(Decimal(value), "亩", "area")


@given(
    dimension=st.sampled_from(sorted(UNITS_BY_DIMENSION)),
    value=st.decimals(-(10**12), 10**12, places=6),
    data=st.data(),
)
def test_converting_keeps_sign_and_proportion(dimension: str, value: Decimal, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(sorted(UNITS_BY_DIMENSION[dimension])))
    stored = to_stored(value, unit, dimension)
    exact = float(value) * float(UNITS_BY_DIMENSION[dimension][unit])
    assert float(stored) == pytest.approx(exact, rel=1e-9, abs=1e-11)


def test_shown_units_follow_the_stored_ones() -> None:
    assert mu_of_m2(120_000) == 180
    assert mu_of_m2(10_000 / 15) == pytest.approx(1, abs=1e-12)
    assert ha_of_m2(120_000) == 12
    assert yi_of_wan(90_140) == Decimal("9.014")
    assert yi_of_wan(Decimal("0.1")) == Decimal("0.00001")


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (13.865, 2, "13.87"),
        (13.85, 1, "13.9"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.5, 0, "-1"),
        (-0.04, 1, "0.0"),
        (Decimal("13.8666666"), 1, "13.9"),
        (1e30, 1, "1000000000000000000000000000000.0"),
    ],
)
def test_numbers_are_rounded_half_up(value: float | Decimal, places: int, expected: str) -> None:
    assert str(rounded(value, places)) == expected


@given(st.floats(-1e12, 1e12), st.integers(0, 6))
def test_rounding_moves_a_number_by_half_a_step_at_most(value: float, places: int) -> None:
    assert abs(rounded(value, places) - Decimal(str(value))) <= Decimal(1).scaleb(-places) / 2


def test_a_number_is_shown_with_separators_and_a_missing_one_as_a_dash() -> None:
    assert shown(5_558.633) == "5,558.6"
    assert shown(1_234_567, 0) == "1,234,567"
    assert shown(-0.0001) == "0.0"
    assert [shown(value) for value in (None, nan, inf)] == ["—", "—", "—"]
