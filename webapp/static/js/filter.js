// The one filter: a button a facet with its choices, the words, and chips for what is set.
import { el, fill, find, findAll, icon, settled, walkWithArrows } from "./dom.js";
import { number } from "./format.js";
import { badge } from "./marks.js";
import { hangOn, popoverButton, togglePopover } from "./popover.js";
import { countOfFilters, FACETS } from "./state.js";
import { gettext, wordsOf } from "./words.js";

const TABLE_OF = { lamp: "lamp", stage: "project_stage", flag: "flag" };
const MANY = 9;

const names = () => ({
  town: gettext("乡镇"),
  park: gettext("园区"),
  industry: gettext("行业"),
  category: gettext("类别"),
  level: gettext("重点级别"),
  kind: gettext("建设性质"),
  stage: gettext("阶段"),
  lamp: gettext("进度灯"),
  flag: gettext("供地瓶颈"),
  leader: gettext("包联领导"),
  department: gettext("责任单位"),
});

export class Filter {
  constructor(root, state, data) {
    this.state = state;
    this.data = data;
    this.names = names();
    this.words = find("[data-part=words]");
    this.facets = find("[data-part=facets]", root);
    this.chips = findAll("[data-part=chips]");
    this.words.value = state.now.words;
    this.words.addEventListener("input", settled(() => this.#search(), 250));
    this.words.addEventListener("keydown", (event) => event.key === "Escape" && this.#leaveSearch(event));
    state.listen((now, changed) => (changed.has("facets") || changed.has("words")) && this.draw());
    data.listen((_, name) => name === "choices" && this.draw());
    this.draw();
  }

  draw() {
    if (document.activeElement !== this.words) this.words.value = this.state.now.words;
    const focused = document.activeElement?.dataset?.facet;
    const open = popoverButton()?.dataset.facet;
    fill(this.facets, FACETS.map((name) => this.#button(name)));
    if (open) hangOn(find(`[data-facet=${open}]`, this.facets));
    for (const list of this.chips) fill(list, this.#chips());
    if (focused) find(`[data-facet=${focused}]`, this.facets)?.focus();
    for (const count of findAll("[data-part=filter-count]")) {
      const n = countOfFilters(this.state.now);
      count.textContent = n || "";
      count.hidden = !n;
    }
  }

  #search() {
    this.state.set({ words: this.words.value.trim() }, { quiet: true });
  }

  #leaveSearch(event) {
    event.stopPropagation();
    if (this.words.value) {
      this.words.value = "";
      this.#search();
    } else this.words.blur();
  }

  #button(name) {
    const n = this.state.now.facets[name].length;
    const button = el(
      "button",
      {
        type: "button",
        class: `facet${n ? " set" : ""}`,
        "aria-haspopup": "dialog",
        "aria-expanded": "false",
        "data-facet": name,
        onclick: () => togglePopover(button, this.names[name], this.#choices(name)),
      },
      el("span", { class: "name" }, this.names[name]),
      n ? el("span", { class: "n" }, number(n)) : icon("down"),
    );
    return button;
  }

  /** What may be chosen; what is set stays in the list even where nothing has it now. */
  #options(name) {
    const offered = this.data.choices?.[name] ?? [];
    const known = new Set(offered.map((choice) => choice.code));
    const lost = this.state.now.facets[name].filter((code) => !known.has(code)).map((code) => ({ code, zh: code, en: code, n: 0 }));
    return [...offered, ...lost];
  }

  #choices(name) {
    const options = this.#options(name);
    const list = walkWithArrows(el("div", { class: "options", role: "group" }), "input[type=checkbox]");
    fill(list, options.map((choice) => this.#option(name, choice)));
    if (!options.length) list.append(el("p", { class: "empty" }, gettext("没有可选的值")));
    const search = options.length > MANY ? this.#optionSearch(list) : null;
    const clear = el(
      "button",
      { type: "button", class: "text", onclick: () => {
        this.state.setFacet(name, []);
        for (const box of findAll("input[type=checkbox]", list)) box.checked = false;
      } },
      gettext("清除此项"),
    );
    return [el("header", {}, el("strong", {}, this.names[name]), clear), search, list];
  }

  #optionSearch(list) {
    return el("input", {
      type: "search",
      class: "field",
      placeholder: gettext("查找"),
      "aria-label": gettext("查找"),
      oninput: ({ target }) => {
        const wanted = target.value.trim().toLowerCase();
        for (const label of list.children) label.hidden = !label.textContent.toLowerCase().includes(wanted);
      },
    });
  }

  #option(name, choice) {
    const box = el("input", {
      type: "checkbox",
      value: choice.code,
      checked: this.state.now.facets[name].includes(choice.code),
      onchange: () => this.state.toggleFacet(name, choice.code),
    });
    const mark = name in TABLE_OF ? badge(TABLE_OF[name], choice.code, 18) : null;
    return el(
      "label",
      { class: "option" },
      box,
      mark,
      el("span", { class: "name" }, wordsOf(choice)),
      el("span", { class: "count" }, number(choice.n)),
    );
  }

  #chips() {
    const { facets, words } = this.state.now;
    const chips = FACETS.flatMap((name) => facets[name].map((code) => this.#chip(name, code)));
    if (words) chips.unshift(this.#chipOf(`“${words}”`, gettext("词语"), () => this.state.set({ words: "" })));
    if (chips.length) {
      chips.push(el("button", { type: "button", class: "text clear-all", onclick: () => this.state.clearFilter() }, gettext("全部清除")));
    }
    return chips;
  }

  #chip(name, code) {
    const choice = this.#options(name).find((each) => each.code === code);
    return this.#chipOf(wordsOf(choice) || code, this.names[name], () => this.state.toggleFacet(name, code));
  }

  #chipOf(text, kind, remove) {
    return el(
      "span",
      { class: "chip" },
      el("span", { class: "kind" }, kind),
      el("span", { class: "value" }, text),
      el("button", { type: "button", "aria-label": gettext("去掉 {text}", { text }), onclick: remove }, icon("close")),
    );
  }
}

/** The filter in words, for the title of a print. */
export function filterInWords(state, choices) {
  const titles = names();
  const parts = FACETS.filter((name) => state.facets[name].length).map((name) => {
    const values = state.facets[name].map((code) => wordsOf((choices?.[name] ?? []).find((each) => each.code === code)) || code);
    return `${titles[name]}: ${values.join("、")}`;
  });
  if (state.words) parts.unshift(`“${state.words}”`);
  return parts.join("；");
}
