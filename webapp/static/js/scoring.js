// Scoring a tour, for its organiser: the sheet and the codes before it is opened, the count while it is, the result after.
import { ask, download, send } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { confirmed, withReason } from "./dialog.js";
import { el, fill, find, icon } from "./dom.js";
import { number } from "./format.js";
import { may, page } from "./page_data.js";
import { SheetForm } from "./score_sheet_form.js";
import { drawResult } from "./score_result.js";
import { drawSlips, shuffled } from "./score_slips.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

const LOOK_AGAIN_MS = 5000;
const NUMBER = encodeURIComponent(page.tourNo);
const ADDRESS = `/api/scoring/${NUMBER}`;
const box = find("[data-part=scoring]");
const STATES = { open: gettext("评分中"), closed: gettext("已封存") };

let scoring = null;
let tour = null;
// The slips of the codes that were made on this page: nobody can tell them again.
let slips = null;
const banners = openFrame({ retry: show, isShown: () => scoring !== null });

function facts() {
  const { sheet } = scoring;
  const trim = [sheet.trim.count ? gettext("去掉最高、最低各 {n} 票", { n: sheet.trim.count }) : null, sheet.trim.share ? gettext("去掉最高、最低各 {n}%", { n: number(sheet.trim.share * 100) }) : null].filter(Boolean);
  return el(
    "section",
    { class: "card sheet-told" },
    el("h3", {}, gettext("评分表")),
    el("table", { class: "plain" }, el("thead", {}, el("tr", {}, [gettext("评分项"), gettext("权重"), gettext("满分")].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, sheet.criteria.map((each) => el("tr", {}, el("td", {}, each.name), el("td", {}, number(each.weight, each.weight % 1 ? 1 : 0)), el("td", {}, number(each.most, each.most % 1 ? 1 : 0)))))),
    el("p", { class: "quiet" }, gettext("方案 {plan}，{n} 个项目；{how}。", { plan: scoring.plan_no, n: sheet.sites.length, how: trim.length ? trim.join(gettext("，")) : gettext("各票平均") })),
  );
}

const filled = () => `${Math.min(100, (100 * scoring.ballots) / scoring.codes)}%`;

function counter() {
  return el(
    "section",
    { class: "card count-told" },
    el("h3", {}, gettext("已收到评分")),
    el("p", { class: "count", "aria-live": "polite" }, el("strong", { "data-part": "ballots" }, number(scoring.ballots)), el("span", {}, ` / ${number(scoring.codes)}`)),
    el("div", { class: "meter" }, el("i", { "data-part": "meter", style: `width: ${filled()}` })),
    scoring.state === "open"
      ? [
          el("p", { class: "quiet" }, gettext("评分中只显示票数，不显示是谁、打了多少分；封存后才有结果。")),
          el("div", { class: "acts-row" }, el("button", { type: "button", class: "button main", onclick: close }, gettext("封存评分")), el("button", { type: "button", class: "button danger", onclick: withdraw }, gettext("撤销重开"))),
        ]
      : el("p", { class: "quiet" }, gettext("已封存，不再收票，也不能重开。")),
  );
}

async function close() {
  const left = scoring.codes - scoring.ballots;
  const sentence = gettext("已收到 {n} 票，还有 {left} 个评分码没有用。封存后不再收票，也不能重开。", { n: number(scoring.ballots), left: number(left) });
  if (!(await confirmed(sentence, { yes: gettext("封存"), danger: true, title: gettext("封存评分") }))) return;
  try {
    await send("POST", `${ADDRESS}/close`);
    tell(gettext("评分已封存"));
  } catch (problem) {
    banners.failed(problem, "close");
  }
  await show();
}

async function withdraw() {
  const sentence = gettext("撤销后已发的评分码和已收到的 {n} 票全部作废，可以重新设评分表、重新发码。", { n: number(scoring.ballots) });
  const act = (reason) => send("POST", `${ADDRESS}/withdraw`, { reason });
  if (!(await withReason(gettext("撤销本次评分"), sentence, gettext("撤销"), act))) return;
  slips = null;
  tell(gettext("已撤销"));
  await show();
}

async function opened(answer) {
  slips = { ...answer, slips: shuffled(answer.slips) };
  tell(gettext("评分已开启"));
  await show();
}

function draw() {
  find("[data-part=tour]").textContent = tour?.title ?? "";
  find("[data-part=back]").href = `/tours?tour=${NUMBER}`;
  const state = find("[data-part=state]");
  state.hidden = !scoring.state;
  state.textContent = STATES[scoring.state] ?? "";
  box.removeAttribute("aria-busy");
  if (!scoring.state) return drawForm();
  return fill(
    box,
    slips && drawSlips(slips, tour, () => {
      slips = null;
      draw();
    }),
    el("div", { class: "scoring-columns" }, counter(), facts()),
    scoring.result && drawResult(scoring, el("button", { type: "button", class: "button", onclick: save }, icon("download"), gettext("导出 Excel"))),
  );
}

const save = () => download(`/export/scores/${NUMBER}.xlsx`, `${page.info.name}_${gettext("观摩评分")}_${page.tourNo}.xlsx`).catch((problem) => banners.failed(problem, "export"));

function drawForm() {
  if (find("[data-part=sheet-form]", box)) return undefined;
  if (!tour.plans.length) return fill(box, el("p", { class: "card empty" }, gettext("这次观摩还没有保存的方案；先保存一个方案，再按它的项目评分。")));
  return fill(box, new SheetForm(tour.plans, (given) => send("POST", `${ADDRESS}/open`, given).then(opened)).element);
}

async function show() {
  if (!may("tours")) {
    fill(box, el("p", { class: "card empty" }, gettext("只有规划人员和管理员可以组织评分。")));
    document.body.dataset.ready = "true";
    return;
  }
  try {
    const [found, told] = await Promise.all([ask(ADDRESS), tour ? null : ask(`/api/tours/${NUMBER}`)]);
    if (told) tour = { title: told.tour.title, plans: told.plans };
    if (!found) return;
    scoring = found;
    banners.forget("scoring");
    draw();
  } catch (problem) {
    banners.failed(problem, "scoring");
  }
  document.body.dataset.ready = "true";
}

/** The count alone moves: what somebody is about to press stays where it is. */
async function lookAgain() {
  if (scoring?.state !== "open" || document.hidden || find("dialog[open]")) return undefined;
  const found = await ask(ADDRESS).catch(() => null);
  if (!found) return undefined;
  const isOther = found.state !== scoring.state;
  scoring = found;
  if (isOther) return draw();
  find("[data-part=ballots]").textContent = number(scoring.ballots);
  find("[data-part=meter]").style.width = filled();
  return undefined;
}

addEventListener("beforeunload", (event) => slips && event.preventDefault());
setInterval(lookAgain, LOOK_AGAIN_MS);
show();
