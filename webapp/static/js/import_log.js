// What was imported before: by whom, what became of the rows, and the way back.
import { send } from "./api.js";
import { confirmed } from "./dialog.js";
import { el, fill, icon } from "./dom.js";
import { number } from "./format.js";
import { tell } from "./tools.js";
import { gettext, wordsOf } from "./words.js";

/** A moment as this place's clocks show it. */
export const moment = (text) => new Date(text).toLocaleString("zh-CN", { dateStyle: "short", timeStyle: "short" });

export class ImportLog {
  /** `heard`: `failed(problem)`, `undone()`. */
  constructor(root, heard) {
    this.root = root;
    this.heard = heard;
    this.imports = [];
  }

  /** Whether this import (its report) is undone by now. */
  isUndone({ sha256, layer }) {
    return this.imports.some((each) => each.sha256 === sha256 && each.layer === layer && each.undone);
  }

  draw(imports) {
    this.imports = imports;
    const list = imports.length ? el("ul", { class: "log" }, imports.map((each) => this.#one(each))) : el("p", { class: "empty" }, gettext("还没有导入过文件"));
    fill(this.root, el("h3", {}, gettext("以往的导入")), list);
  }

  #one(each) {
    const counts = [
      [gettext("新增"), each.stored],
      [gettext("变更"), each.updated],
      [gettext("未变"), each.unchanged],
      [gettext("拒绝"), each.refused],
      [gettext("注销"), each.retired],
    ].filter(([, count]) => count > 0);
    const undone = each.undone && el("span", { class: "tag warn" }, gettext("{by} 已撤销", { by: each.undone.by }));
    const undo = !each.hindrance && el("button", { type: "button", class: "button", onclick: () => this.#undo(each) }, gettext("撤销导入"));
    const why = each.hindrance && !each.undone && el("small", { class: "quiet" }, gettext("不能撤销：{why}", { why: wordsOf(each.hindrance) }));
    return el("li", { "data-sha": each.sha256 }, el("div", { class: "what" }, el("strong", {}, each.file), el("small", {}, [wordsOf(each.words), moment(each.at), each.by].join(" · ")), el("span", { class: "tags" }, counts.map(([words, count]) => el("span", { class: "tag" }, `${words} ${number(count)}`)), undone), why, this.#report(each)), undo);
  }

  #report(each) {
    const refused = each.report?.refused ?? [];
    const warnings = each.report?.warnings ?? [];
    if (!refused.length && !warnings.length) return null;
    const lines = [
      ...warnings.map((words) => el("li", {}, wordsOf(words))),
      ...refused.slice(0, 200).map((reason) => el("li", {}, `${gettext("第 {row} 行", { row: reason.row })} ${reason.column ?? ""}：${reason.found} → ${wordsOf(reason.expected)}`)),
    ];
    return el("details", {}, el("summary", {}, gettext("导入报告")), el("ul", { class: "dots" }, lines));
  }

  async #undo(each) {
    const sentence = gettext("撤销“{file}”的导入？变更的行恢复原状，新增的行消失，随文件记入的阶段一并撤回。", { file: each.file });
    if (!(await confirmed(sentence, { yes: gettext("撤销导入"), danger: true }))) return;
    try {
      const answer = await send("POST", "/api/imports/undo", { sha256: each.sha256, layer: each.layer });
      this.draw(answer.imports);
      this.heard.undone();
      tell(gettext("已撤销：恢复 {restored} 行，去除 {removed} 行", answer.undone));
    } catch (problem) {
      this.heard.failed(problem);
    }
  }
}

/** A problem as a strip that stays until the next one. */
export function problemBox(problem) {
  return el("p", { class: "notice bad", role: "alert" }, icon("warning"), el("span", {}, problem.message, problem.detail ? [el("br"), el("small", {}, problem.detail)] : null));
}
