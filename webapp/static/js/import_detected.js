// What was detected of a file, each with its evidence, and what a person may say otherwise.
import { el, fill, icon } from "./dom.js";
import { number } from "./format.js";
import { gettext, wordsOf } from "./words.js";

const ENCODINGS = ["utf-8", "gb18030", "big5", "utf-16", "latin-1"];
const AREA_UNITS = { m2: () => gettext("平方米"), ha: () => gettext("公顷"), mu: () => gettext("亩") };
const FATES = {
  beaten: () => gettext("与另一列重复"),
  computed: () => gettext("由系统计算"),
  ignored: () => gettext("不导入"),
  unknown: () => gettext("未识别，不导入"),
};
const SHAPES = { polygon: () => gettext("面"), line: () => gettext("线"), point: () => gettext("点"), mixed: () => gettext("混合") };

const row = (title, ...content) => el("div", { class: "fact" }, el("dt", {}, title), el("dd", {}, content));
const quiet = (...content) => el("small", { class: "evidence" }, content);

/** A `<select>` of `[value, text]` pairs. */
function choice(label, options, value, heard) {
  const list = options.map(([code, text]) => el("option", { value: code, selected: code === value }, text));
  return el("select", { class: "field", "aria-label": label, onchange: (event) => heard(event.target.value) }, list);
}

export class Detected {
  /** `say(patch)`: the person chose something. */
  constructor(root, say) {
    this.root = root;
    this.say = say;
  }

  draw(part) {
    const found = part?.detected;
    if (!found) {
      fill(this.root);
      return;
    }
    this.choices = part.choices ?? {};
    const isDone = Boolean(part.done);
    fill(
      this.root,
      el(
        "fieldset",
        { class: "card detected", disabled: isDone },
        el("legend", {}, gettext("检测结果")),
        el("dl", {}, this.#kind(found), this.#encoding(found), this.#crs(found), this.#areas(found), this.#landClasses(found, part.preview), this.#when(), this.#complete(found)),
        this.#columns(found),
      ),
    );
  }

  #kind(found) {
    const kinds = Object.entries(found.kinds).map(([kind, words]) => [kind, wordsOf(words)]);
    const shapes = Object.entries(found.shapes).map(([shape, n]) => `${SHAPES[shape]()} ${number(n)}`);
    const told = [gettext("{rows} 行", { rows: number(found.rows) }), ...shapes, found.format === "survey_txt" ? gettext("界址点 TXT") : found.format].join(" · ");
    const guess = found.is_guess ? gettext("按列名判断，可以改") : "";
    const pick = choice(gettext("导入为"), kinds, found.kind, (kind) => this.say({ kind, columns: {}, complete_for: null, retire: false }));
    return row(gettext("导入为"), pick, quiet(told, guess && ` · ${guess}`));
  }

