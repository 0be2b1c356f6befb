// The working calendar: a year's days and who says so, days that are entered here, and a file of next year's holidays.
import { ask, send, sentenceOf } from "./api.js";
import { HolidayFile } from "./calendar_file.js";
import { drawDurations } from "./calendar_durations.js";
import { openFrame } from "./desk_frame.js";
import { el, fill, find } from "./dom.js";
import { number } from "./format.js";
import { may, page } from "./page_data.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

const [FIRST, LAST] = [1990, 2100];
const WEEKDAYS = [gettext("一"), gettext("二"), gettext("三"), gettext("四"), gettext("五"), gettext("六"), gettext("日")];
const SOURCES = { published: gettext("国务院办公厅公布"), county: gettext("本县录入"), computed: gettext("尚未公布，按周末推算（暂定）") };
const mayEdit = may("calendar");

const asked = Number(new URLSearchParams(location.search).get("year"));
let year = asked >= FIRST && asked <= LAST ? asked : Number(page.info.on.slice(0, 4));
let answer = null;
// Day → what it is to become: {worked: "yes" | "no" | "published", name}.
const draft = new Map();
// Year → whether all of it is entered.
const whole = new Map();
// On what the draft rests, as far as it was typed.
let basis = "";
const banners = openFrame({ retry: show, isShown: () => answer !== null });

const worksNow = (day) => (draft.has(day.on) ? (draft.get(day.on).worked === "published" ? null : draft.get(day.on).worked === "yes") : day.worked);

/** Worked → free → as published → worked: what a click makes of a day. */
function turn(day) {
  const now = draft.get(day.on);
  if (!now) draft.set(day.on, { worked: day.worked ? "no" : "yes", name: "" });
  else if (day.source === "county" && now.worked !== "published") draft.set(day.on, { worked: "published", name: "" });
  else draft.delete(day.on);
  draw();
}

function dayCell(day) {
  const works = worksNow(day);
  const said = works === null ? gettext("恢复为公布或推算") : works ? gettext("上班") : gettext("休息");
  const label = [day.on, said, day.name, draft.has(day.on) ? gettext("未保存") : SOURCES[day.source]].filter(Boolean).join("，");
  const kind = `day ${works === null ? "reset" : works ? "work" : "free"} of-${day.source}${draft.has(day.on) ? " draft" : ""}`;
  const content = [el("span", {}, String(Number(day.on.slice(8)))), day.name && day.source !== "computed" ? el("small", {}, day.name.slice(0, 3)) : null];
  return mayEdit ? el("button", { type: "button", class: kind, title: label, "aria-label": label, onclick: () => turn(day) }, content) : el("span", { class: kind, title: label }, content);
}

function month(days, at) {
  const first = (new Date(`${days[0].on}T00:00:00Z`).getUTCDay() + 6) % 7;
  const worked = days.filter((day) => worksNow(day) ?? day.worked).length;
  return el(
    "div",
    { class: "month" },
    el("h3", {}, gettext("{n} 月", { n: at + 1 }), el("small", {}, gettext("{n} 个工作日", { n: worked }))),
    el("div", { class: "month-grid" }, WEEKDAYS.map((name) => el("span", { class: "weekday", "aria-hidden": "true" }, name)), Array.from({ length: first }, () => el("span")), days.map(dayCell)),
  );
}

/** Of a year that nobody has published: whether the county has entered all of it. */
function wholeYear() {
  const [first, last] = answer.published;
  if (year >= first && year <= last) return null;
  const change = ({ target }) => {
    if (target.checked === answer.complete) whole.delete(year);
    else whole.set(year, target.checked);
    draw();
  };
  return el("label", { class: "whole-year" }, el("input", { type: "checkbox", checked: whole.get(year) ?? answer.complete, onchange: change }), gettext("{year} 年的放假安排已全部录入，日期不再暂定", { year }));
}

