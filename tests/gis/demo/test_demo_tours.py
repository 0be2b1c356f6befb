"""The sample county's tours: one took place and is remembered, one can be planned as it stands."""

from __future__ import annotations

from gis.demo.county import County
from gis.demo.tours import TOOK_PLACE, TOOK_PLACE_ON, WAITS
from gis.tours.spec import Spot, read_spec


def test_wishes_read_as_a_tour_s_do(county: County) -> None:
    tours = county.tables["tour"].set_index("tour_no")
    specs = {number: read_spec(spec) for number, spec in tours["spec"].items()}
    assert set(specs) == {TOOK_PLACE, WAITS}
    assert specs[WAITS].days[0].start == Spot("town", "140781")
    assert all(spec.days[0].on == day.date() for spec, day in zip(specs.values(), tours["on_date"], strict=True))


def test_what_was_seen_had_begun_and_is_in_the_county(county: County) -> None:
    visits = county.tables["tour_visit"]
    projects = county.tables["project"].set_index("code")
    assert 5 <= len(visits) <= 8
    assert set(visits["tour_no"]) == {TOOK_PLACE}
    assert (projects.loc[visits["project_code"], "planned_start_on"].dt.date < TOOK_PLACE_ON).all()
