// The drawing board of one parcel: another shape, divided, put together with neighbours; or a new parcel.
import { ask, inPath, send } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { confirmed } from "./dialog.js";
import { el, fill, find, findAll, settled } from "./dom.js";
import { mu, number } from "./format.js";
import { WallMap } from "./map.js";
import { may } from "./page_data.js";
import { ShapeBoard } from "./shape_board.js";
import { bindTools, tell } from "./tools.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const CHECK_AFTER_MS = 350;
const MODES = {
  reshape: { name: gettext("改边界"), hint: gettext("拖动界址点；点边线中点加点，右键界址点删点。靠近相邻地块的界址点会自动吸附。") },
  split: { name: gettext("分割"), hint: gettext("从地块外画到地块外，双击结束。") },
  merge: { name: gettext("合并"), hint: gettext("点击要合并进来的相邻地块。") },
  draw: { name: gettext("新画地块"), hint: gettext("依次点击界址点，点回起点结束。") },
};

const asked = new URLSearchParams(location.search);
const part = (name) => find(`[data-part=${name}]`);
const act = (name) => find(`[data-act=${name}]`);
const banners = openFrame({});
const nobody = () => {};
const wall = new WallMap(window.guatuWall, { picked: nobody, hovered: nobody, moved: nobody, pointed: nobody, failed: nobody });
const board = new ShapeBoard(wall.map, { changed, picked });

let parcel = null;
let mode = asked.get("no") ? "reshape" : "draw";
let chosen = [];
let checked = null;
let dirty = false;

function field(name, label, attributes = {}) {
  return el("label", {}, label, el("input", { class: "field", name, maxlength: 200, autocomplete: "off", oninput: () => later(), ...attributes }));
}

const value = (name) => find(`[name="${name}"]`, part("form"))?.value.trim() ?? "";

function fields() {
  if (mode === "draw") {
    return [
      field("parcel_no", gettext("地块编号（必填）"), { required: true }),
      field("name", gettext("地块名称")),
      field("village", gettext("所在村")),
    ];
  }
  if (mode === "split") return [el("div", { "data-part": "numbers" })];
  if (mode === "merge") return [field("parcel_no", gettext("合并后的编号（必填）"), { required: true })];
  return [];
}

function setMode(next) {
  mode = next;
  chosen = [];
  checked = null;
  dirty = false;
  board.clear();
  board.choose([]);
  for (const button of findAll("button", part("modes"))) button.setAttribute("aria-checked", String(button.dataset.mode === mode));
  part("hint").textContent = MODES[mode].hint;
  fill(part("form"), fields(), field("note", gettext("说明")), el("label", { class: "line" }, el("input", { type: "checkbox", name: "accepted", onchange: () => buttons() }), gettext("已核对，按此保存")));
  find("[name=accepted]", part("form")).closest("label").hidden = true;
  fill(part("result"));
  if (mode === "reshape") board.reshape();
  if (mode === "split") board.drawLine();
  if (mode === "draw") board.drawPolygon();
  buttons();
}

function picked(number_) {
  if (mode !== "merge") return;
  chosen = chosen.includes(number_) ? chosen.filter((each) => each !== number_) : [...chosen, number_];
  board.choose(chosen);
  changed();
}

function changed() {
  dirty = true;
  checked = null;
  buttons();
  later();
}

const later = settled(() => check(), CHECK_AFTER_MS);

/** What is to be sent: address and body; null while something is still to be drawn. */
function request() {
  const versions = Object.fromEntries([...(parcel ? [parcel] : []), ...neighbours()].map((each) => [each.parcel_no, each.version]));
  const body = { note: value("note") };
  const at = parcel ? `/api/parcels/${inPath(parcel.parcel_no)}` : "/api/parcels";
  if (mode === "reshape") return dirty ? { at: `${at}/shape`, body: { ...body, versions: only(versions, [parcel.parcel_no]), geometry: board.drawn() } } : null;
  if (mode === "split") {
    if (!board.dividingLine()) return null;
    const numbers = findAll("[name^=piece-]", part("form")).map((input) => input.value.trim());
    return { at: `${at}/split`, body: { ...body, versions: only(versions, [parcel.parcel_no]), line: board.dividingLine(), numbers: numbers.filter(Boolean) } };
  }
  if (mode === "merge") {
    const parcels = [parcel.parcel_no, ...chosen];
    return chosen.length && value("parcel_no") ? { at: "/api/merged-parcels", body: { ...body, versions: only(versions, parcels), parcels, parcel_no: value("parcel_no") } } : null;
  }
  return board.drawn() && value("parcel_no") ? { at: "/api/parcels", body: { ...body, geometry: board.drawn(), parcel_no: value("parcel_no"), name: value("name"), village: value("village") } } : null;
}

const only = (versions, numbers) => Object.fromEntries(numbers.map((each) => [each, versions[each]]));
const neighbours = () => (parcel?.neighbours.features ?? []).map((feature) => feature.properties);

