// How far the compensation of a parcel is: due, paid and to whom, buildings cleared, what the special account holds.
import { entryTable } from "./account_entries.js";
import { ask, inPath, Problem } from "./api.js";
import { confirmed } from "./dialog.js";
import { el, fill } from "./dom.js";
import { day, mu, number } from "./format.js";
import { act, cells, edit, listHead, MONEY, plain, table, wan } from "./kept_rows.js";
import { may } from "./page_data.js";
import { keyFigure, notice } from "./panel_parts.js";
import { gettext } from "./words.js";

const HOUSEHOLD = () => [
  { name: "household_no", words: gettext("户号"), required: true, key: true },
  { name: "head", words: gettext("户主"), required: true },
  { name: "id_no", words: gettext("证件号码"), masked: true },
  { name: "phone", words: gettext("联系电话"), masked: true },
  { name: "people", words: gettext("人口"), type: "number", step: "1", min: "0" },
  { name: "area_m2", words: gettext("被征收面积（平方米）"), type: "number", min: "0" },
  { name: "due_wan", words: gettext("应付补偿（万元）"), ...MONEY, min: "0" },
  { name: "paid_wan", words: gettext("已付补偿（万元）"), ...MONEY, min: "0" },
  { name: "signed_on", words: gettext("签约日期"), type: "date" },
  { name: "paid_on", words: gettext("付清日期"), type: "date" },
  { name: "note", words: gettext("说明"), long: true },
];
const BUILDING = () => [
  { name: "building_no", words: gettext("房屋编号"), required: true, key: true },
  { name: "owner", words: gettext("产权人") },
  { name: "floor_area_m2", words: gettext("建筑面积（平方米）"), type: "number", min: "0" },
  { name: "signed_on", words: gettext("签约日期"), type: "date" },
  { name: "paid_on", words: gettext("付清日期"), type: "date" },
  { name: "cleared_on", words: gettext("腾空拆除日期"), type: "date" },
  { name: "note", words: gettext("说明"), long: true },
];

/** The card of a parcel's compensation. `projects`: [{code, name}] that an entry of the account may be of. */
export function compensationOf(parcelNo, { projects = [], town = null, mayWrite = true } = {}) {
  const card = el("section", { class: "part card compensation of-compensation" });
  const address = `/api/parcels/${inPath(parcelNo)}`;
  const officer = mayWrite && may("entries");
  const show = async (full = false) => {
    try {
      const answers = await Promise.all([
        ask(`${address}/compensation`),
        ask(`${address}/buildings`),
        officer ? ask(`${address}/households`, full ? new URLSearchParams({ full: "1" }) : null) : null,
        mayWrite && may("account") ? ask("/api/account", new URLSearchParams({ parcel: parcelNo }), `account ${parcelNo}`) : null,
      ]);
      if (answers[0]) fill(card, drawn({ parcelNo, address, officer, projects, town, show }, ...answers));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      fill(card, el("h3", {}, gettext("补偿与资金")), notice("bad", problem.message), el("button", { type: "button", class: "text", onclick: () => show() }, gettext("重试")));
    }
  };
  show();
  return card;
}

function drawn(desk, sums, buildings, households, account) {
  return [
    el("h3", {}, gettext("补偿与资金")),
    figures(sums),
    differing(sums),
    households ? householdTable(desk, households) : null,
    buildings && (buildings.buildings.length || desk.officer) ? buildingTable(desk, buildings.buildings) : null,
    account ? entryTable({ entries: account.entries, projects: desk.projects, own: { parcel_no: desk.parcelNo }, town: desk.town, mayWrite: desk.officer, empty: gettext("本地块没有专户流水。"), show: () => desk.show() }) : null,
  ];
}

