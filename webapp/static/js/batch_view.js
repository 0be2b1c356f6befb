// One batch whole: what is said of it, its map, its parcels, and what may be done with it.
import { ask, inPath, send, sentenceOf } from "./api.js";
import { attachmentsOf } from "./attachments.js";
import { addNumbersDialog, decideDialog, dissolveDialog, exportDialog, withdrawDialog } from "./batch_dialogs.js";
import { BatchMap } from "./batch_map.js";
import { approval, areas, checklist, difference, figures, groupWords, overlaps, stateChip, zones } from "./batch_parts.js";
import { DeskGrid, numberColumn, textColumn } from "./desk_grid.js";
import { confirmed } from "./dialog.js";
import { el, fill, find } from "./dom.js";
import { mu, NOTHING, number } from "./format.js";
import { may } from "./page_data.js";
import { notice } from "./panel_parts.js";
import { tell } from "./tools.js";
import { gettext, wordOf } from "./words.js";

const part = (name) => find(`[data-part=${name}]`);

export class BatchView {
  #grid = null;
  #map = null;

  /** `changed()` after a change, `left()` when the batch is gone, `failed(problem)`. */
  constructor({ mayWrite, changed, left, failed }) {
    Object.assign(this, { mayWrite, changed, left, failed });
  }

  async show(answer) {
    const anew = this.answer?.batch.name !== answer.batch.name;
    this.answer = answer;
    const { batch } = answer;
    this.open = this.mayWrite && !batch.approved_on;
    fill(part("name"), batch.name);
    fill(part("state"), stateChip(batch.state));
    fill(part("acts"), this.#acts(batch));
    fill(part("notices"), this.#notices(batch));
    fill(part("figures"), figures(answer));
    fill(part("sections"), approval(answer), areas(answer), zones(answer), overlaps(answer), checklist(answer));
    if (anew) fill(part("attachments"), attachmentsOf("batch", batch.name, { mayWrite: this.mayWrite }));
    await this.#list();
    this.#draw();
  }

  #acts(batch) {
    const button = (text, act, kind = "") => el("button", { type: "button", class: `button ${kind}`, onclick: act }, text);
    const name = batch.name;
    const after = async (said) => {
      if (said) await this.changed();
    };
    return [
      may("package") ? button(gettext("导出资料包"), () => exportDialog(name)) : null,
      this.open && !batch.submitted_on ? button(gettext("上报"), async () => after(await decideDialog(name, "submitted"))) : null,
      this.open ? button(gettext("登记批准"), async () => after(await decideDialog(name, "approved")), "main") : null,
      this.mayWrite && (batch.approved_on || batch.submitted_on) ? button(batch.approved_on ? gettext("撤销批准") : gettext("撤销上报"), async () => after(await withdrawDialog(name, Boolean(batch.approved_on)))) : null,
      this.open
        ? button(gettext("解散"), async () => {
            if (await dissolveDialog(name)) this.left();
          })
        : null,
    ];
  }

  #notices(batch) {
    const said = [batch.purpose ? `${gettext("用途")}：${batch.purpose}` : null, batch.submitted_on ? gettext("{day} 上报", { day: batch.submitted_on }) : null, batch.approved_on ? gettext("{day} 批准 {document}", { day: batch.approved_on, document: batch.document }) : null, batch.note];
    const told = said.filter(Boolean);
    return [
      told.length ? el("p", { class: "quiet" }, told.join(" · ")) : null,
      batch.registered ? null : notice("warn", gettext("此批次只见于地块台账，尚未登记：报批方式、用途和指标未知。"), this.mayWrite ? this.#register(batch) : null),
    ];
  }

  #register(batch) {
    const act = async () => {
      try {
        await send("POST", "/api/batches", { name: batch.name, year: batch.year });
        tell(gettext("已登记批次"));
        await this.changed();
      } catch (problem) {
        this.failed(problem);
      }
    };
    return el("p", {}, el("button", { type: "button", class: "button small", onclick: act }, gettext("登记此批次")));
  }

