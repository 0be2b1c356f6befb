// Asking the server. One request a purpose: a newer one takes the place of the older.
import { gettext, wordsOf } from "./words.js";

/** What went wrong, with a sentence for people. */
export class Problem extends Error {
  constructor(sentence, { status = 0, detail = "" } = {}) {
    super(sentence);
    this.status = status;
    this.detail = detail;
  }

  /** The server could not be reached, or is not itself: trying again may help. */
  get mayPass() {
    return this.status === 0 || this.status >= 500;
  }
}

const underWay = new Map();
const watchers = [];
const failureWatchers = [];

/** `hear(n)` is called with the number of requests under way whenever it changes. */
export function watchRequests(hear) {
  watchers.push(hear);
}

/** `hear(problem)` is called with every request that failed as it may: trying again may help. */
export function watchFailures(hear) {
  failureWatchers.push(hear);
}

function told(problem) {
  if (problem.mayPass) for (const hear of failureWatchers) hear(problem);
  return problem;
}

function tellWatchers() {
  for (const hear of watchers) hear(underWay.size);
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const sentence = wordsOf(body.title) || gettext("服务器回答 {status}", { status: response.status });
  const detail = [body.column, body.found, body.expected].filter(Boolean).join(" · ");
  return new Problem(sentence, { status: response.status, detail });
}

/**
 * The JSON at `path`. `purpose` names what it is for: an older request for the same is dropped,
 * and its promise gives null.
 */
export async function ask(path, query = null, purpose = path) {
  underWay.get(purpose)?.abort();
  const controller = new AbortController();
  underWay.set(purpose, controller);
  tellWatchers();
  const text = query ? query.toString() : "";
  try {
    const response = await fetch(text ? `${path}?${text}` : path, {
      signal: controller.signal,
      headers: { Accept: "application/json" },
    });
    if (!response.ok) throw await problemOf(response);
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") return null;
    if (error instanceof Problem) throw told(error);
    throw told(new Problem(gettext("连接不上服务器"), { detail: String(error.message) }));
  } finally {
    if (underWay.get(purpose) === controller) underWay.delete(purpose);
    tellWatchers();
  }
}

/** A key as part of an address. */
export const inPath = (key) => key.split("/").map(encodeURIComponent).join("/");

const scripts = new Map();

/** Load one of the page's own classic scripts once. */
export function loadScript(address) {
  if (!scripts.has(address)) {
    scripts.set(
      address,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = resolve;
        script.onerror = () => {
          scripts.delete(address);
          reject(new Problem(gettext("连接不上服务器"), { detail: address }));
        };
        document.head.append(script);
      }),
    );
  }
  return scripts.get(address);
}
