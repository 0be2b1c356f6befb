// What must not be overlooked: sample data, another day than the latest, a server that does not answer, an empty store.
import { el, fill, icon } from "./dom.js";
import { page } from "./page_data.js";
import { Recovery } from "./recovery.js";
import { gettext } from "./words.js";

function strip(kind, sign, ...children) {
  return el("div", { class: `strip ${kind}`, role: kind === "bad" ? "alert" : "status" }, icon(sign), el("span", {}, children));
}

const button = (text, act) => el("button", { type: "button", class: "text", onclick: act }, text);

/** The day that the page shows when nobody chose one. */
export const usualDay = (info) => info.data_on ?? page.today;

export class Banners {
  /**
   * `retry()` asks again for what failed. `info()` is what is known of the store now, `isShown()` whether something stands
   * on the screen. `card` says how an empty store is filled, `state` knows the day: null where a page has none.
   */
  constructor(box, retry, { info, isShown, card = null, state = null }) {
    Object.assign(this, { box, retry, info, isShown, card, state });
    this.problems = new Map();
    this.notes = new Map();
    this.recovery = new Recovery(retry);
    state?.listen((_, changed) => changed.has("on") && this.draw());
  }

  /** A problem with `part` of the page (null: it is over). What is on the screen stays. */
  failed(problem, part = "data") {
    if (problem) this.problems.set(part, problem);
    else this.problems.delete(part);
    this.draw();
  }

  /** What failed is asked for again: whoever fails again says so again. */
  forget(...parts) {
    for (const part of parts) this.problems.delete(part);
    this.draw();
  }

  /** A lasting note, such as a browser without WebGL. */
  note(name, text) {
    this.notes.set(name, text);
    this.draw();
  }

  draw() {
    const info = this.info();
    const on = this.state?.now.on;
    const [problem] = this.problems.values();
    if (problem?.mayPass) this.recovery.begin();
    else this.recovery.end();
    fill(
      this.box,
      problem
        ? strip("bad", "warning", problem.message, this.isShown() ? gettext("，屏幕上是先前的内容") : "", problem.mayPass ? gettext("，恢复后自动更新") : "", problem.detail ? `（${problem.detail}）` : "", button(gettext("重试"), this.retry))
        : null,
      [...this.notes.values()].map((text) => strip("warn", "warning", text)),
      on && info && on !== usualDay(info)
        ? strip("past", "calendar", gettext("正在查看 {day} 当天的情况，不是最新", { day: on }), button(gettext("回到最新"), () => this.state.set({ on: null })))
        : null,
      info?.is_sample ? strip("sample", "info", gettext("示例：县界和乡镇名称为真实，其余内容均为虚构；数据日期 {day}", { day: info.data_on ?? info.on })) : null,
    );
    this.#emptyStore();
  }

  #emptyStore() {
    if (!this.card) return;
    const counts = this.info()?.counts;
    const empty = counts && Object.values(counts).every((n) => n === 0);
    this.card.hidden = !empty;
    if (!empty) return;
    const lines = [
      "guatu --db FILE import towns towns.geojson",
      "guatu --db FILE import projects ledger.xlsx",
      "guatu --db FILE import parcels parcels.zip",
    ];
    fill(
      this.card,
      el("h2", {}, gettext("库里还没有内容")),
      el("p", {}, gettext("把本县的文件导入后刷新此页。先导入行政区，再导入园区、项目和地块：")),
      el("pre", {}, lines.join("\n")),
      el("p", { class: "quiet" }, gettext("想先看看样子，运行 guatu demo 打开示例县。")),
    );
  }
}
