// A parcel among its neighbours, drawn small: who lies beside it, and at which stage.
import { el } from "./dom.js";
import { metres } from "./format.js";
import { badge, markOf } from "./marks.js";
import { gettext, wordOf } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 300;
const MARGIN = 12;
const AROUND = 0.55;

const ringsOf = (shape) => (shape ? (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates).flat() : []);

/** The plane of the drawing: the parcel itself with some room around it; degrees are squeezed as they are on the ground. */
function planeOf(shape) {
  const points = ringsOf(shape).flat();
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const side = Math.max((east - west) * squeeze, north - south, 1e-6) * (1 + AROUND);
  const scale = (SIZE - 2 * MARGIN) / side;
  const [lon0, lat0] = [(west + east) / 2, (south + north) / 2];
  return ([lon, lat]) => [SIZE / 2 + (lon - lon0) * squeeze * scale, SIZE / 2 - (lat - lat0) * scale];
}

function drawn(parcel, plane, isOwn) {
  const path = document.createElementNS(SVG, "path");
  const text = ringsOf(parcel.shape).map((ring) => `M${ring.map((point) => plane(point).map((v) => v.toFixed(1)).join(",")).join("L")}Z`);
  path.setAttribute("d", text.join(""));
  const mark = markOf("stage", parcel.stage);
  path.setAttribute("fill", mark.fill);
  path.setAttribute("stroke", isOwn ? "#123764" : mark.stroke);
  path.setAttribute("stroke-width", isOwn ? "3" : "1");
  path.setAttribute("fill-opacity", isOwn ? "0.9" : "0.45");
  path.setAttribute("fill-rule", "evenodd");
  const title = document.createElementNS(SVG, "title");
  title.textContent = `${parcel.parcel_no} ${parcel.name ?? ""} ${wordOf("Stage", parcel.stage)}`;
  path.append(title);
  return path;
}

/** The drawing and the list of neighbours; `addressOf(no)` leads to each. */
export function sketch(neighbours, addressOf) {
  const [own, ...others] = neighbours;
  if (!own?.shape) return null;
  const plane = planeOf(own.shape);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${SIZE} ${SIZE}`);
  svg.setAttribute("class", "sketch");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", gettext("地块 {no} 和相邻的 {n} 块地", { no: own.parcel_no, n: others.length }));
  svg.append(...others.map((other) => drawn(other, plane, false)), drawn(own, plane, true));
  const rows = others.map((other) => el("li", {}, badge("stage", other.stage, 16), el("a", { href: addressOf(other.parcel_no) }, other.parcel_no), el("span", { class: "name" }, other.name ?? ""), el("small", {}, metres(other.common_m))));
  return [svg, rows.length ? el("ul", { class: "neighbours" }, rows) : el("p", { class: "quiet" }, gettext("旁边没有登记的地块。"))];
}
