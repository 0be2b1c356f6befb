// The candidates of a tour: what each is worth and why, whether it may be visited, must or never, and where it is now.
import { DeskGrid, numberColumn, textColumn } from "./desk_grid.js";
import { el, icon, settled } from "./dom.js";
import { NOTHING, number, share } from "./format.js";
import { isPhone } from "./layout.js";
import { badge } from "./marks.js";
import { steady } from "./steady.js";
import { dayOnly, points, said, stopLabel } from "./tour_words.js";
import { gettext, wordOf } from "./words.js";

const FIND_AFTER_MS = 200;
const PARTS = () => [
  ["investment", gettext("投资")],
  ["lamp", gettext("灯")],
  ["level", gettext("级别")],
  ["progress", gettext("进度")],
];

/** The parts of a value in words, each out of 100. */
export const partsInWords = (site) => (site.value_parts ? PARTS().map(([name, text]) => `${text} ${number(site.value_parts[name], 0)}`).join(" · ") : "");

export class SiteList {
  /** `acts`: `open(code)`, `wish(code, "must" | "never")`, `add(code)`, `look(code)`. */
  constructor(root, { count, find }, state, { acts, mayWrite }) {
    Object.assign(this, { count, find, state, acts, mayWrite });
    /** Show the candidates as the state has them. */
    this.draw = steady(() => this.#draw());
    find.addEventListener("input", settled(() => this.draw(), FIND_AFTER_MS));
    this.grid = new DeskGrid(root, { index: "code", empty: gettext("筛选后没有项目"), opened: ({ code }) => acts.open(code), columns: this.#columns() });
  }

  #columns() {
    const of = (cell) => cell.getRow().getData();
    const name = (cell) => el("button", { type: "button", class: "text name", onclick: () => this.acts.open(of(cell).code) }, of(cell).name);
    const lamp = (cell) => el("span", { class: "marked" }, badge("lamp", cell.getValue() || "none", 16), el("span", {}, wordOf("Lamp", cell.getValue() || "none")));
    const flag = (cell) => (cell.getValue() ? el("span", { class: "marked" }, badge("flag", cell.getValue(), 16), el("span", {}, wordOf("Flag", cell.getValue()))) : NOTHING);
    const standing = (cell) => (of(cell).stop ? el("b", { class: "stop-no small" }, of(cell).stop) : of(cell).eligible ? gettext("可选") : el("span", { class: "bad" }, said(of(cell).why) || gettext("不可选")));
    return [
      textColumn(gettext("项目"), "name", isPhone() ? 150 : 230, { formatter: name, frozen: true }),
      ...(this.mayWrite ? [{ title: gettext("要求"), field: "wish", width: isPhone() ? 200 : 152, headerSort: false, formatter: (cell) => this.#toggles(of(cell)) }] : []),
      textColumn(gettext("状态"), "standing", 150, { formatter: standing }),
      numberColumn(gettext("价值"), "value", 64, points),
      textColumn(gettext("价值构成（各 0—100）"), "parts", 220),
      numberColumn(gettext("投资完成"), "share_done", 82, (value) => share(value, 0)),
      numberColumn(gettext("停留"), "visit_min", 62, (value) => gettext("{n} 分", { n: number(value) })),
      textColumn(gettext("乡镇"), "town_name", 90),
      textColumn(gettext("园区"), "park_name", 110, { formatter: (cell) => cell.getValue() || NOTHING }),
      textColumn(gettext("类别"), "category", 90, { formatter: (cell) => (cell.getValue() ? wordOf("ProjectCategory", cell.getValue()) : NOTHING) }),
      textColumn(gettext("进度灯"), "lamp", 76, { formatter: lamp }),
      textColumn(gettext("供地瓶颈"), "worst_flag", 120, { formatter: flag }),
      textColumn(gettext("上次观摩"), "last_seen_on", 96, { formatter: (cell) => dayOnly(cell.getValue()) || NOTHING }),
      numberColumn(gettext("距公路"), "off_road_m", 84, (value) => (value === null || value === undefined ? NOTHING : gettext("{n} 米", { n: number(value) }))),
    ];
  }

  #toggles(site) {
    const toggle = (kind, words, is) => el("button", { type: "button", class: "tiny", "aria-pressed": String(is), "aria-label": `${words}：${site.name}`, onclick: () => this.acts.wish(site.code, kind) }, words);
    const add = site.stop ? null : el("button", { type: "button", class: "tiny", "aria-label": `${gettext("加入")}：${site.name}`, title: gettext("加入行程"), disabled: !site.lonlat, onclick: () => this.acts.add(site.code) }, icon("plus"));
    return el("span", { class: "tinies" }, toggle("must", gettext("必看"), site.must), toggle("never", gettext("不看"), site.never), add);
  }

  async #draw() {
    const { state } = this;
    const wishes = new Map(state.spec.sites.map((site) => [site.code, site]));
    const rows = [...state.sites.values()].map((site) => {
      const place = state.placeOf(site.code);
      const wish = wishes.get(site.code) ?? {};
      const stop = place ? stopLabel(place.route, place.at, state.routes.length) : "";
      return { ...site, stop, must: Boolean(wish.must), never: Boolean(wish.never), parts: partsInWords(site), standing: stop ? `0${stop}` : site.eligible ? "1" : `2${site.reason}` };
    });
    rows.sort((a, b) => Number(b.eligible) - Number(a.eligible) || b.value - a.value);
    const wanted = this.find.value.trim().toLowerCase();
    const found = rows.filter((row) => [row.name, row.code, row.town_name].some((text) => text?.toLowerCase().includes(wanted)));
    const eligible = rows.filter((row) => row.eligible).length;
    this.count.textContent = gettext("{n} 个候选，{m} 个可选", { n: number(rows.length), m: number(eligible) });
    await this.grid.show(found);
  }
}
