// The plans that were kept of a tour: from which each was made, opened, compared, handed out, withdrawn.
import { inPath, send, sentenceOf } from "./api.js";
import { confirmed, form, withReason } from "./dialog.js";
import { el, fill, icon } from "./dom.js";
import { number } from "./format.js";
import { togglePopover } from "./popover.js";
import { tell } from "./tools.js";
import { duration, moment, points } from "./tour_words.js";
import { gettext } from "./words.js";

const EXPORTS = () => [
  ["xlsx", gettext("行程表 XLSX")],
  ["docx", gettext("观摩手册 DOCX")],
  ["pdf", gettext("观摩手册 PDF")],
  ["gpx", gettext("带路 GPX")],
  ["kml", gettext("带路 KML")],
  ["ics", gettext("日历 ICS")],
  ["html", gettext("网页 HTML")],
];
const SINCE = () => ({ roads: gettext("此后道路或出入口已更新"), gone: gettext("此后有项目已不在库里"), land: gettext("此后用地瓶颈已变化"), wishes: gettext("与现在的要求不同") });

/** What is not as it was when a plan was kept, in words. */
export const sinceWords = (since) => (since ?? []).map((name) => SINCE()[name]).join(" · ");

/** Plans in the order of their making: `[{plan, depth}]`, each after the one that it was made from. */
export function inChains(plans) {
  const known = new Set(plans.map((plan) => plan.plan_no));
  const roots = plans.filter((plan) => !known.has(plan.made_from));
  const under = (plan, depth) => [{ plan, depth }, ...plans.filter((each) => each.made_from === plan.plan_no).flatMap((each) => under(each, depth + 1))];
  return roots.flatMap((plan) => under(plan, 0));
}

/** The files of a plan, for a popover or a list. */
export const exportLinks = (planNo) => EXPORTS().map(([ext, text]) => el("a", { class: "row", href: `/export/tours/${inPath(planNo)}.${ext}`, download: ext === "html" ? null : "" }, icon("download"), text));

export class PlanList {
  /** `acts`: `open(no)`, `compare([one, other])`, `changed()` where a plan or the visits are others, `retime(no)`. */
  constructor(root, count, state, { acts, mayWrite }) {
    Object.assign(this, { root, count, state, acts, mayWrite });
    this.chosen = [];
  }

