// Somebody else saved other wishes meanwhile: what differs, and whose are to be kept.
import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { moment } from "./tour_words.js";
import { gettext } from "./words.js";

/** The wishes as the form divides them: its section's name, and what belongs to it. */
const SECTIONS = () => [
  [gettext("名称"), ["title"]],
  [gettext("时间与地点"), ["days"]],
  [gettext("车辆与车程"), ["coaches", "together", "speed_factor", "boarding_min"]],
  [gettext("停留"), ["visit_min", "visit_min_of"]],
  [gettext("午餐"), ["lunch"]],
  [gettext("候选范围"), ["candidates", "codes"]],
  [gettext("价值与条件"), ["weights", "min_share_done", "not_seen_in_last"]],
  [gettext("数量与时长要求"), ["limits", "minutes_per_town"]],
  [gettext("逐个项目的要求"), ["sites"]],
];

/** What to do with wishes that are `theirs` by now, a tour as the server has it: "theirs", "mine", "new", or null. */
export function askWhose(theirs, isSame) {
  const apart = SECTIONS().filter(([, names]) => !names.every(isSame)).map(([words]) => words);
  const who = gettext("您打开之后，{who} 在 {when} 改过这次观摩的要求，您的还没有写入。", { who: theirs.recorded_by, when: moment(theirs.recorded_at) });
  const content = [
    el("p", {}, who),
    el("p", {}, apart.length ? gettext("两边不同的部分：{parts}", { parts: apart.join("、") }) : gettext("两边的要求现在一样。")),
    el("p", { class: "quiet" }, gettext("用对方的：您的改动从页面上去掉，可以撤销。另存：您的要求成为一次新的观摩，对方的不变。")),
  ];
  return openDialog(gettext("有人先改了"), content, [
    { text: gettext("都不写"), value: null },
    { text: gettext("用对方的"), value: "theirs", kind: "" },
    { text: gettext("另存为新观摩"), value: "new", kind: "" },
    { text: gettext("用我的覆盖"), value: "mine" },
  ]);
}
