// The forms over the page of batches: a new one, parcels by number, submission and approval, the package, the quota.
import { download, inPath, send, sentenceOf } from "./api.js";
import { confirmed, form, withReason } from "./dialog.js";
import { el, fill } from "./dom.js";
import { M2_PER_MU, number } from "./format.js";
import { page } from "./page_data.js";
import { notice } from "./panel_parts.js";
import { tell } from "./tools.js";
import { gettext, wordsOf } from "./words.js";

const MOST_BREACHES = 50;
const label = (text, field, kind = "") => el("label", { class: kind }, el("span", {}, text), field);
const input = (attributes) => el("input", { class: "field", ...attributes });
const asNumbers = (text) => [...new Set(text.split(/[\s,，;；、]+/).map((each) => each.trim()).filter(Boolean))];

/** A new batch of `numbers`; its answer, or null. */
export function newDialog(numbers) {
  const year = new Date(page.info.on ?? Date.now()).getFullYear();
  const fields = {
    name: input({ required: true, maxlength: "80", autofocus: true, placeholder: gettext("例如 {year} 年度第 3 批次", { year }) }),
    kind: el("select", { class: "field" }, page.codes.BatchKind.map((kind) => el("option", { value: kind.code }, wordsOf(kind)))),
    year: input({ type: "number", min: "1987", max: "2199", value: String(year) }),
    purpose: input({ maxlength: "200" }),
    parcels: el("textarea", { class: "field number-list", placeholder: gettext("每行一个编号，或用逗号分开；可以先空着") }, numbers.join("\n")),
  };
  const content = el("div", { class: "form-grid" }, label(gettext("批次名称"), fields.name, "full"), label(gettext("报批方式"), fields.kind), label(gettext("指标年度"), fields.year), label(gettext("用途"), fields.purpose, "full"), label(gettext("地块编号"), fields.parcels, "full"));
  return form(gettext("新建批次"), content, gettext("建立"), () =>
    send("POST", "/api/batches", { name: fields.name.value, kind: fields.kind.value, year: Number(fields.year.value) || null, purpose: fields.purpose.value, parcels: asNumbers(fields.parcels.value) }),
  );
}

/** Into which batch with these parcels? The name of it, or null. */
export async function addDialog(numbers, drafts) {
  if (!drafts.length) return (await newDialog(numbers))?.name ?? null;
  const choice = el("select", { class: "field", autofocus: true }, el("option", { value: "" }, gettext("新建批次…")), drafts.map((batch) => el("option", { value: batch.name }, batch.name)));
  const content = [el("p", {}, gettext("把 {n} 块地放入：", { n: number(numbers.length) })), choice];
  const done = await form(gettext("加入批次"), content, gettext("加入"), async () => (choice.value ? send("POST", `/api/batches/${inPath(choice.value)}/parcels`, { parcels: numbers }) : { name: "" }));
  if (!done) return null;
  if (!done.name) return (await newDialog(numbers))?.name ?? null;
  tell(gettext("增加了 {n} 块地", { n: number(done.added) }));
  return done.name;
}

/** More parcels for a batch, by number; what the server answered, or null. */
export async function addNumbersDialog(name) {
  const list = el("textarea", { class: "field number-list", required: true, autofocus: true, placeholder: gettext("每行一个编号，或用逗号分开"), "aria-label": gettext("地块编号") });
  const done = await form(gettext("按编号增加地块"), list, gettext("增加"), () => send("POST", `/api/batches/${inPath(name)}/parcels`, { parcels: asNumbers(list.value) }));
  if (done) tell(gettext("增加了 {n} 块地", { n: number(done.added) }));
  return done;
}

/** Take the batch away; true where it is gone. */
export async function dissolveDialog(name) {
  const sentence = gettext("解散后地块不再属于本批次，地块和征收记录不变，批次的记录仍保留。请写明理由：");
  const done = await withReason(gettext("解散批次"), sentence, gettext("解散"), (reason) => send("DELETE", `/api/batches/${inPath(name)}`, { reason }));
  if (done) tell(gettext("已解散批次"));
  return done;
}

/** Take back what was recorded wrongly; true where it was. */
export async function withdrawDialog(name, isApproval) {
  const sentence = gettext("各地块的这一步将以撤销记录更正，原记录仍保留；占用的指标退回。请写明理由：");
  const title = isApproval ? gettext("撤销批准") : gettext("撤销上报");
  return withReason(title, sentence, gettext("撤销"), async (reason) => {
    const done = await send("POST", `/api/batches/${inPath(name)}/withdraw`, { reason });
    tell(gettext("已撤销 {n} 块地的记录", { n: number(done.parcels.length) }));
  });
}

