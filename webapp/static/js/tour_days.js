// The days of a tour: hours, where it begins and ends, the closing meeting; days are added and taken away.
import { el, icon } from "./dom.js";
import { input, labelled } from "./tour_fields.js";
import { withItem, without } from "./tour_paths.js";
import { dayWords } from "./tour_words.js";
import { gettext } from "./words.js";

const MOST_DAYS = 5;
const DAY_MS = 24 * 3600 * 1000;

/** The day after, as text. */
const nextDay = (text) => {
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? null : new Date(day.getTime() + DAY_MS).toISOString().slice(0, 10);
};

/** One day more, like the last one. */
const withDay = (spec) => {
  const last = spec.days.at(-1);
  return withItem(spec, "days", { ...last, date: nextDay(last.date) ?? last.date, start: last.end });
};

/** The fields of all days. `set(edit)` changes whole wishes, `changed(path, value)` one value; `spot` makes the choice of a place. */
export function daysOf(spec, { set, changed, spot }) {
  const days = spec.days.map((day, at) => dayFields(spec, day, at, { set, changed, spot }));
  const add = el("button", { type: "button", class: "button small", disabled: spec.days.length >= MOST_DAYS, "data-path": "days", onclick: () => set(withDay) }, icon("plus"), gettext("增加一天"));
  return [days, add];
}

/** Sites that were held to the day that goes are free; those of later days go with their day. */
function withoutDay(spec, at) {
  const sites = spec.sites.map((site) => ((site.day ?? 0) <= at ? site : { ...site, day: site.day === at + 1 ? null : site.day - 1 }));
  return { ...without(spec, "days", at), sites };
}

function dayFields(spec, day, at, { set, changed, spot }) {
  const path = (name) => `days[${at + 1}].${name}`;
  const title = gettext("第 {n} 天", { n: at + 1 });
  const drop = spec.days.length > 1 ? el("button", { type: "button", class: "square", "aria-label": gettext("去掉第 {n} 天", { n: at + 1 }), onclick: () => set((now) => withoutDay(now, at)) }, icon("close")) : null;
  const field = (text, name, more) => labelled(text, input(spec, { path: path(name), changed, ...more }));
  return el(
    "fieldset",
    { class: "tour-day", "data-path": `days[${at + 1}]` },
    el("legend", {}, el("b", {}, title), el("small", {}, ` ${dayWords(day.date)}`)),
    drop,
    field(gettext("日期"), "date", { type: "date", required: true }),
    field(gettext("出发"), "from", { type: "time", required: true }),
    field(gettext("最晚返回"), "until", { type: "time", required: true }),
    field(gettext("会议（可空）"), "meeting", { type: "time" }),
    labelled(gettext("起点"), spot(path("start"), gettext("{day}起点", { day: title })), { kind: "half" }),
    labelled(gettext("终点"), spot(path("end"), gettext("{day}终点", { day: title })), { kind: "half" }),
  );
}
