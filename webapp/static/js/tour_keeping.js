// What is kept of the tour on the desk: its wishes, its plans; what to do where somebody else, or the roads, came between.
import { ask, inPath, send, sentenceOf } from "./api.js";
import { tell } from "./tools.js";
import { askWhose } from "./tour_conflict.js";
import { refusalsOf } from "./tour_fields.js";
import { savePlan } from "./tour_plans.js";
import { gettext } from "./words.js";

export class Keeping {
  /** `acts`: `open(planNo)`, `openTour(tourNo)`, `kept(planNo)`, `failed(problem, part)`; `failed(name, problem)` tells it on the desk. */
  constructor(state, { acts, failed, timing, listing }) {
    Object.assign(this, { state, acts, failed, timing, listing });
  }

  /** The wishes as they are become the tour's; `seen`: the version of the tour whose place they take. */
  async saveWishes(seen = this.state.tour.recorded_at) {
    const { state } = this;
    const { spec, tour: { tour_no } } = state;
    // Another tour may stand on the desk by the time of the answer.
    const isThere = () => state.tour?.tour_no === tour_no;
    try {
      const { tour, plans, visits } = await send("PUT", `/api/tours/${inPath(tour_no)}`, { spec, seen });
      tell(gettext("要求已保存"));
      if (!isThere()) return;
      state.keptTour(tour, spec);
      state.setPlans({ plans, visits });
      this.failed("save", null);
    } catch (problem) {
      if (isThere() && problem.status === 409) return this.#afterClash(problem);
      if (isThere()) this.#refused(problem);
      else tell(sentenceOf(problem));
    }
  }

  /** Somebody else saved other wishes meanwhile: both are kept apart, or one of them goes. */
  async #afterClash(problem) {
    const { state } = this;
    let theirs = null;
    try {
      theirs = await ask(`/api/tours/${inPath(state.tour.tour_no)}`, null, "tour-theirs");
    } catch {
      // A tour that is gone, or no answer: what the saving met says it best.
      this.failed("save", problem);
    }
    if (!theirs) return;
    const chosen = await askWhose(theirs.tour, (name) => state.isSameWish(name, theirs.tour.spec));
    if (chosen === "theirs") state.takeOver(theirs);
    if (chosen === "mine") await this.saveWishes(theirs.tour.recorded_at);
    if (chosen === "new") await this.#asNewTour();
  }

  async #asNewTour() {
    try {
      const { tour_no } = await send("POST", "/api/tours", { spec: this.state.spec });
      this.state.keptElsewhere(tour_no);
      await this.acts.openTour(tour_no);
    } catch (problem) {
      this.#refused(problem);
    }
  }

  /** The wishes were not written: told at their fields, or in a line. */
  #refused(problem) {
    this.failed("save", problem);
    if (!refusalsOf(problem).length) tell(sentenceOf(problem));
  }

  /** Keep the routes as a plan, under a name that is asked for. */
  async savePlan() {
    const { state } = this;
    const done = await savePlan(state);
    if (!done) return;
    const kept = await ask(`/api/tour-plans/${inPath(done.plan_no)}`, null, "tour-plan").catch(() => null);
    state.keptPlan(kept ?? { plan_no: done.plan_no, name: "", spec: state.spec });
    tell(gettext("方案已保存"));
    this.acts.kept(done.plan_no);
    await this.#readPlans();
  }

  async #readPlans() {
    const { state } = this;
    try {
      const answer = await ask(`/api/tours/${inPath(state.tour.tour_no)}`, null, "tour-plans");
      if (!answer) return;
      if (state.opened && !answer.plans.some((plan) => plan.plan_no === state.opened.plan_no)) {
        state.opened = null;
        this.acts.kept("");
      }
      state.setPlans(answer);
    } catch (problem) {
      this.acts.failed(problem, "plans");
    }
  }

  /** Open a kept plan and time it anew. */
  async retime(planNo) {
    if (this.state.opened?.plan_no !== planNo) await this.acts.open(planNo);
    if (this.state.opened?.plan_no === planNo) await this.timeAnew();
  }

  /** Time the order of the open plan by the roads and the wishes of now, which are those on the page where they were changed there. */
  async timeAnew() {
    const { state } = this;
    if (state.opened?.since?.includes("wishes")) state.takeWishes();
    if (!(await this.timing.now())) return;
    state.timedAnew();
    tell(state.hasOtherTimes || state.isPlanChanged ? gettext("已重新计时，可另存为新方案") : gettext("已重新计时，时间没有变化，可另存为新方案"));
  }

  /** Plans or visits are others: so are the candidates that were seen lately. */
  async readAgain() {
    await this.#readPlans();
    this.listing.soon();
  }
}
