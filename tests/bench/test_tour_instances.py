"""Instances of the literature are read as their authors count them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.tour_instances import instances
from tests.conftest import SHARED_DATA

TOURS = SHARED_DATA.parent / "bench" / "tours"

# The depot is worth 4; the nodes at 3 and 5 to the right are worth 2 and 9. There and back to the far one is 10.
FILE = """NAME: three
TYPE: OP
COST_LIMIT : 10
NODE_COORD_SECTION
1 0 0
2 3 0
3 5 0
NODE_SCORE_SECTION
1 4
2 2
3 9
DEPOT_SECTION
1
-1
EOF
"""
SOLVED = """NAME : three
ROUTE_SCORE : 15
NODE_SEQUENCE_SECTION
1
2
3
-1
"""


def test_an_oplib_score_counts_the_depot_that_every_tour_visits(tmp_path: Path) -> None:
    (tmp_path / "three.oplib").write_text(FILE, encoding="utf-8")
    (tmp_path / "three.sol").write_text(SOLVED, encoding="utf-8")
    (tmp_path / "best.csv").write_text("instance,m,BKS\n", encoding="utf-8")
    [three] = instances(tmp_path, tmp_path / "best.csv", (1,))
    assert (three.best, three.depot_score) == (15, 4)
    assert [site.code for site in three.problem.sites] == ["2", "3"]
    assert three.problem.value_of(((0, 1),)) + three.depot_score == 15
    assert three.problem.travel[0, 2] * 2 == three.problem.shifts[0].closes


@pytest.mark.real_data
def test_the_solutions_of_oplib_score_what_their_files_say() -> None:
    found = {}
    for each in instances(TOURS, TOURS / "toptw_best_known.csv", (1,)):
        solved = TOURS / "oplib" / f"{each.name}.sol"
        if not solved.exists():
            continue
        rows = solved.read_text(encoding="utf-8").split("NODE_SEQUENCE_SECTION")[1].split()
        number = {site.code: place for place, site in enumerate(each.problem.sites)}
        route = [number[code] for code in rows if code in number]
        found[each.name] = each.problem.value_of((tuple(route),)) + each.depot_score == each.best
    assert found == {"berlin52-gen1-50": True, "eil51-gen4-90": True, "kroA100-gen2-50": True}
