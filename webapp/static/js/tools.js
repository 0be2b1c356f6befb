// The buttons on the map: zoom, whole county, measuring, full screen, link, print.
import { el, find, findAll } from "./dom.js";
import { gettext } from "./words.js";

const TOLD_MS = 1800;

/** Say something briefly at the foot of the page. */
export function tell(text) {
  const box = el("div", { class: "toast", role: "status" }, text);
  find("[data-part=toasts]").append(box);
  setTimeout(() => box.remove(), TOLD_MS);
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // A page served without TLS has no clipboard: the old way.
  const field = el("textarea", { class: "aside" }, text);
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  return undefined;
}

export async function copyLink() {
  await copy(location.href);
  tell(gettext("链接已复制，打开即是同一画面"));
}

export function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

/** Give each `data-act` button its act. */
export function bindTools(acts) {
  for (const [name, act] of Object.entries(acts)) {
    for (const button of findAll(`[data-act="${name}"]`)) button.addEventListener("click", () => act(button));
  }
}