/** The submission or the approval: the law is asked first, and what breaks it needs a reason. True where it was recorded. */
export async function decideDialog(name, stage) {
  const isApproval = stage === "approved";
  const fields = {
    on: input({ type: "date", required: true, value: page.info.on ?? "", min: "1987-01-01", max: "2199-12-31" }),
    document: input({ maxlength: "200", required: isApproval, autofocus: true }),
    authority: el("select", { class: "field" }, el("option", { value: "" }, gettext("由文号判断")), page.codes.Authority.map((each) => el("option", { value: each.code }, wordsOf(each)))),
    override: el("textarea", { class: "field", rows: "2", maxlength: "1000" }),
  };
  const law = el("div", { "aria-live": "polite" });
  const reason = label(gettext("越规理由（随记录永久保留）"), fields.override, "full");
  reason.hidden = true;
  const told = () => ({ on: fields.on.value, document: fields.document.value.trim(), authority: isApproval ? fields.authority.value || null : null });
  const address = `/api/batches/${inPath(name)}`;
  let asked = 0;
  const judge = async () => {
    const turn = ++asked;
    if (!fields.on.value) return;
    try {
      const judged = await send("POST", `${address}/check`, { ...told(), stage });
      if (turn === asked) showLaw(law, reason, judged);
    } catch (problem) {
      if (turn === asked) fill(law, notice("bad", sentenceOf(problem)));
    }
  };
  for (const field of [fields.on, fields.document, fields.authority]) field.addEventListener("change", judge);
  judge();
  const content = el(
    "div",
    { class: "form-grid" },
    label(isApproval ? gettext("批准日期") : gettext("上报日期"), fields.on),
    label(isApproval ? gettext("批准文号") : gettext("上报文号"), fields.document),
    isApproval ? label(gettext("批准机关"), fields.authority, "full") : null,
    el("div", { class: "full" }, law),
    reason,
  );
  const done = await form(isApproval ? gettext("登记批准") : gettext("登记上报"), content, gettext("登记"), () => send("POST", `${address}/${isApproval ? "approve" : "submit"}`, { ...told(), override: fields.override.value.trim() }));
  if (done) tell(gettext("已登记 {n} 块地", { n: number(done.parcels.length) }));
  return Boolean(done);
}

function showLaw(law, reason, judged) {
  reason.hidden = judged.lawful || !judged.overridable;
  const passed = judged.passed.length ? el("p", { class: "quiet" }, gettext("{n} 块地已到此步或无须此步，不登记。", { n: number(judged.passed.length) })) : null;
  if (judged.lawful) {
    fill(law, notice("good", gettext("{n} 块地均符合法定程序。", { n: number(judged.parcels) })), judged.notes.map((note) => el("p", { class: "quiet" }, wordsOf(note))), passed);
    return;
  }
  const rows = judged.breaches.slice(0, MOST_BREACHES).map((breach) => el("li", { class: breach.overridable ? "may" : null }, el("b", {}, breach.parcel_no), " ", wordsOf(breach.message), el("small", {}, [breach.source, breach.expected].filter(Boolean).join(" · "))));
  const more = judged.breaches.length - rows.length;
  fill(
    law,
    notice("bad", judged.overridable ? gettext("{n} 处不合规定；确需登记的，写明理由。", { n: number(judged.breaches.length) }) : gettext("{n} 处不合规定，其中有的不能越过。", { n: number(judged.breaches.length) })),
    el("ul", { class: "breaches" }, rows, more > 0 ? el("li", {}, gettext("另有 {n} 处", { n: number(more) })) : null),
    passed,
  );
}

/** Have the package made and saved. */
export async function exportDialog(name) {
  const encoding = el("select", { class: "field" }, ["GBK", "UTF-8"].map((each) => el("option", { value: each }, each)));
  const review = input({ maxlength: "60", value: page.info.review_number ?? "", placeholder: gettext("没有可空着，图上注“未填”") });
  const bar = el("progress", { "aria-label": gettext("正在生成") });
  bar.hidden = true;
  const content = el("div", { class: "form-grid" }, el("p", { class: "full" }, gettext("界址点 TXT（回读比对到毫米）、Shapefile、台账、A3 地块图、核对清单，合为一个压缩包。内部资料，不得公开。")), label(gettext("Shapefile 编码"), encoding), label(gettext("审图号"), review), el("div", { class: "full" }, bar));
  await form(gettext("导出资料包"), content, gettext("生成并下载"), async () => {
    bar.hidden = false;
    try {
      await download(`/export/batches/${inPath(name)}.zip?${new URLSearchParams({ encoding: encoding.value, review_no: review.value.trim() })}`, `${name}.zip`);
    } finally {
      bar.hidden = true;
    }
    tell(gettext("资料包已生成"));
    return true;
  });
}

/** What quota a year was given, in 亩; true where it was written. */
export async function quotaDialog(quotas) {
  const year = new Date(page.info.on ?? Date.now()).getFullYear();
  const known = quotas.find((quota) => quota.year === year);
  const fields = {
    year: input({ type: "number", required: true, min: "1987", max: "2199", value: String(year) }),
    mu: input({ type: "number", required: true, min: "0", max: "15000000", step: "any", autofocus: true, value: known ? String(Number((known.given_m2 / M2_PER_MU).toFixed(4))) : "" }),
    document: input({ maxlength: "200", value: known?.document ?? "" }),
  };
  const content = el("div", { class: "form-grid" }, label(gettext("年度"), fields.year), label(gettext("下达指标（亩）"), fields.mu), label(gettext("下达文号"), fields.document, "full"), el("p", { class: "full quiet" }, gettext("已用指标由当年已批准批次的农转用面积合计；改动下达数，旧数仍留在台账里。")));
  const done = await form(gettext("年度用地指标"), content, gettext("保存"), async () => {
    const area_m2 = Number(fields.mu.value) * M2_PER_MU;
    const below = known && Number(fields.year.value) === year && area_m2 < known.used_m2;
    if (below && !(await confirmed(gettext("下达数小于已用数，剩余将为负。仍要保存？")))) return false;
    return send("PUT", `/api/quotas/${Number(fields.year.value)}`, { area_m2, document: fields.document.value.trim() });
  });
  if (done) tell(gettext("已保存指标"));
  return Boolean(done);
}
