// The panel of one project: how far it is, why, whether its land will be there, and what holds it up.
import { categories, chartLibrary, common, values } from "./charts.js";
import { el, icon, walkWithArrows } from "./dom.js";
import { day, days, isMissing, money, mu, number, points, share } from "./format.js";
import { badge } from "./marks.js";
import { cutAfter, facts, flagTags, keyFigure, landByStage, notice, reasons, section, tag } from "./panel_parts.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const MOST_PARCELS = 8;

function head(project) {
  return el(
    "div",
    { class: "tags" },
    el("span", { class: "tag" }, badge("project_stage", project.stage, 16), wordOf("ProjectStage", project.stage)),
    tag(project.level && gettext("{level}重点", { level: wordOf("Level", project.level) })),
    tag(wordOf("ProjectKind", project.kind)),
    tag(wordOf("ProjectCategory", project.category)),
    project.stagnant ? tag(gettext("形象进度无变化"), "warn") : null,
    flagTags(project.flags),
  );
}

function progress(project, answer) {
  const gap = project.gap_pp;
  return [
    el(
      "div",
      { class: "keys" },
      keyFigure(gettext("年度计划投资"), money(project.plan_wan)),
      keyFigure(gettext("完成投资"), money(project.invested_wan), share(project.done_share)),
      keyFigure(gettext("与序时比"), points(gap), gettext("个百分点"), isMissing(gap) ? "" : gap < 0 ? "bad" : "good"),
      keyFigure(gettext("此后每月需完成"), money(project.required_monthly_wan)),
      keyFigure(gettext("预计全年"), share(project.forecast_share), gettext("按近三月速度")),
      keyFigure(gettext("形象进度"), isMissing(project.image_percent) ? "—" : `${number(project.image_percent)}%`, project.last_report_on ? gettext("{day} 报", { day: project.last_report_on }) : null),
    ),
    answer.curve?.length ? el("div", { class: "curve", "data-part": "curve" }) : notice("info", gettext("今年没有下达计划，不算序时进度。")),
  ];
}

function land(project) {
  const bars = landByStage(project.stage_m2, project.uncovered_m2);
  if (!bars) return [notice("info", gettext("没有用地范围，不算用地准备情况。"))];
  const late = project.float_days < 0;
  return [
    el(
      "div",
      { class: "keys" },
      keyFigure(gettext("用地面积"), mu(project.footprint_m2), null),
      keyFigure(gettext("净地率"), share(project.ready_share)),
      keyFigure(gettext("时差"), days(project.float_days), null, isMissing(project.float_days) ? "" : late ? "bad" : "good"),
    ),
    bars,
    facts([
      [gettext("计划开工"), day(project.planned_start_on)],
      [gettext("实际开工"), day(project.actual_start_on)],
      [gettext("法定最早净地"), day(project.ready_earliest_on)],
      [gettext("预计净地"), day(project.ready_expected_on)],
      [gettext("地块重叠"), project.overlap_m2 > 0 ? mu(project.overlap_m2) : null],
    ]),
  ];
}

function parcelRow(part, act) {
  const when = part.held ? gettext("受阻") : part.ready_expected_on ? gettext("预计 {day} 净地", { day: part.ready_expected_on }) : gettext("净地日期未定");
  return el(
    "li",
    { class: "parcel-row" },
    el(
      "button",
      { type: "button", class: "row two", "data-parcel": part.parcel_no, title: wordsOf(part.reason), onclick: () => act.flyTo(part) },
      badge("stage", part.stage, 20),
      el("span", { class: "name" }, part.parcel_no, el("small", { class: part.held ? "bad" : "" }, `${wordOf("Stage", part.stage)} · ${when}`)),
      el("span", { class: "count" }, mu(part.area_m2), el("small", {}, part.at_risk_wan > 0 ? money(part.at_risk_wan) : "")),
    ),
    el("button", { type: "button", class: "square", "aria-label": gettext("地块 {no} 详情", { no: part.parcel_no }), onclick: () => act.open({ layer: "parcel", key: part.parcel_no }) }, icon("right")),
  );
}

function blocking(rows, act) {
  if (!rows?.length) return null;
  const listed = rows.filter((part) => part.parcel_no);
  const list = walkWithArrows(el("ul", { class: "rows", "data-part": "blocking" }, listed.map((part) => parcelRow(part, act))), "button.row");
  return cutAfter(list, MOST_PARCELS);
}

function milestoneState(milestone, on) {
  if (milestone.done_on) return milestone.done_on <= milestone.promised_on ? ["done", gettext("按期")] : ["late", gettext("迟完成")];
  if (on && milestone.promised_on < on) return ["overdue", gettext("逾期")];
  return ["open", gettext("未到期")];
}

function milestoneRow(milestone, on) {
  const [state, words] = milestoneState(milestone, on);
  // A promise that was only marked as done comes again with its date: not another promise.
  const broken = (milestone.history ?? []).filter((promise) => promise.promised_on !== milestone.promised_on);
  const earlier = broken.map((promise) =>
    el("li", {}, gettext("原承诺 {day}（{who}，{said} 作出）", { day: promise.promised_on, who: promise.promised_by || "—", said: promise.said_on || "—" })),
  );
  return el(
    "li",
    { class: `milestone ${state}` },
    el("i", { class: "dot", "aria-hidden": "true" }),
    el("span", { class: "name" }, milestone.name, milestone.promised_by ? el("small", {}, milestone.promised_by) : null),
    el(
      "span",
      { class: "dates" },
      el("span", {}, gettext("承诺 {day}", { day: day(milestone.promised_on) })),
      el("span", { class: "state" }, milestone.done_on ? gettext("完成 {day}", { day: milestone.done_on }) : words),
    ),
    earlier.length ? el("ul", { class: "earlier" }, earlier) : null,
  );
}

