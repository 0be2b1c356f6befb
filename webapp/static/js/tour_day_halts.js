// The halts of a route as a list: planned and expected times, and what is to be known of a site when it is called up.
import { el, fill, findAll } from "./dom.js";
import { money, number, share } from "./format.js";
import { clockText } from "./tour_clock.js";
import { estimatedMark } from "./tour_words.js";
import { gettext, wordOf, wordsOf } from "./words.js";

// So far from any road that it is said.
const FAR_FROM_ROAD_M = 500;
// A mobile or a fixed number, as people write them: 138 0013 8000, 0354-7221234, +86 138….
const PHONE = /(?:\+?86[- ]?)?(?:1\d{2}[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})/;

/** The ways that open on the driver's phone; none for where the route begins. */
export function links({ halt }) {
  if (!halt.links) return null;
  const link = (address, text) => el("a", { class: "way", href: address, target: "_blank", rel: "noopener noreferrer" }, text);
  return el("p", { class: "ways" }, halt.links.map(({ service, address }) => link(address, gettext("{service}导航", { service: wordsOf(service) }))));
}

/** A reporter with the number to call, where there is one in the text. */
function reporter(text) {
  const [written] = PHONE.exec(text) ?? [];
  if (!written) return text;
  return [text.replace(written, "").trim(), " ", el("a", { class: "call", href: `tel:${written.replace(/[^\d+]/g, "")}` }, written)];
}

const lamp = (code) => (code ? el("span", { class: `lamp ${code}` }, wordOf("Lamp", code)) : null);

function figures(stop) {
  const known = stop.figures;
  if (!known) return [];
  const invested = known.plan_wan ? gettext("{done}（年度计划 {plan}）", { done: money(known.invested_wan), plan: money(known.plan_wan) }) : money(known.invested_wan);
  return [
    [gettext("业主"), known.owner],
    [gettext("类别"), known.category && wordOf("ProjectCategory", known.category)],
    [gettext("阶段"), known.stage && wordOf("ProjectStage", known.stage)],
    [gettext("总投资"), known.total_wan === null ? null : money(known.total_wan)],
    [gettext("本年完成"), known.invested_wan === null ? null : invested],
    [gettext("形象进度"), known.image_percent === null ? null : `${number(known.image_percent)}%`],
    [gettext("净地比例"), known.footprint_m2 ? share(known.ready_share, 0) : null],
  ];
}

function facts(stop, isEstimated) {
  const rows = [
    [gettext("汇报人"), stop.reporter && reporter(stop.reporter)],
    [gettext("停车点"), stop.parking],
    [gettext("备用点"), stop.spare],
    ...figures(stop),
    [gettext("停留"), stop.boarding_min ? gettext("{visit} 分 + 上下车 {boarding} 分", { visit: number(stop.visit_min), boarding: number(stop.boarding_min) }) : gettext("{n} 分", { n: number(stop.visit_min) })],
    [gettext("车程"), [gettext("{min} 分钟，{km} 公里", { min: stop.drive_min, km: number(stop.drive_km, 1) }), isEstimated ? [" ", estimatedMark()] : null]],
    [gettext("离停车处"), stop.off_road_m > FAR_FROM_ROAD_M ? gettext("{n} 米，车程不含这一段", { n: number(stop.off_road_m) }) : null],
  ];
  return el("dl", {}, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** The land mark: its bottlenecks, worst first, as they are today where that is known. */
const flagsOf = (stop) => stop.figures?.flags ?? stop.flags;

function site(halt, mayArrive, acts) {
  const stop = halt.halt;
  const flags = flagsOf(stop);
  return [
    flags.length ? el("p", { class: "land" }, el("b", {}, gettext("用地")), flags.map((code) => el("span", {}, wordOf("Flag", code)))) : null,
    stop.talk ? el("div", { class: "talk" }, el("b", {}, gettext("讲解词")), el("p", {}, stop.talk)) : null,
    facts(stop, acts.isEstimated),
    links(halt),
    mayArrive ? el("button", { type: "button", class: "jump", onclick: () => acts.arrived(halt.key) }, gettext("已到这里")) : null,
  ];
}

const NAMES = { start: gettext("出发"), lunch: gettext("午餐"), end: gettext("返回") };

/** Planned times, and beside them those that were tapped or are to be expected, where they differ. */
function times(halt, row) {
  const span = (from, to) => [from, to].filter((each) => each !== null).map(clockText).join("–");
  const ends = { start: [null, halt.leave], end: [halt.arrive, null] }[halt.kind] ?? [halt.arrive, halt.leave];
  const now = { start: [null, row.leave], end: [row.arrive, null] }[halt.kind] ?? [row.arrive, row.leave];
  const isOther = now.some((each, at) => each !== null && each !== ends[at]);
  const late = Math.max(...now.map((each, at) => (each === null || ends[at] === null ? -Infinity : each - ends[at])));
  return el("span", { class: "times" }, el("span", { class: isOther ? "was" : "" }, span(...ends)), isOther && now.some((each) => each !== null) ? el("b", { class: late > 0 ? "late" : "early", title: row.isExpected ? gettext("预计") : gettext("实际") }, span(...now)) : null);
}

function line(halt, row) {
  const marks = halt.kind === "stop" ? el("span", { class: "marks" }, [lamp(halt.halt.figures?.lamp ?? halt.halt.lamp), flagsOf(halt.halt).length ? el("span", { class: "mark", title: gettext("用地有问题") }, gettext("地")) : null]) : null;
  return [el("i", { class: "place" }, halt.kind === "stop" ? halt.halt.label : ""), el("span", { class: "what" }, halt.kind === "stop" ? halt.name : el("span", { class: "quiet" }, `${NAMES[halt.kind]} `, halt.name), marks), times(halt, row)];
}

/** Fill `box` with the list; what somebody has opened stays open. `acts`: `arrived(key)`; `isEstimated`: there are no roads. */
export function drawHalts(box, halts, { phase, at, rows }, acts) {
  const open = new Set(findAll("details[open]", box).map((details) => details.closest("li").dataset.key));
  const items = halts.map((halt, n) => {
    const isHere = phase !== "over" && n === at;
    const state = isHere ? "here" : n < at || phase === "over" ? "past" : "to-come";
    const head = line(halt, rows[n]);
    const mayArrive = n > at && phase !== "over";
    const body = halt.kind === "stop" ? el("details", { open: open.has(halt.key) }, el("summary", {}, head), el("div", { class: "site" }, site(halt, mayArrive, acts))) : el("div", { class: "plain" }, head);
    return el("li", { class: `halt ${halt.kind} ${state}`, "data-key": halt.key }, body);
  });
  fill(box, items);
}
