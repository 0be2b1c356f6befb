// Pieces that the detail panels share.
import { el, icon, walkWithArrows } from "./dom.js";
import { mu, number, share } from "./format.js";
import { badge, swatch } from "./marks.js";
import { page } from "./page_data.js";
import { gettext, wordOf, wordsOf } from "./words.js";

/** A titled part of a panel; nothing where it has nothing to say. */
export function section(title, ...children) {
  const kept = children.flat(2).filter(Boolean);
  return kept.length ? el("section", { class: "part" }, el("h3", {}, title), kept) : null;
}

/** Label and value pairs; pairs without a value are left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== "—");
  return known.length ? el("dl", { class: "facts" }, known.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value)))) : null;
}

/** A big figure with what it is, and what stands beside it. */
export function keyFigure(label, value, beside = null, kind = "") {
  return el("div", { class: `key ${kind}` }, el("span", { class: "label" }, label), el("span", { class: "value" }, value), beside ? el("span", { class: "beside" }, beside) : null);
}

export const tag = (text, kind = "") => (text ? el("span", { class: `tag ${kind}` }, text) : null);

/** The flags of a project, worst first. */
export const flagTags = (flags) =>
  (flags ?? []).map((flag) => el("span", { class: "tag flag" }, badge("flag", flag, 16), wordOf("Flag", flag)));

/** Land by stage as one bar and a list with areas; `uncovered_m2` is land that nobody has listed. */
export function landByStage(stages, uncovered_m2 = 0) {
  const order = page.codes.Stage.map((stage) => stage.code);
  const parts = order.filter((code) => stages?.[code] > 0).map((code) => ({ table: "stage", code, m2: stages[code], words: wordOf("Stage", code) }));
  if (uncovered_m2 > 0) parts.push({ table: "readiness", code: "uncovered", m2: uncovered_m2, words: wordOf("Readiness", "uncovered") });
  const whole = parts.reduce((sum, part) => sum + part.m2, 0);
  if (!whole) return null;
  const bar = el("div", { class: "stack", role: "img", "aria-label": parts.map((part) => `${part.words} ${share(part.m2 / whole)}`).join("，") });
  for (const part of parts) {
    const mark = page.style[part.table][part.code];
    const piece = el("i", { title: `${part.words} ${mu(part.m2)} ${share(part.m2 / whole)}` });
    piece.style.flexGrow = String(part.m2 / whole);
    piece.style.backgroundColor = mark.fill;
    piece.style.borderColor = mark.stroke;
    bar.append(piece);
  }
  const rows = parts.map((part) =>
    el("li", {}, swatch(part.table, part.code, 22, 14), el("span", { class: "name" }, part.words), el("span", { class: "count" }, mu(part.m2)), el("span", { class: "percent" }, share(part.m2 / whole))),
  );
  return [bar, el("ul", { class: "land-rows" }, rows)];
}

/** A list of projects to open: lamp, name, and a figure. */
export function projectList(projects, open, figure) {
  const rows = projects.map((project) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "row", onclick: () => open({ layer: "project", key: project.code }) },
        project.lamp ? badge("lamp", project.lamp, 18) : null,
        el("span", { class: "name" }, project.name ?? project.code),
        el("span", { class: "count" }, figure(project)),
      ),
    ),
  );
  return walkWithArrows(el("ul", { class: "rows" }, rows), "button.row");
}

/** A long list cut after `most` rows, with a button for the rest. */
export function cutAfter(list, most) {
  const hidden = [...list.children].slice(most);
  if (!hidden.length) return list;
  for (const row of hidden) row.hidden = true;
  const more = el(
    "button",
    {
      type: "button",
      class: "text more",
      onclick: () => {
        for (const row of hidden) row.hidden = false;
        more.remove();
      },
    },
    gettext("还有 {n} 项", { n: number(hidden.length) }),
  );
  return [list, more];
}

/** A notice inside a panel. */
export const notice = (kind, ...children) => el("div", { class: `notice ${kind}` }, icon(kind === "bad" ? "warning" : "info"), el("div", {}, children));

const MOST_REASONS = 4;

/** Why it is so: each reason a line, the ruling one first. */
export function reasons(list) {
  if (!list?.length) return null;
  return cutAfter(el("ol", { class: "reasons" }, list.map((reason) => el("li", {}, wordsOf(reason)))), MOST_REASONS);
}
