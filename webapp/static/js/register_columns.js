// The register's columns: what each is called, how its values are shown, in which unit an area is shown and edited.
import { asNode, el } from "./dom.js";
import { M2_PER_HA, M2_PER_MU, isMissing, NOTHING, number } from "./format.js";
import { badge } from "./marks.js";
import { page } from "./page_data.js";
import { gettext, isEnglish, wordOf, wordsOf } from "./words.js";

const M2_OF = { mu: M2_PER_MU, ha: M2_PER_HA, m2: 1 };
const PLACES_OF = { mu: 2, ha: 4, m2: 1 };
const KIND = new Map(page.register.columns.map((column) => [column.name, column]));
const AREAS = ["declared_area_m2", "area_planar_m2", "area_ellipsoid_m2"];
const WIDTHS = { parcel_no: 128, name: 156, town: 84, village: 92, unit: 140, person: 84, land_class: 88, stage: 112, next_stage: 112, hold_reason: 84, batch: 140, document_no: 150, households: 78, buildings: 84, overdue_days: 84 };
export const USUAL = ["parcel_no", "name", "town", "stage", "next_stage", "next_legal_on", "due_on", "overdue_days", "hold_reason", "area_planar_m2", "unit", "person", "batch"];
export const USUAL_ON_PHONE = ["parcel_no", "stage", "next_legal_on"];
export const ALL = page.register.columns.map((column) => column.name);

const unitWords = () => ({ mu: gettext("亩"), ha: gettext("公顷"), m2: gettext("平方米") });
export const unitName = (unit) => unitWords()[unit];
export const isArea = (name) => AREAS.includes(name);

/** m² in the unit that is shown. */
export const inUnit = (m2, unit) => m2 / M2_OF[unit];
/** What a person typed in the unit, as m², to the square millimetre. */
export const fromUnit = (value, unit) => Math.round(value * M2_OF[unit] * 1e6) / 1e6;
export const areaText = (m2, unit, places = PLACES_OF[unit]) => (isMissing(m2) ? NOTHING : number(inUnit(m2, unit), places));

const ownWords = () => ({
  land_class: gettext("地类"),
  next_stage: gettext("下一步"),
  next_legal_on: gettext("最早可办"),
  due_on: gettext("计划日期"),
  overdue_days: gettext("逾期天数"),
  ready_expected_on: gettext("预计净地"),
  compensation_due_wan: gettext("应付补偿 万元"),
  compensation_paid_wan: gettext("已付补偿 万元"),
});

/** The column's name for people, an area's with its unit. */
export function titleOf(name, unit = null) {
  const title = ownWords()[name] ?? wordsOf(KIND.get(name) ?? page.register.editable[name]);
  return isArea(name) && unit ? `${title} ${unitName(unit)}` : title;
}

/** A value as the table shows it, as text. */
export function shownText(name, row, unit) {
  const value = row[name];
  if (name === "town") return row.town_name ?? row.town ?? NOTHING;
  if (name === "land_class") return row.land_class_code ?? NOTHING;
  if (isMissing(value) || value === "") return NOTHING;
  if (isArea(name)) return areaText(value, unit);
  const codes = KIND.get(name)?.codes ?? page.register.editable[name]?.codes;
  if (codes) return wordOf(codes, value);
  if (name.endsWith("_wan")) return number(value, 2);
  if (name === "overdue_days") return value > 0 ? number(value) : NOTHING;
  return typeof value === "number" ? number(value) : String(value);
}

const isNumeric = (name) => isArea(name) || ["count", "amount"].includes(KIND.get(name)?.kind);

function cellOf(name, row, unit, today) {
  const text = shownText(name, row, unit);
  if (name === "stage" || (name === "next_stage" && row.next_stage)) return el("span", { class: "marked" }, badge("stage", row[name], 18), el("span", {}, text));
  if (name === "overdue_days" && row.overdue_days > 0) return el("span", { class: "late" }, text);
  if (name === "due_on" && row.due_on && row.due_on < today) return el("span", { class: "late" }, text);
  if (name === "next_legal_on" && row.next_legal_on && row.next_legal_on <= today) return el("span", { class: "soon" }, text);
  if (name === "hold_reason" && row.hold_reason) return el("span", { class: "late" }, text);
  return text;
}

function numberCell(row) {
  return el("span", { class: "name-cell" }, el("span", { class: "name" }, row.parcel_no), el("small", {}, [row.name, row.town_name].filter(Boolean).join(" · ")));
}

/** One column as Tabulator wants it. `today` is the day looked at. */
export function tableColumn(name, { unit, today, isPhone, editor }) {
  const numeric = isNumeric(name);
  const both = isPhone && name === "parcel_no";
  return {
    title: titleOf(name, unit),
    field: name,
    width: both ? undefined : Math.round((WIDTHS[name] ?? (numeric ? 92 : 104)) * (isEnglish ? 1.2 : 1)),
    minWidth: both ? 150 : 56,
    widthGrow: both ? 2 : undefined,
    frozen: name === "parcel_no" && !isPhone,
    hozAlign: numeric ? "right" : "left",
    headerHozAlign: numeric ? "right" : "left",
    // A string would be read as markup.
    formatter: (cell) => asNode(both ? numberCell(cell.getData()) : cellOf(name, cell.getData(), unit, today())),
    // On paper as it is on the screen; days and numbers are not broken at their hyphens.
    formatterPrint: (cell) => asNode(shownText(name, cell.getData(), unit).replace(/^[\d-]+$/, (text) => text.replaceAll("-", "\u2011"))),
    headerSortStartingDir: numeric ? "desc" : "asc",
    ...editor,
  };
}
