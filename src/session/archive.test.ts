/** Storage at its worst: full, damaged, absent, or shared with another tab. The run goes on, and its user is told. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, it } from 'vitest';
import { pack } from '../core/pack.ts';
import { unpackHosts } from '../runtime/hosts.ts';
import type { ScenarioInput } from '../scenario/index.ts';
import { importRun } from '../storage/runFile.ts';
import { openStorage } from '../storage/open.ts';
import { type LocksLike, tabLock } from '../storage/tabLock.ts';
import type { Storage } from '../storage/types.ts';
import type { MakeLock } from './guard.ts';
import type { TestnetSession } from './index.ts';
import { openTestnet } from './index.ts';
import type { FilePayload, Payload } from './payload.ts';
import { loaded, SCENARIO, toEnd, traceText, undisturbed } from './testing/runs.ts';

let open: TestnetSession[] = [];
afterEach(async () => {
  await Promise.all(open.map((testnet) => testnet.close()));
  open = [];
});

const inMemory = (): Promise<Storage> => openStorage({ indexedDB: null });

/** Locks of one browser profile, as `navigator.locks` keeps them. */
function profileLocks(): MakeLock {
  const held = new Set<string>();
  const locks: LocksLike = {
    request: async (name, _, work) => {
      if (held.has(name)) return work(null);
      held.add(name);
      await work({}).finally(() => held.delete(name));
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
  return (name) => tabLock(name, { locks, makeChannel: null });
}

/** A tab over this storage; saves by itself whenever it pauses. */
async function tab(storage: Storage, makeLock: MakeLock = profileLocks()): Promise<TestnetSession> {
  const testnet = await openTestnet({ storage, autosave: true, makeLock });
  open.push(testnet);
  return testnet;
}

const noticeOf = (testnet: TestnetSession): string | null => testnet.frame()?.runtime.notice ?? null;

describe('a killed tab', () => {
  it('is taken up where it was saved, with its past, its inputs and its fingerprint', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    const locks = profileLocks();
    const first = await tab(storage, locks);
    await first.load(SCENARIO);
    await first.runUntil({ ms: 2345.678 });
    await first.inject({ kind: 'slow', target: 'v3', factor: 30 });
    await first.runUntil({ ms: 3000 });
    await first.pause();
    const [fingerprint, trace] = [await first.fingerprint(), await traceText(first)];
    const end = await toEnd(first);
    const whole = await traceText(first);
    // The tab dies: its locks are freed, nothing more is saved.
    const second = await tab(storage, profileLocks());
    expect(await second.resume()).toBe(true);
    expect(await second.fingerprint()).toBe(fingerprint);
    expect(await traceText(second)).toBe(trace);
    expect(second.frame()?.runId).toBe(first.frame()?.runId);
    await second.pause();
    expect(await toEnd(second)).toBe(end);
    expect(await traceText(second)).toBe(whole);
    await second.pause();
    const third = await tab(storage, profileLocks());
    expect(await third.resume()).toBe(true);
    expect(await third.fingerprint()).toBe(end);
    expect(await traceText(third)).toBe(whole);
  });

  it('saves while it plays, without being asked', async () => {
    const storage = await inMemory();
    const first = await tab(storage);
    await first.load({ ...SCENARIO, stop: { ms: 60_000 } });
    await first.play({ speed: 'max' });
    while ((await storage.listSnapshots()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.pause();
    expect(await storage.loadLastSession()).toMatchObject({
      runId: first.frame()?.runId,
      playing: false,
      speed: 'max',
    });
  });

  it('has nothing to take up on a first visit', async () => {
    const testnet = await tab(await inMemory());
    expect(await testnet.resume()).toBe(false);
    expect(testnet.frame()).toBeNull();
  });
});

describe('a run saved by a release that stored batches, and states as they are', () => {
  it('is taken up with its past, and its trace is written anew when it goes on', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    const first = await tab(storage);
    await first.load(SCENARIO);
    await first.runUntil({ ms: 3000 });
    await first.pause();
    const [fingerprint, past] = [await first.fingerprint(), await traceText(first)];
    const file = importRun(await first.exportRunFile());
    const last = await storage.loadLastSession();
    const saved = await storage.loadSnapshot(last?.snapshotId ?? '');
    if (!file.ok || !saved.ok) throw new Error('nothing was saved');
    await first.close();
    // Two stretches of batches instead of pieces and a tail; states that are not packed each by itself.
    const { tail: _, snapshot: packed, ...payload } = saved.record.payload as Payload;
    const snapshot = { ...packed, hosts: unpackHosts(packed.hosts) };
    const [whole] = (file.record.payload as FilePayload).trace;
    const { runId } = saved.record;
    await storage.appendTrace(runId, 0, [pack([whole]), pack([{ horizon: 3_000_000, segments: [] }])]);
    await storage.saveSnapshot({ ...saved.record, payload: { ...payload, snapshot, batches: 2 } });
    const second = await tab(storage);
    expect(await second.resume()).toBe(true);
    expect(noticeOf(second)).toBeNull();
    expect(await second.fingerprint()).toBe(fingerprint);
    expect(await traceText(second)).toBe(past);
    expect(await toEnd(second)).toBe(await undisturbed());
    await second.pause();
    const [end, told] = [await second.fingerprint(), await traceText(second)];
    await second.close();
    const third = await tab(storage);
    expect(await third.resume()).toBe(true);
    expect([await third.fingerprint(), await traceText(third)]).toEqual([end, told]);
  });
});

describe('a damaged record', () => {
  async function saved(): Promise<{ storage: Storage; fingerprint: string }> {
    const storage = await inMemory();
    const testnet = await tab(storage);
    await testnet.load(SCENARIO);
    await testnet.runUntil({ ms: 3000 });
    await testnet.pause();
    return { storage, fingerprint: await testnet.fingerprint() };
  }

  it('of the last run makes it start over, and says so', async () => {
    const { storage } = await saved();
    const broken: Storage = {
      ...storage,
      notice: null,
      loadSnapshot: async () => ({ ok: false, reason: 'damaged', message: 'The snapshot is damaged.' }),
    };
    const testnet = await tab(broken);
    expect(await testnet.resume()).toBe(true);
    expect(await testnet.state()).toMatchObject({ timeMs: 0, status: 'paused' });
    expect(noticeOf(testnet)).toBe('The last run starts over: The snapshot is damaged.');
    expect(await toEnd(testnet)).toBe(await undisturbed());
  });

  it('of a scenario too leaves nothing to start', async () => {
    const { storage } = await saved();
    const last = await storage.loadLastSession();
    if (last === null) throw new Error('nothing was saved');
    await storage.saveLastSession({ ...last, snapshotId: 'gone', scenario: { protocol: { name: 'lost' } } });
    expect(await (await tab(storage)).resume()).toBe(false);
  });

  it('of the trace costs the past, not the future', async () => {
    const { storage, fingerprint } = await saved();
    const forgetful: Storage = {
      ...storage,
      notice: null,
      readTrace: async () => ({ ok: false, reason: 'damaged', message: 'A segment is gone.' }),
    };
    const testnet = await tab(forgetful);
    expect(await testnet.resume()).toBe(true);
    expect(await testnet.fingerprint()).toBe(fingerprint);
    expect(await testnet.trace()).toEqual([]);
    expect(noticeOf(testnet)).toBe('The earlier trace could not be read: A segment is gone.');
    expect(await toEnd(testnet)).toBe(await undisturbed());
    // What follows is told as if the past were there.
    const whole = await loaded();
    await toEnd(whole);
    const late = { fromMs: 3500 };
    const told = (await testnet.trace(late)).map(({ seq: _, ...event }) => event);
    expect(told).toEqual((await whole.trace(late)).map(({ seq: _, ...event }) => event));
    expect(told.length).toBeGreaterThan(100);
  });

  it('of a snapshot is refused, and the run at hand goes on', async () => {
    const { storage } = await saved();
    const [info] = await storage.listSnapshots();
    const testnet = await tab(storage);
    await testnet.load(SCENARIO);
    await testnet.runUntil({ ms: 1000 });
    const loadedRecord = await storage.loadSnapshot(info?.id ?? '');
    if (!loadedRecord.ok) throw new Error('not readable');
    await storage.saveSnapshot({ ...loadedRecord.record, id: 'bad', payload: { nonsense: true } });
    await expect(testnet.restore('bad')).rejects.toMatchObject({ code: 'storage' });
    expect((await testnet.state()).timeMs).toBe(1000);
    expect(await toEnd(testnet)).toBe(await undisturbed());
  });
});

describe('a full disk', () => {
  /** Of this one the trace fills a chunk in a few seconds. */
  const large = { ...SCENARIO, validators: 16, stop: { ms: 6_000 } } as const satisfies ScenarioInput;

  it.each([
    ['saveSnapshot', SCENARIO],
    ['appendTrace', large],
  ] as const)('in %s is told, and the run goes on', async (call, scenario) => {
    const storage = await inMemory();
    let full = true;
    const failure = {
      ok: false,
      reason: 'quota',
      message: 'The space is used up.',
      usageBytes: 9,
      quotaBytes: 9,
    } as const;
    const small: Storage = {
      ...storage,
      notice: null,
      [call]: (...given: never[]) =>
        full ? Promise.resolve(failure) : (storage[call] as (...of: never[]) => unknown)(...given),
    };
    const testnet = await tab(small);
    await testnet.load(scenario);
    await testnet.runUntil({ ms: 4000 });
    await testnet.pause();
    expect(noticeOf(testnet)).toBe('The space is used up.');
    await expect(testnet.snapshot('mine')).rejects.toMatchObject({ code: 'storage', message: 'The space is used up.' });
    full = false;
    const id = await testnet.snapshot('mine');
    await testnet.step('event');
    expect(noticeOf(testnet)).toBeNull();
    expect(await toEnd(testnet)).toBe(await undisturbed(scenario));
    await testnet.restore(id);
    expect(await toEnd(testnet)).toBe(await undisturbed(scenario));
    expect(await traceText(testnet)).toBe(await traceOfWhole(scenario));
  });

  async function traceOfWhole(scenario: ScenarioInput): Promise<string> {
    const whole = await loaded({}, scenario);
    await toEnd(whole);
    return traceText(whole);
  }
});

describe('two tabs', () => {
  it('one keeps its run for the next visit, the other is told; when the first closes, the other does', async () => {
    const storage = await openStorage({ indexedDB: new IDBFactory() });
    const locks = profileLocks();
    const [one, two] = [await tab(storage, locks), await tab(storage, locks)];
    await one.load(SCENARIO);
    await one.pause();
    await two.load({ ...SCENARIO, seed: 8 });
    await two.pause();
    expect(noticeOf(one)).toBeNull();
    expect(noticeOf(two)).toContain('Another tab keeps its run');
    expect(await storage.loadLastSession()).toMatchObject({ runId: one.frame()?.runId });
    expect((await storage.listSnapshots()).every(({ runId }) => runId === one.frame()?.runId)).toBe(true);
    const mine = await two.snapshot('mine');
    expect((await storage.listSnapshots()).map(({ id }) => id)).toContain(mine);
    await one.close();
    open = open.filter((testnet) => testnet !== one);
    await two.pause();
    expect(noticeOf(two)).toBeNull();
    expect(await storage.loadLastSession()).toMatchObject({ runId: two.frame()?.runId });
  });

  it('that show the same run: the second goes on as a run of its own', async () => {
    const storage = await inMemory();
    const locks = profileLocks();
    const [one, two] = [await tab(storage, locks), await tab(storage, locks)];
    await one.load(SCENARIO);
    await one.runUntil({ ms: 3000 });
    await one.pause();
    expect(await two.resume()).toBe(true);
    expect(two.frame()?.runId).not.toBe(one.frame()?.runId);
    const mine = await two.snapshot('mine');
    await one.runUntil({ ms: 5000 });
    await one.pause();
    expect(await toEnd(two)).toBe(await undisturbed());
    await two.restore(mine);
    expect(await toEnd(two)).toBe(await toEnd(one));
    expect(await traceText(two)).toBe(await traceText(one));
  });
});

describe('snapshots', () => {
  it.each([
    ['in storage', true],
    ['in memory only', false],
  ])('%s are listed, restored and forked from', async (_, stored) => {
    const testnet = await loaded({ storage: stored ? await inMemory() : null });
    open.push(testnet);
    await testnet.runUntil({ ms: 1500 });
    const [first, fingerprint] = [await testnet.snapshot('first'), await testnet.fingerprint()];
    await testnet.runUntil({ ms: 4000 });
    const second = await testnet.snapshot();
    const listed = await testnet.snapshots();
    expect(listed.map(({ id, name, atMs }) => [id, name, atMs])).toEqual([
      [second, null, 4000],
      [first, 'first', 1500],
    ]);
    const { runId } = await testnet.fork(first);
    expect(runId).toBe(testnet.frame()?.runId);
    expect(await testnet.fingerprint()).toBe(fingerprint);
    expect(await toEnd(testnet)).toBe(await undisturbed());
    await testnet.restore(second);
    expect((await testnet.state()).timeMs).toBe(4000);
    await testnet.fork({ atMs: 4000 });
    expect(await toEnd(testnet)).toBe(await undisturbed());
    await testnet.restore(first);
    expect(await testnet.fingerprint()).toBe(fingerprint);
  });
});
