"""
The things Guatu speaks of, as frozen values and closed lists. A wrong one cannot be built.

Every list is a ``Coded`` enumeration: its value is the code that is stored, exported and sent,
its ``words`` are what a person reads. Terms: the glossary in docs/glossary.md. One file, though long: the
code lists are read side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Literal, Self

from gis.errors import InvalidValue
from gis.words import Words

# The days of this office: what people type outside of them is a slip.
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)


class Coded(StrEnum):
    """A closed list of codes, each with its words and its ``rank``: its place in the list, from 0."""

    words: Words
    rank: int

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = Words(zh, en)
        member.rank = len(cls.__members__)
        return member

    @classmethod
    def of(cls, text: str) -> Self:
        """The member with this code or this Chinese or English name; raises InvalidValue naming the choices."""
        wanted = text.strip()
        for member in cls:
            if wanted in (member.value, member.words.zh) or wanted.lower() == member.words.en.lower():
                return member
        choices = "、".join(f"{m.words.zh}({m.value})" for m in cls)
        raise InvalidValue(
            Words(f"“{text}”不在代码表中", f"'{text}' is not in the code list"), found=text, expected=choices
        )


class Stage(Coded):
    """Requisition stages of a parcel, in the order of the law (DOMAIN §3). Compare by ``rank``: 0 … 9."""

    NOT_STARTED = "not_started", "未启动", "not started"
    PRE_NOTICE = "pre_notice", "征收预公告", "pre-notice"
    SURVEY = "survey", "现状调查与稳评", "survey and risk assessment"
    PLAN_NOTICE = "plan_notice", "补偿安置方案公告", "plan notice"
    AGREEMENT = "agreement", "补偿登记与签约", "registration and agreements"
    SUBMITTED = "submitted", "组卷报批", "submitted for approval"
    APPROVED = "approved", "已批复", "approved"
    CLEARED = "cleared", "净地", "cleared"
    SUPPLIED = "supplied", "已供地", "supplied"
    REGISTERED = "registered", "已登记", "registered"

    @property
    def readiness(self) -> Readiness:
        """The class by which the map colours a parcel in this stage."""
        if self.rank == 0:
            return Readiness.NOT_STARTED
        if self.rank < Stage.APPROVED.rank:
            return Readiness.IN_PROCEDURE
        return Readiness.APPROVED if self is Stage.APPROVED else Readiness.READY


class Readiness(Coded):
    """Land readiness as the map colours it (DOMAIN §3, last column), and land that nobody has listed."""

    NOT_STARTED = "not_started", "未启动", "not started"
    IN_PROCEDURE = "in_procedure", "办理中", "in procedure"
    APPROVED = "approved", "批而未供", "approved, not supplied"
    READY = "ready", "净地及以上", "cleared or later"
    UNCOVERED = "uncovered", "未落图", "no parcel listed"


class ProjectStage(Coded):
    """Stages of an investment project (DOMAIN §2), in order; suspended and cancelled stand outside it."""

    PLANNED = "planned", "谋划", "planned"
    SIGNED = "signed", "签约", "signed"
    FILED = "filed", "立项", "filed"
    STARTED = "started", "开工", "started"
    BUILDING = "building", "在建", "under construction"
    COMPLETED = "completed", "竣工", "completed"
    OPERATING = "operating", "投产", "operating"
    FULL_CAPACITY = "full_capacity", "达产", "at full capacity"
    SUSPENDED = "suspended", "暂停", "suspended"
    CANCELLED = "cancelled", "取消", "cancelled"

    @property
    def is_active(self) -> bool:
        """Neither suspended nor cancelled."""
        return self not in (ProjectStage.SUSPENDED, ProjectStage.CANCELLED)

    @property
    def has_started(self) -> bool:
        """Construction has begun (started … full_capacity)."""
        return self.is_active and self.rank >= ProjectStage.STARTED.rank

    @property
    def is_finished(self) -> bool:
        """Construction is over (completed, operating, full_capacity)."""
        return self.is_active and self.rank >= ProjectStage.COMPLETED.rank


class ProjectKind(Coded):
    """Kind of a project in the year's plan."""

    NEW = "new", "新建", "new"
    CONTINUED = "continued", "续建", "continued"
    PREPARATORY = "preparatory", "前期", "preparatory"


class ProjectCategory(Coded):
    """What a project is for."""

    INDUSTRY = "industry", "产业", "industry"
    INFRASTRUCTURE = "infrastructure", "基础设施", "infrastructure"
    LIVELIHOOD = "livelihood", "民生", "livelihood"
    ECOLOGY = "ecology", "生态环保", "ecology"
    OTHER = "other", "其他", "other"


