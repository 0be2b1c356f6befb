// Three charts of what the filter lets through. The library is loaded when somebody first looks.
import { loadScript } from "./api.js";
import { el, fill, find } from "./dom.js";
import { money, mu, number, share } from "./format.js";
import { page } from "./page_data.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const LAMPS = ["red", "yellow", "green", "none"];
const INK = "#1B2430";
const QUIET = "#5A6675";
const LINE = "#E3E6EB";
const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif';

// ECharts' decals that look like the style table's hatches.
const DECALS = {
  diagonal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1.5, 4], rotation: -Math.PI / 4 },
  back_diagonal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1.5, 4], rotation: Math.PI / 4 },
  cross: { symbol: "rect", dashArrayX: [[1, 0], [1, 0]], dashArrayY: [1.5, 3], rotation: Math.PI / 4 },
  horizontal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1.5, 4] },
  vertical: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1.5, 4], rotation: Math.PI / 2 },
  grid: { symbol: "rect", dashArrayX: [4, 2], dashArrayY: [1, 4] },
  dots: { symbol: "circle", dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 2], symbolSize: 0.6 },
  dense_dots: { symbol: "circle", dashArrayX: [3, 3], dashArrayY: [3, 3], symbolSize: 0.8 },
  dashes: { symbol: "rect", dashArrayX: [4, 3], dashArrayY: [1.5, 4] },
};

/** Fill, outline and decal of a mark, as ECharts takes them. */
export function paintOf(mark) {
  const decal = DECALS[mark.hatch];
  return {
    color: mark.fill,
    borderColor: mark.stroke,
    borderWidth: 0.8,
    decal: decal ? { ...decal, color: `${mark.stroke}88` } : { symbol: "none" },
  };
}

/** The library, loaded once. */
export async function chartLibrary() {
  await loadScript(`${page.static}/vendor/echarts/echarts.common.min.js`);
  return globalThis.echarts;
}

const text = (more = {}) => ({ color: QUIET, fontFamily: FONT, fontSize: 11.5, ...more });

/** What all charts share: type, quiet axes, tooltips drawn on the canvas (never as markup). */
export const common = () => ({
  animationDuration: 250,
  textStyle: { fontFamily: FONT },
  aria: { enabled: true, decal: { show: true } },
  tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: text({ color: INK }), axisPointer: { type: "shadow" } },
  legend: { type: "scroll", top: 0, right: 0, itemWidth: 16, itemHeight: 10, textStyle: text() },
  grid: { left: 8, right: 14, top: 30, bottom: 4, containLabel: true },
});
export const categories = (data, more = {}) => ({
  type: "category",
  data,
  axisLabel: text({ interval: "auto", ...more }),
  axisTick: { show: false },
  axisLine: { lineStyle: { color: "#B8C0CA" } },
});
export const values = (formatter, more = {}) => ({
  type: "value",
  axisLabel: text({ formatter }),
  splitLine: { lineStyle: { color: LINE } },
  ...more,
});

function lampsByTown(rows) {
  return {
    ...common(),
    xAxis: categories(rows.map(wordsOf), { interval: 0, rotate: rows.length > 7 ? 38 : 0 }),
    yAxis: values((n) => number(n), { minInterval: 1 }),
    series: LAMPS.map((lamp) => ({
      name: wordOf("Lamp", lamp),
      type: "bar",
      stack: "lamps",
      barMaxWidth: 26,
      itemStyle: paintOf(page.style.lamp[lamp]),
      data: rows.map((row) => row[lamp]),
    })),
  };
}

function planAndDone(months) {
  const line = (name, field, colour, more = {}) => ({
    name,
    type: "line",
    data: months.map((month) => month[field]),
    symbolSize: 6,
    lineStyle: { width: 2.2, color: colour, ...more.lineStyle },
    itemStyle: { color: colour },
    symbol: more.symbol ?? "circle",
    connectNulls: false,
  });
  return {
    ...common(),
    tooltip: { ...common().tooltip, valueFormatter: (value) => money(value) },
    xAxis: categories(months.map((month) => month.month.slice(5))),
    yAxis: values((n) => money(n, n && Math.abs(n) >= 10_000 ? 0 : null)),
    series: [
      line(gettext("序时计划"), "plan_wan", "#7A8594", { lineStyle: { type: [5, 4] }, symbol: "none" }),
      line(gettext("完成（调度数）"), "done_wan", "#1F5FA8"),
      line(gettext("完成（统计数）"), "stat_wan", "#B5651D", { lineStyle: { type: "dotted" }, symbol: "triangle" }),
    ],
  };
}

function landByStage(rows) {
  const whole = rows.reduce((sum, row) => sum + row.m2, 0);
  const markOf = (code) => page.style.stage[code] ?? page.style.readiness[code] ?? page.style.readiness.uncovered;
  return {
    ...common(),
    legend: { show: false },
    grid: { left: 8, right: 74, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...common().tooltip, valueFormatter: (value) => `${mu(value)}  ${share(whole ? value / whole : null)}` },
    xAxis: values(() => "", { show: false }),
    yAxis: { ...categories(rows.map(wordsOf), { interval: 0, width: 118, overflow: "truncate" }), inverse: true },
    series: [
      {
        type: "bar",
        barMaxWidth: 18,
        data: rows.map((row) => ({ value: row.m2, itemStyle: paintOf(markOf(row.stage)) })),
        label: { show: true, position: "right", formatter: ({ value }) => mu(value, 0), ...text() },
      },
    ],
  };
}

export class Charts {
  constructor(root, state, data) {
    this.root = root;
    this.state = state;
    this.data = data;
    this.drawn = new Map();
    this.seen = false;
    data.listen((_, name) => {
      // While the program is still coming, or did not come, show() draws.
      if (name === "charts" && globalThis.echarts) this.draw();
      if (name === "projects" && this.seen) data.needCharts();
    });
    new ResizeObserver(() => this.#resize()).observe(root);
  }

  /** The tab is open: load what is needed and draw. */
  async show() {
    this.seen = true;
    await Promise.all([chartLibrary(), this.data.needCharts()]);
    await this.draw();
  }

  hide() {
    this.seen = false;
  }

  async draw() {
    const { charts } = this.data;
    if (!this.seen || !charts) return;
    const library = await chartLibrary();
    this.#chart(library, "lamps", lampsByTown(charts.lamps_by_town), charts.lamps_by_town.length).on("click", ({ dataIndex }) => {
      const town = this.data.charts.lamps_by_town[dataIndex];
      if (town?.code) this.state.toggleFacet("town", town.code);
    });
    this.#chart(library, "months", planAndDone(charts.months), charts.months.length);
    this.#chart(library, "land", landByStage(charts.land), charts.land.length);
  }

  #chart(library, name, option, rows) {
    const box = find(`[data-chart=${name}]`, this.root);
    let chart = this.drawn.get(name);
    if (!chart) {
      fill(box);
      chart = library.init(box, null, { renderer: "canvas" });
      this.drawn.set(name, chart);
    }
    chart.off("click");
    chart.clear();
    if (rows) chart.setOption(option);
    find("figcaption .empty", box.parentElement)?.remove();
    if (!rows) find("figcaption", box.parentElement).append(el("span", { class: "empty" }, gettext("没有数据")));
    return chart;
  }

  #resize() {
    for (const chart of this.drawn.values()) chart.resize();
  }
}
