// What the register shows, kept in the address: a link shows the same, a saved view is the address's own text.

export const FACETS = ["town", "stage", "owner_kind", "land_class", "unit", "person", "batch", "hold_reason"];
// The wall map's filter of projects, behind a prefix: parcels on the land of those that it lets pass.
const PROJECT_FIELDS = ["town", "park", "industry", "category", "level", "kind", "stage", "lamp", "flag", "leader", "department", "words"].map((name) => `project_${name}`);
const SINGLES = ["held", "overdue", "legal_within_days", "words", "blocking", "area"];
export const UNITS = ["mu", "ha", "m2"];
const NOT_OF_A_VIEW = ["lang", "sel", "at"];

function placeOf(text) {
  const parts = (text ?? "").split("/").map(Number);
  return parts.length === 3 && parts.every(Number.isFinite) ? { zoom: parts[0], lat: parts[1], lon: parts[2] } : null;
}

/** The state that an address names; what it lacks is at its default. */
export function stateOf(search) {
  const query = new URLSearchParams(search);
  return {
    facets: Object.fromEntries(FACETS.map((name) => [name, query.getAll(name).filter(Boolean)])),
    ...Object.fromEntries(SINGLES.map((name) => [name, query.get(name) ?? ""])),
    projects: PROJECT_FIELDS.flatMap((name) => query.getAll(name).filter(Boolean).map((value) => [name, value])),
    on: /^\d{4}-\d{2}-\d{2}$/.test(query.get("on") ?? "") ? query.get("on") : null,
    sort: query.get("sort") ?? "",
    columns: (query.get("columns") ?? "").split(",").filter(Boolean),
    unit_of_area: UNITS.includes(query.get("unit_of_area")) ? query.get("unit_of_area") : UNITS[0],
    sel: query.get("sel") || null,
    at: placeOf(query.get("at")),
  };
}

/** What the server's lists understand: the filter and the day. */
export function filterQuery(state) {
  const query = new URLSearchParams();
  for (const name of FACETS) for (const value of state.facets[name]) query.append(name, value);
  for (const name of SINGLES) if (state[name]) query.set(name, state[name]);
  for (const [name, value] of state.projects) query.append(name, value);
  if (state.on) query.set("on", state.on);
  return query;
}

function searchOf(state) {
  const query = filterQuery(state);
  if (state.sort) query.set("sort", state.sort);
  if (state.columns.length) query.set("columns", state.columns.join(","));
  if (state.unit_of_area !== UNITS[0]) query.set("unit_of_area", state.unit_of_area);
  if (state.sel) query.set("sel", state.sel);
  if (state.at) query.set("at", `${state.at.zoom.toFixed(2)}/${state.at.lat.toFixed(5)}/${state.at.lon.toFixed(5)}`);
  const text = query.toString().replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/%2C/g, ",");
  return text ? `?${text}` : location.pathname;
}

/** How many conditions are set. */
export const countOfFilters = (state) => FACETS.reduce((n, name) => n + state.facets[name].length, 0) + SINGLES.filter((name) => state[name]).length + state.projects.length;

export class RegisterState {
  #listeners = [];

  constructor() {
    this.now = stateOf(location.search);
    addEventListener("popstate", () => this.#become(stateOf(location.search)));
  }

  /** `hear(state, changed)` with the set of names that changed. */
  listen(hear) {
    this.#listeners.push(hear);
  }

  /** Change what `patch` names; `quiet` makes no step of the browser's history. */
  set(patch, { quiet = false } = {}) {
    const next = { ...this.now, ...patch };
    const address = searchOf(next);
    if (quiet) history.replaceState(null, "", address);
    else if (address !== searchOf(this.now)) history.pushState(null, "", address);
    this.#become(next);
  }

  setFacet(name, values) {
    this.set({ facets: { ...this.now.facets, [name]: values } });
  }

  clearFilter() {
    this.set({ facets: Object.fromEntries(FACETS.map((name) => [name, []])), ...Object.fromEntries(SINGLES.map((name) => [name, ""])), projects: [] });
  }

  /** The address's text without what belongs to this moment: what a saved view keeps. */
  viewQuery() {
    const query = new URLSearchParams(searchOf(this.now).replace(/^[^?]*/, ""));
    for (const name of NOT_OF_A_VIEW) query.delete(name);
    return query.toString();
  }

  /** Show a saved view. */
  showView(text) {
    const { on, at } = this.now;
    this.set({ ...stateOf(text), at, on: stateOf(text).on ?? on });
  }

  #become(next) {
    const before = this.now;
    this.now = next;
    const changed = new Set(Object.keys(next).filter((name) => JSON.stringify(next[name]) !== JSON.stringify(before[name])));
    if (changed.size) for (const hear of this.#listeners) hear(next, changed);
  }
}
