// How a tour is spoken of and drawn everywhere on its page: minutes, days, routes with their letter, colour and dash.
import { el } from "./dom.js";
import { number } from "./format.js";
import { gettext, isEnglish, wordsOf } from "./words.js";

const MINUTES_OF_DAY = 24 * 60;
const SVG = "http://www.w3.org/2000/svg";

// Colour-blind safe, and apart by their dashes where a copy has no colours.
const SIGNS = [
  { colour: "#1b4a86", dash: "" },
  { colour: "#b3411e", dash: "12 5" },
  { colour: "#1d6b4f", dash: "2 6" },
  { colour: "#7a3e9d", dash: "14 5 2 5" },
  { colour: "#8a5a00", dash: "6 4" },
  { colour: "#0b6b78", dash: "18 4 6 4" },
];

/** How route number `at` (from 0) of a plan is drawn. */
export const signOf = (at) => SIGNS[at % SIGNS.length];

/** The letter of a route: A, B, … Z, A2, … */
export const letterOf = (at) => String.fromCharCode(65 + (at % 26)) + (at < 26 ? "" : String(Math.floor(at / 26) + 1));

/** What a stop is called on map and timetable: 3, or B3 where there are several routes. */
export const stopLabel = (route, at, routes) => `${routes > 1 ? letterOf(route) : ""}${at + 1}`;

/** A piece of a route's line, as the map draws it. */
export function lineSample(at) {
  const { colour, dash } = signOf(at);
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ class: "line-sample", viewBox: "0 0 44 8", "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const [name, value] of Object.entries({ x1: 1, x2: 43, y1: 4, y2: 4, stroke: colour, "stroke-width": 4, "stroke-dasharray": dash || "none" })) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

export const minutes = (n) => gettext("{n} 分", { n: number(n) });

/** A longer time: hours and minutes. */
export function duration(n) {
  if (n < 60) return minutes(n);
  const [h, m] = [Math.floor(n / 60), n % 60];
  return m ? gettext("{h} 小时 {m} 分", { h: number(h), m: number(m) }) : gettext("{h} 小时", { h: number(h) });
}

/** How long a stop takes: the visit, and getting off and on beside it. */
export const stay = ({ visit_min: visit, boarding_min: boarding }) => (boarding ? gettext("停留 {n} 分 + 上下车 {m} 分", { n: number(visit), m: number(boarding) }) : gettext("停留 {n} 分", { n: number(visit) }));

/** "08:30" as minutes after midnight. */
export const clockMinutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** Minutes from one time of day until another; across midnight where that is nearer. */
export function minutesUntil(from, until) {
  const apart = clockMinutes(until) - clockMinutes(from);
  if (apart > MINUTES_OF_DAY / 2) return apart - MINUTES_OF_DAY;
  return apart < -MINUTES_OF_DAY / 2 ? apart + MINUTES_OF_DAY : apart;
}

const isThisYear = (day) => day.getUTCFullYear() === new Date().getFullYear();
const dayFormat = (parts) => {
  const usual = { month: isEnglish ? "short" : "long", day: "numeric", timeZone: "UTC", ...parts };
  const [short, long] = [usual, { ...usual, year: "numeric" }].map((each) => new Intl.DateTimeFormat(isEnglish ? "en-GB" : "zh-CN", each));
  return (day) => (isThisYear(day) ? short : long).format(day);
};
const DAY = dayFormat({ weekday: "short" });
const PLAIN_DAY = dayFormat({});

const dayOf = (text, format) => {
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? (text ?? "") : format(day);
};

/** "2026-12-08" as 12月8日周二; with the year where it is not this one. */
export const dayWords = (text) => dayOf(text, DAY);

/** The same without the day of the week. */
export const dayOnly = (text) => dayOf(text, PLAIN_DAY);

/** What the server says in words, with its days as people write them. */
export const said = (words) => wordsOf(words).replace(/\b\d{4}-\d{2}-\d{2}\b/g, dayOnly);

const SHANGHAI = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" });

/** A moment of writing, UTC where it names no zone, by the clock of the county: 11月8日 14:05. */
export function moment(text) {
  const iso = (text ?? "").replace(" ", "T");
  const at = new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`);
  if (Number.isNaN(at.getTime())) return text ?? "";
  const [day, clock] = SHANGHAI.format(at).split(" ");
  return `${dayOnly(day)} ${clock}`;
}

/** Which coach drives a route. */
export const coachWords = (spec, coach) => (spec.together ? (spec.coaches > 1 ? gettext("{n} 辆车同行", { n: number(spec.coaches) }) : gettext("1 辆车")) : gettext("{n} 号车", { n: coach }));

/** A route in words: the day, and the coach where each drives its own. */
export const routeWords = (spec, route) => (spec.together || spec.coaches === 1 ? dayWords(route.date) : `${dayWords(route.date)} ${gettext("{n} 号车", { n: route.coach })}`);

/** The mark of drives that are straight lines, for want of roads. */
export const estimatedMark = () => el("small", { class: "estimated", title: gettext("没有路网：直线距离 × 1.35、每小时 40 公里估算") }, gettext("估算"));

/** A drive's minutes and kilometres; marked where they are estimated. */
export const drive = (min, km, plan) => [gettext("车程 {n} 分", { n: number(min) }), km === null || km === undefined ? null : ` · ${number(km, 1)} km`, plan.estimated ? [" ", estimatedMark()] : null];

/** A value as points. */
export const points = (value) => number(value, Number.isInteger(value) ? 0 : 1);

/** Why a site may not be visited or is not, by its code, where the server gave no words. */
export const reasonWords = (code) => ({ not_chosen: gettext("未选上"), never: gettext("设为不看") })[code] ?? "";
