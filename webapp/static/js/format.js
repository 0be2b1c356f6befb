// Numbers and dates as people read them: 万元 and 亿元, 亩 and 公顷, percent and percentage points, half-up.
import { gettext, isEnglish } from "./words.js";

export const NOTHING = "—";
export const M2_PER_MU = 10_000 / 15;
export const M2_PER_HA = 10_000;
const WAN_PER_YI = 10_000;

export const isMissing = (value) => value === null || value === undefined || Number.isNaN(value);

/** `value` rounded half away from zero, on its decimal digits: 13.865 → 13.87. */
export function rounded(value, places) {
  const size = Math.abs(value);
  if (size < 1e-6 || size > 1e15) return Number(value.toFixed(places));
  return Math.sign(value) * Number(`${Math.round(Number(`${size}e${places}`))}e-${places}`);
}

/** `value` with thousands separators and exactly `places` decimals. */
export function number(value, places = 0) {
  if (isMissing(value)) return NOTHING;
  return rounded(value, places).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** 万元 for a small amount, 亿元 for a great one; million yuan in English. */
export function money(wan, places = null) {
  if (isMissing(wan)) return NOTHING;
  if (isEnglish) return gettext("{n} 百万元", { n: number(wan / 100, places ?? (Math.abs(wan) < 10_000 ? 1 : 0)) });
  if (Math.abs(wan) >= WAN_PER_YI) return gettext("{n} 亿元", { n: number(wan / WAN_PER_YI, places ?? 2) });
  return gettext("{n} 万元", { n: number(wan, places ?? 0) });
}

/** A 0–1 share as percent. */
export const share = (value, places = 1) => (isMissing(value) ? NOTHING : `${number(value * 100, places)}%`);

/** Percentage points with their sign. */
export function points(value, places = 1) {
  if (isMissing(value)) return NOTHING;
  const shown = number(Math.abs(value), places);
  const sign = Number(shown) === 0 ? "" : value > 0 ? "+" : "−";
  return `${sign}${shown}`;
}

/** 亩, the unit that every meeting speaks of. */
export const mu = (m2, places = 1) => (isMissing(m2) ? NOTHING : `${number(m2 / M2_PER_MU, places)} ${gettext("亩")}`);

/** An area as it is spoken of: 亩, and 平方公里 from a square kilometre on. */
export function area(m2) {
  if (isMissing(m2) || m2 < 1e6) return mu(m2, 1);
  return `${number(m2 / 1e6, 2)} ${gettext("平方公里")}`;
}

/** 公顷. */
export const hectares = (m2, places = 2) =>
  isMissing(m2) ? NOTHING : `${number(m2 / M2_PER_HA, places)} ${gettext("公顷")}`;

/** Days with their sign: a float or a delay. */
export function days(value) {
  if (isMissing(value)) return NOTHING;
  return gettext("{n} 天", { n: `${value < 0 ? "−" : ""}${number(Math.abs(value))}` });
}

/** Metres below a kilometre, kilometres above. */
export const metres = (m) => (m < 1000 ? `${number(m, m < 10 ? 2 : 1)} m` : `${number(m / 1000, 3)} km`);

/** A stored date as it is; a dash where there is none. */
export const day = (text) => text || NOTHING;

const KB = 1024;

/** The size of a file. */
export function fileSize(bytes) {
  if (bytes < KB) return `${bytes} B`;
  return bytes < KB * KB ? `${number(bytes / KB)} KB` : `${number(bytes / KB / KB, 1)} MB`;
}
