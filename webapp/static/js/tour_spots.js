// Places of a tour: where it begins, ends and eats. A town, a park, a project by its code, or a point of the map.
import { el, find } from "./dom.js";
import { openDialog } from "./dialog.js";
import { hangOn, popoverButton, togglePopover } from "./popover.js";
import { valueAt } from "./tour_paths.js";
import { gettext } from "./words.js";

const OTHER = "?";
const KINDS = () => [
  ["county", gettext("县城")],
  ["town", gettext("乡镇")],
  ["park", gettext("园区")],
];

/** A place in words. */
export function spotName(text, places) {
  const known = places.find((place) => place.spot === text);
  if (known) return known.name;
  const [kind, rest = ""] = (text ?? "").split(/:(.*)/s);
  return kind === "point" ? gettext("图上点 {place}", { place: rest }) : rest;
}

/** The choice of one place. `pick()` gives [lon, lat] that somebody showed on the map, or null; null where there is no map. */
export function spotSelect(spec, { path, label, places, changed, pick }) {
  const now = valueAt(spec, path) ?? "";
  const option = ({ spot, name }) => el("option", { value: spot, selected: spot === now }, name);
  const groups = KINDS().map(([kind, words]) => {
    const found = places.filter((place) => place.kind === kind);
    return found.length ? el("optgroup", { label: words }, found.map(option)) : null;
  });
  const own = places.some((place) => place.spot === now) ? null : option({ spot: now, name: spotName(now, places) });
  const root = el("select", { class: "field", "data-path": path, "aria-label": label }, own, groups, el("option", { value: OTHER }, gettext("其他地点…")));
  root.addEventListener("change", async () => {
    if (root.value !== OTHER) {
      changed(path, root.value);
      return;
    }
    root.value = now;
    const other = await otherSpot(label, pick);
    if (!other) return;
    root.append(option({ spot: other, name: spotName(other, places) }));
    root.value = other;
    changed(path, other);
  });
  return root;
}

/** A place that is in no list: shown on the map, or written down. */
async function otherSpot(label, pick) {
  const lonlat = el("input", { class: "field", autofocus: true, placeholder: "112.05, 37.01", autocomplete: "off" });
  const code = el("input", { class: "field", autocomplete: "off", maxlength: "80" });
  const failed = el("small", { class: "bad", role: "alert" });
  const content = [
    el("label", { class: "tour-field" }, el("span", {}, gettext("经度, 纬度（度）")), lonlat),
    el("label", { class: "tour-field" }, el("span", {}, gettext("或项目代码")), code),
    failed,
  ];
  let spot = null;
  const check = (value) => {
    if (value === "map") return true;
    const [lon, lat] = lonlat.value.split(/[,，\s]+/).filter(Boolean).map(Number);
    const isPoint = Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
    spot = code.value.trim() ? `project:${code.value.trim()}` : isPoint ? pointOf([lon, lat]) : null;
    failed.textContent = spot ? "" : gettext("请填经度和纬度，或项目代码");
    return spot !== null;
  };
  const onMap = pick ? [{ text: gettext("在地图上点"), value: "map", kind: "" }] : [];
  const buttons = [{ text: gettext("取消"), value: null }, ...onMap, { text: gettext("确定"), value: "yes" }];
  const pressed = await openDialog(label, content, buttons, { check });
  if (pressed !== "map") return pressed === null ? null : spot;
  const place = await pick();
  return place ? pointOf(place) : null;
}

export const pointOf = ([lon, lat]) => `point:${lon.toFixed(6)},${lat.toFixed(6)}`;

/** The choice of several places, none of which means: on the way. */
export function spotsButton(spec, { path, label, places, changed }) {
  const now = valueAt(spec, path) ?? [];
  const words = now.length ? now.map((each) => spotName(each, places)).join("、") : gettext("就近，在路上");
  const button = el("button", { type: "button", class: `field spots${now.length ? " set" : ""}`, "data-path": path, "aria-haspopup": "dialog", "aria-expanded": "false" }, words);
  const chosen = new Set(now);
  const lost = now.filter((spot) => !places.some((place) => place.spot === spot)).map((spot) => ({ spot, name: spotName(spot, places) }));
  const tick = (spot) => ({ target }) => {
    if (target.checked) chosen.add(spot);
    else chosen.delete(spot);
    changed(path, [...chosen]);
    // The form was drawn anew meanwhile: what is open hangs under its new button.
    const again = find(`button[data-path="${path}"]`);
    if (again && popoverButton()) hangOn(again);
  };
  const options = () => [...lost, ...places].map((place) => el("label", { class: "option" }, el("input", { type: "checkbox", checked: chosen.has(place.spot), onchange: tick(place.spot) }), el("span", { class: "name" }, place.name)));
  button.addEventListener("click", () => togglePopover(button, label, [el("header", {}, el("strong", {}, label)), el("div", { class: "options", role: "group" }, options())]));
  return el("div", { class: "tour-field full" }, el("span", {}, label), button);
}