class Level(Coded):
    """Level at which a project is key (重点), or at which a park was approved."""

    NATIONAL = "national", "国家级", "national"
    PROVINCIAL = "provincial", "省级", "provincial"
    MUNICIPAL = "municipal", "市级", "municipal"
    COUNTY = "county", "县级", "county"
    TOWNSHIP = "township", "乡镇级", "township"


class OwnerKind(Coded):
    """Who owns a parcel's land now; it decides the path of its requisition (DOMAIN §3)."""

    COLLECTIVE = "collective", "集体", "collective"
    STATE = "state", "国有", "state"


class SupplyKind(Coded):
    """How the land will be supplied (RULES §3.2)."""

    MARKET = "market", "出让", "granted by market"
    ALLOTTED = "allotted", "划拨", "allotted"


class Authority(Coded):
    """Who approves a requisition (土地管理法 46), the lower one first."""

    PROVINCE = "province", "省级人民政府", "provincial government"
    STATE_COUNCIL = "state_council", "国务院", "State Council"


class HoldReason(Coded):
    """Why a parcel is held."""

    DISPUTE = "dispute", "争议", "dispute"
    LAWSUIT = "lawsuit", "诉讼", "lawsuit"
    OBSTRUCTION = "obstruction", "阻工", "obstruction"


class AreaBasis(Coded):
    """What a declared area was computed on (RULES §2.4). Sums never mix them."""

    PLANAR = "planar", "投影面积", "planar"
    ELLIPSOIDAL = "ellipsoidal", "椭球面积", "ellipsoidal"
    UNKNOWN = "unknown", "未注明", "not stated"


class ZoneKind(Coded):
    """Constraint zones (DOMAIN §2, RULES §9)."""

    FARMLAND = "permanent_basic_farmland", "永久基本农田", "permanent basic farmland"
    REDLINE_CORE = "ecological_red_line_core", "生态保护红线（核心区）", "ecological red line (core)"
    REDLINE = "ecological_red_line", "生态保护红线（其他）", "ecological red line (other)"
    URBAN_BOUNDARY = "urban_boundary", "城镇开发边界", "urban development boundary"
    WATER_1 = "water_source_1", "饮用水水源一级保护区", "water source, class 1"
    WATER_2 = "water_source_2", "饮用水水源二级保护区", "water source, class 2"
    WATER_QUASI = "water_source_quasi", "饮用水水源准保护区", "water source, outer"
    CHEMICAL_BUFFER = "chemical_buffer", "化工安全缓冲区", "chemical-safety buffer"
    OTHER = "other", "其他管控区", "other"


class ZoneResult(Coded):
    """What an overlap with a constraint zone means (RULES §9)."""

    PROHIBIT = "PROHIBIT", "禁止占用", "prohibited"
    STATE_COUNCIL = "STATE_COUNCIL", "须国务院批准", "State Council approval"
    PROVINCE_CONFIRM = "PROVINCE_CONFIRM", "须省政府认定", "provincial confirmation"
    ARGUE = "ARGUE", "须论证", "must be argued"
    OK = "OK", "无冲突", "no conflict"


class TownLevel(Coded):
    """Whether an administrative area is a county or one of its towns."""

    COUNTY = "county", "县（市、区）", "county"
    TOWN = "town", "乡镇（街道）", "town"


class Period(Coded):
    """What a progress report covers."""

    MONTH = "month", "月报", "month"
    TEN_DAYS = "ten_days", "旬报", "ten days"


class Lamp(Coded):
    """The light of a project, by the store's rule template. NONE: no plan this year, so no value."""

    GREEN = "green", "绿", "green"
    YELLOW = "yellow", "黄", "yellow"
    RED = "red", "红", "red"
    NONE = "none", "无", "none"


class Flag(Coded):
    """Land-supply bottleneck flags, worst first (DOMAIN §4)."""

    IMPOSSIBLE = "impossible", "不可能按期", "impossible"
    LATE = "late", "预计晚于开工", "late"
    STARTED_BEFORE_LAND = "started_before_land", "未供先用", "started before land"
    CONFLICT = "conflict", "管控冲突", "conflict"
    HELD = "held", "受阻地块", "held"
    UNCOVERED = "uncovered", "未落图用地", "uncovered"
    OVERDUE_STEP = "overdue_step", "步骤逾期", "overdue step"
    QUOTA = "quota", "用地指标不足", "quota short"
    TIGHT = "tight", "时差不足", "tight"


