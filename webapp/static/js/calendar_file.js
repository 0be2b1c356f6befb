// A file of holidays: looked at before anything is changed, then taken into the draft.
import { sentenceOf, upload } from "./api.js";
import { el, fill } from "./dom.js";
import { number } from "./format.js";
import { gettext, wordsOf } from "./words.js";

const STATES = { new: gettext("新"), changed: gettext("不同"), same: gettext("相同") };

export class HolidayFile {
  /** `take(rows)`: the rows that the person wants. */
  constructor(root, take) {
    this.root = root;
    this.take = take;
    this.draw();
  }

  draw(...shown) {
    const input = el("input", { type: "file", accept: ".csv,.xlsx,.ics", class: "field", "aria-label": gettext("放假安排文件"), onchange: ({ target }) => target.files[0] && this.#look(target.files[0]) });
    fill(this.root, el("h3", {}, gettext("导入放假安排")), el("p", { class: "quiet" }, gettext("CSV、XLSX（日期、是否上班、名称三列）或 ICS 日历；先看对照，再选入。")), input, shown);
  }

  async #look(file) {
    const form = new FormData();
    form.append("file", file);
    try {
      this.#show(await upload("/api/calendar/preview", form), file.name);
    } catch (problem) {
      this.draw(el("p", { class: "bad", role: "alert" }, sentenceOf(problem)));
    }
  }

  #show({ rows, refused }, name) {
    const wanted = rows.filter((row) => row.state !== "same");
    const row = (each) => el("tr", { class: `state-${each.state}` }, el("td", {}, each.on), el("td", {}, each.worked ? gettext("上班") : gettext("休息")), el("td", {}, each.name ?? ""), el("td", {}, STATES[each.state]));
    this.draw(
      el("p", {}, gettext("{name}：{n} 天，其中 {changed} 天与现在不同", { name, n: number(rows.length), changed: number(wanted.length) })),
      refused.length ? el("ul", { class: "refused" }, refused.map((cause) => el("li", { class: "bad" }, gettext("第 {row} 行：{text}", { row: cause.row ?? "?", text: wordsOf(cause.message) }), el("small", {}, cause.found ?? "")))) : null,
      rows.length ? el("div", { class: "file-rows" }, el("table", {}, el("tbody", {}, rows.map(row)))) : null,
      el("button", { type: "button", class: "button main", disabled: !wanted.length, onclick: () => this.#taken(wanted) }, gettext("选入 {n} 天", { n: number(wanted.length) })),
    );
  }

  #taken(rows) {
    this.draw(el("p", { class: "good" }, gettext("已选入，写明依据后保存。")));
    this.take(rows);
  }
}
