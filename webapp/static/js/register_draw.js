// Drawing a rectangle, a polygon or a circle on the map, to list the parcels that it meets.
import { el, fill, icon } from "./dom.js";
import { metres } from "./format.js";
import { gettext } from "./words.js";

const STYLE = { color: "#C2185B", weight: 2.5, dashArray: "6 4", fillOpacity: 0.08, interactive: false };
const MOST_CORNERS = 200;
const DECIMALS = 6;

const round = (value) => value.toFixed(DECIMALS);

/** The Leaflet shape of an area's text, or null. */
function shapeOf(text) {
  const at = text.indexOf(":");
  const [kind, rest] = [text.slice(0, at), text.slice(at + 1)];
  const numbers = rest.split(/[ ,]+/).map(Number);
  if (at < 0 || !numbers.every(Number.isFinite)) return null;
  if (kind === "rect" && numbers.length === 4) return L.rectangle([[numbers[1], numbers[0]], [numbers[3], numbers[2]]], STYLE);
  if (kind === "circle" && numbers.length === 3) return L.circle([numbers[1], numbers[0]], { ...STYLE, radius: numbers[2] });
  if (kind !== "polygon" || numbers.length < 6 || numbers.length % 2) return null;
  return L.polygon(Array.from({ length: numbers.length / 2 }, (_, n) => [numbers[2 * n + 1], numbers[2 * n]]), STYLE);
}

export class Drawing {
  /** `drawn(text)` gets the area's text when the shape is done. */
  constructor(wall, box, drawn) {
    this.wall = wall;
    this.map = wall.map;
    this.box = box;
    this.drawn = drawn;
    this.kind = null;
    this.shown = null;
    this.click = ({ latlng }) => this.#add(latlng);
    this.move = ({ latlng }) => this.#preview(latlng);
    this.end = (event) => {
      L.DomEvent.stop(event);
      this.#finish();
    };
  }

  /** Show the area that the list is narrowed to; "" shows none. */
  show(text) {
    this.shown?.remove();
    this.shown = text ? shapeOf(text) : null;
    this.shown?.addTo(this.map);
  }

  start(kind) {
    const again = this.kind === kind;
    this.stop();
    if (again) return;
    this.kind = kind;
    this.corners = [];
    this.wall.taken = true;
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("measuring");
    this.map.on({ click: this.click, mousemove: this.move, dblclick: this.end });
    this.shape = L.layerGroup().addTo(this.map);
    this.#say();
  }

  stop() {
    if (!this.kind) return false;
    this.kind = null;
    this.shape.remove();
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
    if (this.corners.at(-1)?.equals(latlng)) return;
    this.corners.push(latlng);
    if ((this.kind !== "polygon" && this.corners.length === 2) || this.corners.length === MOST_CORNERS) this.#finish();
    else this.#preview(latlng);
    this.#say();
  }

  #text(points) {
    const [first, last] = [points[0], points.at(-1)];
    if (this.kind === "circle") return `circle:${round(first.lng)},${round(first.lat)},${this.map.distance(first, last).toFixed(1)}`;
    if (this.kind === "polygon") return `polygon:${points.map(({ lng, lat }) => `${round(lng)} ${round(lat)}`).join(",")}`;
    const [west, east] = [Math.min(first.lng, last.lng), Math.max(first.lng, last.lng)];
    const [south, north] = [Math.min(first.lat, last.lat), Math.max(first.lat, last.lat)];
    return `rect:${[west, south, east, north].map(round).join(",")}`;
  }

  #preview(pointer) {
    this.shape.clearLayers();
    const points = [...this.corners, pointer];
    if (this.corners.length === 0) return;
    const shape = this.kind === "polygon" && points.length < 3 ? L.polyline(points, STYLE) : shapeOf(this.#text(points));
    shape?.addTo(this.shape);
    if (this.kind === "circle") this.#say(metres(this.map.distance(points[0], pointer)));
  }

  #finish() {
    const { kind, corners } = this;
    if (!kind || corners.length < (kind === "polygon" ? 3 : 2)) return;
    const text = this.#text(corners);
    this.stop();
    this.drawn(text);
  }

  #say(more = "") {
    if (!this.kind) return;
    const help = {
      rect: this.corners.length ? gettext("再点对角") : gettext("点击矩形的一角"),
      polygon: this.corners.length ? gettext("依次点击，双击结束") : gettext("点击多边形的第一个角"),
      circle: this.corners.length ? gettext("再点圆边") : gettext("点击圆心"),
    }[this.kind];
    this.box.hidden = false;
    const done = this.kind === "polygon" && this.corners.length > 2 ? el("button", { type: "button", class: "button small", onclick: () => this.#finish() }, gettext("完成")) : null;
    fill(this.box, el("span", {}, help), more ? el("strong", {}, more) : null, done, el("button", { type: "button", class: "square", "aria-label": gettext("退出"), onclick: () => this.stop() }, icon("close")));
  }
}
