// Changes of the routes as people make them by hand: each gives new routes and leaves the old ones as they were.

const RADIANS = Math.PI / 180;

const copied = (routes) => routes.map((route) => ({ ...route, codes: [...route.codes] }));

/** Where a site is visited: `{route, at}`, counted from 0; null where it is not. */
export function placeOf(routes, code) {
  for (const [route, { codes }] of routes.entries()) {
    const at = codes.indexOf(code);
    if (at >= 0) return { route, at };
  }
  return null;
}

/** `code` becomes stop `at` of `route`; it leaves where it was before. */
export function placed(routes, code, { route, at }) {
  const next = copied(routes).map((each) => ({ ...each, codes: each.codes.filter((other) => other !== code) }));
  next[route].codes.splice(Math.max(0, Math.min(at, next[route].codes.length)), 0, code);
  return next;
}

/** `code` one place earlier (-1) or later (1); over the end of a route into the next one. */
export function stepped(routes, code, step) {
  const from = placeOf(routes, code);
  if (!from) return routes;
  const at = from.at + step;
  if (at >= 0 && at < routes[from.route].codes.length) return placed(routes, code, { route: from.route, at });
  const route = from.route + step;
  if (route < 0 || route >= routes.length) return routes;
  return placed(routes, code, { route, at: step > 0 ? 0 : routes[route].codes.length });
}

/** Two sites change places. */
export function swapped(routes, one, other) {
  const [a, b] = [placeOf(routes, one), placeOf(routes, other)];
  if (!a || !b) return routes;
  const next = copied(routes);
  next[a.route].codes[a.at] = other;
  next[b.route].codes[b.at] = one;
  return next;
}

export const removed = (routes, code) => copied(routes).map((route) => ({ ...route, codes: route.codes.filter((other) => other !== code) }));

/** The routes that the wishes ask for, one a day and coach; stops stay on the route of the same day, else of the same place. */
export function fitted(spec, routes) {
  const coaches = spec.together ? 1 : spec.coaches;
  const wanted = spec.days.flatMap((day) => Array.from({ length: coaches }, (_, n) => ({ date: day.date, coach: n + 1 })));
  const sameSize = wanted.length === routes.length;
  const taken = new Set();
  return wanted.map((each, at) => {
    const found = routes.find((route) => route.date === each.date && route.coach === each.coach) ?? (sameSize ? routes[at] : null);
    const codes = (found?.codes ?? []).filter((code) => !taken.has(code) && taken.add(code));
    return { ...each, codes };
  });
}

/** How far apart two places are, as the crow flies: km; 0 where one of them is not known. */
function apart(one, other) {
  if (!one || !other) return 0;
  const [[lon1, lat1], [lon2, lat2]] = [one, other];
  const east = (lon2 - lon1) * Math.cos(((lat1 + lat2) / 2) * RADIANS);
  return Math.hypot(east, lat2 - lat1) * 111.2;
}

/**
 * The places where a site at `lonlat` means the least way round, as the crow flies: `{route, at}`, the best first.
 * `days`: of the plan, in the routes' order.
 */
export function nearestPlaces(days, lonlat, most) {
  const found = days.flatMap((day, route) => {
    const way = [day.start.lonlat, ...day.stops.map((stop) => stop.lonlat), day.end.lonlat];
    return way.slice(1).map((next, at) => ({ route, at, more: apart(way[at], lonlat) + apart(lonlat, next) - apart(way[at], next) }));
  });
  return found.sort((a, b) => a.more - b.more).slice(0, most).map(({ route, at }) => ({ route, at }));
}
