// The page of the special account: what it holds for each project and town, and its entries.
import { entryTable } from "./account_entries.js";
import { ask, Problem } from "./api.js";
import { openFrame } from "./desk_frame.js";
import { el, fill, find } from "./dom.js";
import { number } from "./format.js";
import { act, cells, table, wan } from "./kept_rows.js";
import { page } from "./page_data.js";
import { notice } from "./panel_parts.js";
import { gettext } from "./words.js";

const root = find("[data-part=account-page]");
const asked = new URLSearchParams(location.search);
const state = { project: asked.get("project") ?? "", town: asked.get("town") ?? "" };
let projects = [];
let towns = [];

openFrame({ retry: show });

/** Show the entries of one project or town; "" all. */
async function narrow(patch) {
  Object.assign(state, { project: "", town: "" }, patch);
  const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  await show();
}

function figure(words, value, kind = "") {
  return el("div", { class: `figure ${kind}` }, el("dt", {}, words), el("dd", {}, value));
}

const figures = ({ deposits_wan: deposits, payments_wan: payments, balance_wan: balance }) =>
  el("dl", { class: "account-sums" }, figure(gettext("转入"), wan(deposits)), figure(gettext("付出"), wan(payments)), figure(gettext("结余"), wan(balance), balance < 0 ? "bad" : ""));

function balances(title, rows, column) {
  const lines = rows.map((row) => {
    const name = row.code === "" ? gettext("未注明") : (row.name ?? row.code);
    const chosen = row.code !== "" && state[column] === row.code;
    const shown = row.code === "" ? name : el("button", { type: "button", class: "text", "aria-pressed": String(chosen), onclick: () => narrow(chosen ? {} : { [column]: row.code }) }, name);
    return el("tr", { class: row.balance_wan < 0 ? "bad" : null }, cells(shown, row.deposits_wan, row.payments_wan, row.balance_wan));
  });
  return el("section", { class: "card" }, el("h3", {}, title), table([gettext("名称"), gettext("转入（万元）"), gettext("付出（万元）"), gettext("结余（万元）")], lines, gettext("还没有流水。")));
}

function narrowed() {
  const [column] = Object.entries(state).find(([, value]) => value) ?? [];
  if (!column) return null;
  const list = column === "project" ? projects : towns;
  const name = list.find((each) => each.code === state[column])?.name ?? state[column];
  return el("p", { class: "notice" }, gettext("只看：{name}", { name }), " ", act(gettext("看全部"), () => narrow({})));
}

function draw(answer) {
  const cut = answer.count > answer.entries.length ? el("p", { class: "quiet" }, gettext("共 {all} 条，列出最新 {n} 条。", { all: number(answer.count), n: number(answer.entries.length) })) : null;
  fill(
    root,
    narrowed(),
    figures(answer.total),
    answer.total.balance_wan < 0 ? notice("bad", gettext("付出多于转入 {sum}，请核对流水。", { sum: wan(-answer.total.balance_wan) })) : null,
    el("div", { class: "two-cards" }, balances(gettext("按项目"), answer.by_project, "project"), balances(gettext("按乡镇"), answer.by_town, "town")),
    el("section", { class: "card" }, entryTable({ entries: answer.entries, projects, towns, empty: gettext("还没有流水。"), show }), cut),
  );
}

async function show() {
  try {
    const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    const [answer, listed, named] = await Promise.all([ask("/api/account", query), projects.length ? null : ask("/api/projects", new URLSearchParams({ columns: "code,name" })), towns.length ? null : ask("/api/towns")]);
    if (listed) projects = listed.columns.code.map((code, n) => ({ code, name: listed.columns.name[n] }));
    if (named) towns = named;
    if (answer) draw(answer);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const isOut = problem.status === 401;
    fill(root, notice(isOut ? "info" : "bad", problem.message), isOut ? el("p", {}, el("a", { class: "button main", href: `/login?${new URLSearchParams({ next: location.pathname + location.search })}` }, gettext("登录"))) : null);
  }
  root.removeAttribute("aria-busy");
  document.body.dataset.ready = "true";
}

document.title = `${gettext("补偿资金专户")} · ${page.info.name}`;
show();
