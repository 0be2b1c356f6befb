// A few choices side by side, of which one holds.
import { el, fill } from "./dom.js";

/** Draw `choices` ([code, text] …) into `root`; `chosen(code)` is called for another one than `now`. */
export function drawSegments(root, choices, now, chosen) {
  const buttons = choices.map(([code, text]) =>
    el("button", { type: "button", role: "radio", "aria-checked": String(code === now), tabindex: code === now ? "0" : "-1", "data-code": code, onclick: () => code !== now && chosen(code) }, text),
  );
  fill(root, buttons);
  root.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = choices.findIndex(([code]) => code === now);
    chosen(choices[(at + step + choices.length) % choices.length][0]);
    root.querySelector("[aria-checked=true]")?.focus();
  };
}

/** A select of `choices` ([code, text] …) under `label`; `all` stands for none of them. */
export function drawSelect(label, all, choices, now, chosen) {
  const options = [["", all], ...choices].map(([code, text]) => el("option", { value: code, selected: code === now }, text));
  return el("select", { class: "field", "aria-label": label, onchange: (event) => chosen(event.target.value) }, options);
}
