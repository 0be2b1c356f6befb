// What is attached to a parcel or a batch: documents and photographs, a place to drop new ones, withdrawal with a reason.
import { ask, inPath, Problem, send, sentenceOf, upload } from "./api.js";
import { withReason } from "./dialog.js";
import { el, fill, find } from "./dom.js";
import { day, fileSize, number } from "./format.js";
import { may, page } from "./page_data.js";
import { notice } from "./panel_parts.js";
import { tell } from "./tools.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const TAKEN = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx,.txt,.csv";
const LARGEST_BYTES = 20 * 1024 * 1024;
const FOLDERS = { parcel: "parcels", batch: "batches" };

/**
 * The attachments of a `subject` ("parcel" or "batch") as a card that loads by itself and keeps itself up to date.
 * `mayWrite`: whether files may be added and withdrawn here; the server decides.
 */
export function attachmentsOf(subject, key, { mayWrite = may("attach") } = {}) {
  const address = `/api/${FOLDERS[subject]}/${inPath(key)}/attachments`;
  const list = el("div", { class: "attached", "aria-live": "polite" });
  const card = el("section", { class: "part card attachments of-attachments" }, el("h3", {}, gettext("附件")), list);
  const show = async () => {
    try {
      const answer = await ask(address, null, address);
      if (answer) fill(list, shown(answer.attachments, mayWrite ? (row) => withdraw(address, row, show) : null));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      fill(list, notice("bad", problem.message), el("button", { type: "button", class: "text", onclick: show }, gettext("重试")));
    }
  };
  if (mayWrite) card.append(dropZone(address, subject, show));
  show();
  return card;
}

const fileAddress = (row) => `/files/${row.sha256}/${inPath(row.file_name)}`;

/** Where there are accounts, files themselves are for people who signed in. */
const mayOpen = () => !page.me.with_accounts || page.me.name !== null;

function shown(rows, take) {
  if (!rows.length) return el("p", { class: "quiet" }, gettext("还没有附件。"));
  const photos = rows.filter((row) => row.kind === "photo" && row.media_type.startsWith("image/"));
  const documents = rows.filter((row) => !photos.includes(row));
  return [
    mayOpen() ? null : el("p", { class: "quiet" }, gettext("登录后可以打开附件。")),
    documents.length ? el("ul", { class: "documents" }, documents.map((row) => documentRow(row, take))) : null,
    photos.length ? el("ul", { class: "photos" }, photos.map((row) => photo(row, take))) : null,
  ];
}

const about = (row) => [row.stage ? wordOf("Stage", row.stage) : null, row.note, row.recorded_by, day(row.recorded_at)].filter(Boolean).join(" · ");

function documentRow(row, take) {
  const name = mayOpen() ? el("a", { href: fileAddress(row), target: "_blank", rel: "noopener" }, row.file_name) : el("span", {}, row.file_name);
  const ending = row.file_name.split(".").at(-1).toUpperCase();
  return el("li", {}, el("span", { class: "ending", "aria-hidden": "true" }, ending), el("div", { class: "what" }, name, el("small", {}, `${fileSize(row.size_bytes)} · ${about(row)}`)), taker(row, take));
}

function photo(row, take) {
  const picture = mayOpen()
    ? el("a", { href: fileAddress(row), target: "_blank", rel: "noopener" }, el("img", { src: fileAddress(row), alt: row.note || row.file_name, loading: "lazy", decoding: "async" }))
    : el("span", { class: "no-picture" }, row.file_name);
  return el("li", {}, el("figure", {}, picture, el("figcaption", { title: about(row) }, el("span", {}, row.note || row.file_name), el("small", {}, [row.stage ? wordOf("Stage", row.stage) : null, day(row.recorded_at)].filter(Boolean).join(" · ")))), taker(row, take));
}

const taker = (row, take) =>
  take ? el("button", { type: "button", class: "text no-print", onclick: () => take(row), "aria-label": gettext("撤销 {name}", { name: row.file_name }) }, gettext("撤销")) : null;

/** Ask for the reason and withdraw; the list is shown anew. */
async function withdraw(address, row, show) {
  const sentence = gettext("“{name}”将不再显示，记录和文件仍会保留。请写明理由：", { name: row.file_name });
  if (!(await withReason(gettext("撤销附件"), sentence, gettext("撤销"), (reason) => send("DELETE", `${address}/${row.sha256}`, { reason })))) return;
  tell(gettext("已撤销"));
  await show();
}

/** A field for files, onto which they may also be dropped; each file goes out by itself and tells how far it is. */
function dropZone(address, subject, show) {
  const input = el("input", { type: "file", multiple: true, accept: TAKEN, class: "unseen" });
  const stage = el("select", { class: "field", "aria-label": gettext("征收阶段") }, el("option", { value: "" }, gettext("不属于某一阶段")), page.codes.Stage.slice(1).map((each) => el("option", { value: each.code }, wordsOf(each))));
  const note = el("input", { class: "field", maxlength: "200", placeholder: gettext("附件说明（可不填）"), "aria-label": gettext("附件说明（可不填）") });
  const going = el("ul", { class: "going", "aria-live": "polite" });
  const zone = el(
    "label",
    { class: "drop" },
    input,
    el("strong", {}, gettext("选择文件，或把文件拖到这里")),
    el("small", {}, gettext("PDF、JPEG、PNG、WebP、DOCX、XLSX、TXT、CSV，每个不超过 20 MB；照片按原样保存，包括其中的拍摄时间和位置。")),
  );
  const take = async (files) => {
    const told = { stage: subject === "parcel" ? stage.value : "", note: note.value.trim() };
    const done = await inTurn([...files], (file) => sent(address, file, told, going));
    if (done.some(Boolean)) {
      note.value = "";
      tell(gettext("已添加 {n} 个附件", { n: number(done.filter(Boolean).length) }));
      await show();
    }
  };
  input.addEventListener("change", async () => {
    await take(input.files);
    input.value = "";
  });
  for (const moment of ["dragover", "dragenter"]) {
    zone.addEventListener(moment, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files);
  });
  return el("div", { class: "adding no-print" }, el("div", { class: "told" }, subject === "parcel" ? stage : null, note), zone, going);
}

async function inTurn(things, act) {
  const done = [];
  for (const thing of things) done.push(await act(thing));
  return done;
}

/** Send one file; true where it was attached. What went wrong stays to be read. */
async function sent(address, file, told, going) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": file.name });
  const row = el("li", {}, el("span", {}, file.name), bar);
  going.append(row);
  try {
    if (file.size > LARGEST_BYTES) throw new Problem(gettext("文件超过 20 MB"));
    const form = new FormData();
    form.append("file", file);
    for (const [name, value] of Object.entries(told)) if (value) form.append(name, value);
    await upload(address, form, (share) => bar.setAttribute("value", String(share)));
    row.remove();
    return true;
  } catch (problem) {
    fill(row, el("span", {}, file.name), el("small", { class: "bad", role: "alert" }, sentenceOf(problem)), el("button", { type: "button", class: "text", onclick: () => row.remove() }, gettext("知道了")));
    find("button", row)?.focus();
    return false;
  }
}
