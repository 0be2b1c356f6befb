"""What tags say of a road: speeds, sizes, access, direction."""

from __future__ import annotations

import pytest

from gis.errors import InvalidParameter
from gis.ingest.road_tags import RoadFacts, blocks, direction_of, facts_of, metres_of, speed_limit, tonnes_of
from gis.ingest.road_words import class_of, direction_of_word
from gis.model import RoadClass, RoadDirection
from gis.rules.road_speeds import RoadProfile, implied_kmh, osm_classes

COACH, CAR = RoadProfile.named("coach"), RoadProfile.named("car")


def facts(**tags: str) -> object:
    return facts_of({key.replace("__", ":"): value for key, value in tags.items()}, COACH)


def kmh(**tags: str) -> float:
    found = facts(**tags)
    assert isinstance(found, RoadFacts)
    return found.speed_kmh


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("30mph", 48.28032), ("CN:urban", 50), ("CN:rural", 70),
        ("CN:motorway", 120), ("XX:urban", 50), ("DE:zone30", 30), ("DE:zone:30", 30), ("walk", 5), ("none", 99),
        ("90;30;60", 30), ("40|60", 40), ("", None), ("signals", None), ("0", None), ("variable", None),
        ("20 knots", None), ("CN:nothing", None),
    ],
)  # fmt: skip
def test_a_limit_is_read_in_all_its_forms(text: str, expected: float | None) -> None:
    assert speed_limit(text, 99.0) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.8", 3.8), ("3,8 m", 3.8), ("12'6\"", 3.81), ("13 ft", 3.9624), ("default", None), ("", None), ("none", None)],
)
def test_a_height_is_read_in_metres_and_feet(text: str, expected: float | None) -> None:
    assert metres_of(text) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7.5", 7.5), ("7.5 t", 7.5), ("16000 kg", 16), ("20000 lbs", 9.0718474), ("none", None), ("", None)],
)
def test_a_weight_is_read_in_tonnes_kilograms_and_pounds(text: str, expected: float | None) -> None:
    assert tonnes_of(text) == (None if expected is None else pytest.approx(expected))


def test_the_speed_is_85_percent_of_the_limit_and_never_over_the_class_s_top() -> None:
    assert kmh(highway="secondary", maxspeed="50") == 42.5
    assert kmh(highway="secondary", maxspeed="100") == 60
    assert kmh(highway="motorway", maxspeed="none") == 85
    assert kmh(highway="secondary", maxspeed="60", maxspeed__bus="40") == 34
    assert kmh(highway="secondary", maxspeed__forward="60", maxspeed__backward="40") == 34


def test_without_a_limit_the_class_decides_slip_roads_and_bad_surfaces_slow_down() -> None:
    assert kmh(highway="secondary") == 40
    assert kmh(highway="secondary_link") == 24
    assert kmh(highway="secondary", surface="gravel") == 25
    assert kmh(highway="secondary", surface="asphalt") == 40


def test_every_class_has_a_speed_for_every_profile() -> None:
    for profile in (COACH, CAR):
        assert set(profile.speeds) == set(RoadClass)
        assert all(0 < speed.kmh <= speed.top_kmh for speed in profile.speeds.values())
    assert set(osm_classes().values()) == set(RoadClass)
    assert implied_kmh("CN", "urban") == 50


def test_a_profile_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidParameter) as told:
        RoadProfile.named("truck")
    assert told.value.expected == "coach | car"


@pytest.mark.parametrize("highway", ["footway", "cycleway", "path", "steps", "pedestrian", "construction", "track"])
def test_a_coach_does_not_take(highway: str) -> None:
    assert facts(highway=highway) == "class"


def test_a_track_with_a_hard_surface_is_taken() -> None:
    assert isinstance(facts(highway="track", tracktype="grade1"), RoadFacts)


