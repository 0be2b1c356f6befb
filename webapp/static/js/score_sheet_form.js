// The score sheet before it is opened: criteria, what the mean leaves out, how many codes. A draft stays in the browser.
import { sentenceOf } from "./api.js";
import { confirmed } from "./dialog.js";
import { el, fill, icon } from "./dom.js";
import { number } from "./format.js";
import { page } from "./page_data.js";
import { gettext } from "./words.js";

const KEY = `guatu-score-sheet:${page.tourNo}`;
const USUAL = {
  criteria: [
    { name: gettext("投资规模"), weight: 20, most: 100 },
    { name: gettext("建设进度"), weight: 40, most: 100 },
    { name: gettext("要素保障"), weight: 20, most: 100 },
    { name: gettext("现场组织"), weight: 20, most: 100 },
  ],
  trim: "count",
  dropped: 1,
  codes: 30,
  address: location.origin,
};
const LOCAL = /^(localhost|127\.|\[::1\])/;

function draft() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { ...USUAL };
  }
}

export class SheetForm {
  /** `plans` as /api/tours tells them; `open(body)` sends the sheet, and its promise fails with a Problem. */
  constructor(plans, open) {
    this.plans = plans;
    this.open = open;
    this.said = draft();
    this.said.criteria = this.said.criteria.map((each) => ({ ...each }));
    if (!plans.some((plan) => plan.plan_no === this.said.plan)) this.said.plan = (plans.filter((plan) => plan.feasible).at(-1) ?? plans.at(-1)).plan_no;
    this.rows = el("tbody", {});
    this.sum = el("td", { class: "sum" });
    this.failed = el("p", { class: "bad", role: "alert" });
    this.element = this.#form();
    this.#drawRows();
  }

