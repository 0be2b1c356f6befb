// The part of a canvas's pen that the marks use, writing SVG. A browser that has just started makes its first canvas
// only when its graphics process is up, and all scripts wait meanwhile; an SVG picture keeps nobody waiting.

const shown = (number) => Number(number.toFixed(3));
const PIXELS = /([\d.]+)px/;
// Of the fonts here, in parts of their size: between these a Chinese character stands, and nearly so a digit.
const ABOVE = 0.8;
const BELOW = 0.06;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => ENTITIES[sign]);

export class SvgPen {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  lineCap = "butt";
  lineJoin = "miter";
  globalAlpha = 1;
  font = "10px sans-serif";
  #parts = [];
  #path = "";
  #dash = [];

  /** A picture of what was drawn, as the address of an image. */
  address(width, height) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${this.#parts.join("")}</svg>`;
    return `data:image/svg+xml,${encodeURIComponent(svg)}`;
  }

  beginPath() {
    this.#path = "";
  }

  moveTo(x, y) {
    this.#path += `M${shown(x)} ${shown(y)}`;
  }

  /** Where nothing was begun, it begins here: as a canvas has it. */
  lineTo(x, y) {
    this.#path += `${this.#path ? "L" : "M"}${shown(x)} ${shown(y)}`;
  }

  /** Whole circles only; from the right and clockwise, as a canvas goes, so that dashes fall on the same places. */
  arc(x, y, radius) {
    const [r, across] = [shown(radius), shown(2 * radius)];
    this.#path += `M${shown(x + radius)} ${shown(y)}a${r} ${r} 0 1 1 ${-across} 0a${r} ${r} 0 1 1 ${across} 0z`;
  }

  fill() {
    this.#add("path", `d="${this.#path}"`, this.#filled());
  }

  stroke() {
    this.#add("path", `d="${this.#path}"`, this.#stroked());
  }

  fillRect(x, y, width, height) {
    this.#add("rect", this.#box(x, y, width, height), this.#filled());
  }

  strokeRect(x, y, width, height) {
    this.#add("rect", this.#box(x, y, width, height), this.#stroked());
  }

  setLineDash(parts) {
    this.#dash = parts;
  }

  measureText() {
    const size = this.#fontSize();
    return { actualBoundingBoxAscent: ABOVE * size, actualBoundingBoxDescent: BELOW * size };
  }

  /** Centred on `x`. */
  fillText(text, x, y) {
    const [, weight, family] = /^(\d*) *[\d.]+px (.*)$/.exec(this.font);
    const type = `font-size="${shown(this.#fontSize())}" font-weight="${weight || 400}" font-family="${escaped(family)}"`;
    this.#parts.push(`<text x="${shown(x)}" y="${shown(y)}" text-anchor="middle" ${type} ${this.#filled()}>${escaped(text)}</text>`);
  }

  /** A rectangle filled with what `draw(pen)` draws on a tile of `size`, over and over. */
  fillTiled(x, y, width, height, size, draw) {
    const tile = new SvgPen();
    draw(tile);
    const id = `tile${this.#parts.length}`;
    this.#parts.push(`<pattern id="${id}" width="${size}" height="${size}" patternUnits="userSpaceOnUse">${tile.#parts.join("")}</pattern>`);
    this.#add("rect", this.#box(x, y, width, height), `fill="url(#${id})" opacity="${this.globalAlpha}"`);
  }

  #fontSize() {
    return Number(PIXELS.exec(this.font)[1]);
  }

  #box(x, y, width, height) {
    return `x="${shown(x)}" y="${shown(y)}" width="${shown(width)}" height="${shown(height)}"`;
  }

  #filled() {
    return `fill="${escaped(this.fillStyle)}" opacity="${this.globalAlpha}"`;
  }

  #stroked() {
    const dash = this.#dash.length ? ` stroke-dasharray="${this.#dash.map(shown).join(" ")}"` : "";
    return `fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${shown(this.lineWidth)}" stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}" opacity="${this.globalAlpha}"${dash}`;
  }

  #add(name, where, how) {
    this.#parts.push(`<${name} ${where} ${how}/>`);
  }
}
