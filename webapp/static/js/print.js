// The A3 sheet: the same map, with title, legend and counts, scale, north arrow and date.
import { ask } from "./api.js";
import { listQuery, withRows } from "./data.js";
import { el, fill, find } from "./dom.js";
import { filterInWords } from "./filter.js";
import { money, mu, number, points, share } from "./format.js";
import { parcelsByReadiness, rowsOf } from "./legend.js";
import { WallMap } from "./map.js";
import { badge, swatch } from "./marks.js";
import { page } from "./page_data.js";
import { AddressState, filterQuery } from "./state.js";
import { gettext, wordsOf } from "./words.js";

const COLOURINGS = page.colourings.map((colouring) => colouring.code);
const METRES_PER_CSS_PIXEL = 0.0254 / 96;
const WORST = 10;

const state = new AddressState(COLOURINGS);
const now = state.now;
const wall = new WallMap(window.guatuWall, {
  picked: () => {},
  hovered: () => {},
  pointed: () => {},
  failed: () => {},
  moved: (at) => {
    state.set({ at }, { quiet: true });
    drawScale();
  },
});

/** 1, 2 or 5 times a power of ten, at most `metres`. */
function roundLength(metres) {
  const power = 10 ** Math.floor(Math.log10(metres));
  return [5, 2, 1].map((step) => step * power).find((length) => length <= metres) ?? power;
}

function drawScale() {
  const metresPerPixel = wall.metresPerPixel();
  const length = roundLength(metresPerPixel * 150);
  const bar = find("[data-part=scale-bar]");
  bar.style.width = `${length / metresPerPixel}px`;
  bar.dataset.words = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  find("[data-part=ratio]").textContent = gettext("比例尺 1:{n}", { n: number(Math.round(metresPerPixel / METRES_PER_CSS_PIXEL / 100) * 100) });
}

/** Zoom so that a metre on the sheet is `ratio` metres on the ground, in the middle of the map. */
function useRatio(ratio) {
  const { lat } = wall.map.getCenter();
  const wanted = ratio * METRES_PER_CSS_PIXEL;
  wall.map.options.zoomSnap = 0;
  wall.map.setZoom(Math.log2((156543.03392804097 * Math.cos((lat * Math.PI) / 180)) / wanted), { animate: false });
}

function drawGround(legend) {
  const parcels = parcelsByReadiness(legend.parcel);
  const lists = [
    ["parcel", gettext("地块"), "readiness", parcels],
    ["park", gettext("园区"), "park", legend.park ?? {}],
    ["zone", gettext("管控区"), "zone", legend.zone ?? {}],
  ].filter(([layer]) => !now.hide.includes(layer));
  const rows = lists.flatMap(([, , table, counts]) =>
    Object.entries(page.style[table])
      .filter(([code]) => counts[code])
      .map(([code, mark]) => el("li", {}, swatch(table, code, 24, 14), el("span", { class: "name" }, table === "park" ? gettext("{level}园区", { level: wordsOf(mark) }) : wordsOf(mark)), el("span", { class: "count" }, number(counts[code])))),
  );
  fill(find("[data-part=ground]"), rows.length ? [el("h2", {}, gettext("地块、园区与管控区")), el("ul", { class: "ground" }, rows)] : []);
}

function drawTotals(total) {
  const rows = [
    [gettext("项目"), number(total.n)],
    [gettext("年度计划投资"), money(total.plan_wan)],
    [gettext("完成投资"), `${money(total.invested_wan)} · ${share(total.done_share)}`],
    [gettext("与序时比"), `${points(total.gap_pp)} ${gettext("个百分点")}`],
    [gettext("净地率"), `${share(total.ready_share)} · ${mu(total.ready_m2, 0)}`],
    [gettext("受影响投资"), money(total.at_risk_wan)],
  ];
  fill(find("[data-part=totals]"), rows.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value))));
}

