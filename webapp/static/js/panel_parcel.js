// The panel of one parcel: its steps with their clock, and whom it holds up.
import { el } from "./dom.js";
import { day, money, mu, number } from "./format.js";
import { badge } from "./marks.js";
import { facts, keyFigure, notice, projectList, section, tag } from "./panel_parts.js";
import { gettext, wordOf, wordsOf } from "./words.js";

function stepState(step, parcel, on) {
  if (step.stage === parcel.stage) return "now";
  if (step.done_on) return "done";
  return step.planned_on && on && step.planned_on < on ? "overdue" : "open";
}

function stepRow(step, parcel, next, on) {
  const state = stepState(step, parcel, on);
  const passed = state === "done" || state === "now";
  const dates = [
    step.done_on ? el("span", {}, gettext("{day} 进入", { day: step.done_on })) : null,
    step.planned_on && !passed ? el("span", { class: state === "overdue" ? "bad" : "" }, gettext("计划 {day}", { day: step.planned_on })) : null,
    step.earliest_on && !passed ? el("span", { class: "earliest" }, gettext("最早可在 {day}", { day: step.earliest_on })) : null,
  ];
  return el(
    "li",
    { class: `step ${state}${step.stage === next ? " next" : ""}`, "aria-current": state === "now" ? "step" : null },
    el("i", { class: "dot", "aria-hidden": "true" }),
    el("span", { class: "name" }, wordsOf(step), [step.document, passed ? step.actor : null].filter(Boolean).map((text) => el("small", {}, text)), step.override_reason ? el("small", { class: "bad" }, gettext("越规理由：{text}", { text: step.override_reason })) : null),
    el("span", { class: "dates" }, dates),
  );
}

function compensation(parcel) {
  if (!parcel.compensation_due_wan && !parcel.compensation_paid_wan) return null;
  return gettext("已付 {paid}，应付 {due}", { paid: money(parcel.compensation_paid_wan), due: money(parcel.compensation_due_wan) });
}

function declared(parcel) {
  if (!parcel.declared_area_m2) return null;
  const basis = wordOf("AreaBasis", parcel.declared_basis);
  return basis ? `${mu(parcel.declared_area_m2, 2)}（${basis}）` : mu(parcel.declared_area_m2, 2);
}

/** The panel's content. `act.open(selection)`; `on`: the day looked at. */
export function parcelPanel(answer, act, on) {
  const { parcel } = answer;
  const open = (selection) => act.open(selection);
  return [
    el(
      "div",
      { class: "tags" },
      el("span", { class: "tag" }, badge("stage", parcel.stage, 16), wordOf("Stage", parcel.stage)),
      tag(wordOf("OwnerKind", parcel.owner_kind)),
      tag(wordOf("SupplyKind", parcel.supply_kind)),
      el("a", { class: "tag", href: `/parcel?${new URLSearchParams({ no: parcel.parcel_no })}` }, gettext("打开地块页")),
    ),
    parcel.hold_reason
      ? notice("bad", gettext("{since} 起受阻：{reason}", { since: day(parcel.held_since), reason: wordOf("HoldReason", parcel.hold_reason) }))
      : null,
    answer.reason ? section(gettext("为什么"), el("p", { class: "reason" }, wordsOf(answer.reason))) : null,
    el(
      "div",
      { class: "keys" },
      keyFigure(gettext("面积"), mu(parcel.area_planar_m2 ?? parcel.declared_area_m2, 2), gettext("投影面积")),
      keyFigure(gettext("涉及户数"), number(parcel.households)),
      keyFigure(gettext("拆迁房屋"), number(parcel.buildings)),
    ),
    section(gettext("征收步骤"), el("ol", { class: "steps" }, (answer.steps ?? []).map((step) => stepRow(step, parcel, answer.next?.stage, on)))),
    section(
      gettext("制约的项目（{n}）", { n: number(answer.blocks?.length ?? 0) }),
      answer.blocks?.length
        ? projectList(answer.blocks, open, (project) => [mu(project.area_m2), el("small", {}, project.at_risk_wan > 0 ? money(project.at_risk_wan) : "")])
        : el("p", { class: "quiet" }, gettext("没有项目在等这块地。")),
    ),
    section(
      gettext("地块信息"),
      facts([
        [gettext("名称"), parcel.name],
        [gettext("位置"), [parcel.town_name, parcel.village].filter(Boolean).join(" ")],
        [gettext("登记面积"), declared(parcel)],
        [gettext("椭球面积"), mu(parcel.area_ellipsoid_m2, 2)],
        [gettext("地类"), [parcel.land_class_code, parcel.land_class_scheme, parcel.land_class_edition].filter(Boolean).join(" · ")],
        [gettext("补偿"), compensation(parcel)],
        [gettext("责任单位"), [parcel.unit, parcel.person].filter(Boolean).join(" ")],
        [gettext("报批批次"), parcel.batch],
        [gettext("批准文号"), parcel.document_no],
        [gettext("法定最早净地"), parcel.ready_earliest_on],
        [gettext("预计净地"), parcel.ready_expected_on],
        [gettext("备注"), parcel.remark],
      ]),
    ),
    answer.overlaps?.length
      ? section(gettext("与其他地块重叠"), facts(answer.overlaps.map((overlap) => [overlap.parcel_no, mu(overlap.area_m2, 2)])))
      : null,
  ];
}
