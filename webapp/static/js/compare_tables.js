// What two days come to: the figures, the table by town or unit, the matrix of stages.
import { el, fill } from "./dom.js";
import { mu, NOTHING, number, share } from "./format.js";
import { page } from "./page_data.js";
import { gettext, wordIn, wordOf, wordsOf } from "./words.js";

const SIGNS = { back: "bad", retired: "warn", not_done: "bad", late: "warn" };

function figure(what, n, below, sign, pressed, press) {
  return el("button", { type: "button", class: `figure ${n ? (sign ?? "") : ""}`, "aria-pressed": String(pressed), onclick: press }, el("span", { class: "what" }, what), el("span", { class: "big" }, number(n)), el("small", {}, below));
}

/** The figures: each narrows the list below to what it counts. */
export function drawFigures(root, answer, state) {
  const { movements, promises, promised, kept_share: kept, paid_wan: paid } = answer.total;
  const choose = (list, name, code) => state.set({ list, movement: "", outcome: "", [name]: state.now[name] === code ? "" : code });
  fill(
    root,
    answer.movements.map(({ code }) => figure(wordIn(answer.movements, code), movements[code].n, mu(movements[code].area_m2), SIGNS[code], state.now.movement === code, () => choose("", "movement", code))),
    answer.outcomes.slice(0, 3).map(({ code }) => figure(gettext("承诺{outcome}", { outcome: wordIn(answer.outcomes, code) }), promises[code].n, mu(promises[code].area_m2), SIGNS[code], state.now.outcome === code, () => choose("promises", "outcome", code))),
    el("div", { class: "figure" }, el("span", { class: "what" }, gettext("承诺兑现率")), el("span", { class: "big" }, share(kept, 1)), el("small", {}, gettext("应兑现 {n} 项", { n: number(promised - promises.gone.n) }))),
    el("div", { class: "figure" }, el("span", { class: "what" }, gettext("期间兑付补偿")), el("span", { class: "big" }, number(paid, 0), el("small", {}, gettext("万元"))), el("small", {}, gettext("推进地块涉及 {n} 户", { n: number(movements.forward.households) }))),
  );
}

const HEADS = () => [gettext("推进"), gettext("未动"), gettext("退回"), gettext("新增"), gettext("注销"), gettext("推进涉及户"), gettext("兑付 万元"), gettext("承诺"), gettext("如期"), gettext("逾期完成"), gettext("未完成"), gettext("兑现率")];

function cells({ movements, promises, promised, kept_share: kept, paid_wan: paid }) {
  const plain = (value, text = number(value)) => el("td", value ? {} : { class: "none" }, value ? text : NOTHING);
  const counted = (c) => el("td", c.n ? {} : { class: "none" }, c.n ? [number(c.n), el("small", {}, mu(c.area_m2, 0))] : NOTHING);
  return [
    ...["forward", "still", "back", "new", "retired"].map((code) => counted(movements[code])),
    plain(movements.forward.households),
    plain(paid, number(paid, 1)),
    plain(promised),
    plain(promises.kept.n),
    plain(promises.late.n),
    plain(promises.not_done.n),
    el("td", {}, share(kept, 1)),
  ];
}

/** One row a town or unit; its name narrows everything to it. */
export function drawGroups(root, answer, state, words) {
  const head = (row) => {
    const press = () => state.set({ [answer.by]: state.now[answer.by] === row.code ? "" : row.code });
    return el("th", { scope: "row" }, row.code ? el("button", { type: "button", class: "text", onclick: press }, wordsOf(row)) : wordsOf(row));
  };
  fill(
    root,
    el(
      "table",
      { class: "sums" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words), HEADS().map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, answer.groups.map((row) => el("tr", { "aria-selected": String(row.code !== "" && state.now[answer.by] === row.code) }, head(row), cells(row)))),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, gettext("合计")), cells(answer.total))),
    ),
  );
}

/** The stages of the first day down, of the second across. */
export function drawMatrix(root, answer) {
  const stages = page.codes.Stage.map((stage) => stage.code);
  const counts = new Map(answer.transitions.map((each) => [`${each.from}>${each.to}`, each]));
  const froms = [...stages, null].filter((from) => answer.transitions.some((each) => each.from === from));
  const tos = [...stages, null].filter((to) => answer.transitions.some((each) => each.to === to));
  const kind = (from, to) => (from === null || to === null ? "" : from === to ? "still" : stages.indexOf(to) > stages.indexOf(from) ? "forward" : "back");
  const cell = (from, to) => {
    const found = counts.get(`${from}>${to}`);
    return el("td", found ? { class: kind(from, to), title: mu(found.area_m2) } : { class: "none" }, found ? number(found.n) : "·");
  };
  const name = (code, none) => (code === null ? none : wordOf("Stage", code));
  fill(
    root,
    el(
      "table",
      { class: "sums matrix" },
      el("thead", {}, el("tr", {}, el("th", {}), tos.map((to) => el("th", { scope: "col" }, name(to, gettext("注销")))))),
      el("tbody", {}, froms.map((from) => el("tr", {}, el("th", { scope: "row" }, name(from, gettext("新增"))), tos.map((to) => cell(from, to))))),
    ),
  );
}
