// Measuring distance and area in the store's working plane. Click to set corners, double click to end, Esc to leave.
import { el, fill, icon } from "./dom.js";
import { hectares, metres, mu, number } from "./format.js";
import { areaOf, lengthOf } from "./plane.js";
import { gettext } from "./words.js";

const COLOUR = "#C2185B";

export class Measure {
  /** `box` shows the result; `wall.taken` is set while clicks are the measure's. */
  constructor(wall, box, plane) {
    this.wall = wall;
    this.map = wall.map;
    this.box = box;
    this.plane = plane;
    this.kind = null;
    this.click = ({ latlng }) => this.#add(latlng);
    this.move = ({ latlng }) => this.#draw(latlng);
    this.end = (event) => this.#finish(event);
  }

  get isOn() {
    return this.kind !== null;
  }

  /** Begin measuring `kind` ("distance" or "area"); the same again leaves. */
  start(kind) {
    const again = this.kind === kind;
    this.stop();
    if (again) return;
    this.kind = kind;
    this.wall.taken = true;
    this.corners = [];
    this.done = false;
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("measuring");
    this.map.on({ click: this.click, mousemove: this.move, dblclick: this.end });
    const style = { color: COLOUR, weight: 2.5, dashArray: "6 4", interactive: false };
    this.shape = (kind === "area" ? L.polygon([], { ...style, fillOpacity: 0.12 }) : L.polyline([], style)).addTo(this.map);
    this.dots = L.layerGroup().addTo(this.map);
    this.#draw();
    this.box.hidden = false;
  }

  stop() {
    if (!this.kind) return false;
    this.kind = null;
    this.shape.remove();
    this.dots.remove();
    this.map.off({ click: this.click, mousemove: this.move, dblclick: this.end });
    this.map.getContainer().classList.remove("measuring");
    this.box.hidden = true;
    // The click that ends must not also select what lies under it.
    setTimeout(() => {
      if (this.kind) return;
      this.map.doubleClickZoom.enable();
      this.wall.taken = false;
    }, 350);
    return true;
  }

  #add(latlng) {
    if (this.done) this.#again();
    const last = this.corners.at(-1);
    if (last && last.equals(latlng)) return;
    this.corners.push(latlng);
    L.circleMarker(latlng, { radius: 4, color: COLOUR, weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false }).addTo(this.dots);
    this.#draw();
  }

  #again() {
    this.corners = [];
    this.dots.clearLayers();
    this.done = false;
  }

  #finish(event) {
    L.DomEvent.stop(event);
    this.done = true;
    this.#draw();
  }

  #draw(pointer = null) {
    const shown = pointer && !this.done && this.corners.length ? [...this.corners, pointer] : this.corners;
    this.shape.setLatLngs(shown);
    this.#say(shown.map(({ lat, lng }) => this.plane.toMetres({ lat, lon: lng })));
  }

  #say(path) {
    const isArea = this.kind === "area";
    const ring = isArea && path.length > 2 ? [...path, path[0]] : path;
    const m2 = areaOf(path);
    const results = isArea
      ? [el("strong", {}, mu(m2, 2)), el("span", {}, hectares(m2, 4)), el("span", {}, `${number(m2, 1)} m²`), el("span", { class: "quiet" }, gettext("周长 {length}", { length: metres(lengthOf(ring)) }))]
      : [el("strong", {}, metres(lengthOf(path)))];
    const help = this.corners.length ? gettext("双击结束，Esc 退出") : gettext("在图上点击起点");
    fill(
      this.box,
      el("div", { class: "result", "aria-live": "polite" }, results),
      el("small", {}, this.done ? gettext("再点击开始新的量算") : help),
      el("button", { type: "button", class: "square", "aria-label": gettext("退出量算"), onclick: () => this.stop() }, icon("close")),
    );
  }
}
