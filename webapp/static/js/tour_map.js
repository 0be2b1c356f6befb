// A tour on the map: numbered stops, the roads between them by day and coach, where it begins and ends, other candidates.
import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { WallMap } from "./map.js";
import { page } from "./page_data.js";
import { coachWords, dayWords, drive, letterOf, lineSample, points, said, signOf, stay, stopLabel } from "./tour_words.js";
import { gettext, wordOf } from "./words.js";

// The legend stands at the lower left.
const ROOM = { paddingTopLeft: [36, 36], paddingBottomRight: [56, 84] };
const USUAL_ZOOM = 14;
const latLng = ([lon, lat]) => [lat, lon];

export class TourMap {
  #picking = null;
  #sites = null;
  #routes = null;
  #stops = new Map();

  /** `heard`: `picked(code)` where a stop was clicked, `hovered(code or null)`; `acts(site)`: what the box of a candidate offers, as nodes. */
  constructor({ help, note, legend, heard, acts }) {
    Object.assign(this, { help, note, legend, heard, acts });
    const nothing = () => {};
    this.wall = new WallMap(window.guatuWall, { picked: nothing, hovered: nothing, moved: nothing, pointed: nothing, failed: nothing });
    this.map = this.wall.map;
    if (this.wall.draw()) this.#prepare();
    else this.tell(gettext("浏览器不支持 WebGL，只画站点和路线"));
    const renderer = L.svg({ padding: 0.5 });
    this.renderer = renderer;
    this.#routes = L.layerGroup().addTo(this.map);
    this.#sites = L.layerGroup().addTo(this.map);
    this.marks = L.layerGroup().addTo(this.map);
    this.map.on("click", (event) => this.#picking?.([event.latlng.lng, event.latlng.lat]));
  }

  tell(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }

  async #prepare() {
    await this.wall.ready;
    await this.wall.hideLayers(Object.keys(page.groups).filter((group) => !["town", "park"].includes(group)));
    const towns = await ask("/api/towns", null, "tour-towns").catch(() => null);
    if (towns) this.wall.showLabels("town_point", towns);
  }