def test_a_way_that_is_no_road_says_nothing() -> None:
    assert facts(waterway="river") is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"access": "no"}, "access"),
        ({"access": "private"}, "access"),
        ({"motor_vehicle": "agricultural"}, "access"),
        ({"access": "no", "bus": "yes"}, None),
        ({"motor_vehicle": "no", "psv": "designated"}, None),
        ({"access": "yes", "bus": "no"}, "access"),
        ({"access": "destination"}, None),
        ({"service": "emergency_access"}, "class"),
        ({"area": "yes"}, "area"),
    ],
)
def test_access_is_ruled_by_the_most_special_tag(tags: dict[str, str], expected: str | None) -> None:
    found = facts(highway="service", **tags)
    assert (None if isinstance(found, RoadFacts) else found) == expected


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        ({"maxheight": "3.9"}, False), ({"maxheight": "4.0"}, True), ({"maxheight": "default"}, True),
        ({"maxweight": "15"}, False), ({"maxweight": "18"}, True), ({"maxlength": "10"}, False),
        ({"maxwidth": "2.5"}, False), ({"maxwidth": "2.55"}, True), ({"maxheight": "12'0\""}, False),
    ],
)  # fmt: skip
def test_a_limit_below_a_coach_s_size_closes_the_road(tags: dict[str, str], fits: bool) -> None:
    assert (facts(highway="residential", **tags) != "size") == fits
    assert isinstance(facts_of({"highway": "residential", **tags}, CAR), RoadFacts)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "both"), ({"oneway": "yes"}, "forward"), ({"oneway": "1"}, "forward"), ({"oneway": "true"}, "forward"),
        ({"oneway": "-1"}, "backward"), ({"oneway": "reverse"}, "backward"), ({"oneway": "no"}, "both"),
        ({"junction": "roundabout"}, "forward"), ({"highway": "motorway"}, "forward"),
        ({"highway": "motorway", "oneway": "no"}, "both"), ({"highway": "motorway_link"}, "both"),
        ({"oneway": "yes", "oneway:bus": "no"}, "both"), ({"oneway": "reversible"}, "both"),
    ],
)  # fmt: skip
def test_the_direction_is_as_tagged_or_implied(tags: dict[str, str], expected: str) -> None:
    assert direction_of({"highway": "primary", **tags}, COACH) is RoadDirection(expected)


def test_bollards_and_closed_gates_block_open_ones_do_not() -> None:
    assert blocks({"barrier": "bollard"}, COACH)
    assert blocks({"barrier": "gate", "access": "private"}, COACH)
    assert blocks({"barrier": "height_restrictor", "maxheight": "2.5"}, COACH)
    assert not blocks({"barrier": "gate"}, COACH)
    assert not blocks({"barrier": "bollard", "bus": "yes"}, COACH)
    assert not blocks({"barrier": "toll_booth"}, COACH)


# ---------------------------------------------------------------- words of road layers


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("高速", "motorway"), ("国道", "trunk"), ("省道", "primary"), ("县道", "secondary"), ("乡道", "tertiary"),
        ("村道", "unclassified"), ("二级公路", "primary"), ("主干路", "primary"), ("Ｇ", "trunk"),
        ("residential", "residential"),
        ("5113", "primary"), ("5113.0", "primary"), ("track_grade1", "track"), ("主干道/省道", "primary"),
        ("primary road", "primary"),
    ],
)  # fmt: skip
def test_a_class_is_told_from_words_and_codes(word: str, expected: str) -> None:
    assert class_of(word) == (RoadClass(expected), False)


def test_slip_roads_footways_and_unknown_words_are_told_apart() -> None:
    assert class_of("primary_link") == (RoadClass.PRIMARY, True)
    assert class_of("5153") == "class"
    assert class_of("人行道") == "class"
    assert class_of("天桥") is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [("F", "forward"), ("T", "backward"), ("B", "both"), ("0", "both"), ("1", "forward"), ("-1", "backward"),
     ("1.0", "forward"), ("是", "forward"), ("否", "both"), ("双向", "both"), ("单向", "forward"), ("逆向", "backward"),
     ("", "both"), ("逆向单行", "backward")],
)  # fmt: skip
def test_a_direction_is_told_from_words_and_codes(word: str, expected: str) -> None:
    assert direction_of_word(word) is RoadDirection(expected)


def test_an_unknown_direction_is_none() -> None:
    assert direction_of_word("潮汐") is None