/** Land in a zone opens the zone; land outside all zones of a kind has none to open. */
function conflictRow(conflict, act) {
  const kind = wordOf("ZoneKind", conflict.kind);
  const inside = [
    badge("zone", conflict.kind, 20),
    el("span", { class: "name" }, conflict.zone_no ? kind : gettext("{kind}以外", { kind }), el("small", {}, wordOf("ZoneResult", conflict.result))),
    el("span", { class: "count" }, mu(conflict.area_m2), el("small", {}, share(conflict.share))),
  ];
  if (!conflict.zone_no) return el("div", { class: "row two still" }, inside);
  return el("button", { type: "button", class: "row two", onclick: () => act.open({ layer: "zone", key: conflict.zone_no }) }, inside);
}

function conflictRows(conflicts, act) {
  const real = (conflicts ?? []).filter((conflict) => !conflict.is_sliver);
  if (!real.length) return null;
  return el(
    "ul",
    { class: "rows" },
    real.map((conflict) => el("li", {}, conflictRow(conflict, act))),
  );
}

function lastReport(reports) {
  const spoken = [...(reports ?? [])].reverse().find((report) => report.words || report.problems);
  if (!spoken) return null;
  return [
    spoken.words ? el("p", {}, spoken.words) : null,
    spoken.problems ? notice("bad", spoken.problems) : null,
    el("p", { class: "quiet" }, gettext("{day} 报", { day: spoken.period_end_on })),
  ];
}

function people(project) {
  const credited = project.credited_to_town_name && project.credited_to_town_name !== project.located_in_town_name;
  return facts([
    [gettext("包联领导"), project.leader],
    [gettext("责任单位"), project.department],
    [gettext("首席服务官"), project.service_officer],
    [gettext("建设单位"), project.owner],
    [gettext("行业"), project.industry],
    [gettext("所在乡镇"), project.located_in_town_name],
    [gettext("所在园区"), project.located_in_park_name],
    [gettext("归属乡镇"), credited ? gettext("{town}（飞地项目）", { town: project.credited_to_town_name }) : null],
    [gettext("总投资"), money(project.total_wan)],
    [gettext("计划竣工"), day(project.planned_finish_on)],
    [gettext("备注"), project.remark],
  ]);
}

/** The panel's content. `act`: `open(selection)`, `flyTo({bounds, parcel_no})`. `on`: the day looked at. */
export function projectPanel(answer, act, on) {
  const { project } = answer;
  const freed = answer.blocking?.filter((part) => part.parcel_no).length ?? 0;
  return [
    head(project),
    section(gettext("为什么"), reasons(project.reasons)),
    project.at_risk_wan > 0
      ? notice("bad", el("strong", {}, gettext("今年受影响投资 {amount}", { amount: money(project.at_risk_wan) })), el("br"), gettext("用地未能按期保障的部分，按未净地面积分摊到地块。"))
      : null,
    section(gettext("投资进度"), progress(project, answer)),
    section(gettext("用地"), land(project)),
    section(gettext("制约地块（{n}）", { n: number(freed) }), freed ? blocking(answer.blocking, act) : null),
    section(gettext("管控冲突"), conflictRows(answer.conflicts, act)),
    section(gettext("节点"), answer.milestones?.length ? el("ul", { class: "milestones" }, answer.milestones.map((milestone) => milestoneRow(milestone, on))) : null),
    section(gettext("最近报告"), lastReport(answer.reports)),
    section(gettext("责任与归属"), people(project)),
  ];
}

/** Draw the progress curve once the panel stands in the page. */
export async function drawCurve(box, curve) {
  const library = await chartLibrary();
  if (!box.isConnected) return null;
  const chart = library.init(box, null, { renderer: "canvas" });
  const line = (name, field, style) => ({ name, type: "line", data: curve.map((month) => (isMissing(month[field]) ? null : month[field])), ...style });
  chart.setOption({
    ...common(),
    tooltip: { ...common().tooltip, valueFormatter: (value) => share(value) },
    grid: { left: 4, right: 8, top: 26, bottom: 0, containLabel: true },
    xAxis: categories(curve.map((month) => String(Number(month.month.slice(5))))),
    yAxis: values((value) => `${number(value * 100)}%`),
    series: [
      line(gettext("序时"), "planned_share", { symbol: "none", lineStyle: { type: [5, 4], color: "#7A8594", width: 1.8 }, itemStyle: { color: "#7A8594" } }),
      line(gettext("完成"), "done_share", { symbolSize: 5, lineStyle: { color: "#1F5FA8", width: 2.4 }, itemStyle: { color: "#1F5FA8" }, areaStyle: { color: "#1F5FA8", opacity: 0.08 } }),
    ],
  });
  return chart;
}
