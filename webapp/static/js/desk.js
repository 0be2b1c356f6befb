// The land desk of the day: what is overdue, due, allowed and held, by unit and person; each row one click to record.
import { ask } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { el, fill, find, walkWithArrows } from "./dom.js";
import { number } from "./format.js";
import { may, page } from "./page_data.js";
import { recordTogether } from "./desk_record.js";
import { deskRows } from "./desk_rows.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

const LISTS = [
  ["overdue", gettext("逾期"), gettext("计划日期已过，或者征收土地公告超过法定期限")],
  ["today", gettext("今天"), gettext("计划今天办，今天公告到期，或者法定期限昨天届满、今天起可办")],
  ["week", gettext("本周"), gettext("到星期日为止计划要办、公告到期或者可以办的")],
  ["may", gettext("现在可办"), gettext("依法现在就可以办下一步，没有受阻")],
  ["held", gettext("受阻"), gettext("争议、诉讼、阻工")],
];
const FILTERS = [
  ["unit", gettext("责任单位")],
  ["person", gettext("责任人")],
  ["town", gettext("乡镇")],
];
const STEP = 100;
const MOST = 500;
const mayRecord = may("record");

const asked = new URLSearchParams(location.search);
const state = {
  list: LISTS.some(([name]) => name === asked.get("list")) ? asked.get("list") : null,
  limit: STEP,
  chosen: new Set(),
  ...Object.fromEntries(FILTERS.map(([name]) => [name, asked.get(name) ?? ""])),
};
let answer = null;
let firstLook = true;
const banners = openFrame({ retry: show, isShown: () => answer !== null });

function query(more = {}) {
  const found = new URLSearchParams();
  for (const [name] of FILTERS) if (state[name]) found.set(name, state[name]);
  for (const [name, value] of Object.entries(more)) if (value) found.set(name, value);
  return found;
}

function keepAddress() {
  const text = query({ list: state.list }).toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

function drawFilter() {
  const select = ([name, words]) => {
    const options = answer.choices[name].map(({ code, name: shown, n }) => el("option", { value: code, selected: code === state[name] }, `${shown ?? code}${n ? ` (${number(n)})` : ""}`));
    const change = ({ target }) => choose({ [name]: target.value });
    return el("label", {}, el("span", { class: "aside" }, words), el("select", { class: "field", name, onchange: change }, el("option", { value: "" }, gettext("全部{what}", { what: words })), options));
  };
  fill(find("[data-part=filter]"), FILTERS.map(select));
  find("[data-part=ics]").href = `/desk.ics?${query({ lang: page.language })}`;
}

function drawTabs() {
  const tab = ([name, words, help]) => el("button", { type: "button", role: "tab", class: `today-tab of-${name}`, title: help, "aria-selected": String(name === state.list), onclick: () => choose({ list: name }) }, el("b", {}, number(answer.lists[name].count)), el("span", {}, words));
  fill(find("[data-part=tabs]"), LISTS.map(tab));
}

function drawList() {
  const { count, rows } = answer.lists[state.list];
  const [, , help] = LISTS.find(([name]) => name === state.list);
  const acts = { record: mayRecord ? (numbers) => recordTogether(numbers, recorded) : null, chosen: state.chosen, changed: drawTogether };
  fill(
    find("[data-part=list]"),
    el("p", { class: "quiet" }, help),
    rows.length ? deskRows(rows, state.list, answer.on, acts) : el("p", { class: "empty" }, gettext("没有。")),
    el("div", { "data-part": "together", class: "together no-print" }),
    rows.length < count ? more(count, rows.length) : null,
  );
  find("[data-part=list]").removeAttribute("aria-busy");
  walkWithArrows(find("[data-part=list]"), "a.number");
  drawTogether();
}

function more(count, shown) {
  if (shown >= MOST) return el("p", { class: "quiet" }, gettext("共 {count} 块，显示前 {shown} 块；用筛选缩小范围，或在台账里查看。", { count: number(count), shown: number(shown) }));
  return el("button", { type: "button", class: "text more no-print", onclick: () => choose({ limit: Math.min(MOST, state.limit + 200) }) }, gettext("还有 {n} 项", { n: number(count - shown) }));
}

/** What can be done with the rows that are ticked. */
function drawTogether() {
  const box = find("[data-part=together]");
  if (!box) return;
  const numbers = [...state.chosen];
  fill(box, numbers.length && mayRecord ? el("button", { type: "button", class: "button main", onclick: () => recordTogether(numbers, recorded) }, gettext("一并登记 {n} 块地", { n: number(numbers.length) })) : null);
}

async function recorded(sentence) {
  tell(sentence);
  state.chosen.clear();
  await show();
}

function choose(patch) {
  const onlyList = Object.keys(patch).every((name) => name === "list");
  Object.assign(state, patch);
  state.chosen.clear();
  keepAddress();
  if (onlyList) draw();
  else show();
}

/** Whoever signed in sees the own unit's desk first. */
function choosesOwnUnit() {
  const { unit } = page.me;
  const isOwn = firstLook && unit && !location.search && answer.choices.unit.some((choice) => choice.code === unit);
  firstLook = false;
  if (isOwn) choose({ unit });
  return isOwn;
}

function draw() {
  // The first list that holds anything.
  state.list ??= LISTS.find(([name]) => answer.lists[name].count)?.[0] ?? "today";
  find("[data-part=day]").textContent = gettext("{day}，本周到 {sunday}", { day: answer.on, sunday: answer.week_until });
  drawFilter();
  drawTabs();
  drawList();
  document.body.dataset.ready = "true";
}

async function show() {
  try {
    const got = await ask("/api/desk", query({ limit: state.limit }), "desk");
    if (!got) return;
    answer = got;
    banners.failed(null, "desk");
    if (!choosesOwnUnit()) draw();
  } catch (problem) {
    banners.failed(problem, "desk");
  }
}

show();
