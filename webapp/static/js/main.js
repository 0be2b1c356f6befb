// Wires the parts of the page together: state → data → map, legend, table, charts, panel.
import { ask, Problem, watchFailures, watchRequests } from "./api.js";
import { Banners, usualDay } from "./banners.js";
import { Charts } from "./charts.js";
import { Data } from "./data.js";
import { el, fill, find, painted, settled } from "./dom.js";
import { Filter } from "./filter.js";
import { classOf, Legend } from "./legend.js";
import { isPhone, Layout } from "./layout.js";
import { WallMap } from "./map.js";
import { badge, markOf } from "./marks.js";
import { bindMenu } from "./menu.js";
import { Measure } from "./measure.js";
import { page } from "./page_data.js";
import { ordered, Panel } from "./panel.js";
import { planeOf } from "./plane.js";
import { closePopover } from "./popover.js";
import { Readout } from "./readout.js";
import { AddressState, searchOf } from "./state.js";
import { Summary } from "./summary.js";
import { ProjectTable } from "./table.js";
import { bindTools, copyLink, tell, toggleFullScreen } from "./tools.js";
import { gettext, wordsOf } from "./words.js";

// The server looks no farther round a click: docs/api.md.
const MOST_RADIUS_M = 2_000;
const COLOURINGS = page.colourings.map((colouring) => colouring.code);

const state = new AddressState(COLOURINGS);
const data = new Data(state, (problem) => banners.failed(problem));
// Asked before the parts of the page are made: the server works meanwhile.
let listStands = null;
const firstAnswers = data.refresh(null, new Promise((done) => (listStands = done)));
const table = new ProjectTable(find("[data-part=drawer]"), state, data, {
  chosen: (code, how) => choose(code, how),
  pointed: (code) => wall.hover(code),
});
const banners = new Banners(find("[data-part=banners]"), tryAgain, {
  info: () => data.info,
  isShown: () => data.projects !== null,
  card: find("[data-part=empty-store]"),
  state,
});
data.listen((_, name) => name === "info" && banners.draw());
const readout = new Readout(find("[data-part=readout]"));
const wall = new WallMap(window.guatuWall, {
  picked,
  hovered,
  moved: settled((at) => state.set({ at: { zoom: at.zoom, lat: at.lat, lon: at.lon } }, { quiet: true }), 250),
  pointed: (place) => readout.point(place),
  failed: mapFailed,
});
const charts = new Charts(find("[data-page=charts]"), state, data);
const layout = new Layout(state, (tab) => (tab === "charts" ? showCharts() : charts.hide()));
const panel = new Panel(find("[data-part=panel]"), state, data, {
  flyTo: (bounds) => {
    wall.flyTo(bounds);
  },
  markBlocking: (numbers) => wall.markBlocking(numbers),
  opened: panelOpened,
});
let measure = null;

new Filter(find("[data-part=side]"), state, data);
new Legend(find("[data-part=side]"), state, data);
new Summary(find("[data-part=summary]"), state, data);

function panelOpened(open) {
  document.body.classList.toggle("panel-open", open);
  if (!isPhone()) return;
  layout.sheet(open ? "detail" : null);
  wall.covered = open ? find("[data-part=panel]").getBoundingClientRect().height : 0;
}

/** A tile that the server could not give; the map does not ask for it again by itself. */
function mapFailed(error) {
  console.debug("map:", error?.message);
  const { status } = error ?? {};
  if (status === 0 || status >= 500) banners.failed(new Problem(gettext("地图有一部分没有取到"), { status }), "map");
}

/** Their program is loaded now: it may not come. */
async function showCharts() {
  try {
    await charts.show();
    banners.failed(null, "charts");
  } catch (problem) {
    banners.failed(problem, "charts");
  }
}

