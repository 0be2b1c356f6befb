// What is said of a batch, as nodes: state, quota, areas, who approves, zones, overlaps, checklist.
import { el } from "./dom.js";
import { hectares, isMissing, mu, NOTHING, number, share } from "./format.js";
import { page } from "./page_data.js";
import { notice } from "./panel_parts.js";
import { gettext, wordOf, wordsOf } from "./words.js";

export const STATES = [
  ["draft", gettext("组卷中")],
  ["submitted", gettext("已上报")],
  ["approved", gettext("已批准")],
];
const RELATIONS = { own: gettext("本批次内"), other_batch: gettext("与其他批次"), neighbour: gettext("与相邻地块") };
const SIGNS = { PROHIBIT: "bad", STATE_COUNCIL: "bad", PROVINCE_CONFIRM: "warn", ARGUE: "warn", OK: "" };
const MOST_NAMED = 12;
const MOST_ROWS = 200;

export const stateChip = (code) => el("span", { class: `state-chip ${code}` }, STATES.find(([each]) => each === code)?.[1] ?? code);
export const groupWords = (code) => wordsOf(page.landGroups.find((group) => group.code === code)) || code;
/** A difference; what rounds to nothing has no sign. */
export const difference = (value, places) => number(isMissing(value) || Math.abs(value) >= 0.5 / 10 ** places ? value : 0, places);
const square = (m2, places = 1) => number(m2, places);
const parcelLink = (no) => el("a", { href: `/parcel?no=${encodeURIComponent(no)}` }, no);

/** The quota of a year as a bar: used, this batch, left. */
export function quotaCard({ year, given_m2, used_m2, this_m2, counted = false, left_m2, document }) {
  const title = el("b", {}, gettext("{year} 年度用地指标", { year }));
  if (given_m2 === null) return el("div", { class: "quota" }, title, el("span", { class: "quota-words" }, gettext("尚未登记下达指标，不判断是否够用")));
  const before = counted ? used_m2 - this_m2 : used_m2;
  const whole = Math.max(given_m2, before + this_m2, 1);
  const piece = (m2, kind) => {
    const bar = el("i", { class: kind });
    bar.style.width = `${(100 * Math.max(m2, 0)) / whole}%`;
    return bar;
  };
  const words = [
    gettext("下达 {a}", { a: mu(given_m2, 2) }),
    gettext("已用 {a}", { a: mu(before, 2) }),
    this_m2 ? gettext("本批次 {a}", { a: mu(this_m2, 2) }) : null,
  ];
  const left = el("span", { class: left_m2 < 0 ? "bad" : "" }, left_m2 < 0 ? gettext("超出 {a}", { a: mu(-left_m2, 2) }) : gettext("剩余 {a}", { a: mu(left_m2, 2) }));
  return el(
    "div",
    { class: "quota" },
    el("div", {}, title, document ? el("small", {}, ` ${document}`) : null),
    el("div", { class: `quota-bar ${left_m2 < 0 ? "over" : ""}`, role: "img", "aria-label": [...words, left.textContent].filter(Boolean).join("，") }, piece(before, ""), piece(this_m2, "this")),
    el("div", { class: "quota-words" }, words.filter(Boolean).map((text) => el("span", {}, text)), left),
  );
}

const figure = (what, big, small = null, kind = "") => el("div", { class: `figure ${kind}` }, el("span", { class: "what" }, what), el("span", { class: "big" }, big), small ? el("small", {}, small) : null);

/** The figures at the top. */
export function figures(answer) {
  const { total, level, gaps, overlaps, lawful_bars: bars } = answer;
  return [
    figure(gettext("地块"), number(total.parcels), total.undeclared ? gettext("{n} 块未填登记面积", { n: number(total.undeclared) }) : null),
    figure(gettext("投影面积"), mu(total.planar_m2, 2), hectares(total.planar_m2, 4)),
    figure(gettext("批准权限"), wordsOf(level), null, level.authority === "state_council" ? "warn" : ""),
    figure(gettext("缺项"), number(gaps.count), bars ? gettext("其中 {n} 项法定", { n: number(bars) }) : null, bars ? "bad" : gaps.count ? "warn" : ""),
    figure(gettext("地块重叠"), number(overlaps.count), overlaps.slivers ? gettext("疑似误差 {n} 处", { n: number(overlaps.slivers) }) : null, overlaps.count ? "bad" : ""),
  ];
}

