// What the page shows, kept in the address: a link shows the same, back and forward work.

export const FACETS = ["town", "park", "industry", "category", "level", "kind", "stage", "lamp", "flag", "leader", "department"];
const LAYERS = ["project", "parcel", "park", "zone", "town"];
const TABS = ["table", "charts"];

function listOf(query, name, known = null) {
  const values = query.getAll(name).flatMap((text) => text.split(",")).filter(Boolean);
  return known ? values.filter((value) => known.includes(value)) : values;
}

function placeOf(text) {
  const parts = (text ?? "").split("/").map(Number);
  return parts.length === 3 && parts.every(Number.isFinite) ? { zoom: parts[0], lat: parts[1], lon: parts[2] } : null;
}

function selectionOf(text) {
  const at = (text ?? "").indexOf(":");
  const layer = (text ?? "").slice(0, at);
  return at > 0 && LAYERS.includes(layer) ? { layer, key: text.slice(at + 1) } : null;
}

/** The state that an address names; what it lacks is at its default. */
export function stateOf(search, colourings) {
  const query = new URLSearchParams(search);
  return {
    facets: Object.fromEntries(FACETS.map((name) => [name, query.getAll(name).filter(Boolean)])),
    words: query.get("words") ?? "",
    on: /^\d{4}-\d{2}-\d{2}$/.test(query.get("on") ?? "") ? query.get("on") : null,
    by: colourings.includes(query.get("by")) ? query.get("by") : colourings[0],
    at: placeOf(query.get("at")),
    sel: selectionOf(query.get("sel")),
    hide: listOf(query, "hide", LAYERS),
    base: query.get("base"),
    tab: TABS.includes(query.get("tab")) ? query.get("tab") : TABS[0],
  };
}

/** The part of the address that the server's lists understand: the filter and the day. */
export function filterQuery(state) {
  const query = new URLSearchParams();
  for (const name of FACETS) for (const value of state.facets[name]) query.append(name, value);
  if (state.words) query.set("words", state.words);
  if (state.on) query.set("on", state.on);
  return query;
}

/** The whole address of `state`. */
export function searchOf(state, colourings) {
  const query = filterQuery(state);
  if (state.by !== colourings[0]) query.set("by", state.by);
  if (state.hide.length) query.set("hide", state.hide.join(","));
  if (state.base) query.set("base", state.base);
  if (state.tab !== TABS[0]) query.set("tab", state.tab);
  if (state.sel) query.set("sel", `${state.sel.layer}:${state.sel.key}`);
  if (state.at) query.set("at", `${state.at.zoom.toFixed(2)}/${state.at.lat.toFixed(5)}/${state.at.lon.toFixed(5)}`);
  // Colons, slashes and commas may stand in a query as they are; links are read by people too.
  const text = query.toString().replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/%2C/g, ",");
  return text ? `?${text}` : location.pathname;
}

/** How many facet values and words are set. */
export const countOfFilters = (state) =>
  FACETS.reduce((n, name) => n + state.facets[name].length, 0) + (state.words ? 1 : 0);

/** Keeps the state and the address together and tells listeners what changed. */
export class AddressState {
  #listeners = [];

  constructor(colourings) {
    this.colourings = colourings;
    this.now = stateOf(location.search, colourings);
    addEventListener("popstate", () => this.#become(stateOf(location.search, colourings)));
  }

  /** `hear(state, changed)` is called with the set of names that changed. */
  listen(hear) {
    this.#listeners.push(hear);
  }

  /** Change what `patch` names. `quiet` puts no step into the browser's history (panning, typing). */
  set(patch, { quiet = false } = {}) {
    const next = { ...this.now, ...patch };
    const address = searchOf(next, this.colourings);
    if (quiet) history.replaceState(null, "", address);
    else if (address !== searchOf(this.now, this.colourings)) history.pushState(null, "", address);
    this.#become(next);
  }

  /** Replace one facet's values. */
  setFacet(name, values) {
    this.set({ facets: { ...this.now.facets, [name]: values } });
  }

  /** Put `value` into a facet, or take it out. */
  toggleFacet(name, value) {
    const values = this.now.facets[name];
    this.setFacet(name, values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
  }

  clearFilter() {
    this.set({ facets: Object.fromEntries(FACETS.map((name) => [name, []])), words: "" });
  }

  #become(next) {
    const before = this.now;
    this.now = next;
    const changed = new Set(
      Object.keys(next).filter((name) => JSON.stringify(next[name]) !== JSON.stringify(before[name])),
    );
    if (changed.size) for (const hear of this.#listeners) hear(next, changed);
  }
}
