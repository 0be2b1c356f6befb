// What is drawn on the map while a parcel is redrawn: the parcel, its neighbours, a dividing line, the pieces to come.
import { loadScript } from "./api.js";
import { el } from "./dom.js";
import { page } from "./page_data.js";

const LIBRARY = `${page.static}/vendor/leaflet-geoman-free/leaflet-geoman.min.js`;
const OWN = { color: "#0b57d0", weight: 2.5, fillOpacity: 0.12 };
const NEIGHBOUR = { color: "#4b5766", weight: 1, fillOpacity: 0.02 };
const CHOSEN = { color: "#0b57d0", weight: 2.5, fillOpacity: 0.18 };
const PIECE = { color: "#8a2be2", weight: 2, dashArray: "6 4", fillOpacity: 0.1, interactive: false };
const FOUND = { color: "#b3261e", weight: 2, fillColor: "#b3261e", fillOpacity: 0.45, interactive: false };
const LINE = { color: "#c2185b", weight: 3 };
const SNAP_PX = 14;

export class ShapeBoard {
  #steps = [];

  /** `heard`: `changed()` when what is drawn is another thing, `picked(parcel_no)` when a neighbour is clicked. */
  constructor(map, heard) {
    this.map = map;
    this.heard = heard;
    this.own = null;
    this.line = null;
    this.neighbours = L.layerGroup().addTo(map);
    this.told = L.layerGroup().addTo(map);
    map.on("pm:create", ({ layer }) => this.#created(layer));
  }

  async start() {
    await loadScript(LIBRARY);
    // Leaflet makes its handlers when a map is made; this one was made before the library came.
    if (!this.map.pm) L.PM.initialize();
    this.map.pm ??= new L.PM.Map(this.map);
    this.map.pm.setLang(page.language === "en" ? "en" : "zh");
    this.map.pm.setGlobalOptions({ snapDistance: SNAP_PX, allowSelfIntersection: false, continueDrawing: false, templineStyle: LINE, hintlineStyle: { ...LINE, dashArray: "5 5" } });
  }

  /** Show a parcel and its neighbours as /api/parcels/NO/shape sends them. */
  show({ geometry, neighbours }) {
    this.clear();
    this.neighbours.clearLayers();
    for (const feature of neighbours.features) this.#neighbour(feature);
    this.stored = geometry;
    this.#own(geometry);
    this.map.fitBounds(this.own.getBounds(), { padding: [60, 60], maxZoom: 20, animate: false });
  }

  #neighbour(feature) {
    const { parcel_no } = feature.properties;
    const layer = L.geoJSON(feature, { style: NEIGHBOUR }).getLayers()[0];
    layer.parcelNo = parcel_no;
    layer.bindTooltip(el("span", {}, parcel_no), { direction: "center", className: "piece-label" });
    layer.on("click", () => this.heard.picked(parcel_no));
    layer.addTo(this.neighbours);
  }

  #own(geometry) {
    this.own?.remove();
    this.own = L.geoJSON({ type: "Feature", geometry, properties: {} }, { style: OWN }).getLayers()[0].addTo(this.map);
    this.own.on("pm:edit pm:vertexremoved", () => this.#edited());
  }

  /** Let the parcel's corners be dragged, added and removed. */
  reshape() {
    this.stop();
    this.own.pm.enable({ snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: false });
    this.#steps = [this.drawn()];
  }

  /** Let a dividing line be drawn. */
  drawLine() {
    this.stop();
    this.map.pm.enableDraw("Line", { snappable: true, pathOptions: LINE, finishOn: "dblclick" });
  }

  /** Let a new parcel be drawn. */
  drawPolygon() {
    this.stop();
    this.map.pm.enableDraw("Polygon", { snappable: true, pathOptions: OWN });
  }

  stop() {
    this.map.pm?.disableDraw();
    this.own?.pm?.disable();
  }

  /** Forget what was drawn; the stored parcel is shown again. */
  clear() {
    this.stop();
    this.told.clearLayers();
    this.line?.remove();
    this.line = null;
    this.#steps = [];
    if (this.stored) this.#own(this.stored);
    else {
      this.own?.remove();
      this.own = null;
    }
  }

  #created(layer) {
    if (layer instanceof L.Polygon) {
      this.own?.remove();
      this.own = layer.addTo(this.map);
      this.own.on("pm:edit pm:vertexremoved", () => this.#edited());
      this.reshape();
    } else {
      this.line?.remove();
      this.line = layer;
    }
    this.heard.changed();
  }

  #edited() {
    this.#steps.push(this.drawn());
    this.heard.changed();
  }

  get canUndo() {
    return this.#steps.length > 1;
  }

  undo() {
    if (!this.canUndo) return;
    this.#steps.pop();
    const steps = this.#steps;
    this.stop();
    this.#own(steps.at(-1));
    this.own.pm.enable({ snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: false });
    this.#steps = steps;
    this.heard.changed();
  }

  /** The parcel's shape as it is drawn now. */
  drawn() {
    return this.own?.toGeoJSON(9).geometry ?? null;
  }

  dividingLine() {
    return this.line?.toGeoJSON(9).geometry ?? null;
  }

  /** Mark the neighbours that are to be put together with the parcel. */
  choose(numbers) {
    this.neighbours.eachLayer((layer) => layer.setStyle(numbers.includes(layer.parcelNo) ? CHOSEN : NEIGHBOUR));
  }

  /** Show what would become of it, and where something is to be said. */
  tell(parcels, { pieces = false } = {}) {
    this.told.clearLayers();
    for (const parcel of parcels) {
      if (pieces) {
        L.geoJSON(parcel.geometry, { style: PIECE }).bindTooltip(el("span", {}, parcel.parcel_no), { permanent: true, direction: "center", className: "piece-label" }).addTo(this.told);
      }
      for (const finding of parcel.findings) if (finding.where) L.geoJSON(finding.where, { style: FOUND }).addTo(this.told);
    }
  }

  /** Look at a place that something was said of. */
  lookAt(geometry) {
    if (geometry) this.map.fitBounds(L.geoJSON(geometry).getBounds(), { maxZoom: 22, padding: [80, 80] });
  }

  home() {
    if (this.own) this.map.fitBounds(this.own.getBounds(), { padding: [60, 60], maxZoom: 20 });
  }
}
