// Hatches, badges and swatches, drawn from the style table: the map, the legend and the table show the same.
import { page } from "./page_data.js";
import { SvgPen } from "./svg_pen.js";
import { isEnglish } from "./words.js";

const RATIO = 2;
const TILE = 12;
export const BADGE = 32;
const UNKNOWN = { fill: "#FFFFFF", stroke: "#59616E", hatch: "none", symbol: "", symbol_en: "", dash: [], zh: "—", en: "—" };

/** The mark of a code; a plain one where the table lacks it. */
export const markOf = (table, code) => page.style[table]?.[code || "none"] ?? UNKNOWN;

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width * RATIO;
  canvas.height = height * RATIO;
  // Kept in the processor's memory: reading back from a graphics card, or its imitation, takes longer than drawing.
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  return { canvas, pen };
}

const LINES = {
  diagonal: [[0, 1, 1, 0], [-0.5, 0.5, 0.5, -0.5], [0.5, 1.5, 1.5, 0.5]],
  back_diagonal: [[0, 0, 1, 1], [-0.5, 0.5, 0.5, 1.5], [0.5, -0.5, 1.5, 0.5]],
  horizontal: [[0, 0.25, 1, 0.25], [0, 0.75, 1, 0.75]],
  vertical: [[0.25, 0, 0.25, 1], [0.75, 0, 0.75, 1]],
  grid: [[0, 0.5, 1, 0.5], [0.5, 0, 0.5, 1]],
  dashes: [[0, 0.25, 0.5, 0.25], [0.5, 0.75, 1, 0.75]],
};
LINES.cross = [...LINES.diagonal, ...LINES.back_diagonal];
const DOTS = {
  dots: [[0.25, 0.25], [0.75, 0.75]],
  dense_dots: [[0.17, 0.17], [0.5, 0.17], [0.83, 0.17], [0.17, 0.5], [0.5, 0.5], [0.83, 0.5], [0.17, 0.83], [0.5, 0.83], [0.83, 0.83]],
};

function drawTile(pen, hatch, colour, size) {
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 1;
  for (const [x1, y1, x2, y2] of LINES[hatch] ?? []) {
    pen.beginPath();
    pen.moveTo(x1 * size, y1 * size);
    pen.lineTo(x2 * size, y2 * size);
    pen.stroke();
  }
  for (const [x, y] of DOTS[hatch] ?? []) {
    pen.beginPath();
    pen.arc(x * size, y * size, 0.85, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** A hatch as a seamless tile for the map. */
export function hatchImage(mark) {
  const { canvas, pen } = canvasOf(TILE, TILE);
  drawTile(pen, mark.hatch, mark.stroke, TILE);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

// Drawn, not typed: fonts differ in these.
const STROKES = {
  "✓": [[-0.5, 0.05, -0.12, 0.42, 0.52, -0.38]],
  "✕": [[-0.4, -0.4, 0.4, 0.4], [0.4, -0.4, -0.4, 0.4]],
  "–": [[-0.42, 0, 0.42, 0]],
  "!": [[0, -0.55, 0, 0.12], [0, 0.5, 0, 0.52]],
};

function light(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 140;
}

function drawSymbol(pen, symbol, x, y, radius, colour) {
  pen.strokeStyle = pen.fillStyle = colour;
  if (STROKES[symbol]) {
    pen.lineWidth = radius * 0.26;
    pen.lineCap = pen.lineJoin = "round";
    for (const line of STROKES[symbol]) {
      pen.beginPath();
      for (let i = 0; i < line.length; i += 2) pen.lineTo(x + line[i] * radius, y + line[i + 1] * radius);
      pen.stroke();
    }
    return;
  }
  pen.font = `600 ${radius * 1.12}px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  const box = pen.measureText(symbol);
  pen.fillText(symbol, x, y + (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2);
}

function drawBadge(pen, mark, centre, radius) {
  pen.beginPath();
  pen.arc(centre, centre, radius + 1.5, 0, 2 * Math.PI);
  pen.fillStyle = "rgba(255,255,255,0.95)";
  pen.fill();
  pen.beginPath();
  pen.arc(centre, centre, radius, 0, 2 * Math.PI);
  pen.fillStyle = mark.fill;
  pen.fill();
  pen.lineWidth = radius * 0.13;
  pen.strokeStyle = mark.stroke;
  pen.setLineDash((mark.dash ?? []).map((part) => part * radius * 0.16));
  pen.stroke();
  pen.setLineDash([]);
  const symbol = isEnglish ? mark.symbol_en : mark.symbol;
  if (symbol) drawSymbol(pen, symbol, centre, centre, radius * 0.82, light(mark.fill) ? "#14191F" : "#FFFFFF");
}

/** A project's circle for the map; the map scales it by total investment. */
export function badgeImage(mark) {
  const { canvas, pen } = canvasOf(BADGE + 4, BADGE + 4);
  drawBadge(pen, mark, BADGE / 2 + 2, BADGE / 2 - 1);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** The image that the map asks for by name: `hatch:TABLE:CODE` or `badge:TABLE:CODE`; null for another. */
export function imageNamed(name) {
  const [kind, table, ...rest] = name.split(":");
  const mark = markOf(table, rest.join(":"));
  if (kind === "hatch") return { image: hatchImage(mark), options: { pixelRatio: RATIO } };
  if (kind === "badge") return { image: badgeImage(mark), options: { pixelRatio: RATIO } };
  return null;
}

/** As the map wants it: the fill of a feature by the code that its `property` has in `table`. */
export const fillOf = (table, property) => ["match", ["get", property], ...Object.entries(page.style[table]).flatMap(([code, mark]) => [code, mark.fill]), UNKNOWN.fill];

/** The same of its hatch. */
export const hatchOf = (table, property) => ["concat", `hatch:${table}:`, ["get", property]];

function drawArea(pen, mark, width, height) {
  const inset = 1;
  pen.fillStyle = mark.fill;
  pen.globalAlpha = Math.max(mark.opacity ?? 1, 0.35);
  pen.fillRect(inset, inset, width - 2 * inset, height - 2 * inset);
  pen.globalAlpha = 1;
  if (mark.hatch !== "none") {
    pen.globalAlpha = 0.75;
    pen.fillTiled(inset, inset, width - 2 * inset, height - 2 * inset, 8, (tile) => drawTile(tile, mark.hatch, mark.stroke, 8));
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = mark.stroke;
  pen.lineWidth = Math.min(mark.width_px ?? 1.2, 2.6);
  pen.setLineDash((mark.dash ?? []).map((part) => part * 1.2));
  pen.strokeRect(inset, inset, width - 2 * inset, height - 2 * inset);
}

const drawn = new Map();

function addressOf(key, width, height, draw) {
  if (!drawn.has(key)) {
    const pen = new SvgPen();
    draw(pen);
    drawn.set(key, pen.address(width, height));
  }
  return drawn.get(key);
}

function picture(address, width, height) {
  const image = new Image(width, height);
  image.src = address;
  image.alt = "";
  image.className = "mark";
  return image;
}

/** A small badge as an image element, `size` px across. */
export function badge(table, code, size = 18) {
  const address = addressOf(`badge:${table}:${code}:${size}`, size, size, (pen) =>
    drawBadge(pen, markOf(table, code), size / 2, size / 2 - 2),
  );
  return picture(address, size, size);
}

/** A piece of area as an image element, as it looks on the map. */
export function swatch(table, code, width = 26, height = 16) {
  const address = addressOf(`swatch:${table}:${code}:${width}`, width, height, (pen) =>
    drawArea(pen, markOf(table, code), width, height),
  );
  return picture(address, width, height);
}
