// The ledger: rows asked for page by page as somebody scrolls, sorted by the server; bound to the map by the selection.
import { ask, loadScript } from "./api.js";
import { el, fill, find, findAll, settled } from "./dom.js";
import { number } from "./format.js";
import { page } from "./page_data.js";
import { tableColumn, USUAL, USUAL_ON_PHONE } from "./register_columns.js";
import { filterQuery } from "./register_state.js";
import { gettext } from "./words.js";

const LIBRARY = `${page.static}/vendor/tabulator-tables/tabulator.min.js`;
const ROWS_ASKED = 200;
const PHONE = matchMedia("(max-width: 760px)");

const textOf = ([by]) => (by ? `${by.dir === "desc" ? "-" : ""}${by.field}` : "");

export class RegisterTable {
  /**
   * `heard`: `answered(answer)`, `failed(problem or null)`, `chosen(parcel_no)`, `picked(numbers)`;
   * `editorOf(name)` gives what Tabulator needs to edit a column, or {}.
   */
  constructor(root, state, heard, editorOf) {
    this.root = root;
    this.state = state;
    this.heard = heard;
    this.editorOf = editorOf;
    this.grid = null;
    this.current = null;
    this.count = 0;
    // The sort that the grid's headers show, and the one of the rows that were asked for last.
    this.marked = "";
    this.asked = null;
    loadScript(LIBRARY).catch(() => {});
  }

  get today() {
    return this.state.now.on ?? page.info.on;
  }

  get columns() {
    const { columns } = this.state.now;
    if (columns.length) return columns;
    return PHONE.matches ? USUAL_ON_PHONE : USUAL;
  }

  async start() {
    await loadScript(LIBRARY);
    fill(this.root);
    this.marked = textOf(this.#sorters());
    this.grid = new Tabulator(this.root, {
      index: "parcel_no",
      columns: this.#columns(),
      layout: PHONE.matches ? "fitColumns" : "fitDataFill",
      height: "100%",
      rowHeight: PHONE.matches ? 56 : 34,
      renderVertical: "virtual",
      sortMode: "remote",
      initialSort: this.#sorters(),
      ajaxURL: "/api/register",
      ajaxRequestFunc: (_, __, params) => this.#rows(params),
      progressiveLoad: "scroll",
      progressiveLoadScrollMargin: 600,
      paginationSize: ROWS_ASKED,
      dataLoader: false,
      // Boxes pick rows; a click elsewhere on a row opens it.
      selectableRows: "highlight",
      selectableRowsPersistence: true,
      editTriggerEvent: "dblclick",
      printAsHtml: true,
      printStyled: false,
      printRowRange: "active",
      columnDefaults: { resizable: "header", headerSortTristate: true, vertAlign: "middle", tooltip: false },
      placeholder: el("p", { class: "empty" }, gettext("没有符合条件的地块")),
      rowFormatter: (row) => this.#dress(row),
    });
    await new Promise((resolve) => this.grid.on("tableBuilt", resolve));
    this.#listen();
    new ResizeObserver(settled(() => this.grid.redraw(), 80)).observe(this.root);
  }

  #columns() {
    const how = { unit: this.state.now.unit_of_area, today: () => this.today, isPhone: PHONE.matches };
    const boxes = { formatter: "rowSelection", titleFormatter: "rowSelection", titleFormatterParams: { rowRange: "active" }, hozAlign: "center", headerHozAlign: "center", headerSort: false, width: 40, frozen: !PHONE.matches, print: false, cssClass: "boxes" };
    return [boxes, ...this.columns.map((name) => tableColumn(name, { ...how, editor: this.editorOf(name) }))];
  }

  /** What narrows the list, in words. */
  conditions() {
    const chips = findAll("[data-part=chips] .chip").map((chip) => find(".value", chip).textContent);
    return [gettext("{count} 个地块", { count: number(this.count) }), ...chips].join(" · ");
  }

  /** Other columns, or the same with another unit or with editors. */
  redraw() {
    if (!this.grid) return;
    this.grid.setColumns(this.#columns());
    this.#mark();
  }

  /** Ask anew from the first row on. */
  reload() {
    if (!this.grid) return null;
    this.#mark();
    return this.grid.setData();
  }

  /** The state names a sort: ask for it, but where it came from a header, which has asked already. */
  sorted() {
    return this.state.now.sort === this.asked ? null : this.reload();
  }

  /** The state's sort as the grid has it; none where its column is hidden. */
  #sorters() {
    const { sort } = this.state.now;
    const column = sort.replace(/^-/, "");
    return this.columns.includes(column) ? [{ column, field: column, dir: sort.startsWith("-") ? "desc" : "asc" }] : [];
  }

