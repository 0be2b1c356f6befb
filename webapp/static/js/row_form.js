// One row of a list that people keep by hand, as a form over the page: added, corrected, or withdrawn with a reason.
import { inPath, send, sentenceOf } from "./api.js";
import { openDialog } from "./dialog.js";
import { el, fill, findAll } from "./dom.js";
import { gettext, wordsOf } from "./words.js";

let lists = 0;

/**
 * Open the form. `address`: of the list; `key`: the column that names a row in it; `fields`: [{name, words, type, required,
 * key, masked, long, choices}]; `row`: the one to correct, null for a new one; `fresh`: what a new one begins with; `own`:
 * columns that go with a new one unasked; `hidden`: masked fields are not shown, and stay as they are where nothing is typed.
 * Gives "saved", "withdrawn", or null where nothing was written.
 */
export async function openRow({ title, address, key, fields, row, fresh = {}, own = {}, hidden = false }) {
  const isNew = row === null;
  const asked = fields.filter((field) => isNew || !field.key);
  const before = isNew ? fresh : row;
  const reason = el("textarea", { class: "field", name: "reason", rows: "2", maxlength: "2000", placeholder: gettext("撤销时必须写明理由") });
  const failed = el("p", { class: "failed", role: "alert" });
  const content = el("div", { class: "row-form" });
  fill(content, asked.map((field) => input(field, before[field.name], hidden && !isNew)), isNew ? null : el("label", { class: "full" }, gettext("撤销理由"), reason), failed);
  const buttons = [{ text: gettext("取消"), value: null }];
  if (!isNew) buttons.push({ text: gettext("撤销此条"), value: "withdrawn", kind: "danger" });
  buttons.push({ text: gettext("保存"), value: "saved" });
  const place = isNew ? address : `${address}/${inPath(row[key])}`;
  const act = async (value) => {
    try {
      if (value === "withdrawn") await send("DELETE", place, { reason: reason.value.trim(), seen: row.seen });
      else await send(isNew ? "POST" : "PATCH", place, isNew ? { ...own, ...given(content, asked, {}) } : { ...given(content, asked, row, hidden), seen: row.seen });
      return true;
    } catch (problem) {
      tellWrong(content, failed, problem);
      return false;
    }
  };
  return openDialog(title, content, buttons, { check: act });
}

function input(field, value, isHidden) {
  const shown = isHidden && field.masked ? "" : (value ?? "");
  const attributes = { class: "field", name: field.name, value: shown, maxlength: "200", autocomplete: "off" };
  if (field.type === "date") Object.assign(attributes, { type: "date", min: "1950-01-01", max: "2099-12-31" });
  if (field.type === "number") Object.assign(attributes, { type: "number", step: field.step ?? "any", min: field.min, inputmode: "decimal" });
  if (isHidden && field.masked && value) attributes.placeholder = gettext("{value}（不填则不变）", { value });
  const list = field.choices?.length ? el("datalist", { id: `choices-${(lists += 1)}` }, field.choices.map(({ code, name }) => el("option", { value: code }, name ?? code))) : null;
  if (list) attributes.list = list.id;
  const control = field.long ? el("textarea", { class: "field", name: field.name, rows: "2", maxlength: "2000" }, shown) : el("input", attributes);
  return el("label", { class: field.long ? "full" : "" }, el("span", {}, field.words, field.required ? el("b", { "aria-hidden": "true" }, " *") : null), control, list);
}

/** What the person changed: an emptied field is null, one that stands as it stood is not sent, nor an empty one that was hidden. */
function given(content, fields, before, hidden = false) {
  const body = {};
  for (const field of fields) {
    const text = content.querySelector(`[name="${field.name}"]`).value.trim();
    const was = field.masked && hidden ? "" : String(before[field.name] ?? "");
    if (text === was) continue;
    body[field.name] = text === "" ? null : field.type === "number" ? Number(text) : text;
  }
  return body;
}

/** Each refusal beside its field; what belongs to none below. */
function tellWrong(content, failed, problem) {
  for (const old of findAll("small.bad", content)) old.remove();
  for (const old of findAll("[aria-invalid]", content)) old.removeAttribute("aria-invalid");
  const errors = problem.problem?.errors ?? (problem.problem?.column ? [problem.problem] : []);
  let placed = 0;
  for (const error of errors) {
    const control = content.querySelector(`[name="${error.column}"]`);
    if (!control) continue;
    control.setAttribute("aria-invalid", "true");
    control.after(el("small", { class: "bad" }, [wordsOf(error.title), error.expected].filter(Boolean).join(" · ")));
    if ((placed += 1) === 1) control.focus();
  }
  failed.textContent = placed === errors.length && placed ? "" : sentenceOf(problem);
}
