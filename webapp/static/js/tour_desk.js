// One tour on the desk: wishes, map, timetable, candidates, what was left out, plans; each change goes to all of them.
import { ask, inPath } from "./api.js";
import { el, fill, find, findAll, painted } from "./dom.js";
import { isPhone } from "./layout.js";
import { closePopover, togglePopover } from "./popover.js";
import { tell } from "./tools.js";
import { Explaining, Listing, Search, Timing } from "./tour_ask.js";
import { comparePlans } from "./tour_compare.js";
import { placeEntrance } from "./tour_entrance.js";
import { refusalsOf } from "./tour_fields.js";
import { bindFilter } from "./tour_filter.js";
import { summaries, WishForm } from "./tour_form.js";
import { Hands } from "./tour_hands.js";
import { TourMap } from "./tour_map.js";
import { LeftOut } from "./tour_out.js";
import { Keeping } from "./tour_keeping.js";
import { exportLinks, PlanList, sinceWords } from "./tour_plans.js";
import { RunBar } from "./tour_run.js";
import { openSite } from "./tour_site.js";
import { SiteList } from "./tour_sites.js";
import { TourState } from "./tour_state.js";
import { Timetable } from "./tour_table.js";
import { gettext } from "./words.js";

const part = (name) => find(`[data-part=${name}]`);
const act = (name) => find(`[data-act=${name}]`, part("desk-view"));

export class TourDesk {
  #search = null;
  #problems = new Map();

