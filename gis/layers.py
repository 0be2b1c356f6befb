"""
Every stored layer and table, declared once. The rest derives: DDL, QGIS aliases and coded values,
column matching on import, export headers, JSON names, docs/data-model.md.

Entities (towns, parks, projects, parcels, zones) hold the present, one row a key; what a change
replaces is kept in ``row_history``. Ledgers (events, plans, reports, milestones, parameters) are
append-only; the latest row of a ledger's key rules. One file, though long: it is a table, and columns that
mean the same are to be called the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gis.model import (
    AreaBasis,
    AttachmentKind,
    BatchKind,
    Coded,
    EventKind,
    HoldReason,
    Level,
    LineageKind,
    OwnerKind,
    Period,
    ProjectCategory,
    ProjectKind,
    ProjectStage,
    RoadClass,
    RoadDirection,
    ScoringState,
    Stage,
    SupplyKind,
    TownLevel,
    Utility,
    UtilityStatus,
    ZoneKind,
    ZoneResult,
)
from gis.words import Words

ColumnType = Literal["text", "integer", "real", "money", "date", "boolean", "json"]
# How a frame holds a column of each type (see gis.store.port).
FRAME_DTYPES: dict[str, str] = {
    "text": "str",
    "integer": "Int64",
    "real": "float64",
    "money": "float64",
    "date": "datetime64[s]",
    "boolean": "boolean",
    "json": "object",
}
Dimension = Literal["area", "money", "length", "share"]
CodeList = type[Coded]
GeometryKind = Literal["MultiPolygon", "LineString", "Geometry"]


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column: its name everywhere, what it holds, its words, and the headers it is known by in files.

    ``derived`` columns are kept by the store from events or geometry; an import may not write them
    directly. ``references`` names the layer whose key this column holds; ``must_exist`` says whether
    a key that is not there is refused (else it is warned about). ``outlives``: the row stays when what it
    refers to is retired, so the database itself may not insist on the key.
    """

    name: str
    type: ColumnType
    words: Words
    aliases: tuple[str, ...] = ()
    dimension: Dimension | None = None
    codes: CodeList | None = None
    required: bool = False
    derived: bool = False
    references: str | None = None
    must_exist: bool = False
    outlives: bool = False

    @property
    def is_foreign_key(self) -> bool:
        """The database itself refuses a key that is not there."""
        return self.must_exist and not self.outlives

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header by which a file may call this column."""
        return (self.name, self.words.zh, self.words.en, *self.aliases)


@dataclass(frozen=True, slots=True)
class Layer:
    """
    A stored layer or table: its columns, its key, its geometry if it has one.

    ``dated_by`` names the column with the day from which a ledger's row holds: one key may stand
    several times with several days (a promise and the one that replaced it).
    """

    name: str
    words: Words
    kind: Literal["entity", "ledger"]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    dated_by: str | None = None
    geometry: GeometryKind | None = None
    geometry_required: bool = False

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that may not be alike in two rows of one file: the key, and the day where rows have one."""
        return self.key if self.dated_by is None or self.dated_by in self.key else (*self.key, self.dated_by)

    def column(self, name: str) -> Column:
        """The column of this name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(c.name for c in self.columns)


def _col(name: str, type_: ColumnType, zh: str, en: str, *aliases: str, **more: object) -> Column:
    return Column(name, type_, Words(zh, en), aliases, **more)  # type: ignore[arg-type]


def _coded(name: str, codes: CodeList, zh: str, en: str, *aliases: str, **more: object) -> Column:
    return _col(name, "text", zh, en, *aliases, codes=codes, **more)


def _money(name: str, zh: str, en: str, *aliases: str, **more: object) -> Column:
    return _col(name, "money", zh, en, *aliases, dimension="money", **more)


def _area(name: str, zh: str, en: str, *aliases: str, **more: object) -> Column:
    return _col(name, "real", zh, en, *aliases, dimension="area", **more)


def _of_parcel() -> Column:
    """Whose row of a ledger it is; what was written of a parcel stays when the parcel is divided or taken away."""
    return _col(
        "parcel_no",
        "text",
        "地块编号",
        "parcel number",
        "地块号",
        required=True,
        references="parcel",
        must_exist=True,
        outlives=True,
    )


def _withdrawn() -> Column:
    return _col("withdrawn", "boolean", "已撤销", "withdrawn")


def _note() -> Column:
    return _col("note", "text", "说明", "note", "备注")


def _planned(stage: Stage) -> Column:
    zh, en = stage.words.zh, stage.words.en
    return _col(
        f"planned_{stage.value}_on", "date", f"计划{zh}日期", f"planned date, {en}", f"{zh}计划日期", f"计划{zh}时间"
    )


def _utility(item: Utility) -> Column:
    zh, en = item.words.zh, item.words.en
    return _coded(f"utility_{item.value}", UtilityStatus, zh, f"utility: {en}", f"{zh}情况", f"七通一平-{zh}")


TOWN = Layer(
    "town",
    Words("行政区", "towns"),
    "entity",
    ("code",),
    (
        _col("code", "text", "行政区代码", "town code", "代码", "区划代码", "adcode", "XZQDM", "code", required=True),
        _col("name", "text", "行政区名称", "town name", "名称", "乡镇", "XZQMC", "name", required=True),
        _coded("level", TownLevel, "行政级别", "town level", "级别", "level"),
        _col("parent", "text", "上级代码", "parent code", "parent", "上级", references="town"),
    ),
    geometry="MultiPolygon",
    geometry_required=True,
)

PARK = Layer(
    "park",
    Words("园区", "parks"),
    "entity",
    ("code",),
    (
        _col("code", "text", "园区代码", "park code", "代码", "编号", required=True),
        _col("name", "text", "园区名称", "park name", "名称", "园区", "开发区名称", "name", required=True),
        _coded("level", Level, "园区级别", "park level", "级别", "level"),
        _area("approved_area_m2", "批准面积", "approved area", "核准面积", "批准规划面积"),
        _area("developable_area_m2", "可开发建设面积", "developable area", "可开发面积"),
        _col("leading_industries", "text", "主导产业", "leading industries"),
        _col("chemicals_allowed", "boolean", "允许化工", "chemicals allowed", "化工园区", "是否化工园区"),
        _area("factory_built_m2", "标准厂房建成面积", "standard factory floor area built", "标准化厂房建成面积"),
        _area("factory_let_m2", "标准厂房出租面积", "standard factory floor area let", "标准化厂房出租面积"),
        *(_utility(item) for item in Utility),
        _col("remark", "text", "备注", "remark"),
    ),
    geometry="MultiPolygon",
    geometry_required=True,
)

PROJECT = Layer(
    "project",
    Words("项目", "projects"),
    "entity",
    ("code",),
    (
        _col("code", "text", "项目代码", "project code", "项目编号", "代码", "编号", "code", required=True),
        _col("name", "text", "项目名称", "project name", "项目", "名称", "name", required=True),
        _col("owner", "text", "建设单位", "owner company", "项目单位", "业主", "业主单位", "企业名称", "owner"),
        _col("industry", "text", "行业", "industry", "所属行业", "国民经济行业", "行业代码", "industry"),
        _coded("category", ProjectCategory, "项目类别", "category", "类别", "项目类型", "category"),
        _coded("level", Level, "重点级别", "level", "项目级别", "级别", "重点项目级别", "level"),
        _coded("kind", ProjectKind, "建设性质", "kind", "性质", "项目性质", "kind"),
        _coded("stage", ProjectStage, "项目阶段", "stage", "阶段", "项目状态", "当前阶段", "stage", derived=True),
        _col("stage_on", "date", "阶段日期", "stage began on", "进入阶段日期", derived=True),
        _money("total_wan", "总投资", "total investment", "计划总投资", "项目总投资", "total_investment"),
        _col("planned_start_on", "date", "计划开工日期", "planned start", "计划开工时间", "拟开工时间", "计划开工"),
        _col("planned_finish_on", "date", "计划竣工日期", "planned finish", "计划竣工时间", "计划竣工", "计划完工时间"),
        _col("actual_start_on", "date", "实际开工日期", "actual start", "实际开工时间", "开工时间", "开工日期"),
        _col("actual_finish_on", "date", "实际竣工日期", "actual finish", "实际竣工时间", "竣工时间", "竣工日期"),
        _col("leader", "text", "包联领导", "responsible leader", "包挂领导", "分管领导", "联系领导", "leader"),
        _col("department", "text", "责任单位", "lead department", "牵头单位", "责任部门", "department"),
        _col("service_officer", "text", "首席服务官", "service officer", "服务专员", "服务秘书"),
        _col(
            "located_in_town",
            "text",
            "所在乡镇",
            "located in town",
            "所在地",
            "建设地点",
            "乡镇",
            "所在镇",
            references="town",
        ),
        _col("located_in_park", "text", "所在园区", "located in park", "园区", "所属园区", references="park"),
        _col("credited_to_town", "text", "归属乡镇", "credited to town", "引进乡镇", "考核归属", references="town"),
        _col("is_chemical", "boolean", "化工项目", "chemical project", "是否化工项目", "是否化工"),
        _col(
            "row_width_m", "real", "用地宽度", "right-of-way width", "路基宽度", "红线宽度", "宽度", dimension="length"
        ),
        _col("remark", "text", "备注", "remark", "说明"),
    ),
    geometry="Geometry",
)

PARCEL = Layer(
    "parcel",
    Words("地块", "parcels"),
    "entity",
    ("parcel_no",),
    (
        _col(
            "parcel_no",
            "text",
            "地块编号",
            "parcel number",
            "地块号",
            "编号",
            "宗地号",
            "宗地编号",
            "DKBH",
            required=True,
        ),
        _col("name", "text", "地块名称", "parcel name", "名称", "DKMC", "name"),
        _col("town", "text", "所在乡镇", "town", "乡镇", "街道", references="town"),
        _col("village", "text", "所在村", "village", "村", "行政村", "权属单位"),
        _coded("owner_kind", OwnerKind, "权属性质", "owner kind", "所有权性质", "土地所有权", "QSXZ"),
        _coded("supply_kind", SupplyKind, "供地方式", "supply kind", "供应方式"),
        _col("land_class_scheme", "text", "地类分类标准", "land class scheme", "分类标准"),
        _col("land_class_edition", "text", "地类分类版本", "land class edition"),
        _col("land_class_code", "text", "地类编码", "land class code", "地类", "DLBM", "地类代码"),
        _area("declared_area_m2", "登记面积", "declared area", "面积", "地块面积", "用地面积", "DKMJ"),
        _coded("declared_basis", AreaBasis, "面积基准", "declared area's basis", "面积口径"),
        _area("area_planar_m2", "投影面积", "planar area", derived=True),
        _area("area_ellipsoid_m2", "椭球面积", "ellipsoidal area", derived=True),
        _col("households", "integer", "涉及户数", "households", "户数"),
        _col("buildings", "integer", "拆迁房屋", "buildings to demolish", "拆迁房屋数", "拆迁栋数"),
        _money("compensation_due_wan", "应付补偿", "compensation due", "补偿款总额", "应付补偿款"),
        _money("compensation_paid_wan", "已付补偿", "compensation paid", "已付补偿款", "已兑付补偿款"),
        _col("unit", "text", "责任单位", "responsible unit", "征收单位", "负责单位"),
        _col("person", "text", "责任人", "responsible person", "经办人", "负责人"),
        _col("batch", "text", "报批批次", "approval batch", "批次", "批次号"),
        _col("document_no", "text", "批准文号", "document number", "批文号", "文号"),
        *(_planned(stage) for stage in Stage if stage is not Stage.NOT_STARTED),
        _coded("stage", Stage, "征收阶段", "requisition stage", "征收进度", "阶段", "当前阶段", derived=True),
        _col("stage_on", "date", "阶段日期", "stage began on", "进入阶段日期", derived=True),
        _coded("hold_reason", HoldReason, "受阻原因", "held because of", "受阻", derived=True),
        _col("held_since", "date", "受阻起始日期", "held since", "受阻日期", derived=True),
        _col("remark", "text", "备注", "remark"),
    ),
    geometry="MultiPolygon",
    geometry_required=True,
)

ZONE = Layer(
    "zone",
    Words("管控区", "constraint zones"),
    "entity",
    ("zone_no",),
    (
        _col("zone_no", "text", "管控区编号", "zone number", "编号", "图斑编号", "TBBH", "BSM", required=True),
        _col("name", "text", "管控区名称", "zone name", "名称", "name"),
        _coded("kind", ZoneKind, "管控类型", "zone kind", "类型", "类别", required=True),
        _coded("result", ZoneResult, "管控要求", "overlap means"),
        _col("version_on", "date", "数据版本日期", "version date", "版本日期"),
        _col("supplier", "text", "数据提供单位", "supplier", "提供单位"),
        _col("remark", "text", "备注", "remark"),
    ),
    geometry="MultiPolygon",
    geometry_required=True,
)

# One row a stretch between two junctions. ``no_turn``: [{"at": node, "to": road_no}, …], forbidden turns at an end.
ROAD = Layer(
    "road",
    Words("道路", "roads"),
    "entity",
    ("road_no",),
    (
        _col("road_no", "text", "路段编号", "road number", "编号", "道路编号", "id", "osm_id", required=True),
        _col("name", "text", "道路名称", "road name", "名称", "路名", "name"),
        _coded(
            "road_class", RoadClass, "道路等级", "road class", "等级", "技术等级", "highway", "fclass", required=True
        ),
        _coded("direction", RoadDirection, "通行方向", "direction", "方向", "oneway", required=True),
        _col("speed_kmh", "real", "行驶速度", "speed", "车速", "限速", "maxspeed", required=True),
        _col("surface", "text", "路面", "surface", "路面类型"),
        _col("length_m", "real", "长度", "length", dimension="length", required=True),
        _col("from_node", "text", "起点结点", "from node", "起点", required=True),
        _col("to_node", "text", "终点结点", "to node", "终点", required=True),
        _col("no_turn", "json", "禁止转向", "forbidden turns"),
        _col("source", "text", "数据来源", "source", "来源"),
    ),
    geometry="LineString",
    geometry_required=True,
)

PROJECT_EVENT = Layer(
    "project_event",
    Words("项目阶段记录", "project events"),
    "ledger",
    ("project_code", "stage", "on_date"),
    (
        _col(
            "project_code",
            "text",
            "项目代码",
            "project code",
            "项目编号",
            required=True,
            references="project",
            must_exist=True,
        ),
        _coded("stage", ProjectStage, "项目阶段", "stage", "阶段", required=True),
        _col("on_date", "date", "日期", "date", "阶段日期", required=True),
        _col("document", "text", "文号", "document"),
        _col("note", "text", "说明", "note", "备注"),
    ),
    dated_by="on_date",
)

PROJECT_PLAN = Layer(
    "project_plan",
    Words("年度计划", "annual plans"),
    "ledger",
    ("project_code", "year"),
    (
        _col(
            "project_code",
            "text",
            "项目代码",
            "project code",
            "项目编号",
            required=True,
            references="project",
            must_exist=True,
        ),
        _col("year", "integer", "年度", "year", required=True),
        _money(
            "plan_wan",
            "年度计划投资",
            "annual plan",
            "计划投资",
            "本年计划投资",
            "当年计划投资",
            "年度投资计划",
            required=True,
        ),
        _col("set_on", "date", "下达日期", "set on"),
    ),
    dated_by="set_on",
)

PROGRESS_REPORT = Layer(
    "progress_report",
    Words("进度报告", "progress reports"),
    "ledger",
    ("project_code", "period", "period_end_on"),
    (
        _col(
            "project_code",
            "text",
            "项目代码",
            "project code",
            "项目编号",
            "代码",
            required=True,
            references="project",
            must_exist=True,
        ),
        _coded("period", Period, "报告类型", "period kind", "周期", required=True),
        _col(
            "period_end_on",
            "date",
            "报告截止日期",
            "period's last day",
            "截止日期",
            "月份",
            "报告期",
            "统计月份",
            required=True,
        ),
        _money(
            "invested_wan",
            "本年累计完成投资",
            "invested this year (dispatch)",
            "累计完成投资",
            "完成投资",
            "调度数",
            "本年完成投资",
        ),
        _money(
            "stat_invested_wan", "本年累计入统投资", "invested this year (statistics)", "统计数", "入统投资", "入库投资"
        ),
        _col("image_percent", "real", "形象进度", "image progress", "形象进度百分比", dimension="share"),
        _col("words", "text", "进展情况", "progress in words", "工程进展", "进度说明"),
        _col("problems", "text", "存在问题", "problems", "问题", "困难问题"),
        _col("photos", "json", "照片", "photos"),
    ),
    dated_by="period_end_on",
)

MILESTONE = Layer(
    "milestone",
    Words("节点", "milestones"),
    "ledger",
    ("project_code", "name"),
    (
        _col(
            "project_code",
            "text",
            "项目代码",
            "project code",
            "项目编号",
            required=True,
            references="project",
            must_exist=True,
        ),
        _col("name", "text", "节点名称", "milestone", "节点", required=True),
        _col("promised_on", "date", "承诺完成日期", "promised date", "计划完成日期", "承诺日期", required=True),
        _col("promised_by", "text", "承诺人", "promised by", "承诺单位"),
        _col("said_on", "date", "承诺作出日期", "promise made on", "承诺时间"),
        _col("done_on", "date", "完成日期", "done date", "实际完成日期"),
        _col("evidence", "text", "佐证", "evidence"),
    ),
    dated_by="said_on",
)

PARCEL_EVENT = Layer(
    "parcel_event",
    Words("征收记录", "parcel events"),
    "ledger",
    ("parcel_no", "kind", "stage", "on_date"),
    (
        _of_parcel(),
        _coded("kind", EventKind, "记录类型", "event kind", required=True),
        _coded("stage", Stage, "征收阶段", "requisition stage", "阶段"),
        _coded("hold_reason", HoldReason, "受阻原因", "held because of"),
        _col("on_date", "date", "日期", "date", "办理日期", required=True),
        _col("document", "text", "文号", "document", "文件"),
        _col("evidence", "text", "佐证", "evidence"),
        _note(),
        _col("override_reason", "text", "越规理由", "reason for breaking the rule"),
        _withdrawn(),
    ),
    dated_by="on_date",
)

BATCH = Layer(
    "batch",
    Words("报批批次", "approval batches"),
    "ledger",
    ("name",),
    (
        _col("name", "text", "批次名称", "batch", "批次", required=True),
        _coded("kind", BatchKind, "报批方式", "batch kind", required=True),
        _col("year", "integer", "年度", "year", required=True),
        _col("purpose", "text", "用途", "purpose", "用地用途"),
        _col("submitted_on", "date", "上报日期", "submitted on"),
        _col("approved_on", "date", "批准日期", "approved on"),
        _col("document", "text", "批准文号", "document number", "文号"),
        _area("approved_area_m2", "批准面积", "approved area"),
        _area("converted_area_m2", "农转用面积", "area converted from farm or unused land"),
        _note(),
        _withdrawn(),
    ),
)

LAND_QUOTA = Layer(
    "land_quota",
    Words("用地指标", "land quotas"),
    "ledger",
    ("year",),
    (
        _col("year", "integer", "年度", "year", required=True),
        _area("area_m2", "下达指标", "quota given", required=True),
        _col("document", "text", "文号", "document"),
        _col("set_on", "date", "下达日期", "set on"),
        _note(),
        _withdrawn(),
    ),
)

LINEAGE = Layer(
    "lineage",
    Words("地块沿革", "lineage of parcels"),
    "ledger",
    ("parcel_no", "parent_no"),
    (
        _of_parcel(),
        _col("parent_no", "text", "原地块编号", "parent's number", required=True),
        _coded("kind", LineageKind, "变更类型", "kind", required=True),
        _col("on_date", "date", "日期", "date", required=True),
        _note(),
    ),
)

ATTACHMENT = Layer(
    "attachment",
    Words("附件", "attachments"),
    "ledger",
    ("subject", "subject_key", "sha256"),
    (
        _col("subject", "text", "对象类型", "subject", required=True),
        _col("subject_key", "text", "对象编号", "subject's key", required=True),
        _col("sha256", "text", "SHA-256", "SHA-256", required=True),
        _col("file_name", "text", "文件名", "file name", required=True),
        _col("media_type", "text", "文件类型", "media type", required=True),
        _col("size_bytes", "integer", "字节数", "size in bytes", required=True),
        _coded("kind", AttachmentKind, "附件类型", "kind", required=True),
        _coded("stage", Stage, "征收阶段", "requisition stage", "阶段"),
        _note(),
        _withdrawn(),
    ),
)

HOUSEHOLD = Layer(
    "household",
    Words("被征收户", "households"),
    "ledger",
    ("parcel_no", "household_no"),
    (
        _of_parcel(),
        _col("household_no", "text", "户号", "household number", required=True),
        _col("head", "text", "户主", "head of household", "姓名", required=True),
        _col("id_no", "text", "证件号码", "identity number", "身份证号"),
        _col("phone", "text", "联系电话", "phone", "电话"),
        _col("people", "integer", "人口", "people", "人数"),
        _area("area_m2", "被征收面积", "area taken", "征收面积"),
        _money("due_wan", "应付补偿", "compensation due", "应付补偿款"),
        _money("paid_wan", "已付补偿", "compensation paid", "已付补偿款"),
        _col("signed_on", "date", "签约日期", "signed on"),
        _col("paid_on", "date", "付清日期", "paid on"),
        _note(),
        _withdrawn(),
    ),
)

BUILDING = Layer(
    "building",
    Words("拆迁房屋", "buildings to demolish"),
    "ledger",
    ("parcel_no", "building_no"),
    (
        _of_parcel(),
        _col("building_no", "text", "房屋编号", "building number", required=True),
        _col("owner", "text", "产权人", "owner"),
        _area("floor_area_m2", "建筑面积", "floor area"),
        _col("signed_on", "date", "签约日期", "signed on"),
        _col("paid_on", "date", "付清日期", "paid on"),
        _col("cleared_on", "date", "腾空拆除日期", "cleared on", "拆除日期"),
        _note(),
        _withdrawn(),
    ),
)

ACCOUNT_ENTRY = Layer(
    "account_entry",
    Words("补偿资金专户流水", "entries of the compensation account"),
    "ledger",
    ("entry_no",),
    (
        _col("entry_no", "text", "流水号", "entry number", "凭证号", required=True),
        _col("project_code", "text", "项目代码", "project code", "项目编号"),
        _col("town", "text", "乡镇", "town", "所在乡镇", references="town"),
        _col("parcel_no", "text", "地块编号", "parcel number", "地块号"),
        _col("on_date", "date", "日期", "date", required=True),
        _money("amount_wan", "金额", "amount", required=True),
        _col("document", "text", "凭证", "document"),
        _note(),
        _withdrawn(),
    ),
)

LAND_SUPPLY = Layer(
    "land_supply",
    Words("供地合同", "land supply"),
    "ledger",
    ("parcel_no",),
    (
        _of_parcel(),
        _col("contract_no", "text", "合同编号", "contract number", "划拨决定书编号"),
        _money("price_wan", "土地价款", "land price", "出让价款", "划拨价款"),
        _col("agreed_start_on", "date", "约定动工日期", "agreed start"),
        _col("agreed_finish_on", "date", "约定竣工日期", "agreed finish"),
        _col("handed_over_on", "date", "交地日期", "handed over on"),
        _col("stat_start_on", "date", "统计开工日期", "start by statistics"),
        _col("permit_start_on", "date", "施工许可日期", "construction permit on"),
        _col("legal_start_on", "date", "动工开发日期", "legal start of development"),
        _area("due_area_m2", "应动工面积", "area due to be developed", "应动工开发建设用地面积"),
        _area("developed_area_m2", "已动工面积", "area developed", "已动工开发建设用地面积"),
        _money("total_wan", "总投资额", "total investment", "应投资总额"),
        _money("invested_wan", "已投资额", "invested", "已投资总额"),
        _col("stopped_since", "date", "中止开发日期", "stopped since"),
        _col("government_cause", "boolean", "政府原因", "government cause"),
        _col("cause", "text", "原因说明", "cause"),
        _col("certified_on", "date", "认定日期", "certified on"),
        _col("certified_document", "text", "认定书文号", "certificate", "闲置土地认定书"),
        _note(),
        _withdrawn(),
    ),
)

REQUISITION_TASK = Layer(
    "requisition_task",
    Words("征收任务", "requisition tasks"),
    "ledger",
    ("project_code", "town"),
    (
        _col(
            "project_code",
            "text",
            "项目代码",
            "project code",
            "项目编号",
            required=True,
            references="project",
            must_exist=True,
        ),
        _col("town", "text", "行政区", "town or county", "乡镇", required=True, references="town"),
        _col("due_on", "date", "完成期限", "due on", required=True),
        _col("set_on", "date", "下达日期", "set on"),
        _note(),
        _withdrawn(),
    ),
)

SAVED_VIEW = Layer(
    "saved_view",
    Words("保存的视图", "saved views"),
    "ledger",
    ("name",),
    (
        _col("name", "text", "视图名称", "view", required=True),
        _col("page", "text", "页面", "page", required=True),
        _col("query", "text", "条件", "query", required=True),
        _note(),
        _withdrawn(),
    ),
)

# Where a coach stops for a project or park, set by hand, in the working CRS.
ENTRANCE = Layer(
    "entrance",
    Words("出入口", "entrances"),
    "ledger",
    ("subject", "subject_key"),
    (
        _col("subject", "text", "对象类型", "subject", required=True),
        _col("subject_key", "text", "对象编号", "subject's key", required=True),
        _col("east_m", "real", "东坐标", "easting", dimension="length", required=True),
        _col("north_m", "real", "北坐标", "northing", dimension="length", required=True),
        _note(),
        _withdrawn(),
    ),
)

TOUR = Layer(
    "tour",
    Words("观摩", "inspection tours"),
    "ledger",
    ("tour_no",),
    (
        _col("tour_no", "text", "观摩编号", "tour number", required=True),
        _col("title", "text", "观摩名称", "title", required=True),
        _col("on_date", "date", "首日", "first day", required=True),
        _col("spec", "json", "要求", "what is asked of it", required=True),
        _note(),
        _withdrawn(),
    ),
)

# A plan is never changed: what was changed by hand is another plan, ``made_from`` the one before it.
TOUR_PLAN = Layer(
    "tour_plan",
    Words("观摩方案", "plans of tours"),
    "ledger",
    ("plan_no",),
    (
        _col("plan_no", "text", "方案编号", "plan number", required=True),
        _col("tour_no", "text", "观摩编号", "tour number", required=True),
        _col("name", "text", "方案名称", "name", required=True),
        _col("made_from", "text", "来源方案", "made from"),
        _col("spec", "json", "要求", "what was asked of it", required=True),
        _col("plan", "json", "方案", "plan", required=True),
        _note(),
        _withdrawn(),
    ),
)

TOUR_VISIT = Layer(
    "tour_visit",
    Words("观摩记录", "visits of tours"),
    "ledger",
    ("project_code", "tour_no"),
    (
        _col(
            "project_code",
            "text",
            "项目代码",
            "project code",
            "项目编号",
            required=True,
            references="project",
            must_exist=True,
            outlives=True,
        ),
        _col("tour_no", "text", "观摩编号", "tour number", required=True),
        _col("on_date", "date", "日期", "date", required=True),
        _note(),
        _withdrawn(),
    ),
)

SCORING = Layer(
    "scoring",
    Words("打分评议", "scorings of tours"),
    "ledger",
    ("tour_no",),
    (
        _col("tour_no", "text", "观摩编号", "tour number", required=True),
        _col("plan_no", "text", "方案编号", "plan number", required=True),
        _col("sheet", "json", "评分表", "score sheet", required=True),
        _col("codes", "json", "一次性评分码摘要", "digests of the one-time codes", required=True),
        _coded("state", ScoringState, "状态", "state", required=True),
        _note(),
        _withdrawn(),
    ),
)

# Nothing in it says who: a digest of the one-time code, and the marks.
BALLOT = Layer(
    "ballot",
    Words("评分票", "ballots"),
    "ledger",
    ("tour_no", "code_digest"),
    (
        _col("tour_no", "text", "观摩编号", "tour number", required=True),
        _col("code_digest", "text", "评分码摘要", "digest of the code", required=True),
        _col("marks", "json", "评分", "marks", required=True),
        _withdrawn(),
    ),
)

RULE_PARAMETER = Layer(
    "rule_parameter",
    Words("规则参数", "rule parameters"),
    "ledger",
    ("code", "region", "effective_from"),
    (
        _col("code", "text", "参数代码", "parameter code", required=True),
        _col("value", "json", "参数值", "value", required=True),
        _col("unit", "text", "单位", "unit"),
        _col("source", "text", "依据", "source", required=True),
        _col("region", "text", "适用地区", "region"),
        _col("effective_from", "date", "生效日期", "effective from"),
        _col("effective_to", "date", "失效日期", "effective to"),
    ),
    dated_by="effective_from",
)

IMPORT_LOG = Layer(
    "import_log",
    Words("导入日志", "import log"),
    "ledger",
    ("sha256", "layer"),
    (
        _col("layer", "text", "图层", "layer", required=True),
        _col("file_name", "text", "文件名", "file name", required=True),
        _col("sha256", "text", "SHA-256", "SHA-256", required=True),
        _col("crs", "text", "坐标系", "reference system"),
        _col("read", "integer", "读入", "read", required=True),
        _col("stored", "integer", "新增", "stored", required=True),
        _col("updated", "integer", "更新", "updated", required=True),
        _col("unchanged", "integer", "未变", "unchanged", required=True),
        _col("refused", "integer", "拒绝", "refused", required=True),
        _col("report", "json", "导入报告", "report"),
    ),
)

ENTITIES: tuple[Layer, ...] = (TOWN, PARK, PROJECT, PARCEL, ZONE, ROAD)
LEDGERS: tuple[Layer, ...] = (
    PROJECT_EVENT,
    PROJECT_PLAN,
    PROGRESS_REPORT,
    MILESTONE,
    PARCEL_EVENT,
    BATCH,
    LAND_QUOTA,
    LINEAGE,
    ATTACHMENT,
    HOUSEHOLD,
    BUILDING,
    ACCOUNT_ENTRY,
    LAND_SUPPLY,
    REQUISITION_TASK,
    SAVED_VIEW,
    ENTRANCE,
    TOUR,
    TOUR_PLAN,
    TOUR_VISIT,
    SCORING,
    BALLOT,
    RULE_PARAMETER,
    IMPORT_LOG,
)
LAYERS: dict[str, Layer] = {layer.name: layer for layer in (*ENTITIES, *LEDGERS)}
