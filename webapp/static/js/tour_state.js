// The tour that stands on the page: its wishes, the routes as they are, what the server said of them; steps back and forth.
import { fitted, placeOf } from "./tour_moves.js";
import { loosened } from "./tour_paths.js";

const MOST_STEPS = 100;
const stopsIn = (routes) => routes.reduce((sum, { codes }) => sum + codes.length, 0);
const holdsOf = (spec) => spec.sites.filter((site) => site.day || site.coach).map(({ code, day, coach }) => [code, day, coach]);
const NO_PLAN = { value: 0, minutes: 0, feasible: true, estimated: false, left_out: [], breaches: [], clashes: [], nearest: [], bounds: { value: null, all: 0 } };

const isNothing = (value) => [null, undefined, "", false].includes(value) || (typeof value === "object" && Object.keys(value).length === 0);

/** Without what says nothing, and in the order of the names. */
function plain(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  const said = Object.entries(value).map(([name, each]) => [name, plain(each)]);
  return Object.fromEntries(said.filter(([, each]) => !isNothing(each)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The same text for the same values, whatever the order of names and however nothing is said. */
const textOf = (value) => JSON.stringify(plain(value));

/** What a plan says of times, as text. */
const timesOf = (plan) => JSON.stringify(plan.days.map(({ depart, back, stops }) => [depart, back, stops.map(({ code, arrive, leave }) => [code, arrive, leave])]));

const sameRoute = (one, other) => one.date === other.date && one.coach === other.coach;

/** The routes of a plan as the server takes them. */
export const routesOf = (plan) => plan.days.map(({ date, coach, stops }) => ({ date, coach, codes: stops.map((stop) => stop.code) }));

export class TourState {
  #hearers = [];
  #past = [];
  #future = [];
  #carried = null;

  constructor() {
    this.tour = null;
    this.plans = [];
    this.visits = 0;
    this.spec = null;
    this.routes = [];
    this.plan = null;
    this.sites = new Map();
    this.opened = null;
    this.explained = null;
    this.untimed = null;
    this.openings = 0;
    this.wasRetimed = false;
  }

  /** `hear(name)` is called when something is new: tour, spec, routes, plan, sites, plans, explained, untimed, loosened. */
  listen(hear) {
    this.#hearers.push(hear);
  }

  tell(...names) {
    for (const name of names) for (const hear of this.#hearers) hear(name, this);
  }

  /** Another tour, or the same one as the server has it now; `openings` counts them. */
  open({ tour, plans, visits }) {
    this.openings += 1;
    Object.assign(this, { tour, plans, visits, spec: tour.spec, routes: fitted(tour.spec, []), plan: null, opened: null, explained: null, untimed: null });
    this.keptSpec = textOf(tour.spec);
    this.keptRoutes = textOf(this.routes);
    this.#forget();
    const carried = this.#carried?.tourNo === tour.tour_no ? this.#carried.routes : [];
    this.#carried = null;
    this.routes = fitted(tour.spec, carried);
    this.tell("tour", ...(this.isPlanChanged ? ["routes"] : []));
  }

  /** A plan that was kept, with the wishes that it was made for. */
  openPlan(kept) {
    Object.assign(this, { opened: kept, spec: kept.spec, explained: null, wasRetimed: false });
    this.timesKept = timesOf(kept.plan);
    this.timed(kept.plan, { routes: routesOf(kept.plan) });
    this.keptRoutes = textOf(this.routes);
    this.#forget();
    this.tell("tour");
  }

  #forget() {
    this.#past = [];
    this.#future = [];
  }

  get isSpecChanged() {
    return this.spec !== null && textOf(this.spec) !== this.keptSpec;
  }

  get isPlanChanged() {
    return textOf(this.routes) !== this.keptRoutes;
  }

  /** Whether the wishes say the same of `name` as others do. */
  isSameWish(name, other) {
    return textOf([this.spec[name]]) === textOf([other[name]]);
  }

  /** Something would be lost by leaving: wishes that neither the tour nor the open plan has, or routes that are not kept. */
  get isUnsaved() {
    if (this.tour === null) return false;
    return this.isPlanChanged || (this.isSpecChanged && textOf(this.spec) !== textOf(this.opened?.spec ?? null));
  }

  /** The wishes were changed since the plan was timed. */
  get isStale() {
    return this.plan !== null && this.timedFor !== textOf(this.spec);
  }

  /** The plan is a kept one in its order, timed by other roads or wishes than when it was kept, or anew with the same times. */
  get isRetimed() {
    if (this.opened === null || this.plan === null || this.isPlanChanged) return false;
    return this.wasRetimed || this.hasOtherTimes;
  }

  /** The open plan's times, or the wishes that it was timed for, are not as they were kept. */
  get hasOtherTimes() {
    return this.timesKept !== timesOf(this.plan) || textOf(this.spec) !== textOf(this.opened.spec);
  }

  get hasStops() {
    return this.routes.some((route) => route.codes.length);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Where a site is visited, or null. */
  placeOf(code) {
    return placeOf(this.routes, code);
  }

  /**
   * The wishes become `wanted`; the routes and what holds sites follow its days and coaches. Where stops or holds go with
   * them, or where it is a `step`, that can be taken back.
   */
  setSpec(wanted, { step = false } = {}) {
    const [spec, routes] = [loosened(wanted), fitted(wanted, this.routes)];
    const isLess = stopsIn(routes) < stopsIn(this.routes) || textOf(holdsOf(spec)) !== textOf(holdsOf(this.spec));
    if (isLess || (step && textOf(spec) !== textOf(this.spec))) this.#step({ routes: this.routes, spec: this.spec });
    const moved = textOf(routes) !== textOf(this.routes);
    Object.assign(this, { spec, routes, explained: null });
    this.tell("spec", ...(moved ? ["routes"] : []), ...(spec === wanted ? [] : ["loosened"]));
  }

  /** A change by hand that can be taken back: of the routes, of what is said of sites, or of both. */
  change({ routes = this.routes, spec = this.spec }) {
    if (textOf(routes) === textOf(this.routes) && textOf(spec) === textOf(this.spec)) return;
    this.#step(this.#now());
    this.#become({ routes, sites: spec.sites });
  }

  #step(before) {
    this.#past.push(before);
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
  }

  /** What a step goes back to: what is said of sites, or, as `step` does, all wishes. */
  #now(step = {}) {
    return step.spec ? { routes: this.routes, spec: this.spec } : { routes: this.routes, sites: this.spec.sites };
  }

  #become({ routes, sites, spec = { ...this.spec, sites } }) {
    const isSpecNew = textOf(spec) !== textOf(this.spec);
    this.spec = spec;
    this.routes = fitted(this.spec, routes);
    this.explained = null;
    this.tell(...(isSpecNew ? ["spec"] : []), "routes");
  }

  undo() {
    if (!this.canUndo) return;
    const step = this.#past.pop();
    this.#future.push(this.#now(step));
    this.#become(step);
  }

  redo() {
    if (!this.canRedo) return;
    const step = this.#future.pop();
    this.#past.push(this.#now(step));
    this.#become(step);
  }

  /** The server timed the routes; with `routes` the plan is a new one, and the step to it can be taken back. */
  timed(plan, { routes = null, spec = this.spec, step = false } = {}) {
    if (step) this.#step(this.#now());
    this.plan = plan;
    if (routes) this.routes = fitted(this.spec, routes);
    this.timedFor = textOf(spec);
    this.explained = null;
    this.untimed = null;
    this.tell("plan");
  }

  /** The tour's wishes of now take the place of those that the open plan was kept with; one's own on the page stay. */
  takeWishes() {
    if (textOf(this.spec) === textOf(this.opened.spec)) this.setSpec(this.tour.spec, { step: true });
  }

  /** The open plan was timed by what holds now: nothing is to be said of what has changed since it was kept. */
  timedAnew() {
    this.wasRetimed = true;
    this.opened = { ...this.opened, since: [] };
    this.tell("plan");
  }

  /** Candidates as the server listed them. */
  setSites(sites) {
    this.sites = new Map(sites.map((site) => [site.code, site]));
    this.tell("sites");
  }

  /** Its plans as they are kept by now, and how many visits are remembered of it. */
  setPlans({ plans, visits }) {
    Object.assign(this, { plans, visits });
    const fresh = plans.find((plan) => plan.plan_no === this.opened?.plan_no);
    if (fresh && !this.wasRetimed) this.opened = { ...this.opened, since: fresh.since };
    this.tell("plans");
  }

  /** Why the routes could not be timed; null: they could. */
  setUntimed(problem) {
    if (this.untimed === problem) return;
    this.untimed = problem;
    this.tell("untimed");
  }

  setExplained(explained) {
    this.explained = explained;
    this.tell("explained");
  }

  /** The wishes on the page are kept as tour `tourNo`, to which the routes go along: nothing is lost by opening it. */
  keptElsewhere(tourNo) {
    this.#carried = { tourNo, routes: this.routes };
    this.keptSpec = textOf(this.spec);
    this.keptRoutes = textOf(this.routes);
  }

  /** The tour was written down with `spec`: what was changed on the page since it was sent is not kept. */
  keptTour(tour, spec) {
    this.tour = tour;
    this.keptSpec = textOf(spec);
    this.tell("tour");
  }

  /** Somebody else's wishes take the place of those on the page, which come back where that is taken back. */
  takeOver({ tour, plans, visits }) {
    Object.assign(this, { tour, plans, visits });
    this.keptSpec = textOf(tour.spec);
    this.setSpec(tour.spec, { step: true });
    this.tell("tour");
  }

  keptPlan(opened) {
    this.opened = opened;
    this.wasRetimed = false;
    this.timesKept = this.plan ? timesOf(this.plan) : "";
    this.keptRoutes = textOf(this.routes);
    this.tell("plan");
  }

  /** The plan in the order of the routes as they are now: times of stops that moved are still those of before. */
  shown(routes = this.routes) {
    if (this.plan && textOf(routesOf(this.plan)) === textOf(routes)) return this.plan;
    const known = new Map((this.plan?.days ?? []).flatMap((day) => day.stops).map((stop) => [stop.code, stop]));
    const days = routes.map((route) => ({ ...this.#usualDay(route), ...this.plan?.days.find((day) => sameRoute(day, route)), date: route.date, coach: route.coach, lines: null, lunch: null, stops: route.codes.map((code) => known.get(code) ?? this.#fresh(code)) }));
    return { ...(this.plan ?? NO_PLAN), days, pending: true };
  }

  #usualDay(route) {
    const day = this.spec.days.find((each) => each.date === route.date) ?? this.spec.days[0];
    const spot = (text) => ({ spot: text, name: "", lonlat: null });
    return { start: spot(day.start), end: spot(day.end), depart: null, back: null, must_back: day.meeting && day.meeting < day.until ? day.meeting : day.until, meeting: day.meeting, minutes: 0 };
  }

  #fresh(code) {
    const site = this.sites.get(code) ?? { code, name: code, town_name: "", lonlat: null, value: 0, flags: [] };
    return { boarding_min: this.spec.boarding_min, ...site, arrive: null, begin: null, leave: null, wait_min: 0, drive_min: null, drive_km: null };
  }
}
