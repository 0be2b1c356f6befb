// The parcel that is open: its summary under the map, with the way to its own page.
import { ask, inPath } from "./api.js";
import { el, fill, icon } from "./dom.js";
import { parcelPanel } from "./panel_parcel.js";
import { gettext } from "./words.js";

export class ParcelSummary {
  /** `heard`: `closed()`, `flyTo(bounds)`, `came(bounds)`. */
  constructor(root, state, heard) {
    this.root = root;
    this.state = state;
    this.heard = heard;
    this.bounds = null;
  }

  get isOpen() {
    return !this.root.hidden;
  }

  close() {
    if (!this.isOpen) return false;
    this.root.hidden = true;
    this.heard.closed();
    return true;
  }

  /** Open a parcel (null: close). */
  async show(number) {
    this.root.hidden = !number;
    if (!number) return;
    this.bounds = null;
    const body = el("div", { class: "panel-body", tabindex: "-1" }, [1, 2, 3].map(() => el("div", { class: "skeleton block" })));
    this.#head(number, "", body);
    const { on } = this.state.now;
    try {
      const answer = await ask(`/api/parcels/${inPath(number)}`, on ? new URLSearchParams({ on }) : null, "panel");
      if (!answer || this.state.now.sel !== number) return;
      this.bounds = answer.bounds;
      this.#head(number, answer.parcel.name ?? "", body);
      fill(body, parcelPanel(answer, { open: (thing) => this.#open(thing) }, answer.on));
      this.heard.came(answer.bounds);
    } catch (problem) {
      fill(body, el("div", { class: "failure", role: "alert" }, icon("warning"), el("p", {}, problem.message), problem.detail ? el("small", {}, problem.detail) : null));
    }
  }

  /** A project is shown on the wall map. */
  #open({ layer, key }) {
    location.href = `/?sel=${encodeURIComponent(layer)}:${encodeURIComponent(key)}`;
  }

  #head(number, name, body) {
    fill(
      this.root,
      el(
        "header",
        {},
        el("div", { class: "titles" }, el("span", { class: "kind" }, gettext("地块")), el("h2", {}, name || number), el("span", { class: "sub" }, number)),
        this.bounds ? el("button", { type: "button", class: "square", "aria-label": gettext("在图上看"), title: gettext("在图上看"), onclick: () => this.heard.flyTo(this.bounds) }, icon("target")) : null,
        el("button", { type: "button", class: "square", "aria-label": gettext("关闭"), title: gettext("关闭"), onclick: () => this.close() }, icon("close")),
      ),
      body,
    );
  }
}
