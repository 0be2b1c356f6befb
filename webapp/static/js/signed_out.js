// A session that ended while somebody was writing: they sign in beside the page, and lose nothing of what they wrote.
import { el, find } from "./dom.js";
import { gettext } from "./words.js";

/** Offer to sign in on a page of its own, over the page or within the box that is open. Once is enough. */
export function offerSignIn() {
  find(".signed-out")?.remove();
  const box = el(
    "p",
    { class: "signed-out", role: "alert" },
    gettext("登录已结束，填写的内容还在。"),
    el("a", { href: "/login", target: "_blank", rel: "noopener", onclick: () => box.remove() }, gettext("在新页面登录")),
    gettext("，回来后再试一次。"),
  );
  const within = find("dialog[open] .content");
  if (within) within.append(box);
  else document.body.append(box);
}
