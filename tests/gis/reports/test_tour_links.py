"""Ways on a phone: shifted as those maps are, in the parameters that the services document; codes that say the same."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest

from gis.gcj02 import wgs84_of_gcj02
from gis.reports.tour_book import Place
from gis.reports.tour_links import code_png, code_rows, code_svg, navigation_links, with_links
from tests.gis.reports.tour_samples import FIRST, LUNCH, SITE_1, START

BEIJING = (116.397428, 39.90923)


def linked(name: str = "示例 园") -> list[str]:
    return [link.address for link in navigation_links(Place(name, BEIJING), START)]


def back(lon: str, lat: str) -> np.ndarray:  # type: ignore[type-arg]
    return wgs84_of_gcj02(np.array([[float(lon), float(lat)]]))[0]


def test_each_service_is_asked_for_the_place_as_its_map_draws_it() -> None:
    amap, baidu, tencent = linked()
    lon, lat, name = parse_qs(urlsplit(amap).query)["to"][0].split(",")
    assert name == "示例 园"
    # A fifth of a metre: 2 × 10⁻⁶ degrees; the shift itself is some hundred metres.
    assert back(lon, lat) == pytest.approx(BEIJING, abs=2e-6)
    assert abs(float(lon) - BEIJING[0]) > 0.005
    asked = parse_qs(urlsplit(baidu).query)
    assert asked["destination"] == [f"latlng:{lat},{lon}|name:示例 园"]
    assert asked["origin"][0].endswith("|name:县政府")
    assert asked["coord_type"] == ["gcj02"]
    assert parse_qs(urlsplit(tencent).query)["tocoord"] == [f"{lat},{lon}"]


def test_amap_is_told_that_the_place_is_in_its_own_coordinates() -> None:
    asked = parse_qs(urlsplit(linked()[0]).query)
    assert (asked["mode"], asked["coordinate"]) == (["car"], ["gaode"])


@pytest.mark.parametrize("name", ["a&b=c", "x,1,2", "p|latlng:0,0", "<script>\"'", "行\n二\x00", "%00#?"])
def test_a_name_stays_a_name(name: str) -> None:
    for address in linked(name):
        assert re.fullmatch(r"https://[\x21-\x7e]+", address)
        assert not set("<>\"'") & set(address)
    amap = parse_qs(urlsplit(linked(name)[0]).query)
    assert len(amap["to"][0].split(",")) == 3
    assert set(amap) == {"to", "mode", "coordinate", "src", "callnative"}
    assert unquote(urlsplit(linked(name)[1]).query).count("latlng:") == 2


def test_the_way_to_a_halt_begins_at_the_one_before() -> None:
    halts = list(with_links(FIRST))
    assert [halt for halt, _ in halts] == list(FIRST.halts)
    begins = [unquote(links[1].address).split("destination")[0] for _, links in halts]
    for address, before in zip(begins, (START, SITE_1, LUNCH), strict=True):
        assert before.name in address


def test_a_code_is_the_same_on_paper_and_on_a_page() -> None:
    rows = code_rows("https://uri.amap.com/navigation?to=1,2")
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) == len(rows)
    # The finder pattern in its corner (ISO/IEC 18004, 6.3.3): a dark ring of seven.
    assert [row[:7] for row in rows[:2]] == [(True,) * 7, (True, *(False,) * 5, True)]
    assert code_png("x").startswith(b"\x89PNG")
    assert code_svg("x", "导航").startswith("<svg")


def test_a_code_says_what_it_was_given() -> None:
    """Its modules are segno's for the whole address, with what level M has to spare."""
    import segno

    text = linked()[0]
    expected = segno.make_qr(text, error="m").matrix
    assert code_rows(text) == tuple(tuple(map(bool, row)) for row in expected)
