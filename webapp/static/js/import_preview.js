// The preview: how many rows of each fate, what changes in each, why a row is refused and what would make it good.
import { ask } from "./api.js";
import { el, fill, find, icon } from "./dom.js";
import { mu, number } from "./format.js";
import { badge } from "./marks.js";
import { page } from "./page_data.js";
import { gettext, wordsOf } from "./words.js";

export const STATES = ["new", "changed", "unchanged", "removed", "refused"];
const TABLE = "import";

/** The words of a state. */
export const stateWords = (state) => wordsOf(page.style[TABLE][state]);

const shown = (value) => (value === null || value === undefined || value === "" ? el("span", { class: "quiet" }, gettext("空")) : typeof value === "object" ? wordsOf(value) : String(value));

/** What was expected, without the word that the sentence has already. */
const wanted = (words) => wordsOf(words).replace(/^(\u5e94\u4e3a\uff1a?|expected )/u, "");

/** How far a shape moves: coordinates that a file rounds move it by next to nothing. */
function moved(m2) {
  if (m2 === null) return gettext("有变动");
  return m2 < 0.01 ? gettext("变动不到 0.01 m²（坐标取舍）") : gettext("变动 {m2} m²", { m2: number(m2, 2) });
}

export class Preview {
  /** `heard`: `say(patch)`, `pointed(row)`, `commit()`. */
  constructor(root, heard) {
    this.root = root;
    this.heard = heard;
    this.states = new Set();
    this.page = 0;
  }

  draw(upload, number_, part) {
    this.upload = upload;
    this.number = number_;
    this.part = part;
    const preview = part?.preview;
    if (!preview) {
      fill(this.root);
      return;
    }
    if (preview.problem) {
      fill(this.root, this.#problem(preview.problem));
      return;
    }
    if (this.digest !== preview.digest) {
      this.page = 0;
      this.states = new Set(preview.counts.refused ? ["refused"] : []);
      this.digest = preview.digest;
    }
    fill(this.root, el("section", { class: "card preview", "aria-label": gettext("预览") }, this.#head(preview), this.#warnings(preview), this.#counts(preview), this.#allFixes(preview), el("div", { "data-part": "rows", class: "rows" }), this.#foot(preview, part)));
    this.#load();
  }

  #problem(problem) {
    const detail = [problem.row && gettext("第 {row} 行", { row: problem.row }), problem.column, problem.found && gettext("实际：{found}", { found: problem.found }), problem.expected && gettext("应为：{expected}", { expected: problem.expected })].filter(Boolean);
    return el("section", { class: "card" }, el("p", { class: "notice bad" }, icon("warning"), el("span", {}, wordsOf(problem.message), detail.length ? el("br") : null, detail.length ? el("small", {}, detail.join(" · ")) : null)));
  }

  #head(preview) {
    const area = preview.area_after_m2 ? gettext("面积 {area}", { area: mu(preview.area_after_m2, 2) }) : "";
    const moved = preview.moved_m2 ? gettext("图形变动 {m2} m²", { m2: number(preview.moved_m2, 1) }) : "";
    return el("header", {}, el("h3", {}, gettext("预览")), el("small", {}, [area, moved].filter(Boolean).join(" · ")));
  }

  #warnings(preview) {
    const lists = [
      [gettext("提示（{n}）", { n: preview.warnings.length }), preview.warnings.map((words) => el("li", {}, wordsOf(words)))],
      [gettext("已修复的图形（{n}）", { n: preview.repaired.length }), preview.repaired.map((each) => el("li", {}, `${each.key}：${wordsOf(each.done)}，${number(each.area_before_m2, 2)} → ${number(each.area_after_m2, 2)} m²`))],
    ];
    return lists.map(([title, items]) => items.length > 0 && el("details", { class: "told" }, el("summary", {}, title), el("ul", { class: "dots" }, items)));
  }