  /** Show the state's sort in the headers; the grid's own setSort would ask for the rows, too. */
  #mark() {
    const sorters = this.#sorters();
    const { sort } = this.grid.modules;
    this.marked = textOf(sorters);
    sort.setSort(sorters);
    sort.clearColumnHeaders();
    for (const { column, dir } of sorters) sort.setColumnHeader(column, dir);
  }

  /** Whoever clicks a header gives the state another sort. */
  #heed(sorters) {
    const inHeaders = textOf(sorters);
    if (inHeaders === this.marked) return;
    this.marked = inHeaders;
    this.asked = inHeaders;
    this.state.set({ sort: inHeaders }, { quiet: true });
  }

  async #rows({ page: n, size, sort }) {
    this.#heed(sort ?? []);
    this.asked = this.state.now.sort;
    const query = filterQuery(this.state.now);
    query.set("offset", String((n - 1) * size));
    query.set("limit", String(size));
    if (this.asked) query.set("sort", this.asked);
    if (!this.state.now.on) query.set("versions", "true");
    try {
      const answer = await ask("/api/register", query, n === 1 ? "register" : `register ${n}`);
      if (answer === null) return { last_page: 1, data: [] };
      this.count = answer.count;
      this.heard.failed(null);
      this.heard.answered(answer);
      return { last_page: Math.max(1, Math.ceil(answer.count / size)), data: answer.rows };
    } catch (problem) {
      this.heard.failed(problem);
      return { last_page: n, data: [] };
    }
  }

  #listen() {
    this.grid.on("rowClick", (event, row) => !event.target.closest(".boxes, .tabulator-editing") && this.heard.chosen(row.getIndex()));
    this.grid.on("rowSelectionChanged", (rows) => this.heard.picked(rows.map((row) => row.parcel_no)));
    this.root.addEventListener("keydown", (event) => this.#key(event));
  }

  #dress(row) {
    const element = row.getElement();
    element.tabIndex = -1;
    element.classList.toggle("current", row.getIndex() === this.current);
  }

  /** Show which parcel is open. */
  mark(number, { scroll = true } = {}) {
    const before = this.current && this.grid?.getRow(this.current);
    this.current = number;
    if (before) before.getElement().classList.remove("current");
    const row = number && this.grid?.getRow(number);
    if (!row) return;
    row.getElement().classList.add("current");
    if (scroll) this.grid.scrollToRow(row, "nearest", false).catch(() => {});
  }

  /** Arrows go from row to row, Space picks, Enter opens. */
  #key(event) {
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    const rows = step ? this.grid.getRows("active") : [];
    if (step && rows.length) {
      event.preventDefault();
      const at = rows.findIndex((row) => row.getIndex() === this.current);
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
      this.heard.chosen(next.getIndex(), { fly: false });
      next.getElement().focus({ preventScroll: true });
    } else if (event.key === " " && this.current) {
      event.preventDefault();
      this.grid.getRow(this.current)?.toggleSelect();
    }
  }

  /** Put what the server says now into rows that are shown. */
  update(rows) {
    const shown = rows.filter((row) => this.grid.getRow(row.parcel_no));
    return shown.length ? this.grid.updateData(shown) : Promise.resolve();
  }

  row(number) {
    const row = this.grid?.getRow(number);
    return row ? row.getData() : null;
  }

  clearPicked() {
    this.grid.deselectRow();
  }
}

/** The numbers of every row of the filter, at most `most`. */
export async function numbersOfFilter(state, most) {
  const numbers = [];
  for (let offset = 0; offset < most; offset += 500) {
    const query = filterQuery(state);
    query.set("offset", String(offset));
    query.set("limit", "500");
    query.set("columns", "parcel_no");
    const answer = await ask("/api/register", query, "numbers");
    if (!answer) return numbers;
    numbers.push(...answer.rows.map((row) => row.parcel_no));
    if (offset + 500 >= answer.count) break;
  }
  return numbers.slice(0, most);
}
