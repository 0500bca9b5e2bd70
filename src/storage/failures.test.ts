import 'fake-indexeddb/auto';
import { forceCloseDatabase, IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { openDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isQuotaError } from './backend.ts';
import { DATABASE_NAME, openStorage } from './open.ts';
import { DATABASE_VERSION, type Database, upgradeDatabase, type Upgrade } from './schema.ts';
import { SEAL_KIND, seal } from './seal.ts';
import { automatic, record } from './testing.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A plain connection to the same database, as the browser's own tools would have. */
function raw(factory: IDBFactory, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(DATABASE_NAME, version);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function overwrite(
  factory: IDBFactory,
  store: string,
  key: IDBValidKey,
  change: (value: unknown) => unknown,
): Promise<void> {
  const database = await raw(factory);
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction(store, 'readwrite');
    const objects = transaction.objectStore(store);
    const request = objects.get(key);
    request.onsuccess = () => {
      const value = change(request.result);
      if (value === undefined) objects.delete(key);
      else objects.put(value, key);
    };
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
  });
  database.close();
}

function flip(bytes: unknown, at: number): Uint8Array {
  const copy = (bytes as Uint8Array).slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('what is damaged is said, never restored', () => {
  it('one flipped bit anywhere in a snapshot', async () => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    const saved = await storage.saveSnapshot(record());
    if (!saved.ok) throw new Error(saved.message);
    for (let at = 0; at < saved.info.sizeBytes; at += 7) {
      await overwrite(factory, 'snapshotBytes', 's1', (bytes) => flip(bytes, at));
      expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'damaged' });
      await overwrite(factory, 'snapshotBytes', 's1', (bytes) => flip(bytes, at));
    }
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: true });
  });

  it.each([
    ['cut short', (bytes: unknown) => (bytes as Uint8Array).slice(0, 100)],
    ['gone', () => undefined],
    ['something else', () => ({ hello: 1 })],
    ['another snapshot', () => undefined],
  ])('a snapshot that is %s', async (name, change) => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    await storage.saveSnapshot(record());
    await storage.saveSnapshot(record({ id: 's2' }));
    let other: unknown;
    await overwrite(factory, 'snapshotBytes', 's2', (bytes) => (other = bytes));
    await overwrite(factory, 'snapshotBytes', 's1', name === 'another snapshot' ? () => other : change);
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'damaged' });
    expect(await storage.deleteSnapshot('s1')).toBe(true);
    expect(await storage.loadSnapshot('s2')).toMatchObject({ ok: true });
  });

  it('a snapshot of a newer release is not called damaged', async () => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    await storage.saveSnapshot(record());
    await overwrite(factory, 'snapshotBytes', 's1', () => seal(SEAL_KIND.snapshot, Uint8Array.of(1), 2));
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'version' });
  });

  it('a value that the browser itself cannot read back', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    await storage.saveSnapshot(record());
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(() => {
      throw new DOMException('lost file', 'NotReadableError');
    });
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'damaged' });
  });

  it('entries of lists are left out, the others stay', async () => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    await storage.saveSnapshot(record());
    await storage.saveSnapshot(record({ id: 's2' }));
    await storage.saveScenario({ id: 'a', name: 'A', text: '' });
    await overwrite(factory, 'snapshots', 's1', () => ({ id: 's1', height: 'many' }));
    await overwrite(factory, 'scenarios', 'a', () => 5);
    expect((await storage.listSnapshots()).map(({ id }) => id)).toEqual(['s2']);
    expect(await storage.listScenarios()).toEqual([]);
  });

  it('a trace segment, a preference, the last session', async () => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    await storage.appendTrace('r', 0, [Uint8Array.of(1, 2, 3)]);
    await storage.appendTrace('r', 1, [Uint8Array.of(4)]);
    await storage.savePreference('theme', 'dark');
    await storage.saveLastSession({ runId: 'r', snapshotId: 's', scenario: {}, playing: false, speed: 1 });
    await overwrite(factory, 'trace', ['r', 0, 1], (bytes) => flip(bytes, 49));
    for (const key of ['preference:theme', 'lastSession'])
      await overwrite(factory, 'settings', key, (bytes) => flip(bytes, 50));
    expect(await storage.readTrace('r')).toMatchObject({ ok: false, reason: 'damaged' });
    expect(await storage.readTrace('r', 1)).toMatchObject({ ok: true, segments: [{ from: 1, to: 2 }] });
    expect(await storage.readPiece('r', 0)).toBeNull();
    expect(await storage.loadPreference('theme')).toBeUndefined();
    expect(await storage.loadLastSession()).toBeNull();
    await overwrite(factory, 'trace', ['r', 0, 1], () => undefined);
    expect(await storage.readTrace('r')).toMatchObject({ ok: true });
  });
});

