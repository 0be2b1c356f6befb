// Wires the register: filter → ledger, sums and choices; ledger ↔ map; editing; views.
import { ask } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { recordTogether } from "./desk_record.js";
import { el, fill, find, findAll, icon, painted, settled } from "./dom.js";
import { number } from "./format.js";
import { WallMap } from "./map.js";
import { may, page } from "./page_data.js";
import { closePopover, togglePopover } from "./popover.js";
import { editMany, MOST_AT_ONCE } from "./register_bulk.js";
import { areaText, unitName } from "./register_columns.js";
import { Drawing } from "./register_draw.js";
import { Edits } from "./register_edit.js";
import { RegisterFilter } from "./register_filter.js";
import { ParcelSummary } from "./register_panel.js";
import { filterQuery, RegisterState } from "./register_state.js";
import { numbersOfFilter, RegisterTable } from "./register_table.js";
import { columnsMenu, exportMenu, viewsMenu } from "./register_views.js";
import { bindTools, tell } from "./tools.js";
import { gettext } from "./words.js";

const MOST_RADIUS_M = 2_000;
const MOST_MARKED = 2_000;
const LONGEST_ADDRESS = 8_000;
const MOST_RENEWED = 50;
const AROUND_DEG = 0.0015;
const SHOWS_ROWS = ["columns", "unit_of_area"];
const OF_ROWS = ["facets", "held", "overdue", "legal_within_days", "words", "blocking", "projects", "area", "on"];

const state = new RegisterState();
const banners = openFrame({ retry: tryAgain, isShown: () => table.count > 0, state });
const edits = new Edits(state, { changed, counted });
const filter = new RegisterFilter(find("[data-part=filters]"), find("[data-part=chips]"), state);
const table = new RegisterTable(find("[data-part=grid]"), state, { answered, failed: (problem) => banners.failed(problem, "list"), chosen, picked }, (name) => edits.editorOf(name));
const wall = new WallMap(window.guatuWall, {
  picked: pickedOnMap,
  hovered: () => {},
  pointed: () => {},
  failed: (error) => console.debug("map:", error?.message),
  moved: settled((at) => state.set({ at }, { quiet: true }), 300),
});
const drawing = new Drawing(wall, find("[data-part=drawing]"), (text) => state.set({ area: text }));
const panel = new ParcelSummary(find("[data-part=panel]"), state, {
  closed: () => {
    wall.covered = 0;
    state.set({ sel: null });
  },
  flyTo: fly,
  came: flyOnce,
});
let flyWhenItComes = false;
// Rows that were written since they were last asked for.
const outdated = new Set();

/** A row was chosen: open the parcel and show where it is. */
function chosen(number, { fly: goes = true } = {}) {
  flyWhenItComes = goes;
  if (state.now.sel === number) return showSelected();
  return state.set({ sel: number });
}

function fly([west, south, east, north]) {
  wall.flyTo([west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG], { maxZoom: 17 });
}

function flyOnce(bounds) {
  wall.covered = find("[data-part=panel]").getBoundingClientRect().height;
  if (flyWhenItComes && bounds) fly(bounds);
  flyWhenItComes = false;
}

async function pickedOnMap({ lat, lon, radius_m }) {
  const query = new URLSearchParams({ lon: lon.toFixed(7), lat: lat.toFixed(7), radius_m: Math.min(radius_m, MOST_RADIUS_M).toFixed(2) });
  if (state.now.on) query.set("on", state.now.on);
  try {
    const found = (await ask("/api/at", query, "at"))?.find((thing) => thing.layer === "parcel");
    state.set({ sel: found ? found.code : null });
  } catch (problem) {
    tell(problem.message);
  }
}

function showSelected() {
  const { sel } = state.now;
  table.mark(sel);
  wall.select(sel ? { layer: "parcel", key: sel } : null);
  panel.show(sel);
}

function answered({ count, all }) {
  fill(find("[data-part=row-count]"), gettext("{count} 个地块", { count: number(count) }), count === all ? "" : el("small", {}, gettext("（共 {all}）", { all: number(all) })));
}

/** The figures and the choices; the rows ask for themselves. */
async function refreshFigures() {
  const query = filterQuery(state.now);
  try {
    const [sums, facets] = await Promise.all([ask("/api/register/sums", query, "sums"), ask("/api/register/facets", query, "facets")]);
    if (sums) drawSums(sums);
    if (facets) filter.use(facets);
    banners.failed(null, "sums");
  } catch (problem) {
    banners.failed(problem, "sums");
  }
}

function figure(name, value) {
  return el("span", {}, name, " ", el("strong", {}, value));
}

