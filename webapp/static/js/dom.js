// Building and finding elements. Text is always set as text, never as markup.

/**
 * An element. `attributes`: `class`, `title`, `aria-…`, `data-…` as written; `onclick` and the like
 * take functions; null and false are left out, true is an empty attribute. Children: nodes, texts, null.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Put `children` in place of whatever `element` holds. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** What a library is given to show: it would read a string as markup. */
export const asNode = (content) => (content instanceof Node ? content : document.createTextNode(String(content ?? "")));

/** Call `act` once after calls have stopped for `ms`. */
export function settled(act, ms) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), ms);
  };
}

/** When what the document holds now has reached the screen. */
export const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

/** Up, down, Home and End move the focus between what `selector` finds in `list`. */
export function walkWithArrows(list, selector) {
  list.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const items = findAll(selector, list).filter((item) => item.offsetParent !== null);
    const now = items.indexOf(document.activeElement);
    let next = null;
    if (event.key in steps) next = items[(now + steps[event.key] + items.length) % items.length];
    else if (event.key === "Home") next = items[0];
    else if (event.key === "End") next = items.at(-1);
    if (!next || event.target.matches("input[type=text], input[type=search], select")) return;
    event.preventDefault();
    next.focus();
  });
  return list;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the page's own sprite (static/icons.svg). */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset.static}/icons.svg#${name}`);
  svg.append(use);
  return svg;
}
