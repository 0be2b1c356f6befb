// The project list under the map: what the filter lets through, sortable, in step with the map.
import { loadScript } from "./api.js";
import { el, fill, find, settled } from "./dom.js";
import { isMissing, NOTHING, number, points, share } from "./format.js";
import { FIRST_ORDER } from "./data.js";
import { badge } from "./marks.js";
import { page } from "./page_data.js";
import { filterQuery } from "./state.js";
import { gettext, isEnglish, wordOf } from "./words.js";

const LIBRARY = `${page.static}/vendor/tabulator-tables/tabulator.min.js`;
const FORMATS = ["xlsx", "gpkg", "geojson", "csv"];
const LAMP_ORDER = ["red", "yellow", "green", "none"];
const NARROW = matchMedia("(max-width: 760px)");

const flagRank = (flags) => (flags?.length ? page.codes.Flag.findIndex((flag) => flag.code === flags[0]) : page.codes.Flag.length);
const stageRank = (code) => page.codes.ProjectStage.findIndex((stage) => stage.code === code);
const byRank = (rank) => (one, other) => rank(one) - rank(other);

/** A share as a small bar with its number. */
function shareCell(value) {
  if (value === null || value === undefined) return NOTHING;
  const bar = el("span", { class: "mini" }, el("i"));
  bar.firstChild.style.width = `${Math.max(0, Math.min(1, value)) * 100}%`;
  return el("span", { class: "with-mini" }, bar, share(value, 0));
}

function nameCell(project) {
  const below = [project.located_in_town_name, wordOf("ProjectStage", project.stage)].filter(Boolean).join(" · ");
  return el("span", { class: "name-cell" }, el("span", { class: "name" }, project.name), el("small", {}, below));
}

const marked = (table, code, words) => el("span", { class: "marked" }, badge(table, code, 18), el("span", {}, words));

// Where there is little room, columns go in this order: the greatest number first. 0 always stays.
const GIVES_WAY = { code: 9, invested_wan: 8, located_in_town_name: 7, plan_wan: 6, float_days: 5, stage: 4, flags: 3, ready_share: 2, at_risk_wan: 1 };
// English words are longer than Chinese ones.
const LONGER = isEnglish ? 1.35 : 1;

function column(title, field, width, more = {}) {
  return { title, field, width, responsive: GIVES_WAY[field] ?? 0, ...more };
}

function worded(title, field, width, more = {}) {
  const sorterParams = { locale: "zh", alignEmptyValues: "bottom" };
  return column(title, field, Math.round(width * LONGER), { sorter: "string", sorterParams, ...more });
}

function numeric(title, field, width, format) {
  return column(title, field, Math.round(width * (isEnglish ? 1.15 : 1)), {
    hozAlign: "right",
    headerHozAlign: "right",
    sorter: "number",
    sorterParams: { alignEmptyValues: "bottom" },
    formatter: (cell) => format(cell.getValue()),
  });
}

const stageCell = (cell) => marked("project_stage", cell.getValue(), wordOf("ProjectStage", cell.getValue()));
const flagsCell = (cell) => (cell.getValue()?.length ? marked("flag", cell.getValue()[0], flagsInWords(cell.getValue())) : NOTHING);
const toldGap = (value) => el("span", { class: isMissing(value) ? "" : value < 0 ? "bad" : "good" }, points(value));
const toldFloat = (value) => el("span", { class: value < 0 ? "bad" : "" }, points(value, 0));

function columns() {
  return [
    column(gettext("灯"), "lamp", isEnglish ? 58 : 46, {
      hozAlign: "center",
      headerHozAlign: "center",
      sorter: byRank((code) => LAMP_ORDER.indexOf(code)),
      formatter: (cell) => badge("lamp", cell.getValue(), 20),
      tooltip: (_, cell) => wordOf("Lamp", cell.getValue()),
    }),
    column(gettext("项目代码"), "code", 154, { cssClass: "code" }),
    worded(gettext("项目名称"), "name", undefined, { width: undefined, minWidth: 150, widthGrow: 3, formatter: (cell) => nameCell(cell.getData()) }),
    worded(gettext("乡镇"), "located_in_town_name", 78),
    worded(gettext("阶段"), "stage", 80, { sorter: byRank(stageRank), formatter: stageCell }),
    numeric(gettext("计划 万元"), "plan_wan", 84, (value) => number(value)),
    numeric(gettext("完成 万元"), "invested_wan", 84, (value) => number(value)),
    numeric(gettext("序时差 pp"), "gap_pp", 84, toldGap),
    numeric(gettext("净地率"), "ready_share", 92, shareCell),
    numeric(gettext("时差 天"), "float_days", 68, toldFloat),
    worded(gettext("供地瓶颈"), "flags", 118, {
      sorter: byRank(flagRank),
      formatter: flagsCell,
      tooltip: (_, cell) => (cell.getValue() ?? []).map((flag) => wordOf("Flag", flag)).join("、"),
    }),
    numeric(gettext("受影响 万元"), "at_risk_wan", 100, (value) => (value ? number(value) : NOTHING)),
  ];
}

