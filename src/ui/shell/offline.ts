/** The installed page: registers the service worker that keeps it for use offline, and offers a new version when there is one. */
import type { UiStore } from '../store.ts';

/** The first picture and the testnet come first: keeping a copy can wait. */
const AFTER_MS = 4_000;

/** Does nothing where there is no service worker (a development server, a file, a private window). */
export function keepOffline(store: UiStore): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !window.isSecureContext) return;
  setTimeout(() => {
    register(store).catch(() => {
      // Without a copy the page needs the network the next time, and nothing else is lost.
    });
  }, AFTER_MS);
}

async function register(store: UiStore): Promise<void> {
  const { serviceWorker } = navigator;
  const registration = await serviceWorker.register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' });
  const offer = () => {
    const { waiting } = registration;
    // The very first one takes over by itself: there is nothing older to replace.
    if (waiting === null || serviceWorker.controller === null) return;
    store.getState().announceVersion(() => {
      serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      waiting.postMessage('take over');
    });
  };
  offer();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', (event) => {
      if ((event.target as ServiceWorker).state === 'installed') offer();
    });
  });
}
