// Recording over a list: one parcel, or several together, all or none.
import { ask } from "./api.js";
import { el, find, icon } from "./dom.js";
import { number } from "./format.js";
import { Recorder } from "./parcel_recorder.js";
import { tell } from "./tools.js";
import { gettext } from "./words.js";

/** Open the form for these parcels; `done(sentence)` after they were recorded. What comes next is the first one's. */
export async function recordTogether(numbers, done) {
  let answer = null;
  try {
    answer = await ask("/api/parcel", new URLSearchParams({ no: numbers[0] }), "recorder");
  } catch (problem) {
    tell(problem.message);
  }
  if (!answer) return;
  const title = numbers.length === 1 ? gettext("地块 {no}", { no: numbers[0] }) : gettext("一并登记 {n} 块地", { n: number(numbers.length) });
  const box = el("dialog", { class: "box", "aria-label": title });
  const close = () => {
    box.close();
    box.remove();
  };
  const recorder = new Recorder(answer, async (sentence) => {
    close();
    await done(sentence);
  }, numbers);
  box.append(
    el("header", {}, el("h2", {}, title), el("button", { type: "button", class: "square", "aria-label": gettext("关闭"), onclick: close }, icon("close"))),
    el("div", { class: "content" }, recorder.element),
  );
  box.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  document.body.append(box);
  box.showModal();
  find("select", box).focus();
}
