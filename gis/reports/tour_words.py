"""The words of a tour's files, and its timetable as rows that sheet, handbook and page share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from gis.reports.tour_book import Halt, Place, Route, TourBook
from gis.units import shown
from gis.words import Words

INTERNAL = Words("内部资料", "Internal")
INTERNAL_LINE = Words("内部资料 注意保管 不得外传", "Internal: keep safe, do not pass on")
PUBLIC_LINE = Words("公开版", "public version")
SAMPLE = Words("示例数据，均属虚构", "sample data, all invented")
ESTIMATED = Words("估算", "estimated")
ESTIMATED_LINE = Words(
    "没有道路数据：车程为直线距离×1.35、按每小时40公里估算，仅供参考",
    "No roads are loaded: drives are straight lines × 1.35 at 40 km/h, an estimate only",
)
HANDBOOK = Words("观摩手册", "Handbook of the tour")
TIMETABLE = Words("日程表", "Timetable")
OVERVIEW = Words("总览", "Overview")
OVERVIEW_MAP = Words("线路总图", "Map of the routes")
LOCATOR = Words("位置图", "Where it lies")
FACTS = Words("基本情况", "Key figures")
LAND = Words("用地情况", "Land")
LAND_PICTURE = Words("用地图（按征收阶段着色）", "Its parcels, coloured by stage")
FOOTPRINT = Words("项目用地范围", "the project's footprint")
BOTTLENECK = Words("用地有瓶颈", "land has a bottleneck")
BLOCKING = Words("制约地块", "Parcels that hold it up")
PHOTOS = Words("现场照片", "Photographs")
TALK = Words("讲解词", "Talking points")
NAVIGATION = Words("手机导航", "Navigation")
SITE_PAGE = Words("项目页面", "Site page")
PLAN = Words("方案", "Plan")
DATA_ON = Words("数据截止", "Figures as of")
REMARKS = Words("方案须注意", "To be noted of this plan")
HOURS = Words("到达—离开", "From — to")
DRIVE, STAYS = Words("车程", "Drive"), Words("停留", "Stays")
STOPS = Words("站点", "Stops")
START_END = Words("出发、返回地点", "start, end")
LUNCH_PLACE = Words("午餐", "lunch")
DEPART, BACK, LUNCH, MEETING = (
    Words("出发", "Departure"),
    Words("返回", "Return"),
    Words("午餐", "Lunch"),
    Words("会议", "Meeting"),
)
PAGE_OF = Words("第 {} 页", "page {}")
REVIEW = Words("审图号", "Map approval number")
NO_REVIEW = Words("审图号：未填", "map approval number: none")
NORTH, METRES = Words("北", "N"), Words("米", "m")
SOURCE = Words("坐标系：CGCS2000", "coordinates: CGCS2000")
OTHER_PARCELS = Words("等 {} 块地", "of {} parcels in all")
DRIVE_MIN, _KM = Words("{}分", "{} min"), Words("{}公里", "{} km")
BOARDING = Words(" + 上下车{}分", " + {} min boarding")
_WAIT = Words("（等候{}分）", " (waits {} min)")

# Name → words, in the order of the timetable; those of INTERNAL_COLUMNS are not in the public version.
COLUMNS: dict[str, Words] = {
    "number": Words("序号", "No."),
    "on": Words("日期", "Date"),
    "coach": Words("车次", "Coach"),
    "name": Words("项目", "Project"),
    "town": Words("乡镇", "Town"),
    "arrive": Words("到达", "Arrives"),
    "leave": Words("离开", "Leaves"),
    "drive_min": Words("车程（分）", "Drive (min)"),
    "drive_km": Words("车程（公里）", "Drive (km)"),
    "stay_min": Words("停留（分）", "Stays (min)"),
    "boarding_min": Words("上下车（分）", "Boarding (min)"),
    "reporter": Words("汇报人", "Reports"),
    "talk": Words("讲解词", "Talk"),
    "parking": Words("停车点", "Parking"),
    "spare": Words("备用点", "Spare site"),
    "value": Words("价值", "Value"),
    "land": Words("用地提示", "Land"),
}
INTERNAL_COLUMNS = ("talk", "value", "land")
DRIVES = ("drive_min", "drive_km")
BLOCKING_COLUMNS: tuple[Words, ...] = (
    Words("地块编号", "Parcel"),
    Words("阶段", "Stage"),
    Words("面积（亩）", "Area (亩)"),
    Words("预计", "Expected"),
    Words("原因", "Reason"),
)
# The timetable's columns on paper, with their shares of the width.
_SHARES = {
    "number": 1.0,
    "name": 4.6,
    "town": 2.2,
    "arrive": 1.4,
    "leave": 1.4,
    "drive": 2.4,
    "stay": 3.1,
    "reporter": 2.2,
    "talk": 4.4,
    "parking": 2.4,
    "spare": 2.2,
    "land": 2.0,
}
# What XML 1.0 cannot hold (its §2.2), lone halves of pairs among it.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True, slots=True)
class Row:
    """
    A line of the timetable: departure, a visit, lunch, or the return; None and "" where a column says nothing.

    ``halt`` is the visit or lunch that it tells of.
    """

    number: str
    on: date
    coach: Words
    name: Words
    town: str = ""
    arrive: str = ""
    leave: str = ""
    drive_min: int | None = None
    drive_km: float | None = None
    stay_min: int | None = None
    boarding_min: int | None = None
    reporter: str = ""
    talk: str = ""
    parking: str = ""
    spare: str = ""
    value: float | None = None
    land: tuple[Words, ...] = ()
    halt: Halt | None = None


def timetable(route: Route) -> Iterator[Row]:
    """A route from its departure to its return."""
    yield Row("", route.on, route.coach, _said(DEPART, route.start), leave=clock(route.depart))
    for halt in route.halts:
        yield _row(route, halt)
    back = _said(BACK, route.end)
    if route.meeting is not None:
        at = clock(route.meeting)
        back = Words(f"{back.zh}（{at} {MEETING.zh}）", f"{back.en} ({MEETING.en} {at})")
    drive = {"drive_min": route.back_drive_min, "drive_km": route.back_drive_km}
    yield Row("", route.on, route.coach, back, arrive=clock(route.back), **drive)  # type: ignore[arg-type]


def _row(route: Route, halt: Halt) -> Row:
    is_visit = halt.kind == "visit"
    return Row(
        number=halt.number,
        on=route.on,
        coach=route.coach,
        name=Words(halt.name, halt.name) if is_visit else _said(LUNCH, halt),
        town=halt.town,
        arrive=clock(halt.arrive),
        leave=clock(halt.leave),
        drive_min=halt.drive_min,
        drive_km=halt.drive_km,
        stay_min=halt.stay_min,
        boarding_min=halt.boarding_min if is_visit else None,
        reporter=halt.reporter,
        talk=halt.talk,
        parking=halt.parking,
        spare=halt.spare,
        value=halt.value if is_visit else None,
        land=halt.flags,
        halt=halt,
    )


def _said(what: Words, place: Place | Halt) -> Words:
    return Words(f"{what.zh}：{place.name}", f"{what.en}: {place.name}")


def columns_of(book: TourBook) -> dict[str, Words]:
    """The timetable's columns with their words; of the drives it is said where they are estimated."""
    shown_names = [name for name in COLUMNS if not (book.is_public and name in INTERNAL_COLUMNS)]
    return {name: _marked(book, name) for name in shown_names}