function figures({ due_wan: due, paid_wan: paid, households, buildings, account }) {
  const ofAll = (done, all) => `${number(done)} / ${number(all)}`;
  const isListed = households.households > 0;
  return el(
    "div",
    { class: "keys" },
    keyFigure(gettext("应付补偿"), wan(isListed ? households.due_wan : due), households.without_due ? gettext("{n} 户未填", { n: number(households.without_due) }) : null),
    keyFigure(gettext("已付补偿"), wan(isListed ? households.paid_wan : paid), isListed ? gettext("未付 {sum}", { sum: wan(households.left_wan) }) : null),
    isListed ? keyFigure(gettext("已签约 / 户数"), ofAll(households.signed, households.households), gettext("付清 {n} 户", { n: number(households.paid) })) : null,
    buildings.buildings ? keyFigure(gettext("已拆除 / 房屋"), ofAll(buildings.cleared, buildings.buildings), gettext("签约 {signed}，付清 {paid}", { signed: number(buildings.signed), paid: number(buildings.paid) })) : null,
    account.entries ? keyFigure(gettext("本地块专户结余"), wan(account.balance_wan), gettext("转入 {in}，付出 {out}", { in: plain(account.deposits_wan), out: plain(account.payments_wan) }), account.balance_wan < 0 ? "bad" : "") : null,
  );
}

/** The parcel's own columns and the list of households are kept by different hands: where they differ, it is said. */
function differing({ due_wan: due, paid_wan: paid, households }) {
  if (!households.households) return null;
  const differs = (own, listed) => own !== null && Math.abs(own - listed) >= 0.005;
  if (!differs(due, households.due_wan) && !differs(paid, households.paid_wan)) return null;
  return notice("info", gettext("地块登记为应付 {due}、已付 {paid}，与逐户合计不一致。", { due: wan(due), paid: wan(paid) }));
}

function householdTable(desk, { households, full }) {
  const address = `${desk.address}/households`;
  const open = (row) => edit({ title: row ? gettext("第 {no} 户", { no: row.household_no }) : gettext("添加一户"), address, key: "household_no", fields: HOUSEHOLD(), row, hidden: !full }, () => desk.show(full));
  const showAll = async () => {
    if (await confirmed(gettext("显示完整的证件号码和电话？谁在什么时候查看了哪个地块会记入日志。"), { title: gettext("查看完整号码") })) desk.show(true);
  };
  const rows = households.map((row) =>
    el("tr", {}, cells(row.household_no, row.head, row.id_no, row.phone, row.people, row.area_m2 === null ? null : mu(row.area_m2, 2), row.due_wan, row.paid_wan, row.signed_on && day(row.signed_on), row.paid_on && day(row.paid_on)), el("td", { class: "no-print" }, act(gettext("修改"), () => open(row), gettext("修改第 {no} 户", { no: row.household_no })))),
  );
  const heads = [gettext("户号"), gettext("户主"), gettext("证件号码"), gettext("联系电话"), gettext("人口"), gettext("被征收面积"), gettext("应付（万元）"), gettext("已付（万元）"), gettext("签约日期"), gettext("付清日期"), ""];
  return [listHead(gettext("被征收户"), !full && households.length ? act(gettext("显示完整号码"), showAll) : null, act(gettext("添加一户"), () => open(null))), table(heads, rows, gettext("还没有逐户登记。"))];
}

function buildingTable(desk, buildings) {
  const address = `${desk.address}/buildings`;
  const open = (row) => edit({ title: row ? gettext("房屋 {no}", { no: row.building_no }) : gettext("添加房屋"), address, key: "building_no", fields: BUILDING(), row }, () => desk.show());
  const rows = buildings.map((row) =>
    el("tr", {}, cells(row.building_no, row.owner, row.floor_area_m2, row.signed_on && day(row.signed_on), row.paid_on && day(row.paid_on), row.cleared_on && day(row.cleared_on)), desk.officer ? el("td", { class: "no-print" }, act(gettext("修改"), () => open(row), gettext("修改房屋 {no}", { no: row.building_no }))) : el("td")),
  );
  const heads = [gettext("房屋编号"), gettext("产权人"), gettext("建筑面积（平方米）"), gettext("签约日期"), gettext("付清日期"), gettext("腾空拆除日期"), ""];
  return [listHead(gettext("需拆迁的房屋"), desk.officer ? act(gettext("添加房屋"), () => open(null)) : null), table(heads, rows, gettext("没有登记需拆迁的房屋。"))];
}
