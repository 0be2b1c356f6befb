// Two plans side by side: value, minutes, which stops only one of them has, and each day's timetable.
import { ask, inPath } from "./api.js";
import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { number } from "./format.js";
import { coachWords, dayWords, duration, estimatedMark, minutes, points, said, stopLabel } from "./tour_words.js";
import { gettext } from "./words.js";

const stopsOf = ({ plan }) => plan.days.flatMap((day) => day.stops);

/** `a` − `b` with its sign. */
const apart = (a, b, words) => {
  const gap = b - a;
  return gap === 0 ? "=" : `${gap > 0 ? "+" : "−"}${words(Math.abs(gap))}`;
};

/** Open the comparison of two plans: numbers of kept ones, or the plan on the page as `{name, plan, spec}`. */
export async function comparePlans(chosen) {
  const read = (each) => (typeof each === "string" ? ask(`/api/tour-plans/${inPath(each)}`, null, `compare-${each}`) : each);
  const [one, other] = await Promise.all(chosen.map(read));
  if (!one || !other) return;
  await openDialog(gettext("对比方案"), [figures(one, other), differences(one, other), days(one, other)], [{ text: gettext("关闭"), value: null }], { broad: true });
}

function figures(one, other) {
  const line = (text, of, words) => el("tr", {}, el("th", { scope: "row" }, text), el("td", {}, words(of(one))), el("td", {}, words(of(other))), el("td", {}, apart(of(one), of(other), words)));
  const breaches = ({ plan }) => (plan.breaches.length ? el("ul", { class: "bad" }, plan.breaches.map((breach) => el("li", {}, said(breach.words)))) : gettext("没有"));
  const driven = ({ plan }) => plan.days.reduce((sum, day) => sum + day.back_drive_min + (day.lunch?.drive_min ?? 0) + day.stops.reduce((n, stop) => n + stop.drive_min, 0), 0);
  const mark = one.plan.estimated || other.plan.estimated ? [" ", estimatedMark()] : null;
  return el(
    "div",
    { class: "scroll" },
    el(
      "table",
      { class: "sums compare-plans" },
      el("thead", {}, el("tr", {}, ["", one.name, other.name, gettext("相差")].map((head) => el("th", { scope: "col" }, head)))),
      el(
        "tbody",
        {},
        line(gettext("总价值"), ({ plan }) => plan.value, points),
        line(gettext("总时长"), ({ plan }) => plan.minutes, duration),
        line([gettext("行车"), mark], driven, duration),
        line(gettext("站点"), (each) => stopsOf(each).length, number),
        line(gettext("乡镇"), (each) => new Set(stopsOf(each).map((stop) => stop.town)).size, number),
        el("tr", {}, el("th", { scope: "row" }, gettext("不合要求")), el("td", {}, breaches(one)), el("td", {}, breaches(other)), el("td", {})),
      ),
    ),
  );
}

function differences(one, other) {
  const only = (here, there) => {
    const known = new Set(stopsOf(there).map((stop) => stop.code));
    const rest = stopsOf(here).filter((stop) => !known.has(stop.code));
    return el("section", {}, el("h3", {}, gettext("只在“{name}”里", { name: here.name })), rest.length ? el("ul", { class: "only" }, rest.map((stop) => el("li", {}, stop.name, el("small", {}, ` ${[stop.town_name, points(stop.value)].join(" · ")}`)))) : el("p", { class: "quiet" }, gettext("没有")));
  };
  return el("div", { class: "two-columns" }, only(one, other), only(other, one));
}

function days(one, other) {
  const shared = new Set(stopsOf(one).map((stop) => stop.code).filter((code) => stopsOf(other).some((stop) => stop.code === code)));
  const column = (kept) => el("section", {}, el("h3", {}, kept.name), kept.plan.days.map((day, route) => timetable(day, route, kept, shared)));
  return el("div", { class: "two-columns" }, column(one), column(other));
}

function timetable(day, route, { plan, spec }, shared) {
  const mark = plan.estimated ? [" ", estimatedMark()] : null;
  const rows = day.stops.map((stop, at) => el("tr", { class: shared.has(stop.code) ? null : "own" }, el("td", {}, stopLabel(route, at, plan.days.length)), el("th", { scope: "row" }, stop.name), el("td", {}, `${stop.arrive}–${stop.leave}`), el("td", {}, minutes(stop.drive_min), mark)));
  return el(
    "table",
    { class: "sums mini-times" },
    el("caption", {}, `${dayWords(day.date)} · ${coachWords(spec, day.coach)} · ${day.depart}–${day.back}`),
    el("thead", {}, el("tr", {}, [gettext("序"), gettext("项目"), gettext("到—离"), gettext("车程")].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows),
  );
}
