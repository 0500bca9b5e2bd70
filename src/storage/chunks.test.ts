import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { DATABASE_NAME, openStorage } from './open.ts';

const words = (first: number): Uint32Array => Uint32Array.of(first, 2, 0xffffffff, 0);

/** A value of the `chunks` store, changed from outside. */
async function tamper(factory: IDBFactory, key: [string, number], change: (bytes: Uint8Array) => void): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = factory.open(DATABASE_NAME);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction('chunks', 'readwrite');
    const store = transaction.objectStore('chunks');
    const request = store.get(key);
    request.onsuccess = () => {
      const bytes = (request.result as Uint8Array).slice();
      change(bytes);
      store.put(bytes, key);
    };
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
  });
  database.close();
}

describe.each([
  ['IndexedDB', true],
  ['memory', false],
] as const)('chunks of an open trace in %s', (_, persistent) => {
  const open = (lockedRuns: readonly string[] = []) =>
    openStorage({
      indexedDB: persistent ? new IDBFactory() : null,
      environment: { lockedRuns: async () => new Set(lockedRuns) },
    });

  it('come back as they were, whatever the writer does to its words afterwards', async () => {
    const storage = await open();
    const given = words(1);
    const writing = storage.writeChunks('mine', [
      { chunk: 3, words: given },
      { chunk: 4, words: words(4) },
    ]);
    given[0] = 99;
    expect(await writing).toEqual({ ok: true });
    expect(await storage.readChunks('mine', [4, 3])).toEqual([words(4), words(1)]);
    expect(await storage.readChunks('mine', [5])).toEqual([null]);
    expect(await storage.readChunks('other', [3])).toEqual([null]);
  });

  it('are written anew after a rewind', async () => {
    const storage = await open();
    await storage.writeChunks('mine', [{ chunk: 0, words: words(1) }]);
    await storage.writeChunks('mine', [{ chunk: 0, words: words(7) }]);
    expect(await storage.readChunks('mine', [0])).toEqual([words(7)]);
  });

  it('are dropped from the beginning, or all, and those of nobody else', async () => {
    const storage = await open();
    for (const shelf of ['mine', 'other'])
      await storage.writeChunks(
        shelf,
        [0, 1, 2].map((chunk) => ({ chunk, words: words(chunk) })),
      );
    await storage.dropChunks('mine', 2);
    expect(await storage.readChunks('mine', [0, 1, 2])).toEqual([null, null, words(2)]);
    await storage.dropChunks('mine');
    expect(await storage.readChunks('mine', [2])).toEqual([null]);
    expect(await storage.readChunks('other', [0, 1, 2])).toEqual([0, 1, 2].map(words));
  });
});

describe('shelves of tabs that are gone', () => {
  const visit = (factory: IDBFactory, locked: readonly string[]) =>
    openStorage({ indexedDB: factory, environment: { lockedRuns: async () => new Set(locked) } });

  it('are cleared by the next that writes; a tab that is still there keeps its own', async () => {
    const factory = new IDBFactory();
    const dead = await visit(factory, ['dead', 'alive']);
    for (const shelf of ['dead', 'alive']) await dead.writeChunks(shelf, [{ chunk: 0, words: words(0) }]);
    const next = await visit(factory, ['alive', 'mine']);
    await next.writeChunks('mine', [{ chunk: 0, words: words(5) }]);
    expect(await next.readChunks('dead', [0])).toEqual([null]);
    expect(await next.readChunks('alive', [0])).toEqual([words(0)]);
    expect(await next.readChunks('mine', [0])).toEqual([words(5)]);
  });

  it('stay where the browser does not say who holds a lock', async () => {
    const factory = new IDBFactory();
    await (await visit(factory, [])).writeChunks('other', [{ chunk: 0, words: words(0) }]);
    const next = await visit(factory, []);
    await next.writeChunks('mine', [{ chunk: 0, words: words(1) }]);
    expect(await next.readChunks('other', [0])).toEqual([words(0)]);
  });
});

it('a chunk with one changed bit is not given out', async () => {
  const factory = new IDBFactory();
  const storage = await openStorage({ indexedDB: factory });
  await storage.writeChunks('mine', [{ chunk: 0, words: words(1) }]);
  await tamper(factory, ['mine', 0], (bytes) => {
    bytes[50] = (bytes[50] as number) ^ 4;
  });
  expect(await storage.readChunks('mine', [0])).toEqual([null]);
});
