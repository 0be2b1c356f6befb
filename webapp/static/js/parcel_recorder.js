// The form that records an entry: what the law says of it is shown while it is filled in.
import { send, sentenceOf } from "./api.js";
import { el, fill, settled } from "./dom.js";
import { page } from "./page_data.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const LONGEST = 1000;
const CHECK_MS = 350;
const MOST_BREACHES = 12;

const field = (label, input, more = {}) => el("label", { class: "form-row", ...more }, el("span", {}, label), input);
const choice = (name, options) => el("select", { class: "field", name }, options.map(([value, words]) => el("option", { value }, words)));
const codesOf = (list) => page.codes[list].map((entry) => [entry.code, wordsOf(entry)]);

/** What may be recorded now, the likeliest first: [value, words]. */
function acts({ next, steps, parcel, announcement, funds }) {
  const waitsForFunds = funds && !funds.on && funds.before === next?.stage;
  const others = steps.filter((step) => step.stage !== next?.stage && !step.done_on);
  return [
    ...(announcement ? [["announced", wordOf("EventKind", "announced")]] : []),
    ...(waitsForFunds ? [["funds", wordOf("EventKind", "funds")]] : []),
    ...(next ? [[`stage:${next.stage}`, gettext("下一步：{stage}", { stage: wordsOf(next) })]] : []),
    ...(funds && !funds.on && !waitsForFunds ? [["funds", wordOf("EventKind", "funds")]] : []),
    ...(parcel.hold_reason ? [["effort", wordOf("EventKind", "effort")], ["release", wordOf("EventKind", "release")]] : []),
    ["hold", parcel.hold_reason ? gettext("另一受阻原因") : wordOf("EventKind", "hold")],
    ...(funds?.on ? [["funds", wordOf("EventKind", "funds")]] : []),
    ...others.map((step) => [`stage:${step.stage}`, gettext("其他步骤：{stage}", { stage: wordsOf(step) })]),
  ];
}

/** One rule that would be broken: what, by which law, from when it would not. */
function breachItem(breach, { named = false } = {}) {
  const from = breach.legal_on ? gettext("最早 {day}", { day: breach.legal_on }) : null;
  return el("li", { class: breach.overridable ? "" : "final" }, named ? el("strong", {}, `${breach.parcel_no} `) : null, wordsOf(breach.message), el("small", {}, [breach.source, from].filter(Boolean).join(" · ")));
}

