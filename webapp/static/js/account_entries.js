// Entries of the special account of compensation: what came in, what went out, for which project and parcel.
import { el } from "./dom.js";
import { day } from "./format.js";
import { act, cells, edit, listHead, MONEY, table } from "./kept_rows.js";
import { may } from "./page_data.js";
import { gettext } from "./words.js";

const fields = (projects, towns, isOfParcel) => [
  { name: "on_date", words: gettext("日期"), type: "date", required: true },
  { name: "amount_wan", words: gettext("金额（万元；转入为正，付出为负）"), ...MONEY, required: true },
  { name: "project_code", words: gettext("项目代码"), choices: projects },
  { name: "town", words: gettext("乡镇代码"), choices: towns },
  ...(isOfParcel ? [] : [{ name: "parcel_no", words: gettext("地块编号") }]),
  { name: "document", words: gettext("凭证") },
  { name: "entry_no", words: gettext("流水号（不填则自动编号）"), key: true },
  { name: "note", words: gettext("说明"), long: true },
];

/**
 * The list of entries with its head. `own`: columns that every new entry has (the parcel on its page); `show()` is called
 * where something was written.
 */
export function entryTable({ entries, projects = [], towns = [], own = {}, town = null, mayWrite = may("entries"), empty, show }) {
  const isOfParcel = "parcel_no" in own;
  const fresh = { town, project_code: projects.length === 1 ? projects[0].code : null };
  const open = (row) => edit({ title: row ? gettext("流水 {no}", { no: row.entry_no }) : gettext("登记专户流水"), address: "/api/account", key: "entry_no", fields: fields(projects, towns, isOfParcel), row, own, fresh }, show);
  const rows = entries.map((row) =>
    el(
      "tr",
      {},
      cells(row.entry_no, day(row.on_date), row.amount_wan, row.project_code, isOfParcel ? row.document : parcelLink(row.parcel_no), isOfParcel ? row.note : row.document),
      el("td", { class: "no-print" }, mayWrite ? act(gettext("修改"), () => open(row), gettext("修改流水 {no}", { no: row.entry_no })) : null),
    ),
  );
  const last = isOfParcel ? [gettext("凭证"), gettext("说明")] : [gettext("地块编号"), gettext("凭证")];
  const heads = [gettext("流水号"), gettext("日期"), gettext("金额（万元）"), gettext("项目代码"), ...last, ""];
  return [listHead(isOfParcel ? gettext("补偿资金专户") : gettext("专户流水"), mayWrite ? act(gettext("登记流水"), () => open(null)) : null), table(heads, rows, empty)];
}

const parcelLink = (number) => (number ? el("a", { href: `/parcel?${new URLSearchParams({ no: number })}` }, number) : null);
