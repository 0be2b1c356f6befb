// The county's own step lengths beside those that the clock expects, and taking them over.
import { ask, send } from "./api.js";
import { confirmed } from "./dialog.js";
import { el, fill, findAll } from "./dom.js";
import { number } from "./format.js";
import { tell } from "./tools.js";
import { gettext, wordOf } from "./words.js";

const days = (value) => (value === null || value === undefined ? "—" : number(value, Number.isInteger(value) ? 0 : 1));

function stepRow(row, mayEdit) {
  const name = gettext("{stage} → {next}", { stage: wordOf("Stage", row.stage), next: wordOf("Stage", row.next) });
  const box = mayEdit && row.n ? el("input", { type: "checkbox", value: row.stage, checked: row.offered && Math.floor(row.median_days + 0.5) !== row.typical_days, disabled: !row.offered, "aria-label": name }) : null;
  return el("tr", { class: row.offered ? "" : "few" }, el("td", {}, box), el("th", { scope: "row" }, name), el("td", {}, number(row.n)), el("td", {}, days(row.q1_days)), el("td", {}, el("strong", {}, days(row.median_days))), el("td", {}, days(row.q3_days)), el("td", {}, days(row.typical_days)), el("td", {}, row.n && !row.offered ? el("small", {}, gettext("样本太少")) : ""));
}

function ownerTable(owner, answer, mayEdit, again) {
  const rows = answer.steps.filter((row) => row.owner_kind === owner);
  const heads = ["", gettext("步骤"), "n", gettext("下四分位"), gettext("中位数"), gettext("上四分位"), gettext("现用"), ""];
  const table = el("table", { class: "durations-table" }, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows.map((row) => stepRow(row, mayEdit))));
  const adopt = async () => {
    const stages = findAll("input:checked", table).map((box) => box.value);
    if (!stages.length) return tell(gettext("没有选中步骤"));
    if (!(await confirmed(gettext("以本地中位数作为今后的预计工期（{n} 个步骤）？各项目的预计日期随之重算，原值保留在参数历史中。", { n: stages.length })))) return null;
    try {
      await send("POST", "/api/durations/adopt", { owner_kind: owner, stages });
      tell(gettext("已采用"));
      await again();
    } catch (problem) {
      tell(problem.message);
    }
    return null;
  };
  return el("div", { class: "durations-owner" }, el("h4", {}, wordOf("OwnerKind", owner)), table, el("p", { class: "quiet" }, gettext("现用依据：{source}", { source: rows[0]?.source ?? "—" })), mayEdit ? el("button", { type: "button", class: "button no-print", onclick: adopt }, gettext("采用选中的中位数")) : null);
}

function townTable(answer) {
  const rows = answer.towns.filter((row) => row.owner_kind === "collective");
  const towns = [...new Set(rows.map((row) => row.town))];
  const steps = answer.steps.filter((row) => row.owner_kind === "collective" && rows.some((each) => each.stage === row.stage));
  const cell = (town, stage) => {
    const row = rows.find((each) => each.town === town && each.stage === stage);
    return el("td", {}, row ? [days(row.median_days), el("small", {}, ` n=${number(row.n)}`)] : "—");
  };
  if (!towns.length) return null;
  return el("details", { class: "durations-towns" }, el("summary", {}, gettext("分乡镇（集体土地，中位数）")), el("div", { class: "scroll" }, el("table", { class: "durations-table" }, el("thead", {}, el("tr", {}, el("th", {}, gettext("乡镇")), steps.map((row) => el("th", { scope: "col" }, wordOf("Stage", row.stage))))), el("tbody", {}, towns.map((town) => el("tr", {}, el("th", { scope: "row" }, rows.find((row) => row.town === town).name ?? town), steps.map((row) => cell(town, row.stage))))))));
}

/** Fill `root` with the durations; `mayEdit`: they may be taken over. */
export async function drawDurations(root, mayEdit) {
  try {
    const answer = await ask("/api/durations", null, "durations");
    if (!answer) return;
    fill(
      root,
      el("h3", {}, gettext("本地工期")),
      el("p", { class: "quiet" }, gettext("截至 {day} 本县各步骤到下一步骤的实际天数，不含越规和已撤销的记录；不足 {n} 块的不提供采用。参数按全县取用，分乡镇数只供对照。", { day: answer.on, n: answer.least })),
      el("div", { class: "durations-owners" }, ["collective", "state"].map((owner) => ownerTable(owner, answer, mayEdit, () => drawDurations(root, mayEdit)))),
      townTable(answer),
    );
  } catch (problem) {
    fill(root, el("h3", {}, gettext("本地工期")), el("p", { class: "bad" }, problem.message));
  }
}
