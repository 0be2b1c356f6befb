// Fields of the wishes: each shows and sets one value by its path, and is where the server's refusal of it is told.
import { el, find, findAll } from "./dom.js";
import { valueAt } from "./tour_paths.js";
import { gettext, wordsOf } from "./words.js";

const HUNDRED = 100;
const READ = {
  text: (input) => input.value.trim(),
  date: (input) => input.value || null,
  time: (input) => input.value || null,
  number: (input) => (input.value === "" ? null : Number(input.value)),
  percent: (input) => (input.value === "" ? 0 : Number(input.value) / HUNDRED),
  checkbox: (input) => input.checked,
  select: (input) => input.value || null,
};
const asPercent = (value) => (value === null || value === undefined ? "" : String(Number((value * HUNDRED).toFixed(2))));

/** The value as its field shows it. */
const shown = (type, value) => (type === "percent" ? asPercent(value) : (value ?? ""));

/** What sets a value: `changed(path, value)` is called with what somebody entered. */
export function input(spec, { path, type = "text", changed, label, ...attributes }) {
  const value = valueAt(spec, path);
  const kinds = { percent: { type: "number", min: "0", max: "100", step: "any", inputmode: "decimal" }, number: { type: "number", inputmode: "numeric" }, text: { type: "text", maxlength: "200", autocomplete: "off" } };
  const own = { class: "field", "data-path": path, "aria-label": label, ...(kinds[type] ?? { type }), ...attributes };
  const before = shown(type, value);
  let last = String(before);
  const tellIt = ({ target }) => {
    // A share that is shown rounded stays as it is where nobody touched it.
    if (target.value === last && type !== "checkbox") return;
    last = target.value;
    changed(path, READ[type](target));
  };
  if (type === "checkbox") return el("input", { ...own, class: null, checked: Boolean(value), onchange: tellIt });
  return el("input", { ...own, value: before, onchange: tellIt });
}

/** A select of `choices` ([value, text] …). */
export function select(spec, { path, choices, changed, label, ...attributes }) {
  const value = valueAt(spec, path) ?? "";
  const known = choices.some(([code]) => String(code) === String(value)) ? choices : [[value, String(value)], ...choices];
  return el("select", { class: "field", "data-path": path, "aria-label": label, onchange: ({ target }) => changed(path, target.value || null), ...attributes }, known.map(([code, text]) => el("option", { value: code, selected: String(code) === String(value) }, text)));
}

/** A field under its name; `unit` stands behind it. */
export const labelled = (text, field, { unit = null, kind = "" } = {}) => el("label", { class: `tour-field ${kind}` }, el("span", {}, text), unit ? el("span", { class: "with-unit" }, field, el("span", { class: "unit" }, unit)) : field);

/** A box to tick and what it means. */
export const ticked = (text, field) => el("label", { class: "check" }, field, el("span", {}, text));

/** The refusals that a problem carries. */
export const refusalsOf = (problem) => problem?.problem?.errors ?? (problem?.problem?.column ? [problem.problem] : []);

const sentence = (refusal) => [wordsOf(refusal.title), refusal.expected ? gettext("应为 {expected}", { expected: refusal.expected }) : ""].filter(Boolean).join("，");

/** Take back what was told of fields in `root`. */
export function forgetWrong(root) {
  for (const old of findAll("small.bad[data-told]", root)) old.remove();
  for (const old of findAll("[aria-invalid]", root)) {
    old.removeAttribute("aria-invalid");
    old.removeAttribute("aria-describedby");
  }
}

let told = 0;

/** Tell each refusal at its field in `root`; gives those that have none there. The first one told is brought into sight. */
export function tellWrong(root, problem, { focus = true } = {}) {
  forgetWrong(root);
  const rest = [];
  let first = null;
  for (const refusal of refusalsOf(problem)) {
    const field = fieldOf(root, refusal.column ?? "");
    if (!field) {
      rest.push(refusal);
      continue;
    }
    const words = el("small", { class: "bad", "data-told": "", id: `told-${(told += 1)}` }, sentence(refusal));
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", words.id);
    (field.closest(".with-unit") ?? field).after(words);
    first ??= field;
  }
  if (first) {
    const folded = first.closest("details");
    if (folded) folded.open = true;
    if (focus) first.focus();
    first.scrollIntoView({ block: "center" });
  }
  return rest;
}

/** The field of a path, or of the nearest thing that holds it: "days[1].until", "days[1]", "days". */
function fieldOf(root, path) {
  for (let at = path; at; at = at.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "")) {
    const field = find(`[data-path="${CSS.escape(at)}"]`, root) ?? null;
    if (field) return field;
  }
  return null;
}

/** What was refused and has no field, in words. */
export const refusedWords = (refusals) => refusals.map(sentence).join("；");