function drawSums(sums) {
  const unit = state.now.unit_of_area;
  const area = (m2) => `${areaText(m2, unit)} ${unitName(unit)}`;
  const declared = sums.declared_area_m2;
  const kinds = [["planar", gettext("登记（投影）")], ["ellipsoidal", gettext("登记（椭球）")], ["unknown", gettext("登记（未注明）")]];
  fill(
    find("[data-part=sums]"),
    figure(gettext("地块"), number(sums.count)),
    figure(gettext("投影面积"), area(sums.area_planar_m2)),
    figure(gettext("椭球面积"), area(sums.area_ellipsoid_m2)),
    kinds.filter(([kind]) => declared[kind] > 0).map(([kind, name]) => figure(name, area(declared[kind]))),
    figure(gettext("户数"), gettext("{n} 户", { n: number(sums.households) })),
    figure(gettext("房屋"), gettext("{n} 处", { n: number(sums.buildings) })),
    figure(gettext("应付"), gettext("{n} 万元", { n: number(sums.compensation_due_wan, 2) })),
    figure(gettext("已付"), gettext("{n} 万元", { n: number(sums.compensation_paid_wan, 2) })),
  );
}

/** Rows are picked: say how many, offer what can be done with them, outline them on the map. */
function picked(numbers) {
  wall.markBlocking(numbers.slice(0, MOST_MARKED));
  const box = find("[data-part=picked]");
  box.hidden = !numbers.length;
  if (!numbers.length) return;
  const more = numbers.length < table.count ? el("button", { type: "button", class: "text", onclick: editAll }, gettext("修改列出的全部 {n} 个", { n: number(table.count) })) : null;
  fill(
    box,
    el("strong", {}, gettext("已选 {n} 个", { n: number(numbers.length) })),
    edits.isAllowed ? el("button", { type: "button", class: "button small", "data-act": "bulk", onclick: () => editPicked(numbers) }, icon("edit"), gettext("批量修改")) : null,
    edits.isAllowed ? more : null,
    may("record") && !state.now.on ? el("button", { type: "button", class: "button small", "data-act": "record", onclick: () => recordTogether(numbers, recorded) }, gettext("登记")) : null,
    may("batches") && !state.now.on ? el("button", { type: "button", class: "button small", "data-act": "to-batch", onclick: () => intoBatch(numbers) }, gettext("加入批次")) : null,
    el("button", { type: "button", class: "text", onclick: () => copyNumbers(numbers) }, gettext("复制编号")),
    el("button", { type: "button", class: "text", onclick: () => table.clearPicked() }, gettext("取消选择")),
  );
}

const editPicked = (numbers) => editMany(numbers.map((no) => ({ parcel_no: no, version: table.row(no)?.version ?? null })), edits);

async function editAll() {
  if (table.count > MOST_AT_ONCE) return tell(gettext("一次最多修改 {n} 个地块，请先筛选", { n: number(MOST_AT_ONCE) }));
  return editPicked(await numbersOfFilter(state.now, MOST_AT_ONCE));
}

async function recorded(sentence) {
  tell(sentence);
  table.reload();
  refreshFigures();
}

/** The page of batches takes the numbers from its address, which holds so many. */
function intoBatch(numbers) {
  const address = `/batches?${new URLSearchParams({ add: numbers.join(",") })}`;
  if (address.length > LONGEST_ADDRESS) tell(gettext("所选地块过多，请在批次页面按编号或圈画增加"));
  else location.assign(address);
}

async function copyNumbers(numbers) {
  await navigator.clipboard?.writeText(numbers.join("\n"));
  tell(gettext("已复制 {n} 个编号", { n: number(numbers.length) }));
}

/** Something was written: bring these rows up to date where they are shown, and everything that sums. */
async function changed(rows) {
  table.update(rows.filter((row) => row.version).map(({ parcel_no, version }) => ({ parcel_no, version })));
  if (rows.some((row) => row.parcel_no === state.now.sel)) panel.show(state.now.sel);
  // After the rows: the server reads once what was written, and does not have both wait for it.
  if (await renew(rows.map((row) => row.parcel_no))) refreshFigures();
}

/** Ask for these rows anew; false where a newer write took the place of this one: it asks for all of them. */
async function renew(numbers) {
  for (const no of numbers) outdated.add(no);
  if (outdated.size > MOST_RENEWED) {
    outdated.clear();
    table.reload();
    return true;
  }
  const query = new URLSearchParams([["versions", "true"], ["limit", String(MOST_RENEWED)], ...[...outdated].map((no) => ["parcel_no", no])]);
  const answer = await ask("/api/register", query, "rows changed").catch(() => false);
  if (answer === null) return false;
  if (answer) {
    outdated.clear();
    await table.update(answer.rows);
  }
  return true;
}

