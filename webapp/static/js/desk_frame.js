// What every page of the desk shares: the menu, the language switch, the strips, the sign that the server works.
import { watchFailures, watchRequests } from "./api.js";
import { Banners } from "./banners.js";
import { find, findAll } from "./dom.js";
import { bindMenu } from "./menu.js";
import { page } from "./page_data.js";

/** The language switch keeps the address, whatever the page has made of it meanwhile. */
function bindLanguages() {
  for (const link of findAll("[data-lang]")) {
    const keep = () => {
      const query = new URLSearchParams(location.search);
      query.set("lang", link.dataset.lang);
      link.href = `${location.pathname}?${query}`;
    };
    for (const moment of ["pointerdown", "focus", "click"]) link.addEventListener(moment, keep);
  }
}

/**
 * Wake the frame; gives its strips: `failed(problem, part)` (null: over), `note(name, text)`.
 *
 * `retry()` asks again for what failed; without it the page is loaded anew. `isShown()`: an answer stands on the screen,
 * and stays there when the next one fails. `state` is the page's own, where it has one: `{now: {on}, listen(hear),
 * set(patch)}` as AddressState has, so that another day than the latest is told.
 */
export function openFrame({ retry = () => location.reload(), isShown = () => false, state = null } = {}) {
  bindMenu();
  bindLanguages();
  const again = () => {
    banners.forget("server");
    return retry();
  };
  const banners = new Banners(find("[data-part=banners]"), again, { info: () => page.info, isShown, state });
  watchFailures((problem) => banners.failed(problem, "server"));
  watchRequests((n) => document.body.classList.toggle("busy", n > 0));
  banners.draw();
  return banners;
}
