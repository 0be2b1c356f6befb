// How many sites of a town, park, industry or category at least and at most; each of them, or one.
import { el, icon } from "./dom.js";
import { input, select } from "./tour_fields.js";
import { withItem, without, withValue } from "./tour_paths.js";
import { gettext, wordsOf } from "./words.js";

const EACH = "*";
const MOST = 200;

const kinds = () => [
  ["town", gettext("乡镇")],
  ["park", gettext("园区")],
  ["industry", gettext("行业")],
  ["category", gettext("类别")],
];

/** The rows of all limits, and the button for another one. `choices`: what the map's filter offers. */
export function limitsOf(spec, { set, changed, choices }) {
  const rows = spec.limits.map((limit, at) => row(spec, limit, at, { set, changed, choices }));
  const fresh = { by: "town", key: EACH, at_least: 1, at_most: null };
  const add = el("button", { type: "button", class: "button small", "data-path": "limits", disabled: rows.length >= MOST, onclick: () => set((now) => withItem(now, "limits", fresh)) }, icon("plus"), gettext("增加一条"));
  return [rows.length ? el("ul", { class: "limit-rows" }, rows) : el("p", { class: "quiet" }, gettext("没有数量要求。例如：每个乡镇至少 1 个。")), add];
}

function row(spec, limit, at, { set, changed, choices }) {
  const path = (name) => `limits[${at + 1}].${name}`;
  const by = select(spec, { path: path("by"), choices: kinds(), changed: (_, value) => set((now) => withValue(withValue(now, path("by"), value), path("key"), EACH)), label: gettext("按什么") });
  const offered = (choices?.[limit.by] ?? []).map((choice) => [choice.code, wordsOf(choice)]);
  const key = select(spec, { path: path("key"), choices: [[EACH, gettext("每一个")], ...offered], changed, label: gettext("哪一个") });
  const least = (name, value) => (name === path("at_least") ? (value ?? 0) : value);
  const number = (name, text) => input(spec, { path: path(name), type: "number", min: "0", max: "400", changed: (where, value) => changed(where, least(where, value)), label: text });
  return el(
    "li",
    { class: "limit-row" },
    by,
    key,
    el("button", { type: "button", class: "square", "aria-label": gettext("去掉这条要求"), onclick: () => set((now) => without(now, "limits", at)) }, icon("close")),
    el("div", { class: "numbers" }, el("label", { class: "inline" }, el("span", {}, gettext("至少")), number("at_least", gettext("至少几个"))), el("label", { class: "inline" }, el("span", {}, gettext("至多")), number("at_most", gettext("至多几个")))),
  );
}
