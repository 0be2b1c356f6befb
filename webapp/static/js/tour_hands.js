// What people do to a plan by hand: move, swap, hold, put in and take out; must and never.
import { tell } from "./tools.js";
import { bestPlaceFor } from "./tour_ask.js";
import { placed, removed, stepped } from "./tour_moves.js";
import { withWish, wishOf } from "./tour_paths.js";
import { shiftStop, swapStop } from "./tour_place.js";
import { stopLabel } from "./tour_words.js";
import { gettext } from "./words.js";

export class Hands {
  // Stops that are must-sees only because they were held.
  #heldOnly = new Set();

  /** `failed(problem)`: the server did not answer as it should. */
  constructor(state, { failed }) {
    Object.assign(this, { state, failed });
  }

  /** Another tour is on the desk. */
  forget() {
    this.#heldOnly.clear();
  }

  /** What the timetable's rows can do; `times()` is the timetable. */
  acts(times) {
    const { state } = this;
    return {
      moved: (code, place) => {
        state.change({ routes: placed(state.routes, code, place) });
        this.#say(code);
      },
      stepped: (code, step) => {
        state.change({ routes: stepped(state.routes, code, step) });
        this.#say(code);
        times().focus(code);
      },
      lock: (code) => this.hold(code),
      remove: (...codes) => {
        const first = this.#nameOf(codes[0]);
        state.change({ routes: codes.reduce(removed, state.routes) });
        tell(gettext("已移出 {name}", { name: first }));
      },
      insist: (...codes) => state.change({ spec: codes.reduce((spec, code) => withWish(spec, code, { must: true, never: null }), state.spec) }),
      shift: (code) => this.shift(code),
      swap: (code) => swapStop(state, code),
    };
  }

  #nameOf(code) {
    return this.state.sites.get(code)?.name ?? code;
  }

  #say(code) {
    const place = this.state.placeOf(code);
    if (place) tell(gettext("{name} 现在是 {no}", { name: this.#nameOf(code), no: stopLabel(place.route, place.at, this.state.routes.length) }));
  }

  /** Hold a stop on its day and with its coach, whatever a search may find; or let it go. */
  hold(code) {
    const { state } = this;
    const { date, coach } = state.routes[state.placeOf(code).route];
    const wish = wishOf(state.spec, code);
    if (wish.day) {
      state.change({ spec: withWish(state.spec, code, { day: null, coach: null, ...(this.#heldOnly.delete(code) ? { must: null } : {}) }) });
      return;
    }
    if (!wish.must) this.#heldOnly.add(code);
    const isApart = !state.spec.together && state.spec.coaches > 1;
    const day = state.spec.days.findIndex((each) => each.date === date) + 1;
    state.change({ spec: withWish(state.spec, code, { day, coach: isApart ? coach : null, must: true, never: null }) });
  }

  /** Must or never; pressed again: neither. What is never seen leaves the routes. */
  wish(code, kind) {
    const { state } = this;
    const is = !wishOf(state.spec, code)[kind];
    const never = kind === "never" && is;
    const spec = withWish(state.spec, code, { must: kind === "must" && is, never, ...(never ? { day: null, coach: null } : {}) });
    state.change({ spec, routes: never ? removed(state.routes, code) : state.routes });
  }

  /** The wishes with which a site may be visited: what meets not all conditions becomes a must-see, which is held to none. */
  #allowing(code) {
    const { state } = this;
    const site = state.sites.get(code);
    return !site || site.eligible ? state.spec : withWish(state.spec, code, { must: true, never: null });
  }

  #tellAdded(code, spec) {
    const name = this.#nameOf(code);
    tell(spec === this.state.spec ? gettext("已加入 {name}", { name }) : gettext("已加入 {name}：不合条件，设为必看", { name }));
  }

  /** The routes with a site where the explanation found that it fits best; null where nobody has asked. */
  #explainedPlace(code) {
    const { explained, routes } = this.state;
    const told = explained?.left_out?.find((each) => each.code === code);
    const route = told ? routes.findIndex((each) => each.date === told.date && each.coach === told.coach) : -1;
    return route < 0 || typeof told.place !== "number" ? null : placed(routes, code, { route, at: told.place });
  }

  /** Put a site where it fits best. */
  async add(code) {
    const { state } = this;
    const spec = this.#allowing(code);
    try {
      const routes = this.#explainedPlace(code) ?? (await bestPlaceFor(state, code, spec)) ?? placed(state.routes, code, { route: 0, at: 0 });
      this.#tellAdded(code, spec);
      state.change({ routes, spec });
    } catch (problem) {
      this.failed(problem);
    }
  }

  /** Ask where a site is to stand. */
  shift(code) {
    return shiftStop(this.state, code, this.#allowing(code));
  }
}
