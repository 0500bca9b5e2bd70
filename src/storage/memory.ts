import type { Backend, Change, Key, StoreName } from './backend.ts';

/** The same stores in memory, gone with the page. */
export function memoryBackend(): Backend {
  const stores = new Map<StoreName, Map<string, { readonly key: Key; readonly value: unknown }>>();
  const entries = (store: StoreName) => {
    const found = stores.get(store) ?? new Map<string, { readonly key: Key; readonly value: unknown }>();
    stores.set(store, found);
    return found;
  };
  const sorted = (store: StoreName) => [...entries(store).values()].sort((a, b) => compareKeys(a.key, b.key));
  return {
    persistent: false,
    get: async (store, key) => entries(store).get(JSON.stringify(key))?.value,
    values: async (store) => sorted(store).map(({ value }) => value),
    traceKeys: async (runId) =>
      sorted('trace').flatMap(({ key }) =>
        key.length === 3 && typeof key !== 'string' && key[0] === runId ? [key] : [],
      ),
    chunkKeys: async (shelf) =>
      sorted('chunks').flatMap(({ key }) =>
        key.length === 2 && typeof key !== 'string' && (shelf === null || key[0] === shelf) ? [key] : [],
      ),
    write: async (changes: readonly Change[]) => {
      for (const change of changes) {
        const id = JSON.stringify(change.key);
        if (change.kind === 'put') entries(change.store).set(id, { key: change.key, value: change.value });
        else entries(change.store).delete(id);
      }
    },
    clear: async () => stores.clear(),
    close: () => stores.clear(),
  };
}

/** The order of IndexedDB keys, as far as we use them: strings by code unit, then arrays element by element. */
function compareKeys(a: Key, b: Key): number {
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a !== typeof b) return typeof a === 'string' ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] - b[1] || (a[2] ?? 0) - (b[2] ?? 0);
}
