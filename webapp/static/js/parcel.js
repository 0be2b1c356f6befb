// The page of one parcel: where it stands, its steps by the law, what is recorded next, its entries, and who waits for it.
import { ask, Problem } from "./api.js";
import { attachmentsOf } from "./attachments.js";
import { compensationOf } from "./compensation.js";
import { openFrame } from "./desk_frame.js";
import { el, fill, find, icon } from "./dom.js";
import { day, money, mu, number } from "./format.js";
import { badge } from "./marks.js";
import { may, page } from "./page_data.js";
import { facts, keyFigure, notice, section, tag } from "./panel_parts.js";
import { entries, holds } from "./parcel_entries.js";
import { Recorder } from "./parcel_recorder.js";
import { sketch } from "./parcel_sketch.js";
import { timeline } from "./parcel_timeline.js";
import { tell } from "./tools.js";
import { gettext, wordOf, wordsOf } from "./words.js";

const root = find("[data-part=parcel]");
const asked = new URLSearchParams(location.search);
const on = /^\d{4}-\d{2}-\d{2}$/.test(asked.get("on") ?? "") ? asked.get("on") : null;
const mayRecord = may("record") && !on;

openFrame({ retry: show });

/** The address of a parcel's page. */
export const parcelAddress = (no, more = {}) => `/parcel?${new URLSearchParams({ no, ...more })}`;

/** A titled part on its own ground; `name` tells its place on a phone. */
const card = (name, title, ...children) => {
  const part = section(title, ...children);
  part?.classList.add("card", `of-${name}`);
  return part;
};

function head({ parcel, reason, bounds }) {
  const where = [parcel.town_name, parcel.village, parcel.name].filter(Boolean).join(" · ");
  const onMap = bounds ? `/?${new URLSearchParams({ sel: `parcel:${parcel.parcel_no}`, by: "stage" })}` : null;
  return el(
    "header",
    { class: "parcel-head" },
    el("div", { class: "desk-title" }, el("h2", {}, gettext("地块 {no}", { no: parcel.parcel_no })), el("span", { class: "quiet" }, where), onMap ? el("a", { class: "button no-print", href: onMap }, icon("target"), gettext("在图上看")) : null, may("draw") ? el("a", { class: "button no-print", href: `/shape?${new URLSearchParams({ no: parcel.parcel_no })}` }, icon("polygon"), gettext("编辑图形")) : null),
    el("div", { class: "tags" }, el("span", { class: "tag" }, badge("stage", parcel.stage, 16), wordOf("Stage", parcel.stage)), tag(wordOf("OwnerKind", parcel.owner_kind)), tag(wordOf("SupplyKind", parcel.supply_kind)), parcel.batch ? tag(gettext("批次 {name}", { name: parcel.batch })) : null, parcel.hold_reason ? tag(gettext("受阻：{reason}", { reason: wordOf("HoldReason", parcel.hold_reason) }), "warn") : null),
    el("p", { class: "reason" }, wordsOf(reason)),
    el(
      "div",
      { class: "keys" },
      keyFigure(gettext("面积"), mu(parcel.area_planar_m2 ?? parcel.declared_area_m2, 2), gettext("投影面积")),
      keyFigure(gettext("涉及户数"), number(parcel.households)),
      keyFigure(gettext("责任单位"), parcel.unit || "—", parcel.person || null),
      keyFigure(gettext("法定最早净地"), day(parcel.ready_earliest_on)),
      keyFigure(gettext("预计净地"), day(parcel.ready_expected_on)),
    ),
  );
}

function waiting(blocks) {
  if (!blocks.length) return el("p", { class: "quiet" }, gettext("没有项目在等这块地。"));
  const total = blocks.reduce((sum, project) => sum + (project.at_risk_wan ?? 0), 0);
  return [
    el("ul", { class: "rows" }, blocks.map((project) => el("li", {}, el("a", { class: "row two", href: `/?${new URLSearchParams({ sel: `project:${project.code}` })}` }, el("span", { class: "name" }, project.name ?? project.code), el("span", { class: "count" }, mu(project.area_m2), el("small", {}, project.at_risk_wan > 0 ? money(project.at_risk_wan) : "")))))),
    total > 0 ? el("p", { class: "total" }, gettext("受影响投资合计 {sum}", { sum: money(total) })) : null,
  ];
}

