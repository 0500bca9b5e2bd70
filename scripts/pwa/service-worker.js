// @ts-nocheck: runs in a service worker's scope, for which this project has no types.
/**
 * Keeps the whole page for use without a network. The build writes the name of the cache, a hash over all files, and their
 * list into the first two lines; another build is another cache. Everything in one version comes from that version's cache.
 */
const CACHE = '__CACHE__';
const FILES = ['__FILES__'];
const PREFIX = `testnet-playground ${self.registration.scope} `;

self.addEventListener('install', (event) => {
  event.waitUntil(fill());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

// The page asks for it once its reader wants the new version; until then old tabs keep the old one.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  const isPage = request.mode === 'navigate';
  const path = isPage ? '' : url.pathname.slice(new URL(self.registration.scope).pathname.length);
  if (!isPage && !FILES.includes(path)) return;
  event.respondWith(answer(request, isPage ? './' : path));
});

/** From this version's cache; from the network where the browser has thrown the cache away. */
async function answer(request, path) {
  const cache = await caches.open(PREFIX + CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

async function fill() {
  const cache = await caches.open(PREFIX + CACHE);
  await cache.addAll(['./', ...FILES].map((path) => new Request(path, { cache: 'no-cache' })));
}

async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== PREFIX + CACHE) await caches.delete(name);
  }
}
