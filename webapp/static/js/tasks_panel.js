// Requisition tasks of a linear project: kilometres and percent by area, behind by how much; set, corrected, withdrawn.
import { ask, inPath, send } from "./api.js";
import { openDialog } from "./dialog.js";
import { el, fill } from "./dom.js";
import { day, NOTHING, number, points, share } from "./format.js";
import { may, page } from "./page_data.js";
import { drawSelect } from "./segments.js";
import { showErrors, withdraw } from "./supply_form.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

const km = (m, places = 2) => (m === null || m === undefined ? NOTHING : `${number(m / 1000, places)} km`);

export class TasksPanel {
  /** `state.now.project` names the project; `failed(problem)` is told what went wrong. */
  constructor(choices, root, state, failed) {
    Object.assign(this, { choices, root, state, failed });
  }

  async load() {
    try {
      const listed = await ask("/api/tasks", this.#day(), "linear");
      if (!listed) return;
      const code = this.state.now.project || listed.projects.toSorted((a, b) => b.tasks - a.tasks || b.length_m - a.length_m)[0]?.code;
      this.#drawChoices(listed.projects, code);
      if (!code) return fill(this.root, el("p", { class: "empty" }, gettext("还没有线性项目")));
      const found = await ask(`/api/projects/${inPath(code)}/tasks`, this.#day(), "tasks");
      if (found) this.#draw(found);
      this.failed(null);
    } catch (problem) {
      this.failed(problem);
    }
  }

  #day() {
    return this.state.now.to ? new URLSearchParams({ on: this.state.now.to }) : null;
  }

  #drawChoices(projects, code) {
    const options = projects.map((each) => [each.code, `${each.name}（${km(each.length_m)}${each.tasks ? `，${gettext("{n} 项任务", { n: each.tasks })}` : ""}）`]);
    fill(this.choices, options.length ? drawSelect(gettext("项目"), gettext("选择项目"), options, code, (project) => this.state.set({ project })) : null);
  }

  #draw(found) {
    const heads = [gettext("行政区"), gettext("里程"), gettext("已净地"), gettext("完成比例"), gettext("应完成"), gettext("落后"), gettext("下达"), gettext("期限"), gettext("逾期"), ""];
    fill(
      this.root,
      el("h3", {}, gettext("{name}：全长 {km}，用地宽 {width} 米，截至 {on}", { name: found.name, km: km(found.length_m), width: number(found.width_m ?? 0), on: found.on })),
      this.#line(found),
      el("div", { class: "scroll" }, el("table", { class: "sums" }, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, found.tasks.map((task) => this.#row(found, task, may("tasks")))), el("tfoot", {}, this.#total(found.tasks)))),
      found.elsewhere?.length ? el("p", { class: "quiet" }, gettext("另有其他级别行政区的任务：{names}（里程与上表重叠，不相加）", { names: found.elsewhere.map((task) => task.town_name).join("、") })) : null,
      may("tasks") || page.me.name ? null : el("p", { class: "quiet" }, gettext("登录后可下达和修改任务")),
    );
  }

  #line(found) {
    const bar = el("div", { class: "line-bar", role: "img", "aria-label": gettext("沿线净地情况") });
    for (const part of found.stretches) {
      const piece = el("i", { class: part.is_ready ? "ready" : "", title: `${km(part.start_m, 3)} – ${km(part.end_m, 3)}` });
      piece.style.width = `${(100 * (part.end_m - part.start_m)) / found.length_m}%`;
      bar.append(piece);
    }
    return [bar, el("div", { class: "line-ends" }, el("span", {}, "0"), el("span", {}, gettext("绿色：全宽已净地，可进场")), el("span", {}, km(found.length_m)))];
  }

  #row(found, task, may) {
    const behind = task.behind_pp;
    const edit = () => this.#edit(found.code, task);
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, task.town_name ?? task.town ?? gettext("区划之外")),
      el("td", {}, km(task.length_m)),
      el("td", {}, km(task.ready_m)),
      el("td", {}, this.#bar(task), share(task.done_share, 1)),
      el("td", {}, share(task.expected_share, 1)),
      el("td", { class: behind > 0.05 ? "bad" : "" }, behind === null ? NOTHING : Math.abs(behind) < 0.05 ? gettext("按期") : behind > 0 ? `${number(behind, 1)} pp · ${km(task.behind_m)}` : gettext("超前 {n} pp", { n: points(-behind, 1).replace("+", "") })),
      el("td", {}, day(task.set_on)),
      el("td", {}, day(task.due_on)),
      el("td", { class: task.days_over ? "bad" : "" }, task.days_over ? gettext("{n} 天", { n: number(task.days_over) }) : NOTHING),
      el("td", { class: "no-print" }, may && task.town ? el("button", { type: "button", class: "text", onclick: edit }, task.due_on ? gettext("修改") : gettext("下达任务")) : ""),
    );
  }

  #bar({ done_share: done, expected_share: expected }) {
    const bar = el("span", { class: "done-bar" }, el("i"), expected === null ? null : el("b"));
    bar.firstChild.style.width = `${100 * (done ?? 0)}%`;
    if (expected !== null) bar.lastChild.style.left = `calc(${100 * expected}% - 1px)`;
    return bar;
  }

  #total(tasks) {
    const sum = (name) => tasks.reduce((total, task) => total + (task[name] ?? 0), 0);
    const [length, ready] = [sum("length_m"), sum("ready_m")];
    return el("tr", {}, el("th", { scope: "row" }, gettext("合计")), el("td", {}, km(length)), el("td", {}, km(ready)), el("td", {}, share(length ? ready / length : null, 1)), el("td", { colspan: "6" }));
  }

  async #edit(code, task) {
    const address = `/api/projects/${inPath(code)}/tasks/${encodeURIComponent(task.town)}`;
    const seen = task.recorded_at ?? "";
    const input = (name, words, value, required) => el("label", {}, words, el("input", { class: "field", type: "date", name, value: value ?? "", required, min: "1990-01-01", max: "2099-12-31" }));
    const content = el("div", { class: "form-grid" }, input("set_on", gettext("下达日期"), task.set_on, false), input("due_on", gettext("完成期限"), task.due_on, true), el("label", { class: "full" }, gettext("说明"), el("textarea", { class: "field", name: "note", rows: "2", maxlength: "2000" }, task.note ?? "")));
    const buttons = [{ text: gettext("取消"), value: null }];
    if (task.due_on) buttons.push({ text: gettext("撤销任务…"), value: "withdraw", kind: "danger" });
    buttons.push({ text: gettext("保存"), value: "save" });
    const act = async (value) => {
      const form = content.closest("form");
      const { set_on, due_on, note } = Object.fromEntries(new FormData(form));
      try {
        if (value === "save") await send("PUT", address, { due_on, set_on: set_on || null, note, seen });
        else if (!(await withdraw(address, seen))) return false;
        tell(value === "save" ? gettext("已保存") : gettext("已撤销"));
        return true;
      } catch (problem) {
        showErrors(form, problem);
        return false;
      }
    };
    if ((await openDialog(gettext("征收任务 {town}", { town: task.town_name ?? task.town }), content, buttons, { check: act })) !== null) await this.load();
  }
}
