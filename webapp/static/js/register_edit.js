// Editing attributes in place: typed editors, one step back at a time, and both versions where somebody was quicker.
import { send, sentenceOf } from "./api.js";
import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { may, page } from "./page_data.js";
import { fromUnit, inUnit, isArea, shownText, titleOf } from "./register_columns.js";
import { tell } from "./tools.js";
import { gettext, wordsOf } from "./words.js";

const EDITABLE = page.register.editable;
const EDIT_PLACES = { mu: 4, ha: 6, m2: 2 };
const MOST_UNDO = 50;

const trimmed = (value, places) => String(Number(value.toFixed(places)));

/** Choices of a column that has a closed list; null for another. */
function choicesOf(name) {
  if (name === "town") return page.register.towns.map(({ code, name: town }) => [code, town]);
  const { codes } = EDITABLE[name];
  return codes ? page.codes[codes].map((entry) => [entry.code, wordsOf(entry)]) : null;
}

/** The field in which a value of column `name` is typed or chosen; `read()` gives it as it is stored, or throws a sentence. */
export function fieldOf(name, value, unit) {
  const { type } = EDITABLE[name];
  const choices = choicesOf(name);
  const label = { "aria-label": titleOf(name, unit), class: "field" };
  if (choices) {
    const options = [["", "—"], ...choices].map(([code, text]) => el("option", { value: code, selected: code === (value ?? "") }, text));
    const field = el("select", label, options);
    return { field, read: () => field.value || null };
  }
  const area = isArea(name);
  const shown = value === null || value === undefined ? "" : area ? trimmed(inUnit(value, unit), EDIT_PLACES[unit]) : String(value);
  const numeric = ["real", "money", "integer"].includes(type);
  const field = el("input", { ...label, type: type === "date" ? "date" : "text", inputmode: numeric ? "decimal" : null, value: shown, maxlength: type === "text" ? 2000 : 40 });
  const read = () => {
    const text = field.value.trim();
    if (text === shown) return value ?? null;
    if (text === "" || !numeric) return text || null;
    const n = Number(text.replaceAll(",", ""));
    if (!Number.isFinite(n) || n < 0 || (type === "integer" && !Number.isInteger(n))) throw new Error(gettext("{column} 应为不小于 0 的数", { column: titleOf(name, unit) }));
    return area ? fromUnit(n, unit) : n;
  };
  return { field, read };
}

/** Tabulator's own way of asking for an editor. */
function inCell(unit) {
  return (cell, onRendered, success, cancel) => {
    const { field, read } = fieldOf(cell.getField(), cell.getValue(), unit());
    onRendered(() => {
      field.focus();
      field.select?.();
    });
    const done = () => {
      try {
        const value = read();
        if (value === (cell.getValue() ?? null)) cancel();
        else success(value);
      } catch (wrong) {
        tell(wrong.message);
        cancel();
      }
    };
    field.addEventListener("blur", done);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") field.blur();
      if (event.key === "Escape") cancel();
      event.stopPropagation();
    });
    return field;
  };
}

export class Edits {
  /** `heard`: `changed(rows)` after something was written, each {parcel_no} and where known its new version; `counted(n)` with the steps that can be undone. */
  constructor(state, heard) {
    this.state = state;
    this.heard = heard;
    this.isOn = false;
    this.steps = [];
    this.last = Promise.resolve();
  }

