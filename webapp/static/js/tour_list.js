// All tours, and the form of a new one: its name and first day; everything else begins as usual and is changed afterwards.
import { ask, inPath, send } from "./api.js";
import { form, withReason } from "./dialog.js";
import { el, fill, icon } from "./dom.js";
import { number } from "./format.js";
import { input, labelled, tellWrong } from "./tour_fields.js";
import { narrows } from "./tour_filter.js";
import { withValue } from "./tour_paths.js";
import { spotSelect } from "./tour_spots.js";
import { dayWords, points } from "./tour_words.js";
import { gettext } from "./words.js";

const tourAddress = (no, plan = null) => `/tours?${new URLSearchParams({ tour: no, ...(plan ? { plan } : {}) })}`;

/** The best plan that meets everything; else the one worth most. */
const best = (plans) => [...plans].sort((a, b) => Number(b.feasible) - Number(a.feasible) || b.value - a.value)[0];

/** Draw the list into `root`; `acts`: `open(no)`, `make()`, `gone()`. */
export function drawTours(root, { tours, roads }, { acts, mayWrite }) {
  const follow = (event, act) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act();
  };
  const card = (tour) => {
    const good = best(tour.plans);
    return el(
      "li",
      { class: "card tour-card" },
      el("h3", {}, el("a", { href: tourAddress(tour.tour_no), onclick: (event) => follow(event, () => acts.open(tour.tour_no)) }, tour.title)),
      el("p", {}, icon("calendar"), dayWords(tour.on_date), el("small", {}, ` ${tour.tour_no}`)),
      el("p", { class: "quiet" }, tour.plans.length ? gettext("{n} 个方案，最好的：{name}，价值 {v}，{m} 站", { n: number(tour.plans.length), name: good.name, v: points(good.value), m: number(good.stops) }) : gettext("还没有方案")),
      el(
        "div",
        { class: "tinies" },
        el("a", { class: "tiny", href: tourAddress(tour.tour_no), onclick: (event) => follow(event, () => acts.open(tour.tour_no)) }, gettext("打开")),
        el("a", { class: "tiny", href: `/tours/score/${inPath(tour.tour_no)}` }, { open: gettext("打分评议（进行中）"), closed: gettext("打分评议（已封存）") }[tour.scoring] ?? gettext("打分评议")),
        mayWrite ? el("button", { type: "button", class: "tiny danger", "aria-label": `${gettext("删除")}：${tour.title}`, onclick: () => withdraw(tour, acts) }, gettext("删除")) : null,
      ),
    );
  };
  const empty = el("div", { class: "card empty-tours" }, icon("map"), el("h3", {}, gettext("还没有观摩")), el("p", {}, gettext("定好日子和起终点，Guatu 从项目里挑选、排好顺序和时间，再按您的意思改。")), mayWrite ? el("button", { type: "button", class: "button main", onclick: () => acts.make() }, gettext("新建观摩")) : null);
  fill(root, roads ? null : el("p", { class: "notice" }, icon("info"), el("span", {}, gettext("还没有导入路网：车程按直线估算，处处注明。导入：guatu import roads FILE"))), tours.length ? el("ul", { class: "tour-cards" }, tours.map(card)) : empty);
}

async function withdraw(tour, acts) {
  const sentence = gettext("“{title}”和它的方案不再列出，记录仍保留。请写明理由：", { title: tour.title });
  const drop = async (reason) => {
    const now = await ask(`/api/tours/${inPath(tour.tour_no)}`, null, "tour-seen");
    return send("DELETE", `/api/tours/${inPath(tour.tour_no)}`, { reason, seen: now?.tour.recorded_at });
  };
  if (await withReason(gettext("删除观摩"), sentence, gettext("删除"), drop)) acts.gone();
}

/** The form of a new tour, from `usual` wishes; its number, or null. `filter`: what the wall map was narrowed to. */
export async function newTour({ usual, places, filter }) {
  let spec = { ...usual, candidates: narrows(filter) ? filter.wanted : usual.candidates };
  const changed = (path, value) => (spec = withValue(spec, path, value));
  const field = (path, label, { kind = "", ...more }) => labelled(label, input(spec, { path, changed, ...more }), { kind });
  const spot = (path, label) => labelled(label, spotSelect(spec, { path, label, places, changed, pick: null }));
  const grid = el(
    "div",
    { class: "tour-grid" },
    field("title", gettext("名称"), { kind: "full", required: true, autofocus: true, placeholder: gettext("例如 四季度重点项目观摩") }),
    field("days[1].date", gettext("日期"), { type: "date", required: true }),
    field("days[1].from", gettext("出发"), { type: "time", required: true }),
    field("days[1].until", gettext("最晚返回"), { type: "time", required: true }),
    spot("days[1].start", gettext("起点")),
    spot("days[1].end", gettext("终点")),
    narrows(filter) ? el("p", { class: "quiet full" }, gettext("候选范围沿用挂图上的筛选，之后可以改。")) : null,
  );
  const done = await form(gettext("新建观摩"), grid, gettext("建立"), async () => {
    try {
      return await send("POST", "/api/tours", { spec });
    } catch (problem) {
      tellWrong(grid, problem, { focus: false });
      throw problem;
    }
  });
  return done?.tour_no ?? null;
}