function drawProjects(projects) {
  const colouring = page.colourings.find((each) => each.code === now.by);
  fill(find("[data-part=legend-title]"), gettext("项目（{by}）", { by: wordsOf(colouring.hint) }));
  fill(
    find("[data-part=legend]"),
    rowsOf(now.by, projects).map((row) => el("li", {}, badge(row.table, row.code, 20), el("span", { class: "name" }, row.words), el("span", { class: "count" }, number(row.n)))),
  );
  const worst = projects.filter((project) => project.at_risk_wan > 0).sort((one, other) => other.at_risk_wan - one.at_risk_wan);
  fill(
    find("[data-part=worst]"),
    worst.slice(0, WORST).map((project) => el("li", {}, badge("lamp", project.lamp, 16), el("span", { class: "name" }, project.name), el("span", { class: "count" }, money(project.at_risk_wan)))),
  );
  find("[data-part=worst]").parentElement.hidden = !worst.length;
}

/** Leave out the last rows of the list that the sheet has no room for. */
function fitWorst() {
  const list = find("[data-part=worst]");
  while (list.lastElementChild && list.parentElement.scrollHeight > list.parentElement.clientHeight + 1) list.lastElementChild.remove();
  list.parentElement.hidden = !list.children.length;
}

function drawTexts(info, choices) {
  const colouring = page.colourings.find((each) => each.code === now.by);
  const field = find("[data-part=title-field]");
  field.value = gettext("{name}重点项目作战图", { name: info.name });
  const title = () => (find("[data-part=title]").textContent = field.value);
  field.addEventListener("input", title);
  title();
  const filter = filterInWords(now, choices);
  find("[data-part=subtitle]").textContent = [gettext("截至 {day}", { day: info.on }), wordsOf(colouring.hint), filter].filter(Boolean).join("　·　");
  find("[data-part=facts]").textContent = [
    info.is_sample ? gettext("示例数据，内容均为虚构") : null,
    info.review_number ? gettext("审图号：{number}", { number: info.review_number }) : null,
    gettext("坐标系：{crs}", { crs: info.crs_name ?? info.crs }),
    gettext("制图日期：{day}", { day: page.today }),
  ].filter(Boolean).join("\n");
}

function bindForm() {
  find("[data-act=print]").addEventListener("click", () => window.print());
  find("[data-part=internal-field]").addEventListener("change", ({ target }) => (find("[data-part=internal]").hidden = !target.checked));
  find("[data-part=scale-field]").addEventListener("change", ({ target }) => {
    if (target.value) useRatio(Number(target.value));
    else if (page.info.bounds) wall.flyTo(page.info.bounds, { animate: false, padding: [20, 20] });
  });
  find("form").addEventListener("submit", (event) => event.preventDefault());
}

async function start() {
  const query = filterQuery(now);
  const day = new URLSearchParams(now.on ? { on: now.on } : {});
  if (now.at) wall.goTo(now.at);
  else if (page.info.bounds) wall.flyTo(page.info.bounds, { animate: false, padding: [20, 20] });
  bindForm();
  drawScale();
  wall.hideLayers(now.hide);
  wall.showBase(now.base);
  if (now.on) wall.showDay(now.on);
  if (now.by !== COLOURINGS[0]) wall.colourBy(now.by);
  wall.select(now.sel);
  const [info, projects, features, totals, legend, choices, towns] = await Promise.all([
    ask("/api/info", day),
    ask("/api/projects", listQuery(query)),
    ask("/api/projects.geojson", query),
    ask("/api/totals", new URLSearchParams([["by", "town"], ...query])),
    ask("/api/legend", day),
    ask("/api/choices", day),
    ask("/api/towns", day),
  ]);
  drawTexts(info, choices);
  drawProjects(withRows(projects).projects);
  drawTotals(totals.total);
  drawGround(legend);
  fitWorst();
  wall.draw();
  wall.showProjects(features);
  wall.showLabels("town_point", towns);
  await wall.drawn();
  find("[data-act=print]").disabled = false;
  document.body.dataset.ready = "true";
}

start().catch((problem) => {
  document.body.dataset.failed = problem.message;
  fill(find("[data-part=subtitle]"), problem.message);
});