  #change(patch) {
    Object.assign(this.said, patch);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.said));
    } catch {
      // a browser that keeps nothing: a reload begins anew
    }
    fill(this.sum, number(this.said.criteria.reduce((sum, each) => sum + (Number(each.weight) || 0), 0), 0));
  }

  #form() {
    const { codes: most } = page.limits;
    return el(
      "form",
      { class: "sheet-form", "data-part": "sheet-form", onsubmit: (event) => this.#submit(event) },
      el("section", { class: "card" }, el("h3", {}, gettext("评分表")), el("div", { class: "scroll" }, this.#table()), el("button", { type: "button", class: "button", onclick: () => this.#add() }, icon("plus"), gettext("添加评分项"))),
      el(
        "section",
        { class: "card" },
        el("h3", {}, gettext("发码与计分")),
        this.#row(gettext("按哪个方案的项目评分"), this.#choice("plan", this.plans.map((plan) => [plan.plan_no, gettext("{name}（{n} 站）", { name: plan.name, n: plan.stops })]))),
        this.#trimRow(),
        this.#row(gettext("评分码个数"), this.#field("codes", { type: "number", min: 1, max: most, step: 1, required: true })),
        this.#row(gettext("手机访问的网址"), this.#field("address", { type: "url", maxlength: 150, required: true }), LOCAL.test(location.host) ? el("small", { class: "bad" }, gettext("这是本机地址，手机打不开；请改成手机能访问的网址。")) : el("small", {}, gettext("印在评分条的二维码里。"))),
        el("p", { class: "quiet" }, gettext("评分不记名：评分码只显示这一次，库里只存摘要；打乱后由评分人自己抽取，抽完不留底。")),
        this.failed,
        el("button", { type: "submit", class: "button main" }, gettext("开启评分")),
      ),
    );
  }

  #table() {
    const heads = [gettext("评分项"), gettext("权重"), gettext("满分"), ""];
    return el("table", { class: "plain criteria" }, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), this.rows, el("tfoot", {}, el("tr", {}, el("td", {}, gettext("权重合计")), this.sum, el("td"), el("td"))));
  }

  #drawRows() {
    const { criteria } = this.said;
    const cell = (each, name, more) => el("td", {}, el("input", { class: "field", value: each[name], required: true, "aria-label": `${each.name} ${more.label}`, ...more.attributes, oninput: ({ target }) => this.#set(each, name, target) }));
    fill(
      this.rows,
      criteria.map((each, at) =>
        el(
          "tr",
          {},
          cell(each, "name", { label: gettext("评分项"), attributes: { maxlength: page.limits.name } }),
          cell(each, "weight", { label: gettext("权重"), attributes: { type: "number", min: 0.1, max: page.limits.weight, step: "any" } }),
          cell(each, "most", { label: gettext("满分"), attributes: { type: "number", min: 1, max: page.limits.mark, step: "any" } }),
          el("td", {}, el("button", { type: "button", class: "square", "aria-label": gettext("去掉 {name}", { name: each.name }), disabled: criteria.length === 1, onclick: () => this.#remove(at) }, icon("close"))),
        ),
      ),
    );
    this.#change({});
  }

  #set(each, name, target) {
    each[name] = name === "name" ? target.value : target.valueAsNumber;
    this.#change({});
  }

  #add() {
    if (this.said.criteria.length >= page.limits.criteria) return;
    this.said.criteria.push({ name: "", weight: 20, most: 100 });
    this.#drawRows();
    this.rows.lastElementChild.querySelector("input").focus();
  }

  #remove(at) {
    this.said.criteria.splice(at, 1);
    this.#drawRows();
  }

  #trimRow() {
    const isShare = () => this.said.trim === "share";
    const amount = el("input", { class: "field amount", type: "number", min: 1, step: 1, required: true, "aria-label": gettext("去掉多少"), oninput: ({ target }) => this.#change({ dropped: target.valueAsNumber }) });
    const unit = el("span");
    const draw = () => {
      amount.hidden = unit.hidden = this.said.trim === "none";
      amount.disabled = amount.hidden;
      amount.max = isShare() ? Math.floor(page.limits.share * 100) : page.limits.count;
      amount.value = this.said.dropped;
      unit.textContent = isShare() ? "%" : gettext("票");
    };
    const choice = this.#choice("trim", [["none", gettext("各票平均")], ["count", gettext("去掉最高、最低各几票")], ["share", gettext("去掉最高、最低各百分之几")]], draw);
    draw();
    return this.#row(gettext("计分"), el("span", { class: "trim" }, choice, amount, unit));
  }

  #choice(name, options, then = () => {}) {
    const change = ({ target }) => {
      this.#change({ [name]: target.value });
      then();
    };
    return el("select", { class: "field", name, onchange: change }, options.map(([value, text]) => el("option", { value, selected: this.said[name] === value }, text)));
  }

  #field(name, attributes) {
    const change = ({ target }) => this.#change({ [name]: attributes.type === "number" ? target.valueAsNumber : target.value });
    return el("input", { class: "field", name, value: this.said[name], ...attributes, oninput: change });
  }

  #row(words, ...content) {
    return el("label", { class: "form-row" }, el("span", {}, words), content);
  }

  get #body() {
    const { criteria, trim, dropped, codes, address, plan } = this.said;
    const left = { none: { count: 0, share: 0 }, count: { count: dropped, share: 0 }, share: { count: 0, share: dropped / 100 } }[trim];
    return { plan_no: plan, criteria, trim: left, codes, address };
  }

  async #submit(event) {
    event.preventDefault();
    this.failed.textContent = "";
    const sentence = gettext("将开启评分并生成 {n} 个评分码，评分码只显示一次；开启后评分表不能再改。", { n: number(this.said.codes) });
    if (!(await confirmed(sentence, { yes: gettext("开启"), title: gettext("开启评分") }))) return;
    try {
      await this.open(this.#body);
      localStorage.removeItem(KEY);
    } catch (problem) {
      this.failed.textContent = sentenceOf(problem);
    }
  }
}
