// Lists and forms are drawn anew only when no button of the mouse is down: a click must find what it was aimed at.

const waiting = new Map();
let isDown = false;

function released() {
  isDown = false;
  const acts = [...waiting.values()];
  waiting.clear();
  for (const act of acts) act();
}

// The click follows its mouseup at once; a touch, too, has these events.
addEventListener("mousedown", () => (isDown = true), true);
addEventListener("mouseup", () => setTimeout(released), true);
addEventListener("dragend", () => setTimeout(released), true);

/** `draw`, which waits while a button of the mouse is down; of several calls the last one counts. */
export function steady(draw) {
  const late = (...given) => {
    if (!isDown) return draw(...given);
    waiting.set(late, () => draw(...given));
    return undefined;
  };
  return late;
}
