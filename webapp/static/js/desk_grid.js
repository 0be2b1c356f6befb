// A list of the desk (Tabulator): thousands of rows, sorted by a click, walked through with the arrow keys.
import { loadScript } from "./api.js";
import { asNode, el, fill, settled } from "./dom.js";
import { NOTHING } from "./format.js";
import { page } from "./page_data.js";
import { isEnglish } from "./words.js";

const LIBRARY = `${page.static}/vendor/tabulator-tables/tabulator.min.js`;
const NARROW = matchMedia("(max-width: 760px)");
// English words are longer than Chinese ones.
const LONGER = isEnglish ? 1.3 : 1;

/** A column of texts; `more` is as Tabulator has it. */
export function textColumn(title, field, width, more = {}) {
  const sorterParams = { locale: "zh", alignEmptyValues: "bottom" };
  return { title, field, width: Math.round(width * LONGER), sorter: "string", sorterParams, formatter: (cell) => cell.getValue() ?? NOTHING, ...more };
}

/** A column of numbers, shown by `format`. */
export function numberColumn(title, field, width, format, more = {}) {
  return {
    title,
    field,
    width: Math.round(width * LONGER),
    hozAlign: "right",
    headerHozAlign: "right",
    sorter: "number",
    sorterParams: { alignEmptyValues: "bottom" },
    formatter: (cell) => format(cell.getValue()),
    ...more,
  };
}

/** The column, whose texts are never read as markup: Tabulator takes a formatter's string for HTML. */
function plain({ formatter, tooltip, ...column }) {
  const shown = (text) => (text ? el("div", {}, text) : text);
  const told = tooltip ? { tooltip: (...given) => shown(tooltip(...given)) } : {};
  return { ...column, ...told, formatter: (...given) => asNode(formatter(...given)) };
}

/** A list in `root`; `index` names the column of the rows' keys, `empty` what stands where there are none. */
export class DeskGrid {
  #built = null;

  constructor(root, { index, columns, empty, opened = () => {} }) {
    this.root = root;
    this.#built = this.#make(index, columns, empty, opened);
  }

  async #make(index, columns, empty, opened) {
    await loadScript(LIBRARY);
    // Tabulator sets its own element's height; the room is its parent's.
    const box = el("div");
    fill(this.root, box);
    const grid = new Tabulator(box, {
      data: [],
      index,
      columns: columns.map(plain),
      layout: "fitDataFill",
      height: "100%",
      rowHeight: NARROW.matches ? 46 : 34,
      renderVertical: "virtual",
      columnDefaults: { resizable: "header", headerSortTristate: true, tooltip: false, vertAlign: "middle" },
      placeholder: () => el("p", { class: "empty" }, empty),
    });
    await new Promise((done) => grid.on("tableBuilt", done));
    grid.on("rowDblClick", (_, row) => opened(row.getData()));
    this.#walk(opened, grid);
    let width = this.root.clientWidth;
    const mind = () => {
      if (this.root.clientWidth !== width) grid.redraw(true);
      width = this.root.clientWidth;
    };
    new ResizeObserver(settled(mind, 60)).observe(this.root);
    return grid;
  }

  /** The focus stands on a row; the arrows move it, Enter opens it. */
  #walk(opened, grid) {
    this.root.tabIndex = 0;
    this.root.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Enter" && this.row && event.target === this.root) opened(this.row.getData());
      if (!step) return;
      event.preventDefault();
      const rows = grid.getRows("active");
      const at = Math.max(0, Math.min(rows.length - 1, rows.indexOf(this.row) + step));
      if (rows.length) this.#mark(rows[at], grid);
    });
    grid.on("rowClick", (_, row) => this.#mark(row, grid, false));
  }

  #mark(row, grid, scrolls = true) {
    this.row?.getElement().classList.remove("chosen");
    this.row = row;
    row.getElement().classList.add("chosen");
    if (scrolls) grid.scrollToRow(row, "nearest", false).catch(() => {});
  }

  async show(rows) {
    const grid = await this.#built;
    this.row = null;
    await grid.replaceData(rows);
  }
}
