// The detail panel: opens what is selected, lists what lies under a click, shows loading and failure.
import { ask, inPath } from "./api.js";
import { el, fill, find, findAll, icon, walkWithArrows } from "./dom.js";
import { area } from "./format.js";
import { badge, swatch } from "./marks.js";
import { page } from "./page_data.js";
import { parcelPanel } from "./panel_parcel.js";
import { parkPanel, townPanel, zonePanel } from "./panel_place.js";
import { drawCurve, projectPanel } from "./panel_project.js";
import { gettext, wordOf, wordsOf } from "./words.js";

function markOfThing(thing) {
  if (thing.layer === "project") return badge("lamp", thing.lamp || "none", 20);
  if (thing.layer === "parcel") return badge("stage", thing.stage, 20);
  if (thing.layer === "zone") return swatch("zone", thing.kind, 22, 14);
  return swatch(thing.layer, thing.level, 22, 14);
}

const PANELS = { parcel: parcelPanel, park: parkPanel, zone: zonePanel };

export class Panel {
  /** `act`: `flyTo(bounds)`, `markBlocking(numbers)`, `opened(open)`. */
  constructor(root, state, data, act) {
    this.root = root;
    this.state = state;
    this.data = data;
    this.act = act;
    this.kind = find("[data-part=panel-kind]", root);
    this.title = find("[data-part=panel-title]", root);
    this.sub = find("[data-part=panel-sub]", root);
    this.body = find("[data-part=panel-body]", root);
    this.seen = new Map();
    this.chart = null;
    this.bounds = null;
    find("[data-act=panel-close]", root).addEventListener("click", () => this.close());
    find("[data-act=panel-fly]", root).addEventListener("click", () => this.bounds && act.flyTo(this.bounds));
    state.listen((_, changed) => (changed.has("sel") || (changed.has("on") && state.now.sel)) && this.show());
    data.listen((_, name) => ["totals", "projects", "towns"].includes(name) && this.#townAnew());
    new ResizeObserver(() => this.chart?.resize()).observe(this.body);
  }

  get isOpen() {
    return !this.root.hidden;
  }

  close() {
    this.#hide();
    if (this.state.now.sel) this.state.set({ sel: null });
  }

  #hide() {
    this.root.hidden = true;
    this.act.markBlocking([]);
    this.act.opened(false);
  }

