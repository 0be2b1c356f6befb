// The page of the stock of land: figures, groups, the list, and the record of one parcel's supply.
import { ask } from "./api.js";
import { DeskGrid, numberColumn, textColumn } from "./desk_grid.js";
import { openFrame } from "./desk_frame.js";
import { el, fill, find, settled } from "./dom.js";
import { day, mu, NOTHING, number, share } from "./format.js";
import { page } from "./page_data.js";
import { QueryState } from "./query_state.js";
import { drawSegments, drawSelect } from "./segments.js";
import { drawFigures, drawGroups } from "./stock_groups.js";
import { standing } from "./stock_words.js";
import { openSupply } from "./supply_form.js";
import { gettext, wordIn, wordsOf } from "./words.js";

const ASKED = ["on", "by", "kind", "status", "town", "park", "batch", "words", "built_below"];
const BY = [["town", gettext("按乡镇")], ["park", gettext("按园区")], ["batch", gettext("按批次")], ["unit", gettext("按单位")]];
const OF = { town: gettext("乡镇"), park: gettext("园区"), batch: gettext("批次"), unit: gettext("单位") };
const BUILT = [["0.01", gettext("圈而不建：建设占比不到 1%")], ["0.5", gettext("圈大建小：建设占比不到一半")]];
const state = new QueryState(ASKED);
const part = (name) => find(`[data-part=${name}]`);
const banners = openFrame({ retry: () => load(), isShown: () => answer !== null, state: { get now() { return state.now; }, listen: (hear) => state.listen((now) => hear(now, new Set(["on"]))), set: (patch) => state.set({ on: patch.on ?? "" }) } });
let answer = null;

const mapLink = (number_) => `/?sel=parcel:${encodeURIComponent(number_)}${state.now.on ? `&on=${state.now.on}` : ""}`;
const left = (value) => (value === null || value === undefined ? NOTHING : el("span", { class: value < 0 ? "bad" : "" }, number(value)));

function columns() {
  return [
    textColumn(gettext("地块编号"), "parcel_no", 132, { cssClass: "code", frozen: !matchMedia("(max-width: 760px)").matches }),
    textColumn(gettext("名称"), "name", 190),
    textColumn(gettext("类别"), "kind", 104, { formatter: (cell) => wordIn(answer.kinds, cell.getValue()) }),
    textColumn(gettext("闲置判断"), "status", 220, { formatter: (cell) => standing(answer.statuses, cell.getValue()), tooltip: (_, cell) => wordsOf(cell.getData().reason) }),
    numberColumn(gettext("距满一年 天"), "days_to_one_year", 96, left),
    numberColumn(gettext("距满两年 天"), "days_to_two_years", 96, left),
    numberColumn(gettext("面积"), "area_planar_m2", 96, (value) => mu(value)),
    numberColumn(gettext("建设占比"), "built_share", 82, (value) => share(value, 0)),
    textColumn(gettext("起始日期"), "since_on", 96, { formatter: (cell) => day(cell.getValue()) }),
    numberColumn(gettext("已历天数"), "days_since", 84, (value) => number(value)),
    textColumn(gettext("约定动工"), "agreed_start_on", 96),
    textColumn(gettext("统计开工"), "stat_start_on", 96),
    textColumn(gettext("施工许可"), "permit_start_on", 96),
    textColumn(gettext("动工开发"), "legal_start_on", 96),
    numberColumn(gettext("闲置费预估 万元"), "fee_preview_wan", 118, (value) => number(value, 2)),
    textColumn(gettext("乡镇"), "town_name", 84),
    textColumn(gettext("园区"), "park_name", 110),
    textColumn(gettext("批次"), "batch", 120),
    { title: "", field: "acts", headerSort: false, width: 128, formatter: (cell) => acts(cell.getData()) },
  ];
}

function acts(row) {
  const open = (event) => {
    event.stopPropagation();
    edit(row);
  };
  return el("span", {}, el("a", { href: mapLink(row.parcel_no) }, gettext("地图")), " · ", el("button", { type: "button", class: "text", onclick: open }, gettext("供地记录")));
}