function flagsInWords(flags) {
  const more = flags.length > 1 ? ` +${flags.length - 1}` : "";
  return wordOf("Flag", flags[0]) + more;
}

export class ProjectTable {
  /** `heard`: `chosen(code)`, `pointed(code or null)`. */
  constructor(root, state, data, heard) {
    this.root = find("[data-part=grid]", root);
    this.count = find("[data-part=row-count]", root);
    this.exports = find("[data-part=exports]", root);
    this.state = state;
    this.data = data;
    this.heard = heard;
    this.grid = null;
    this.shown = null;
    this.chosen = null;
    // Fetched early; a failure is told by start().
    loadScript(LIBRARY).catch(() => {});
    data.listen((_, name) => name === "projects" && this.draw());
    state.listen((_, changed) => {
      if (changed.has("sel")) this.#select();
      this.#links();
    });
    this.#links();
  }

  /** Load the grid and show what there is. */
  async start() {
    await loadScript(LIBRARY);
    fill(this.root);
    this.shown = this.data.projects;
    this.grid = new Tabulator(this.root, {
      data: this.shown?.projects ?? [],
      index: "code",
      columns: columns(),
      layout: "fitColumns",
      responsiveLayout: "hide",
      height: "100%",
      rowHeight: NARROW.matches ? 56 : 34,
      renderVertical: "virtual",
      columnDefaults: { resizable: "header", headerSortTristate: true, tooltip: false, vertAlign: "middle" },
      initialSort: [{ ...FIRST_ORDER }], // Tabulator writes into it
      placeholder: () => this.#placeholder(),
    });
    await new Promise((resolve) => this.grid.on("tableBuilt", resolve));
    this.built = true;
    this.grid.on("rowClick", (_, row) => this.heard.chosen(row.getIndex()));
    this.grid.on("rowMouseEnter", (_, row) => this.heard.pointed(row.getIndex()));
    this.grid.on("rowMouseLeave", () => this.heard.pointed(null));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    // Tabulator minds the window only; the drawer also changes with the panel.
    this.#mindSize();
    await this.draw();
  }

  /** Draw anew for another size; the first one told is the one that the grid was made for. */
  #mindSize() {
    const size = () => `${this.root.clientWidth} × ${this.root.clientHeight}`;
    let drawn = size();
    const mind = () => {
      if (size() !== drawn) this.grid.redraw(true);
      drawn = size();
    };
    new ResizeObserver(settled(mind, 60)).observe(this.root);
  }

  async draw() {
    const answer = this.data.projects;
    if (!answer) return;
    fill(this.count, gettext("{count} 个项目", { count: number(answer.count) }), answer.count === answer.all ? "" : gettext("（共 {all}）", { all: number(answer.all) }));
    if (!this.built) return;
    this.grid.options.placeholder = this.#placeholder();
    if (answer !== this.shown) await this.grid.replaceData(answer.projects);
    this.shown = answer;
    for (const row of this.grid.getRows("visible")) row.getElement().tabIndex = -1;
    this.#select();
  }

  #placeholder() {
    return el("p", { class: "empty" }, this.data.projects?.all ? gettext("没有符合筛选条件的项目") : gettext("还没有项目数据"));
  }

  #select() {
    if (!this.built) return;
    const { sel } = this.state.now;
    // Not of every row: asked for its element, a row that was never in sight makes one.
    this.chosen?.classList.remove("chosen");
    const row = sel?.layer === "project" ? this.grid.getRow(sel.key) : false;
    this.chosen = row ? row.getElement() : null;
    if (!row) return;
    this.chosen.classList.add("chosen");
    this.grid.scrollToRow(row, "nearest", false).catch(() => {});
  }

  /** The map points at a project: show its row where it is in sight. */
  highlight(code) {
    if (!this.built) return;
    find(".tabulator-row.hovered", this.root)?.classList.remove("hovered");
    const row = code ? this.grid.getRow(code) : false;
    if (row) row.getElement().classList.add("hovered");
  }

  #key(event) {
    const rows = this.grid.getRows("active");
    const { sel } = this.state.now;
    const at = sel?.layer === "project" ? rows.findIndex((row) => row.getIndex() === sel.key) : -1;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !rows.length) return;
    event.preventDefault();
    this.heard.chosen(rows[Math.max(0, Math.min(rows.length - 1, at + step))].getIndex(), { fly: false });
  }

  #links() {
    const query = filterQuery(this.state.now);
    query.set("lang", page.language);
    const parcels = new URLSearchParams([...filterQuery(this.state.now)].map(([name, value]) => (name === "on" ? [name, value] : [`project_${name}`, value])));
    fill(
      this.exports,
      el("a", { href: `/register?${parcels}`, "data-format": "parcels" }, gettext("地块台账")),
      el("a", { href: `/tours?${query}`, "data-format": "tours" }, gettext("编排观摩")),
      FORMATS.map((format) => el("a", { href: `/export/projects.${format}?${query}`, download: true, "data-format": format }, format === "gpkg" ? "GeoPackage" : format === "geojson" ? "GeoJSON" : format.toUpperCase())),
    );
  }
}