/** A row of the table was chosen: open it, and show where it is. */
function choose(code, { fly = true } = {}) {
  state.set({ sel: { layer: "project", key: code } });
  const feature = data.features?.features.find((each) => each.properties.code === code);
  if (fly && feature && feature.properties.lon !== null) wall.flyTo(boxOf(feature), { maxZoom: 15 });
}

function boxOf(feature) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const grow = ([lon, lat]) => {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  };
  const walk = (part) => (typeof part[0] === "number" ? grow(part) : part.forEach(walk));
  if (feature.geometry) walk(feature.geometry.coordinates);
  else grow([feature.properties.lon, feature.properties.lat]);
  return box;
}

/** A click on the map: the project whose circle was hit, else everything that lies there. */
async function picked({ lat, lon, radius_m, badges, projects }) {
  if (badges.length === 1) return state.set({ sel: { layer: "project", key: badges[0] } });
  try {
    const query = new URLSearchParams({ lon: lon.toFixed(7), lat: lat.toFixed(7), radius_m: Math.min(radius_m, MOST_RADIUS_M).toFixed(2) });
    if (state.now.on) query.set("on", state.now.on);
    const answer = await ask("/api/at", query, "at");
    if (answer) offer(answer, [...badges, ...projects]);
  } catch (problem) {
    tell(problem.message);
  }
  return null;
}

/** Offer what lies under a click: of the layers and projects that are shown. */
function offer(found, drawnProjects) {
  const shown = found.filter((thing) => !state.now.hide.includes(thing.layer) && (thing.layer !== "project" || data.byCode.has(thing.code)));
  const known = new Set(shown.map((thing) => thing.code));
  for (const code of new Set(drawnProjects)) {
    const project = data.byCode.get(code);
    if (project && !known.has(code)) shown.push({ layer: "project", ...project, area_m2: project.footprint_m2 });
  }
  const things = ordered(shown);
  const real = things.filter((thing) => thing.layer !== "town");
  if (real.length === 1) return panel.choose(real);
  if (things.length) return panel.choose(real.length ? things : things.slice(0, 1));
  return panel.close();
}

const tip = find("[data-part=tip]");

function hovered(code, point) {
  if (hovered.code !== code) {
    hovered.code = code;
    wall.hover(code);
    table.highlight(code);
  }
  const project = code && data.byCode.get(code);
  tip.hidden = !project || isPhone();
  if (tip.hidden) return;
  const colouring = page.colourings.find((each) => each.code === state.now.by);
  const kind = classOf(project, state.now.by);
  const shown = [code, colouring.code, kind].join(" ");
  if (tip.dataset.shown !== shown) {
    tip.dataset.shown = shown;
    fill(tip, badge(colouring.table, kind, 18), el("span", {}, el("strong", {}, project.name), el("small", {}, `${wordsOf(colouring)}：${wordsOf(markOf(colouring.table, kind))}`)));
  }
  tip.style.transform = `translate(${Math.min(point.x + 14, wall.map.getSize().x - 250)}px, ${point.y + 14}px)`;
}

async function apply(now, changed) {
  if (changed.has("by")) wall.colourBy(now.by);
  if (changed.has("hide")) wall.hideLayers(now.hide);
  if (changed.has("base")) wall.showBase(now.base);
  if (changed.has("sel")) wall.select(now.sel);
  if (changed.has("on")) wall.showDay(now.on);
  if (changed.has("at") && now.at) followAddress(now.at);
  find("[data-act=print]").href = `/print${searchOf(now, COLOURINGS).replace(/^[^?]*/, "")}`;
  find("[data-part=day]").value = now.on ?? (data.info ? data.info.on : "");
  for (const link of document.querySelectorAll("[data-lang]")) {
    const query = new URLSearchParams(location.search);
    query.set("lang", link.dataset.lang);
    link.href = `/?${query}`;
  }
  await data.refresh(changed);
}

