"""The style table is measured, not believed: tellable apart by eyes that lack red or green, and on a grey print."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from gis.maps.style import (
    FLAG,
    LAMP,
    LAND_GROUP,
    MOVEMENT,
    PARK,
    PROJECT_STAGE,
    READINESS,
    RISK,
    STAGE,
    TABLES,
    TOWN,
    ZONE,
    risk_class,
)
from gis.maps.style import style_tables as sent
from gis.model import Flag, Lamp, Level, ProjectStage, Readiness, Stage, TownLevel, ZoneKind
from gis.rules.land_groups import LandGroup

# Machado, Oliveira, Fernandes (2009), table of severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
# sRGB to XYZ (IEC 61966-2-1) and its D65 white.
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, sight: str = "full") -> np.ndarray:
    """``#RRGGBB`` as CIE L*a*b*, as an eye with this sight gets it."""
    coded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHT[sight] @ linear, 0, 1)
    t = _TO_XYZ @ seen / _WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, sight: str) -> float:
    """CIE76 colour difference; about 2.3 is just noticeable side by side."""
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def test_lab_of_known_colours():
    # CIE: white is L 100; sRGB red is 53.24, 80.09, 67.20 (Lindbloom).
    assert lab("#FFFFFF") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("#FF0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("table", [LAMP, READINESS, RISK], ids=["lamp", "readiness", "risk"])
def test_classes_that_are_few_differ_widely_for_every_sight(table, sight):
    for one, other in combinations(table.values(), 2):
        assert difference(one.fill, other.fill, sight) >= 10, (one.words.en, other.words.en)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("table", [FLAG, PROJECT_STAGE, LAND_GROUP, MOVEMENT])
def test_classes_that_are_many_differ_in_colour_or_in_hatch(table, sight):
    for one, other in combinations(table.values(), 2):
        assert difference(one.fill, other.fill, sight) >= 10 or one.hatch is not other.hatch, (one, other)


@pytest.mark.parametrize("table", [LAMP, READINESS, RISK], ids=["lamp", "readiness", "risk"])
def test_lightness_alone_parts_the_classes_on_a_grey_print(table):
    lightness = sorted(lab(mark.fill)[0] for mark in table.values())
    assert min(np.diff(lightness)) >= 5


def test_worse_lamps_and_risks_are_not_lighter_than_better_ones():
    assert lab(LAMP["red"].fill)[0] < lab(LAMP["green"].fill)[0] < lab(LAMP["yellow"].fill)[0]
    risks = [lab(mark.fill)[0] for mark in RISK.values()]
    assert risks == sorted(risks)
    ready = [lab(READINESS[code].fill)[0] for code in ("not_started", "in_procedure", "approved", "ready")]
    assert ready == sorted(ready)


@pytest.mark.parametrize(
    "name", ["lamp", "project_stage", "readiness", "stage", "flag", "risk", "zone", "park", "land_group", "movement"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_code_of_a_table_has_a_symbol_of_its_own(name, language):
    symbols = [mark.symbol.of(language) for mark in TABLES[name].values()]
    assert len(set(symbols)) == len(symbols)
    assert all(len(symbol) == 1 for symbol in symbols)


@pytest.mark.parametrize(
    "name", ["lamp", "project_stage", "readiness", "flag", "risk", "zone", "land_group", "movement"]
)
def test_each_code_of_a_table_has_a_hatch_of_its_own(name):
    hatches = [mark.hatch for mark in TABLES[name].values()]
    assert len(set(hatches)) == len(hatches)


def test_parks_are_told_apart_by_their_outlines():
    outlines = {(mark.width_px, mark.dash) for mark in PARK.values()}
    assert len(outlines) == len(PARK)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_colours_are_written_in_full_and_words_in_both_languages(table):
    for mark in table.values():
        assert re.fullmatch(r"#[0-9A-F]{6}", mark.fill)
        assert re.fullmatch(r"#[0-9A-F]{6}", mark.stroke)
        assert mark.words.zh
        assert mark.words.en


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_an_outline_stands_out_from_its_fill(table):
    for mark in table.values():
        assert abs(lab(mark.fill)[0] - lab(mark.stroke)[0]) >= 13, mark.words.en


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (LAMP, Lamp),
        (PROJECT_STAGE, ProjectStage),
        (READINESS, Readiness),
        (STAGE, Stage),
        (ZONE, ZoneKind),
        (PARK, Level),
        (TOWN, TownLevel),
        (LAND_GROUP, LandGroup),
    ],
)
def test_every_code_of_the_model_is_drawn(table, codes):
    assert set(table) == {code.value for code in codes}


def test_every_flag_is_drawn_worst_first_and_the_absence_of_one_last():
    assert list(FLAG) == [*(flag.value for flag in Flag), "none"]


@pytest.mark.parametrize(
    ("at_risk_wan", "code"),
    [
        (None, "none"),
        (float("nan"), "none"),
        (0, "none"),
        (0.000001, "low"),
        (999.999999, "low"),
        (1_000, "medium"),
        (5_000, "high"),
        (19_999.99, "high"),
        (20_000, "severe"),
    ],
)
def test_an_amount_is_in_the_highest_class_that_it_reaches(at_risk_wan, code):
    assert risk_class(at_risk_wan) == code


def test_tables_are_sent_with_both_languages_and_both_symbols():
    red = sent()["lamp"]["red"]
    assert red["zh"] == "红"
    assert red["en"] == "red"
    assert red["hatch"] == "cross"
    assert red["symbol"] == red["symbol_en"] == "✕"
    assert sent()["flag"]["late"]["symbol"] == "晚"
    assert sent()["risk"]["high"]["from_wan"] == 5_000


def test_a_table_cannot_be_changed():
    with pytest.raises(TypeError):
        LAMP["red"] = LAMP["green"]
