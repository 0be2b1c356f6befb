// The wishes of a tour as a form, in sections that fold: when and where, coaches, stays, which sites, value, limits.
import { el, fill, find, findAll } from "./dom.js";
import { number, share } from "./format.js";
import { page } from "./page_data.js";
import { drawSegments } from "./segments.js";
import { steady } from "./steady.js";
import { daysOf } from "./tour_days.js";
import { forgetWrong, input, labelled, refusedWords, tellWrong, ticked } from "./tour_fields.js";
import { limitsOf } from "./tour_limits.js";
import { withValue, withWish } from "./tour_paths.js";
import { spotSelect, spotsButton } from "./tour_spots.js";
import { openSite } from "./tour_site.js";
import { dayWords } from "./tour_words.js";
import { gettext, wordsOf } from "./words.js";

const USUAL_LUNCH = { from: "11:30", until: "13:00", minutes: 60, places: [] };
const WEIGHTS = () => [
  ["investment", gettext("投资规模")],
  ["lamp", gettext("进度灯")],
  ["level", gettext("重点级别")],
  ["progress", gettext("形象进度变化")],
];

export class WishForm {
  /** `root` holds a box for each section; `places`, `choices`: what the server offers; `pick()` has a place shown on the map. */
  constructor(root, state, { places, pick, mayWrite }) {
    Object.assign(this, { root, state, places, pick, mayWrite });
    this.choices = null;
    // Edits work on the wishes as they are by then: the form may have been drawn for older ones.
    this.set = (edit) => this.state.setSpec(edit(this.state.spec));
    this.changed = (path, value) => this.set((now) => withValue(now, path, value));
    this.draw = steady(() => this.#draw());
    state.listen((name) => ["tour", "spec"].includes(name) && this.draw());
    state.listen((name) => name === "sites" && this.#drawSites());
    find("fieldset.wishes", root).disabled = !mayWrite;
  }

  setChoices(choices) {
    this.choices = choices;
    if (this.state.spec) this.draw();
  }

  #part(name) {
    return find(`[data-section=${name}]`, this.root);
  }

  #draw() {
    const focused = document.activeElement?.dataset?.path;
    const inside = this.root.contains(document.activeElement);
    const { spec } = this.state;
    fill(this.#part("days"), this.#title(spec), daysOf(spec, { set: this.set, changed: this.changed, spot: (path, label) => this.#spot(path, label) }));
    fill(this.#part("coaches"), this.#coaches(spec));
    fill(this.#part("stays"), this.#stays(spec));
    fill(this.#part("lunch"), this.#lunch(spec));
    fill(this.#part("value"), this.#value(spec));
    fill(this.#part("limits"), limitsOf(spec, { set: this.set, changed: this.changed, choices: this.choices }), this.#townMinutes(spec));
    this.#drawSites();
    this.#narrowed(spec);
    if (this.wrong) this.#tell({ focus: false });
    if (inside && focused) find(`[data-path="${CSS.escape(focused)}"]`, this.root)?.focus();
  }

  #field(spec, path, label, { unit = null, kind = "", ...more } = {}) {
    return labelled(label, input(spec, { path, changed: this.changed, ...more }), { unit, kind });
  }

  #title(spec) {
    return this.#field(spec, "title", gettext("名称"), { kind: "full", required: true });
  }

  #spot(path, label) {
    return spotSelect(this.state.spec, { path, label, places: this.places, changed: this.changed, pick: this.pick });
  }

  #coaches(spec) {
    const how = el("div", { class: "segments full", role: "radiogroup", "aria-label": gettext("几辆车怎样走") });
    const choices = [["together", gettext("同走一线")], ["apart", gettext("分线并行")]];
    drawSegments(how, choices, spec.together ? "together" : "apart", (code) => this.changed("together", code === "together"));
    return [
      this.#field(spec, "coaches", gettext("车辆"), { type: "number", min: "1", max: "6", unit: gettext("辆") }),
      how,
      this.#field(spec, "speed_factor", gettext("车速系数"), { type: "number", min: "0.2", max: "2", step: "0.05", inputmode: "decimal", unit: gettext("倍") }),
      this.#field(spec, "boarding_min", gettext("每站上下车"), { type: "number", min: "0", max: "60", unit: gettext("分钟") }),
    ];
  }

  #stays(spec) {
    const ofCategory = page.codes.ProjectCategory.map((category) =>
      this.#field(spec, `visit_min_of.${category.code}`, wordsOf(category), { type: "number", min: "1", max: "480", placeholder: String(spec.visit_min ?? ""), unit: gettext("分钟") }),
    );
    return [
      this.#field(spec, "visit_min", gettext("每站停留"), { type: "number", min: "1", max: "480", unit: gettext("分钟") }),
      el("details", { class: "full", open: Object.keys(spec.visit_min_of ?? {}).length > 0 }, el("summary", {}, gettext("按类别另定停留")), el("div", { class: "tour-grid" }, ofCategory)),
    ];
  }

  #lunch(spec) {
    const on = el("input", { type: "checkbox", "data-path": "lunch", checked: spec.lunch !== null, onchange: ({ target }) => this.changed("lunch", target.checked ? USUAL_LUNCH : null) });
    const box = ticked(gettext("安排午餐"), on);
    box.classList.add("full");
    if (spec.lunch === null) return box;
    const field = (path, label, more) => this.#field(spec, `lunch.${path}`, label, more);
    return [
      box,
      field("from", gettext("最早开始"), { type: "time" }),
      field("until", gettext("最晚开始"), { type: "time" }),
      field("minutes", gettext("用餐"), { type: "number", min: "5", max: "180", unit: gettext("分钟") }),
      spotsButton(spec, { path: "lunch.places", label: gettext("用餐地点"), places: this.places, changed: this.changed }),
    ];
  }

