"""What goes out of a kept plan, from a store: key figures, land with its picture, photographs, maps, every file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import geopandas as gpd
import gpxpy
import openpyxl
import pandas as pd
import pypdfium2
import pytest
import shapely
from PIL import Image

from gis.errors import InvalidParameter, NotFound
from gis.model import LOCAL_ACTOR, AttachmentKind
from gis.reports.tour_book import Halt, TourBook
from gis.store.attached_files import AttachedFiles
from gis.store.port import Store
from gis.tours.assembly import RouteWish
from gis.tours.spec import TourSpec, read_spec
from gis.workflows.attach_file import Attachment, attach_file
from gis.workflows.export_tour import KINDS, TourExport, export_tour, export_tour_files
from gis.workflows.keep_assessment import Assessor
from gis.workflows.plan_since import changed_since_kept
from gis.workflows.plan_tour import time_tour
from gis.workflows.tour_board import TourGround
from gis.workflows.tour_book import NewPlan, new_tour, read_plan, save_plan
from gis.workflows.tour_handbook import tour_handbook
from gis.workflows.tour_lines import tour_lines
from gis.workflows.tour_pages import PageSources
from gis.workflows.tour_travel import Travels
from tests.webapp.conftest import CRS, EAST, NORTH, ON, make_county

TITLE = "示例县/下半年观摩"
ADDRESS = "https://guatu.example.gov.cn/"


def wishes(**more: object) -> TourSpec:
    day = {"date": "2026-12-08", "from": "08:30", "until": "12:00", "start": "town:T1", "end": "town:T2"}
    sites = [{"code": "A", "talk": "一、概况", "reporter": "张三", "parking": "东门"}, {"code": "C"}]
    return read_spec({"title": TITLE, "days": [day], "sites": sites, **more})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_county(tmp_path_factory.mktemp("county") / "county.gpkg")
    yield made
    made.close()


@pytest.fixture(scope="module")
def ground(store: Store) -> TourGround:
    return TourGround(store, Assessor(store).at(ON).overview, Travels(store))


@pytest.fixture(scope="module")
def plan_no(ground: TourGround) -> str:
    """A plan of two stops, A before C."""
    return kept(ground, wishes(), RouteWish(date(2026, 12, 8), 1, ("A", "C")))


def kept(ground: TourGround, spec: TourSpec, *routes: RouteWish) -> str:
    plan = time_tour(ground, spec, routes)
    return save_plan(ground.store, LOCAL_ACTOR, new_tour(ground.store, LOCAL_ACTOR, spec), NewPlan("定稿", spec, plan))


def book(ground: TourGround, plan_no: str, files: AttachedFiles | None = None, address: str = "") -> TourBook:
    plan = read_plan(ground.store, plan_no)
    sources = PageSources(ground.store, ground.overview, files, address)
    return tour_handbook(sources, plan, tour_lines(ground.travels, plan.plan))


def facts(halt: Halt) -> dict[str, str]:
    return {fact.head.zh: fact.text.zh for fact in halt.page.facts}


def test_the_stops_are_numbered_in_the_order_of_the_plan(ground: TourGround, plan_no: str) -> None:
    made = book(ground, plan_no)
    assert [(halt.number, halt.code, halt.name) for halt in made.visits] == [
        ("1", "A", "示例工厂"),
        ("2", "C", "示例学校"),
    ]
    (route,) = made.routes
    assert (route.coach.zh, route.start.name, route.end.name) == ("1号车", "城关镇", "北关镇")
    assert len(route.legs) == 3
    assert made.visits[0].parking == "东门"
    assert (made.estimated, made.is_sample, made.unit) == (True, True, "示例县")


def test_a_site_s_page_has_the_figures_of_the_day(ground: TourGround, plan_no: str) -> None:
    told = facts(book(ground, plan_no).visits[0])
    assert told["总投资"] == "50,000万元"
    assert told["类别"] == "产业、县级"
    assert told["园区"] == "示例产业园"
    # 3,000 of the year's 12,000 万元.
    assert told["本年完成"] == "3,000万元（年度计划的25.0%）"
    assert told["形象进度"] == "12.0%"
    assert told["进展情况"] == "主体施工"
    assert told["建设单位"] == "=cmd|' /C calc'!A0"


def test_a_site_whose_land_has_a_bottleneck_has_its_picture(ground: TourGround, plan_no: str) -> None:
    factory, school = book(ground, plan_no).visits
    land = factory.page.land
    assert land is not None
    told = {fact.head.zh: fact.text.zh for fact in land.facts}
    # Two squares of 10,000 m² are 30 亩; the left one is ready.
    assert (told["用地面积"], told["净地比例"]) == ("30.00 亩", "50.0%")
    assert "受阻地块" in [flag.zh for flag in factory.flags]
    assert [parcel.parcel_no for parcel in land.parcels] == ["2"]
    assert land.parcels[0].area_mu == "15.00"
    assert land.picture is not None
    assert land.picture.footprint.equals(shapely.box(EAST, NORTH, EAST + 200, NORTH + 100))
    # The parcel that the page lists bears its number, the other one its stage: cleared is the seventh.
    assert [parcel.label for parcel in land.picture.parcels] == ["2", "7"]
    assert [words.zh for words, _ in land.picture.legend] == ["0 未启动", "7 净地"]
    assert school.page.land is not None
    assert school.page.land.picture is None


def test_pages_are_named_by_the_server_s_address_where_it_is_known(ground: TourGround, plan_no: str) -> None:
    assert book(ground, plan_no).visits[0].page.address == ""
    named = book(ground, plan_no, address=ADDRESS)
    assert named.visits[0].page.address == "https://guatu.example.gov.cn/?sel=project:A"


def test_the_maps_have_the_towns_and_the_larger_roads(tmp_path: Path) -> None:
    store = make_county(tmp_path / "county.gpkg")
    columns = {"direction": "both", "speed_kmh": 60.0, "length_m": 3000.0, "from_node": "a", "to_node": "b"}
    roads = pd.DataFrame(
        [
            {"road_no": "1", "road_class": "primary", "name": "示例大道", **columns},
            {"road_no": "2", "road_class": "service", "name": None, **columns},
        ]
    )
    line = shapely.LineString([(EAST, NORTH), (EAST + 3000, NORTH)])
    with store.writing(LOCAL_ACTOR) as writer:
        writer.put("road", gpd.GeoDataFrame(roads, geometry=[line, line], crs=CRS))
    ground = TourGround(store, Assessor(store).at(ON).overview, Travels(store))
    plan = time_tour(ground, wishes(), [RouteWish(date(2026, 12, 8), 1, ("A",))])
    number = save_plan(store, LOCAL_ACTOR, new_tour(store, LOCAL_ACTOR, wishes()), NewPlan("定稿", wishes(), plan))
    sources = PageSources(store, ground.overview)
    made = tour_handbook(sources, read_plan(store, number))
    # The other town begins 5 km to the north, beyond the edge of 4 km around a route along the road.
    assert [town.name for town in made.towns] == ["城关镇"]
    assert [(road.name, road.rank) for road in made.roads] == [("示例大道", 2)]
    store.close()


def test_lunch_stands_where_it_is_taken_and_is_not_numbered(ground: TourGround) -> None:
    lunch = {"from": "08:40", "until": "09:00", "minutes": 30, "places": ["park:K1"]}
    number = kept(ground, wishes(lunch=lunch), RouteWish(date(2026, 12, 8), 1, ("A", "C")))
    (route,) = book(ground, number).routes
    assert sorted(halt.kind for halt in route.halts) == ["lunch", "visit", "visit"]
    assert [halt.number for halt in route.visits] == ["1", "2"]
    assert len(route.legs) == 4
    assert next(halt for halt in route.halts if halt.kind == "lunch").name == "示例产业园"


def test_coaches_that_drive_together_are_called_so(ground: TourGround) -> None:
    spec = wishes(coaches=3, together=True)
    number = kept(ground, spec, RouteWish(date(2026, 12, 8), 1, ("A",)))
    assert book(ground, number).routes[0].coach.zh == "全体车辆"


def test_what_the_plan_breaks_is_said(ground: TourGround) -> None:
    spec = wishes(sites=[{"code": "A"}, {"code": "C", "must": True}])
    number = kept(ground, spec, RouteWish(date(2026, 12, 8), 1, ("A",)))
    assert any("示例学校" in words.zh for words in book(ground, number).remarks)


# --- photographs ------------------------------------------------------------------------------------


def picture(colour: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(target, "JPEG")
    return target.getvalue()


def test_photographs_that_the_latest_report_names_are_on_the_page(tmp_path: Path) -> None:
    store = make_county(tmp_path / "county.gpkg")
    files = AttachedFiles(tmp_path / "files", most_bytes=1 << 20)
    for name, kind, colour in (
        ("塔吊.jpg", AttachmentKind.PHOTO, "#112233"),
        ("身份证.jpg", AttachmentKind.DOCUMENT, "#445566"),
    ):
        attach_file(store, files, LOCAL_ACTOR, "parcel", "1", Attachment(name, kind), io.BytesIO(picture(colour)))
    report = {
        "project_code": ["A"],
        "period": ["month"],
        "period_end_on": pd.Series([pd.Timestamp("2026-06-30")]).astype("datetime64[s]"),
        "photos": [["塔吊.jpg", "身份证.jpg", "没有.jpg", "../../etc/passwd"]],
    }
    with store.writing(LOCAL_ACTOR) as writer:
        writer.append("progress_report", pd.DataFrame(report))
    ground = TourGround(store, Assessor(store).at(ON).overview, Travels(store))
    number = kept(ground, wishes(), RouteWish(date(2026, 12, 8), 1, ("A",)))
    (photo,) = book(ground, number, files).visits[0].page.photos
    assert Image.open(io.BytesIO(photo)).size == (40, 30)
    assert book(ground, number).visits[0].page.photos == ()
    store.close()


# --- files ------------------------------------------------------------------------------------------


def test_every_kind_is_written_under_a_name_that_every_system_takes(
    ground: TourGround, plan_no: str, tmp_path: Path
) -> None:
    paths = export_tour_files(ground, plan_no, tmp_path / "new" / "out")
    assert [path.name for path in paths] == [f"示例县_下半年观摩_{plan_no}.{kind}" for kind in KINDS]
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == sorted(path.name for path in paths)
    files = {path.suffix: path.read_bytes() for path in paths}
    assert openpyxl.load_workbook(io.BytesIO(files[".xlsx"])).sheetnames == ["总览", "2026-12-08", "说明"]
    assert len(docx.Document(io.BytesIO(files[".docx"])).tables) > 4
    assert len(pypdfium2.PdfDocument(files[".pdf"])) >= 5
    assert len(gpxpy.parse(files[".gpx"].decode()).waypoints) == 2
    assert files[".kml"].startswith(b"<?xml")
    assert files[".ics"].startswith(b"BEGIN:VCALENDAR\r\n")
    assert files[".html"].startswith(b"<!doctype html>")


def test_the_same_plan_is_the_same_calendar_whenever_it_is_asked_for(ground: TourGround, plan_no: str) -> None:
    assert export_tour(ground, plan_no, "ics") == export_tour(ground, plan_no, "ics")


@pytest.mark.parametrize("kind", ["xlsx", "gpx", "kml", "ics", "html"])
def test_the_public_files_have_nothing_of_land_and_talk(ground: TourGround, plan_no: str, kind: str) -> None:
    name, data = export_tour(ground, plan_no, kind, TourExport(public=True, address=ADDRESS))
    assert name == f"示例县_下半年观摩_{plan_no}_公开版.{kind}"
    if kind == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(data))
        text = "".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)
    else:
        text = data.decode().replace("\r\n ", "")
    assert "示例工厂" in text
    assert [word for word in ("净地", "受阻", "一、概况", "讲解词", ADDRESS, "内部资料") if word in text] == []


def test_a_plan_of_which_a_project_is_gone_still_goes_out(ground: TourGround, plan_no: str) -> None:
    without = TourGround(ground.store, ground.overview.only(["C"]), ground.travels)
    made = book(without, plan_no)
    assert [halt.code for halt in made.visits] == ["A", "C"]
    assert made.visits[0].page.facts == ()
    # What was known of its land when the plan was made is still marked.
    assert made.visits[0].flags


def test_an_unknown_plan_or_kind_is_told_before_anything_is_written(
    ground: TourGround, plan_no: str, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        export_tour_files(ground, "T99-1", tmp_path / "out")
    with pytest.raises(InvalidParameter) as refused:
        export_tour_files(ground, plan_no, tmp_path / "out", ["xlsx", "exe"])
    assert (refused.value.found, refused.value.expected) == ("exe", " | ".join(KINDS))
    assert not (tmp_path / "out").exists()


def test_a_stop_is_called_by_its_route_and_place_as_on_the_page(ground: TourGround) -> None:
    spec = wishes(coaches=3, together=False)
    routes = [RouteWish(date(2026, 12, 8), coach, codes) for coach, codes in ((1, ("A",)), (2, ()), (3, ("C",)))]
    made = book(ground, kept(ground, spec, *routes))
    # The second coach has no stop: its letter is not given to the third one.
    assert [(route.letter, [halt.number for halt in route.visits]) for route in made.routes] == [
        ("A", ["A1"]),
        ("C", ["C1"]),
    ]


def test_a_plan_kept_before_its_sites_changed_says_so(ground: TourGround, plan_no: str) -> None:
    tour_no = read_plan(ground.store, plan_no).tour_no
    now = ground.overview
    assert changed_since_kept(ground.store, now, tour_no)[plan_no] == []
    cleared = now.projects.assign(flags=[() for _ in now.projects.index])
    assert changed_since_kept(ground.store, replace(now, projects=cleared), tour_no)[plan_no] == ["land"]
    fewer = now.projects.drop(index="C")
    assert changed_since_kept(ground.store, replace(now, projects=fewer), tour_no)[plan_no] == ["gone"]
