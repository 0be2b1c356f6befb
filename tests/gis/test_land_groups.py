"""A land class has its group by scheme, edition and code together; what cannot be told is not guessed."""

from __future__ import annotations

import pandas as pd
import pytest

from gis.rules.land_classes import land_class_schemes
from gis.rules.land_groups import LandGroup, grouped_class, grouped_classes_of

OF_2023 = ("用地用海", "2023")
OF_2020 = ("用地用海", "2020")
OF_SURVEY = ("三调", "2019")
OF_STANDARD = ("GB/T 21010", "2017")


@pytest.mark.parametrize(
    ("scheme", "code", "group"),
    [
        (OF_2023, "0103", LandGroup.ARABLE),
        (OF_2023, "0201", LandGroup.AGRICULTURAL),
        (OF_2023, "0403", LandGroup.UNUSED),
        (OF_2023, "0703", LandGroup.CONSTRUCTION),
        (OF_2023, "16", LandGroup.OPEN),
        (OF_STANDARD, "0404", LandGroup.UNUSED),
        (OF_STANDARD, "1006", LandGroup.AGRICULTURAL),
        (OF_STANDARD, "1109", LandGroup.CONSTRUCTION),
        (OF_SURVEY, "0101K", LandGroup.ARABLE),
        (OF_SURVEY, "1104A", LandGroup.AGRICULTURAL),
        (OF_2023, "9999", LandGroup.NOT_IN_SCHEME),
        (OF_STANDARD, "0199", LandGroup.NOT_IN_SCHEME),
    ],
)
def test_a_class_has_its_group(scheme: tuple[str, str], code: str, group: LandGroup) -> None:
    assert grouped_class(*scheme, code).group is group


def test_one_code_means_another_thing_in_another_scheme_or_edition() -> None:
    assert grouped_class(*OF_2023, "1001").name == "工业用地"
    assert grouped_class(*OF_STANDARD, "1001").name == "铁路用地"
    assert grouped_class(*OF_2020, "060102").group is LandGroup.CONSTRUCTION
    assert grouped_class(*OF_2023, "060102").group is LandGroup.AGRICULTURAL


@pytest.mark.parametrize("scheme", [(None, None), ("用地用海", None), ("自拟分类", "2023"), ("用地用海", "2031")])
def test_without_a_known_scheme_and_edition_nothing_is_guessed(scheme: tuple[str | None, str | None]) -> None:
    assert grouped_class(*scheme, "0103").group is LandGroup.UNKNOWN_SCHEME


def test_an_edition_may_stand_in_the_schemes_name() -> None:
    assert grouped_class("GB/T 21010-2017", None, "0102").group is LandGroup.ARABLE


def test_every_class_of_the_fourth_digit_has_a_group_but_those_left_open() -> None:
    open_ = {
        (scheme.key, code)
        for scheme in land_class_schemes()
        for code in scheme.codes
        if len(code) >= 4 and grouped_class(scheme.scheme, scheme.edition, code).group is LandGroup.OPEN
    }
    assert open_ == {("用地用海 2023", "2302"), ("用地用海 2020", "0601")}


def test_missing_cells_are_told_apart_from_unknown_schemes() -> None:
    columns = {
        "land_class_scheme": ["用地用海", None],
        "land_class_edition": ["2023", None],
        "land_class_code": [None, "01"],
    }
    found = grouped_classes_of(pd.DataFrame(columns, dtype="str"))
    assert [one.group for one in found] == [LandGroup.MISSING, LandGroup.UNKNOWN_SCHEME]


def test_only_building_land_takes_no_quota() -> None:
    assert [group for group in LandGroup if not group.needs_conversion] == [LandGroup.CONSTRUCTION]