async function edit(row) {
  if (await openSupply(row.parcel_no, state.now.on)) await load();
}

const grid = new DeskGrid(part("grid"), { index: "parcel_no", columns: columns(), empty: gettext("没有符合条件的存量土地"), opened: edit });

function drawFilters() {
  const set = (name) => (value) => state.set({ [name]: value });
  const words = el("input", { class: "field", type: "search", maxlength: "100", value: state.now.words, placeholder: gettext("编号、名称、村、批次、合同"), "aria-label": gettext("查找"), oninput: settled((event) => state.set({ words: event.target.value.trim() }), 300) });
  const towns = page.towns.map((town) => [town.code, town.name]);
  const parks = page.parks.map((park) => [park.code, park.name]);
  const choices = (list) => list.map((each) => [each.code, wordsOf(each)]);
  const clear = el("button", { type: "button", class: "text", onclick: () => state.set(Object.fromEntries(ASKED.slice(2).map((name) => [name, ""]))) }, gettext("清除筛选"));
  const had = document.activeElement?.matches?.(".filters input") ? document.activeElement.selectionStart : null;
  fill(
    part("filters"),
    words,
    drawSelect(gettext("类别"), gettext("全部类别"), choices(answer.kinds), state.now.kind, set("kind")),
    drawSelect(gettext("闲置判断"), gettext("全部判断"), choices(answer.statuses), state.now.status, set("status")),
    drawSelect(gettext("乡镇"), gettext("全部乡镇"), towns, state.now.town, set("town")),
    parks.length ? drawSelect(gettext("园区"), gettext("全部园区"), parks, state.now.park, set("park")) : null,
    drawSelect(gettext("建设占比"), gettext("建设占比不限"), BUILT, state.now.built_below, set("built_below")),
    ASKED.slice(2).some((name) => state.now[name]) ? clear : null,
  );
  if (had !== null) {
    words.focus();
    words.setSelectionRange(had, had);
  }
}

function drawPaper() {
  const heads = [gettext("地块编号"), gettext("名称"), gettext("类别"), gettext("面积"), gettext("起始日期"), gettext("约定动工"), gettext("动工开发"), gettext("判断依据")];
  const rows = answer.parcels.map((row) => [row.parcel_no, row.name, wordIn(answer.kinds, row.kind), mu(row.area_planar_m2), day(row.since_on), day(row.agreed_start_on), day(row.legal_start_on), wordsOf(row.reason)]);
  fill(part("paper"), el("table", { class: "sums" }, el("thead", {}, el("tr", {}, heads.map((text) => el("th", {}, text)))), el("tbody", {}, rows.map((row) => el("tr", {}, row.map((text) => el("td", {}, text ?? "")))))));
}

function draw() {
  const query = state.query();
  query.set("lang", page.language);
  part("export").href = `/export/stock.xlsx?${query}`;
  part("day").value = answer.on;
  fill(part("as-of"), gettext("数据截至 {day}", { day: answer.on }));
  fill(part("preliminary"), wordsOf(answer.preliminary));
  drawSegments(part("by"), BY, answer.by, (by) => state.set({ by: by === "town" ? "" : by }));
  drawFigures(part("figures"), answer, state);
  drawGroups(part("groups"), answer, state, OF[answer.by]);
  drawFilters();
  const cut = answer.count > answer.parcels.length ? gettext("，列出前 {n} 宗，导出可得全部", { n: number(answer.parcels.length) }) : "";
  fill(part("count"), gettext("{count} 宗，共 {all} 宗", { count: number(answer.count), all: number(answer.all) }) + cut);
  drawPaper();
}

async function load() {
  try {
    const found = await ask("/api/stock", state.query(), "stock");
    if (!found) return;
    answer = found;
    banners.failed(null, "list");
    draw();
    await grid.show(answer.parcels);
    document.body.dataset.ready = "true";
  } catch (problem) {
    banners.failed(problem, "list");
  }
}

part("day").addEventListener("change", ({ target }) => state.set({ on: target.value }));
find("[data-act=print]").addEventListener("click", () => window.print());
state.listen(load);
load();
