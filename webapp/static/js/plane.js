// The store's working plane: longitude/latitude to metres and back, lengths and areas on it.
import { loadScript } from "./api.js";
import { page } from "./page_data.js";

/** The plane of `definition` (a proj4 text); null where it cannot be had. */
export async function planeOf(definition) {
  if (!definition) return null;
  await loadScript(`${page.static}/vendor/proj4/proj4.js`);
  try {
    const transform = globalThis.proj4("WGS84", definition);
    return { toMetres: ({ lon, lat }) => transform.forward([lon, lat]) };
  } catch {
    return null;
  }
}

/** Length of a path of `[x, y]` in metres. */
export function lengthOf(path) {
  let sum = 0;
  for (let i = 1; i < path.length; i += 1) sum += Math.hypot(path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1]);
  return sum;
}

/** Area of the ring through `[x, y]` points in m², whichever way round. */
export function areaOf(ring) {
  if (ring.length < 3) return 0;
  const [x0, y0] = ring[0];
  let twice = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [x1, y1] = ring[i];
    const [x2, y2] = ring[(i + 1) % ring.length];
    // Taken from the first corner: metres of a zone have eight digits, and their products lose the last ones.
    twice += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  }
  return Math.abs(twice) / 2;
}
