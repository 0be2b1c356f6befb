// The map's own filter, working on a tour's candidates: it reads and sets the wishes instead of the address.
import { Filter } from "./filter.js";
import { countOfFilters, FACETS } from "./state.js";

const noFacets = () => Object.fromEntries(FACETS.map((name) => [name, []]));

/** The wishes' filter as the wall map's filter knows one. */
class FilterOfWishes {
  #hearers = [];

  constructor(state) {
    this.state = state;
    state.listen((name) => {
      if (["tour", "spec"].includes(name)) for (const hear of this.#hearers) hear(this.now, new Set(["facets", "words"]));
    });
  }

  get now() {
    const wanted = this.state.spec?.candidates ?? {};
    return { facets: { ...noFacets(), ...Object.fromEntries(FACETS.map((name) => [name, wanted[name] ?? []])) }, words: wanted.words ?? "" };
  }

  listen(hear) {
    this.#hearers.push(hear);
  }

  set(patch) {
    const { facets, words } = { ...this.now, ...patch };
    this.state.setSpec({ ...this.state.spec, candidates: filterOf({ facets, words }) });
  }

  setFacet(name, values) {
    this.set({ facets: { ...this.now.facets, [name]: values } });
  }

  toggleFacet(name, value) {
    const values = this.now.facets[name];
    this.setFacet(name, values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
  }

  clearFilter() {
    this.set({ facets: noFacets(), words: "" });
  }
}

/** A filter as the wishes carry it. */
export const filterOf = ({ facets, words }) => ({ ...facets, words });

/** Whether a filter narrows anything. */
export const narrows = (filter) => countOfFilters(filter) > 0;

/** The filter of the candidates in `root`; `choicesCame(choices)` shows what may be chosen. */
export function bindFilter(root, state) {
  const hearers = [];
  const data = { choices: null, listen: (hear) => hearers.push(hear) };
  new Filter(root, new FilterOfWishes(state), data);
  return (choices) => {
    data.choices = choices;
    for (const hear of hearers) hear(data, "choices");
  };
}
