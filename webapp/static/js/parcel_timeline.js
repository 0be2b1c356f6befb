// A parcel's steps as a line in time: planned and actual days, what the law makes them wait for, what comes next.
import { el } from "./dom.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const DAY_MS = 86_400_000;
const daysBetween = (first, last) => Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS);

function stateOf(step, { parcel, on, next }) {
  if (step.stage === parcel.stage) return "now";
  if (step.done_on) return "done";
  if (step.planned_on && step.planned_on < on) return "overdue";
  return step.stage === next?.stage ? "next" : "open";
}

const lengthOf = (wait) => (wait.working ? gettext("{n} 个工作日", { n: wait.days }) : gettext("{n} 日", { n: wait.days }));

/** One statutory wait: its length, its days where it runs, and how far it is. */
function waitLine(wait, passed, on) {
  const whole = gettext("“{stage}”满 {days}", { stage: wordOf("Stage", wait.after), days: lengthOf(wait) });
  if (!wait.began) return el("small", { class: "wait", title: wait.source }, whole);
  const days = gettext("{began} 至 {last}", { began: wait.began, last: wait.last_on });
  const line = el("small", { class: "wait", title: wait.source }, whole, "：", days, wait.provisional ? gettext("（暂定）") : "");
  if (passed) return line;
  const left = daysBetween(on, wait.first_on);
  const bar = el("i", { class: "wait-bar", "aria-hidden": "true" }, el("i"));
  bar.firstChild.style.width = `${Math.max(0, Math.min(1, daysBetween(wait.began, on) / Math.max(1, daysBetween(wait.began, wait.first_on)))) * 100}%`;
  return [line, el("small", { class: left > 0 ? "warn-text" : "good" }, bar, left > 0 ? gettext("还有 {n} 天", { n: left }) : gettext("已满"))];
}

function dates(step, state, { next, on, funds }) {
  const passed = state === "done" || state === "now";
  const allowed = next?.stage === step.stage && next.legal_on <= on;
  const unpaid = allowed && funds?.before === step.stage && !funds.on;
  return el(
    "span",
    { class: "dates" },
    step.done_on ? el("strong", {}, gettext("{day} 进入", { day: step.done_on })) : null,
    step.planned_on ? el("span", { class: state === "overdue" ? "bad" : "quiet" }, gettext("计划 {day}", { day: step.planned_on })) : null,
    passed || !step.earliest_on ? null : el("span", { class: "earliest" }, unpaid ? gettext("待补偿资金到位") : allowed ? gettext("现在可办") : gettext("最早可在 {day}", { day: step.earliest_on })),
  );
}

function gate(step, { funds, announcement, parcel, on }) {
  const lines = [];
  if (funds?.before === step.stage) lines.push(el("small", { class: funds.on ? "good" : "wait", title: funds.source }, funds.on ? gettext("补偿资金 {day} 足额到位", { day: funds.on }) : gettext("须先足额到位补偿资金")));
  if (announcement?.after === step.stage && parcel.stage === step.stage) {
    const words = announcement.is_overdue ? gettext("征收土地公告应在 {day} 前发布，已逾期", { day: announcement.due_on }) : gettext("征收土地公告应在 {day} 前发布", { day: announcement.due_on });
    lines.push(el("small", { class: announcement.is_overdue || announcement.due_on < on ? "bad" : "warn-text", title: announcement.source }, words));
  }
  return lines;
}

function row(step, answer) {
  const state = stateOf(step, answer);
  const passed = state === "done" || state === "now";
  return el(
    "li",
    { class: `step ${state}`, "aria-current": state === "now" ? "step" : null },
    el("i", { class: "dot", "aria-hidden": "true" }),
    el(
      "span",
      { class: "name" },
      wordsOf(step),
      [step.document, passed ? step.actor : null].filter(Boolean).map((text) => el("small", {}, text)),
      (step.waits ?? []).map((wait) => waitLine(wait, passed, answer.on)),
      gate(step, answer),
      step.override_reason ? el("small", { class: "override" }, gettext("越规：{text}", { text: step.override_reason })) : null,
    ),
    dates(step, state, answer),
  );
}

/** The steps of `answer` (/api/parcel). */
export const timeline = (answer) => el("ol", { class: "steps" }, answer.steps.map((step) => row(step, answer)));
