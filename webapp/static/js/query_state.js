// What a page of the desk shows, kept in its address: a link shows the same, back and forward work.

export class QueryState {
  #hearers = [];

  /** `names`: the parameters that belong to the page; others stay as they are. */
  constructor(names) {
    this.names = names;
    this.now = this.#read();
    addEventListener("popstate", () => {
      this.now = this.#read();
      this.#tell();
    });
  }

  #read() {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(this.names.map((name) => [name, query.get(name) ?? ""]));
  }

  /** `hear(now)` is called after each change. */
  listen(hear) {
    this.#hearers.push(hear);
  }

  #tell() {
    for (const hear of this.#hearers) hear(this.now);
  }

  /** Take over what `patch` says; an empty text is no parameter. */
  set(patch) {
    const next = { ...this.now, ...patch };
    if (this.names.every((name) => next[name] === this.now[name])) return;
    this.now = next;
    const query = new URLSearchParams(location.search);
    for (const name of this.names) next[name] ? query.set(name, next[name]) : query.delete(name);
    const text = query.toString();
    history.pushState(null, "", text ? `?${text}` : location.pathname);
    this.#tell();
  }

  /** The parameters that the server's lists understand, those of `names` (all) that are set. */
  query(names = this.names) {
    const query = new URLSearchParams();
    for (const name of names) if (this.now[name]) query.set(name, this.now[name]);
    return query;
  }
}
