// The room that each part takes: side, drawer and panel on a desk; tabs and a sheet on a phone.
import { find, findAll } from "./dom.js";

const PHONE = matchMedia("(max-width: 760px)");
const DRAWER = { least: 120, step: 32, usual: 264 };
const KEPT = "guatu.layout";

export const isPhone = () => PHONE.matches;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep(patch) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...patch }));
  } catch {
    // A browser that keeps nothing: the usual sizes next time.
  }
}

export class Layout {
  /** `tabShown(name)` is called with "table" or "charts" when it comes into sight, "" when neither is. */
  constructor(state, tabShown) {
    this.body = document.body;
    this.state = state;
    this.tabShown = tabShown;
    this.drawer = find("[data-part=drawer]");
    const { drawer = DRAWER.usual, closed = false, side = true } = kept();
    this.#height(drawer);
    this.body.classList.toggle("drawer-closed", closed && !isPhone());
    this.body.classList.toggle("side-closed", !side && !isPhone());
    this.#buttons();
    this.#handle();
    state.listen((_, changed) => changed.has("tab") && this.#tab());
    PHONE.addEventListener("change", () => this.sheet(null));
    this.#tab();
  }

  #buttons() {
    for (const tab of findAll("[data-tab]")) {
      tab.addEventListener("click", () => {
        this.state.set({ tab: tab.dataset.tab }, { quiet: true });
        this.#open(true);
      });
    }
    find("[data-act=drawer]").addEventListener("click", () => this.#open(this.body.classList.contains("drawer-closed")));
    for (const each of findAll("[data-act=side]")) each.addEventListener("click", () => this.toggleSide());
    for (const each of findAll("[data-sheet]")) each.addEventListener("click", () => this.#phoneTab(each.dataset.sheet));
  }

  #open(open) {
    this.body.classList.toggle("drawer-closed", !open);
    find("[data-act=drawer]").setAttribute("aria-expanded", String(open));
    keep({ closed: !open });
    this.#tab();
  }

  toggleSide() {
    if (isPhone()) {
      this.body.classList.toggle("side-open");
      if (this.body.classList.contains("side-open")) find("[data-part=side] button, [data-part=side] input")?.focus();
      return;
    }
    const closed = this.body.classList.toggle("side-closed");
    keep({ side: !closed });
  }

  /** Close the filter sheet of a phone; whether it was open. */
  closeSide() {
    const open = this.body.classList.contains("side-open");
    this.body.classList.remove("side-open");
    return open && isPhone();
  }

  #tab() {
    const { tab } = this.state.now;
    for (const each of findAll("[data-tab]")) each.setAttribute("aria-selected", String(each.dataset.tab === tab));
    for (const page of findAll("[data-page]")) page.hidden = page.dataset.page !== tab;
    const inSight = isPhone() ? ["table", "charts"].includes(this.body.dataset.sheetOpen) : !this.body.classList.contains("drawer-closed");
    this.tabShown(inSight ? tab : "");
  }

  /** On a phone, open the sheet `name` ("table", "charts", "detail"; null: only the map). */
  sheet(name) {
    this.body.dataset.sheetOpen = name ?? "";
    for (const each of findAll("[data-sheet]")) each.setAttribute("aria-pressed", String((each.dataset.sheet || null) === name));
    if (name === "table" || name === "charts") this.state.set({ tab: name }, { quiet: true });
    this.#tab();
  }

  #phoneTab(name) {
    this.closeSide();
    this.sheet(!name || this.body.dataset.sheetOpen === name ? null : name);
  }

  #height(px) {
    const height = Math.max(DRAWER.least, Math.min(px, innerHeight - 280));
    this.body.style.setProperty("--drawer", `${height}px`);
    return height;
  }

  #handle() {
    const handle = find("[data-part=handle]");
    handle.addEventListener("pointerdown", (down) => {
      handle.setPointerCapture(down.pointerId);
      const from = this.drawer.getBoundingClientRect().height;
      const move = (event) => this.#height(from + down.clientY - event.clientY);
      handle.addEventListener("pointermove", move);
      handle.addEventListener("pointerup", () => {
        handle.removeEventListener("pointermove", move);
        keep({ drawer: this.drawer.getBoundingClientRect().height });
      }, { once: true });
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: DRAWER.step, ArrowDown: -DRAWER.step }[event.key];
      if (!step) return;
      event.preventDefault();
      keep({ drawer: this.#height(this.drawer.getBoundingClientRect().height + step) });
    });
  }
}