  async #list() {
    fill(
      part("parcel-acts"),
      this.open ? el("button", { type: "button", class: "button", onclick: () => this.#add() }, gettext("按编号增加")) : null,
      this.open ? el("span", { class: "quiet" }, gettext("勾选后可移出；在地图上圈画可增加未入批次的地块")) : null,
      this.open ? el("button", { type: "button", class: "button", "data-act": "remove", disabled: true, onclick: () => this.#remove() }, gettext("移出所选")) : null,
    );
    if (this.#grid === null || this.withChoice !== this.open) {
      const fresh = el("div", { class: "list", "data-part": "parcels" });
      part("parcels").replaceWith(fresh);
      this.withChoice = this.open;
      this.#grid = new DeskGrid(fresh, { index: "parcel_no", columns: this.#columns(), empty: gettext("这个批次还没有地块") });
    }
    this.chosen = new Set();
    await this.#grid.show(this.answer.parcels);
  }

  #columns() {
    const tick = (cell) => {
      const no = cell.getRow().getData().parcel_no;
      const mark = (event) => {
        if (event.target.checked) this.chosen.add(no);
        else this.chosen.delete(no);
        const button = find("[data-act=remove]");
        if (button) button.disabled = this.chosen.size === 0;
      };
      return el("input", { type: "checkbox", checked: this.chosen?.has(no), "aria-label": gettext("选择 {no}", { no }), onchange: mark, onclick: (event) => event.stopPropagation() });
    };
    const link = (cell) => el("a", { href: `/parcel?no=${encodeURIComponent(cell.getValue())}` }, cell.getValue());
    return [
      ...(this.open ? [{ title: "", field: "_", width: 40, headerSort: false, hozAlign: "center", formatter: tick }] : []),
      textColumn(gettext("地块编号"), "parcel_no", 138, { formatter: link }),
      textColumn(gettext("名称"), "name", 180),
      textColumn(gettext("乡镇"), "town_name", 90),
      textColumn(gettext("村"), "village", 90),
      textColumn(gettext("权属"), "owner_kind", 70, { formatter: (cell) => (cell.getValue() ? wordOf("OwnerKind", cell.getValue()) : NOTHING) }),
      textColumn(gettext("地类"), "class_name", 110, { formatter: (cell) => cell.getValue() || NOTHING }),
      textColumn(gettext("三大类"), "group", 110, { formatter: (cell) => groupWords(cell.getValue()) }),
      numberColumn(gettext("面积"), "planar_m2", 90, (value) => mu(value, 2)),
      numberColumn(gettext("登记差 m²"), "off_m2", 96, (value) => difference(value, 1)),
      textColumn(gettext("阶段"), "stage", 130, { formatter: (cell) => (cell.getValue() ? wordOf("Stage", cell.getValue()) : NOTHING) }),
      textColumn(gettext("受阻"), "hold_reason", 70, { formatter: (cell) => (cell.getValue() ? wordOf("HoldReason", cell.getValue()) : NOTHING) }),
      numberColumn(gettext("缺项"), "gaps", 66, (value) => (value ? number(value) : NOTHING)),
    ];
  }

  async #draw() {
    const { name } = this.answer.batch;
    try {
      const features = await ask(`/api/batches/${inPath(name)}/features`, null, "batch-map");
      if (!features) return;
      this.#map ??= new BatchMap({ legend: part("legend"), note: part("map-note"), help: part("map-help"), drawn: (polygon) => this.#draws(polygon) });
      await this.#map.show(features, this.answer.bounds);
      fill(part("draw-acts"), this.open ? el("button", { type: "button", class: "button", onclick: () => this.#map.draw() }, gettext("圈画增加地块")) : null);
      document.body.dataset.mapped = "true";
    } catch (problem) {
      this.failed(problem);
    }
  }

  async #draws(polygon) {
    await this.#change("parcels", { polygon }, (done) => gettext("增加了 {n} 块地", { n: number(done.added) }));
  }

  async #add() {
    const numbers = await addNumbersDialog(this.answer.batch.name);
    if (numbers) await this.changed();
  }

  async #remove() {
    const numbers = [...this.chosen];
    if (!(await confirmed(gettext("把 {n} 块地移出本批次？地块和记录不受影响，可以再加回来。", { n: number(numbers.length) }), { yes: gettext("移出") }))) return;
    await this.#change("parcels/remove", { parcels: numbers }, (done) => gettext("移出了 {n} 块地", { n: number(done.removed) }));
  }

  async #change(what, body, said) {
    try {
      const done = await send("POST", `/api/batches/${inPath(this.answer.batch.name)}/${what}`, body);
      tell(said(done));
      await this.changed();
    } catch (problem) {
      tell(sentenceOf(problem));
    }
  }
}