def _marked(book: TourBook, name: str) -> Words:
    words = COLUMNS[name]
    if not (book.estimated and name in DRIVES):
        return words
    return Words(f"{words.zh[:-1]}，{ESTIMATED.zh}）", f"{words.en[:-1]}, {ESTIMATED.en})")


def drive_words(book: TourBook, minutes: int, km: float) -> Words:
    """A drive as a sentence has it, marked where it is estimated."""
    far = shown(km, 1)
    zh = f"{DRIVE_MIN.zh.format(minutes)} {_KM.zh.format(far)}"
    en = f"{DRIVE_MIN.en.format(minutes)}, {_KM.en.format(far)}"
    return Words(f"{zh}（{ESTIMATED.zh}）", f"{en} ({ESTIMATED.en})") if book.estimated else Words(zh, en)


def stay_words(halt: Halt) -> Words:
    """How long it stays, what getting off and on takes beside it, and how long it waits before."""
    parts = [(DRIVE_MIN, halt.stay_min)]
    parts += [(words, minutes) for words, minutes in ((BOARDING, halt.boarding_min), (_WAIT, halt.wait_min)) if minutes]
    return Words("".join(w.zh.format(n) for w, n in parts), "".join(w.en.format(n) for w, n in parts))


def sheet_columns(book: TourBook) -> dict[str, tuple[Words, float]]:
    """The columns of the timetable on paper, with their shares of its width."""
    hidden = INTERNAL_COLUMNS if book.is_public else ()
    heads = {**COLUMNS, "drive": DRIVE, "stay": STAYS}
    return {name: (heads[name], share) for name, share in _SHARES.items() if name not in hidden}


