// Where a batch lies: the wall map under its parcels, what of them lies in zones, and what other parcels list too.
import { groupWords } from "./batch_parts.js";
import { el, fill } from "./dom.js";
import { WallMap } from "./map.js";
import { fillOf, hatchOf, swatch } from "./marks.js";
import { page } from "./page_data.js";
import { Drawing } from "./register_draw.js";
import { gettext, wordOf } from "./words.js";

// Numbers stay readable on top.
const BELOW = "parcel-label";
const NONE = { type: "FeatureCollection", features: [] };

export class BatchMap {
  #drawn = null;

  /** `drawn(polygon)` gets a GeoJSON polygon that somebody drew. */
  constructor({ legend, note, help, drawn }) {
    Object.assign(this, { legend, note });
    const nothing = () => {};
    this.wall = new WallMap(window.guatuWall, { picked: nothing, hovered: nothing, moved: nothing, pointed: nothing, failed: nothing });
    if (!this.wall.draw()) {
      this.#tell(gettext("浏览器不支持 WebGL，无法显示地图"));
      return;
    }
    this.drawing = new Drawing(this.wall, help, (text) => drawn(polygonOf(text)));
    this.#drawn = this.#prepare();
  }

  #tell(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }

  async #prepare() {
    await this.wall.ready;
    const gl = this.wall.gl;
    await this.wall.hideLayers(Object.keys(page.groups).filter((group) => !["town", "parcel"].includes(group)));
    gl.addSource("batch", { type: "geojson", data: NONE });
    const only = (what) => ["==", ["get", "what"], what];
    gl.addLayer({ id: "batch-fill", type: "fill", source: "batch", filter: only("parcel"), paint: { "fill-color": fillOf("land_group", "group"), "fill-opacity": 0.9 } }, BELOW);
    gl.addLayer({ id: "batch-hatch", type: "fill", source: "batch", filter: only("parcel"), paint: { "fill-pattern": hatchOf("land_group", "group"), "fill-opacity": 0.5 } }, BELOW);
    gl.addLayer({ id: "batch-line", type: "line", source: "batch", filter: only("parcel"), paint: { "line-color": page.style.land_group.arable.stroke, "line-width": 2 } }, BELOW);
    gl.addLayer({ id: "batch-zone", type: "line", source: "batch", filter: only("zone"), paint: { "line-color": "#5B4A8A", "line-width": 2, "line-dasharray": [2, 1.5] } }, BELOW);
    gl.addLayer({ id: "batch-overlap", type: "fill", source: "batch", filter: only("overlap"), paint: { "fill-color": "#B3261E", "fill-opacity": 0.75 } }, BELOW);
    gl.on("click", "batch-fill", ({ features }) => !this.wall.taken && features.length && this.#open(features));
  }

  #open(features) {
    const parcel = features[0].properties;
    this.#tell(`${parcel.parcel_no} · ${groupWords(parcel.group)}`);
  }

  async show({ features }, bounds) {
    if (!this.#drawn) return;
    await this.#drawn;
    const there = features.filter((feature) => feature.geometry);
    this.wall.gl.getSource("batch").setData({ type: "FeatureCollection", features: there });
    this.#legend(there);
    this.#tell("");
    // The map was made in a part of the page that was not shown yet.
    this.wall.map.invalidateSize({ animate: false });
    if (bounds) this.wall.map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { padding: [30, 30], maxZoom: 17, animate: false });
    await this.wall.drawn();
  }

  #legend(features) {
    const groups = new Set(features.filter(({ properties }) => properties.what === "parcel").map(({ properties }) => properties.group));
    const item = (text, style) => {
      const sign = el("i");
      Object.assign(sign.style, style);
      return el("li", {}, sign, text);
    };
    const kinds = [...new Set(features.filter(({ properties }) => properties.what === "zone").map(({ properties }) => properties.kind))];
    fill(
      this.legend,
      page.landGroups.filter(({ code }) => groups.has(code)).map(({ code }) => el("li", {}, swatch("land_group", code), groupWords(code))),
      kinds.length ? item(gettext("管控区：{names}", { names: kinds.map((kind) => wordOf("ZoneKind", kind)).join("、") }), { border: "2px dashed #5B4A8A" }) : null,
      features.some(({ properties }) => properties.what === "overlap") ? item(gettext("重叠"), { background: "#B3261E" }) : null,
    );
  }

  /** Have a polygon drawn. */
  draw() {
    this.drawing?.start("polygon");
  }
}

/** "polygon:lon lat,lon lat" as GeoJSON. */
function polygonOf(text) {
  const ring = text.slice(text.indexOf(":") + 1).split(",").map((place) => place.trim().split(" ").map(Number));
  return { type: "Polygon", coordinates: [[...ring, ring[0]]] };
}
