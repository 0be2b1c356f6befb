// The page of two days: figures, groups, map, matrix and lists; and the tasks of linear projects on a tab of their own.
import { ask } from "./api.js";
import { CompareMap } from "./compare_map.js";
import { drawFigures, drawGroups, drawMatrix } from "./compare_tables.js";
import { DeskGrid, numberColumn, textColumn } from "./desk_grid.js";
import { openFrame } from "./desk_frame.js";
import { el, fill, find } from "./dom.js";
import { day, mu, NOTHING, number } from "./format.js";
import { page } from "./page_data.js";
import { QueryState } from "./query_state.js";
import { drawSegments, drawSelect } from "./segments.js";
import { TasksPanel } from "./tasks_panel.js";
import { gettext, wordIn, wordOf } from "./words.js";

const OF_SERVER = ["from", "to", "by", "town", "unit", "movement", "outcome"];
const BY = [["town", gettext("按乡镇")], ["unit", gettext("按单位")]];
const OF = { town: gettext("乡镇"), unit: gettext("单位") };
const TABS = [["", gettext("两日对照")], ["tasks", gettext("征收任务")]];
const LISTS = [["", gettext("地块变化")], ["promises", gettext("承诺兑现")]];
const state = new QueryState([...OF_SERVER, "list", "view", "project"]);
const part = (name) => find(`[data-part=${name}]`);
const banners = openFrame({ retry: () => load(), isShown: () => answer !== null });
let [answer, map, shown] = [null, null, ""];

const stage = (cell) => (cell.getValue() ? wordOf("Stage", cell.getValue()) : NOTHING);
const link = (cell) => el("a", { href: `/?sel=parcel:${encodeURIComponent(cell.getValue())}${state.now.to ? `&on=${state.now.to}` : ""}` }, cell.getValue());
const shared = () => [textColumn(gettext("地块编号"), "parcel_no", 138, { formatter: link }), textColumn(gettext("名称"), "name", 190), textColumn(gettext("乡镇"), "town_name", 90), textColumn(gettext("单位"), "unit", 150), numberColumn(gettext("面积"), "area_planar_m2", 96, (value) => mu(value))];

function parcelColumns() {
  return [
    ...shared(),
    textColumn(gettext("变化"), "movement", 80, { formatter: (cell) => wordIn(answer.movements, cell.getValue()) }),
    numberColumn(gettext("步数"), "steps", 70, (value) => number(value)),
    textColumn(gettext("起始阶段"), "stage_from", 130, { formatter: stage }),
    textColumn(gettext("截止阶段"), "stage_to", 130, { formatter: stage }),
    numberColumn(gettext("户数"), "households", 70, (value) => number(value)),
    numberColumn(gettext("应付 万元"), "due_wan", 96, (value) => number(value, 1)),
    numberColumn(gettext("截止已付 万元"), "paid_to_wan", 112, (value) => number(value, 1)),
  ];
}

function promiseColumns() {
  return [
    ...shared(),
    textColumn(gettext("承诺阶段"), "stage", 130, { formatter: stage }),
    textColumn(gettext("承诺日期"), "planned_on", 100),
    textColumn(gettext("完成日期"), "done_on", 100, { formatter: (cell) => day(cell.getValue()) }),
    textColumn(gettext("兑现情况"), "outcome", 100, { formatter: (cell) => wordIn(answer.outcomes, cell.getValue()) }),
    numberColumn(gettext("逾期天数"), "days_late", 90, (value) => (value ? number(value) : NOTHING)),
    textColumn(gettext("起始日已逾期"), "was_overdue", 110, { formatter: (cell) => (cell.getValue() ? gettext("是") : NOTHING) }),
  ];
}

let grid = null;
let gridOf = null;

async function drawList() {
  const isPromises = state.now.list === "promises";
  if (gridOf !== state.now.list) {
    const fresh = el("div", { class: "list no-print", "data-part": "grid" });
    part("grid").replaceWith(fresh);
    grid = new DeskGrid(fresh, { index: "", columns: isPromises ? promiseColumns() : parcelColumns(), empty: gettext("没有符合条件的记录") });
    gridOf = state.now.list;
  }
  const [rows, count] = isPromises ? [answer.promises, answer.promise_count] : [answer.parcels, answer.parcel_count];
  const cut = count > rows.length ? gettext("，列出前 {n} 条，导出可得全部", { n: number(rows.length) }) : "";
  fill(part("count"), gettext("{n} 条", { n: number(count) }) + cut);
  const choices = (list) => list.map((each) => [each.code, wordIn(list, each.code)]);
  const lists = el("div", { class: "segments", role: "radiogroup", "aria-label": gettext("清单") });
  drawSegments(lists, LISTS, state.now.list, (list) => state.set({ list }));
  fill(
    part("filters"),
    lists,
    isPromises
      ? drawSelect(gettext("兑现情况"), gettext("全部承诺"), choices(answer.outcomes), state.now.outcome, (outcome) => state.set({ outcome }))
      : drawSelect(gettext("变化"), gettext("全部变化"), choices(answer.movements), state.now.movement, (movement) => state.set({ movement })),
    ["town", "unit", "movement", "outcome"].some((name) => state.now[name]) ? el("button", { type: "button", class: "text", onclick: () => state.set({ town: "", unit: "", movement: "", outcome: "" }) }, gettext("清除筛选")) : null,
  );
  await grid.show(rows);
}

async function drawMap() {
  const query = state.query(["from", "to", "town", "unit", "movement"]);
  if (shown === query.toString() && map) return;
  map ??= new CompareMap(part("legend"), part("map-note"));
  const features = await ask("/api/compare.geojson", query, "compare-map");
  if (!features) return;
  shown = query.toString();
  await map.show(features);
}

function draw() {
  part("from").value = answer.from;
  part("to").value = answer.to;
  const query = state.query(OF_SERVER);
  if (state.now.list) query.set("sheet", "promises");
  query.set("lang", page.language);
  part("export").href = `/export/compare.xlsx?${query}`;
  drawSegments(part("by"), BY, answer.by, (by) => state.set({ by: by === "town" ? "" : by }));
  drawFigures(part("figures"), answer, state);
  drawGroups(part("groups"), answer, state, OF[answer.by]);
  drawMatrix(part("matrix"), answer);
}

const tasks = new TasksPanel(part("task-projects"), part("tasks"), state, (problem) => banners.failed(problem, "tasks"));

async function load() {
  const isTasks = state.now.view === "tasks";
  drawSegments(part("tabs"), TABS, state.now.view, (view) => state.set({ view }));
  part("days-view").hidden = isTasks;
  part("tasks-view").hidden = !isTasks;
  part("export").hidden = isTasks;
  if (isTasks) {
    await tasks.load();
    document.body.dataset.ready = "true";
    return;
  }
  try {
    const found = await ask("/api/compare", state.query(OF_SERVER), "compare");
    if (!found) return;
    answer = found;
    banners.failed(null, "list");
    draw();
    await drawList();
    document.body.dataset.ready = "true";
    await drawMap();
    document.body.dataset.mapped = "true";
  } catch (problem) {
    banners.failed(problem, "list");
  }
}

for (const name of ["from", "to"]) part(name).addEventListener("change", ({ target }) => state.set({ [name]: target.value }));
find("[data-act=print]").addEventListener("click", () => window.print());
state.listen(load);
load();
