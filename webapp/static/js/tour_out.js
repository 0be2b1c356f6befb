// What was left out and why; asked for, what each would cost, what the rules cost, and what more time or coaches would bring.
import { el, fill } from "./dom.js";
import { number } from "./format.js";
import { steady } from "./steady.js";
import { points, reasonWords, said } from "./tour_words.js";
import { gettext } from "./words.js";

const table = (label, heads, rows) =>
  el("div", { class: "scroll" }, el("table", { class: "sums", "aria-label": label }, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows)));
const rowOf = (code, first, ...cells) => el("tr", { "data-code": code }, el("th", { scope: "row" }, first), cells.map((cell) => el("td", {}, cell)));
const row = (...cells) => rowOf(null, ...cells);

export class LeftOut {
  /** `acts`: `add(code)` at the best place, `shift(code)` at a chosen one, `open(code)`, `explain()` (a promise). */
  constructor(root, count, state, { acts, mayWrite }) {
    Object.assign(this, { root, count, state, acts, mayWrite });
    this.isBusy = false;
    this.draw = steady(() => this.#draw());
  }

  #draw() {
    const { state } = this;
    const out = (state.plan?.left_out ?? []).filter((each) => !state.placeOf(each.code));
    this.count.textContent = out.length ? number(out.length) : "";
    if (!state.plan) {
      fill(this.root, el("p", { class: "empty" }, gettext("规划后在这里看没有选上的项目，以及各项要求的代价。")));
      return;
    }
    fill(this.root, el("div", { class: "out" }, this.#head(), el("div", { class: "out-columns" }, state.explained?.feasible ? this.#costs(state.explained) : null, this.#sites(out))));
  }

  #head() {
    const { explained, hasStops } = this.state;
    const words = explained?.feasible === false ? gettext("行程还不合要求，合了才能算代价。") : explained?.feasible ? gettext("下面的代价按现在的行程和要求算。") : gettext("“解释”逐个试算：放进来要多用几分钟、会挤掉谁；去掉每项要求能多得多少价值。");
    const press = async () => {
      this.isBusy = true;
      this.draw();
      await this.acts.explain();
      this.isBusy = false;
      this.draw();
    };
    return el("div", { class: "out-head" }, this.mayWrite ? el("button", { type: "button", class: "button small", disabled: this.isBusy || !hasStops, onclick: press }, this.isBusy ? gettext("正在试算…") : gettext("解释")) : null, el("span", { class: "quiet" }, words));
  }

  #sites(out) {
    const told = new Map((this.state.explained?.left_out ?? []).map((each) => [each.code, each]));
    const rows = out
      .map((each) => ({ ...each, ...told.get(each.code) }))
      .sort((a, b) => Number(b.reason === "not_chosen") - Number(a.reason === "not_chosen") || b.value - a.value)
      .map((each) => rowOf(each.code, el("button", { type: "button", class: "text name", onclick: () => this.acts.open(each.code) }, each.name), each.town_name, points(each.value), el("span", { class: "why" }, said(each.why) || reasonWords(each.reason)), this.#cost(each), this.#add(each)));
    const heads = [gettext("未选项目"), gettext("乡镇"), gettext("价值"), gettext("为什么"), gettext("放进来的代价"), ""];
    return rows.length ? table(gettext("未选项目"), heads, rows) : el("p", { class: "empty" }, gettext("候选项目全部在行程里。"));
  }

  #nameOf(code) {
    return this.state.sites.get(code)?.name ?? code;
  }

  #cost(each) {
    const instead = each.instead_of?.length ? gettext("换下 {names}", { names: each.instead_of.map((code) => this.#nameOf(code)).join("、") }) : "";
    if (each.over_min === null || each.over_min === undefined) return instead || "—";
    const over = each.over_min > 0 ? gettext("超 {n} 分", { n: number(each.over_min) }) : gettext("放得下");
    return [over, instead].filter(Boolean).join("，");
  }

  #add({ code, name, reason }) {
    if (!this.mayWrite || reason === "no_place" || reason === "unreachable") return null;
    return el(
      "span",
      { class: "tinies" },
      el("button", { type: "button", class: "tiny", "aria-label": `${gettext("加入")}：${name}`, title: gettext("放在绕路最少的位置"), onclick: () => this.acts.add(code) }, gettext("加入")),
      el("button", { type: "button", class: "tiny", "aria-label": `${gettext("选位置加入")}：${name}`, onclick: () => this.acts.shift(code) }, gettext("选位置…")),
    );
  }

  #costs({ search, rules, more }) {
    if (!rules) return el("p", { class: "quiet" }, gettext("正在逐项去掉要求试算…"));
    const costs = [...rules].sort((a, b) => b.cost - a.cost).map((rule) => row(said(rule.words), rule.cost > 0 ? points(rule.cost) : gettext("不影响"), this.#then(rule)));
    const gains = more.map((each) => row(said(each.words), each.gain > 0 ? `+${points(each.gain)}` : gettext("不影响"), this.#then(each)));
    return el(
      "div",
      { class: "costs" },
      search.difference > 0 ? el("p", { class: "notice", "data-part": "searched" }, gettext("要求不变，再优化还能多得 {value}：{then}。下面各项从那里算起。", { value: points(search.difference), then: this.#then(search) })) : null,
      el("h3", {}, gettext("各项要求的代价")),
      costs.length ? table(gettext("各项要求的代价"), [gettext("要求"), gettext("少得的价值"), gettext("去掉后与现在的行程相比")], costs) : el("p", { class: "quiet" }, gettext("没有可比的要求。")),
      el("h3", {}, gettext("再宽一点")),
      gains.length ? table(gettext("再宽一点"), [gettext("放宽"), gettext("多得"), gettext("放宽后与现在的行程相比")], gains) : el("p", { class: "quiet" }, gettext("没有可放宽的。")),
    );
  }

  /** What another search found, against the routes on the page. */
  #then({ stops, comes_in, falls_out }) {
    const names = (codes) => codes.map((code) => this.#nameOf(code)).join("、");
    const parts = [gettext("{n} 站", { n: number(stops) }), comes_in.length ? gettext("加入{names}", { names: names(comes_in) }) : "", falls_out.length ? gettext("去掉{names}", { names: names(falls_out) }) : ""];
    return parts.filter(Boolean).join("，");
  }
}
