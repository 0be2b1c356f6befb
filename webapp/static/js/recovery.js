// Looks quietly whether a server that failed answers again, so that a page recovers by itself.

const FIRST_MS = 3_000;
const LONGEST_MS = 20_000;

/** Not all pages that a server left come back to it at the same moment. */
const spread = (ms) => ms * (0.75 + Math.random() / 2);

export class Recovery {
  #timer = null;
  #wait = FIRST_MS;
  #ended = -Infinity;

  /** `again()` is called when the server answers: what failed is then asked for once more. */
  constructor(again) {
    this.again = again;
    document.addEventListener("visibilitychange", () => !document.hidden && this.#timer && this.#look());
  }

  /** Look now and then, ever more seldom, until `end()`. What fails anew soon after it ended is not hurried. */
  begin() {
    if (this.#timer) return;
    if (performance.now() - this.#ended > 2 * LONGEST_MS) this.#wait = FIRST_MS;
    this.#later();
  }

  end() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#ended = performance.now();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), spread(this.#wait));
    this.#wait = Math.min(this.#wait * 1.5, LONGEST_MS);
  }

  /** One small question; nobody asks for a page that is not looked at. */
  async #look() {
    this.#later();
    if (document.hidden) return;
    const answers = await fetch("/healthz", { cache: "no-store" }).then(
      (response) => response.ok,
      () => false,
    );
    if (answers && this.#timer) this.again();
  }
}
