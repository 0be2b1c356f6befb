// Tables of rows that people keep by hand: amounts as they are, a button to correct a row, the form behind it.
import { el } from "./dom.js";
import { isMissing } from "./format.js";
import { openRow } from "./row_form.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

/** What a field of an amount is: 万元, to the fen. */
export const MONEY = { type: "number", step: "0.000001" };

/** As many decimals as the amount has: money is not rounded where it is accounted for. */
export const plain = (value) => (isMissing(value) ? "—" : value.toLocaleString("en-US", { maximumFractionDigits: 6 }));

export const wan = (value) => (isMissing(value) ? "—" : gettext("{n} 万元", { n: plain(value) }));

/** A row's cells; numbers stand to the right. */
export const cells = (...values) => values.map((value) => el("td", typeof value === "number" ? { class: "n" } : {}, typeof value === "number" ? plain(value) : (value ?? "—")));

/** A button in a list's head or row. */
export const act = (words, onclick, label = words) => el("button", { type: "button", class: "text", onclick, "aria-label": label }, words);

/** The title of a list, and what can be done with it. */
export const listHead = (title, ...acts) => el("header", { class: "list-head" }, el("h4", {}, title), el("div", { class: "no-print" }, acts));

/** A table that scrolls by itself where it is too wide; `empty` where it has no rows. */
export function table(heads, rows, empty) {
  if (!rows.length) return el("p", { class: "quiet" }, empty);
  const isOfNumbers = (place) => rows.some((row) => row.children[place]?.classList.contains("n"));
  const head = heads.map((text, place) => el("th", { scope: "col", class: isOfNumbers(place) ? "n" : null }, text));
  return el("div", { class: "wide-table", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
}

/** Open the form of a row (see openRow), and `show()` all anew where something was written. */
export async function edit(options, show) {
  const done = await openRow(options);
  if (!done) return;
  tell(done === "withdrawn" ? gettext("已撤销") : gettext("已保存"));
  await show();
}
