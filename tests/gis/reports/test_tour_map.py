"""The maps of a tour: one drawing for paper, page and picture; stops that make room; photographs without their past."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from gis.errors import InvalidValue
from gis.reports.photograph import MOST_PIXELS_A_SIDE, photo_jpeg
from gis.reports.plan_sheet import Look
from gis.reports.route_sheet import RouteSheet
from gis.reports.svg_canvas import SvgCanvas
from gis.reports.tour_book import Route, TourBook
from gis.reports.tour_map import TourGround, book_fonts, land_map, locator_map, overview_map, png_of, route_look, svg_of
from tests.gis.reports.tour_samples import BOOK, EAST, FIRST, LAND, NORTH, SITE_1, photo

SVG = "{http://www.w3.org/2000/svg}"
DOT = Look("#0B5FA5", "#FFFFFF", 0.0)


class _Sheet(RouteSheet):
    def width(self, text: str, size: float) -> float:
        return size * len(text)


def sheet() -> tuple[SvgCanvas, RouteSheet]:
    """200 × 100 points at 1:7200/2.54: a point is a metre on the ground."""
    canvas = SvgCanvas(200, 100, "m")
    return canvas, _Sheet(canvas, "", (0, 0, 200, 100), (EAST, NORTH), 72 / 0.0254)  # type: ignore[arg-type]


def drawn(canvas: SvgCanvas) -> ElementTree.Element:
    return ElementTree.fromstring(canvas.svg("图"))


def test_the_middle_of_the_ground_is_the_middle_of_the_drawing() -> None:
    canvas, paper = sheet()
    paper.dot(EAST + 10, NORTH + 20, "1", DOT)
    circle = drawn(canvas).find(f"{SVG}circle")
    assert circle is not None
    assert (circle.get("cx"), circle.get("cy")) == ("110.0", "30.0")  # north is up, y of SVG is down


def test_a_second_stop_at_a_place_stands_beside_the_first_with_a_line_to_it() -> None:
    canvas, paper = sheet()
    first, second = (paper.dot(EAST, NORTH, number, DOT) for number in "12")
    assert first[2] <= second[0] or second[2] <= first[0] or first[3] <= second[1] or second[3] <= first[1]
    root = drawn(canvas)
    assert root.find(f"{SVG}path") is not None
    assert len(root.findall(f"{SVG}circle")) == 3  # two stops, and the place itself


def test_a_name_goes_where_there_is_room_and_is_left_out_where_there_is_none() -> None:
    _, paper = sheet()
    box = paper.dot(EAST, NORTH, "1", DOT)
    assert [paper.note(box, "甲乙", 10) for _ in range(5)] == [True, True, True, True, False]


def test_a_line_beyond_the_window_is_cut() -> None:
    import shapely

    canvas, paper = sheet()
    paper.lines([shapely.LineString([(EAST - 9000, NORTH), (EAST + 9000, NORTH)])], Look("", "#000000"))
    path = drawn(canvas).find(f"{SVG}path")
    assert path is not None
    assert path.get("d") == "M-20.0 50.0L220.0 50.0"


def test_texts_of_a_drawing_are_escaped() -> None:
    canvas, paper = sheet()
    paper.text(0, 0, '<b>&"', 10)
    assert [element.text for element in drawn(canvas).iter(f"{SVG}text")] == ['<b>&"']


def test_what_is_clipped_is_open_no_longer_than_its_block() -> None:
    canvas, paper = sheet()
    with paper.inside_window():
        paper.text(0, 0, "内", 10)
    paper.text(0, 0, "外", 10)
    root = drawn(canvas)
    assert [element.text for element in root.findall(f"{SVG}text")] == ["外"]
    assert [element.text for element in root.findall(f"{SVG}g/{SVG}text")] == ["内"]


def test_the_same_drawing_is_a_page_s_and_a_picture() -> None:
    drawing = overview_map(TourGround(BOOK), 400, 500, "zh")
    root = ElementTree.fromstring(svg_of(drawing, "map"))
    assert root.get("viewBox") == "0 0 400 500"
    numbers = [element.text for element in root.iter(f"{SVG}text")]
    assert {"A1", "A2", "B1", "机关食堂"} <= set(numbers)
    with book_fonts(BOOK) as fonts:
        picture = Image.open(BytesIO(png_of(drawing, fonts.name)))
    # 400 points are 5.56 inches of 200 dots.
    assert abs(picture.width - 1111) <= 1
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 10


def test_all_stops_lie_in_the_overview() -> None:
    drawing = overview_map(TourGround(BOOK), 400, 500, "zh")
    root = ElementTree.fromstring(svg_of(drawing, "map"))
    for circle in root.iter(f"{SVG}circle"):
        assert 0 < float(circle.get("cx", "-1")) < 400
        assert 0 < float(circle.get("cy", "-1")) < 500


def test_a_stop_whose_land_has_a_bottleneck_has_a_red_ring() -> None:
    def rings(book: TourBook) -> int:
        return svg_of(overview_map(TourGround(book), 400, 500, "zh"), "m").count('stroke="#d00000"')

    assert rings(BOOK) == 2  # the stop, and its line in the legend
    assert rings(BOOK.public()) == 0


def test_no_two_of_thirty_routes_look_alike() -> None:
    looks = {(look.stroke, look.dash) for look in (route_look(replace(FIRST, number=n)) for n in range(1, 31))}
    assert len(looks) == 30


def test_a_locator_is_about_its_stop() -> None:
    drawing = locator_map(TourGround(BOOK), FIRST, SITE_1, (300, 200), "zh")
    assert drawing.middle == pytest.approx((EAST + 3000, NORTH + 1000), abs=0.01)
    assert "示范大道" in svg_of(drawing, "place")


def test_a_land_picture_shows_numbers_and_what_the_colours_mean() -> None:
    assert LAND.picture is not None
    text = "".join(ElementTree.fromstring(svg_of(land_map(LAND.picture, 400, 300, "zh"), "l")).itertext())
    for said in ("P-0142", "P-0141", "7 净地", "项目用地范围"):
        assert said in text


def test_a_route_with_legs_has_one_to_each_halt_and_one_back() -> None:
    with pytest.raises(InvalidValue):
        replace(FIRST, legs=FIRST.legs[:-1])
    assert isinstance(FIRST, Route)


def test_a_photograph_is_made_small_and_loses_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "SECRET CAMERA"
    target = BytesIO()
    Image.new("RGB", (3000, 2000), "#2F9C72").save(target, "JPEG", exif=exif)
    made = photo_jpeg(target.getvalue())
    assert made is not None
    assert b"SECRET" not in made
    assert Image.open(BytesIO(made)).size == (round(MOST_PIXELS_A_SIDE * 2 / 3), MOST_PIXELS_A_SIDE)


@pytest.mark.parametrize("data", [b"", b"not a picture", photo()[:300], b"GIF89a" + bytes(40)])
def test_what_is_no_photograph_is_left_out(data: bytes) -> None:
    assert photo_jpeg(data) is None