function lineage({ parents, children }) {
  if (!parents.length && !children.length) return null;
  const row = (other, words, more) => el("li", {}, words, " ", el("a", { href: parcelAddress(other.parcel_no, more) }, other.parcel_no), el("small", {}, ` ${wordOf("LineageKind", other.kind)} ${day(other.on_date)}`));
  return el("ul", { class: "plain-list" }, parents.map((other) => row(other, gettext("来自"), dayBefore(other.on_date))), children.map((other) => row(other, other.kind === "merge" ? gettext("并入") : gettext("分为"), {})));
}

/** A parcel that was divided is there on the day before. */
function dayBefore(text) {
  if (!text) return {};
  const before = new Date(`${text}T00:00:00Z`);
  before.setUTCDate(before.getUTCDate() - 1);
  return { on: before.toISOString().slice(0, 10) };
}

function attributes(parcel) {
  return facts([
    [gettext("登记面积"), parcel.declared_area_m2 ? `${mu(parcel.declared_area_m2, 2)}（${wordOf("AreaBasis", parcel.declared_basis)}）` : null],
    [gettext("椭球面积"), mu(parcel.area_ellipsoid_m2, 2)],
    [gettext("地类"), [parcel.land_class_code, parcel.land_class_scheme, parcel.land_class_edition].filter(Boolean).join(" · ")],
    [gettext("拆迁房屋"), number(parcel.buildings)],
    [gettext("批准文号"), parcel.document_no],
    [gettext("备注"), parcel.remark],
  ]);
}

function draw(answer) {
  const { parcel } = answer;
  document.title = `${gettext("地块 {no}", { no: parcel.parcel_no })} · ${page.info.name}`;
  const recorder = mayRecord ? new Recorder(answer, recorded) : null;
  const withdraw = mayRecord ? recorded : null;
  fill(
    root,
    on ? notice("info", gettext("这是 {day} 的情况，只能查看。", { day: on })) : null,
    head(answer),
    el(
      "div",
      { class: "parcel-columns" },
      el(
        "div",
        { class: "parcel-main" },
        card("steps", gettext("征收步骤"), timeline(answer)),
        card("holds", gettext("受阻与化解"), holds(answer.holds)),
        card("entries", gettext("记录"), entries(answer, withdraw)),
        on ? null : compensationOf(parcel.parcel_no, { projects: answer.projects, town: parcel.town }),
        on ? null : attachmentsOf("parcel", parcel.parcel_no),
      ),
      el(
        "div",
        { class: "parcel-side" },
        recorder ? card("recorder", gettext("登记"), recorder.element) : on ? null : card("recorder", gettext("登记"), el("p", { class: "quiet" }, page.me.with_accounts ? gettext("登录后可以登记。") : gettext("在服务器本机上才能登记。"))),
        card("waiting", gettext("等这块地的项目（{n}）", { n: number(answer.blocks.length) }), waiting(answer.blocks)),
        card("beside", gettext("四至"), sketch(answer.neighbours, parcelAddress)),
        card("lineage", gettext("沿革"), lineage(answer.lineage)),
        card("facts", gettext("地块信息"), attributes(parcel)),
      ),
    ),
  );
  root.removeAttribute("aria-busy");
  document.body.dataset.ready = "true";
}

async function recorded(sentence) {
  tell(sentence);
  await show();
}

async function show() {
  if (!page.parcelNo) return fill(root, notice("bad", gettext("地址里没有地块编号。")));
  try {
    const query = new URLSearchParams({ no: page.parcelNo });
    if (on) query.set("on", on);
    const answer = await ask("/api/parcel", query, "parcel");
    if (answer) draw(answer);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    fill(root, notice("bad", problem.message), el("p", {}, el("a", { href: "/register" }, gettext("回到台账"))));
    document.body.dataset.ready = "true";
  }
  return null;
}

show();
