// The strip of headline figures over the map: what a meeting opens with. Figures are the server's totals.
import { el, fill } from "./dom.js";
import { money, mu, number, points, share } from "./format.js";
import { badge } from "./marks.js";
import { gettext, wordOf } from "./words.js";

const LAMPS = ["red", "yellow", "green", "none"];

function figure(label, value, more = null, attributes = {}) {
  return el("div", { class: "figure", ...attributes }, el("dt", {}, label), el("dd", {}, value, more));
}

/** Done against plan, with a tick where time-proportional progress stands. */
export function progressBar(done, expected, label) {
  const width = Math.max(0, Math.min(1, done ?? 0)) * 100;
  const bar = el("span", { class: `meter${(done ?? 0) < (expected ?? 0) ? " behind" : ""}`, role: "img", "aria-label": label });
  const inside = el("i", { class: "done" });
  inside.style.width = `${width}%`;
  bar.append(inside);
  if (expected !== null && expected !== undefined) {
    const tick = el("i", { class: "tick" });
    tick.style.left = `${Math.min(1, expected) * 100}%`;
    bar.append(tick);
  }
  return bar;
}

export class Summary {
  constructor(root, state, data) {
    this.root = root;
    this.state = state;
    this.data = data;
    data.listen((_, name) => ["totals", "projects"].includes(name) && this.draw());
    state.listen((_, changed) => changed.has("facets") && this.draw());
    this.draw();
  }

  draw() {
    const total = this.data.totals?.total;
    if (!total) {
      fill(this.root, Array.from({ length: 6 }, () => el("div", { class: "figure skeleton" })));
      return;
    }
    const expected = total.done_share === null || total.gap_pp === null ? null : total.done_share - total.gap_pp / 100;
    const behind = total.gap_pp !== null && total.gap_pp < 0;
    fill(
      this.root,
      figure(gettext("项目"), number(total.n), this.#ofAll(total.n), { "data-figure": "n" }),
      figure(gettext("年度计划投资"), money(total.plan_wan)),
      figure(
        gettext("完成投资"),
        money(total.invested_wan),
        el("span", { class: "beside" }, share(total.done_share), progressBar(total.done_share, expected, this.#progressWords(total, expected))),
      ),
      figure(
        gettext("与序时比"),
        el("span", { class: behind ? "bad" : "good" }, points(total.gap_pp)),
        el("small", {}, gettext("个百分点")),
      ),
      this.#lamps(total.lamps),
      figure(
        gettext("净地率"),
        share(total.ready_share),
        el("small", {}, gettext("{ready} / {all}", { ready: mu(total.ready_m2, 0), all: mu(total.footprint_m2, 0) })),
      ),
      figure(gettext("受影响投资"), money(total.at_risk_wan), null, { class: "figure risk" }),
    );
  }

  #ofAll(n) {
    const all = this.data.projects?.all;
    return all && all !== n ? el("small", {}, gettext("共 {all}", { all: number(all) })) : null;
  }

  #progressWords(total, expected) {
    return gettext("完成 {done}，序时 {expected}", { done: share(total.done_share), expected: share(expected) });
  }

  #lamps(lamps) {
    const chosen = this.state.now.facets.lamp;
    const buttons = LAMPS.map((lamp) =>
      el(
        "button",
        {
          type: "button",
          class: "lamp-count",
          "aria-pressed": String(chosen.includes(lamp)),
          "data-lamp": lamp,
          title: gettext("只看{lamp}灯", { lamp: wordOf("Lamp", lamp) }),
          onclick: () => this.state.toggleFacet("lamp", lamp),
        },
        badge("lamp", lamp, 20),
        number(lamps[lamp] ?? 0),
      ),
    );
    return el("div", { class: "figure lamps" }, el("dt", {}, gettext("进度灯")), el("dd", {}, buttons));
  }
}
