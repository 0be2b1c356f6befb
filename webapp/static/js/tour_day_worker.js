/* global VERSION, FILES */
// Keeps the pages of tours' days that were opened, and their own files, for where there is no signal. The server writes
// VERSION and FILES above (webapp/views/tour_day.py). Nothing else goes through here, and nothing else is kept.

const PREFIX = "guatu-day-";
const CACHE = PREFIX + VERSION;
const PAGES = "/tours/day/";
const PATIENCE_MS = 4000;
const files = new Set(FILES);

const isPage = (path) => path.startsWith(PAGES) && path.length > PAGES.length;
/** One entry a page, in whichever language it was opened last. */
const keyOf = (address) => new URL(address).origin + new URL(address).pathname;
/** A page that led to the sign-in is the sign-in's, not this page. */
const mayKeep = (answer) => answer.ok && !answer.redirected && answer.type === "basic";
const isGone = (answer) => [403, 404, 410].includes(answer.status);

async function keep(key, answer) {
  const cache = await caches.open(CACHE);
  if (mayKeep(answer)) await cache.put(key, answer);
  else if (isGone(answer)) await cache.delete(key);
}

const kept = async (key) => (await caches.open(CACHE)).match(key, { ignoreVary: true });

/** From the server while it answers in time; else as it was kept. What comes late is kept all the same. */
async function answerOf(event) {
  const key = keyOf(event.request.url);
  const asked = fetch(event.request).then((answer) => {
    event.waitUntil(keep(key, answer.clone()));
    return answer;
  });
  event.waitUntil(asked.catch(() => null));
  const late = new Promise((done) => setTimeout(done, PATIENCE_MS)).then(() => kept(key));
  const first = await Promise.race([asked.catch(() => kept(key)), late]);
  return first ?? asked;
}

/** Pages that an older version kept: asked for anew, and taken over as they are where nobody answers. */
async function takeOver(name) {
  const old = await caches.open(name);
  for (const request of await old.keys()) {
    if (!isPage(new URL(request.url).pathname)) continue;
    const answer = await fetch(request.url, { credentials: "same-origin" }).catch(() => null);
    const cache = await caches.open(CACHE);
    if (answer && (mayKeep(answer) || isGone(answer))) await keep(keyOf(request.url), answer);
    else if (!(await cache.match(keyOf(request.url)))) await cache.put(keyOf(request.url), await old.match(request));
  }
  await caches.delete(name);
}

async function settle() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  for (const name of older) await takeOver(name);
  await self.clients.claim();
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })))));
});

self.addEventListener("activate", (event) => event.waitUntil(settle()));

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (files.has(pathname) || (event.request.mode === "navigate" && isPage(pathname))) event.respondWith(answerOf(event));
});

/** The page that has just been opened came before the worker did: it asks to be kept, and is told when it is. */
self.addEventListener("message", (event) => {
  const { keep: address } = event.data ?? {};
  if (!address || !isPage(new URL(address, location.origin).pathname)) return;
  const done = async () => {
    const key = keyOf(new URL(address, location.origin).href);
    if (!(await kept(key))) await keep(key, await fetch(address, { credentials: "same-origin" }));
    event.source.postMessage({ kept: Boolean(await kept(key)) });
  };
  event.waitUntil(done().catch(() => null));
});
