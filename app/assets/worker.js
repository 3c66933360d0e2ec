// Keeps our own files and the page for when there is no network. Everything else goes to the network and is kept nowhere: pages
// may be somebody's.

const cache = `ferryalert-${KEPT.version}`;

self.addEventListener("install", (event) => {
  // Without cookies, so that the page that is kept is nobody's.
  const page = new Request(KEPT.offline, { credentials: "omit" });
  event.waitUntil(caches.open(cache).then((kept) => kept.addAll([page, ...KEPT.files])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((name) => name !== cache).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(KEPT.offline)));
  } else if (KEPT.files.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)));
  }
});
