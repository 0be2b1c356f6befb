// What the server said last, and asking anew for what a change of state makes stale.
import { ask } from "./api.js";
import { page } from "./page_data.js";
import { filterQuery } from "./state.js";

const OF_FILTER = ["facets", "words", "on"];
// The order that the list begins with: a list that comes sorted is sooner sorted.
export const FIRST_ORDER = Object.freeze({ column: "at_risk_wan", dir: "desc" });

/** The query for the list of projects: only the columns that a page shows. webapp/first_view.py writes the same. */
export const listQuery = (filter) => new URLSearchParams([["columns", page.projectColumns.join(",")], ["sort", `-${FIRST_ORDER.column}`], ...filter]);

/** The list as it is sent, by column, with `projects`: its rows. */
export function withRows(answer) {
  const columns = Object.entries(answer.columns);
  const projects = Array.from({ length: answer.count }, (_, at) => {
    const row = {};
    for (const [name, values] of columns) row[name] = values[at];
    return row;
  });
  return { ...answer, projects };
}

export class Data {
  #listeners = [];

  constructor(state, failed) {
    this.state = state;
    this.failed = failed;
    this.info = page.info;
    this.projects = null;
    this.byCode = new Map();
    this.features = null;
    this.totals = null;
    this.charts = null;
    this.chartsOf = null;
    this.legend = null;
    this.choices = null;
    this.problem = null;
  }

  /** `hear(data, name)` when something new has come: info, projects, features, totals, charts, legend, choices, towns, parks. */
  listen(hear) {
    this.#listeners.push(hear);
  }

  /**
   * Ask for whatever `changed` made stale; all of it where `changed` is null. The list and the figures come first;
   * the rest is asked for when they are there and `shown`, a promise, is done with.
   */
  async refresh(changed = null, shown = null) {
    if (changed && !OF_FILTER.some((name) => changed.has(name))) return;
    this.charts = null;
    const query = filterQuery(this.state.now);
    const first = [
      this.#get("projects", "/api/projects", listQuery(query)),
      this.#get("totals", "/api/totals", new URLSearchParams([["by", "town"], ...query])),
    ];
    await Promise.allSettled([...first, shown]);
    const rest = this.#askRest(!changed || changed.has("on"));
    const problems = (await Promise.all([...first, ...rest])).filter(Boolean);
    this.problem = problems[0] ?? null;
    this.failed(this.problem);
  }

  /** Of the filter and the day as they are now: meanwhile somebody may have chosen another. */
  #askRest(isOtherDay) {
    const day = new URLSearchParams(this.state.now.on ? { on: this.state.now.on } : {});
    const ofDay = isOtherDay ? ["info", "towns", "parks"] : [];
    return [
      this.#get("features", "/api/projects.geojson", filterQuery(this.state.now)),
      ...["choices", "legend", ...ofDay].map((name) => this.#get(name, `/api/${name}`, day)),
    ];
  }

  /** The charts' data for the present filter, asked for only when somebody looks. */
  async needCharts() {
    const key = filterQuery(this.state.now).toString();
    if (this.charts && this.chartsOf === key) return;
    this.chartsOf = key;
    const problem = await this.#get("charts", "/api/charts", filterQuery(this.state.now));
    if (problem) this.failed(problem);
  }

  async #get(name, path, query) {
    try {
      const answer = await ask(path, query, name);
      if (answer === null) return null;
      this[name] = name === "projects" ? withRows(answer) : answer;
      if (name === "projects") this.byCode = new Map(this.projects.projects.map((project) => [project.code, project]));
      for (const hear of this.#listeners) hear(this, name);
      return null;
    } catch (problem) {
      return problem;
    }
  }
}
