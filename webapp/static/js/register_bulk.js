// One value for many parcels: chosen, looked at row by row, then written, all or none.
import { send, sentenceOf } from "./api.js";
import { openDialog } from "./dialog.js";
import { el, fill } from "./dom.js";
import { number } from "./format.js";
import { page } from "./page_data.js";
import { shownText, titleOf } from "./register_columns.js";
import { fieldOf } from "./register_edit.js";
import { tell } from "./tools.js";
import { gettext, wordsOf } from "./words.js";

const MOST_SHOWN = 200;
const FIRST = "unit";

export const MOST_AT_ONCE = 1000;

function previewTable(preview, name, unit) {
  const shown = preview.rows.filter((row) => row.changes.length || row.refused.length).slice(0, MOST_SHOWN);
  const line = (row) => {
    const [change] = row.changes;
    const [refused] = row.refused;
    const told = refused
      ? el("span", { class: "late" }, `${wordsOf(refused.title)}（${refused.expected}）`)
      : [el("span", { class: "was" }, shownText(name, { [name]: change.before }, unit)), " → ", el("span", { class: "mine" }, shownText(name, { [name]: change.after }, unit))];
    return el("tr", {}, el("td", {}, row.parcel_no), el("td", {}, told), el("td", {}, row.outdated ? gettext("他人已改过") : ""));
  };
  const counts = [
    gettext("将修改 {n} 个", { n: number(preview.changed) }),
    gettext("不变 {n} 个", { n: number(preview.unchanged) }),
    preview.refused ? gettext("不能写入 {n} 个", { n: number(preview.refused) }) : null,
  ];
  return [
    el("p", { "data-part": "preview-counts" }, el("strong", {}, counts.filter(Boolean).join("，"))),
    el("div", { class: "scrolls" }, el("table", { class: "both" }, el("tbody", {}, shown.map(line)))),
    preview.changed + preview.refused > MOST_SHOWN ? el("p", { class: "quiet" }, gettext("只列出前 {n} 个", { n: number(MOST_SHOWN) })) : null,
  ];
}

/** Let somebody choose a column and a value for `parcels` ([{parcel_no, version}]); `edits` writes them. */
export async function editMany(parcels, edits) {
  const { unit } = edits;
  const names = Object.keys(page.register.editable);
  const column = el("select", { class: "field", "data-part": "bulk-column", "aria-label": gettext("列") }, names.map((name) => el("option", { value: name, selected: name === FIRST }, titleOf(name, unit))));
  const place = el("div");
  const shown = el("div", { "data-part": "preview" });
  let value = null;
  let preview = null;
  const renew = () => {
    preview = null;
    fill(shown);
  };
  const choose = () => {
    value = fieldOf(column.value, null, unit);
    value.field.dataset.part = "bulk-value";
    value.field.addEventListener("input", renew);
    fill(place, el("label", {}, gettext("新的值（留空即清空）"), value.field));
    renew();
  };
  column.addEventListener("change", choose);
  choose();
  const body = (more) => ({ edits: parcels.map(({ parcel_no, version = null }) => ({ parcel_no, version, values: { [column.value]: value.read() } })), ...more });
  const look = async () => {
    try {
      preview = await send("POST", "/api/parcels/edit", body({ dry_run: true }));
      fill(shown, previewTable(preview, column.value, unit));
    } catch (problem) {
      fill(shown, el("p", { class: "late", role: "alert" }, sentenceOf(problem)));
    }
    return false;
  };
  const write = async () => {
    if (!preview) return look();
    if (preview.refused || !preview.changed) {
      tell(preview.refused ? gettext("有不能写入的内容，请先改正") : gettext("没有要修改的内容"));
      return false;
    }
    const after = preview.rows.filter((row) => row.changes.length).map((row) => ({ parcel_no: row.parcel_no, version: row.outdated ? seen.get(row.parcel_no) : row.version, values: { [column.value]: row.changes[0].after } }));
    const answer = await edits.write(after);
    if (answer) tell(gettext("已修改 {n} 个地块", { n: number(answer.changed) }));
    return answer !== null;
  };
  const seen = new Map(parcels.map(({ parcel_no, version }) => [parcel_no, version]));
  await openDialog(
    gettext("批量修改 {n} 个地块", { n: number(parcels.length) }),
    [el("div", { class: "form-rows" }, el("label", {}, gettext("列"), column), place), shown],
    [
      { text: gettext("取消"), value: null },
      { text: gettext("预览"), value: "look", kind: "" },
      { text: gettext("写入"), value: "write" },
    ],
    { broad: true, check: (pressed) => (pressed === "look" ? look() : write()) },
  );
}