describe('space runs out', () => {
  /** Aborts, as Chromium does, every transaction that would leave more than so many snapshots. */
  function limit(maxSnapshots: number): void {
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) {
      const request = put.call(this, value, key);
      if (this.name !== 'snapshotBytes') return request;
      const { transaction } = this;
      const count = this.count();
      count.onsuccess = () => {
        if (count.result <= maxSnapshots) return;
        Object.defineProperty(transaction, 'error', { value: new DOMException('full', 'QuotaExceededError') });
        transaction.abort();
      };
      return request;
    });
  }

  it('as an aborted transaction: automatic snapshots of other runs go, and the save succeeds', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    await storage.saveSnapshot(automatic('a', 1));
    await storage.saveSnapshot(automatic('a', 2, { automatic: false, name: 'mine' }));
    await storage.saveSnapshot(automatic('b', 3));
    limit(3);
    expect(await storage.saveSnapshot(automatic('b', 4))).toMatchObject({ ok: true, pruned: ['a-1'] });
    expect((await storage.listSnapshots()).map(({ id }) => id)).toEqual(['b-4', 'b-3', 'a-2']);
    expect(await storage.loadSnapshot('b-4')).toMatchObject({ ok: true });
    expect(storage.notice).toBeNull();
  });

  it('and nothing can go: a failure with figures; named snapshots stay, the notice too until a save succeeds', async () => {
    const environment = { estimate: async () => ({ usageBytes: 99e6, quotaBytes: 100e6 }) };
    const storage = await openStorage({ indexedDB: new IDBFactory(), environment });
    const notices: (string | null)[] = [];
    storage.onNotice((notice) => notices.push(notice));
    await storage.saveSnapshot(automatic('a', 1, { automatic: false, name: 'mine' }));
    limit(1);
    const result = await storage.saveSnapshot(automatic('b', 2));
    expect(result).toMatchObject({ ok: false, reason: 'quota', usageBytes: 99e6, quotaBytes: 100e6 });
    expect(storage.notice).toContain('99 MB of 100 MB');
    expect((await storage.listSnapshots()).map(({ id }) => id)).toEqual(['a-1']);
    expect((await storage.listRuns()).map(({ runId }) => runId)).toEqual(['a']);
    vi.restoreAllMocks();
    expect(await storage.saveSnapshot(automatic('b', 2))).toMatchObject({ ok: true });
    expect(storage.notice).toBeNull();
    expect(notices).toEqual([expect.stringContaining('used up'), null]);
  });

  it('as an exception of the call', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: false, reason: 'quota' });
    expect(await storage.appendTrace('r', 0, [Uint8Array.of(1)])).toMatchObject({ ok: false, reason: 'quota' });
    expect(await storage.saveScenario({ id: 'a', name: 'A', text: '' })).toMatchObject({ ok: false, reason: 'quota' });
  });

  it('as an abort without a reason on a nearly full disk', async () => {
    const storage = await openStorage({
      indexedDB: new IDBFactory(),
      environment: { estimate: async () => ({ usageBytes: 995, quotaBytes: 1000 }) },
    });
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) {
      const request = put.call(this, value, key);
      request.onsuccess = () => this.transaction.abort();
      return request;
    });
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: false, reason: 'quota' });
  });

  it.each([
    [new DOMException('x', 'QuotaExceededError'), true],
    [Object.assign(new Error('x'), { name: 'NS_ERROR_DOM_QUOTA_REACHED' }), true],
    [Object.assign(new DOMException('x', 'AbortError'), { cause: new DOMException('x', 'QuotaExceededError') }), true],
    [{ name: 'AbortError', error: { name: 'QuotaExceededError' } }, true],
    [new DOMException('x', 'AbortError'), false],
    [null, false],
    ['QuotaExceededError', false],
  ])('recognised: case %#', (error, expected) => expect(isQuotaError(error)).toBe(expected));
});