function counted(n) {
  const button = find("[data-act=undo]");
  button.disabled = !n;
  button.lastChild.textContent = n ? gettext("撤回（{n}）", { n }) : gettext("撤回");
}

function toggleEditing(button) {
  edits.isOn = !edits.isOn;
  button.setAttribute("aria-pressed", String(edits.isOn));
  table.redraw();
  if (edits.isOn) tell(gettext("双击有底色的单元格即可修改，回车保存，Esc 放弃"));
}

/** A phone shows one part at a time. */
function show(part) {
  find(".register").dataset.shown = part;
  for (const each of findAll("[data-show]")) each.setAttribute("aria-pressed", String(each.dataset.show === part));
}

bindTools({
  "zoom-in": () => wall.map.zoomIn(1),
  "zoom-out": () => wall.map.zoomOut(1),
  home: () => page.info.bounds && wall.flyTo(page.info.bounds),
  rect: () => drawing.start("rect"),
  polygon: () => drawing.start("polygon"),
  circle: () => drawing.start("circle"),
  views: async (button) => togglePopover(button, gettext("视图"), await viewsMenu(state)),
  columns: (button) => togglePopover(button, gettext("显示的列"), columnsMenu(state, table.columns)),
  export: (button) => togglePopover(button, gettext("导出"), exportMenu(state)),
  edit: toggleEditing,
  undo: () => edits.undo(),
  "print-list": () => window.print(),
});
for (const each of findAll("[data-show]")) each.addEventListener("click", () => show(each.dataset.show));
find("[data-part=editing]").hidden = !edits.isAllowed;
find("[data-part=day]").value = state.now.on ?? page.info.on;
find("[data-part=day]").addEventListener("change", ({ target }) => state.set({ on: target.value && target.value !== page.info.on ? target.value : null }));

addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && !find("dialog[open]")) closePopover() || drawing.stop() || panel.close();
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing) {
    event.preventDefault();
    edits.undo();
  }
  if (event.key === "/" && !typing) {
    event.preventDefault();
    find("[data-part=words]").focus();
  }
});

state.listen((now, what) => {
  if (SHOWS_ROWS.some((name) => what.has(name))) {
    table.redraw();
    if (what.has("unit_of_area")) refreshFigures();
  }
  if (OF_ROWS.some((name) => what.has(name))) {
    table.reload();
    refreshFigures();
  } else if (what.has("sort")) table.sorted();
  if (what.has("sel")) showSelected();
  if (what.has("area")) drawing.show(now.area);
  if (what.has("on")) {
    wall.showDay(now.on);
    find("[data-part=day]").value = now.on ?? page.info.on;
    edits.isOn = false;
    find("[data-act=edit]").setAttribute("aria-pressed", "false");
    find("[data-part=editing]").hidden = !edits.isAllowed;
    table.redraw();
    if (now.sel) panel.show(now.sel);
  }
});

/** The sheet says of itself what it shows. */
addEventListener("beforeprint", () => {
  fill(find("[data-part=print-title]"), `${page.info.name} · ${gettext("台账")}`, el("small", {}, gettext("截至 {day}", { day: table.today }), " · ", table.conditions()));
});

async function drawWall() {
  await painted();
  if (!wall.draw()) banners.note("webgl", gettext("这个浏览器不支持 WebGL，地图画不出来；列表、图表和详情照常可用"));
  wall.hideLayers(["project", "zone"]);
  ask("/api/towns").then((towns) => towns && wall.showLabels("town_point", towns), () => {});
  if (state.now.on) wall.showDay(state.now.on);
}

async function start() {
  // The map's own first move writes a place into the address, too.
  const isPlaced = Boolean(state.now.at);
  if (state.now.at) wall.goTo(state.now.at);
  else if (page.info.bounds) wall.flyTo(page.info.bounds, { animate: false, padding: [14, 14] });
  await Promise.all([table.start(), refreshFigures()]);
  await drawWall();
  drawing.show(state.now.area);
  if (state.now.sel) {
    flyWhenItComes = !isPlaced;
    showSelected();
  }
  document.body.dataset.ready = "true";
  await wall.drawn();
  document.body.dataset.drawn = "true";
}

function tryAgain() {
  banners.forget("list", "sums");
  table.reload();
  refreshFigures();
}

start().catch((problem) => banners.failed(problem, "list"));
