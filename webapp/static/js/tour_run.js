// The bar of a search: how far it is, the best value so far as a line that grows, and the button that stops it.
import { el, fill, find } from "./dom.js";
import { number } from "./format.js";
import { points } from "./tour_words.js";
import { gettext } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 160;
const HEIGHT = 28;

export class RunBar {
  constructor(root) {
    this.root = root;
    this.bar = find("progress", root);
    this.said = find("[data-part=run-said]", root);
    this.curve = find("[data-part=run-curve]", root);
  }

  begin() {
    this.values = [];
    this.best = {};
    this.bar.removeAttribute("value");
    this.said.textContent = gettext("正在规划…");
    fill(this.curve);
    this.root.hidden = false;
  }

  /** What the server says of the search; lines between two finds say only how far it is. */
  tell(said) {
    this.best = { ...this.best, ...said };
    const { progress, value, stops, feasible, seconds } = this.best;
    this.bar.value = progress;
    if (value !== undefined) this.values.push([progress, value]);
    this.said.textContent = [
      gettext("已找 {n} 秒", { n: number(seconds, 0) }),
      value === null || value === undefined ? gettext("还没有可行的方案") : gettext("目前最好 {v}，{n} 站", { v: points(value), n: number(stops) }),
      feasible === false ? gettext("尚不合全部要求") : "",
    ].filter(Boolean).join(" · ");
    fill(this.curve, this.#line());
  }

  #line() {
    const most = Math.max(...this.values.map(([, value]) => value), 1);
    const places = this.values.map(([progress, value]) => `${(progress * (WIDTH - 4) + 2).toFixed(1)},${(HEIGHT - 3 - (value / most) * (HEIGHT - 6)).toFixed(1)}`);
    const svg = document.createElementNS(SVG, "svg");
    const line = document.createElementNS(SVG, "polyline");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    line.setAttribute("points", places.join(" "));
    svg.append(line);
    return el("span", { role: "img", "aria-label": gettext("目前最好的价值随时间的变化") }, svg);
  }

  end() {
    this.root.hidden = true;
  }
}
