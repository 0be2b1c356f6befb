// A value of the wishes by its path as the server names it: "days[1].until", counted from 1.

const steps = (path) => (path.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) - 1 : step));

/** What lies at `path`; undefined where nothing does. */
export const valueAt = (whole, path) => steps(path).reduce((inner, step) => inner?.[step], whole);

/** The whole with `value` at `path`, and all else as it was. */
export function withValue(whole, path, value) {
  return put(whole, steps(path), value);
}

function put(inner, [step, ...rest], value) {
  const next = rest.length ? put(inner?.[step] ?? {}, rest, value) : value;
  if (typeof step !== "number") return { ...inner, [step]: next };
  const list = [...(inner ?? [])];
  list[step] = next;
  return list;
}

/** The list at `path` without its item `at` (from 0). */
export const without = (whole, path, at) => withValue(whole, path, valueAt(whole, path).filter((_, n) => n !== at));

/** The list at `path` with `item` at its end. */
export const withItem = (whole, path, item) => withValue(whole, path, [...(valueAt(whole, path) ?? []), item]);

/** What is said of one site; {code} where nothing is. */
export const wishOf = (spec, code) => spec.sites.find((site) => site.code === code) ?? { code };

const isEmpty = (value) => value === null || value === undefined || value === "" || value === false || (Array.isArray(value) && !value.length);

/** The wishes with `patch` for one site; a site of which nothing is said any more is not kept. */
export function withWish(spec, code, patch) {
  const said = Object.fromEntries(Object.entries({ ...wishOf(spec, code), ...patch }).filter(([, value]) => !isEmpty(value)));
  const others = spec.sites.filter((site) => site.code !== code);
  const at = spec.sites.findIndex((site) => site.code === code);
  if (Object.keys(said).length === 1) return { ...spec, sites: others };
  return { ...spec, sites: at < 0 ? [...others, said] : spec.sites.map((site, n) => (n === at ? said : site)) };
}

/** The wishes without holds to a day or a coach that the tour has not (any more); the same ones where there are none. */
export function loosened(spec) {
  const most = { day: spec.days.length, coach: spec.together ? 1 : spec.coaches };
  // A number of coaches that is none is told at its field; nothing is lost for it.
  const gone = (site) => Object.keys(most).filter((name) => most[name] >= 1 && (site[name] ?? 0) > most[name]);
  const held = spec.sites.filter((site) => gone(site).length);
  return held.reduce((now, site) => withWish(now, site.code, Object.fromEntries(gone(site).map((name) => [name, null]))), spec);
}
