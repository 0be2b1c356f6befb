// The register's filter: a button a field with the values that there are, yes-or-no rows, words, and chips for what is set.
import { el, fill, find, findAll, icon, settled, walkWithArrows } from "./dom.js";
import { number } from "./format.js";
import { hangOn, popoverButton, togglePopover } from "./popover.js";
import { FACETS } from "./register_state.js";
import { gettext, wordOf } from "./words.js";

const MANY = 9;
const CODES = { stage: "Stage", owner_kind: "OwnerKind", hold_reason: "HoldReason" };
const NOT_STATED = "none";

const names = () => ({
  town: gettext("乡镇"),
  stage: gettext("阶段"),
  owner_kind: gettext("权属"),
  land_class: gettext("地类"),
  unit: gettext("责任单位"),
  person: gettext("责任人"),
  batch: gettext("批次"),
  hold_reason: gettext("受阻原因"),
  held: gettext("受阻"),
  overdue: gettext("逾期"),
  legal_within_days: gettext("最早可办"),
  words: gettext("关键词"),
  blocking: gettext("制约项目"),
  area: gettext("图上范围"),
});

const withinDays = () => [["0", gettext("今天起可办")], ["7", gettext("7 天内")], ["30", gettext("30 天内")]];
const yesNo = (name) => (name === "held" ? [["true", gettext("受阻")], ["false", gettext("未受阻")]] : [["true", gettext("已逾期")], ["false", gettext("未逾期")]]);

function areaWords(text) {
  const kinds = { rect: gettext("矩形"), polygon: gettext("多边形"), circle: gettext("圆") };
  return kinds[text.split(":")[0]] ?? text;
}

const PROJECT_CODES = { category: "ProjectCategory", level: "Level", kind: "ProjectKind", stage: "ProjectStage", lamp: "Lamp", flag: "Flag" };

/** What a condition on the projects above the parcels says. */
function projectText(name, value) {
  const list = PROJECT_CODES[name.slice("project_".length)];
  return list ? wordOf(list, value) : value;
}

export class RegisterFilter {
  constructor(root, chips, state) {
    this.state = state;
    this.names = names();
    this.fields = find("[data-part=fields]", root);
    this.words = find("[data-part=words]", root);
    this.chips = chips;
    this.facets = null;
    this.words.value = state.now.words;
    this.words.addEventListener("input", settled(() => state.set({ words: this.words.value.trim() }, { quiet: true }), 300));
    state.listen(() => this.draw());
    this.draw();
  }

  /** What the server says of each field. */
  use(facets) {
    this.facets = facets;
    this.draw();
  }