  /** `places`: towns and parks; `acts`: `open(planNo)`, `openTour(tourNo)`, `kept(planNo)`, `failed(problem, part)`. */
  constructor({ places, mayWrite, acts }) {
    Object.assign(this, { mayWrite, acts });
    this.state = new TourState();
    const { state } = this;
    this.root = part("tour-desk");
    this.timing = new Timing(state, (problem) => this.#untimed(problem));
    this.listing = new Listing(state, (problem) => this.#failed("sites", problem));
    this.explaining = new Explaining(state);
    this.map = new TourMap({ help: part("map-help"), note: part("map-note"), legend: part("legend"), heard: { picked: (code) => this.#show(code), hovered: (code) => this.#mark(code) }, acts: (site) => this.#siteActs(site) });
    this.form = new WishForm(part("wishes"), state, { places, mayWrite, pick: () => this.#pick() });
    this.offer = bindFilter(part("wishes"), state);
    this.hands = new Hands(state, { failed: (problem) => this.#failed("add", problem, { focus: true }) });
    const stopActs = { ...this.hands.acts(() => this.times), site: (code) => this.#open(code), entrance: (code) => this.#entrance(code), marked: (code) => this.#mark(code), looked: (code) => this.#look(code) };
    this.times = new Timetable(part("routes"), part("summary"), state, { acts: stopActs, mayWrite, scroller: () => part("times") });
    this.sites = new SiteList(part("sites"), { count: part("sites-count"), find: part("sites-find") }, state, { acts: { open: (code) => this.#open(code), wish: (code, kind) => this.hands.wish(code, kind), add: (code) => this.hands.add(code) }, mayWrite });
    this.out = new LeftOut(part("out"), part("out-count"), state, { mayWrite, acts: { add: (code) => this.hands.add(code), shift: (code) => this.hands.shift(code), open: (code) => this.#open(code), explain: () => this.#explain() } });
    this.keeping = new Keeping(state, { acts, failed: (name, problem) => this.#failed(name, problem, { focus: true }), timing: this.timing, listing: this.listing });
    this.plans = new PlanList(part("plans"), part("plans-count"), state, { mayWrite, acts: { open: acts.open, compare: (chosen) => this.#compare(chosen), changed: () => this.keeping.readAgain(), retime: (no) => this.keeping.retime(no) } });
    this.run = new RunBar(part("run"));
    // Candidates are listed for who may choose among them.
    for (const button of findAll("[data-tab-of=sites], [data-view-of=sites]")) button.hidden = !mayWrite;
    this.#bind();
    state.listen((name) => this.#heard(name));
    ask("/api/choices", null, "tour-choices").then((choices) => {
      if (!choices) return;
      this.offer(choices);
      this.form.setChoices(choices);
    }, (problem) => acts.failed(problem, "choices"));
  }

  #bind() {
    const { state } = this;
    const presses = {
      plan: () => this.search({}),
      onward: () => this.search({ onward: true }),
      stop: () => this.#search?.stop(),
      "only-time": () => this.timing.now(),
      retime: () => this.keeping.timeAnew(),
      undo: () => state.undo(),
      redo: () => state.redo(),
      "save-wishes": () => this.keeping.saveWishes(),
      "save-plan": () => this.keeping.savePlan(),
      fit: () => this.#fit(),
      "zoom-in": () => this.map.map.zoomIn(),
      "zoom-out": () => this.map.map.zoomOut(),
      print: () => this.#print(),
      files: () => togglePopover(act("files"), gettext("导出"), this.#files()),
    };
    for (const [name, press] of Object.entries(presses)) for (const button of findAll(`[data-act=${name}]`, part("desk-view"))) button.addEventListener("click", press);
    for (const button of findAll("[data-view-of]")) button.addEventListener("click", () => this.view(button.dataset.viewOf));
    for (const button of findAll("[data-tab-of]")) button.addEventListener("click", () => this.tab(button.dataset.tabOf));
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("beforeprint", () => this.#surprised(true));
    addEventListener("afterprint", () => this.#surprised(false));
  }

  #key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "p" && !part("desk-view").hidden) {
      event.preventDefault();
      this.#print();
      return;
    }
    const writes = event.target.matches("input, textarea, select") || find("dialog[open]") || !(event.ctrlKey || event.metaKey);
    if (writes || !this.mayWrite || !this.state.tour || this.#search) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.state.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) this.state.redo();
    else return;
    event.preventDefault();
  }

  /** Show a tour, and one of its plans where it is named. */
  async open(answer, kept = null) {
    const { state } = this;
    this.#search?.stop();
    this.timing.stop();
    this.explaining.stop();
    this.#problems.clear();
    this.form.failed(null);
    this.hands.forget();
    state.open(answer);
    if (kept) state.openPlan(kept);
    if (this.mayWrite) await this.listing.now();
    else this.view(kept ? "times" : "plans");
    if (!this.mayWrite) this.tab("plans");
    this.map.fit(state.plan, [...state.sites.values()]);
  }

  #heard(name) {
    const { state } = this;
    if (name === "spec" && this.mayWrite) this.listing.soon();
    if (state.explained === null) this.explaining.stop();
    if (name === "loosened") tell(gettext("有的项目固定在已去掉的日子或车辆上，现在不再固定；可以撤销"));
    if (name === "routes" && (state.hasStops || state.plan)) this.timing.soon();
    if (["tour", "plan", "routes", "spec", "sites", "untimed"].includes(name)) this.times.draw();
    if (["tour", "plan", "routes", "sites"].includes(name)) this.#drawMap();
    if (["tour", "plan", "routes", "explained", "sites"].includes(name)) this.out.draw();
    if (["sites", "routes", "plan"].includes(name) && state.spec) this.sites.draw();
    if (["tour", "plans", "plan"].includes(name)) this.plans.draw();
    if (["tour", "spec"].includes(name)) summaries(state.spec, part("wishes"));
    this.#bar();
  }

  #drawMap() {
    const { state } = this;
    const plan = state.shown();
    this.map.showPlan(plan, state.spec);
    this.map.showSites(state.sites.values(), (code) => state.placeOf(code) !== null);
  }

  /** The buttons and words at the top, as the state allows. */
  #bar() {
    const { state } = this;
    const { opened } = state;
    const isBusy = this.#search !== null;
    fill(part("title"), state.spec.title || state.tour.tour_no);
    const told = opened ? `${opened.name}${state.isPlanChanged ? gettext("（已改动，未保存）") : ""}` : state.hasStops ? gettext("未保存的方案") : "";
    fill(part("plan-name"), told);
    const may = (name, is) => {
      const button = act(name);
      button.hidden = !this.mayWrite && !["files", "print", "fit"].includes(name);
      button.disabled = !is;
    };
    may("plan", !isBusy);
    may("onward", !isBusy && state.hasStops);
    may("only-time", !isBusy && state.hasStops);
    may("undo", !isBusy && state.canUndo);
    may("redo", !isBusy && state.canRedo);
    may("save-plan", !isBusy && state.hasStops && (state.isPlanChanged || state.isStale || state.isRetimed || !opened));
    may("save-wishes", !isBusy && state.isSpecChanged);
    may("files", opened !== null);
    act("stop").hidden = !isBusy;
    part("seconds").hidden = !this.mayWrite;
    this.#since(isBusy);
    part("stale").hidden = !(state.isStale && state.hasStops && this.mayWrite) || isBusy;
  }

  /** The open plan is not of the roads, the land and the wishes of now. */
  #since(isBusy) {
    const { opened } = this.state;
    const words = sinceWords(opened?.since);
    part("since").hidden = !words || isBusy;
    if (words) fill(part("since-said"), gettext("“{name}”保存后有变：{words}", { name: opened.name, words }));
    const again = act("retime");
    again.hidden = !this.mayWrite;
  }

  #files() {
    const no = this.state.opened.plan_no;
    const note = this.state.isPlanChanged ? el("p", { class: "quiet" }, gettext("导出的是已保存的“{name}”，不含之后的改动。", { name: this.state.opened.name })) : null;
    const score = el("a", { class: "row", href: `/tours/score/${inPath(this.state.tour.tour_no)}` }, gettext("打分评议"));
    return el("div", { class: "rows menu-rows" }, note, exportLinks(no), el("a", { class: "row", href: `/tours/day/${inPath(no)}` }, gettext("手机当日页")), score);
  }

  /** What went wrong with `name`; null: it is well. Refused values are told at their fields, the rest at the top. */
  #failed(name, problem, { focus = false } = {}) {
    if (problem) this.#problems.set(name, problem);
    else this.#problems.delete(name);
    const all = [...this.#problems.values()];
    const refused = all.find((each) => refusalsOf(each).length);
    this.form.failed(refused ?? null, { focus });
    this.acts.failed(all.find((each) => !refusalsOf(each).length) ?? null, "tour");
    if (refused && focus && isPhone()) this.view("wishes");
  }

  /** The routes could not be timed; where a stop is the reason, it is told there. */
  #untimed(problem) {
    const isOfStops = problem !== null && problem.status === 400 && !refusalsOf(problem).length;
    this.state.setUntimed(isOfStops ? problem : null);
    this.#failed("time", isOfStops ? null : problem);
  }

  /** Search for a plan and show the best so far while it lasts. */
  async search({ onward = false }) {
    if (this.#search) return;
    const { state } = this;
    this.timing.stop();
    this.#search = new Search(state, (said, best) => this.#searching(said, best));
    this.#lock(true);
    this.run.begin();
    this.#bar();
    try {
      const plan = await this.#search.run({ seconds: Number(part("seconds").value), onward });
      this.#failed("plan", null);
      if (plan) tell(this.#search.isStopped ? gettext("已停止，留下目前最好的") : gettext("规划完成"));
    } catch (problem) {
      this.#failed("plan", problem, { focus: true });
    } finally {
      this.#search = null;
      this.run.end();
      this.#lock(false);
      this.#bar();
      this.times.draw();
      this.#drawMap();
    }
    this.map.fit(state.plan, []);
    if (state.plan && isPhone() && part("tour-desk").dataset.view === "wishes") this.view("times");
  }

  #searching(said, best) {
    this.run.tell(said);
    if (!best || best === this.drawn) return;
    this.drawn = best;
    const plan = this.state.shown(best);
    this.times.draw(plan);
    this.map.showPlan(plan, this.state.spec);
  }

  /** Nothing is changed by hand while a search is under way. */
  #lock(is) {
    for (const name of ["wishes", "times", "drawer"]) part(name).inert = is;
    this.root.classList.toggle("searching", is);
  }

  async #explain() {
    try {
      await this.explaining.run();
      this.#failed("explain", null);
    } catch (problem) {
      this.#failed("explain", problem, { focus: true });
    }
  }

  async #compare(chosen) {
    try {
      await comparePlans(chosen);
    } catch (problem) {
      this.acts.failed(problem, "compare");
    }
  }

  #open(code) {
    return openSite(this.state, code, { mayWrite: this.mayWrite });
  }

  async #entrance(code) {
    try {
      const changed = await placeEntrance({ code, name: this.state.sites.get(code)?.name ?? code }, () => this.#pick());
      if (!changed) return;
      this.listing.now();
      this.timing.now();
    } catch (problem) {
      this.#failed("add", problem, { focus: true });
    }
  }

  #siteActs(site) {
    if (!this.mayWrite) return [];
    const button = (words, press) => el("button", { type: "button", class: "tiny", onclick: () => (this.map.map.closePopup(), press()) }, words);
    return [button(gettext("加入行程"), () => this.hands.add(site.code)), button(gettext("必看"), () => this.hands.wish(site.code, "must")), button(gettext("不看"), () => this.hands.wish(site.code, "never")), button(gettext("出入口…"), () => this.#entrance(site.code)), button(gettext("更多…"), () => this.#open(site.code))];
  }

  #mark(code) {
    if (code === this.marked) return;
    this.marked = code;
    this.map.mark(code);
    this.times.mark(code);
  }

  #show(code) {
    if (isPhone()) this.view("times");
    this.#mark(code);
    this.times.focus(code);
  }

  #look(code) {
    if (isPhone()) this.view("map");
    const stop = this.state.shown().days.flatMap((day) => day.stops).find((each) => each.code === code);
    this.map.lookAt(stop?.lonlat);
    this.#mark(code);
  }

  async #pick() {
    const before = this.root.dataset.view;
    if (isPhone()) this.view("map");
    const place = await this.map.pick();
    if (isPhone()) this.view(before);
    return place;
  }

  /** What a phone shows: wishes, map, times, sites, out or plans. */
  view(name) {
    closePopover({ focus: false });
    this.root.dataset.view = name;
    if (["sites", "out", "plans"].includes(name)) this.tab(name);
    for (const button of findAll("[data-view-of]")) button.setAttribute("aria-pressed", String(button.dataset.viewOf === name));
    if (name === "map") this.#fit();
  }

  /** Which list stands under the map. */
  tab(name) {
    for (const button of findAll("[data-tab-of]")) button.setAttribute("aria-selected", String(button.dataset.tabOf === name));
    for (const pane of findAll("[data-pane]")) pane.hidden = pane.dataset.pane !== name;
  }

  /** Print, with the map in the size that it has on paper and drawn whole. */
  async #print() {
    this.isPrinting = true;
    part("stage").classList.add("on-paper");
    this.#fit();
    await painted();
    const end = await this.map.still();
    window.print();
    end();
    part("stage").classList.remove("on-paper");
    this.isPrinting = false;
    this.#fit();
  }

  /** Printed by the browser's own menu: there is no time to draw the ground anew, and one of another size would be wrong. */
  #surprised(is) {
    if (this.isPrinting) return;
    part("stage").classList.toggle("on-paper", is);
    part("stage").classList.toggle("without-ground", is);
    this.#fit();
  }

  #fit() {
    this.map.fit(this.state.shown(), [...this.state.sites.values()]);
  }
}
