// Keeps the pages that a phone enters things on, so that they open without a connection. Nothing else is kept.
const KEPT = "heli-phone";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isForm = url.pathname === "/go" || /^\/registers\/[^/]+\/new$/.test(url.pathname);
  const isOurs = (request.mode === "navigate" && isForm) || url.pathname.startsWith("/assets/");
  if (isOurs) event.respondWith(answer(request));
});

async function answer(request) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await kept.put(request, fresh.clone());
    return fresh;
  } catch (lost) {
    const found = (await kept.match(request)) ?? (await kept.match(request, { ignoreSearch: true }));
    if (found) return found;
    throw lost;
  }
}
