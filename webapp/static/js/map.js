// The wall map: folium's Leaflet map with one MapLibre canvas. Draws; asks and decides nothing.
import { imageNamed } from "./marks.js";
import { page } from "./page_data.js";

const NOTHING = { type: "FeatureCollection", features: [] };
const KEYS = { project: "code", parcel: "parcel_no", park: "code", zone: "zone_no", town: "code" };
const TILED = ["town", "zone", "park", "parcel"];
const PICKED_FROM = ["project-badge", "project-fill", "project-casing"];
const WIDEST_BADGE = 48;
const FLY = { duration: 0.8, maxZoom: 16, padding: [48, 48] };

const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

function pointsOf(features) {
  return {
    type: "FeatureCollection",
    features: features
      .filter((feature) => feature.properties.lon !== null && feature.properties.lon !== undefined)
      .map((feature) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: [feature.properties.lon, feature.properties.lat] },
        properties: { ...feature.properties, is_point: !feature.geometry || feature.geometry.type.includes("Point") },
      })),
  };
}

const labelled = (rows) => ({
  type: "FeatureCollection",
  features: rows.map(({ lon, lat, ...properties }) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties,
  })),
});

function hasWebGl() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

/** The MapLibre map, or null where the browser has no WebGL. */
function canvasOf(wall) {
  if (!hasWebGl()) return null;
  try {
    return wall.draw().getMaplibreMap();
  } catch (failure) {
    console.info("no WebGL:", failure.message);
    return null;
  }
}

export class WallMap {
  #wall;
  #styled;

  /**
   * `wall` is what folium's script left in `window.guatuWall`. `heard`: `picked({lat, lon, radius_m, badges, projects})`,
   * `hovered(code or null, point)`, `moved({zoom, lat, lon})`, `pointed({lat, lon})`, `failed(error)`.
   * Nothing is on the canvas before `draw()`; what is asked of the map meanwhile is done then.
   */
  constructor(wall, heard) {
    this.#wall = wall;
    this.map = wall.map;
    this.gl = null;
    this.baseMaps = wall.baseMaps;
    this.heard = heard;
    this.taken = false;
    // Pixels at the foot of the map that a phone's sheet covers.
    this.covered = 0;
    // Resolved when the canvas has its style; never without WebGL.
    this.ready = new Promise((resolve) => (this.#styled = resolve));
    this.#listen();
  }

  /** Make the canvas, which can keep the browser busy for seconds where WebGL runs in software. Says whether it could. */
  draw() {
    this.gl = canvasOf(this.#wall);
    if (!this.gl) return false;
    this.gl.on("styleimagemissing", ({ id }) => {
      const found = imageNamed(id);
      if (found && !this.gl.hasImage(id)) this.gl.addImage(id, found.image, found.options);
    });
    this.gl.on("error", ({ error }) => this.heard.failed(error));
    if (this.#hasStyle()) this.#styled();
    else this.gl.once("style.load", this.#styled);
    return true;
  }

  /** The style's layers can be asked and changed; its tiles may still be coming. */
  #hasStyle() {
    return Boolean(this.gl?.getStyle()?.layers && this.gl.getSource("project"));
  }

  #listen() {
    this.map.on("moveend", () => this.heard.moved(this.place()));
    this.map.on("click", (event) => !this.taken && this.#pick(event));
    this.map.on("mousemove", (event) => this.#hover(event));
    this.map.on("mouseout", () => this.heard.hovered(null));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(this.map.getContainer());
  }

  place() {
    const { lat, lng } = this.map.getCenter();
    return { zoom: this.map.getZoom(), lat, lon: lng };
  }

  /** Metres on the ground a screen pixel is wide at this latitude. */
  metresPerPixel(lat = this.map.getCenter().lat) {
    return (156543.03392804097 * Math.cos((lat * Math.PI) / 180)) / 2 ** this.map.getZoom();
  }

  #around({ lat, lng }, reach) {
    const { x, y } = this.gl.project([lng, lat]);
    return [
      [x - reach, y - reach],
      [x + reach, y + reach],
    ];
  }

  /** Circles are asked where they were drawn last; on a slow machine the map may have moved on since. */
  #isNear({ layer, properties }, { lat, lng }, reach) {
    if (layer.id !== "project-badge") return true;
    const [one, other] = [this.gl.project([lng, lat]), this.gl.project([properties.lon, properties.lat])];
    return Math.hypot(one.x - other.x, one.y - other.y) <= WIDEST_BADGE / 2 + reach;
  }

  #projectsAt(latlng, reach, layers = PICKED_FROM) {
    if (!this.#hasStyle()) return [];
    const found = this.gl.queryRenderedFeatures(this.#around(latlng, reach), { layers }).filter((feature) => this.#isNear(feature, latlng, reach));
    return [...new Set(found.map((feature) => feature.properties.code))];
  }

  #pick({ latlng, originalEvent }) {
    const reach = originalEvent.pointerType === "touch" ? 10 : 3;
    this.heard.picked({
      lat: latlng.lat,
      lon: latlng.lng,
      radius_m: reach * this.metresPerPixel(latlng.lat),
      badges: this.#projectsAt(latlng, 1, ["project-badge"]),
      projects: this.#projectsAt(latlng, reach),
    });
  }

  #hover({ latlng, containerPoint }) {
    this.heard.pointed({ lat: latlng.lat, lon: latlng.lng });
    if (this.taken) return;
    const [code = null] = this.#projectsAt(latlng, 1);
    this.map.getContainer().classList.toggle("over-project", code !== null);
    this.heard.hovered(code, containerPoint);
  }

  async showProjects(collection) {
    await this.ready;
    const features = collection?.features ?? [];
    this.gl.getSource("project").setData({ ...NOTHING, features: features.filter((feature) => feature.geometry) });
    this.gl.getSource("project_point").setData(pointsOf(features));
  }

  /** Labels of towns and parks: rows with `name`, `level`, `lon`, `lat`. */
  async showLabels(source, rows) {
    await this.ready;
    this.gl.getSource(source).setData(labelled(rows));
  }

  /** When everything asked for is on the canvas; at once where there is none. */
  async drawn() {
    if (!this.gl) return;
    await this.ready;
    const idle = new Promise((done) => this.gl.once("idle", done));
    this.gl.triggerRepaint();
    await idle;
  }

  async colourBy(code) {
    await this.ready;
    const colouring = page.colourings.find((each) => each.code === code) ?? page.colourings[0];
    for (const [layer, properties] of Object.entries(colouring.repaint)) {
      for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith("icon-")) this.gl.setLayoutProperty(layer, name, value);
        else this.gl.setPaintProperty(layer, name, value);
      }
    }
  }

