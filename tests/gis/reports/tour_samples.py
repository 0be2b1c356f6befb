"""A tour of two coaches on one day and one on the next, with everything that its files must take."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import shapely
from PIL import Image

from gis.crs import coords_of, to_lonlat
from gis.reports.plan_sheet import Look
from gis.reports.tour_book import (
    BlockingParcel,
    DrawnParcel,
    Fact,
    Halt,
    LandPicture,
    Place,
    RoadShape,
    Route,
    SiteLand,
    SitePage,
    TourBook,
    TownShape,
)
from gis.words import Words

CRS = "EPSG:4547"
EAST, NORTH = 500_000.0, 3_652_000.0
DAY, NEXT = date(2026, 12, 8), date(2026, 12, 9)
FORMULA = "=HYPERLINK(1)<b>&"
CONTROLS = "一、概况\x0b\x00\n二、“进展” <script>alert(1)</script>"
ADDRESS = "http://10.1.2.3:8765/?sel=project:P1"


def same(text: str) -> Words:
    return Words(text, text)


def at(x: float, y: float) -> tuple[float, float]:
    """Degrees of a place x, y metres from the county's corner."""
    point = to_lonlat([shapely.Point(EAST + x, NORTH + y)], CRS)[0]
    return (point.x, point.y)


def moment(day: date, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hours), int(minutes))


def photo() -> bytes:
    target = BytesIO()
    Image.new("RGB", (64, 48), "#2F9C72").save(target, "JPEG")
    return target.getvalue()


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


START = Place("县政府", at(0, 0))
END = Place("会议中心", at(1000, 8000))
LAND = SiteLand(
    facts=(Fact(Words("净地比例", "Ready share"), same("50.0%")),),
    flags=(Words("受阻地块", "held"),),
    parcels=(BlockingParcel("P-0142", Words("已批复", "approved"), "15.00", "2026-12-31", Words("诉讼", "lawsuit")),),
    all_parcels=3,
    picture=LandPicture(
        square(3000, 1000, 200),
        (
            DrawnParcel(square(3000, 1000, 100), Look("#CFEBD2", "#4C8A57"), "P-0141"),
            DrawnParcel(square(3100, 1000, 100), Look("#95C2E3", "#2C6795", hatch="horizontal"), "P-0142"),
        ),
        ((Words("7 净地", "7 cleared"), Look("#CFEBD2", "#4C8A57")),),
    ),
)
SITE_1 = Halt(
    kind="visit",
    number="A1",
    code="P1",
    name="示例装备制造园（一期）",
    town="城关镇",
    lonlat=at(3000, 1000),
    arrive=moment(DAY, "08:45"),
    begin=moment(DAY, "09:00"),
    leave=moment(DAY, "09:23"),
    drive_min=15,
    drive_km=8.84,
    boarding_min=3,
    value=46.85,
    reporter="王建国",
    talk=CONTROLS,
    parking="东门停车场",
    spare="二期",
    flags=LAND.flags,
    page=SitePage(
        facts=(
            Fact(Words("总投资", "Total"), Words("64,000万元", "64,000 万元")),
            Fact(Words("进度灯", "Lamp"), Words("红", "red"), is_internal=True),
        ),
        land=LAND,
        photos=(photo(),),
        address=ADDRESS,
    ),
)
LUNCH = Halt(
    kind="lunch",
    name="机关食堂",
    lonlat=at(2000, 4000),
    arrive=moment(DAY, "11:30"),
    begin=moment(DAY, "11:40"),
    leave=moment(DAY, "12:40"),
    drive_min=10,
    drive_km=5.0,
)
SITE_2 = Halt(
    kind="visit",
    number="A2",
    code="P2",
    name=FORMULA,
    town="北关镇",
    lonlat=at(5000, 6000),
    arrive=moment(DAY, "13:00"),
    begin=moment(DAY, "13:00"),
    leave=moment(DAY, "13:20"),
    drive_min=20,
    drive_km=12.0,
)
SITE_3 = Halt(
    kind="visit",
    number="B1",
    code="P3",
    name="示例水厂",
    town="北关镇",
    lonlat=at(1500, 7000),
    arrive=moment(DAY, "09:10"),
    begin=moment(DAY, "09:10"),
    leave=moment(DAY, "09:30"),
    drive_min=30,
    drive_km=20.0,
)
LEGS = (
    (at(0, 0), at(3000, 0), at(3000, 1000)),
    (at(3000, 1000), at(2000, 4000)),
    (at(2000, 4000), at(5000, 6000)),
    (at(5000, 6000), at(1000, 8000)),
)
FIRST = Route(
    number=1,
    on=DAY,
    coach=Words("1号车", "coach 1"),
    start=START,
    depart=moment(DAY, "08:30"),
    halts=(SITE_1, LUNCH, SITE_2),
    end=END,
    back=moment(DAY, "13:45"),
    back_drive_min=25,
    back_drive_km=15.5,
    legs=LEGS,
    meeting=moment(DAY, "14:00"),
    letter="A",
)
SECOND = Route(
    number=2,
    on=DAY,
    coach=Words("2号车", "coach 2"),
    start=START,
    depart=moment(DAY, "08:40"),
    halts=(SITE_3,),
    end=START,
    back=moment(DAY, "10:00"),
    back_drive_min=30,
    back_drive_km=20.0,
    letter="B",
)
BOOK = TourBook(
    title="示范县重点项目观摩",
    unit="示范县",
    plan_no="T1-2",
    plan_name="定稿",
    routes=(FIRST, SECOND),
    crs=CRS,
    data_on=date(2026, 10, 31),
    towns=(TownShape(square(0, 0, 5000), "城关镇"), TownShape(square(0, 5000, 5000), "北关镇")),
    roads=(
        RoadShape(shapely.LineString([(EAST, NORTH), (EAST + 3000, NORTH)]), 1, "示范大道"),
        RoadShape(shapely.LineString([(EAST + 3000, NORTH), (EAST + 3000, NORTH + 1000)]), 4, ""),
    ),
    remarks=(Words("城关镇停留超出5分钟", "5 minutes too long in town"),),
    estimated=True,
    is_sample=True,
)
# What no public file may hold: RULES §7.6.
SECRETS = (
    "P-0142",
    "P-0141",
    "受阻地块",
    "净地",
    "进展",
    "诉讼",
    "46.85",
    "进度灯",
    "10.1.2.3",
    "内部资料",
    "超出5分钟",
)


def metres(lonlat: tuple[float, float]) -> tuple[float, float]:
    """A place as metres from the county's corner."""
    import numpy as np

    x, y = coords_of(np.array([lonlat]), CRS)[0].tolist()
    return x - EAST, y - NORTH