  /** The candidates as small dots; stops of the plan have their own marks. */
  showSites(sites, isStop) {
    this.#sites.clearLayers();
    for (const site of sites) {
      if (!site.lonlat || isStop(site.code)) continue;
      const dot = L.circleMarker(latLng(site.lonlat), { renderer: this.renderer, radius: site.eligible ? 5 : 4, color: site.eligible ? "#1b2430" : "#6d7885", weight: 1.4, fillColor: site.eligible ? "#ffffff" : "#c8d0d8", fillOpacity: 1, dashArray: site.eligible ? null : "2 2" });
      dot.bindTooltip(() => this.#siteTip(site));
      dot.bindPopup(() => el("div", { class: "site-box" }, this.#siteTip(site), el("div", { class: "site-acts" }, this.acts(site))), { autoPanPadding: [20, 20] });
      dot.addTo(this.#sites);
    }
  }

  #siteTip(site) {
    const why = site.eligible ? gettext("可选") : said(site.why) || gettext("不可选");
    return el("div", { class: "stop-tip" }, el("strong", {}, site.name), el("small", {}, [site.town_name, gettext("价值 {n}", { n: points(site.value) }), why].filter(Boolean).join(" · ")));
  }

  /** A plan, or null. */
  showPlan(plan, spec) {
    this.#routes.clearLayers();
    this.marks.clearLayers();
    this.#stops = new Map();
    for (const [at, day] of (plan?.days ?? []).entries()) {
      if (!day.stops.length && !day.lines) continue;
      this.#line(day, at);
      this.#ends(day, at);
      for (const [n, stop] of day.stops.entries()) this.#stop(stop, stopLabel(at, n, plan.days.length), at, plan);
      if (day.lunch?.place.lonlat) this.#lunch(day);
    }
    this.#legend(plan, spec);
  }

  #line(day, at) {
    const { colour, dash } = signOf(at);
    const straight = [[day.start, ...day.stops, day.end].map((each) => each.lonlat).filter(Boolean)];
    const known = day.lines !== null && day.lines !== undefined;
    for (const leg of known ? day.lines : straight) {
      if (leg.length < 2) continue;
      const way = leg.map(latLng);
      const base = { renderer: this.renderer, interactive: false, lineJoin: "round" };
      if (known) L.polyline(way, { ...base, color: "#ffffff", weight: 7, opacity: 0.85 }).addTo(this.#routes);
      L.polyline(way, { ...base, className: "route-line", color: colour, weight: known ? 4 : 2, dashArray: known ? dash : "3 6", opacity: known ? 0.95 : 0.7 }).addTo(this.#routes);
    }
  }

  #ends(day, at) {
    const same = day.start.lonlat && day.end.lonlat && String(day.start.lonlat) === String(day.end.lonlat);
    const mark = (place, sign, words) => {
      if (!place.lonlat) return;
      const icon = L.divIcon({ className: "tour-end-icon", html: el("span", { class: "tour-end", title: words }, sign), iconSize: null });
      L.marker(latLng(place.lonlat), { icon, keyboard: false, interactive: false, zIndexOffset: -100 - at }).addTo(this.marks);
    };
    if (same) mark(day.start, gettext("起终"), gettext("起点和终点：{name}", { name: day.start.name }));
    else {
      mark(day.start, gettext("起"), gettext("起点：{name}", { name: day.start.name }));
      mark(day.end, gettext("终"), gettext("终点：{name}", { name: day.end.name }));
    }
  }

  #lunch(day) {
    const icon = L.divIcon({ className: "tour-end-icon", html: el("span", { class: "tour-end lunch", title: gettext("午餐：{name}", { name: day.lunch.place.name }) }, gettext("餐")), iconSize: null });
    L.marker(latLng(day.lunch.place.lonlat), { icon, keyboard: false, interactive: false, zIndexOffset: -50 }).addTo(this.marks);
  }

  #stop(stop, label, at, plan) {
    if (!stop.lonlat) return;
    const { colour } = signOf(at);
    const broken = plan.breaches.some((breach) => breach.code === stop.code);
    const sign = el("span", { class: `tour-stop${broken ? " broken" : ""}${stop.flags?.length ? " held" : ""}`, "data-code": stop.code, "aria-label": `${label} ${stop.name}` }, label);
    sign.style.background = colour;
    const icon = L.divIcon({ className: "tour-stop-icon", html: sign, iconSize: null });
    const marker = L.marker(latLng(stop.lonlat), { icon, riseOnHover: true, keyboard: true });
    marker.bindTooltip(() => this.#stopTip(stop, label, plan), { direction: "top", offset: [0, -12] });
    marker.on("click", () => !this.#picking && this.heard.picked(stop.code));
    marker.on("mouseover", () => this.heard.hovered(stop.code));
    marker.on("mouseout", () => this.heard.hovered(null));
    marker.addTo(this.marks);
    this.#stops.set(stop.code, { marker, sign });
  }

  #stopTip(stop, label, plan) {
    const times = stop.arrive ? gettext("{a} 到，{b} 离开", { a: stop.arrive, b: stop.leave }) : gettext("正在计算");
    return el("div", { class: "stop-tip" }, el("strong", {}, `${label} ${stop.name}`), el("small", {}, [stop.town_name, times, stay(stop)].filter(Boolean).join(" · ")), stop.drive_min === null ? null : el("small", {}, drive(stop.drive_min, stop.drive_km, plan)), stop.flags?.length ? el("small", { class: "bad" }, wordOf("Flag", stop.flags[0])) : null);
  }

  #legend(plan, spec) {
    const routes = (plan?.days ?? []).map((day, at) => (day.stops.length ? el("li", {}, lineSample(at), plan.days.length > 1 ? `${letterOf(at)} · ` : "", dayWords(day.date), spec.together ? "" : ` · ${coachWords(spec, day.coach)}`) : null));
    const dots = [el("li", { class: "desk-only" }, el("i", { class: "dot open" }), gettext("可选未选")), el("li", { class: "desk-only" }, el("i", { class: "dot shut" }), gettext("不可选"))];
    fill(this.legend, routes, dots, plan?.estimated ? el("li", { class: "warn" }, gettext("无路网，路线为直线，时间为估算")) : null);
  }

  /** Mark the stop of `code`; null: none. */
  mark(code) {
    for (const [each, { sign, marker }] of this.#stops) {
      sign.classList.toggle("lit", each === code);
      marker.setZIndexOffset(each === code ? 1000 : 0);
    }
  }

  /** Bring a place into sight. */
  lookAt(lonlat) {
    if (!lonlat) return;
    const place = latLng(lonlat);
    if (this.map.getZoom() < USUAL_ZOOM - 2) this.map.setView(place, USUAL_ZOOM - 1, { animate: false });
    else this.map.panTo(place, { animate: false });
  }

  /** Everything of the plan, or of the candidates, on the screen. */
  fit(plan, sites = []) {
    const stops = (plan?.days ?? []).flatMap((day) => [day.start, day.end, ...day.stops]).map((each) => each.lonlat);
    const places = (stops.filter(Boolean).length > 2 ? stops : sites.filter((site) => site.eligible).map((site) => site.lonlat)).filter(Boolean);
    if (!places.length) return;
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(L.latLngBounds(places.map(latLng)), { ...ROOM, maxZoom: USUAL_ZOOM, animate: false });
  }

  /** A picture in the place of the ground: what WebGL has drawn does not reach paper by itself. Gives what takes it away. */
  async still() {
    const { gl } = this.wall;
    if (!gl) return () => {};
    await this.wall.drawn();
    gl.redraw();
    const canvas = gl.getCanvas();
    const image = new Image();
    // Read in the same turn in which it was drawn.
    image.src = canvas.toDataURL();
    image.alt = "";
    image.className = "ground-still";
    Object.assign(image.style, { width: canvas.style.width, height: canvas.style.height });
    await image.decode();
    canvas.after(image);
    return () => image.remove();
  }

  /** A place that somebody shows: [lon, lat], or null where they gave up. */
  pick() {
    return new Promise((done) => {
      const end = (place) => {
        this.#picking = null;
        this.help.hidden = true;
        this.map.getContainer().classList.remove("measuring");
        removeEventListener("keydown", escape);
        done(place);
      };
      const escape = (event) => event.key === "Escape" && end(null);
      this.#picking = end;
      this.map.getContainer().classList.add("measuring");
      addEventListener("keydown", escape);
      fill(this.help, el("span", {}, gettext("点击地图上的地点")), el("button", { type: "button", class: "button small", onclick: () => end(null) }, gettext("取消")));
      this.help.hidden = false;
    });
  }
}
