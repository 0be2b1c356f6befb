// A member of the tour scores: the code, the sites in the order of their visits, one ballot. What is typed stays on the
// phone until it is sent, and nothing else does.
import { send, sentenceOf } from "./api.js";
import { confirmed } from "./dialog.js";
import { el, fill, find, findAll } from "./dom.js";
import { number } from "./format.js";
import { page } from "./page_data.js";
import { MARK_STEP, isMark, marksToSend, progressOf } from "./score_marks.js";
import { dayWords } from "./tour_words.js";
import { gettext } from "./words.js";

const KEY = `guatu-score:${page.tourNo}`;
const ADDRESS = `/api/scoring/${encodeURIComponent(page.tourNo)}`;
const box = find("[data-part=form]");

// {code, criteria, sites, marks: {code of a site: [text of each mark]}, receipt} while one scores; {sent} after it.
let kept = null;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

/** A browser that keeps nothing (a private window) still lets one score; only a reload begins again. */
function keep(value) {
  kept = value;
  try {
    if (value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // as said above
  }
}

const randomText = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The code of the slip, taken out of the address at once: it is not to stay in the history of the phone. */
function codeOfAddress() {
  const code = location.hash.slice(1).replace(/[^0-9A-Za-z-]/g, "");
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

function askCode(code = "", failure = "") {
  const field = el("input", { class: "field code", name: "code", value: code, maxlength: 40, required: true, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "go", placeholder: "XXXX-XXXX-XXXX", "aria-label": gettext("评分码") });
  const failed = el("p", { class: "bad", role: "alert" }, failure);
  const button = el("button", { type: "submit", class: "button main big" }, gettext("开始评分"));
  const open = async (event) => {
    event.preventDefault();
    button.disabled = true;
    failed.textContent = "";
    await enter(field.value).catch((problem) => {
      failed.textContent = problem.message;
      field.focus();
    });
    button.disabled = false;
  };
  fill(box, el("form", { class: "card ask", onsubmit: open }, el("p", {}, gettext("请输入评分条上的评分码，或扫评分条上的二维码。每个码只能提交一次，不记名。")), field, failed, button));
  if (!failure) field.focus();
}

async function enter(code) {
  const sheet = await send("POST", `${ADDRESS}/sheet`, { code });
  keep({ code, ...sheet, marks: {}, receipt: randomText() });
  drawSheet();
}

function siteCard(site, place) {
  const given = kept.marks[site.code] ?? kept.criteria.map(() => "");
  const state = el("small", { class: "state" });
  const card = el("li", { class: "card site", id: `site-${place}` });
  const say = () => {
    const n = given.filter((text) => text !== "").length;
    const isWrong = given.some((text, at) => text !== "" && !isMark(text, kept.criteria[at].most));
    card.dataset.state = isWrong ? "wrong" : n === 0 ? "none" : n < given.length ? "partly" : "done";
    state.textContent = { none: gettext("未评"), partly: gettext("还差 {n} 项", { n: given.length - n }), done: gettext("已评"), wrong: gettext("分数超出范围") }[card.dataset.state];
    clear.hidden = n === 0;
  };
  const change = (at, text) => {
    given[at] = text.trim();
    keep({ ...kept, marks: { ...kept.marks, [site.code]: [...given] } });
    say();
    drawFoot();
  };
  const leaveOut = () => {
    keep({ ...kept, marks: { ...kept.marks, [site.code]: given.map(() => "") } });
    card.replaceWith(siteCard(site, place));
    drawFoot();
  };
  const clear = el("button", { type: "button", class: "text", onclick: leaveOut }, gettext("不评此项目"));
  fill(
    card,
    el("header", {}, el("b", { class: "place" }, site.label || String(place + 1)), el("h3", {}, site.name, el("small", {}, site.town_name)), state),
    kept.criteria.map((criterion, at) => markRow(criterion, given[at], `${site.name} ${criterion.name}`, (text) => change(at, text))),
    clear,
  );
  say();
  return card;
}

/** A number and a slider that move each other; a slider that nobody touched means nothing. */
function markRow(criterion, text, label, change) {
  const most = String(criterion.most);
  const field = el("input", { class: "field mark", type: "text", inputmode: "decimal", value: text, maxlength: 6, "aria-label": label, autocomplete: "off" });
  const slider = el("input", { type: "range", min: 0, max: most, step: criterion.most > 20 ? 1 : MARK_STEP, value: text === "" ? criterion.most * 0.8 : text, "aria-hidden": "true", tabindex: -1 });
  slider.classList.toggle("untouched", text === "");
  field.addEventListener("input", () => {
    const typed = field.value.trim();
    slider.classList.toggle("untouched", typed === "");
    if (isMark(typed, criterion.most)) slider.value = typed;
    field.setAttribute("aria-invalid", String(typed !== "" && !isMark(typed, criterion.most)));
    change(typed);
  });
  slider.addEventListener("input", () => {
    field.value = slider.value;
    slider.classList.remove("untouched");
    field.removeAttribute("aria-invalid");
    change(slider.value);
  });
  return el("div", { class: "mark-row" }, el("span", { class: "criterion" }, criterion.name), slider, field, el("small", { class: "most" }, `/ ${number(criterion.most, criterion.most % 1 ? 1 : 0)}`));
}

/** Sites in the order of the sheet; a heading where another day or coach begins. */
function drawSheet() {
  const routes = new Set(kept.sites.map((site) => `${site.date} ${site.coach}`)).size;
  let last = null;
  const rows = kept.sites.flatMap((site, place) => {
    const route = `${site.date} ${site.coach}`;
    const heading = routes > 1 && route !== last ? el("li", { class: "route" }, gettext("{date} · {coach} 号线", { date: dayWords(site.date), coach: site.coach })) : null;
    last = route;
    return [heading, siteCard(site, place)];
  });
  fill(
    box,
    el("p", { class: "quiet told" }, gettext("可以只评看过的项目；提交前分数只存在这部手机上，关掉页面也不会丢。")),
    el("ol", { class: "sites" }, rows),
    el("footer", { class: "foot" }, el("span", { "data-part": "progress" }), el("button", { type: "button", class: "button main big", "data-act": "send", onclick: submit }, gettext("提交评分")), el("p", { class: "bad", role: "alert", "data-part": "failure" })),
  );
  drawFoot();
}

function drawFoot() {
  const { done, partly, all } = progressOf(kept);
  fill(find("[data-part=progress]"), gettext("已评 {done} / {all}", { done, all }), partly.length ? el("small", { class: "bad" }, gettext("，{n} 个未评完", { n: partly.length })) : null);
}

function showUnfinished(place) {
  const card = find(`#site-${place}`);
  card.scrollIntoView({ block: "center" });
  findAll(".mark", card).find((field) => field.value.trim() === "" || field.getAttribute("aria-invalid") === "true")?.focus();
}

async function submit() {
  const failure = find("[data-part=failure]");
  const { done, partly, all } = progressOf(kept);
  failure.textContent = "";
  if (partly.length) {
    failure.textContent = gettext("有的项目没有评完：每项都打分，或点“不评此项目”。");
    return showUnfinished(partly[0]);
  }
  if (!done) {
    failure.textContent = gettext("还没有给任何项目打分。");
    return undefined;
  }
  const left = all - done;
  const sentence = left ? gettext("将提交 {done} 个项目的评分，{left} 个不评。提交后不能再改。", { done, left }) : gettext("将提交全部 {done} 个项目的评分。提交后不能再改。", { done });
  if (!(await confirmed(sentence, { yes: gettext("提交"), title: gettext("提交评分") }))) return undefined;
  return deliver(find("[data-act=send]"), failure);
}

async function deliver(button, failure) {
  button.disabled = true;
  try {
    await send("POST", `${ADDRESS}/ballot`, { code: kept.code, marks: marksToSend(kept), receipt: kept.receipt });
    keep({ sent: new Date().toISOString() });
    drawThanks();
  } catch (problem) {
    failure.textContent = problem.mayPass ? gettext("没有提交成功，评分还在这部手机上，有信号时再点提交。") : sentenceOf(problem);
    button.disabled = false;
  }
}

function drawThanks() {
  fill(
    box,
    el("section", { class: "card thanks" }, el("p", { class: "tick", "aria-hidden": "true" }, "✓"), el("h2", {}, gettext("评分已提交，谢谢！")), el("p", { class: "quiet" }, gettext("评分不记名；本机不再保存分数。")), el("button", { type: "button", class: "text", onclick: () => {
      keep(null);
      askCode();
    } }, gettext("用另一个评分码"))),
  );
}

async function begin() {
  const code = codeOfAddress();
  kept = read();
  // A slip that was taken up anew by the same phone goes on where it was; another slip begins its own ballot.
  if (code && code !== kept?.code) {
    if (kept?.marks && Object.keys(kept.marks).length && !(await confirmed(gettext("这部手机上有另一张评分条还没有提交的评分，要放弃吗？"), { danger: true, yes: gettext("放弃") }))) return drawSheet();
    return enter(code).catch((problem) => askCode(code, problem.message));
  }
  if (kept?.sent) return drawThanks();
  return kept?.sites ? drawSheet() : askCode();
}

begin().finally(() => (document.body.dataset.ready = "true"));