export class Recorder {
  /** `answer`: /api/parcel; `done(sentence)` after an entry was recorded; `numbers`: of these parcels together. */
  constructor(answer, done, numbers = [answer.parcel.parcel_no]) {
    this.numbers = numbers;
    this.done = done;
    this.sent = 0;
    this.act = choice("act", acts(answer));
    this.on = el("input", { class: "field", type: "date", name: "on", required: true, min: "1949-10-01", max: page.today > answer.on ? page.today : answer.on, value: answer.on });
    this.document = el("input", { class: "field", name: "document", maxlength: 200, autocomplete: "off" });
    this.authority = choice("authority", [["", gettext("未写明")], ...codesOf("Authority")]);
    this.reason = choice("hold_reason", codesOf("HoldReason"));
    this.note = el("textarea", { class: "field", name: "note", rows: 2, maxlength: LONGEST });
    this.override = el("textarea", { class: "field", name: "override", rows: 2, maxlength: LONGEST });
    this.verdict = el("div", { class: "verdict", role: "status", "aria-live": "polite" });
    this.submit = el("button", { type: "submit", class: "button main" }, gettext("登记"));
    this.rows = {
      document: field(gettext("文号"), this.document),
      authority: field(gettext("批准机关"), this.authority),
      reason: field(gettext("受阻原因"), this.reason),
      note: field(gettext("说明"), this.note),
      override: field(gettext("越规理由（随记录永久保留）"), this.override, { hidden: true }),
    };
    this.element = el(
      "form",
      { class: "recorder no-print", onsubmit: (event) => this.#send(event) },
      field(gettext("登记什么"), this.act),
      field(gettext("发生日期"), this.on),
      this.rows.document,
      this.rows.authority,
      this.rows.reason,
      this.rows.note,
      this.verdict,
      this.rows.override,
      this.submit,
    );
    this.checkSoon = settled(() => this.#check(), CHECK_MS);
    for (const input of [this.act, this.on, this.document, this.authority, this.reason, this.note]) input.addEventListener("input", () => this.#changed());
    this.override.addEventListener("input", () => this.#press());
    this.#changed();
  }

  /** What is filled in, as the server takes it. */
  get body() {
    const [kind, stage] = this.act.value.split(":");
    const body = { parcels: this.numbers, kind, on: this.on.value, note: this.note.value };
    if (stage) body.stage = stage;
    if (!this.rows.document.hidden) body.document = this.document.value;
    if (kind === "hold") body.hold_reason = this.reason.value;
    if (stage === "approved" && this.authority.value) body.authority = this.authority.value;
    return body;
  }

  #changed() {
    const [kind, stage] = this.act.value.split(":");
    this.rows.document.hidden = kind === "effort" || kind === "hold";
    this.rows.authority.hidden = stage !== "approved";
    this.rows.reason.hidden = kind !== "hold";
    this.rows.note.firstChild.textContent = kind === "effort" ? gettext("做了什么工作") : gettext("说明");
    this.judged = null;
    this.submit.disabled = true;
    this.checkSoon();
  }

  async #check() {
    if (!this.on.value) return fill(this.verdict);
    const sent = ++this.sent;
    try {
      const judged = await send("POST", "/api/events/check", this.body);
      if (sent === this.sent) this.#show(judged);
    } catch (problem) {
      if (sent === this.sent) fill(this.verdict, el("p", { class: "bad" }, sentenceOf(problem)));
    }
    return null;
  }

  #show(judged) {
    this.judged = judged;
    const notes = judged.notes.map((note) => el("li", {}, wordsOf(note)));
    this.verdict.className = `verdict ${judged.lawful ? "lawful" : judged.overridable ? "broken" : "broken final"}`;
    fill(
      this.verdict,
      el("p", {}, judged.lawful ? gettext("依法可以登记") : judged.overridable ? gettext("不合规定：确需登记的，写明越规理由") : gettext("不能登记")),
      this.#breaches(judged.breaches),
      notes.length ? el("ul", { class: "notes" }, notes) : null,
    );
    this.rows.override.hidden = judged.lawful || !judged.overridable;
    this.#press();
  }

  #breaches(list) {
    if (!list.length) return null;
    const named = this.numbers.length > 1;
    const left = list.length - MOST_BREACHES;
    return el("ul", { class: "breaches" }, list.slice(0, MOST_BREACHES).map((breach) => breachItem(breach, { named })), left > 0 ? el("li", {}, gettext("还有 {n} 项", { n: left })) : null);
  }

  /** Whether it can be sent. */
  #press() {
    const { judged } = this;
    this.submit.disabled = !judged || !(judged.lawful || (judged.overridable && this.override.value.trim()));
    this.submit.textContent = judged && !judged.lawful && judged.overridable ? gettext("越规登记") : gettext("登记");
  }

  async #send(event) {
    event.preventDefault();
    if (this.submit.disabled) return;
    this.submit.disabled = true;
    const body = this.judged.lawful ? this.body : { ...this.body, override: this.override.value };
    try {
      await send("POST", "/api/events", body);
      await this.done(gettext("已登记"));
    } catch (problem) {
      const breaches = problem.problem?.breaches ?? [];
      fill(this.verdict, el("p", { class: "bad" }, problem.message), this.#breaches(breaches));
      this.verdict.className = "verdict broken";
      this.#press();
    }
  }
}
