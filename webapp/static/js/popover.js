// A small panel under a button. One at a time; Esc or a click elsewhere closes it and gives the focus back.
import { el, find } from "./dom.js";

const GAP = 6;
let shown = null;

function place(box, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight;
  box.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
  box.style.top = `${below ? at.bottom + GAP : Math.max(GAP, Math.min(at.top - GAP - height, innerHeight - height - GAP))}px`;
}

/** Close what is open; whether something was. */
export function closePopover({ focus = true } = {}) {
  if (!shown) return false;
  const { box, button } = shown;
  shown = null;
  box.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
  return true;
}

/** Open `content` under `button`, or close it where it is open. */
export function togglePopover(button, label, content) {
  const again = shown?.button === button;
  closePopover({ focus: again });
  if (again) return;
  const box = el("div", { class: "popover", role: "dialog", "aria-label": label }, content);
  document.body.append(box);
  place(box, button);
  button.setAttribute("aria-expanded", "true");
  shown = { box, button };
  find("input, button, a", box)?.focus();
}

/** The button under which something is open, or undefined. */
export const popoverButton = () => shown?.button;

/** That button was drawn anew: what is open hangs under `button` from now on. */
export function hangOn(button) {
  shown.button = button;
  button.setAttribute("aria-expanded", "true");
}

addEventListener("pointerdown", (event) => {
  if (shown && !shown.box.contains(event.target) && !shown.button.contains(event.target)) closePopover({ focus: false });
});
addEventListener("resize", () => closePopover({ focus: false }));
