// The preview on the map: new, changed, unchanged, missing and refused rows in the colours of the style table.
import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { number } from "./format.js";
import { swatch } from "./marks.js";
import { page } from "./page_data.js";
import { STATES, stateWords } from "./import_preview.js";

const LIT = { weight: 5, color: "#0b57d0", dashArray: null };
const FLY = { maxZoom: 17, padding: [40, 40] };

export class ImportMap {
  /** `picked({state, row, key})`: a shape was clicked. */
  constructor(map, legend, picked) {
    this.map = map;
    this.legend = legend;
    this.picked = picked;
    // Thousands of outlines: drawn on a canvas, not as elements.
    this.renderer = L.canvas({ padding: 0.4, tolerance: 4 });
    this.layer = null;
    this.shapes = new Map();
    this.lit = null;
  }

  #style(state) {
    const mark = page.style.import[state];
    return { renderer: this.renderer, color: mark.stroke, weight: mark.width_px, dashArray: mark.dash.length ? mark.dash.map((length) => length * mark.width_px).join(" ") : null, fillColor: mark.fill, fillOpacity: mark.opacity * 0.75 };
  }

  clear() {
    this.layer?.remove();
    this.layer = null;
    this.shapes.clear();
    this.legend.hidden = true;
  }

  /** Fetch and draw the preview of a part. */
  async show(upload, number_, counts) {
    const collection = await ask(`/api/imports/${upload.id}/parts/${number_}/map`, null, "import-map");
    if (!collection) return;
    this.clear();
    this.layer = L.geoJSON(collection, {
      style: (feature) => this.#style(feature.properties.state),
      pointToLayer: (feature, place) => L.circleMarker(place, { radius: 7 }),
      onEachFeature: (feature, shape) => {
        this.shapes.set(this.#name(feature.properties), shape);
        shape.on("click", () => this.picked(feature.properties));
      },
    }).addTo(this.map);
    this.#draw(counts, collection.left_off);
    this.home();
  }

  #name({ row, key }) {
    return row ? `row ${row}` : `key ${key}`;
  }

  #draw(counts, leftOff) {
    const line = (state) => {
      const more = leftOff[state] ? el("small", {}, ` (−${number(leftOff[state])})`) : null;
      return counts[state] > 0 && el("li", {}, swatch("import", state), el("span", {}, stateWords(state)), el("b", {}, number(counts[state])), more);
    };
    fill(this.legend, el("ul", {}, STATES.map(line)));
    this.legend.hidden = false;
  }

  home() {
    const bounds = this.layer?.getBounds();
    if (bounds?.isValid()) this.map.fitBounds(bounds, { ...FLY, animate: false });
  }

  /** Light one row up and go there; false where it has no shape. */
  point(row) {
    if (this.lit) this.lit.setStyle(this.#style(this.lit.feature.properties.state));
    const shape = this.shapes.get(this.#name(row));
    this.lit = shape ?? null;
    if (!shape) return false;
    shape.setStyle(LIT);
    shape.bringToFront();
    const bounds = shape.getBounds ? shape.getBounds() : L.latLngBounds([shape.getLatLng()]);
    this.map.fitBounds(bounds, { ...FLY, animate: false });
    return true;
  }
}
