// The rows of a list of the land desk: which parcel, where it stands, why it is here, whose it is.
import { el, findAll } from "./dom.js";
import { mu } from "./format.js";
import { badge } from "./marks.js";
import { gettext, wordOf } from "./words.js";

/** Why a parcel stands in a list: sentences, the pressing ones marked. */
function reasons(row, on) {
  const said = [];
  if (row.announce_by && row.announce_by < on) said.push(["bad", gettext("征收土地公告应在 {day} 前发布，已逾期", { day: row.announce_by })]);
  else if (row.announce_by) said.push(["warn-text", gettext("征收土地公告应在 {day} 前发布", { day: row.announce_by })]);
  if (row.overdue_days > 0) said.push(["bad", gettext("计划 {day}，已逾期 {n} 天", { day: row.due_on, n: row.overdue_days })]);
  else if (row.due_on) said.push(["", gettext("计划 {day}", { day: row.due_on })]);
  if (row.hold_reason) said.push(["warn-text", gettext("{since} 起受阻：{reason}", { since: row.held_since ?? "—", reason: wordOf("HoldReason", row.hold_reason) })]);
  return said.map(([kind, text]) => el("small", { class: kind }, text));
}

function nextStep(row, on) {
  if (!row.next_stage) return "—";
  const isOpen = row.next_legal_on && row.next_legal_on <= on;
  const when = row.unpaid ? gettext("待补偿资金到位") : row.opened ? gettext("今天起可办") : isOpen ? gettext("现在可办") : gettext("最早 {day}", { day: row.next_legal_on });
  return [el("span", {}, wordOf("Stage", row.next_stage)), el("small", { class: row.unpaid ? "warn-text" : row.opened ? "good" : isOpen ? "" : "warn-text" }, when)];
}

function tick(row, { chosen, changed }) {
  const toggle = ({ target }) => {
    if (target.checked) chosen.add(row.parcel_no);
    else chosen.delete(row.parcel_no);
    changed();
  };
  return el("input", { type: "checkbox", "aria-label": gettext("选中 {no}", { no: row.parcel_no }), onchange: toggle });
}

/** Ticks every row that is shown, or none. */
function tickAll({ changed }) {
  const toggle = ({ target }) => {
    for (const box of findAll("tbody .tick input", target.closest("table"))) {
      if (box.checked === target.checked) continue;
      box.checked = target.checked;
      box.dispatchEvent(new Event("change"));
    }
    changed();
  };
  return el("input", { type: "checkbox", "aria-label": gettext("全选"), onchange: toggle });
}

function rowOf(row, on, acts) {
  const place = [row.town_name, row.village].filter(Boolean).join(" ");
  return el(
    "tr",
    {},
    el("td", { class: "tick" }, acts.record ? tick(row, acts) : null),
    el("td", { class: "which" }, el("a", { class: "number", href: `/parcel?${new URLSearchParams({ no: row.parcel_no })}` }, row.parcel_no), el("small", {}, row.name ?? "")),
    el("td", { class: "where" }, place, el("small", {}, mu(row.area_planar_m2))),
    el("td", { class: "stage" }, el("span", { class: "marked" }, badge("stage", row.stage, 16), el("span", {}, wordOf("Stage", row.stage))), el("small", {}, row.stage_on ?? "")),
    el("td", { class: "next" }, nextStep(row, on)),
    el("td", { class: "why" }, reasons(row, on)),
    el("td", { class: "whose" }, row.unit ?? "—", el("small", {}, row.person ?? "")),
    el("td", { class: "act no-print" }, acts.record ? el("button", { type: "button", class: "button", onclick: () => acts.record([row.parcel_no]) }, gettext("登记")) : null),
  );
}

/** The list as a table; `acts.record(numbers)` is null where nobody may. */
export function deskRows(rows, list, on, acts) {
  const heads = [acts.record ? tickAll(acts) : "", gettext("地块"), gettext("位置"), gettext("阶段"), gettext("下一步"), gettext("时限"), gettext("责任"), ""];
  return el("table", { class: `today-table of-${list}` }, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows.map((row) => rowOf(row, on, acts))));
}
