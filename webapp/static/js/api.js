// Asking the server. One request a purpose: a newer one takes the place of the older.
import { offerSignIn } from "./signed_out.js";
import { gettext, wordsOf } from "./words.js";

/**
 * What went wrong, with a sentence for people. `problem` is the server's answer itself: `type`, `errors` of several
 * values (`{title, found, expected, column}`), `conflicts` with both versions; empty where the server said nothing.
 */
export class Problem extends Error {
  constructor(sentence, { status = 0, detail = "", problem = {} } = {}) {
    super(sentence);
    this.status = status;
    this.detail = detail;
    this.problem = problem;
  }

  /** The server could not be reached, or is not itself: trying again may help. */
  get mayPass() {
    return this.status === 0 || this.status >= 500;
  }
}

/** What went wrong, in a line: the sentence, and what was found and expected where the server said it. */
export const sentenceOf = (problem) => [problem.message, problem.detail].filter(Boolean).join("：");

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
  return problemIn(await response.json().catch(() => ({})), response.status);
}

function problemIn(problem, status) {
  const sentence = wordsOf(problem.title) || gettext("服务器回答 {status}", { status });
  const detail = [problem.column, problem.found, problem.expected].filter(Boolean).join(" · ");
  return new Problem(sentence, { status, detail, problem });
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
    throw told(unreachable(String(error.message)));
  } finally {
    if (underWay.get(purpose) === controller) underWay.delete(purpose);
    tellWatchers();
  }
}

const unreachable = (detail) => new Problem(gettext("连接不上服务器"), { detail });

// The token that every writing request bears: asked for before the first one, and again where the server has another.
let token = null;

async function freshToken() {
  const response = await fetch("/api/session", { cache: "no-store", headers: { Accept: "application/json" } });
  if (!response.ok) throw await problemOf(response);
  token = (await response.json()).csrf_token;
}

/** `attempt()` with a token; once more with a new one where the server does not know the old one. */
async function withToken(attempt) {
  try {
    const isFresh = token === null;
    if (isFresh) await freshToken();
    return await attempt().catch(async (error) => {
      if (isFresh || error.problem?.type !== "NotFromOurPage") throw error;
      await freshToken();
      return attempt();
    });
  } catch (error) {
    if (error.status === 401) offerSignIn();
    throw error;
  }
}

/** What `fetch` answers to `body`, sent with the token; throws a Problem, or an AbortError where `signal` ended it. */
async function sent(method, path, body, signal) {
  return withToken(async () => {
    const isForm = body instanceof FormData;
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    if (!isForm) headers["Content-Type"] = "application/json";
    const response = await fetch(path, { method, headers, body: isForm ? body : JSON.stringify(body ?? {}), signal });
    if (!response.ok) throw await problemOf(response);
    return response;
  });
}

const problemFrom = (error) => (error instanceof Problem || error.name === "AbortError" ? error : unreachable(String(error.message)));

/**
 * Change something: `method` is POST, PUT, PATCH or DELETE; `body` an object (sent as JSON), a FormData, or null.
 * Gives the JSON of the answer (null of an empty one), or throws a Problem: nothing was changed, or nobody knows.
 * `signal` ends the waiting with an AbortError.
 */
export async function send(method, path, body = null, { signal = null } = {}) {
  try {
    const response = await sent(method, path, body, signal);
    return response.status === 204 ? null : await response.json();
  } catch (error) {
    throw problemFrom(error);
  }
}

/**
 * POST `body` and call `hear(object)` with each line of the answer (a JSON object a line) as it comes. A line with
 * `problem` is thrown as a Problem; `signal` ends it with an AbortError.
 */
export async function sendForLines(path, body, hear, { signal = null } = {}) {
  try {
    const response = await sent("POST", path, body, signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = done ? "" : lines.pop();
      for (const line of lines.filter(Boolean)) {
        const said = JSON.parse(line);
        if (said.problem) throw problemIn(said.problem, said.problem.status);
        hear(said);
      }
      if (done) return;
    }
  } catch (error) {
    throw problemFrom(error);
  }
}

/** Have the server make a file, and save it under `name`; throws a Problem. */
export async function download(path, name) {
  const response = await fetch(path, { headers: { Accept: "application/json, */*" } }).catch((error) => {
    throw unreachable(String(error.message));
  });
  if (response.status === 401) offerSignIn();
  if (!response.ok) throw await problemOf(response);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name.replace(/[^\p{L}\p{N}.（）()_-]+/gu, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Send files: as `send("POST", …)`, and `onProgress(share)` is called with 0 … 1 of what has gone out. */
export async function upload(path, formData, onProgress = () => {}, { signal = null } = {}) {
  try {
    return await withToken(() => posted(path, formData, onProgress, signal));
  } catch (error) {
    throw error instanceof Problem || error.name === "AbortError" ? error : unreachable(String(error.message));
  }
}

function posted(path, formData, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response);
      else reject(problemIn(request.response ?? {}, request.status));
    };
    request.onerror = () => reject(unreachable(path));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(formData);
  });
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
