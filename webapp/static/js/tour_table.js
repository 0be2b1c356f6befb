// The timetable: each route with its stops, drives, lunch and return; what breaks a rule stands where it breaks it.
import { inPath, sentenceOf } from "./api.js";
import { el, fill, find, findAll, icon } from "./dom.js";
import { number } from "./format.js";
import { badge } from "./marks.js";
import { closePopover, togglePopover } from "./popover.js";
import { steady } from "./steady.js";
import { bindDrag } from "./tour_drag.js";
import { coachWords, dayWords, drive, duration, estimatedMark, letterOf, lineSample, minutesUntil, points, said, stay, stopLabel } from "./tour_words.js";
import { gettext, wordOf } from "./words.js";

const FAR_FROM_ROAD_M = 500;

const alert = (breach) => el("p", { class: "breach" }, icon("warning"), el("span", {}, said(breach.words)));
const clock = (text) => text ?? "––:––";

export class Timetable {
  #waiting = false;

  /** `acts`: `moved(code, place)`, `stepped(code, step)`, `lock(code)`, `remove(…codes)`, `insist(…codes)`, `shift(code)`, `swap(code)`, `site(code)`, `marked(code or null)`, `looked(code)`. */
  constructor(root, head, state, { acts, mayWrite, scroller }) {
    Object.assign(this, { root, head, state, acts, mayWrite });
    /** Draw the plan as it stands, or `plan`, the best so far of a search. */
    this.draw = steady((plan = null) => this.#draw(plan));
    bindDrag(root, { moved: acts.moved, stepped: acts.stepped, isLocked: () => !mayWrite, scroller, ended: () => this.#waiting && this.draw() });
    root.addEventListener("pointerover", ({ target }) => acts.marked(target.closest("[data-code]")?.dataset.code ?? null));
    root.addEventListener("pointerleave", () => acts.marked(null));
    root.addEventListener("focusin", ({ target }) => acts.marked(target.closest("[data-code]")?.dataset.code ?? null));
    root.addEventListener("keydown", (event) => {
      const row = event.target.closest(".stop");
      if (event.key === "Delete" && row && event.target === row && mayWrite) acts.remove(row.dataset.code);
      if (event.key === "Enter" && row && event.target === row) acts.looked(row.dataset.code);
    });
  }

  #draw(plan) {
    if (find(".dragged", this.root)) {
      this.#waiting = true;
      return;
    }
    this.#waiting = false;
    const focused = document.activeElement?.closest?.(".stop")?.dataset.code;
    const act = document.activeElement?.dataset?.stopAct;
    const inside = this.root.contains(document.activeElement);
    this.plan = plan ?? this.state.shown();
    this.root.classList.toggle("pending", Boolean(this.plan.pending));
    fill(this.head, this.#summary());
    fill(this.root, this.#general(), this.plan.days.map((day, at) => this.#route(day, at)));
    if (inside && focused) this.focus(focused, act);
  }

  /** The keyboard stands on the stop of `code`, or on one of its buttons. */
  focus(code, act = null) {
    const row = find(`.stop[data-code="${CSS.escape(code)}"]`, this.root);
    const button = act ? find(`[data-stop-act=${act}]`, row ?? this.root) : null;
    (button && !button.disabled ? button : row)?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  mark(code) {
    for (const row of findAll(".stop", this.root)) row.classList.toggle("lit", row.dataset.code === code);
  }

  #summary() {
    const { plan } = this;
    const stops = plan.days.reduce((n, day) => n + day.stops.length, 0);
    const isTimed = !plan.pending && this.state.plan !== null;
    const { value: bound } = plan.bounds;
    const figure = (what, big, small = null) => el("div", { class: "figure" }, el("span", { class: "what" }, what), el("span", { class: "big" }, big), small ? el("small", {}, small) : null);
    const value = isTimed ? points(plan.value) : points(plan.days.flatMap((day) => day.stops).reduce((sum, stop) => sum + (stop.value ?? 0), 0));
    const state = !stops ? null : this.state.untimed ? el("p", { class: "verdict bad" }, icon("warning"), gettext("有的站不能安排，时间未算")) : !isTimed ? el("p", { class: "verdict" }, gettext("正在计算时间…")) : plan.breaches.length ? el("p", { class: "verdict bad" }, icon("warning"), gettext("{n} 处不合要求", { n: number(plan.breaches.length) })) : el("p", { class: "verdict good" }, gettext("全部要求都满足"));
    return [
      el("div", { class: "tour-figures" }, figure(gettext("总价值"), value, bound !== null && isTimed ? gettext("上界 {n}", { n: points(bound) }) : null), figure(gettext("站点"), number(stops)), figure(gettext("总时长"), isTimed ? duration(plan.minutes) : "—", plan.estimated && isTimed ? estimatedMark() : null)),
      state,
    ];
  }

  #general() {
    const { plan } = this;
    const told = (list, title) => (list.length ? el("div", { class: "notice bad", role: "alert" }, icon("warning"), el("div", {}, el("strong", {}, title), el("ul", {}, list.map((words) => el("li", {}, said(words)))))) : null);
    const placed = (breach) => (breach.code && this.state.placeOf(breach.code)) || breach.date;
    return [
      this.#untimed(),
      told(plan.clashes, gettext("要求互相冲突")),
      plan.nearest.length ? el("div", { class: "notice" }, icon("info"), el("div", {}, el("strong", {}, gettext("最接近的可行办法")), el("ul", {}, plan.nearest.map((words) => el("li", {}, said(words)))))) : null,
      plan.pending ? null : plan.breaches.filter((breach) => !placed(breach)).map(alert),
      plan.estimated ? el("p", { class: "estimated-note" }, estimatedMark(), gettext("没有导入路网：车程按直线距离 × 1.35、每小时 40 公里估算。")) : null,
    ];
  }

  /** The stops that may not be visited under the wishes as they are now. */
  #barred() {
    const { state } = this;
    return state.routes.flatMap((route) => route.codes).filter((code) => state.sites.size > 0 && !state.sites.get(code)?.eligible);
  }

  #untimed() {
    const { untimed } = this.state;
    if (!untimed) return null;
    const barred = this.#barred();
    const button = (words, act) => el("button", { type: "button", class: "tiny", onclick: () => act(...barred) }, words);
    return el("div", { class: "notice bad", role: "alert" }, icon("warning"), el("div", {}, el("p", {}, sentenceOf(untimed)), barred.length && this.mayWrite ? el("p", { class: "tinies" }, button(gettext("移出这些站"), this.acts.remove), button(gettext("设为必看，保留"), this.acts.insist)) : null));
  }

  #route(day, at) {
    const { plan, state } = this;
    const many = plan.days.length > 1;
    const title = `${many ? `${letterOf(at)} · ` : ""}${dayWords(day.date)} · ${coachWords(state.spec, day.coach)}`;
    const broken = plan.pending ? [] : plan.breaches.filter((breach) => breach.date === day.date && (breach.coach === day.coach || breach.coach === null) && !(breach.code && state.placeOf(breach.code)));
    const rows = day.stops.map((stop, n) => this.#stop(stop, n, at));
    if (day.lunch) rows.splice(Math.min(day.lunch.after, rows.length), 0, this.#lunch(day.lunch));
    return el(
      "section",
      { class: "route", "data-route": String(at), "aria-label": title },
      el("header", {}, lineSample(at), el("h3", {}, title), day.stops.length && !plan.pending ? el("small", {}, duration(day.minutes)) : null),
      broken.map(alert),
      el("p", { class: "end-row" }, el("b", {}, clock(day.depart)), gettext("从{name}出发", { name: day.start.name || gettext("起点") })),
      el("ol", { class: "stops" }, rows, rows.length ? null : el("li", { class: "none" }, gettext("还没有站点：点“规划”，或从候选点加入"))),
      day.stops.length ? el("p", { class: "drive-row" }, day.back && !plan.pending ? drive(day.back_drive_min, day.back_drive_km, plan) : gettext("车程待算")) : null,
      el("p", { class: "end-row" }, el("b", {}, clock(plan.pending ? null : day.back)), gettext("回到{name}", { name: day.end.name || gettext("终点") }), plan.pending || !day.back ? null : this.#slack(day)),
    );
  }

  #slack(day) {
    const left = minutesUntil(day.back, day.must_back);
    const what = day.meeting === day.must_back ? gettext("会议 {time} 开始", { time: day.meeting }) : gettext("最晚 {time}", { time: day.must_back });
    return el("span", { class: left < 0 ? "slack bad" : "slack" }, `${what}，`, left < 0 ? gettext("晚 {n} 分", { n: number(-left) }) : gettext("余 {n} 分", { n: number(left) }));
  }

  #lunch(lunch) {
    const { plan } = this;
    return el("li", { class: "lunch-row" }, lunch.drive_min ? el("p", { class: "drive-row" }, drive(lunch.drive_min, lunch.drive_km, plan)) : null, el("p", {}, el("b", {}, `${lunch.begin}–${lunch.leave}`), gettext("午餐"), lunch.place.name ? ` · ${lunch.place.name}` : ""));
  }

  #stop(stop, n, at) {
    const { plan } = this;
    const label = stopLabel(at, n, plan.days.length);
    const broken = [...this.#notAllowed(stop.code), ...(plan.pending ? [] : plan.breaches.filter((breach) => breach.code === stop.code))];
    const isTimed = stop.arrive !== null && !plan.pending;
    const spoken = [`${label} ${stop.name}`, isTimed ? gettext("{a} 到，{b} 离开", { a: stop.arrive, b: stop.leave }) : gettext("时间待算"), ...broken.map((breach) => said(breach.words))].join("，");
    return el(
      "li",
      { class: `stop${broken.length ? " broken" : ""}${stop.locked ? " locked" : ""}`, "data-code": stop.code, tabindex: "0", "aria-label": spoken, "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown Delete" },
      el("p", { class: "drive-row" }, isTimed ? drive(stop.drive_min, stop.drive_km, plan) : gettext("车程待算")),
      el(
        "div",
        { class: `stop-row${this.mayWrite ? "" : " reading"}` },
        this.mayWrite ? el("span", { class: "grip no-print", "aria-hidden": "true", title: gettext("拖动改顺序；键盘 Alt+↑ Alt+↓") }, icon("grip")) : null,
        el("span", { class: "stop-no" }, label),
        el("div", { class: "stop-what" }, el("button", { type: "button", class: "text name", onclick: () => this.acts.looked(stop.code) }, stop.name), el("small", {}, this.#facts(stop)), this.#notes(stop), broken.map(alert)),
        el("div", { class: "stop-times" }, el("b", {}, clock(stop.arrive)), el("span", {}, clock(stop.leave)), el("small", {}, stay(stop), stop.wait_min ? el("i", {}, gettext("等 {n} 分", { n: number(stop.wait_min) })) : null)),
        this.mayWrite ? this.#acts(stop, label) : null,
      ),
    );
  }

  /** As a breach: it may not be visited any more. */
  #notAllowed(code) {
    if (!this.#barred().includes(code)) return [];
    const why = this.state.sites.get(code)?.why;
    return [{ words: why?.zh ? why : { zh: gettext("已不在候选范围内"), en: gettext("已不在候选范围内") } }];
  }

  #facts(stop) {
    return [stop.town_name, gettext("价值 {n}", { n: points(stop.value) }), stop.must ? gettext("必看") : null, stop.locked ? gettext("已固定") : null].filter(Boolean).join(" · ");
  }

  #notes(stop) {
    const [worst] = stop.flags ?? [];
    const known = [stop.reporter ? gettext("汇报：{name}", { name: stop.reporter }) : null, stop.parking ? gettext("停车：{place}", { place: stop.parking }) : null, stop.spare ? gettext("备用：{name}", { name: stop.spare }) : null].filter(Boolean).join(" · ");
    return [
      worst ? el("a", { class: "tag flag", href: `/?sel=project:${inPath(stop.code)}`, title: gettext("用地有瓶颈，在挂图上查看") }, badge("flag", worst, 16), wordOf("Flag", worst)) : null,
      stop.off_road_m > FAR_FROM_ROAD_M ? el("span", { class: "tag warn" }, gettext("距公路 {n} 米", { n: number(stop.off_road_m) })) : null,
      known ? el("small", {}, known) : null,
    ];
  }

  #acts(stop, label) {
    const { code } = stop;
    const button = (act, sign, words, onclick, more = {}) => el("button", { type: "button", class: "square", "data-stop-act": act, title: words, "aria-label": `${words}：${label} ${stop.name}`, onclick, ...more }, icon(sign));
    const menu = button("more", "more", gettext("更多"), () => togglePopover(menu, stop.name, this.#menu(stop)), { "aria-haspopup": "dialog", "aria-expanded": "false" });
    return el(
      "div",
      { class: "stop-acts no-print" },
      button("lock", stop.locked ? "lock" : "unlock", stop.locked ? gettext("解除固定") : gettext("固定在这一天这辆车"), () => this.acts.lock(code), { "aria-pressed": String(Boolean(stop.locked)) }),
      button("up", "up", gettext("前移"), () => this.acts.stepped(code, -1)),
      button("down", "down", gettext("后移"), () => this.acts.stepped(code, 1)),
      menu,
    );
  }

  #menu(stop) {
    const choice = (words, act) => {
      const press = () => {
        closePopover({ focus: false });
        act(stop.code);
      };
      return el("button", { type: "button", class: "row", onclick: press }, words);
    };
    return el(
      "div",
      { class: "rows menu-rows" },
      choice(gettext("移到其他位置…"), this.acts.shift),
      choice(gettext("与另一站互换…"), this.acts.swap),
      choice(gettext("停留、时段、汇报人…"), this.acts.site),
      choice(gettext("出入口…"), this.acts.entrance),
      choice(gettext("移出行程"), this.acts.remove),
      el("a", { class: "row", href: `/?sel=project:${inPath(stop.code)}` }, gettext("在挂图上查看")),
    );
  }
}
