// Where parcels moved: the wall map under one more layer, coloured by how far each parcel went.
import { el, fill } from "./dom.js";
import { WallMap } from "./map.js";
import { fillOf, hatchOf, swatch } from "./marks.js";
import { page } from "./page_data.js";
import { gettext, wordOf, wordsOf } from "./words.js";

// Farther out a hatch is larger than most parcels.
const HATCHED_FROM = 13;
const NONE = { type: "FeatureCollection", features: [] };

function classOf({ movement, steps }) {
  if (movement !== "forward") return movement;
  return steps >= 4 ? "forward4" : steps >= 2 ? "forward2" : "forward1";
}

export class CompareMap {
  #drawn = null;

  constructor(legend, note) {
    this.note = note;
    fill(legend, Object.entries(page.style.movement).map(([code, mark]) => el("li", {}, swatch("movement", code), wordsOf(mark))));
    const nothing = () => {};
    this.wall = new WallMap(window.guatuWall, { picked: nothing, hovered: nothing, moved: nothing, pointed: nothing, failed: nothing });
    if (!this.wall.draw()) this.#tell(gettext("浏览器不支持 WebGL，无法显示地图"));
    else this.#drawn = this.#prepare();
  }

  #tell(text) {
    this.note.hidden = !text;
    this.note.textContent = text;
  }

  async #prepare() {
    await this.wall.ready;
    const gl = this.wall.gl;
    await this.wall.hideLayers(Object.keys(page.groups).filter((group) => group !== "town"));
    gl.addSource("moved", { type: "geojson", data: NONE });
    gl.addLayer({ id: "moved-fill", type: "fill", source: "moved", paint: { "fill-color": fillOf("movement", "class"), "fill-opacity": 0.85 } });
    gl.addLayer({ id: "moved-hatch", type: "fill", source: "moved", minzoom: HATCHED_FROM, paint: { "fill-pattern": hatchOf("movement", "class"), "fill-opacity": 0.45 } });
    gl.addLayer({ id: "moved-line", type: "line", source: "moved", paint: { "line-color": "#4b5766", "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0, 15, 1] } });
    gl.on("click", "moved-fill", ({ features }) => features.length && this.#open(features[0].properties));
  }

  #open(parcel) {
    const stages = [parcel.stage_from, parcel.stage_to].map((code) => (code && code !== "null" ? wordOf("Stage", code) : "—")).join(" → ");
    this.#tell(`${parcel.parcel_no} ${parcel.name ?? ""}：${stages}`);
  }

  /** Show the features of /api/compare.geojson. */
  async show(answer) {
    if (!this.#drawn) return;
    await this.#drawn;
    const features = answer.features.filter((feature) => feature.geometry).map((feature) => ({ ...feature, properties: { ...feature.properties, class: classOf(feature.properties) } }));
    this.wall.gl.getSource("moved").setData({ type: "FeatureCollection", features });
    this.#tell(answer.count > answer.shown ? gettext("地图显示 {shown} 宗，共 {count} 宗", { shown: answer.shown, count: answer.count }) : "");
    await this.wall.drawn();
  }
}