  draw() {
    const { plans } = this.state;
    this.count.textContent = plans.length ? number(plans.length) : "";
    this.chosen = this.chosen.filter((no) => plans.some((plan) => plan.plan_no === no));
    if (!plans.length) {
      fill(this.root, this.#visits(), el("p", { class: "empty" }, gettext("还没有保存的方案。规划或手工排好后点“保存方案”。")));
      return;
    }
    const compare = el("button", { type: "button", class: "button small", disabled: this.chosen.length !== 2, onclick: () => this.acts.compare(this.chosen) }, gettext("对比所选两个"));
    const heads = ["", gettext("方案"), gettext("价值"), gettext("时长"), gettext("站点"), gettext("合要求"), gettext("保存"), gettext("说明")];
    const table = el("table", { class: "sums plan-rows", "aria-label": gettext("方案") }, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, inChains(plans).map((each) => this.#row(each))));
    fill(this.root, el("div", { class: "out-head" }, compare, el("span", { class: "quiet" }, gettext("勾选两个方案并排对比；缩进表示由上面的方案改来。"))), this.#visits(), el("div", { class: "scroll" }, table));
  }

  #row({ plan, depth }) {
    const no = plan.plan_no;
    const name = el("span", { class: "plan-name" }, el("button", { type: "button", class: "text name", onclick: () => this.acts.open(no) }, plan.name), el("small", {}, plan.made_from ? gettext("{no}，由 {from} 改来", { no, from: plan.made_from }) : no), this.#since(plan), this.#acts(plan));
    name.style.paddingLeft = `${depth * 18}px`;
    const tick = ({ target }) => {
      this.chosen = target.checked ? [...this.chosen, no].slice(-2) : this.chosen.filter((each) => each !== no);
      this.draw();
    };
    const box = el("input", { type: "checkbox", checked: this.chosen.includes(no), "aria-label": gettext("选择 {no}", { no: plan.name }), onchange: tick });
    const cells = [points(plan.value), duration(plan.minutes), number(plan.stops), plan.feasible ? el("span", { class: "good" }, gettext("是")) : el("span", { class: "bad" }, gettext("否")), [moment(plan.recorded_at), el("small", {}, ` ${plan.recorded_by ?? ""}`)], el("span", { class: "why" }, plan.note || "—")];
    return el("tr", { "aria-selected": String(this.state.opened?.plan_no === no) }, el("td", {}, box), el("th", { scope: "row" }, name), cells.map((cell) => el("td", {}, cell)));
  }

  /** What has changed since it was kept, and the way to time it anew. */
  #since(plan) {
    if (!plan.since?.length) return null;
    const again = this.mayWrite ? el("button", { type: "button", class: "text", "aria-label": `${gettext("重新计时")}：${plan.name}`, onclick: () => this.acts.retime(plan.plan_no) }, gettext("重新计时")) : null;
    return el("small", { class: "since" }, sinceWords(plan.since), " ", again);
  }

  /** The visits that are remembered of this tour, and the way to forget them. */
  #visits() {
    const { visits } = this.state;
    if (!visits) return null;
    const forget = this.mayWrite ? el("button", { type: "button", class: "tiny danger", onclick: () => this.#forget() }, gettext("撤销已观摩…")) : null;
    return el("p", { class: "visits" }, gettext("这次观摩已记下 {n} 个项目为已观摩", { n: number(visits) }), " ", forget);
  }

  async #forget() {
    const { tour, visits } = this.state;
    const sentence = gettext("{n} 个项目不再算作这次观摩看过的，以后的观摩又可以选它们。请写明理由：", { n: number(visits) });
    const done = await withReason(gettext("撤销已观摩"), sentence, gettext("撤销"), (reason) => send("DELETE", `/api/tours/${inPath(tour.tour_no)}/visits`, { reason }));
    if (!done) return;
    tell(gettext("已撤销 {n} 个项目的已观摩记录", { n: number(visits) }));
    this.acts.changed();
  }

  #acts(plan) {
    const no = plan.plan_no;
    const files = el("button", { type: "button", class: "tiny", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": `${gettext("导出")}：${plan.name}`, onclick: () => togglePopover(files, gettext("导出"), el("div", { class: "rows menu-rows" }, exportLinks(no))) }, gettext("导出"));
    return el(
      "span",
      { class: "tinies" },
      files,
      el("a", { class: "tiny", href: `/tours/day/${inPath(no)}` }, gettext("手机当日页")),
      this.mayWrite ? el("button", { type: "button", class: "tiny", "aria-label": `${gettext("已观摩")}：${plan.name}`, title: gettext("记住这些项目，下次“最近看过的不看”会用到"), onclick: () => this.#visited(plan) }, gettext("已观摩")) : null,
      this.mayWrite ? el("button", { type: "button", class: "tiny danger", "aria-label": `${gettext("删除")}：${plan.name}`, onclick: () => this.#withdraw(plan) }, gettext("删除")) : null,
    );
  }

  async #visited(plan) {
    const sentence = gettext("把“{name}”的 {n} 个项目记为已观摩？以后的观摩可以避开它们。", { name: plan.name, n: number(plan.stops) });
    if (!(await confirmed(sentence, { yes: gettext("记为已观摩") }))) return;
    try {
      const { visits } = await send("POST", `/api/tour-plans/${inPath(plan.plan_no)}/visited`);
      tell(gettext("已记下 {n} 个项目", { n: number(visits) }));
      this.acts.changed();
    } catch (problem) {
      tell(sentenceOf(problem));
    }
  }

  async #withdraw(plan) {
    const sentence = gettext("方案“{name}”不再列出，记录仍保留。请写明理由：", { name: plan.name });
    const done = await withReason(gettext("删除方案"), sentence, gettext("删除"), (reason) => send("DELETE", `/api/tour-plans/${inPath(plan.plan_no)}`, { reason, seen: plan.recorded_at }));
    if (done) this.acts.changed();
  }
}

/** Keep the routes as they stand under a name; the plan's number, or null. */
export async function savePlan(state) {
  const { opened, tour, spec, routes } = state;
  const name = el("input", { class: "field", required: true, maxlength: "80", autofocus: true, value: opened ? nextName(opened.name, state.plans) : gettext("方案{n}", { n: number(state.plans.length + 1) }) });
  const note = el("textarea", { class: "field", rows: "3", maxlength: "1000" });
  const content = el(
    "div",
    { class: "tour-grid" },
    el("label", { class: "tour-field full" }, el("span", {}, gettext("方案名称")), name),
    el("label", { class: "tour-field full" }, el("span", {}, gettext("说明")), note),
    opened ? el("p", { class: "quiet full" }, gettext("由“{name}”改来，原方案不变。", { name: opened.name })) : null,
  );
  const body = () => ({ name: name.value.trim(), spec, routes, made_from: opened?.plan_no ?? null, note: note.value.trim() });
  return form(gettext("保存方案"), content, gettext("保存"), () => send("POST", `/api/tours/${inPath(tour.tour_no)}/plans`, body()));
}

/** A name that no plan has yet: "…（2）". */
function nextName(name, plans) {
  const base = name.replace(/（\d+）$/, "");
  const taken = new Set(plans.map((plan) => plan.name));
  for (let n = 2; ; n += 1) if (!taken.has(`${base}（${n}）`)) return `${base}（${n}）`;
}
