"""
Usual short forms of the closed lists' words in bureau tables. Only those that can mean nothing else;
what a county writes of its own goes into its mapping file.

权属性质 codes 10–40: QSXZ of the land survey database (10/20 state, 30/40 collective).
"""

from __future__ import annotations

from gis.model import (
    Coded,
    HoldReason,
    Level,
    OwnerKind,
    ProjectCategory,
    ProjectKind,
    ProjectStage,
    Stage,
    SupplyKind,
    TownLevel,
    UtilityStatus,
    ZoneKind,
)


def _by_text(table: dict[Coded, str]) -> dict[str, str]:
    return {text: code.value for code, texts in table.items() for text in texts.split()}


SYNONYMS: dict[type[Coded], dict[str, str]] = {
    Stage: _by_text(
        {
            Stage.NOT_STARTED: "未开始",
            Stage.PRE_NOTICE: "预公告 征收土地预公告 征地预公告",
            Stage.SURVEY: "现状调查 土地现状调查 稳评 社会稳定风险评估",
            Stage.PLAN_NOTICE: "方案公告 补偿安置公告 征地补偿安置方案公告",
            Stage.AGREEMENT: "签约 补偿登记 补偿签约 协议签订",
            Stage.SUBMITTED: "报批 已组卷 已报批 报批中 组卷",
            Stage.APPROVED: "批复 批而未供 已批复(批而未供)",
            Stage.CLEARED: "已净地 净地交付",
            Stage.SUPPLIED: "供地 已供",
            Stage.REGISTERED: "登记 已办证 不动产登记",
        }
    ),
    ProjectStage: _by_text(
        {
            ProjectStage.PLANNED: "谋划中 前期谋划 储备",
            ProjectStage.SIGNED: "已签约 签约项目",
            ProjectStage.FILED: "已立项 备案 已备案",
            ProjectStage.STARTED: "已开工 新开工",
            ProjectStage.BUILDING: "建设中 在建中 施工中",
            ProjectStage.COMPLETED: "已竣工 完工 已完工 建成",
            ProjectStage.OPERATING: "已投产 投用 已投用",
            ProjectStage.FULL_CAPACITY: "已达产",
            ProjectStage.SUSPENDED: "停工 已停工 暂停建设 停建",
            ProjectStage.CANCELLED: "已取消 终止 已终止",
        }
    ),
    ProjectKind: _by_text(
        {
            ProjectKind.NEW: "新建项目 新开工 新开工项目",
            ProjectKind.CONTINUED: "续建项目",
            ProjectKind.PREPARATORY: "前期项目",
        }
    ),
    ProjectCategory: _by_text(
        {
            ProjectCategory.INDUSTRY: "产业类 产业项目",
            ProjectCategory.INFRASTRUCTURE: "基础设施类 基础设施项目 基建",
            ProjectCategory.LIVELIHOOD: "民生类 社会民生 民生项目 社会事业",
            ProjectCategory.ECOLOGY: "生态环保类 生态 环保",
            ProjectCategory.OTHER: "其它",
        }
    ),
    Level: _by_text(
        {
            Level.NATIONAL: "国家 国家重点 国家级重点",
            Level.PROVINCIAL: "省 省重点 省级重点",
            Level.MUNICIPAL: "市 市重点 市级重点",
            Level.COUNTY: "县 县重点 县级重点 区级 区重点",
            Level.TOWNSHIP: "乡镇 乡级 镇级",
        }
    ),
    OwnerKind: _by_text(
        {
            OwnerKind.COLLECTIVE: "集体土地 集体所有 集体土地所有权 集体土地使用权 30 40 31 32 33 34 41 42 43",
            OwnerKind.STATE: "国有土地 国家所有 国有土地所有权 国有土地使用权 10 20 21",
        }
    ),
    SupplyKind: _by_text({SupplyKind.MARKET: "招拍挂 挂牌 拍卖 招标 有偿出让", SupplyKind.ALLOTTED: "行政划拨"}),
    HoldReason: _by_text({HoldReason.DISPUTE: "权属争议 纠纷", HoldReason.LAWSUIT: "涉诉"}),
    ZoneKind: _by_text(
        {
            ZoneKind.FARMLAND: "永农 基本农田",
            ZoneKind.REDLINE: "生态保护红线 生态红线",
            ZoneKind.URBAN_BOUNDARY: "开发边界",
            ZoneKind.OTHER: "其他 其它",
        }
    ),
    TownLevel: _by_text({TownLevel.COUNTY: "县 区 市 县级 区县", TownLevel.TOWN: "乡 镇 街道 乡镇 乡级 镇级"}),
    UtilityStatus: _by_text(
        {
            UtilityStatus.NONE: "未通 未建设 × 否 无",
            UtilityStatus.BUILDING: "建设中 施工中",
            UtilityStatus.DONE: "已通 已建成 建成 完成 √ 是 有",
        }
    ),
}
