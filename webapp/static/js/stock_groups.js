// What the stock sums to: the figures at the top, and the table by town, park, batch or unit.
import { el, fill } from "./dom.js";
import { mu, NOTHING, number, share } from "./format.js";
import { gettext, wordIn, wordsOf } from "./words.js";

const amount = (counted, unit = gettext("宗")) => [el("span", {}, number(counted.n)), el("small", {}, unit)];

function figure(what, counted, sign, { pressed = null, press = null } = {}) {
  const parts = [el("span", { class: "what" }, what), el("span", { class: "big" }, amount(counted)), el("small", {}, mu(counted.area_m2))];
  if (!press) return el("div", { class: `figure ${sign}` }, parts);
  return el("button", { type: "button", class: `figure ${sign}`, "aria-pressed": String(pressed), onclick: press }, parts);
}

/** The figures; each narrows the list to what it counts, and once more widens it again. */
export function drawFigures(root, answer, state) {
  const { kinds, statuses } = answer.total;
  const by = (name, code) => {
    const pressed = state.now[name] === code;
    return { pressed, press: () => state.set({ kind: "", status: "", [name]: pressed ? "" : code }) };
  };
  const ofStatus = (code, sign) => figure(wordIn(answer.statuses, code), statuses[code], statuses[code].n ? sign : "", by("status", code));
  const held = answer.total.held_m2;
  fill(
    root,
    figure(wordIn(answer.kinds, "approved_not_supplied"), kinds.approved_not_supplied, "", by("kind", "approved_not_supplied")),
    figure(wordIn(answer.kinds, "supplied_not_used"), kinds.supplied_not_used, "", by("kind", "supplied_not_used")),
    ofStatus("overdue_under_one_year", "warn"),
    ofStatus("idle_a", "bad"),
    ofStatus("recover_a", "bad"),
    ofStatus("idle_b", "bad"),
    ofStatus("government_cause", "warn"),
    ofStatus("unknown", ""),
    el(
      "div",
      { class: "figure", title: gettext("已开工项目用地占已供土地的比例，看“圈而不建、圈大建小”") },
      el("span", { class: "what" }, gettext("已供土地建设占比")),
      el("span", { class: "big" }, share(answer.total.built_share, 1)),
      el("small", {}, held ? `${mu(answer.total.built_m2)} / ${mu(held)}` : NOTHING),
    ),
  );
}

const HEADS = () => [gettext("批而未供"), gettext("国有净地未供"), gettext("供而未用"), gettext("疑似闲置"), gettext("政府原因"), gettext("闲置费预估"), gettext("已供面积"), gettext("建设占比")];

function cells(row) {
  const { kinds, statuses } = row;
  const counted = (c) => el("td", c.n ? {} : { class: "none" }, c.n ? [number(c.n), el("small", {}, mu(c.area_m2))] : NOTHING);
  return [
    counted(kinds.approved_not_supplied),
    counted(kinds.state_not_supplied),
    counted(kinds.supplied_not_used),
    counted(row.suspected),
    counted(statuses.government_cause),
    el("td", row.fee_wan ? {} : { class: "none" }, row.fee_wan ? gettext("{n} 万元", { n: number(row.fee_wan, 2) }) : NOTHING),
    el("td", row.held_m2 ? {} : { class: "none" }, row.held_m2 ? mu(row.held_m2) : NOTHING),
    el("td", {}, share(row.built_share, 1)),
  ];
}

/** The table; a group's name narrows the list to it where the filter knows it (`FILTERED`). */
export function drawGroups(root, answer, state, words) {
  const name = { town: "town", park: "park", batch: "batch" }[answer.by];
  const head = (row) => {
    const text = wordsOf(row);
    if (!name || !row.code) return el("th", { scope: "row" }, text);
    const press = () => state.set({ [name]: state.now[name] === row.code ? "" : row.code });
    return el("th", { scope: "row" }, el("button", { type: "button", class: "text", onclick: press }, text));
  };
  fill(
    root,
    el(
      "table",
      { class: "sums" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words), HEADS().map((each) => el("th", { scope: "col" }, each)))),
      el("tbody", {}, answer.groups.map((row) => el("tr", { "aria-selected": String(Boolean(name) && state.now[name] === row.code && row.code !== "") }, head(row), cells(row)))),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, gettext("合计")), cells(answer.total))),
    ),
  );
}
