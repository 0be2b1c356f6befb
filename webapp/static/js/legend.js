// The legend: how the projects are coloured, how many of each, and which layers are shown.
import { el, fill, find, findAll, icon } from "./dom.js";
import { number } from "./format.js";
import { badge, swatch } from "./marks.js";
import { page } from "./page_data.js";
import { gettext, wordsOf } from "./words.js";

// Colourings whose classes the filter knows too: a click on a legend row filters.
const FACET_OF = { lamp: "lamp", stage: "stage", flag: "flag" };
const PROPERTY_OF = { lamp: "lamp", stage: "stage", land: "readiness", flag: "worst_flag" };
const SUBLEGENDS = { parcel: "readiness", park: "park", zone: "zone" };

/** The class of a project under a colouring: a code of the colouring's table. */
export function classOf(project, by) {
  if (by !== "risk") return project[PROPERTY_OF[by]] || "none";
  const amount = project.at_risk_wan ?? 0;
  const classes = Object.entries(page.style.risk).sort(([, one], [, other]) => other.from_wan - one.from_wan);
  return (classes.find(([, mark]) => amount >= mark.from_wan) ?? ["none"])[0];
}

function counted(projects, by) {
  const counts = new Map();
  for (const project of projects) {
    const code = classOf(project, by);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

/** Rows of a colouring's legend: code, mark and count, in the table's order; for codes that none has, too. */
export function rowsOf(by, projects) {
  const colouring = page.colourings.find((each) => each.code === by);
  const counts = counted(projects, by);
  return Object.entries(page.style[colouring.table]).map(([code, mark]) => ({
    code,
    table: colouring.table,
    words: wordsOf(mark),
    n: counts.get(code) ?? 0,
  }));
}

/** Parcels by readiness class, from the counts by stage. */
export function parcelsByReadiness(byStage) {
  const counts = {};
  for (const [stage, n] of Object.entries(byStage ?? {})) {
    const readiness = page.readinessOf[stage];
    counts[readiness] = (counts[readiness] ?? 0) + n;
  }
  return counts;
}

export class Legend {
  constructor(root, state, data) {
    this.state = state;
    this.data = data;
    this.colourings = find("[data-part=colourings]", root);
    this.rows = find("[data-part=legend]", root);
    this.layers = find("[data-part=layers]", root);
    this.bases = find("[data-part=bases]", root);
    this.open = new Set(["parcel"]);
    data.listen((_, name) => ["projects", "legend", "info"].includes(name) && this.draw());
    state.listen((_, changed) => ["by", "hide", "base", "facets"].some((name) => changed.has(name)) && this.draw());
    this.draw();
  }

  draw() {
    const focused = document.activeElement?.dataset?.focus;
    for (const name of findAll("[data-part=colouring]")) name.textContent = wordsOf(page.colourings.find((each) => each.code === this.state.now.by));
    fill(this.colourings, page.colourings.map((colouring) => this.#colouring(colouring)));
    fill(this.rows, this.#legend());
    fill(this.layers, this.#layers());
    fill(this.bases, this.#bases());
    if (focused) find(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  #colouring(colouring) {
    const chosen = colouring.code === this.state.now.by;
    return el(
      "button",
      {
        type: "button",
        class: "segment",
        role: "radio",
        "aria-checked": String(chosen),
        title: wordsOf(colouring.hint),
        "data-by": colouring.code,
        "data-focus": `by-${colouring.code}`,
        onclick: () => this.state.set({ by: colouring.code }),
      },
      wordsOf(colouring),
    );
  }

  #legend() {
    const { by } = this.state.now;
    const projects = this.data.projects?.projects;
    if (!projects) return Array.from({ length: 4 }, () => el("li", { class: "skeleton line" }));
    return rowsOf(by, projects).map((row) => this.#row(row, by));
  }

  #row(row, by) {
    const facet = FACET_OF[by];
    const known = facet && (row.code !== "none" || by === "lamp");
    const on = known && this.state.now.facets[facet].includes(row.code);
    const inside = [badge(row.table, row.code, 20), el("span", { class: "name" }, row.words), el("span", { class: "count" }, number(row.n))];
    const attributes = { class: `legend-row${row.n ? "" : " none"}`, "data-code": row.code };
    if (!known) return el("li", {}, el("div", attributes, inside));
    return el(
      "li",
      {},
      el(
        "button",
        {
          ...attributes,
          type: "button",
          "aria-pressed": String(Boolean(on)),
          "data-focus": `legend-${row.code}`,
          title: gettext("点击只看这一类，再点取消"),
          onclick: () => this.state.toggleFacet(facet, row.code),
        },
        inside,
      ),
    );
  }

  #layers() {
    const counts = this.data.info?.counts ?? {};
    const shown = this.data.projects?.count;
    return Object.entries({
      project: [gettext("项目"), shown ?? counts.project],
      parcel: [gettext("地块"), counts.parcel],
      park: [gettext("园区"), counts.park],
      zone: [gettext("管控区"), counts.zone],
      town: [gettext("行政区"), this.data.legend?.town ?? counts.town],
    }).map(([layer, [name, n]]) => this.#layer(layer, name, n));
  }

  #layer(layer, name, n) {
    const hidden = this.state.now.hide.includes(layer);
    const box = el("input", {
      type: "checkbox",
      checked: !hidden,
      "data-layer": layer,
      "data-focus": `layer-${layer}`,
      onchange: () => this.#toggle(layer),
    });
    const head = el(
      "div",
      { class: "layer-head" },
      el("label", { class: "check" }, box, el("span", { class: "name" }, name)),
      el("span", { class: "count" }, n === undefined || n === null ? "" : number(n)),
      layer in SUBLEGENDS ? this.#opener(layer, name) : el("span", { class: "opener" }),
    );
    return el("li", { class: hidden ? "off" : "" }, head, this.open.has(layer) && !hidden ? this.#sublegend(layer) : null);
  }

  #opener(layer, name) {
    const open = this.open.has(layer);
    return el(
      "button",
      {
        type: "button",
        class: "opener",
        "aria-expanded": String(open),
        "aria-label": gettext("{name}图例", { name }),
        "data-focus": `open-${layer}`,
        onclick: () => {
          if (open) this.open.delete(layer);
          else this.open.add(layer);
          this.draw();
        },
      },
      icon(open ? "up" : "down"),
    );
  }

  #sublegend(layer) {
    const table = SUBLEGENDS[layer];
    const sent = this.data.legend?.[layer];
    const counts = layer === "parcel" ? parcelsByReadiness(sent) : (sent ?? {});
    const codes = Object.keys(page.style[table]).filter((code) => (layer === "parcel" ? code !== "uncovered" : counts[code]));
    const rows = codes.map((code) =>
      el(
        "li",
        { class: "legend-row small" },
        swatch(table, code),
        el("span", { class: "name" }, wordsOf(page.style[table][code])),
        el("span", { class: "count" }, number(counts[code] ?? 0)),
      ),
    );
    if (layer === "parcel") rows.push(this.#heldRow());
    return el("ul", { class: "sublegend" }, rows);
  }

  #heldRow() {
    return el("li", { class: "legend-row small" }, el("i", { class: "held-mark" }), el("span", { class: "name" }, gettext("受阻（争议、诉讼、阻工）")));
  }

  #toggle(layer) {
    const { hide } = this.state.now;
    this.state.set({ hide: hide.includes(layer) ? hide.filter((other) => other !== layer) : [...hide, layer] });
  }

  #bases() {
    const maps = this.data.info?.basemaps ?? [];
    if (!maps.length) return [];
    const choose = (id, name) =>
      el(
        "label",
        { class: "check" },
        el("input", { type: "radio", name: "base", checked: (this.state.now.base ?? "") === id, onchange: () => this.state.set({ base: id || null }) }),
        el("span", { class: "name" }, name),
      );
    return [el("h3", {}, gettext("底图")), choose("", gettext("无底图")), maps.map((map) => choose(map.id, map.name))];
  }
}
