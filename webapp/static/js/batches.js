// The page of approval batches: all of them, or the one that the address names.
import { ask, inPath } from "./api.js";
import { addDialog, newDialog, quotaDialog } from "./batch_dialogs.js";
import { quotaCard, stateChip, STATES } from "./batch_parts.js";
import { BatchView } from "./batch_view.js";
import { openFrame } from "./desk_frame.js";
import { DeskGrid, numberColumn, textColumn } from "./desk_grid.js";
import { el, fill, find, findAll } from "./dom.js";
import { mu, NOTHING, number } from "./format.js";
import { may } from "./page_data.js";
import { QueryState } from "./query_state.js";
import { drawSelect } from "./segments.js";
import { tell } from "./tools.js";
import { gettext, wordOf } from "./words.js";

const state = new QueryState(["name", "state", "year", "add"]);
const part = (name) => find(`[data-part=${name}]`);
const banners = openFrame({ retry: () => load(), isShown: () => answer !== null });
const mayWrite = may("batches");
let answer = null;
let view = null;

for (const button of findAll(".writes")) button.hidden = !mayWrite;

const open = (row) => state.set({ name: row.name });

const grid = new DeskGrid(part("grid"), {
  index: "name",
  empty: gettext("还没有报批批次"),
  opened: open,
  columns: [
    textColumn(gettext("批次"), "name", 240, { formatter: (cell) => el("a", { href: `/batches?name=${encodeURIComponent(cell.getValue())}`, onclick: (event) => follow(event, cell.getRow().getData()) }, cell.getValue()) }),
    textColumn(gettext("状态"), "state", 110, { formatter: (cell) => stateChip(cell.getValue()) }),
    numberColumn(gettext("年度"), "year", 70, (value) => value),
    numberColumn(gettext("地块"), "parcels", 70, (value) => number(value)),
    numberColumn(gettext("面积"), "planar_m2", 110, (value) => mu(value)),
    numberColumn(gettext("户数"), "households", 80, (value) => number(value)),
    textColumn(gettext("报批方式"), "kind", 110, { formatter: (cell) => (cell.getValue() ? wordOf("BatchKind", cell.getValue()) : gettext("未登记")) }),
    textColumn(gettext("上报日期"), "submitted_on", 105),
    textColumn(gettext("批准日期"), "approved_on", 105),
    textColumn(gettext("批准文号"), "document", 180, { formatter: (cell) => cell.getValue() || NOTHING }),
    textColumn(gettext("用途"), "purpose", 160, { formatter: (cell) => cell.getValue() || NOTHING }),
  ],
});

function follow(event, row) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(row);
}

function drawList() {
  const years = [...new Set(answer.batches.map((batch) => batch.year))].sort((a, b) => b - a);
  fill(
    part("filters"),
    drawSelect(gettext("状态"), gettext("全部状态"), STATES, state.now.state, (code) => state.set({ state: code })),
    drawSelect(gettext("年度"), gettext("全部年度"), years.map((year) => [String(year), String(year)]), state.now.year, (year) => state.set({ year })),
  );
  const rows = answer.batches.filter((batch) => (!state.now.state || batch.state === state.now.state) && (!state.now.year || String(batch.year) === state.now.year));
  fill(part("count"), gettext("{n} 个批次，{m} 块地", { n: number(rows.length), m: number(rows.reduce((sum, batch) => sum + batch.parcels, 0)) }));
  fill(part("quotas"), answer.quotas.map((quota) => quotaCard({ ...quota, this_m2: 0 })));
  return grid.show(rows);
}

async function load() {
  const { name } = state.now;
  part("list-view").hidden = Boolean(name);
  part("batch-view").hidden = !name;
  document.body.dataset.ready = "false";
  try {
    if (name) {
      const found = await ask(`/api/batches/${inPath(name)}`, null, "batch");
      if (!found) return;
      view ??= new BatchView({ mayWrite, changed: load, left: () => state.set({ name: "" }), failed: (problem) => banners.failed(problem, "batch") });
      await view.show(found);
    } else {
      const found = await ask("/api/batches", null, "batches");
      if (!found) return;
      answer = found;
      await drawList();
    }
    banners.failed(null, "batch");
    document.body.dataset.ready = "true";
    if (state.now.add && mayWrite) await take(state.now.add.split(",").filter(Boolean));
  } catch (problem) {
    banners.failed(problem, "batch");
  }
}

/** Parcels that another page chose: into a batch that is there, or a new one. */
async function take(numbers) {
  const drafts = (answer ?? (await ask("/api/batches", null, "batches")))?.batches.filter((batch) => batch.registered && batch.state !== "approved") ?? [];
  state.set({ add: "" });
  const name = await addDialog(numbers, drafts);
  if (name) state.set({ name });
}

async function make() {
  const made = await newDialog([]);
  if (made) {
    tell(gettext("已建立批次"));
    state.set({ name: made.name });
  }
}

find("[data-act=new]").addEventListener("click", make);
find("[data-act=quota]").addEventListener("click", async () => {
  if (await quotaDialog(answer?.quotas ?? [])) await load();
});
find("[data-act=back]").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  state.set({ name: "" });
});
state.listen(load);
load();
