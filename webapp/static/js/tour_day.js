// The phone page of a tour's day: the next halt, how late the coach is, every site at a touch; works without a signal.
import { el, fill, find } from "./dom.js";
import { page } from "./page_data.js";
import { clockText, dayOf, haltsOf, minutesOf, standing, tapped } from "./tour_clock.js";
import { drawHalts, links } from "./tour_day_halts.js";
import { keepForLater } from "./tour_day_keep.js";
import { dayWords, estimatedMark } from "./tour_words.js";
import { gettext } from "./words.js";

const LOOK_MS = 10_000;
const tour = page.day;
const nameOf = (day) => `${day.date}:${day.coach}`;
const LAST = `guatu-day:${tour.plan_no}`;
const keyOf = (day) => `${LAST}:${nameOf(day)}`;

/** What the phone keeps; a browser that keeps nothing forgets the taps with a reload. */
const memory = new Map();

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function keep(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // as said above
  }
}

/** The route looked at last on this phone, if it is of today; else the first of today; else of the tour. */
function usualRoute() {
  const today = dayOf(Date.now());
  const last = tour.days.find((day) => nameOf(day) === read(LAST));
  const ofToday = tour.days.filter((day) => day.date === today);
  if (last && (last.date === today || !ofToday.length)) return last;
  return ofToday.find((day) => day.coach === last?.coach) ?? ofToday[0] ?? tour.days[0];
}

let route = usualRoute();

const taps = () => read(keyOf(route)) ?? [];
const tap = (key, what) => {
  keep(keyOf(route), [...taps(), { key, what, at: Date.now() }]);
  draw();
};

function undo() {
  keep(keyOf(route), taps().slice(0, -1));
  draw();
}

function choose(name) {
  route = tour.days.find((day) => nameOf(day) === name);
  keep(LAST, name);
  draw();
}

function drawChoice() {
  const box = find("[data-part=choice]");
  box.hidden = tour.days.length < 2;
  const several = new Set(tour.days.map((day) => day.coach)).size > 1;
  const words = (day) => [day.letter, dayWords(day.date), several ? gettext("{n} 号车", { n: day.coach }) : ""].filter(Boolean).join(" · ");
  fill(box, el("select", { class: "field", "aria-label": gettext("日期和车辆"), onchange: ({ target }) => choose(target.value) }, tour.days.map((day) => el("option", { value: nameOf(day), selected: day === route }, words(day)))));
}

function lateness(late, phase) {
  if (phase === "before" && late === 0) return ["", gettext("未出发")];
  if (late > 0) return ["late", gettext("晚 {n} 分钟", { n: late })];
  return late < 0 ? ["early", gettext("早 {n} 分钟", { n: -late })] : ["", gettext("准点")];
}

function drawStatus(now, halts, { phase, late, rows }) {
  const [kind, words] = lateness(late, phase);
  const back = rows.at(-1).arrive;
  const must = minutesOf(Date.parse(`${route.date}T${route.must_back}:00+08:00`), route.date);
  const over = back - must;
  fill(
    find("[data-part=status]"),
    el("strong", { class: kind, "data-part": "late" }, words),
    el("span", { class: "clock" }, dayOf(Date.now()) === route.date ? gettext("现在 {clock}", { clock: clockText(now) }) : gettext("{date} 的行程", { date: dayWords(route.date) })),
    phase === "over" ? null : el("p", { class: over > 0 ? "over" : "quiet", "data-part": "back" }, over > 0 ? gettext("预计 {clock} 返回，比要求的 {must} 晚 {n} 分钟", { clock: clockText(back), must: route.must_back, n: over }) : gettext("预计 {clock} 返回，{must} 前须到", { clock: clockText(back), must: route.must_back })),
  );
}

const planned = (words, at) => el("span", {}, words, " ", el("b", {}, clockText(at)));
const expected = (words, at, plan) => el("span", { class: at > plan ? "late" : at < plan ? "early" : "" }, words, " ", el("b", {}, clockText(at)));

function nextCard(halt, row, phase, now) {
  const kinds = { driving: halt.kind === "end" ? gettext("返回") : gettext("下一站"), there: gettext("正在"), before: gettext("出发地"), over: gettext("已返回") };
  const times = {
    before: () => [planned(gettext("计划出发"), halt.leave), expected(gettext("预计"), row.leave, halt.leave)],
    driving: () => [planned(gettext("计划到达"), halt.arrive), expected(gettext("预计"), row.arrive, halt.arrive), tour.estimated ? estimatedMark() : null],
    there: () => [planned(gettext("计划离开"), halt.leave), expected(gettext("预计"), row.leave, halt.leave), el("span", { "data-part": "left" }, row.leave > now ? gettext("还有 {n} 分钟", { n: row.leave - now }) : gettext("该出发了"))],
    over: () => [planned(gettext("计划"), halt.arrive), expected(gettext("实际"), row.arrive, halt.arrive)],
  };
  const title = halt.kind === "stop" ? el("button", { type: "button", class: "name", onclick: () => openSite(halt.key) }, halt.name) : el("span", { class: "name" }, halt.kind === "lunch" ? gettext("午餐：{name}", { name: halt.name }) : halt.name);
  return [el("small", {}, kinds[phase]), el("h2", {}, title), el("p", { class: "times" }, times[phase]())];
}

function drawNext(now, halts, { phase, at, rows }) {
  const halt = halts[at];
  const acts = {
    before: [gettext("现在出发"), () => tap(halt.key, "leave")],
    driving: [gettext("到达"), () => tap(halt.key, "arrive")],
    there: [gettext("离开"), () => tap(halt.key, "leave")],
  };
  const [words, act] = acts[phase] ?? [];
  fill(
    find("[data-part=next]"),
    nextCard(halt, rows[at], phase, now),
    words ? el("button", { type: "button", class: `tap ${phase}`, "data-act": "tap", onclick: act }, words) : null,
    phase === "driving" ? links(halt) : null,
    taps().length ? el("button", { type: "button", class: "undo", "data-act": "undo", onclick: undo }, gettext("撤销上一次点击")) : null,
  );
}

function openSite(key) {
  const box = find(`[data-key="${CSS.escape(key)}"] details`);
  box.open = true;
  box.scrollIntoView({ block: "start", behavior: "smooth" });
}

function draw() {
  const halts = haltsOf(route);
  const now = minutesOf(Date.now(), route.date);
  const stands = standing(halts, tapped(taps(), route.date), now);
  drawStatus(now, halts, stands);
  drawNext(now, halts, stands);
  drawHalts(find("[data-part=halts]"), halts, stands, { arrived: (key) => tap(key, "arrive"), isEstimated: tour.estimated });
  document.body.dataset.phase = stands.phase;
}

fill(find("[data-part=note]"), tour.estimated ? gettext("没有路网，车程按直线估算。") : null, gettext("时间按本机时钟、北京时间；点击只记在这部手机上。"));
drawChoice();
draw();
setInterval(draw, LOOK_MS);
addEventListener("visibilitychange", () => document.hidden || draw());
keepForLater(find("[data-part=signal]"));
document.body.dataset.ready = "true";
