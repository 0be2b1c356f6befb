// What the server said last, and asking anew for what a change of state makes stale.
import { ask } from "./api.js";
import { page } from "./page_data.js";
import { filterQuery } from "./state.js";

const OF_FILTER = ["facets", "words", "on"];

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

  /** Ask for whatever `changed` made stale; all of it where `changed` is null. */
  async refresh(changed = null) {
    if (changed && !OF_FILTER.some((name) => changed.has(name))) return;
    const query = filterQuery(this.state.now);
    const day = new URLSearchParams(this.state.now.on ? { on: this.state.now.on } : {});
    this.charts = null;
    const wanted = [
      this.#get("projects", "/api/projects", query),
      this.#get("features", "/api/projects.geojson", query),
      this.#get("totals", "/api/totals", new URLSearchParams([["by", "town"], ...query])),
      this.#get("legend", "/api/legend", day),
      this.#get("choices", "/api/choices", day),
    ];
    if (!changed || changed.has("on")) {
      wanted.push(this.#get("info", "/api/info", day), this.#get("towns", "/api/towns", day), this.#get("parks", "/api/parks", day));
    }
    const problems = (await Promise.all(wanted)).filter(Boolean);
    this.problem = problems[0] ?? null;
    this.failed(this.problem);
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
      this[name] = answer;
      if (name === "projects") this.byCode = new Map(answer.projects.map((project) => [project.code, project]));
      for (const hear of this.#listeners) hear(this, name);
      return null;
    } catch (problem) {
      return problem;
    }
  }
}
