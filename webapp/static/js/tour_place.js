// Where a stop is put: another route and place, or the place of another stop; asked in a form over the page.
import { form } from "./dialog.js";
import { el, fill } from "./dom.js";
import { placed, removed, swapped } from "./tour_moves.js";
import { letterOf, routeWords, stopLabel } from "./tour_words.js";
import { gettext } from "./words.js";

const nameOf = (state, code) => state.sites.get(code)?.name ?? code;

/** Ask where `code` is to stand, and put it there under the wishes `spec`. */
export function shiftStop(state, code, spec) {
  const now = state.placeOf(code);
  const others = removed(state.routes, code);
  const route = el("select", { class: "field", autofocus: true }, others.map((each, at) => el("option", { value: String(at), selected: at === (now?.route ?? 0) }, `${others.length > 1 ? `${letterOf(at)} · ` : ""}${routeWords(state.spec, each)}`)));
  const place = el("select", { class: "field" });
  const offer = () => {
    const at = Number(route.value);
    const { codes } = others[at];
    const behind = codes.map((each, n) => el("option", { value: String(n + 1) }, gettext("在 {no} {name} 之后", { no: stopLabel(at, n, others.length), name: nameOf(state, each) })));
    fill(place, el("option", { value: "0" }, gettext("第一站")), behind);
    place.value = String(now?.route === at ? Math.min(now.at, codes.length) : codes.length);
  };
  route.addEventListener("change", offer);
  offer();
  const content = el("div", { class: "tour-grid" }, el("label", { class: "tour-field full" }, el("span", {}, gettext("路线")), route), el("label", { class: "tour-field full" }, el("span", {}, gettext("位置")), place));
  const title = now ? gettext("移动“{name}”", { name: nameOf(state, code) }) : gettext("加入“{name}”", { name: nameOf(state, code) });
  return form(title, content, gettext("确定"), () => state.change({ spec, routes: placed(state.routes, code, { route: Number(route.value), at: Number(place.value) }) }));
}

/** Ask with which stop `code` is to change places. */
export function swapStop(state, code) {
  const many = state.routes.length;
  const others = state.routes.flatMap(({ codes }, at) => codes.map((each, n) => [each, stopLabel(at, n, many)])).filter(([each]) => each !== code);
  const other = el("select", { class: "field", autofocus: true }, others.map(([each, label]) => el("option", { value: each }, `${label} ${nameOf(state, each)}`)));
  const content = others.length ? el("label", { class: "tour-field" }, el("span", {}, gettext("与哪一站互换")), other) : el("p", {}, gettext("没有别的站点。"));
  return form(gettext("互换“{name}”", { name: nameOf(state, code) }), content, gettext("确定"), () => {
    if (others.length) state.change({ routes: swapped(state.routes, code, other.value) });
  });
}
