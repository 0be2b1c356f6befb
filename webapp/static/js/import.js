// The import desk: a file is sent, looked through, previewed row by row and on the map, then imported or dropped.
import { ask, send } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { confirmed } from "./dialog.js";
import { el, fill, find, findAll } from "./dom.js";
import { fileSize, number } from "./format.js";
import { Detected } from "./import_detected.js";
import { ImportLog, moment, problemBox } from "./import_log.js";
import { ImportMap } from "./import_map.js";
import { Preview } from "./import_preview.js";
import { Sender } from "./import_send.js";
import { WallMap } from "./map.js";
import { page } from "./page_data.js";
import { bindTools, tell } from "./tools.js";
import { gettext, isEnglish, wordsOf } from "./words.js";

const POLL_MS = 700;
// The part that is all survey files of an archive together (gis/ingest/contents.py).
const EVERY_TXT = "*.txt";
const NARROW = matchMedia("(max-width: 1000px)");
const part = (name) => find(`[data-part=${name}]`);
const nobody = () => {};

openFrame({});
const wall = new WallMap(window.guatuWall, { picked: nobody, hovered: nobody, moved: nobody, pointed: nobody, failed: nobody });
const map = new ImportMap(wall.map, part("legend"), picked);
const detected = new Detected(part("detected"), say);
const preview = new Preview(part("preview"), { say, pointed, commit });
const log = new ImportLog(part("earlier"), { failed, undone: () => drawDone() });
let limits = { upload_bytes: 200 * 1024 * 1024 };
new Sender({ sent: (answer) => open(answer, 0), failed }, () => limits.upload_bytes);

let current = null;
let chosen = 0;
let drawn = null;
let polling = 0;

const now = () => current?.parts[chosen] ?? null;

function failed(problem) {
  fill(part("problem"), problemBox(problem));
}

