// What of a score sheet is filled in. `kept`: {criteria: [{most}], sites: [{code}], marks: {code: [text]}}.

// The server takes one digit after the point at most.
export const MARK_STEP = 0.5;
const WRITTEN = /^\d{1,4}(\.\d)?$/;

/** Whether a text is a mark from 0 to `most`. */
export const isMark = (text, most) => WRITTEN.test(text) && Number(text) <= most;

const isDone = (kept, code) => (kept.marks[code] ?? []).length > 0 && kept.marks[code].every((text, at) => isMark(text, kept.criteria[at].most));
const isEmpty = (kept, code) => (kept.marks[code] ?? []).every((text) => text === "");

/** `{done, partly, all}`: how many sites have all their marks, the places of those that have some or wrong ones. */
export function progressOf(kept) {
  const done = kept.sites.filter((site) => isDone(kept, site.code)).length;
  const partly = kept.sites.flatMap((site, place) => (isDone(kept, site.code) || isEmpty(kept, site.code) ? [] : [place]));
  return { done, partly, all: kept.sites.length };
}

/** The ballot: the sites that have all their marks. */
export const marksToSend = (kept) => Object.fromEntries(kept.sites.filter((site) => isDone(kept, site.code)).map((site) => [site.code, kept.marks[site.code].map(Number)]));