  draw() {
    if (document.activeElement !== this.words) this.words.value = this.state.now.words;
    const open = popoverButton()?.dataset.facet;
    const focused = document.activeElement?.dataset?.facet;
    fill(
      this.fields,
      el("h3", {}, gettext("期限")),
      this.#row("legal_within_days", withinDays()),
      el("h3", {}, gettext("状态")),
      this.#row("overdue", yesNo("overdue")),
      el("div", { class: "choice-gap" }),
      this.#row("held", yesNo("held")),
      el("h3", {}, gettext("筛选")),
      FACETS.map((name) => this.#button(name)),
    );
    if (open) {
      const button = find(`[data-facet=${open}]`, this.fields);
      if (button) hangOn(button);
    }
    if (focused) find(`[data-facet=${focused}]`, this.fields)?.focus();
    fill(this.chips, this.#chips());
  }

  /** Values of which one may be chosen; the chosen one again lets go of it. */
  #row(name, choices) {
    const now = this.state.now[name];
    const counts = new Map((this.facets?.[name] ?? []).map(({ code, n }) => [code, n]));
    return el(
      "div",
      { class: "choice-row", role: "group", "aria-label": this.names[name] },
      choices.map(([value, text]) =>
        el(
          "button",
          { type: "button", "aria-pressed": String(now === value), "data-choice": `${name}:${value}`, onclick: () => this.state.set({ [name]: now === value ? "" : value }) },
          text,
          counts.has(value) && !now ? el("span", { class: "count" }, number(counts.get(value))) : null,
        ),
      ),
    );
  }

  #button(name) {
    const n = this.state.now.facets[name].length;
    const button = el(
      "button",
      { type: "button", class: `facet${n ? " set" : ""}`, "aria-haspopup": "dialog", "aria-expanded": "false", "data-facet": name, onclick: () => togglePopover(button, this.names[name], this.#choices(name)) },
      el("span", { class: "name" }, this.names[name]),
      n ? el("span", { class: "n" }, number(n)) : icon("down"),
    );
    return button;
  }

  /** What a value is called. */
  valueText(name, code) {
    if (code === NOT_STATED) return gettext("未填");
    if (CODES[name]) return wordOf(CODES[name], code);
    if (name === "town") return this.facets?.town.find((choice) => choice.code === code)?.name ?? code;
    if (name === "land_class") return code.split("|").reverse().filter(Boolean).join(" · ");
    return code;
  }

  #choices(name) {
    const set = this.state.now.facets[name];
    const offered = (this.facets?.[name] ?? []).filter((choice) => choice.n > 0 || set.includes(choice.code) || CODES[name]);
    const lost = set.filter((code) => !offered.some((choice) => choice.code === code)).map((code) => ({ code, n: 0 }));
    const list = walkWithArrows(el("div", { class: "options", role: "group" }), "input[type=checkbox]");
    fill(list, [...offered, ...lost].map((choice) => this.#option(name, choice)));
    if (!list.children.length) list.append(el("p", { class: "empty" }, gettext("没有可选的值")));
    const find_ = list.children.length > MANY ? this.#search(list) : null;
    const clear = el("button", { type: "button", class: "text", onclick: () => {
      this.state.setFacet(name, []);
      for (const box of findAll("input[type=checkbox]", list)) box.checked = false;
    } }, gettext("清除此项"));
    return [el("header", {}, el("strong", {}, this.names[name]), clear), find_, list];
  }

  #option(name, { code, n }) {
    const change = ({ target }) => {
      const now = this.state.now.facets[name];
      this.state.setFacet(name, target.checked ? [...now, code] : now.filter((other) => other !== code));
    };
    const box = el("input", { type: "checkbox", value: code, checked: this.state.now.facets[name].includes(code), onchange: change });
    return el("label", { class: "option" }, box, el("span", { class: "name" }, this.valueText(name, code)), el("span", { class: "count" }, number(n)));
  }

  #search(list) {
    const look = ({ target }) => {
      const wanted = target.value.trim().toLowerCase();
      for (const label of list.children) label.hidden = !label.textContent.toLowerCase().includes(wanted);
    };
    return el("input", { type: "search", class: "field", placeholder: gettext("查找"), "aria-label": gettext("查找"), oninput: look });
  }

  #chip(kind, value, drop) {
    return el("span", { class: "chip" }, el("span", { class: "kind" }, kind), el("span", { class: "value" }, value), el("button", { type: "button", "aria-label": gettext("去掉条件 {value}", { value }), onclick: drop }, icon("close")));
  }

  #chips() {
    const { now } = this.state;
    const of = (name, text) => (now[name] ? [this.#chip(this.names[name], text(now[name]), () => this.state.set({ [name]: "" }))] : []);
    const chips = [
      ...FACETS.flatMap((name) => now.facets[name].map((code) => this.#chip(this.names[name], this.valueText(name, code), () => this.state.setFacet(name, now.facets[name].filter((other) => other !== code))))),
      ...of("legal_within_days", (days) => new Map(withinDays()).get(days) ?? gettext("{n} 天内", { n: days })),
      ...of("overdue", (value) => Object.fromEntries(yesNo("overdue"))[value] ?? value),
      ...of("held", (value) => Object.fromEntries(yesNo("held"))[value] ?? value),
      ...of("words", (text) => text),
      ...of("blocking", (code) => code),
      ...now.projects.map(([name, value], at) => this.#chip(gettext("项目"), projectText(name, value), () => this.state.set({ projects: now.projects.filter((_, other) => other !== at) }))),
      ...of("area", areaWords),
    ];
    if (chips.length) chips.push(el("button", { type: "button", class: "text clear-all", onclick: () => this.state.clearFilter() }, gettext("全部清除")));
    return chips;
  }
}