  async hideLayers(hidden) {
    await this.ready;
    for (const [group, layers] of Object.entries(page.groups)) {
      const visibility = hidden.includes(group) ? "none" : "visible";
      for (const layer of layers) this.gl.setLayoutProperty(layer, "visibility", visibility);
    }
    this.#paper();
  }

  /** A base map shows through only where the towns' white paper is taken away. */
  async showBase(id) {
    for (const [each, tiles] of Object.entries(this.baseMaps)) {
      if (each === id) tiles.addTo(this.map);
      else tiles.remove();
    }
    this.base = id && id in this.baseMaps ? id : null;
    await this.ready;
    this.#paper();
  }

  #paper() {
    this.gl.setPaintProperty("town-fill", "fill-opacity", this.base ? 0 : 1);
  }

  /** Tiles of the day `on` (null: the store's default). */
  async showDay(on) {
    await this.ready;
    const query = on ? `?on=${on}` : "";
    for (const name of TILED) this.gl.getSource(name).setTiles([`/tiles/${name}/{z}/{x}/{y}.mvt${query}`]);
  }

  async select(selection) {
    await this.ready;
    for (const [layer, key] of Object.entries(KEYS)) {
      const only = ["==", ["get", key], selection?.layer === layer ? selection.key : ""];
      this.gl.setFilter(`${layer}-selected`, only);
      if (layer === "project") this.gl.setFilter("project-ring-selected", only);
    }
  }

  /** Outline the parcels that hold the selected project up. */
  async markBlocking(numbers) {
    await this.ready;
    this.gl.setFilter("parcel-blocking", ["in", ["get", "parcel_no"], ["literal", numbers.length ? numbers : [""]]]);
  }

  async hover(code) {
    await this.ready;
    const only = ["==", ["get", "code"], code ?? ""];
    this.gl.setFilter("project-hover", only);
    this.gl.setFilter("project-ring-hover", only);
  }

  /** Show `[west, south, east, north]`; at once where the reader asked for calm. */
  flyTo([west, south, east, north], options = {}) {
    const bounds = [
      [south, west],
      [north, east],
    ];
    const how = { ...FLY, ...options };
    if (this.covered) how.paddingBottomRight = [FLY.padding[0], this.covered + 12];
    if (calm || options.animate === false) this.map.fitBounds(bounds, { ...how, animate: false });
    else this.map.flyToBounds(bounds, how);
  }

  goTo({ zoom, lat, lon }) {
    this.map.setView([lat, lon], zoom, { animate: false });
  }
}
