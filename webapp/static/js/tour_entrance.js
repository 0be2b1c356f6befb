// Where the coach stops for a site, shown on the map by hand; without it, where the site is nearest to a road.
import { ask, inPath, send } from "./api.js";
import { form, openDialog, withReason } from "./dialog.js";
import { el } from "./dom.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

/** Ask what is to become of the entrance of a site, `{code, name}`; `pick()` has a place shown. True where it changed. */
export async function placeEntrance({ code, name }, pick) {
  const address = `/api/entrances/project/${inPath(code)}`;
  const { entrance } = await ask(address, null, "entrance");
  const title = gettext("“{name}”的出入口", { name });
  const now = entrance ? gettext("已由 {by} 在图上设定。", { by: entrance.recorded_by }) : gettext("未设定：车停在用地离道路最近的地方。");
  const buttons = [{ text: gettext("取消"), value: null }, ...(entrance ? [{ text: gettext("恢复自动"), value: "auto", kind: "danger" }] : []), { text: gettext("在图上点选"), value: "pick" }];
  const chosen = await openDialog(title, [el("p", {}, now), entrance?.note ? el("p", {}, entrance.note) : null], buttons);
  const seen = entrance?.recorded_at ?? "";
  if (chosen === "auto") return withReason(title, gettext("恢复自动后，车停在用地离道路最近的地方。"), gettext("恢复自动"), (reason) => send("DELETE", address, { reason, seen }));
  return chosen === "pick" && setEntrance(title, address, await pick(), seen);
}

async function setEntrance(title, address, place, seen) {
  if (!place) return false;
  const note = el("input", { class: "field", maxlength: "200", autofocus: true, "aria-label": gettext("说明") });
  const [lon, lat] = place;
  const content = [el("p", {}, gettext("经度 {lon}，纬度 {lat}", { lon: lon.toFixed(5), lat: lat.toFixed(5) })), el("label", { class: "tour-field full" }, el("span", {}, gettext("说明")), note)];
  const done = await form(title, content, gettext("设为出入口"), () => send("PUT", address, { lon, lat, note: note.value.trim(), seen }));
  if (done) tell(gettext("出入口已设定"));
  return Boolean(done);
}
