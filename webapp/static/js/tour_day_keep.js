// Keeps this page for where there is no signal: the worker of the pages of days (tour_day_worker.js).
import { fill } from "./dom.js";
import { gettext } from "./words.js";

const WORKER = "/tours/day-worker.js";
const SCOPE = "/tours/day/";

/** Begin to keep the page; `box` says whether it is kept, and whether the phone has a signal. */
export async function keepForLater(box) {
  let isKept = false;
  const say = (text, title = "") => {
    fill(box, navigator.onLine ? text : gettext("无信号，离线使用中"));
    box.title = title;
  };
  const tell = () => say(isKept ? gettext("已存好，无信号也能用") : "");
  for (const name of ["online", "offline"]) addEventListener(name, tell);
  if (!("serviceWorker" in navigator)) return say(gettext("离线不可用"), gettext("浏览器只在 https 地址上保存离线页面。"));
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    isKept = Boolean(data?.kept);
    document.body.dataset.kept = String(isKept);
    tell();
  });
  try {
    await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
  } catch {
    // no signal: the worker that is there serves on
  }
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ keep: location.pathname });
  return tell();
}