describe('no storage', () => {
  const failing = (name: string) =>
    ({
      open: () => {
        throw new DOMException('denied', name);
      },
    }) as unknown as IDBFactory;

  it.each([
    ['missing', null, 'offers no storage'],
    ['denied', failing('SecurityError'), 'blocked'],
    ['private window', failing('InvalidStateError'), 'private window'],
  ])('%s: memory, and a notice', async (_, factory, words) => {
    const storage = await openStorage({ indexedDB: factory });
    expect(storage.persistent).toBe(false);
    expect(storage.notice).toContain(words);
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: true });
    expect(storage.notice).toContain(words);
  });

  it('a request that fails later', async () => {
    const factory = new IDBFactory();
    (await raw(factory, DATABASE_VERSION + 1)).close();
    const storage = await openStorage({ indexedDB: factory });
    expect(storage.persistent).toBe(false);
    expect(storage.notice).toContain('newer release');
  });

  it('a property that throws when read', async () => {
    vi.spyOn(globalThis, 'indexedDB', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect((await openStorage()).persistent).toBe(false);
  });

  it('a request that never answers', async () => {
    const silent = { open: () => new IDBFactory().open('another') } as unknown as IDBFactory;
    const never = new Proxy(silent, {
      get: () => () => Object.create(IDBOpenDBRequest.prototype, { addEventListener: { value: () => {} } }),
    });
    const storage = await openStorage({ indexedDB: never, openTimeoutMs: 20 });
    expect(storage.persistent).toBe(false);
    expect(storage.notice).toContain('in time');
  });
});