  #head(kind, title, sub = "") {
    this.root.hidden = false;
    this.kind.textContent = kind;
    this.title.textContent = title;
    this.sub.textContent = sub;
    this.chart?.dispose();
    this.chart = null;
    this.bounds = null;
    find("[data-act=panel-fly]", this.root).hidden = true;
    this.act.opened(true);
  }

  /** Open what the state has selected; close where it has nothing. */
  async show() {
    const { sel } = this.state.now;
    if (!sel) return this.#hide();
    const known = this.seen.get(`${sel.layer}:${sel.key}`) ?? this.data.byCode.get(sel.key);
    this.#head(wordsOf(page.things[sel.layer]), known?.name || sel.key, sel.key);
    fill(this.body, Array.from({ length: 5 }, () => el("div", { class: "skeleton block" })));
    this.body.scrollTop = 0;
    try {
      await this.#open(sel);
    } catch (problem) {
      if (this.#isStill(sel)) this.#failed(problem);
    }
    return null;
  }

  #isStill(sel) {
    const now = this.state.now.sel;
    return now?.layer === sel.layer && now.key === sel.key;
  }

  async #open(sel) {
    const query = new URLSearchParams(this.state.now.on ? { on: this.state.now.on } : {});
    const paths = { project: "/api/projects/", parcel: "/api/parcels/", park: "/api/parks/", zone: "/api/zones/" };
    if (!(sel.layer in paths)) return this.#openLocal(sel);
    const answer = await ask(paths[sel.layer] + inPath(sel.key), query, "panel");
    if (!answer || !this.#isStill(sel)) return null;
    this.#place(answer.bounds);
    const act = this.#actions();
    if (sel.layer === "project") return this.#project(answer, act);
    const thing = answer[sel.layer];
    this.#named(thing.name || sel.key, sel.key);
    this.act.markBlocking([]);
    fill(this.body, PANELS[sel.layer](answer, act, answer.on));
    return null;
  }

  #project(answer, act) {
    const { project } = answer;
    this.#named(project.name, project.code);
    fill(this.kind, badge("lamp", project.lamp, 18), ` ${wordsOf(page.things.project)}`);
    this.act.markBlocking((answer.blocking ?? []).map((part) => part.parcel_no).filter(Boolean));
    fill(this.body, projectPanel(answer, act, answer.on));
    const box = find("[data-part=curve]", this.body);
    if (box) drawCurve(box, answer.curve).then((chart) => (this.chart = chart), (problem) => fill(box, problem.message));
  }

  #openLocal(sel) {
    this.act.markBlocking([]);
    const act = this.#actions();
    const town = (this.data.towns ?? []).find((each) => each.code === sel.key) ?? { code: sel.key, name: sel.key };
    const row = this.data.totals?.rows?.find((each) => each.code === sel.key);
    const inside = (this.data.projects?.projects ?? []).filter((project) => project.located_in_town === sel.key);
    this.#named(town.name, sel.key);
    this.#place(town.bounds);
    return fill(this.body, townPanel(town, row, inside, act));
  }

  /** A town's panel is made of the page's own totals: they have come for another day or filter. */
  #townAnew() {
    const { sel } = this.state.now;
    if (this.isOpen && sel?.layer === "town") this.#openLocal(sel);
  }

  #named(name, key) {
    this.title.textContent = name;
    this.sub.textContent = name === key ? "" : key;
  }

  #place(bounds) {
    this.bounds = bounds ?? null;
    find("[data-act=panel-fly]", this.root).hidden = !this.bounds;
  }

  #actions() {
    return {
      open: (sel) => this.state.set({ sel }),
      filterTown: (code) => this.state.setFacet("town", [code]),
      flyTo: (part) => {
        if (part.bounds) this.act.flyTo(part.bounds);
        for (const row of findAll("[data-parcel]", this.body)) row.classList.toggle("chosen", row.dataset.parcel === part.parcel_no);
      },
    };
  }

  #failed(problem) {
    this.act.markBlocking([]);
    fill(
      this.body,
      el(
        "div",
        { class: "failure", role: "alert" },
        icon("warning"),
        el("p", {}, problem.message),
        problem.detail ? el("p", { class: "quiet" }, problem.detail) : null,
        el("button", { type: "button", class: "button", onclick: () => this.show() }, gettext("重试")),
      ),
    );
  }

  /** Several things under one click: a list, smallest first. */
  choose(things) {
    for (const thing of things) this.seen.set(`${thing.layer}:${thing.code}`, thing);
    if (things.length === 1) return this.state.set({ sel: { layer: things[0].layer, key: things[0].code } });
    if (this.state.now.sel) this.state.set({ sel: null });
    this.#head(gettext("点到的位置"), gettext("这里有 {n} 项", { n: things.length }));
    this.act.markBlocking([]);
    const rows = things.map((thing) =>
      el(
        "li",
        {},
        el(
          "button",
          { type: "button", class: "row two", "data-layer": thing.layer, onclick: () => this.state.set({ sel: { layer: thing.layer, key: thing.code } }) },
          markOfThing(thing),
          el("span", { class: "name" }, thing.name || thing.code, el("small", {}, this.#saysOf(thing))),
          el("span", { class: "count" }, thing.area_m2 ? area(thing.area_m2) : ""),
        ),
      ),
    );
    fill(this.body, walkWithArrows(el("ul", { class: "rows chooser" }, rows), "button.row"));
    find("button.row", this.body)?.focus({ preventScroll: true });
    return null;
  }

  #saysOf(thing) {
    const more = {
      project: wordOf("ProjectStage", thing.stage),
      parcel: wordOf("Stage", thing.stage),
      park: wordOf("Level", thing.level),
      zone: wordOf("ZoneKind", thing.kind),
      town: wordOf("TownLevel", thing.level),
    }[thing.layer];
    return [wordsOf(page.things[thing.layer]), more].filter(Boolean).join(" · ");
  }
}

/** The order in which things under a click are offered: smallest first, towns after all else. */
export function ordered(things) {
  const isTown = (thing) => Number(thing.layer === "town");
  return [...things].sort((one, other) => isTown(one) - isTown(other) || (one.area_m2 ?? 0) - (other.area_m2 ?? 0));
}

