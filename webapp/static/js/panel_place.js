// The panels of a park, a town and a constraint zone.
import { el } from "./dom.js";
import { area, hectares, money, mu, number, points, share } from "./format.js";
import { badge, swatch } from "./marks.js";
import { cutAfter, facts, keyFigure, landByStage, projectList, section, tag } from "./panel_parts.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const MOST_PROJECTS = 10;
const UTILITY_SIGNS = { done: "✓", building: "◐", none: "✕" };
const byRisk = (one, other) => (other.at_risk_wan ?? 0) - (one.at_risk_wan ?? 0);

function projectsOf(projects, act) {
  if (!projects?.length) return el("p", { class: "quiet" }, gettext("没有项目。"));
  const sorted = [...projects].sort(byRisk);
  return cutAfter(
    projectList(sorted, act.open, (project) => (project.at_risk_wan > 0 ? money(project.at_risk_wan) : "")),
    MOST_PROJECTS,
  );
}

function utilityTile(utility) {
  return el(
    "li",
    { class: `utility ${utility.status}` },
    el("span", { class: "sign", "aria-hidden": "true" }, UTILITY_SIGNS[utility.status] ?? "?"),
    el("span", { class: "name" }, wordsOf(utility)),
    el("small", {}, wordOf("UtilityStatus", utility.status) || gettext("未填")),
  );
}

function lampRow(lamps) {
  if (!lamps) return null;
  return el("div", { class: "lamp-row" }, ["red", "yellow", "green", "none"].map((lamp) => el("span", {}, badge("lamp", lamp, 18), number(lamps[lamp] ?? 0))));
}

/** The content of a park's panel. */
export function parkPanel(answer, act) {
  const { park } = answer;
  const let_share = park.factory_built_m2 > 0 ? share(park.factory_let_m2 / park.factory_built_m2, 0) : null;
  return [
    el("div", { class: "tags" }, el("span", { class: "tag" }, swatch("park", park.level, 22, 14), wordOf("Level", park.level)), park.chemicals_allowed ? tag(gettext("可布局化工项目")) : null),
    el(
      "div",
      { class: "keys" },
      keyFigure(gettext("图上面积"), mu(answer.area_m2, 0), hectares(answer.area_m2, 0)),
      keyFigure(gettext("批准面积"), mu(park.approved_area_m2, 0), hectares(park.approved_area_m2, 0)),
      keyFigure(gettext("项目"), number(answer.projects?.length ?? 0)),
    ),
    section(gettext("七通一平"), answer.utilities?.length ? el("ul", { class: "utilities" }, answer.utilities.map(utilityTile)) : null),
    section(gettext("用地"), landByStage(answer.land) ?? el("p", { class: "quiet" }, gettext("园区内没有地块。"))),
    section(gettext("项目（{n}）", { n: number(answer.projects?.length ?? 0) }), projectsOf(answer.projects, act)),
    section(
      gettext("园区信息"),
      facts([
        [gettext("园区代码"), park.code],
        [gettext("主导产业"), park.leading_industries],
        [gettext("可开发建设面积"), mu(park.developable_area_m2, 0)],
        [gettext("标准厂房"), park.factory_built_m2 ? gettext("建成 {built} m²，出租 {share}", { built: number(park.factory_built_m2), share: let_share ?? "—" }) : null],
        [gettext("备注"), park.remark],
      ]),
    ),
  ];
}

/** The content of a town's panel, from the totals and the listed projects. */
export function townPanel(town, row, projects, act) {
  return [
    el("div", { class: "tags" }, tag(wordOf("TownLevel", town.level))),
    row
      ? el(
          "div",
          { class: "keys" },
          keyFigure(gettext("项目"), number(row.n)),
          keyFigure(gettext("完成率"), share(row.done_share), row.rank ? gettext("第 {n} 名", { n: number(row.rank) }) : null),
          keyFigure(gettext("与序时比"), points(row.gap_pp), gettext("个百分点"), row.gap_pp < 0 ? "bad" : "good"),
          keyFigure(gettext("年度计划投资"), money(row.plan_wan)),
          keyFigure(gettext("净地率"), share(row.ready_share)),
          keyFigure(gettext("受影响投资"), money(row.at_risk_wan)),
        )
      : null,
    lampRow(row?.lamps),
    section(gettext("项目（{n}）", { n: number(projects.length) }), projectsOf(projects, act)),
    el("button", { type: "button", class: "button wide", onclick: () => act.filterTown(town.code) }, gettext("只看这个乡镇")),
  ];
}

/** The content of a constraint zone's panel. */
export function zonePanel(answer, act) {
  const { zone } = answer;
  const inZone = (project) => mu(project.in_zone_m2);
  return [
    zone.kind ? el("div", { class: "tags" }, el("span", { class: "tag" }, swatch("zone", zone.kind, 22, 14), wordOf("ZoneKind", zone.kind))) : null,
    facts([
      [gettext("编号"), zone.zone_no],
      [gettext("面积"), area(answer.area_m2)],
      [gettext("管控要求"), wordOf("ZoneResult", zone.result)],
      [gettext("数据版本"), zone.version_on],
      [gettext("数据提供单位"), zone.supplier],
      [gettext("备注"), zone.remark],
    ]),
    answer.projects.length
      ? section(gettext("占用该管控区的项目（{n}）", { n: number(answer.projects.length) }), cutAfter(projectList(answer.projects, act.open, inZone), MOST_PROJECTS))
      : null,
  ];
}