function table(heads, rows, { words = [] } = {}) {
  const cell = (value, at, tag = "td") => el(tag, { class: words.includes(at) ? "words" : null, scope: tag === "th" ? "row" : null }, value);
  return el(
    "div",
    { class: "scroll" },
    el("table", { class: "sums" }, el("thead", {}, el("tr", {}, heads.map((head, at) => el("th", { scope: "col", class: words.includes(at) ? "words" : null }, head)))), el("tbody", {}, rows.map(({ cells, kind }) => el("tr", { class: kind ?? null }, cells.map((value, at) => cell(value, at, at ? "td" : "th")))))),
  );
}

const card = (title, ...content) => el("section", { class: "card", "aria-label": title }, el("h3", {}, title), content);

/** Areas by land group and owner; each basis stands by itself. */
export function areas({ areas: rows, total }) {
  const bases = page.codes.AreaBasis.filter(({ code }) => total[`declared_${code}_m2`]);
  const line = (head, owner, row, kind) => ({
    kind,
    cells: [
      head,
      owner,
      number(row.parcels),
      mu(row.planar_m2, 2),
      square(row.planar_m2),
      square(row.ellipsoid_m2),
      difference(row.planar_excess_m2, 2),
      ...bases.flatMap(({ code }) => [square(row[`declared_${code}_m2`]), difference(row[`declared_${code}_off_m2`], 2)]),
    ],
  });
  const heads = [
    gettext("地类"),
    gettext("权属"),
    gettext("地块"),
    gettext("投影面积（亩）"),
    gettext("投影面积 m²"),
    gettext("椭球面积 m²"),
    gettext("投影−椭球 m²"),
    ...bases.flatMap((basis) => [gettext("登记·{basis} m²", { basis: wordsOf(basis) }), gettext("登记差 m²")]),
  ];
  const lines = rows.map((row) => line(groupWords(row.group), row.owner_kind ? wordOf("OwnerKind", row.owner_kind) : gettext("权属未填"), row));
  return card(
    gettext("面积"),
    table(heads, [...lines, line(gettext("合计"), "", total, "total")], { words: [0] }),
    el("p", { class: "quiet" }, gettext("登记、投影、椭球面积各自成列，互不相加；登记差＝登记面积−同口径计算面积，未注明口径的与投影面积比。")),
  );
}

/** Who approves, and the quota. */
export function approval({ level, quota }) {
  return card(
    gettext("批准权限与指标"),
    el("p", {}, wordsOf(level.reason)),
    level.doubts.map((doubt) => notice("warn", wordsOf(doubt))),
    el("p", { class: "quiet" }, level.source),
    quotaCard(quota),
  );
}