class Utility(Coded):
    """The items of 七通一平, as a list that a store may change (RULES §6)."""

    ROAD = "road", "道路", "road"
    WATER = "water", "给水", "water"
    SEWER = "sewer", "排水", "sewer"
    POWER = "power", "供电", "power"
    TELECOM = "telecom", "通信", "telecom"
    GAS = "gas", "燃气", "gas"
    HEAT = "heat", "热力", "heat"
    LEVELLED = "levelled", "场地平整", "levelled"


class UtilityStatus(Coded):
    """How far one utility of a park is."""

    NONE = "none", "未建", "not built"
    BUILDING = "building", "在建", "being built"
    DONE = "done", "通达", "in service"


class EventKind(Coded):
    """What a parcel's event says: a stage begins, or, at whatever stage, the parcel is held, released, paid for."""

    STAGE = "stage", "进入阶段", "stage begins"
    HOLD = "hold", "受阻", "held"
    RELEASE = "release", "解除受阻", "released"
    FUNDS = "funds", "补偿资金足额到位", "compensation funds in place"
    EFFORT = "effort", "化解进展", "effort to end the hold"
    ANNOUNCED = "announced", "发布征收土地公告", "requisition announced"


class BatchKind(Coded):
    """How land is put up for approval (RULES §3.1, step 10)."""

    TOWN_BATCH = "town_batch", "城镇批次", "town batch"
    SINGLE_SITE = "single_site", "单独选址", "single site"


class LineageKind(Coded):
    """By what a parcel came from others."""

    SPLIT = "split", "分割", "split"
    MERGE = "merge", "合并", "merge"


class AttachmentKind(Coded):
    """What an attached file is."""

    DOCUMENT = "document", "文件", "document"
    PHOTO = "photo", "照片", "photo"


class RoadClass(Coded):
    """Classes of road, the largest first; the classes of OpenStreetMap, links with their own road."""

    MOTORWAY = "motorway", "高速公路", "motorway"
    TRUNK = "trunk", "快速路/国道", "trunk road"
    PRIMARY = "primary", "主干道/省道", "primary road"
    SECONDARY = "secondary", "次干道/县道", "secondary road"
    TERTIARY = "tertiary", "支路/乡道", "tertiary road"
    UNCLASSIFIED = "unclassified", "其他公路/村道", "unclassified road"
    RESIDENTIAL = "residential", "居住区道路", "residential road"
    LIVING_STREET = "living_street", "生活街区道路", "living street"
    SERVICE = "service", "内部道路", "service road"
    TRACK = "track", "机耕路", "track"


class RoadDirection(Coded):
    """Which way a road may be driven, seen along its line."""

    BOTH = "both", "双向", "both ways"
    FORWARD = "forward", "顺向单行", "one way along the line"
    BACKWARD = "backward", "逆向单行", "one way against the line"


class ScoringState(Coded):
    """How far the scoring of a tour is."""

    OPEN = "open", "评分中", "open"
    CLOSED = "closed", "已封存", "closed"


class Role(Coded):
    """What an actor may do (RULES §10.4)."""

    VIEWER = "viewer", "查看", "viewer"
    EDITOR = "editor", "填报", "editor"
    PLANNER = "planner", "规划", "planner"
    LAND_OFFICER = "land_officer", "土地", "land officer"
    ADMIN = "admin", "管理员", "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Written with every event; ``jurisdiction`` is an administrative code, None for everywhere."""

    name: str
    role: Role
    jurisdiction: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidValue(Words("操作人不能为空", "an actor needs a name"), found=repr(self.name))

    @property
    def may_write(self) -> bool:
        """Everyone but a viewer."""
        return self.role is not Role.VIEWER


