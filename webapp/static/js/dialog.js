// Questions and forms over the page: the browser's own <dialog>, so that Esc, focus and screen readers work by themselves.
import { sentenceOf } from "./api.js";
import { el, fill, find, icon } from "./dom.js";
import { gettext } from "./words.js";

const LONGEST_REASON = 1000;

/**
 * Open a box with `title` and `content` (nodes). `buttons`: [{text, value, kind}], the last one main. The promise gives
 * the value of the button that closed it (Enter: the first one that has a value), or null. `check(value)`, may be async:
 * until it has answered the buttons do nothing, nor Esc or ×, so that nothing is sent twice or given up while it is done;
 * false keeps the box open.
 * `broad`: wide enough for a table.
 */
export function openDialog(title, content, buttons, { check = null, broad = false } = {}) {
  const box = el("dialog", { class: `box ${broad ? "broad" : ""}`, "aria-label": title });
  return new Promise((done) => {
    const close = (value) => {
      box.close();
      box.remove();
      done(value);
    };
    const isBusy = () => box.getAttribute("aria-busy") === "true";
    const leave = () => isBusy() || close(null);
    const press = async (value) => {
      if (isBusy()) return;
      box.setAttribute("aria-busy", "true");
      const may = check ? await Promise.resolve(check(value)).finally(() => box.removeAttribute("aria-busy")) : true;
      if (may !== false) close(value);
    };
    const last = buttons.at(-1);
    const submit = (event) => {
      event.preventDefault();
      const pressed = event.submitter?.dataset.value;
      press(pressed === undefined ? last.value : (buttons.find((each) => String(each.value) === pressed)?.value ?? null));
    };
    fill(
      box,
      el(
        "form",
        { method: "dialog", onsubmit: submit },
        el("header", {}, el("h2", {}, title), el("button", { type: "button", class: "square", "aria-label": gettext("关闭"), onclick: leave }, icon("close"))),
        el("div", { class: "content" }, content),
        el("footer", {}, buttons.map((each) => el("button", each.value === null ? { type: "button", class: "button", onclick: leave } : { type: "submit", class: `button ${each.kind ?? (each === last ? "main" : "")}`, "data-value": String(each.value) }, each.text))),
      ),
    );
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      leave();
    });
    // A second Esc closes a box whatever its page says.
    box.addEventListener("close", () => box.isConnected && (isBusy() ? box.showModal() : close(null)));
    document.body.append(box);
    box.showModal();
    find("[autofocus], .content input, .content select, .content textarea, footer .button:last-child", box)?.focus();
  });
}

/**
 * Open a form whose `act` sends it: what `act` gave (true where it gave nothing), or null where nothing was sent. The form
 * stays until the answer is there, and what goes wrong stays in it, with everything that was typed. `act` gives false to
 * keep it open.
 */
export async function form(title, content, button, act, { danger = false } = {}) {
  const failed = el("small", { class: "bad", role: "alert" });
  let done = null;
  const check = async () => {
    failed.textContent = "";
    try {
      done = (await act()) ?? true;
      return done !== false;
    } catch (problem) {
      failed.textContent = sentenceOf(problem);
      return false;
    }
  };
  const buttons = [{ text: gettext("取消"), value: null }, { text: button, value: "yes", kind: danger ? "danger" : "main" }];
  return (await openDialog(title, [content, failed], buttons, { check })) === null ? null : done;
}

/** A form that asks why before something is taken back: `act(reason)` sends it. True where it was done. */
export async function withReason(title, sentence, button, act) {
  const reason = el("textarea", { class: "field", rows: "3", maxlength: LONGEST_REASON, required: true, autofocus: true, "aria-label": gettext("理由") });
  return (await form(title, [el("p", {}, sentence), reason], button, () => act(reason.value.trim()), { danger: true })) !== null;
}

/** Ask before something that cannot be undone; true where the person agreed. */
export async function confirmed(sentence, { yes = gettext("确定"), danger = false, title = gettext("请确认") } = {}) {
  const buttons = [
    { text: gettext("取消"), value: null },
    { text: yes, value: "yes", kind: danger ? "danger" : "main" },
  ];
  return (await openDialog(title, el("p", {}, sentence), buttons)) === "yes";
}
