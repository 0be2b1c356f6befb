// What was recorded of a parcel: every entry, those taken back struck through, and the story of each hold.
import { send } from "./api.js";
import { withReason } from "./dialog.js";
import { el } from "./dom.js";
import { day } from "./format.js";
import { gettext, wordOf } from "./words.js";

const EMPTY = "—";

/** What an entry says, in a word. */
const told = (entry) => (entry.kind === "stage" ? wordOf("Stage", entry.stage) : entry.kind === "hold" ? gettext("受阻：{reason}", { reason: wordOf("HoldReason", entry.hold_reason) }) : wordOf("EventKind", entry.kind));
const by = (entry) => [entry.recorded_by, (entry.recorded_at ?? "").slice(0, 10)].filter(Boolean).join(" ");

function remarks(entry) {
  return [
    [entry.document, entry.evidence, entry.note].filter(Boolean).map((text) => el("span", { class: "remark" }, text)),
    entry.override_reason ? el("span", { class: "override" }, gettext("越规：{text}", { text: entry.override_reason })) : null,
    entry.state === "withdrawn" ? el("span", { class: "withdrawn-why" }, gettext("{who} 撤销：{why}", { who: entry.withdrawn_by, why: entry.withdrawn_reason ?? EMPTY })) : null,
    entry.state === "corrected" ? el("span", { class: "quiet" }, gettext("已由后一条更正")) : null,
  ];
}

/** Ask why, and take the entry back. */
async function withdraw(entry, no, done) {
  const sentence = gettext("撤销“{what}”（{day}）。原记录保留并标明已撤销。请写明理由：", { what: told(entry), day: entry.on_date });
  const act = (reason) => send("POST", "/api/events/withdraw", { parcel: no, kind: entry.kind, stage: entry.stage, on: entry.on_date, reason });
  if (await withReason(gettext("撤销记录"), sentence, gettext("撤销记录"), act)) done(gettext("已撤销"));
}

function row(entry, no, done) {
  const may = done && entry.state === "stands";
  return el(
    "li",
    { class: `entry ${entry.state}` },
    el("time", { datetime: entry.on_date }, day(entry.on_date)),
    el("span", { class: "what" }, el("span", { class: "said" }, told(entry)), remarks(entry)),
    el("span", { class: "who" }, by(entry)),
    may ? el("button", { type: "button", class: "text no-print", "aria-label": gettext("撤销“{what}”（{day}）", { what: told(entry), day: entry.on_date }), onclick: () => withdraw(entry, no, done) }, gettext("撤销")) : null,
  );
}

/** All entries, the latest first. `done(sentence)` after one was taken back; null: nobody may. */
export function entries({ events, parcel }, done) {
  if (!events.length) return el("p", { class: "quiet" }, gettext("还没有记录。"));
  return el("ol", { class: "entries" }, [...events].reverse().map((entry) => row(entry, parcel.parcel_no, done)));
}

function hold({ hold: begun, release, efforts }) {
  const until = release ? gettext("{since} 至 {until}", { since: begun.on_date, until: release.on_date }) : gettext("{since} 起，仍在受阻", { since: begun.on_date });
  return el(
    "li",
    { class: release ? "hold over" : "hold" },
    el("strong", {}, wordOf("HoldReason", begun.hold_reason)),
    el("span", {}, until),
    begun.note ? el("p", {}, begun.note) : null,
    el("ul", { class: "efforts" }, efforts.map((effort) => el("li", {}, el("time", {}, effort.on_date), " ", effort.note, el("small", {}, ` ${effort.recorded_by ?? ""}`)))),
    release?.note ? el("p", { class: "good" }, gettext("解除：{text}", { text: release.note })) : null,
  );
}

/** Each time that the parcel was held; nothing where it never was. */
export const holds = (list) => (list.length ? el("ol", { class: "holds" }, list.map(hold)) : null);
