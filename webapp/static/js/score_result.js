// The result of a closed scoring: projects by rank, towns by rank.
import { el } from "./dom.js";
import { NOTHING, number } from "./format.js";
import { gettext } from "./words.js";

const PLACES = 2;

function table(heads, rows) {
  return el("div", { class: "scroll" }, el("table", { class: "plain ranked" }, el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)));
}

const cells = (row) => row.map((cell) => el("td", {}, cell));
const rank = (each) => el("b", { class: each.rank && each.rank <= 3 ? "first" : "" }, each.rank ?? NOTHING);

function projects({ projects: rows }, { criteria, trim }) {
  const isTrimmed = trim.count > 0 || trim.share > 0;
  const heads = [gettext("名次"), gettext("项目"), gettext("乡镇"), gettext("得分"), isTrimmed ? gettext("全部平均") : null, gettext("票数"), ...criteria.map((each) => each.name)].filter((head) => head !== null);
  const line = (each) => [rank(each), each.name, each.town_name, el("strong", {}, number(each.score, PLACES)), ...(isTrimmed ? [number(each.mean, PLACES)] : []), each.counted < each.ballots ? `${each.ballots}（${gettext("计 {n}", { n: each.counted })}）` : String(each.ballots), ...criteria.map((_, at) => number(each.marks[at], PLACES))];
  return table(heads, rows.map((each) => el("tr", { class: each.rank === null ? "unmarked" : "" }, cells(line(each)))));
}

const towns = ({ towns: rows }) => table([gettext("名次"), gettext("乡镇"), gettext("得分"), gettext("项目数")], rows.map((each) => el("tr", {}, cells([rank(each), each.name, el("strong", {}, number(each.score, PLACES)), String(each.projects)]))));

/** `scoring` as /api/scoring tells it; `exporting`: the button that saves it. */
export function drawResult(scoring, exporting) {
  return [
    el("section", { class: "card result" }, el("header", {}, el("h3", {}, gettext("项目得分")), exporting), projects(scoring.result, scoring.sheet), el("p", { class: "quiet" }, gettext("得分为百分制：每票按权重折算后平均；各评分项为计入票的平均分。"))),
    el("section", { class: "card result" }, el("header", {}, el("h3", {}, gettext("乡镇排名"))), towns(scoring.result), el("p", { class: "quiet" }, gettext("乡镇得分为其各项目得分的平均。"))),
  ];
}