async function check() {
  const asks = request();
  if (!asks) return;
  try {
    const answer = await send("POST", asks.at, { ...asks.body, dry_run: true });
    if (JSON.stringify(request()) !== JSON.stringify(asks)) return; // drawn on meanwhile
    checked = answer;
    show(answer);
  } catch (problem) {
    checked = null;
    fill(part("result"), el("p", { class: "bad" }, problem.message), problem.detail ? el("small", {}, problem.detail) : null);
    board.tell([]);
  }
  buttons();
}

function show({ parcels, may_be_accepted }) {
  board.tell(parcels, { pieces: mode === "split" || mode === "merge" });
  const findings = parcels.flatMap((each) => each.findings.map((finding) => ({ ...finding, of: each.parcel_no })));
  find("[name=accepted]", part("form")).closest("label").hidden = !findings.length || !may_be_accepted;
  if (mode === "split") pieceFields(parcels);
  fill(
    part("result"),
    el("ul", { class: "pieces" }, parcels.map((each) => el("li", {}, el("strong", {}, each.parcel_no), el("span", {}, `${mu(each.area_m2, 2)} · ${number(each.area_m2, 2)} m²`)))),
    findings.length
      ? el("ul", { class: "findings" }, findings.map((finding) => el("li", { class: finding.stops ? "stops" : "" }, el("button", { type: "button", onclick: () => board.lookAt(finding.where) }, parcels.length > 1 ? `${finding.of}：` : "", wordsOf(finding.message)))))
      : el("p", { class: "fine" }, gettext("与相邻地块没有重叠和缝隙")),
  );
}

/** One field a piece, with the number that it would get. */
function pieceFields(parcels) {
  const box = part("numbers");
  if (findAll("input", box).length === parcels.length) return;
  fill(box, parcels.map((each, at) => el("label", {}, gettext("第 {n} 块的编号", { n: at + 1 }), el("input", { class: "field", name: `piece-${at}`, maxlength: 200, placeholder: each.parcel_no, oninput: () => later() }))));
}

function buttons() {
  const findings = checked?.parcels.some((each) => each.findings.length);
  const accepted = find("[name=accepted]", part("form"))?.checked;
  act("save").disabled = !checked || !checked.may_be_accepted || (findings && !accepted) || !may("draw");
  act("undo").disabled = !board.canUndo;
  act("again").disabled = !dirty && !board.dividingLine();
}

async function save() {
  const asks = request();
  if (!asks || act("save").disabled) return;
  const many = mode === "split" || mode === "merge";
  if (many && !(await confirmed(gettext("原地块 {numbers} 将注销，新地块沿用它们的记录。", { numbers: checked.retired.join("、") }), { yes: gettext("保存") }))) return;
  act("save").disabled = true;
  try {
    const done = await send("POST", asks.at, { ...asks.body, accepted: Boolean(find("[name=accepted]", part("form"))?.checked) });
    if (!done.stored) return show(done);
    tell(gettext("已保存"));
    dirty = false;
    const next = done.parcels[0].parcel_no;
    history.replaceState(null, "", `/shape?no=${encodeURIComponent(next)}`);
    await open(next);
  } catch (problem) {
    fill(part("result"), el("p", { class: "bad" }, problem.message), el("small", {}, problem.detail ?? ""));
    act("save").disabled = false;
  }
  return undefined;
}

async function open(no) {
  parcel = await ask(`/api/parcels/${inPath(no)}/shape`);
  if (!parcel) return;
  fill(part("title"), parcel.parcel_no);
  fill(part("facts"), wordOf("Stage", parcel.stage), " · ", el("a", { href: `/parcel?no=${encodeURIComponent(no)}` }, gettext("地块详情")));
  board.show(parcel);
  fill(part("modes"), ["reshape", "split", "merge"].map((each) => el("button", { type: "button", role: "radio", "data-mode": each, "aria-checked": "false", onclick: () => leaveTo(each) }, MODES[each].name)));
  const wanted = asked.get("mode");
  setMode(wanted in MODES && wanted !== "draw" ? wanted : "reshape");
}

async function leaveTo(next) {
  if (dirty && next !== mode && !(await confirmed(gettext("还没有保存的改动会丢失。"), { yes: gettext("放弃改动"), danger: true }))) return;
  setMode(next);
}

async function begin() {
  wall.draw();
  wall.hideLayers(["project"]);
  bindTools({
    "zoom-in": () => wall.map.zoomIn(),
    "zoom-out": () => wall.map.zoomOut(),
    home: () => board.home(),
    undo: () => board.undo(),
    again: () => setMode(mode),
    save,
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.matches("input")) board.undo();
  });
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  part("form").addEventListener("submit", (event) => event.preventDefault());
  try {
    await board.start();
    if (asked.get("no")) await open(asked.get("no"));
    else {
      fill(part("title"), MODES.draw.name);
      const [zoom, lat, lon] = (asked.get("at") ?? "").split("/").map(Number);
      if (Number.isFinite(lon) && Math.abs(lat) <= 90) wall.goTo({ zoom, lat, lon });
      setMode("draw");
    }
  } catch (problem) {
    banners.failed(problem, "shape");
  }
  document.body.dataset.ready = "true";
}

begin();
