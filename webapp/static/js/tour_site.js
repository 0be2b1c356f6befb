// What is said of one site, as a form over the page: must or never, hours, stay, value, who reports, the talk, the parking.
import { send } from "./api.js";
import { form } from "./dialog.js";
import { el } from "./dom.js";
import { input, labelled, tellWrong } from "./tour_fields.js";
import { withWish, wishOf } from "./tour_paths.js";
import { points } from "./tour_words.js";
import { gettext } from "./words.js";

const numberIn = (field) => (field.value === "" ? null : Number(field.value));

/** Open the form of `code`; what is entered goes into the wishes, and can be taken back there. */
export async function openSite(state, code, { mayWrite = true } = {}) {
  const site = state.sites.get(code);
  const wish = wishOf(state.spec, code);
  const before = state.spec;
  const known = before.sites.findIndex((each) => each.code === code);
  const at = known < 0 ? before.sites.length : known;
  const fields = fieldsOf(wish, site, at);
  const choice = el("select", { class: "field", "data-path": `sites[${at + 1}].never` }, [["", gettext("由规划决定")], ["must", gettext("必看")], ["never", gettext("不看")]].map(([value, text]) => el("option", { value, selected: (wish.must ? "must" : wish.never ? "never" : "") === value }, text)));
  const held = holdFields(state, wish, at);
  const grid = el(
    "fieldset",
    { class: "tour-grid plain", disabled: !mayWrite },
    labelled(gettext("是否看"), choice),
    labelled(gettext("停留"), fields.visit_min, { unit: gettext("分钟") }),
    labelled(gettext("价值"), fields.value),
    labelled(gettext("固定在第几天"), held.day),
    held.coach ? labelled(gettext("固定在几号车"), held.coach) : null,
    labelled(gettext("开放时段"), fields.open, { kind: "full" }),
    labelled(gettext("汇报人"), fields.reporter),
    labelled(gettext("停车点"), fields.parking),
    labelled(gettext("备用点"), fields.spare, { kind: "full" }),
    labelled(gettext("讲解词"), fields.talk, { kind: "full" }),
  );
  const act = async () => {
    const patch = {
      must: choice.value === "must",
      never: choice.value === "never",
      visit_min: numberIn(fields.visit_min),
      value: numberIn(fields.value),
      open: fields.open.value.split(/[,，;；]/).map((text) => text.trim()).filter(Boolean),
      day: held.day.value ? Number(held.day.value) : null,
      coach: held.coach?.value ? Number(held.coach.value) : null,
      ...Object.fromEntries(["reporter", "parking", "spare", "talk"].map((name) => [name, fields[name].value.trim()])),
    };
    const spec = withWish(state.spec, code, patch);
    try {
      await send("POST", "/api/tours/candidates", { spec });
    } catch (problem) {
      tellWrong(grid, problem, { focus: false });
      throw problem;
    }
    state.change({ spec });
    return true;
  };
  return form(site?.name ?? code, grid, mayWrite ? gettext("确定") : gettext("关闭"), mayWrite ? act : () => true);
}

function fieldsOf(wish, site, at) {
  const path = (name) => `sites[${at + 1}].${name}`;
  const field = (name, more) => {
    const made = input({}, { path: path(name), changed: () => {}, ...more });
    made.value = name === "open" ? (wish.open ?? []).join("，") : (wish[name] ?? "");
    return made;
  };
  const talk = el("textarea", { class: "field", rows: "4", maxlength: "4000", "data-path": path("talk") }, wish.talk ?? "");
  return {
    visit_min: field("visit_min", { type: "number", min: "1", max: "480", placeholder: site ? String(site.visit_min) : "" }),
    value: field("value", { type: "number", min: "0", max: "1000000", step: "any", inputmode: "decimal", placeholder: site ? gettext("按公式 {n}", { n: points(site.value) }) : "" }),
    open: field("open", { placeholder: gettext("例如 09:00-11:30，14:00-17:00；空着为全天") }),
    reporter: field("reporter"),
    parking: field("parking"),
    spare: field("spare"),
    talk,
  };
}

/** On which day and with which coach it has to be; free where nothing is chosen. */
function holdFields(state, wish, at) {
  const choose = (name, count, words) => el("select", { class: "field", "data-path": `sites[${at + 1}].${name}` }, el("option", { value: "" }, gettext("不固定")), Array.from({ length: count }, (_, n) => el("option", { value: String(n + 1), selected: wish[name] === n + 1 }, words(n + 1))));
  const { spec } = state;
  return {
    day: choose("day", spec.days.length, (n) => gettext("第 {n} 天", { n })),
    coach: spec.together || spec.coaches === 1 ? null : choose("coach", spec.coaches, (n) => gettext("{n} 号车", { n })),
  };
}