  #value(spec) {
    const weight = ([name, text]) => this.#field(spec, `weights.${name}`, text, { type: "number", min: "0", max: "100", step: "0.1", inputmode: "decimal" });
    return [
      el("p", { class: "quiet full" }, gettext("项目价值 0—100，由四项按权重合成；也可在候选点里直接给定。")),
      WEIGHTS().map(weight),
      this.#field(spec, "min_share_done", gettext("累计完成总投资不低于"), { type: "percent", unit: "%" }),
      this.#field(spec, "not_seen_in_last", gettext("最近几次观摩看过的不看"), { type: "number", min: "0", max: "100", unit: gettext("次") }),
    ];
  }

  #townMinutes(spec) {
    const words = gettext("每个乡镇停留合计不超过（含上下车，不含等候）");
    return this.#field(spec, "minutes_per_town", words, { kind: "full", type: "number", min: "1", max: "7200", unit: gettext("分钟"), placeholder: gettext("不限") });
  }

  /** Sites of which something is said. */
  #drawSites() {
    const { spec, sites } = this.state;
    if (!spec) return;
    const said = (site) =>
      [
        site.must ? gettext("必看") : null,
        site.never ? gettext("不看") : null,
        site.day ? gettext("固定第 {n} 天", { n: site.day }) : null,
        site.visit_min ? gettext("停留 {n} 分", { n: site.visit_min }) : null,
        site.value !== undefined ? gettext("价值 {n}", { n: number(site.value, 1) }) : null,
        ...(site.open ?? []),
        site.reporter || null,
      ].filter(Boolean).join(" · ");
    const rows = spec.sites.map((site, at) =>
      el(
        "li",
        { "data-path": `sites[${at + 1}]`, tabindex: "-1" },
        el("button", { type: "button", class: "row", onclick: () => openSite(this.state, site.code, { mayWrite: this.mayWrite }) }, el("span", { class: "name" }, sites.get(site.code)?.name ?? site.code, el("small", {}, said(site)))),
        el("button", { type: "button", class: "text", onclick: () => this.set((now) => withWish(now, site.code, Object.fromEntries(Object.keys(site).filter((name) => name !== "code").map((name) => [name, null])))) }, gettext("清除")),
      ),
    );
    fill(this.#part("sites"), rows.length ? el("ul", { class: "wish-rows", "data-path": "sites" }, rows) : el("p", { class: "quiet", "data-path": "sites" }, gettext("还没有。在候选点或行程里点项目，可设必看、不看、停留、开放时段和汇报人。")));
    find("[data-count=sites]", this.root).textContent = spec.sites.length ? number(spec.sites.length) : "";
  }

  /** The tour chooses from named sites only. */
  #narrowed(spec) {
    fill(this.#part("codes"), spec.codes.length ? [el("span", {}, gettext("仅限指定的 {n} 个项目", { n: number(spec.codes.length) })), el("button", { type: "button", class: "text", onclick: () => this.changed("codes", []) }, gettext("取消限定"))] : []);
  }

  /** Each refusal at its field; null: all is well. */
  failed(problem, { focus = true } = {}) {
    this.wrong = problem;
    if (problem) this.#tell({ focus });
    else {
      forgetWrong(this.root);
      find("[data-part=form-told]", this.root).textContent = "";
    }
  }

  #tell({ focus }) {
    const rest = tellWrong(this.root, this.wrong, { focus });
    find("[data-part=form-told]", this.root).textContent = rest.length ? refusedWords(rest) : "";
  }
}

/** The usual hints under a section's name, such as how many limits there are. */
export function summaries(spec, root) {
  const said = {
    days: spec.days.length > 1 ? gettext("{n} 天", { n: number(spec.days.length) }) : dayWords(spec.days[0]?.date ?? ""),
    coaches: spec.coaches > 1 ? gettext("{n} 辆", { n: number(spec.coaches) }) : "",
    limits: spec.limits.length ? number(spec.limits.length) : "",
    lunch: spec.lunch ? `${spec.lunch.from}–${spec.lunch.until}` : gettext("不安排"),
    stays: gettext("{n} 分", { n: spec.visit_min ?? "—" }),
    value: spec.min_share_done ? `≥ ${share(spec.min_share_done, 0)}` : "",
  };
  for (const [name, text] of Object.entries(said)) for (const place of findAll(`[data-count=${name}]`, root)) place.textContent = text;
}