LOCAL_ACTOR = Actor("本机用户", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class BBox:
    """A rectangle, in the units of whatever CRS its owner says."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (self.west <= self.east and self.south <= self.north):
            raise InvalidValue(
                Words("范围的西/南应不大于东/北", "a box needs west ≤ east and south ≤ north"),
                found=str(self.as_tuple()),
            )

    def as_tuple(self) -> tuple[float, float, float, float]:
        """(west, south, east, north)"""
        return (self.west, self.south, self.east, self.north)

    def grown(self, by: float) -> BBox:
        """The box with ``by`` added on each side."""
        return BBox(self.west - by, self.south - by, self.east + by, self.north + by)

    def meets(self, other: BBox) -> bool:
        """The boxes share at least a point."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )


_PROJECT_CODE = re.compile(r"^\d{4}-\d{6}-\d{2}-\d{2}-\d{6}$")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits and signs folded to half-width; Chinese is left alone."""
    return text.translate(_FULL_WIDTH)


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """
    A project's code: national (``YYYY-RRRRRR-DD-TT-NNNNNN``, RULES §3.4) or local.

    The check digit is not verified: its algorithm is not published.
    """

    text: str

    @classmethod
    def parse(cls, raw: str) -> ProjectCode:
        """Trim, fold full-width and put back missing hyphens; raises InvalidValue on an empty or overlong code."""
        text = half_width(raw).strip()
        if re.fullmatch(r"\d{20}", text):
            text = f"{text[:4]}-{text[4:10]}-{text[10:12]}-{text[12:14]}-{text[14:]}"
        return cls(text)

    def __post_init__(self) -> None:
        if not self.text or self.text != self.text.strip() or len(self.text) > 64 or not self.text.isprintable():
            raise InvalidValue(
                Words("项目代码无效", "not a project code"),
                found=repr(self.text),
                expected="1–64 个字符 / 1–64 characters",
            )

    @property
    def is_national(self) -> bool:
        """It has the form of the national platform."""
        return bool(_PROJECT_CODE.match(self.text))

    def __str__(self) -> str:
        return self.text


# How the texts of a Shapefile may be written; the first is what every receiver in the country reads.
DbfEncoding = Literal["GBK", "UTF-8"]
DBF_ENCODINGS: tuple[DbfEncoding, ...] = ("GBK", "UTF-8")


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """
    The one filter that map, table, charts and exports share. An empty tuple lets everything pass.

    ``words`` is matched, case-blind, against code, name, owner, leader and department.
    """

    town: tuple[str, ...] = ()
    park: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    category: tuple[ProjectCategory, ...] = ()
    level: tuple[Level, ...] = ()
    kind: tuple[ProjectKind, ...] = ()
    stage: tuple[ProjectStage, ...] = ()
    lamp: tuple[Lamp, ...] = ()
    flag: tuple[Flag, ...] = ()
    leader: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """It lets everything pass."""
        return self == ProjectFilter()


# As a value of the register's filter: rows in which the column is empty.
NOT_STATED = "none"


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """
    Which parcels; what is empty lets all pass. Values of one field are alternatives, fields narrow one another.

    "none" among ``town``, ``owner_kind``, ``land_class``, ``unit``, ``person``, ``batch``: rows without one.
    ``land_class`` values are a code, or "scheme|edition|code". ``legal_within_days``: the next step may be taken so
    many days from the register's day on, or already. ``parcel_no`` are whole numbers, ``words`` a part of any text.
    ``blocking`` is the code of a project that the parcel holds up, ``projects`` the filter of the wall map: parcels on
    the land of a project that it lets pass; ``area`` the text of a drawn shape. Of these three whoever asks finds out
    which parcels are meant (``among`` of ``gis.analysis.register_filter.passing``).
    """

    town: tuple[str, ...] = ()
    stage: tuple[Stage, ...] = ()
    owner_kind: tuple[str, ...] = ()
    land_class: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    hold_reason: tuple[str, ...] = ()
    held: bool | None = None
    overdue: bool | None = None
    legal_within_days: int | None = None
    parcel_no: tuple[str, ...] = ()
    words: str = ""
    blocking: str = ""
    projects: ProjectFilter = ProjectFilter()
    area: str = ""

    @property
    def is_empty(self) -> bool:
        """It lets everything pass."""
        return self == RegisterFilter()

    @property
    def named(self) -> tuple[str, ...]:
        """The fields that narrow."""
        empty = RegisterFilter()
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != getattr(empty, f.name))


@dataclass(frozen=True, slots=True)
class Says:
    """Rows of which one of ``columns`` holds ``text`` somewhere, Latin letters in either case."""

    columns: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """
    What to read of a layer. ``on`` None means the present; ``bbox`` is in the store's working CRS.

    ``near``: boxes in the same CRS; at least the rows whose own box meets one of them, and perhaps a few more.

    ``where`` holds equalities, column to value, or to several of which one must be there (text columns only).
    ``limit`` bounds the rows; the reader raises no error
    when it cuts, so callers that must know ask for one more.
    """

    on: date | None = None
    keys: tuple[str, ...] | None = None
    bbox: BBox | None = None
    near: tuple[BBox, ...] | None = None
    columns: tuple[str, ...] | None = None
    limit: int | None = None
    where: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    says: Says | None = None

    @property
    def filtered_by(self) -> tuple[str, ...]:
        """The columns whose values decide which rows are meant."""
        return (*(column for column, _ in self.where), *(self.says.columns if self.says else ()))


ALL = Query()
