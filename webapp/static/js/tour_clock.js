// A route against the clock: what was tapped, what is to be expected of the halts to come, how late the coach is.
// Times are minutes after midnight of the route's day, in the county's own time (Asia/Shanghai, UTC+8, no summer time).

const MINUTE_MS = 60_000;
const SHANGHAI_MIN = 8 * 60;
const DAY_MIN = 24 * 60;

const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** Minutes after midnight of `date` (YYYY-MM-DD) in Shanghai, of a moment in milliseconds since 1970. */
export const minutesOf = (moment, date) => Math.floor(moment / MINUTE_MS) + SHANGHAI_MIN - Date.parse(`${date}T00:00:00Z`) / MINUTE_MS;

/** The day in Shanghai of a moment. */
export const dayOf = (moment) => new Date(moment + SHANGHAI_MIN * MINUTE_MS).toISOString().slice(0, 10);

/** 545 → 09:05; of the next day the time of day. */
export function clockText(at) {
  const within = ((at % DAY_MIN) + DAY_MIN) % DAY_MIN;
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
}

/**
 * The halts of a route as the plan has them, start and end among them: `{key, kind, name, arrive, begin, leave, halt}`.
 * The start has no arrival, the end is not left: both times are then equal.
 */
export function haltsOf(day) {
  const timed = (key, kind, name, halt) => ({ key, kind, name, halt, arrive: minutes(halt.arrive), begin: minutes(halt.begin), leave: minutes(halt.leave) });
  const at = (key, kind, place, clock) => ({ key, kind, name: place.name, halt: place, arrive: minutes(clock), begin: minutes(clock), leave: minutes(clock) });
  const halts = day.stops.map((stop) => timed(stop.code, "stop", stop.name, stop));
  if (day.lunch) halts.splice(day.lunch.after, 0, timed("lunch:", "lunch", day.lunch.place.name, day.lunch));
  return [at("start:", "start", day.start, day.depart), ...halts, at("end:", "end", day.end, day.back)];
}

/** Taps (`[{key, what: "arrive" | "leave", at: ms}]`, in their order) by halt: key → {arrive, leave} in minutes. */
export function tapped(taps, date) {
  const found = {};
  for (const { key, what, at } of taps) found[key] = { ...found[key], [what]: minutesOf(at, date) };
  return found;
}

/**
 * How the route stands: `{phase, at, late, rows}`.
 *
 * `phase`: "before" the start, "driving" to the halt `at`, "there" at it, "over". `late`: minutes by which what comes
 * next (the departure, the arrival, the end of the stay) is later than planned; negative: earlier. `rows`: for each halt
 * `{arrive, leave, isPast, isExpected}`: what was tapped, else what is expected (a halt passed without a tap has null).
 * A drive takes as long as planned, and so does a stay. A stay that the plan has waiting does not begin before its hour,
 * which is where a delay is made up for. What should have happened and was not tapped is expected now. `now` beyond the
 * route's own day says nothing.
 */
export function standing(halts, taps, now) {
  const clock = now <= DAY_MIN ? now : -Infinity;
  const last = halts.map((halt) => halt.key in taps).lastIndexOf(true);
  const rows = [];
  let left = null;
  halts.forEach((halt, place) => {
    const tap = taps[halt.key] ?? {};
    if (place < last) {
      rows.push({ arrive: tap.arrive ?? null, leave: tap.leave ?? null, isPast: true, isExpected: false });
      return;
    }
    const arrive = tap.arrive ?? (place === last ? (tap.leave ?? null) : place === 0 ? null : Math.max(left + halt.arrive - halts[place - 1].leave, place === last + 1 ? clock : -Infinity));
    const begin = arrive === null ? halt.begin : halt.begin > halt.arrive ? Math.max(arrive, halt.begin) : arrive;
    const isStaying = place === last || (place === 0 && last < 0);
    left = tap.leave ?? Math.max(begin + halt.leave - halt.begin, isStaying ? clock : -Infinity);
    rows.push({ arrive, leave: left, isPast: tap.leave !== undefined, isExpected: tap.arrive === undefined && tap.leave === undefined });
  });
  return { ...whereNow(halts, taps, rows, last), rows };
}

function whereNow(halts, taps, rows, last) {
  const end = halts.length - 1;
  if (last < 0) return { phase: "before", at: 0, late: rows[0].leave - halts[0].leave };
  if (last === end) return { phase: "over", at: end, late: rows[end].arrive - halts[end].arrive };
  if (taps[halts[last].key].leave === undefined) return { phase: "there", at: last, late: rows[last].leave - halts[last].leave };
  return { phase: "driving", at: last + 1, late: rows[last + 1].arrive - halts[last + 1].arrive };
}