  #counts(preview) {
    const button = (state) => {
      const isOn = this.states.has(state);
      const toggle = () => {
        if (isOn) this.states.delete(state);
        else this.states.add(state);
        this.page = 0;
        this.draw(this.upload, this.number, this.part);
        find(`.count-chip[data-state=${state}]`, this.root)?.focus();
      };
      const count = preview.counts[state];
      return el("button", { type: "button", class: "count-chip", "aria-pressed": String(isOn), disabled: !count, onclick: toggle, "data-state": state }, badge(TABLE, state, 18), el("span", {}, stateWords(state)), el("b", {}, number(count)));
    };
    return el("div", { class: "counts", role: "group", "aria-label": gettext("按结果筛选") }, STATES.map(button));
  }

  /** What would make several refused rows good at once. */
  #allFixes(preview) {
    if (!preview.counts.refused || this.part.done) return null;
    return el("div", { class: "buttons all-fixes", "data-part": "all-fixes" });
  }

  async #load() {
    const box = find("[data-part=rows]", this.root);
    const query = new URLSearchParams({ page: this.page });
    for (const state of this.states) query.append("state", state);
    try {
      const answer = await ask(`/api/imports/${this.upload.id}/parts/${this.number}/rows`, query, "import-rows");
      if (answer) this.#rows(box, answer);
    } catch (problem) {
      fill(box, el("p", { class: "notice bad" }, icon("warning"), problem.message));
    }
  }

  #rows(box, answer) {
    const pages = Math.max(1, Math.ceil(answer.count / answer.per_page));
    const turn = (by) => () => {
      this.page += by;
      this.#load();
    };
    const pager = pages > 1 && el("nav", { class: "pager", "aria-label": gettext("翻页") }, el("button", { type: "button", class: "button", disabled: this.page === 0, onclick: turn(-1) }, gettext("上一页")), el("span", {}, gettext("第 {page} / {pages} 页，共 {count} 行", { page: this.page + 1, pages, count: number(answer.count) })), el("button", { type: "button", class: "button", disabled: this.page + 1 >= pages, onclick: turn(1) }, gettext("下一页")));
    const list = answer.rows.length ? el("ul", { class: "row-list" }, answer.rows.map((each) => this.#row(each))) : el("p", { class: "empty" }, gettext("没有这样的行"));
    fill(box, list, pager);
    this.#fillAllFixes(answer.rows);
  }

  #fillAllFixes(rows) {
    const box = find("[data-part=all-fixes]", this.root);
    if (!box) return;
    const fixes = new Set(rows.flatMap((each) => each.reasons.map((reason) => reason.fix)));
    const choices = this.part.choices;
    const repairable = rows.filter((each) => each.reasons.some((reason) => reason.fix === "repair")).map((each) => each.row);
    fill(
      box,
      fixes.has("close_rings") && el("button", { type: "button", class: "button", onclick: () => this.heard.say({ close_rings: true }) }, gettext("以首点闭合各圈")),
      repairable.length > 1 && el("button", { type: "button", class: "button", onclick: () => this.heard.say({ repair: [...choices.repair, ...repairable] }) }, gettext("修复本页 {n} 个自相交图形", { n: repairable.length })),
      choices.close_rings && el("button", { type: "button", class: "text", onclick: () => this.heard.say({ close_rings: false }) }, gettext("撤销“以首点闭合”")),
      choices.repair.length > 0 && el("button", { type: "button", class: "text", onclick: () => this.heard.say({ repair: [] }) }, gettext("撤销图形修复（{n}）", { n: choices.repair.length })),
      Object.keys(choices.edits).length > 0 && el("button", { type: "button", class: "text", onclick: () => this.heard.say({ edits: {} }) }, gettext("撤销改过的单元格（{n} 行）", { n: Object.keys(choices.edits).length })),
    );
  }

  #row(each) {
    const title = [each.row ? gettext("第 {row} 行", { row: each.row }) : gettext("库中"), each.key ?? each.label, each.name].filter(Boolean);
    const head = el("button", { type: "button", class: "row-head", onclick: () => this.heard.pointed(each), title: gettext("在图上看") }, badge(TABLE, each.state, 18), el("span", {}, title.join(" · ")));
    return el("li", { "data-row": each.row ?? "", "data-key": each.key ?? "", "data-state": each.state }, head, this.#changes(each), this.#reasons(each));
  }

  #changes(each) {
    if (!each.changes.length) return null;
    const one = (change) => {
      if (change.column === "geometry") return el("li", {}, wordsOf(change.words), "：", moved(each.moved_m2));
      const isAdded = change.before === null || change.before === undefined;
      return el("li", {}, wordsOf(change.words), "：", isAdded ? null : [el("del", {}, shown(change.before)), " → "], el("ins", {}, shown(change.after)));
    };
    return el("ul", { class: "changes" }, each.changes.map(one));
  }

  #reasons(each) {
    return each.reasons.map((reason) => {
      const isCell = each.cells && reason.column in each.cells && !this.part.done;
      return el("div", { class: "reason" }, el("p", {}, el("strong", {}, reason.column === "geometry" ? gettext("图形") : (reason.column ?? "")), " ", gettext("实际：{found}", { found: reason.found }), "；", gettext("应为：{expected}", { expected: wanted(reason.expected) })), isCell ? this.#cell(each, reason.column) : null, reason.fix === "repair" && !this.part.done ? this.#repair(each) : null);
    });
  }

  /** One refused cell, corrected in place; the file's own bytes stay as they came. */
  #cell(each, column) {
    const field = el("input", { class: "field", value: each.cells[column], "aria-label": gettext("改正“{column}”", { column }), maxlength: 200 });
    const save = () => {
      if (field.value === each.cells[column]) return;
      const edits = { ...this.part.choices.edits };
      edits[each.row] = { ...edits[each.row], [column]: field.value };
      this.heard.say({ edits });
    };
    field.addEventListener("keydown", (event) => event.key === "Enter" && save());
    return el("div", { class: "buttons" }, field, el("button", { type: "button", class: "button", onclick: save }, gettext("改正")));
  }

  #repair(each) {
    const act = () => this.heard.say({ repair: [...this.part.choices.repair, each.row] });
    return el("div", { class: "buttons" }, el("button", { type: "button", class: "button", onclick: act }, gettext("按上面的面积修复图形")));
  }

  #foot(preview, part) {
    if (part.done) return null;
    const counts = preview.counts;
    const retired = part.choices.retire ? counts.removed : 0;
    const will = counts.new + counts.changed + retired;
    const why = preview.asks.includes("scheme") ? gettext("请先在检测结果中选择地类标准") : part.choices.retire && counts.refused ? gettext("有被拒绝的行时不能注销记录") : "";
    const text = will ? gettext("入库：新增 {added}，变更 {changed}", { added: number(counts.new), changed: number(counts.changed) }) : gettext("入库（没有变化）");
    const canCommit = !why && counts.new + counts.changed + counts.unchanged + retired > 0;
    const left = counts.refused > 0 && el("small", { class: "bad" }, gettext("{n} 行被拒绝，不会入库", { n: number(counts.refused) }));
    return el("footer", {}, why && el("small", { class: "bad" }, why), left, el("button", { type: "button", class: "button main", "data-act": "commit", disabled: !canCommit, onclick: () => this.heard.commit() }, text));
  }
}