  #encoding(found) {
    const current = this.choices.encoding ?? "";
    const options = [["", gettext("自动：{name}", { name: found.encoding.name })], ...ENCODINGS.map((name) => [name, name.toUpperCase()])];
    const isText = ["txt", "csv", "survey_txt", "GeoJSON", "TopoJSON", "KML"].includes(found.format);
    const shown = isText ? choice(gettext("编码"), options, current, (encoding) => this.say({ encoding: encoding || null })) : el("strong", {}, found.encoding.name);
    return row(gettext("编码"), shown, quiet(wordsOf(found.encoding.evidence)));
  }

  #crs(found) {
    const crs = found.crs;
    if (!crs || (!crs.crs && !crs.problem)) return null;
    if (crs.crs) {
      const said = [this.choices.crs || this.choices.swap_axes ? el("button", { type: "button", class: "text", onclick: () => this.say({ crs: null, swap_axes: false }) }, gettext("恢复自动")) : this.#otherCrs()];
      return row(gettext("坐标系"), el("strong", {}, crs.name ?? crs.crs), quiet(`${crs.crs} · ${wordsOf(crs.evidence)}`, this.choices.swap_axes && ` · ${gettext("已交换坐标轴")}`), (crs.warnings ?? []).map((words) => el("p", { class: "notice" }, icon("warning"), wordsOf(words))), said);
    }
    const candidates = crs.candidates.map((each) => el("button", { type: "button", class: "button", onclick: () => this.say({ crs: each.crs }) }, `${each.name}（${each.crs}）`));
    const swap = crs.swap && el("button", { type: "button", class: "button main", onclick: () => this.say({ swap_axes: !this.choices.swap_axes }) }, this.choices.swap_axes ? gettext("不交换坐标轴") : gettext("交换坐标轴"));
    return row(gettext("坐标系"), el("p", { class: "notice bad" }, icon("warning"), wordsOf(crs.problem.message)), crs.problem.found && quiet(gettext("坐标如 {found}", { found: crs.problem.found })), el("div", { class: "buttons" }, swap, swap ? null : candidates, this.#otherCrs()));
  }

  #otherCrs() {
    const field = el("input", { class: "field short", placeholder: "EPSG:4547", "aria-label": gettext("指定坐标系"), maxlength: 40 });
    const use = () => field.value.trim() && this.say({ crs: field.value.trim() });
    field.addEventListener("keydown", (event) => event.key === "Enter" && use());
    return el("details", { class: "other" }, el("summary", {}, gettext("指定其他坐标系")), el("div", { class: "buttons" }, field, el("button", { type: "button", class: "button", onclick: use }, gettext("用它"))));
  }

  #areas(found) {
    return found.areas.map((area) => {
      const said = area.said ?? gettext("未注明");
      const options = [["", gettext("按文件：{unit}", { unit: said })], ...Object.entries(AREA_UNITS).map(([unit, words]) => [unit, words()])];
      const chosen = this.choices.area_units?.[area.header] ?? "";
      const measured = area.measured && AREA_UNITS[area.measured]();
      const told = area.compared
        ? measured
          ? gettext("与 {n} 个图形的面积相比，数值为{unit}", { n: number(area.compared), unit: measured })
          : gettext("与 {n} 个图形的面积不成单位关系，请核对", { n: number(area.compared) })
        : gettext("没有图形可以比对");
      const pick = choice(gettext("面积单位"), options, chosen, (unit) => this.#sayOf("area_units", area.header, unit));
      const isWrong = area.agrees === false && !chosen;
      return row(`${gettext("面积单位")}（${area.header}）`, pick, isWrong ? el("p", { class: "notice bad" }, icon("warning"), told) : quiet(told));
    });
  }

  #sayOf(name, header, value) {
    const now = { ...this.choices[name] };
    if (value) now[header] = value;
    else delete now[header];
    this.say({ [name]: now });
  }

  #landClasses(found, preview) {
    const classes = found.land_classes;
    if (!classes || classes.stated) return null;
    const isAsked = preview?.asks?.includes("scheme");
    if (!isAsked && !this.choices.scheme) return null;
    const options = classes.schemes.map((each) => {
      const lacks = each.lacks ? gettext("{n} 个编码不在其中", { n: each.lacks }) : gettext("编码全部有效");
      return el("label", { class: "option" }, el("input", { type: "radio", name: "scheme", value: each.key, checked: this.choices.scheme === each.key, onchange: () => this.say({ scheme: each.key }) }), el("span", { class: "name" }, wordsOf(each.words)), el("small", { class: each.lacks ? "bad" : "good" }, lacks));
    });
    const unknown = el("label", { class: "option" }, el("input", { type: "radio", name: "scheme", value: "unknown", checked: this.choices.scheme === "unknown", onchange: () => this.say({ scheme: "unknown" }) }), el("span", { class: "name" }, gettext("暂不确定，编码照存，不记标准")));
    return row(gettext("地类标准"), isAsked && el("p", { class: "notice bad" }, icon("warning"), gettext("同一编码在不同标准里含义不同，请选择文件所用的标准")), options, unknown, this.#meanings(classes));
  }

  #meanings(classes) {
    const head = el("tr", {}, el("th", {}, gettext("地类编码")), classes.schemes.map((each) => el("th", {}, each.key)));
    const lines = classes.codes.map((code) => el("tr", {}, el("th", { scope: "row" }, code), classes.schemes.map((each) => el("td", {}, classes.meanings[each.key][code] ?? el("span", { class: "bad" }, gettext("无此编码"))))));
    return el("details", {}, el("summary", {}, gettext("各标准中编码的含义（{n} 个）", { n: classes.count })), el("div", { class: "scroll" }, el("table", { class: "plain" }, el("thead", {}, head), el("tbody", {}, lines))));
  }

  #when() {
    const field = el("input", { type: "date", class: "field short", value: this.choices.on ?? "", "aria-label": gettext("变更起算日"), onchange: (event) => this.say({ on: event.target.value || null }) });
    return row(gettext("变更起算日"), field, quiet(gettext("不填：补填的内容始终有效，变更自今天起算")));
  }

  #complete(found) {
    if (!found.complete_for.length) return null;
    const chosen = this.choices.complete_for;
    const current = chosen ? `${chosen.column} ${chosen.value}` : "";
    const options = [["", gettext("不是完整清单")]];
    for (const each of found.complete_for) {
      if (each.column === "all") options.push(["all ", gettext("全部{what}", { what: wordsOf(each.words) })]);
      for (const value of each.values) options.push([`${each.column} ${value.value}`, `${wordsOf(each.words)}：${typeof value.name === "string" ? value.name : wordsOf(value.name)}`]);
    }
    const pick = choice(gettext("文件是完整清单"), options, current, (value) => {
      const [column, ...rest] = value.split(" ");
      this.say({ complete_for: column ? { column, value: rest.join(" ") } : null, retire: false });
    });
    const retire = chosen && el("label", { class: "line" }, el("input", { type: "checkbox", checked: this.choices.retire, onchange: (event) => this.say({ retire: event.target.checked }) }), gettext("入库时注销文件中没有的记录"));
    return row(gettext("文件是完整清单"), pick, quiet(gettext("选定后列出库中有而文件中没有的记录")), retire);
  }

  #columns(found) {
    const matched = found.columns.filter((column) => column.fate === "matched").length;
    const left = found.columns.length - matched;
    const title = left ? gettext("列：{matched} 列已对应，{left} 列不导入", { matched, left }) : gettext("列：{matched} 列全部已对应", { matched });
    const fields = found.fields.map((each) => [each.field, wordsOf(each.words) + (each.required ? " *" : "")]);
    const lines = found.columns.map((column) => this.#column(column, fields));
    const head = el("tr", {}, el("th", {}, gettext("文件中的列")), el("th", {}, gettext("例")), el("th", {}, gettext("对应")));
    return el("details", { class: "columns" }, el("summary", {}, title), el("div", { class: "scroll" }, el("table", { class: "plain" }, el("thead", {}, head), el("tbody", {}, lines))));
  }

  #column(column, fields) {
    const isSaid = column.header in (this.choices.columns ?? {});
    const current = column.fate === "matched" ? column.field : "";
    const pick =
      column.fate === "matched" && column.field === ""
        ? el("span", {}, wordsOf(column.words))
        : choice(column.header, [["", FATES[column.fate]?.() ?? gettext("不导入")], ...fields], current, (field) => this.say({ columns: { ...this.choices.columns, [column.header]: field } }));
    const back = isSaid && el("button", { type: "button", class: "text", onclick: () => this.#forget(column.header) }, gettext("恢复"));
    const unit = column.unit && el("small", {}, ` ${column.unit}`);
    return el("tr", { class: column.fate === "matched" ? "" : "left-out" }, el("td", {}, column.header), el("td", { class: "quiet" }, column.samples.join("、")), el("td", {}, pick, unit, back));
  }

  #forget(header) {
    const columns = { ...this.choices.columns };
    delete columns[header];
    this.say({ columns });
  }
}