  /** One after the other, however fast they are asked for: each write gives the next one its version. */
  #inTurn(act) {
    this.last = this.last.catch(() => {}).then(act);
    return this.last;
  }

  get unit() {
    return this.state.now.unit_of_area;
  }

  /** Only the present can be edited, by those who may write. */
  get isAllowed() {
    return may("edit") && !this.state.now.on;
  }

  /** What Tabulator needs for a column; {} where it is not edited. */
  editorOf(name) {
    if (!this.isOn || !(name in EDITABLE)) return {};
    return { editor: inCell(() => this.unit), cssClass: "may-edit", cellEdited: (cell) => this.#edited(cell) };
  }

  async #edited(cell) {
    const row = cell.getRow();
    const { parcel_no } = row.getData();
    const [name, value, before] = [cell.getField(), cell.getValue(), cell.getOldValue() ?? null];
    const answer = await this.#inTurn(() => this.write([{ parcel_no, version: row.getData().version, values: { [name]: value } }]));
    if (!answer) row.update({ [name]: before });
  }

  /**
   * Write `edits` ([{parcel_no, version, values}]), all or none. Where somebody changed a row meanwhile both versions are
   * shown and the person chooses. Gives the server's answer, or null where nothing was written.
   */
  async write(edits, { undoable = true } = {}) {
    try {
      const answer = await send("POST", "/api/parcels/edit", { edits });
      if (undoable && answer.changed) this.#keep(answer.rows);
      this.heard.changed(answer.rows);
      return answer;
    } catch (problem) {
      if (problem.status === 409 && problem.problem?.conflicts) return this.#afterClash(edits, problem.problem.conflicts, undoable);
      tell(sentenceOf(problem));
      return null;
    }
  }

  #keep(rows) {
    this.steps.push(rows.map((row) => ({ parcel_no: row.parcel_no, version: row.version, values: Object.fromEntries(row.changes.map((change) => [change.column, change.before])) })));
    this.steps.splice(0, Math.max(0, this.steps.length - MOST_UNDO));
    this.heard.counted(this.steps.length);
  }

  /** Take the last step back. */
  undo() {
    return this.#inTurn(() => this.#stepBack());
  }

  async #stepBack() {
    const edits = this.steps.pop();
    if (!edits) return;
    this.heard.counted(this.steps.length);
    const answer = await this.write(edits, { undoable: false });
    if (answer) {
      // A row that was changed twice: the earlier step must know that it has another version now.
      const versions = new Map(answer.rows.map((row) => [row.parcel_no, row.version]));
      for (const step of this.steps) for (const edit of step) if (versions.has(edit.parcel_no)) edit.version = versions.get(edit.parcel_no);
      tell(gettext("已撤销 {n} 个地块的修改", { n: answer.changed }));
    } else {
      this.steps.push(edits);
      this.heard.counted(this.steps.length);
    }
  }

  async #afterClash(edits, clashes, undoable) {
    const chosen = await openDialog(gettext("有人先改了"), clashTable(clashes, this.unit), [
      { text: gettext("都不写"), value: null },
      { text: gettext("用对方的"), value: "theirs", kind: "" },
      { text: gettext("用我的"), value: "mine" },
    ], { broad: true });
    const clashing = new Map(clashes.map((clash) => [clash.key, clash]));
    if (chosen === "mine") return this.write(edits.map((edit) => ({ ...edit, version: clashing.get(edit.parcel_no)?.version ?? edit.version })), { undoable });
    const rest = chosen === "theirs" ? edits.filter((edit) => !clashing.has(edit.parcel_no)) : [];
    this.heard.changed(clashes.map((clash) => ({ parcel_no: clash.key })));
    return rest.length ? this.write(rest, { undoable }) : null;
  }
}

/** Both versions side by side, of the cells in which they differ. */
function clashTable(clashes, unit) {
  const rows = clashes.flatMap((clash) =>
    Object.keys(clash.wanted)
      .filter((name) => name in EDITABLE && clash.wanted[name] !== clash.stored[name])
      .map((name) => el("tr", {}, el("td", {}, clash.key), el("td", {}, titleOf(name, unit)), el("td", {}, shownText(name, clash.stored, unit)), el("td", { class: "mine" }, shownText(name, clash.wanted, unit)), el("td", {}, clash.changed_by))),
  );
  return [
    el("p", {}, gettext("您打开之后，这些地块已被修改，还没有写入您的内容。")),
    el("div", { class: "scrolls" }, el("table", { class: "both" }, el("thead", {}, el("tr", {}, [gettext("地块编号"), gettext("列"), gettext("现在库里"), gettext("您填写的"), gettext("修改人")].map((text) => el("th", {}, text)))), el("tbody", {}, rows))),
  ];
}
