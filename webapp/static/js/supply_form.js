// The record of one parcel's supply, as a form over the page: contract, the three starts, how far it is, what was found.
import { ask, inPath, send } from "./api.js";
import { openDialog, withReason } from "./dialog.js";
import { el, fill, find } from "./dom.js";
import { may, page } from "./page_data.js";
import { tell } from "./tools.js";
import { gettext, wordsOf } from "./words.js";

const PARTS = () => [
  [gettext("合同"), ["contract_no", "price_wan", "agreed_start_on", "agreed_finish_on", "handed_over_on"]],
  [gettext("三个开工日期（只有动工开发日期计入闲置判断）"), ["stat_start_on", "permit_start_on", "legal_start_on", "stopped_since"]],
  [gettext("开发情况（投资不含土地价款和税费）"), ["due_area_m2", "developed_area_m2", "total_wan", "invested_wan"]],
  [gettext("原因与认定"), ["government_cause", "cause", "certified_on", "certified_document", "note"]],
];
const UNITS = { area: gettext("平方米"), money: gettext("万元") };
const LONG = ["cause", "note"];

function field(name, supply) {
  const column = page.supplyFields.find((each) => each.name === name);
  const value = supply?.[name] ?? "";
  const unit = UNITS[column.dimension] ? `（${UNITS[column.dimension]}）` : "";
  const text = `${wordsOf(column)}${unit}`;
  if (column.type === "boolean") return el("label", { class: "check" }, el("input", { type: "checkbox", name, checked: Boolean(value) }), text);
  const attributes = { class: "field", name, value, maxlength: "200" };
  if (column.type === "date") Object.assign(attributes, { type: "date", min: "1950-01-01", max: "2099-12-31" });
  else if (column.type !== "text") Object.assign(attributes, { type: "number", min: "0", step: "any", inputmode: "decimal" });
  const input = LONG.includes(name) ? el("textarea", { class: "field", name, rows: "2", maxlength: "2000" }, value) : el("input", attributes);
  return el("label", { class: LONG.includes(name) ? "full" : "" }, text, input);
}

function given(form) {
  const body = {};
  for (const { name, type } of page.supplyFields) {
    const input = form.elements[name];
    if (type === "boolean") body[name] = input.checked;
    else if (input.value !== "") body[name] = ["money", "real"].includes(type) ? Number(input.value) : input.value;
  }
  return body;
}

/** Mark what the server refused, each beside its field; true where it named a field. */
export function showErrors(form, problem) {
  for (const old of form.querySelectorAll("small.bad, [aria-invalid]")) old.matches("small") ? old.remove() : old.removeAttribute("aria-invalid");
  for (const error of problem.problem?.errors ?? []) {
    const input = form.elements[error.column];
    input?.setAttribute("aria-invalid", "true");
    input?.after(el("small", { class: "bad" }, `${wordsOf(error.title)} ${error.expected ?? ""}`));
  }
  const general = el("small", { class: "bad full", role: "alert" }, [problem.message, problem.problem?.errors ? "" : problem.detail].filter(Boolean).join(" · "));
  find(".form-grid", form).append(general);
  general.scrollIntoView({ block: "nearest" });
}

/** Open the form of a parcel; true where something was written. */
export async function openSupply(parcelNo, on) {
  const address = `/api/parcels/${inPath(parcelNo)}/supply`;
  const found = await ask(address, on ? new URLSearchParams({ on }) : null, "supply");
  if (!found) return false;
  const seen = found.supply?.recorded_at ?? "";
  const content = el("div", { class: "form-grid" });
  const standing = found.standing ? el("p", { class: "notice full" }, `${wordsOf(found.standing.status_words)}：${wordsOf(found.standing.reason)}`) : el("p", { class: "notice full" }, gettext("还没有供地记录"));
  fill(content, standing, PARTS().map(([title, names]) => [el("h3", {}, title), names.map((name) => field(name, found.supply))]));
  const mayWrite = may("supply");
  const buttons = [{ text: mayWrite ? gettext("取消") : gettext("关闭"), value: null }];
  if (mayWrite && found.supply) buttons.push({ text: gettext("撤销记录…"), value: "withdraw", kind: "danger" });
  if (mayWrite) buttons.push({ text: gettext("保存"), value: "save" });
  const act = async (value) => {
    const form = content.closest("form");
    try {
      if (value === "save") await send("PUT", address, { ...given(form), seen });
      else if (!(await withdraw(address, seen))) return false;
      tell(value === "save" ? gettext("已保存") : gettext("已撤销"));
      return true;
    } catch (problem) {
      showErrors(form, problem);
      return false;
    }
  };
  return (await openDialog(gettext("供地记录 {no}", { no: parcelNo }), content, buttons, { check: act, broad: true })) !== null;
}

/** Ask for the reason and withdraw what lies at `address`; true where it was done. */
export function withdraw(address, seen) {
  const sentence = gettext("记录会保留在台账中，但不再计入。请写明理由：");
  return withReason(gettext("撤销记录"), sentence, gettext("撤销"), (reason) => send("DELETE", address, { reason, seen }));
}
