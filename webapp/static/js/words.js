// Texts for people. The Chinese text is the key; the server's catalogue has the other languages.
import { page } from "./page_data.js";

/** The text in the page's language; `{name}` is replaced from `values`. */
export function gettext(text, values = {}) {
  return (page.texts[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A server's `{zh, en}` in the page's language. */
export function wordsOf(words) {
  if (!words) return "";
  return page.language === "en" ? words.en || words.zh : words.zh || words.en;
}

/** The words of a code in a code list (`Stage`, `Lamp`, …); the code itself where the list lacks it. */
export function wordOf(list, code) {
  const row = (page.codes[list] ?? []).find((entry) => entry.code === code);
  return row ? wordsOf(row) : (code ?? "");
}

/** The words of a code in a list that came with an answer; "—" where the list lacks it. */
export const wordIn = (list, code) => wordsOf(list.find((each) => each.code === code)) || "—";

export const isEnglish = page.language === "en";