/** Back and forward move the map too; the map's own moves are already there. */
function followAddress(at) {
  const now = wall.place();
  const near = Math.abs(now.lat - at.lat) < 1e-4 && Math.abs(now.lon - at.lon) < 1e-4 && Math.abs(now.zoom - at.zoom) < 0.02;
  if (!near) wall.goTo(at);
}

function showCounty() {
  if (data.info?.bounds) wall.flyTo(data.info.bounds);
}

function startMeasure(kind) {
  if (!measure) return tell(gettext("库的坐标系还没有读到，稍后再量"));
  return measure.start(kind);
}

bindMenu({ always: true });
bindTools({
  "zoom-in": () => wall.map.zoomIn(1),
  "zoom-out": () => wall.map.zoomOut(1),
  home: showCounty,
  distance: () => startMeasure("distance"),
  area: () => startMeasure("area"),
  "full-screen": toggleFullScreen,
  copy: copyLink,
});

find("[data-part=day]").addEventListener("change", ({ target }) => {
  state.set({ on: target.value && data.info && target.value !== usualDay(data.info) ? target.value : null });
});

addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    find("[data-part=words]").focus();
  }
  if (event.key === "Escape") closePopover() || measure?.stop() || layout.closeSide() || (panel.isOpen && panel.close());
});

watchFailures((problem) => banners.failed(problem, "server"));
watchRequests((n) => document.body.classList.toggle("busy", n > 0));

/** Parks are labelled in the middle of their box. */
const labelPoints = (parks) =>
  parks
    .filter((park) => park.bounds)
    .map(({ code, name, level, bounds: [west, south, east, north] }) => ({ code, name, level, lon: (west + east) / 2, lat: (south + north) / 2 }));

async function useInfo() {
  find("[data-part=day]").value = data.info.on;
  if (measure || !data.info.proj4) return;
  const plane = await planeOf(data.info.proj4);
  if (!plane || measure) return;
  readout.use(plane, data.info.crs_name ?? data.info.crs);
  measure = new Measure(wall, find("[data-part=measure]"), plane);
}

data.listen((_, name) => {
  if (name === "features") wall.showProjects(data.features);
  if (name === "towns") wall.showLabels("town_point", data.towns);
  if (name === "parks") wall.showLabels("park_point", labelPoints(data.parks));
  if (name === "info") useInfo();
});
state.listen(apply);

/** The canvas comes after the list and the figures: making it keeps the browser busy. */
async function drawWall() {
  if (wall.gl) return;
  await painted();
  if (!wall.draw()) banners.note("webgl", gettext("这个浏览器不支持 WebGL，地图画不出来；列表、图表和详情照常可用"));
}

/** First look, and looking again after a failure. */
async function start(first = true) {
  if (first && state.now.at) wall.goTo(state.now.at);
  else if (first && page.info.bounds) wall.flyTo(page.info.bounds, { animate: false, padding: [14, 14] });
  banners.draw();
  wall.hideLayers(state.now.hide);
  wall.showBase(state.now.base);
  if (state.now.on) wall.showDay(state.now.on);
  if (state.now.by !== COLOURINGS[0]) wall.colourBy(state.now.by);
  wall.select(state.now.sel);
  const answers = first ? firstAnswers : data.refresh();
  const grid = table.built ? null : table.start();
  // Reading what the map shows keeps the browser busy, too: the list is on the screen before.
  grid?.then(painted).then(listStands, listStands);
  try {
    await Promise.all([answers, grid]);
    banners.failed(null, "list");
    if (state.now.sel) await panel.show();
  } finally {
    await drawWall();
  }
  document.body.dataset.ready = "true";
  await wall.drawn();
  document.body.dataset.drawn = "true";
}

const failed = (problem) => banners.failed(problem, "list");

function tryAgain() {
  if (banners.problems.has("map")) wall.showDay(state.now.on);
  banners.forget("map", "server");
  start(null).catch(failed);
  if (charts.seen) showCharts();
}

start().catch(failed).finally(() => listStands());
