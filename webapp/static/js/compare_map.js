// Where parcels moved: the wall map under one more layer, coloured by how far each parcel went.
import { el, fill } from "./dom.js";
import { WallMap } from "./map.js";
import { page } from "./page_data.js";
import { gettext, wordOf } from "./words.js";

// Light to dark with the steps, so that it can be told apart without colours; what wants an eye has its own hue.
const COLOURS = [
  ["back", gettext("退回"), "#b3261e"],
  ["still", gettext("未动"), "#e3e6ea"],
  ["forward1", gettext("推进 1 步"), "#bfe0cd"],
  ["forward2", gettext("推进 2–3 步"), "#6fb592"],
  ["forward4", gettext("推进 4 步及以上"), "#1d6b4f"],
  ["new", gettext("新增"), "#3f7fd0"],
  ["retired", gettext("注销"), "#8a6fb8"],
];
const NONE = { type: "FeatureCollection", features: [] };

function classOf({ movement, steps }) {
  if (movement !== "forward") return movement;
  return steps >= 4 ? "forward4" : steps >= 2 ? "forward2" : "forward1";
}

export class CompareMap {
  #drawn = null;

  constructor(legend, note) {
    this.note = note;
    fill(legend, COLOURS.map(([, words, colour]) => {
      const sign = el("i");
      sign.style.background = colour;
      return el("li", {}, sign, words);
    }));
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
    const fillColour = ["match", ["get", "class"], ...COLOURS.flatMap(([code, , colour]) => [code, colour]), "#ffffff"];
    gl.addLayer({ id: "moved-fill", type: "fill", source: "moved", paint: { "fill-color": fillColour } });
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
