// What a tour's page asks of the server: candidates, times of the routes as they stand, a plan with the best so far.
import { send, sendForLines } from "./api.js";
import { settled } from "./dom.js";
import { routesOf } from "./tour_state.js";
import { nearestPlaces, placed } from "./tour_moves.js";

const TIME_AFTER_MS = 120;
const LIST_AFTER_MS = 500;
const MOST_TRIED = 4;

/** Asks anew after each change, once the changes have stopped; a newer question takes the place of the older. */
class Latest {
  #controller = null;
  #act;

  constructor(ms, act, failed) {
    this.#act = act;
    this.failed = failed;
    this.soon = settled(() => this.now(), ms);
  }

  /** Ask at once; true where the answer came. */
  async now() {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    try {
      await this.#act(controller.signal);
      this.failed(null);
      return true;
    } catch (problem) {
      if (problem.name !== "AbortError") this.failed(problem);
      return false;
    } finally {
      if (this.#controller === controller) this.#controller = null;
    }
  }

  stop() {
    this.#controller?.abort();
  }
}

/** Times the routes after each change. `failed(problem)`: null where all is well. */
export class Timing extends Latest {
  constructor(state, failed) {
    super(TIME_AFTER_MS, (signal) => this.#time(signal), failed);
    this.state = state;
  }

  async #time(signal) {
    const { spec, routes } = this.state;
    const { plan } = await send("POST", "/api/tours/time", { spec, routes }, { signal });
    this.state.timed(plan, { spec });
  }
}

/** Lists the candidates of the wishes. */
export class Listing extends Latest {
  constructor(state, failed) {
    super(LIST_AFTER_MS, (signal) => this.#list(signal), failed);
    this.state = state;
  }

  async #list(signal) {
    const { sites } = await send("POST", "/api/tours/candidates", { spec: this.state.spec }, { signal });
    this.state.setSites(sites);
  }
}

/** One search for a plan: `heard({progress, value, stops, feasible, seconds})` several times a second. */
export class Search {
  #controller = new AbortController();

  constructor(state, heard) {
    Object.assign(this, { state, heard });
    this.best = null;
    this.isStopped = false;
  }

  /**
   * Look for `seconds`; from the routes as they are where `onward`. Gives the plan; after `stop()` the best so far, timed;
   * null where a tour was opened meanwhile: it is not of that one.
   */
  async run({ seconds, onward = false }) {
    const { spec, routes, openings } = this.state;
    const isLeft = () => this.state.openings !== openings;
    let plan = null;
    try {
      await sendForLines("/api/tours/plan", { spec, seconds, seed: 0, routes: onward ? routes : null }, (said) => {
        if (said.plan) plan = said.plan;
        if (said.routes) this.best = said.routes;
        if (said.progress !== undefined) this.heard(said, this.best);
      }, { signal: this.#controller.signal });
    } catch (problem) {
      if (!this.isStopped) throw problem;
    }
    if (!plan && this.best && !isLeft()) plan = (await send("POST", "/api/tours/time", { spec, routes: this.best })).plan;
    if (!plan || isLeft()) return null;
    this.state.timed(plan, { routes: routesOf(plan), spec, step: true });
    return plan;
  }

  stop() {
    this.isStopped = true;
    this.#controller.abort();
  }
}

/** Where `code` fits best under `spec`: the nearest places are timed, fewest breaches and then fewest minutes win. Routes, or null. */
export async function bestPlaceFor(state, code, spec) {
  const site = state.sites.get(code);
  const { routes } = state;
  if (!site?.lonlat || !routes.length) return null;
  const tried = nearestPlaces(state.shown().days, site.lonlat, MOST_TRIED).map((place) => placed(routes, code, place));
  const plans = await Promise.all(tried.map((each) => send("POST", "/api/tours/time", { spec, routes: each })));
  const ranked = plans.map(({ plan }, at) => ({ at, breaches: plan.breaches.length, minutes: plan.minutes }));
  ranked.sort((a, b) => a.breaches - b.breaches || a.minutes - b.minutes);
  return ranked.length ? tried[ranked[0].at] : null;
}

/** What leaving out costs comes first; what the rules cost and what more would bring takes longer. */
export class Explaining {
  #controller = null;

  constructor(state) {
    this.state = state;
  }

  async run() {
    const { state } = this;
    const { spec, routes } = state;
    this.stop();
    const { signal } = (this.#controller = new AbortController());
    try {
      state.setExplained({});
      for (const parts of [["left_out"], ["rules", "more"]]) {
        await sendForLines("/api/tours/explain", { spec, routes, parts }, (said) => state.setExplained({ ...state.explained, ...said }), { signal });
      }
    } catch (problem) {
      if (problem.name === "AbortError") return;
      // What was told before stays, as if nobody had asked for the rest.
      if (state.explained?.feasible) state.setExplained({ left_out: state.explained.left_out });
      throw problem;
    }
  }

  /** The wishes or the routes changed: it would be the answer to another question. */
  stop() {
    this.#controller?.abort();
  }
}
