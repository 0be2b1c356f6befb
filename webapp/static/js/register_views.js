// Saved views, chosen columns, exports: what hangs under the buttons above the ledger.
import { ask, send } from "./api.js";
import { confirmed, form } from "./dialog.js";
import { el, icon } from "./dom.js";
import { may, page } from "./page_data.js";
import { closePopover } from "./popover.js";
import { ALL, titleOf, unitName } from "./register_columns.js";
import { filterQuery, UNITS } from "./register_state.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

const PAGE = "register";
const FORMATS = [["xlsx", "Excel", ".xlsx"], ["gpkg", "GeoPackage", ".gpkg"], ["zip", "Shapefile (GBK)", ".zip"], ["zip?encoding=UTF-8", "Shapefile (UTF-8)", ".zip"], ["txt", "TXT", ".txt"], ["geojson", "GeoJSON", ".geojson"]];

/** Ask for a name and keep `body` under it; a name that another view has asks once more. */
async function nameAndSave(title, body, name = "") {
  const field = el("input", { class: "field", type: "text", maxlength: 60, value: name, required: true, autofocus: true });
  await form(title, el("label", { class: "form-rows" }, gettext("视图名称"), field), gettext("保存"), async () => {
    const named = field.value.trim();
    if (!named || !(await kept({ page: PAGE, ...body, name: named }))) return false;
    tell(gettext("已保存视图“{name}”", { name: named }));
    return true;
  });
}

/** Send the view; false where its name is another's and the person would not replace that. */
async function kept(body) {
  try {
    await send("POST", "/api/views", body);
    return true;
  } catch (problem) {
    const isTaken = problem.status === 400 && problem.problem?.column === "name" && !body.replace;
    if (!isTaken) throw problem;
    const sentence = gettext("已有名为“{name}”的视图，要替换它吗？", { name: body.name });
    return (await confirmed(sentence, { yes: gettext("替换") })) && kept({ ...body, replace: true });
  }
}

/** The views that there are, and a button to save this one. */
export async function viewsMenu(state) {
  const views = (await ask("/api/views", new URLSearchParams({ page: PAGE }), "views").catch(() => [])) ?? [];
  const act = (act_) => async () => {
    closePopover();
    await act_();
  };
  const rows = views.map((view) =>
    el(
      "div",
      { class: "view-row" },
      el("button", { type: "button", class: "text name", onclick: act(() => state.showView(view.query)) }, view.name),
      may("edit") ? el("button", { type: "button", class: "square", title: gettext("改名"), "aria-label": gettext("改名：{name}", { name: view.name }), onclick: act(() => rename(view)) }, icon("edit")) : null,
      may("edit") ? el("button", { type: "button", class: "square", title: gettext("删除"), "aria-label": gettext("删除：{name}", { name: view.name }), onclick: act(() => withdraw(view)) }, icon("close")) : null,
    ),
  );
  const saveButton = may("edit") ? el("button", { type: "button", class: "button wide", onclick: act(() => saveThis(state)) }, gettext("保存当前视图")) : null;
  return [el("header", {}, el("strong", {}, gettext("视图"))), rows.length ? el("div", { class: "options" }, rows) : el("p", { class: "empty" }, gettext("还没有保存的视图")), saveButton];
}

const saveThis = (state) => nameAndSave(gettext("保存当前视图"), { query: state.viewQuery() });

const rename = (view) => nameAndSave(gettext("视图改名"), { query: view.query, was: view.name }, view.name);

async function withdraw(view) {
  const sentence = gettext("删除视图“{name}”？", { name: view.name });
  const gone = await form(gettext("请确认"), el("p", {}, sentence), gettext("删除"), () => send("POST", "/api/views/withdraw", { name: view.name }), { danger: true });
  if (gone !== null) tell(gettext("已删除"));
}

/** Which columns are shown, and in which unit areas are. `shown`: those that are now. */
export function columnsMenu(state, shown) {
  const change = () => {
    const chosen = ALL.filter((name) => name === "parcel_no" || boxes.get(name).checked);
    state.set({ columns: chosen }, { quiet: true });
  };
  const boxes = new Map(ALL.map((name) => [name, el("input", { type: "checkbox", checked: shown.includes(name), disabled: name === "parcel_no", onchange: change })]));
  const options = ALL.map((name) => el("label", { class: "option" }, boxes.get(name), el("span", { class: "name" }, titleOf(name))));
  const units = el("select", { class: "field", "aria-label": gettext("面积单位"), onchange: ({ target }) => state.set({ unit_of_area: target.value }, { quiet: true }) }, UNITS.map((unit) => el("option", { value: unit, selected: unit === state.now.unit_of_area }, unitName(unit))));
  const usual = el("button", { type: "button", class: "text", onclick: () => {
    state.set({ columns: [] }, { quiet: true });
    closePopover();
  } }, gettext("恢复默认"));
  return [el("header", {}, el("strong", {}, gettext("显示的列")), usual), el("label", { class: "form-rows" }, gettext("面积单位"), units), el("div", { class: "options" }, options)];
}

/** What is shown, as a file. */
export function exportMenu(state) {
  const links = FORMATS.map(([format, name, suffix]) => {
    const [kind, more = ""] = format.split("?");
    const query = filterQuery(state.now);
    if (state.now.sort) query.set("sort", state.now.sort);
    for (const [key, value] of new URLSearchParams(more)) query.set(key, value);
    query.set("lang", page.language);
    return el("a", { href: `/export/parcels.${kind}?${query}`, download: true, "data-format": name, onclick: () => closePopover() }, el("span", {}, name), el("small", {}, suffix));
  });
  return [el("header", {}, el("strong", {}, gettext("导出当前列出的地块"))), el("div", { class: "links" }, links)];
}