describe('the connection is lost', () => {
  it('closed by the browser: the next call opens it again', async () => {
    const factory = new IDBFactory();
    const opened: IDBDatabase[] = [];
    const open = factory.open.bind(factory);
    vi.spyOn(factory, 'open').mockImplementation((name, version) => {
      const request = open(name, version);
      request.addEventListener('success', () => opened.push(request.result));
      return request;
    });
    const storage = await openStorage({ indexedDB: factory });
    await storage.saveSnapshot(record());
    forceCloseDatabase(opened[0] as never);
    const results = await Promise.all([
      storage.loadSnapshot('s1'),
      storage.listSnapshots(),
      storage.saveSnapshot(record({ id: 's2' })),
    ]);
    expect(results).toMatchObject([{ ok: true }, [{ id: 's1' }], { ok: true }]);
    expect(opened.length).toBe(2);
  });

  it('closed without an event: the failing call opens it again', async () => {
    const factory = new IDBFactory();
    const open = factory.open.bind(factory);
    let last: IDBDatabase | null = null;
    vi.spyOn(factory, 'open').mockImplementation((name, version) => {
      const request = open(name, version);
      request.addEventListener('success', () => {
        last = request.result;
      });
      return request;
    });
    const storage = await openStorage({ indexedDB: factory });
    (last as IDBDatabase | null)?.close();
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: true });
  });

  it('deleted from outside: a new one is made', async () => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    await storage.saveSnapshot(record());
    await new Promise((resolve) => {
      factory.deleteDatabase(DATABASE_NAME).onsuccess = resolve;
    });
    expect(await storage.listSnapshots()).toEqual([]);
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: true });
    expect(storage.notice).toBeNull();
  });

  it('a newer release in another tab is not blocked; this tab says why it stopped saving', async () => {
    const factory = new IDBFactory();
    const storage = await openStorage({ indexedDB: factory });
    const newer = await raw(factory, DATABASE_VERSION + 1);
    expect(storage.notice).toContain('newer release');
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: false, reason: 'unavailable' });
    expect(await storage.loadSnapshot('s1')).toMatchObject({ ok: false, reason: 'unavailable' });
    await expect(storage.listSnapshots()).rejects.toMatchObject({ code: 'storage' });
    newer.close();
  });

  it('an older release in another tab that does not give way: memory, and the reason', async () => {
    const factory = new IDBFactory();
    const older = await raw(factory, 1);
    const storage = await openStorage({ indexedDB: factory, openTimeoutMs: 30 });
    expect(storage.persistent).toBe(false);
    expect(storage.notice).toContain('older release');
    // The late upgrade finds a database without the stores of version 1: it fails by itself, and nobody hears of it.
    older.close();
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  });

  it("two tabs of the same release see each other's snapshots", async () => {
    const factory = new IDBFactory();
    const [one, two] = await Promise.all([openStorage({ indexedDB: factory }), openStorage({ indexedDB: factory })]);
    await Promise.all([one.saveSnapshot(automatic('a', 1)), two.saveSnapshot(automatic('b', 2))]);
    expect((await one.listSnapshots()).map(({ id }) => id)).toEqual(['b-2', 'a-1']);
    expect(await two.loadSnapshot('a-1')).toMatchObject({ ok: true });
  });

  it('after close() calls fail with a reason', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    storage.close();
    expect(await storage.saveSnapshot(record())).toMatchObject({ ok: false, reason: 'unavailable' });
  });
});

describe('upgrades', () => {
  it('from version 1: snapshots stay, their runs become roots of the tree', async () => {
    const factory = new IDBFactory();
    vi.stubGlobal('indexedDB', factory);
    const old = await openDB(DATABASE_NAME, 1, {
      upgrade: (database, from, to, transaction) =>
        void upgradeDatabase(database as unknown as Database, from, to ?? 1, transaction as unknown as Upgrade),
    });
    expect([...old.objectStoreNames]).toEqual(['scenarios', 'settings', 'snapshotBytes', 'snapshots']);
    // What a version-1 release stored, taken from a current one: the layout of these stores has not changed.
    const current = new IDBFactory();
    const writer = await openStorage({ indexedDB: current });
    for (const n of [3, 1, 2]) await writer.saveSnapshot(automatic('a', n));
    await writer.saveSnapshot(automatic('b', 9));
    const source = await raw(current);
    for (const store of ['snapshots', 'snapshotBytes'] as const) {
      for (const info of await writer.listSnapshots()) {
        const value = await new Promise((resolve) => {
          const request = source.transaction(store).objectStore(store).get(info.id);
          request.onsuccess = () => resolve(request.result);
        });
        await old.put(store, value, info.id);
      }
    }
    old.close();
    vi.unstubAllGlobals();

    const storage = await openStorage({ indexedDB: factory });
    expect(storage.persistent).toBe(true);
    expect((await storage.listSnapshots()).map(({ id }) => id)).toEqual(['b-9', 'a-3', 'a-2', 'a-1']);
    expect(await storage.loadSnapshot('a-2')).toStrictEqual({ ok: true, record: automatic('a', 2) });
    expect(await storage.listRuns()).toEqual([
      { runId: 'a', parentRunId: null, forkedAtMicros: null, name: null, createdAt: 1001 },
      { runId: 'b', parentRunId: null, forkedAtMicros: null, name: null, createdAt: 1009 },
    ]);
    expect(await storage.appendTrace('a', 0, [Uint8Array.of(1)])).toEqual({ ok: true });
  });
});
