"""One code, several meanings: the schemes of land classes that are shipped."""

import pytest

from gis.rules.land_classes import land_class_schemes, meanings, scheme_of


def test_gb_t_21010_2017_has_its_12_classes_and_73_sorts():
    codes = scheme_of("GB/T 21010", "2017").codes
    assert (sum(len(code) == 2 for code in codes), sum(len(code) == 4 for code in codes)) == (12, 73)


def test_land_and_sea_use_has_its_24_classes_in_both_editions():
    for edition in ("2023", "2020"):
        codes = scheme_of("用地用海", edition).codes
        assert sorted(code for code in codes if len(code) == 2) == [f"{n:02}" for n in range(1, 25)]


@pytest.mark.parametrize(
    ("code", "gb", "survey", "new", "trial"),
    [
        ("1001", "铁路用地", "铁路用地", "工业用地", "工业用地"),
        ("0601", "工业用地", "工业用地", "农村道路", "乡村道路用地"),
        ("05", "商服用地", "商业服务业用地", "湿地", "湿地"),
        ("0602", "采矿用地", "采矿用地", "设施农用地", "种植设施建设用地"),
        ("2303", None, None, "田坎", "田间道"),
        ("1312", None, None, "其他公用设施用地", "水工设施用地"),
        ("0204", "其他园地", "其他园地", "油料园地", "其他园地"),
        ("060102", None, None, "田间道", "村庄内部道路用地"),
        ("1207", "裸岩石砾地", "裸岩石砾地", "城镇村道路用地", "城镇道路用地"),
        ("201A", None, "城市独立工业用地", None, None),
        ("9999", None, None, None, None),
    ],
)
def test_a_code_means_what_its_scheme_and_edition_say(code, gb, survey, new, trial):
    """RULES §0 item 3 and §8: the codes that are confused, and those that moved from 2020 to 2023."""
    found = {key: told[code] for key, told in meanings([code]).items()}
    assert found == {"GB/T 21010 2017": gb, "三调 2019": survey, "用地用海 2023": new, "用地用海 2020": trial}


def test_a_code_of_six_digits_is_known_by_its_first_four_in_land_and_sea_use_alone():
    assert scheme_of("用地用海 2023").name_of("100101") == "工业用地（100101）"
    assert scheme_of("GB/T 21010 2017").name_of("100101") is None


def test_every_scheme_says_where_it_comes_from():
    assert all(scheme.source and scheme.words.en for scheme in land_class_schemes())
    assert scheme_of("没有") is None
