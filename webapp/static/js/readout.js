// Where the cursor is: metres of the working plane and degrees.
import { fill, el } from "./dom.js";
import { number } from "./format.js";
import { gettext } from "./words.js";

const signed = (value, plus, minus) => `${Math.abs(value).toFixed(6)}° ${value < 0 ? minus : plus}`;

export class Readout {
  constructor(box) {
    this.box = box;
    this.plane = null;
    this.crs = "";
  }

  /** The plane has come. */
  use(plane, crs) {
    this.plane = plane;
    this.crs = crs;
  }

  /** Say where `{lat, lon}` is. Northing first, as surveys here write it. */
  point(place) {
    const degrees = `${signed(place.lon, "E", "W")}  ${signed(place.lat, "N", "S")}`;
    if (!this.plane) return fill(this.box, el("span", {}, degrees));
    const [east, north] = this.plane.toMetres(place);
    return fill(
      this.box,
      el("span", { title: this.crs }, `${gettext("北")} ${number(north, 1).replaceAll(",", "")}  ${gettext("东")} ${number(east, 1).replaceAll(",", "")} m`),
      el("span", {}, degrees),
    );
  }
}
