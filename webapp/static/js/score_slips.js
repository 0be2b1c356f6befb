// The codes of a scoring as slips to be cut out: shown and printed once, from the answer that opened the scoring.
import { confirmed } from "./dialog.js";
import { el, icon } from "./dom.js";
import { gettext } from "./words.js";

/** In an order of their own, so that a sheet of slips tells nothing of who got which. */
export function shuffled(list) {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor((crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32) * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
  }
  return mixed;
}

const slip = ({ code, qr }, tour, address) =>
  el(
    "li",
    { class: "slip" },
    el("img", { src: qr, alt: "", width: 96, height: 96 }),
    el("div", {}, el("b", {}, tour.title), el("span", { class: "slip-code" }, code), el("small", {}, gettext("扫码，或打开下面的网址输入评分码；不记名，只能提交一次。")), el("small", { class: "slip-address" }, address)),
  );

/** `answer`: {address, slips: [{code, qr}]} of the scoring's opening; `done()` puts the slips away for good. */
export function drawSlips({ slips, address }, tour, done) {
  const away = async () => {
    if (await confirmed(gettext("收起后评分码不能再显示。都打印好了吗？"), { yes: gettext("已打印，收起") })) done();
  };
  return el(
    "section",
    { class: "card slips" },
    el("header", { class: "no-print" }, el("h3", {}, gettext("评分条（{n} 张）", { n: slips.length })), el("p", { class: "quiet" }, gettext("现在就打印、裁开、打乱；离开本页后不能再看到。")), el("span", { class: "acts-row" }, el("button", { type: "button", class: "button main", onclick: () => print() }, icon("print"), gettext("打印评分条")), el("button", { type: "button", class: "button", onclick: away }, gettext("已打印，收起")))),
    el("ul", {}, slips.map((each) => slip(each, tour, address))),
  );
}
