// Stops are put in another order: dragged by their grip, or moved with Alt and the arrow keys.
import { find, findAll } from "./dom.js";

const SCROLL_EDGE = 56;
const SCROLL_STEP = 14;

/** Where between the stops of the list a pointer is: `{list, at, before}`; null where it is over no list. */
function targetAt(root, y) {
  for (const list of findAll("[data-route]", root)) {
    const box = list.getBoundingClientRect();
    if (y < box.top || y > box.bottom) continue;
    const rows = findAll("[data-code]", list);
    const at = rows.findIndex((row) => {
      const { top, height } = row.getBoundingClientRect();
      return y < top + height / 2;
    });
    return { list, at: at < 0 ? rows.length : at, before: at < 0 ? null : rows[at] };
  }
  return null;
}

/**
 * Let the stops in `root` be moved: lists `[data-route]` (their number) hold rows `[data-code]` with a `.grip`.
 * `moved(code, {route, at})` when one was dropped, `stepped(code, -1 or 1)` for a key, `scroller()` is what scrolls;
 * `ended()` after each drag: while it lasts the rows must stay.
 */
export function bindDrag(root, { moved, stepped, ended, isLocked, scroller }) {
  root.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0 || isLocked()) return;
    const row = grip.closest("[data-code]");
    event.preventDefault();
    drag(root, row, grip, event, { moved, ended, scroller });
  });
  root.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest("[data-code]");
    if (!step || !row || isLocked()) return;
    if (event.altKey) {
      event.preventDefault();
      stepped(row.dataset.code, step);
    } else if (event.target === row) {
      const rows = findAll("[data-code]", root);
      const next = rows[rows.indexOf(row) + step];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
}

function drag(root, row, grip, begun, { moved, ended, scroller }) {
  const line = Object.assign(document.createElement("div"), { className: "drop-line" });
  let target = null;
  let y = begun.clientY;
  row.classList.add("dragged");
  grip.setPointerCapture(begun.pointerId);
  const scroll = setInterval(() => {
    const box = scroller().getBoundingClientRect();
    if (y < box.top + SCROLL_EDGE) scroller().scrollTop -= SCROLL_STEP;
    else if (y > box.bottom - SCROLL_EDGE) scroller().scrollTop += SCROLL_STEP;
  }, 30);
  const follow = (event) => {
    y = event.clientY;
    target = targetAt(root, y) ?? target;
    if (!target) return;
    const stops = find(".stops", target.list) ?? target.list;
    if (target.before) target.before.before(line);
    else stops.append(line);
  };
  const end = (event) => {
    clearInterval(scroll);
    for (const [name, hear] of hearers) grip.removeEventListener(name, hear);
    removeEventListener("keydown", escape, true);
    line.remove();
    row.classList.remove("dragged");
    if (event?.type === "pointerup" && target) {
      const route = Number(target.list.dataset.route);
      const own = findAll("[data-code]", target.list).indexOf(row);
      // The row itself is taken out first: places after it move up by one.
      moved(row.dataset.code, { route, at: own >= 0 && own < target.at ? target.at - 1 : target.at });
    }
    ended();
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end(null);
  };
  const hearers = [["pointermove", follow], ["pointerup", end], ["pointercancel", end]];
  for (const [name, hear] of hearers) grip.addEventListener(name, hear);
  addEventListener("keydown", escape, true);
}