/** The address keeps which upload is open, so that a reload comes back to it. */
function remember() {
  const query = new URLSearchParams(location.search);
  for (const name of ["upload", "part"]) query.delete(name);
  if (current) query.set("upload", current.id);
  if (current && chosen) query.set("part", chosen);
  const text = query.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

function open(upload, number_) {
  current = upload;
  chosen = Math.min(number_, upload.parts.length - 1);
  drawn = null;
  remember();
  fill(part("problem"));
  draw();
  refresh();
}

function close() {
  current = null;
  drawn = null;
  clearTimeout(polling);
  map.clear();
  remember();
  draw();
  refresh();
}

// ---------------------------------------------------------------- drawing

function draw() {
  const isBusy = Boolean(current?.status.doing);
  part("steps").hidden = !current;
  for (const step of findAll("[data-step]")) step.toggleAttribute("data-done", isStepDone(step.dataset.step));
  drawWork();
  drawParts();
  detected.draw(current ? now() : null);
  preview.draw(current, chosen, current ? now() : null);
  drawDone();
  document.body.classList.toggle("working", isBusy);
  for (const box of ["detected", "preview", "parts"]) part(box).inert = isBusy;
  drawMap();
  clearTimeout(polling);
  if (isBusy) polling = setTimeout(poll, POLL_MS);
}

function isStepDone(step) {
  const it = now();
  if (step === "detect") return Boolean(it?.detected);
  if (step === "preview") return Boolean(it?.preview && !it.preview.problem);
  return Boolean(it?.done);
}

function drawWork() {
  const status = current?.status;
  if (status?.doing) {
    const words = wordsOf(status.words);
    fill(part("work"), el("div", { class: "card working-bar" }, el("span", {}, `${status.doing === "committing" ? gettext("正在入库") : gettext("正在检查")}：${words}`), el("progress", { max: 1, value: status.share, "aria-label": words })));
  } else if (status?.error && status.part === chosen) {
    const { message, found, expected } = status.error;
    const detail = status.error.cause === "Conflict" ? "" : [found, expected].filter(Boolean).join(" · ");
    fill(part("work"), problemBox({ message: wordsOf(message), detail }));
  } else fill(part("work"));
}

/** Of what is read together the server says the name in both languages. */
const nameOf = ({ name, member }) => (member === EVERY_TXT ? name.split(" / ")[isEnglish ? 1 : 0] : name);

function drawParts() {
  if (!current) {
    fill(part("parts"));
    return;
  }
  const options = current.parts.map((each, i) => el("option", { value: i, selected: i === chosen }, nameOf(each) + (each.done ? ` ✓` : "")));
  const pick = current.parts.length > 1 && el("label", { class: "part" }, gettext("其中的"), el("select", { class: "field", onchange: (event) => choosePart(Number(event.target.value)) }, options));
  const ignored = current.ignored.length > 0 && el("details", {}, el("summary", {}, gettext("略过 {n} 个文件", { n: current.ignored.length })), el("ul", { class: "dots" }, current.ignored.map((each) => el("li", {}, `${each.name}：${wordsOf(each.why)}`))));
  const drop = el("button", { type: "button", class: "button danger", "data-act": "drop", onclick: dropUpload }, now()?.done ? gettext("关闭") : gettext("放弃"));
  fill(part("parts"), el("section", { class: "card file" }, el("header", {}, el("div", {}, el("h3", {}, current.name), el("small", {}, `${fileSize(current.size)} · ${moment(current.at)} · ${current.actor}`)), drop), pick, ignored));
}

function drawDone() {
  const done = now()?.done;
  if (!done) {
    fill(part("done"));
    return;
  }
  const told = gettext("已入库：新增 {stored}，变更 {updated}，未变 {unchanged}，拒绝 {refused}", { stored: number(done.stored), updated: number(done.updated), unchanged: number(done.unchanged), refused: number(done.refused_rows) });
  const isUndone = log.isUndone(done);
  fill(part("done"), el("p", { class: `notice ${isUndone ? "" : "good"}`, role: "status" }, isUndone ? gettext("这次导入已撤销") : told));
}

function drawMap() {
  const found = now()?.preview;
  const name = found?.digest ? `${current.id} ${chosen} ${found.digest}` : null;
  if (name === drawn || current?.status.doing) return;
  drawn = name;
  if (!name) map.clear();
  else map.show(current, chosen, found.counts).catch(failed);
}

// ---------------------------------------------------------------- acting

async function poll() {
  try {
    const answer = await ask(`/api/imports/${current.id}`, null, "import-status");
    if (!answer || !current) return;
    const wasCommitting = current.status.doing === "committing";
    current = answer;
    draw();
    if (wasCommitting && !answer.status.doing) finished();
  } catch (problem) {
    failed(problem);
    if (problem.mayPass) polling = setTimeout(poll, 4 * POLL_MS);
    else close();
  }
}

async function change(method, path, body) {
  fill(part("problem"));
  document.body.classList.add("busy");
  try {
    current = await send(method, path, body);
    draw();
    return true;
  } catch (problem) {
    failed(problem);
    draw();
    return false;
  } finally {
    document.body.classList.remove("busy");
  }
}

/** Say something of the part: it is checked anew. */
function say(patch) {
  return change("PUT", `/api/imports/${current.id}/parts/${chosen}`, { ...now().choices, kind: now().detected.kind, ...patch });
}

async function choosePart(number_) {
  chosen = number_;
  remember();
  draw();
  if (!now().preview) await change("PUT", `/api/imports/${current.id}/parts/${chosen}`, {});
}

function pointed(row) {
  if (!map.point(row)) tell(gettext("这一行没有可画的图形"));
  else if (NARROW.matches) find(".stage").scrollIntoView({ block: "nearest" });
}

function picked({ row, key }) {
  const line = findAll(".row-list li").find((each) => (row ? each.dataset.row === String(row) : each.dataset.key === key));
  line?.scrollIntoView({ block: "center" });
  find(".row-head", line)?.focus();
}

async function commit() {
  const { counts } = now().preview;
  const retired = now().choices.retire ? gettext("，注销 {n} 行", { n: number(counts.removed) }) : "";
  const sentence = gettext("将新增 {added} 行、变更 {changed} 行{retired}；{refused} 行被拒绝，不入库。", { added: number(counts.new), changed: number(counts.changed), retired, refused: number(counts.refused) });
  if (!(await confirmed(sentence, { yes: gettext("入库") }))) return;
  const went = await change("POST", `/api/imports/${current.id}/parts/${chosen}/commit`, { digest: now().preview.digest });
  if (went && !current.status.doing) finished();
}

function finished() {
  if (now().done) {
    tell(gettext("已入库"));
    part("done").scrollIntoView({ block: "nearest" });
    wall.showDay(null);
  }
  refresh();
}

async function dropUpload() {
  const isDone = current.parts.some((each) => each.done);
  if (!isDone && !(await confirmed(gettext("放弃“{name}”？库中没有写入任何内容。", { name: current.name }), { yes: gettext("放弃"), danger: true }))) return;
  try {
    await send("DELETE", `/api/imports/${current.id}`);
    close();
  } catch (problem) {
    failed(problem);
  }
}

// ---------------------------------------------------------------- what there is

async function refresh() {
  try {
    const answer = await ask("/api/imports", null, "imports");
    if (!answer) return;
    limits = answer.limits;
    log.draw(answer.imports);
    drawWaiting(answer.uploads.filter((each) => each.id !== current?.id && (each.done < each.parts || each.status.doing)));
  } catch (problem) {
    failed(problem);
  }
}

function drawWaiting(uploads) {
  const one = (each) => {
    const state = each.status.doing ? gettext("处理中") : gettext("待入库");
    return el("li", {}, el("button", { type: "button", class: "text", onclick: () => reopen(each.id, 0) }, each.name), el("small", {}, ` ${state} · ${moment(each.at)} · ${each.actor}`));
  };
  fill(part("waiting"), uploads.length > 0 && el("details", { class: "card", open: !current }, el("summary", {}, gettext("未处理完的上传（{n}）", { n: uploads.length })), el("ul", {}, uploads.map(one))));
}

async function reopen(id, number_) {
  try {
    const answer = await ask(`/api/imports/${encodeURIComponent(id)}`, null, "import-status");
    if (answer) open(answer, number_);
  } catch (problem) {
    failed(problem);
    close();
  }
}

bindTools({ "zoom-in": () => wall.map.zoomIn(), "zoom-out": () => wall.map.zoomOut(), home: () => (now() ? map.home() : page.info.bounds && wall.flyTo(page.info.bounds)) });
const query = new URLSearchParams(location.search);
wall.draw();
if (query.get("upload")) await reopen(query.get("upload"), Number(query.get("part") ?? 0));
else await refresh();
document.body.dataset.ready = "true";