def sheet_rows(book: TourBook, route: Route, language: str) -> Iterator[dict[str, str]]:
    """Its rows, every cell a text."""
    for row in timetable(route):
        yield {name: _cell(book, row, name, language) for name in sheet_columns(book)}


def _cell(book: TourBook, row: Row, name: str, language: str) -> str:
    if name == "drive":
        minutes = row.drive_min
        return "" if minutes is None else drive_words(book, minutes, row.drive_km or 0.0).of(language)
    if name == "stay":
        return "" if row.halt is None else stay_words(row.halt).of(language)
    value = getattr(row, name)
    if isinstance(value, tuple):
        return "、".join(words.of(language) for words in value)
    return value.of(language) if isinstance(value, Words) else str("" if value is None else value)


def schedule_facts(book: TourBook, route: Route, halt: Halt) -> Iterator[tuple[Words, Words]]:
    """What a site's page says of the visit: when, by which coach, the way to it, who reports, where it parks."""
    yield COLUMNS["on"], Words(day_text(route.on, "zh"), day_text(route.on, "en"))
    hours = f"{clock(halt.arrive)}—{clock(halt.leave)}"
    yield HOURS, Words(f"{hours}（{route.coach.zh}）", f"{hours} ({route.coach.en})")
    yield DRIVE, drive_words(book, halt.drive_min, halt.drive_km)
    yield STAYS, stay_words(halt)
    for name in ("reporter", "parking", "spare"):
        if text := getattr(halt, name):
            yield COLUMNS[name], Words(text, text)


def book_facts(book: TourBook) -> Iterator[tuple[Words, Words]]:
    """What the cover and the sheet's notes say of the whole."""
    days, stops = len(book.days), len(book.visits)
    minutes, km = sum(r.drive_min for r in book.routes), sum(r.drive_km for r in book.routes)
    first, last = (book.days[0], book.days[-1]) if book.days else (book.data_on, book.data_on)
    span_zh = day_text(first, "zh") if days < 2 else f"{day_text(first, 'zh')}—{day_text(last, 'zh')}"
    span_en = day_text(first, "en") if days < 2 else f"{day_text(first, 'en')} – {day_text(last, 'en')}"
    yield COLUMNS["on"], Words(span_zh, span_en)
    routes = len(book.routes)
    yield STOPS, Words(f"{stops} 个，线路 {routes} 条", f"{stops} on {routes} {'route' if routes == 1 else 'routes'}")
    yield Words("总车程", "Drives together"), drive_words(book, minutes, km)
    yield PLAN, Words(f"{book.plan_name}（{book.plan_no}）", f"{book.plan_name} ({book.plan_no})")
    yield DATA_ON, Words(day_text(book.data_on, "zh"), day_text(book.data_on, "en"))
    if book.estimated:
        yield ESTIMATED, ESTIMATED_LINE
    if book.is_sample:
        yield Words("说明", "Note"), SAMPLE


def caution(book: TourBook) -> Words:
    """Who may have it."""
    return PUBLIC_LINE if book.is_public else INTERNAL_LINE


def clock(moment: datetime) -> str:
    """``08:30``"""
    return f"{moment:%H:%M}"


def day_text(day: date, language: str) -> str:
    """A day with its weekday."""
    if language == "en":
        return f"{day:%a %Y-%m-%d}"
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def route_title(route: Route, language: str) -> str:
    """A route's day and coach, behind the letter of its stops."""
    letter = f"{route.letter} · " if route.letter else ""
    return f"{letter}{day_text(route.on, language)} {route.coach.of(language)}"


def printable(text: str) -> str:
    """Without what XML cannot hold; line ends as one sign."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def fixed_texts() -> Iterator[str]:
    """Every text above, for a font that holds all that a file shows."""
    for value in (*globals().values(), *COLUMNS.values(), *BLOCKING_COLUMNS):
        if isinstance(value, Words):
            yield from (value.zh, value.en)
    yield "".join(_WEEKDAYS) + "年月日周时间车程停留总说明条个线路分公里等候块地"
    yield "".join(map(chr, range(32, 127))) + "　—–×·▲（），。：；、∶“”《》…"
