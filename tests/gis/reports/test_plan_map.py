"""The map of a batch: scales that a ruler knows, pages of what lies together, patterns in step."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import numpy as np
import pytest
import shapely

from gis.reports.plan_map import WINDOW, Plan, PlanLayer, write_plan
from gis.reports.plan_sheet import SCALES, Look, fitting_scale
from gis.words import Words

EAST, NORTH = 500_000.0, 4_100_000.0
FIELD = Look("#E9C46A", "#7A2412")


def plan(*places: tuple[float, float]) -> Plan:
    parcels = [shapely.box(EAST + x, NORTH + y, EAST + x + 100, NORTH + y + 100) for x, y in places]
    numbers = [str(n + 1) for n in range(len(parcels))]
    zone = shapely.box(EAST, NORTH, EAST + 50, NORTH + 50).difference(
        shapely.box(EAST + 10, NORTH + 10, EAST + 20, NORTH + 20)
    )
    return Plan(
        title="示例批次地块图",
        crs="EPSG:4547",
        made_on=date(2026, 6, 30),
        parcels=parcels,
        looks=[FIELD] * len(parcels),
        labels=numbers,
        rows=[(number, f"P{number}", "15.00") for number in numbers],
        under=[PlanLayer([zone], Look("#E4DDA0", "#7A6B12", hatch="cross"), Words("永久基本农田", "farmland"))],
        legend=[("耕地", FIELD)],
        facts=["批次：示例"],
        maker="示范县",
    )


def pages(drawn: Plan) -> int:
    target = BytesIO()
    write_plan(drawn, target)
    assert target.getvalue().startswith(b"%PDF-")
    return target.getvalue().count(b"/Type /Page\n") or target.getvalue().count(b"/Type /Page ")


def test_land_that_lies_together_is_on_one_page() -> None:
    assert pages(plan((0, 0), (100, 0), (0, 100))) == 1


def test_scattered_land_has_a_page_for_each_place_after_the_whole() -> None:
    assert pages(plan((0, 0), (100, 0), (9_000, 0), (0, 7_000))) == 4


@pytest.mark.parametrize("width", [1.0, 300.0, 2_500.0, 40_000.0, 900_000.0])
def test_a_map_has_a_round_scale_at_which_everything_fits(width: float) -> None:
    scale = fitting_scale((EAST, NORTH, EAST + width, NORTH + width / 2), WINDOW)
    assert scale in SCALES
    metres = scale * 0.0254 / 72
    assert width <= (WINDOW[2] - WINDOW[0]) * metres
    assert width / 2 <= (WINDOW[3] - WINDOW[1]) * metres


def test_a_map_without_parcels_and_one_with_a_shape_of_many_parts_can_be_drawn() -> None:
    assert pages(plan()) == 1
    drawn = plan((0, 0))
    many = shapely.union_all(np.array([drawn.parcels[0], shapely.box(EAST + 200, NORTH, EAST + 250, NORTH + 50)]))
    assert pages(Plan(**{**{name: getattr(drawn, name) for name in Plan.__slots__}, "parcels": [many]})) == 1
