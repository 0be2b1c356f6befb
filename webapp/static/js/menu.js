// The way to the other pages, where it is folded under a button: Esc or a click elsewhere closes it.
import { find } from "./dom.js";

// The navigation needs this much room beside the county's name and the buttons.
const NARROW = matchMedia("(max-width: 1000px)");

/** Close the menu; whether it was open. */
function closeMenu({ focus = true } = {}) {
  if (!document.body.classList.contains("menu-open")) return false;
  toggle(false);
  if (focus) find("[data-act=menu]").focus();
  return true;
}

function toggle(open) {
  document.body.classList.toggle("menu-open", open);
  find("[data-act=menu]").setAttribute("aria-expanded", String(open));
  if (open) find("#pages a")?.focus();
}

/** `always`: the navigation is folded on wide screens, too. */
export function bindMenu({ always = false } = {}) {
  const [button, pages] = [find("[data-act=menu]"), find("#pages")];
  const fold = () => {
    pages.classList.toggle("folded", always || NARROW.matches);
    button.hidden = !always && !NARROW.matches;
    if (button.hidden) toggle(false);
  };
  NARROW.addEventListener("change", fold);
  fold();
  button.addEventListener("click", () => toggle(!document.body.classList.contains("menu-open")));
  addEventListener("keydown", (event) => event.key === "Escape" && closeMenu() && event.stopImmediatePropagation());
  addEventListener("pointerdown", ({ target }) => !pages.contains(target) && !button.contains(target) && closeMenu({ focus: false }));
}