/** The comparison with each zone layer, and the parts of parcels in them. */
export function zones({ zones: { preliminary, layers, parts } }) {
  const rows = layers.map((layer) => ({
    cells: [
      [wordOf("ZoneKind", layer.kind), layer.scope ? el("small", {}, ` ${wordsOf(layer.scope)}`) : null],
      layer.compared ? result(layer.result) : el("span", { class: "result none" }, gettext("未入库，未比对")),
      layer.compared ? square(layer.area_m2) : NOTHING,
      layer.compared ? mu(layer.area_m2, 2) : NOTHING,
      layer.compared ? number(layer.parcels) : NOTHING,
      layer.slivers ? gettext("{n} 处 {a} m²", { n: number(layer.slivers), a: square(layer.sliver_m2, 2) }) : NOTHING,
      layer.versions.join("、") || NOTHING,
      layer.suppliers.join("、") || NOTHING,
    ],
  }));
  const heads = [gettext("图层"), gettext("结论"), gettext("重叠 m²"), gettext("重叠（亩）"), gettext("地块"), gettext("疑似误差"), gettext("数据版本"), gettext("提供单位")];
  const shown = parts.rows.slice(0, MOST_ROWS);
  const detail = shown.map((part) => ({
    cells: [part.part_id, parcelLink(part.parcel_no), wordOf("ZoneKind", part.kind), part.zone_name || part.zone_no || gettext("范围以外"), result(part.result), square(part.area_m2, 2), mu(part.area_m2, 3), share(part.share, 2), part.is_sliver ? gettext("疑似误差") : ""],
  }));
  const detailHeads = [gettext("图斑"), gettext("地块编号"), gettext("图层"), gettext("管控区"), gettext("结论"), "m²", gettext("亩"), gettext("占地块"), gettext("备注")];
  return card(
    gettext("管控区比对"),
    notice("warn", wordsOf(preliminary)),
    table(heads, rows, { words: [0] }),
    shown.length ? el("details", {}, el("summary", {}, gettext("逐块明细（{n} 处）", { n: number(parts.count + parts.slivers) })), table(detailHeads, detail), more(parts.count + parts.slivers - shown.length)) : null,
  );
}

const result = (code) => el("span", { class: `result ${SIGNS[code] ?? ""}`, title: code }, wordOf("ZoneResult", code), el("small", {}, code));
const more = (n) => (n > 0 ? el("p", { class: "quiet" }, gettext("另有 {n} 条，见导出的台账", { n: number(n) })) : null);

/** Land that two parcels list. */
export function overlaps({ overlaps: found }) {
  const rows = found.rows.slice(0, MOST_ROWS).map((row) => ({
    cells: [parcelLink(row.parcel_no), parcelLink(row.other_no), RELATIONS[row.relation], row.other_batch || NOTHING, square(row.area_m2, 2), share(row.share, 2), row.is_sliver ? gettext("疑似误差") : gettext("重叠")],
  }));
  const heads = [gettext("地块编号"), gettext("重叠地块"), gettext("关系"), gettext("对方批次"), "m²", gettext("占地块"), gettext("判断")];
  return card(gettext("地块重叠"), rows.length ? [table(heads, rows), more(found.count + found.slivers - rows.length)] : el("p", { class: "quiet" }, gettext("本批次地块互不重叠，也不与其他地块重叠。")));
}

/** What the papers must hold, and who lacks it. */
export function checklist({ checklist: lines, gaps }) {
  const items = lines.map((line) =>
    el(
      "li",
      { class: line.lacking ? (line.bars ? "lacks bars" : "lacks") : "has" },
      el("span", { class: "mark", "aria-hidden": "true" }, line.lacking ? "✗" : "✓"),
      el("span", {}, wordsOf(line.words)),
      el("span", {}, line.lacking ? gettext("缺 {n}／{m}", { n: number(line.lacking), m: number(line.parcels) }) : gettext("齐备")),
      el("span", { class: "who" }, line.named.slice(0, MOST_NAMED).map(parcelLink), line.named.length > MOST_NAMED ? gettext("等 {n} 块", { n: number(line.named.length) }) : null),
    ),
  );
  const rows = gaps.rows.slice(0, MOST_ROWS).map((gap) => ({ cells: [parcelLink(gap.parcel_no), wordsOf({ zh: gap.gap_zh, en: gap.gap_en }), wordsOf(gap.words), gap.from_on ?? NOTHING] }));
  return card(
    gettext("要件核对"),
    el("ul", { class: "check-list" }, items),
    rows.length ? el("details", {}, el("summary", {}, gettext("逐块缺项（{n} 条）", { n: number(gaps.count) })), table([gettext("地块编号"), gettext("缺项"), gettext("说明"), gettext("最早可办")], rows, { words: [2] }), more(gaps.count - rows.length)) : null,
  );
}
