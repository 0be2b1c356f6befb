// How the standings of supplied land are marked; the words come with the server's answer.
import { el } from "./dom.js";
import { NOTHING } from "./format.js";
import { wordIn } from "./words.js";

const SIGNS = { started: "good", not_due: "good", overdue_under_one_year: "warn", government_cause: "warn", idle_a: "bad", recover_a: "bad", idle_b: "bad" };

/** A standing with its sign. */
export function standing(statuses, code) {
  if (!code) return NOTHING;
  return el("span", { class: `status ${SIGNS[code] ?? ""}` }, el("span", {}, wordIn(statuses, code)));
}