function drawDraft() {
  const box = find("[data-part=draft]");
  if (!mayEdit) return fill(box, el("h3", {}, gettext("录入")), el("p", { class: "quiet" }, gettext("土地、规划人员和管理员可以改。")));
  const rows = [...draft].sort().map(([on, change]) => el("li", {}, el("span", {}, on), el("span", {}, change.worked === "yes" ? gettext("上班") : change.worked === "no" ? gettext("休息") : gettext("恢复为公布或推算")), el("input", { class: "field", maxlength: 50, value: change.name, placeholder: gettext("名称"), "aria-label": gettext("{day} 的名称", { day: on }), oninput: ({ target }) => (change.name = target.value) }), el("button", { type: "button", class: "text", "aria-label": gettext("放弃 {day}", { day: on }), onclick: () => draft.delete(on) && draw() }, gettext("放弃"))));
  const source = el("input", { class: "field", name: "source", maxlength: 200, required: true, value: basis, placeholder: gettext("如 国办发明电〔2026〕号"), oninput: ({ target }) => (basis = target.value) });
  const failure = el("p", { class: "bad", role: "alert" });
  const save = async (event) => {
    event.preventDefault();
    try {
      const days = [...draft].map(([on, change]) => ({ on, ...change }));
      const years = [...whole].map(([of, all]) => ({ year: of, all }));
      const done = await send("POST", "/api/calendar", { days, years, source: basis });
      draft.clear();
      whole.clear();
      basis = "";
      tell(gettext("已保存，改动 {n} 天", { n: number(done.changed) }));
      await show();
    } catch (problem) {
      failure.textContent = sentenceOf(problem);
    }
  };
  return fill(
    box,
    el("h3", {}, gettext("录入")),
    wholeYear(),
    rows.length || whole.size
      ? el("form", { onsubmit: save }, el("ul", { class: "draft-days" }, rows), el("label", { class: "form-row" }, el("span", {}, gettext("依据")), source), failure, el("button", { type: "submit", class: "button main" }, draft.size ? gettext("保存 {n} 天", { n: number(draft.size) }) : gettext("保存")))
      : el("p", { class: "quiet" }, gettext("点日历上的一天，在上班、休息之间改；保存时写明依据。改动后各地块的法定日期随之重算。")),
  );
}

function draw() {
  find("[data-part=year]").textContent = String(year);
  const computed = answer.days.filter((day) => day.source === "computed").length;
  find("[data-part=told]").textContent = computed ? gettext("其中 {n} 天尚未公布，日期暂定", { n: number(computed) }) : gettext("全部已公布或已录入");
  fill(find("[data-part=key]"), [["work", gettext("上班")], ["free", gettext("休息")], ["of-county", SOURCES.county], ["of-computed", SOURCES.computed]].map(([kind, words]) => el("li", {}, el("i", { class: `day ${kind}`, "aria-hidden": "true" }), words)));
  const months = Array.from({ length: 12 }, (_, at) => answer.days.filter((day) => Number(day.on.slice(5, 7)) === at + 1));
  const focused = document.activeElement?.getAttribute?.("aria-label")?.slice(0, 10);
  fill(find("[data-part=months]"), months.map(month));
  find("[data-part=months]").removeAttribute("aria-busy");
  if (/^\d{4}-/.test(focused ?? "")) find(`[aria-label^="${focused}"]`, find("[data-part=months]"))?.focus();
  drawDraft();
  document.body.dataset.ready = "true";
}

async function show() {
  try {
    const got = await ask("/api/calendar", new URLSearchParams({ year }), "calendar");
    if (!got) return;
    answer = got;
    banners.failed(null, "calendar");
    draw();
  } catch (problem) {
    banners.failed(problem, "calendar");
  }
}

function go(step) {
  year = Math.max(FIRST, Math.min(LAST, year + step));
  history.replaceState(null, "", `?year=${year}`);
  show();
}

find("[data-act=earlier]").addEventListener("click", () => go(-1));
find("[data-act=later]").addEventListener("click", () => go(1));
addEventListener("beforeunload", (event) => (draft.size || whole.size) && event.preventDefault());

if (mayEdit) {
  new HolidayFile(find("[data-part=import]"), (rows) => {
    for (const row of rows) draft.set(row.on, { worked: row.worked ? "yes" : "no", name: row.name ?? "" });
    const first = rows[0]?.on;
    if (first) year = Number(first.slice(0, 4));
    show();
  });
} else find("[data-part=import]").hidden = true;
show();
drawDurations(find("[data-part=durations]"), mayEdit);
