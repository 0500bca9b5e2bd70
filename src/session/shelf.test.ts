/** A trace that does not fit in memory: what is away comes back, and everything that reads it gives what a whole one gives. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TraceEvent } from '../kernel/trace/events.ts';
import type { ScenarioInput } from '../scenario/types.ts';
import { openStorage } from '../storage/open.ts';
import { tabLock } from '../storage/tabLock.ts';
import type { Done, Storage } from '../storage/types.ts';
import type { MakeLock } from './guard.ts';
import { openTestnet, type SessionOptions, type TestnetSession } from './index.ts';
import type { TraceView } from './view.ts';

const END_MS = 20_000;
/** Fills several chunks; v3 is cut off for a while, so that copies of long ago are let go late, and v2 crashes. */
const SCENARIO: ScenarioInput = {
  name: 'More than fits',
  seed: 11,
  protocol: { name: 'svbft', config: { blockTimeMs: 200 } },
  validators: 13,
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { kind: 'transfers', ratePerSecond: 30 },
  faults: [
    {
      kind: 'partition',
      groups: [['v3'], ['v0', 'v1', 'v2', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'v10', 'v11', 'v12']],
      at: 1_000,
      until: 15_000,
    },
    { kind: 'crash', target: 'v2', at: 2_000, until: 18_000 },
  ],
};

let open: TestnetSession[] = [];
afterEach(async () => {
  await Promise.all(open.map((testnet) => testnet.close()));
  open = [];
});

async function testnetWith(options: Partial<SessionOptions>): Promise<TestnetSession> {
  const testnet = await openTestnet(options);
  open.push(testnet);
  await testnet.load(SCENARIO);
  return testnet;
}

const storage = (): Promise<Storage> => openStorage({ indexedDB: new IDBFactory() });
/** One chunk of 256 KiB beside the one that is written. */
const TINY = { chunksMax: 2, chunksMaxAlone: 2 };

async function spilled(kept?: Storage): Promise<TestnetSession> {
  return testnetWith({ storage: kept ?? (await storage()), traceMemory: TINY });
}

/** What the page shows of one moment. */
function look(view: TraceView, at: number): unknown {
  const position = view.positionAt(at);
  const nodes = Array.from({ length: 14 }, (_, node) => [view.nodeAt(node, at), view.quorumAt(node, at)]);
  return {
    position,
    nodes,
    flights: view.flights(at),
    events: view.events(position - 20, position + 20),
    marks: view.marksIn(at - 400_000, at, 500),
    copies: view.copiesIn(at - 400_000, at, 500),
    bands: view.bandsOf(1, at - 400_000, at, 1_000),
    cuts: view.cutsAt(at),
    blocks: view.blocksAt(at),
  };
}

/** Looks until nothing is on its way any more, as a page does that is drawn again with every frame. */
async function lookUntilThere(testnet: TestnetSession, at: number): Promise<unknown> {
  testnet.seek(at);
  look(testnet.view(), at);
  for (let i = 0; i < 50 && isLoading(testnet); i++) {
    await vi.waitFor(() => expect(isLoading(testnet)).toBe(false));
    look(testnet.view(), at);
  }
  return look(testnet.view(), at);
}

function isLoading(testnet: TestnetSession): boolean {
  testnet.seek(testnet.frame()?.playhead ?? 0);
  return testnet.frame()?.trace.isLoading === true;
}

let whole: TestnetSession;
let fingerprint: string;
beforeAll(async () => {
  whole = await openTestnet();
  await whole.load(SCENARIO);
  await whole.runUntil({ ms: END_MS });
  fingerprint = await whole.fingerprint();
}, 60_000);

describe('a trace of which two chunks stay in memory', () => {
  it('is the same trace, and runs into the same fingerprint', async () => {
    const testnet = await spilled();
    await testnet.runUntil({ ms: END_MS });
    expect(await testnet.fingerprint()).toBe(fingerprint);
    expect(testnet.frame()?.eventCount).toBeGreaterThan(25_000);
    expect(await testnet.export('trace')).toBe(await whole.export('trace'));
    expect(await testnet.trace({ kinds: ['decide'], limit: 30 })).toEqual(
      await whole.trace({ kinds: ['decide'], limit: 30 }),
    );
  });

  it('shows every moment as one that is whole', async () => {
    const testnet = await spilled();
    await testnet.runUntil({ ms: END_MS });
    // At first the beginning is not there, and that is said.
    const early = testnet.view().events(0, 40);
    expect(early).toEqual([]);
    testnet.seek(0);
    expect(testnet.frame()?.trace).toEqual({ beginsAt: 0, isLoading: true });
    for (const at of [500_000, 19_900_000, 3_000_000, 14_999_000, 15_400_000, 9_000_000, 18_100_000])
      expect(await lookUntilThere(testnet, at)).toEqual(look(whole.view(), at));
  });

  it('tells everything about a message of long ago, and what caused what', async () => {
    const testnet = await spilled();
    await testnet.runUntil({ ms: END_MS });
    const [held] = (await whole.trace({ kinds: ['send'] })).filter(
      (event) => event.kind === 'send' && event.reason === 'held',
    );
    if (held?.kind !== 'send') throw new Error('the partition holds nothing back');
    // The executors' memory of bytes is the same: only the trace is elsewhere.
    expect(await testnet.view().message(held.messageId)).toEqual(await whole.view().message(held.messageId));
    const [cone, wholeCone] = [testnet.view().causality(held.seq), whole.view().causality(held.seq)];
    for (let i = 0; i < 2_000 && cone?.work(4_000) === true; i++)
      await vi.waitFor(() => expect(isLoading(testnet)).toBe(false));
    while (wholeCone?.work(4_000) === true);
    expect([cone?.sourceCount, cone?.influencedCount]).toEqual([wholeCone?.sourceCount, wholeCone?.influencedCount]);
  });

  it('exports what a whole one does', async () => {
    const testnet = await spilled();
    await testnet.runUntil({ ms: END_MS });
    for (const format of ['trace', 'mermaid', 'chrome-trace', 'shiviz', 'itf', 'audit']) {
      const window = { toMs: format === 'itf' ? 500 : 3_000 };
      expect(await testnet.export(format, window), format).toBe(await whole.export(format, window));
    }
  });

  it('is gone back into and goes on another way, as a whole one does', async () => {
    const other = await testnetWith({});
    await other.runUntil({ ms: 3_000 });
    const early = await other.fingerprint();
    const testnet = await spilled();
    await testnet.runUntil({ ms: 3_000 });
    await testnet.snapshot();
    await testnet.runUntil({ ms: END_MS });
    await testnet.fork({ atMs: 3_000 });
    expect(await testnet.fingerprint()).toBe(early);
    expect(await testnet.export('trace')).toBe(await whole.export('trace', { toMs: 3_000 }));
    // Chunks of the history that was left must not come back into this one.
    for (const session of [testnet, other]) {
      await session.inject({ kind: 'crash', target: 'v5' });
      await session.runUntil({ ms: END_MS });
    }
    expect(await testnet.fingerprint()).toBe(await other.fingerprint());
    expect(await testnet.export('trace')).toBe(await other.export('trace'));
    expect(await lookUntilThere(testnet, 2_500_000)).toEqual(look(other.view(), 2_500_000));
    expect(await lookUntilThere(testnet, 9_000_000)).toEqual(look(other.view(), 9_000_000));
  });

  it('goes into a run file whole, and comes out of it', async () => {
    const testnet = await spilled();
    await testnet.runUntil({ ms: END_MS });
    const bytes = await testnet.exportRunFile();
    const other = await openTestnet();
    open.push(other);
    await other.importRunFile(bytes);
    expect(await other.export('trace')).toBe(await whole.export('trace'));
  });

  it('judges a formula from the beginning', async () => {
    const testnet = await spilled();
    await testnet.runUntil({ ms: END_MS });
    for (const session of [testnet, whole])
      await session.formulas.add({ name: 'recovers', ltl: 'G (crash -> F restart)' });
    const verdict = async (session: TestnetSession) =>
      (await session.checks()).find(({ name }) => name.includes('recovers'));
    expect(await verdict(testnet)).toEqual(await verdict(whole));
    expect(await verdict(testnet)).toBeDefined();
  });
});

describe('a run that is saved', () => {
  /** Counts what is written of the trace. */
  function counted(kept: Storage): {
    readonly storage: Storage;
    readonly positions: number[];
    readonly chunks: number[];
  } {
    const [positions, chunks]: [number[], number[]] = [[], []];
    const appendTrace: Storage['appendTrace'] = (runId, from, pieces) => {
      positions.push(...pieces.map((_, i) => from + i));
      return kept.appendTrace(runId, from, pieces);
    };
    const writeChunks: Storage['writeChunks'] = (shelf, written) => {
      chunks.push(...written.map(({ chunk }) => chunk).filter((chunk) => chunk < 2 ** 32));
      return kept.writeChunks(shelf, written);
    };
    return { storage: { ...kept, notice: null, appendTrace, writeChunks }, positions, chunks };
  }

  async function saving(kept: Storage): Promise<TestnetSession> {
    const makeLock: MakeLock = (name) => tabLock(name, { locks: null, makeChannel: null });
    const testnet = await openTestnet({ storage: kept, traceMemory: TINY, autosave: true, makeLock });
    open.push(testnet);
    return testnet;
  }

  it('has each chunk written once, and is taken up whole by the next visit', { timeout: 120_000 }, async () => {
    const kept = counted(await storage());
    const testnet = await saving(kept.storage);
    await testnet.load(SCENARIO);
    for (const ms of [4_000, 11_000, 18_000]) {
      await testnet.runUntil({ ms });
      await testnet.pause();
    }
    const pieces = Array.from({ length: kept.positions.length }, (_, position) => position);
    expect(pieces.length).toBeGreaterThan(1);
    expect(kept.positions).toEqual(pieces);
    expect(kept.chunks).toEqual([]);
    // The tab dies.
    const next = counted(kept.storage);
    const second = await saving(next.storage);
    expect(await second.resume()).toBe(true);
    expect(await second.export('trace')).toBe(await whole.export('trace', { toMs: 18_000 }));
    await second.runUntil({ ms: END_MS });
    await second.pause();
    expect(await second.fingerprint()).toBe(fingerprint);
    for (const at of [500_000, 19_900_000, 3_000_000, 15_400_000, 18_000_000])
      expect(await lookUntilThere(second, at)).toEqual(look(whole.view(), at));
    expect(next.positions.every((position) => position >= pieces.length)).toBe(true);
  });

  it('and becomes another one keeps its trace, and so does the other', { timeout: 120_000 }, async () => {
    const testnet = await saving(await storage());
    await testnet.load(SCENARIO);
    await testnet.runUntil({ ms: 12_000 });
    await testnet.pause();
    const before = testnet.frame()?.runId ?? '';
    await testnet.fork({ atMs: 8_000 });
    expect(await testnet.export('trace')).toBe(await whole.export('trace', { toMs: 8_000 }));
    await testnet.inject({ kind: 'crash', target: 'v5' });
    await testnet.runUntil({ ms: 12_000 });
    await testnet.pause();
    const [branch, trace] = [testnet.frame()?.runId ?? '', await testnet.export('trace')];
    await testnet.branches.switchTo(before);
    expect(await testnet.export('trace')).toBe(await whole.export('trace', { toMs: 12_000 }));
    await testnet.branches.switchTo(branch);
    expect(await testnet.export('trace')).toBe(trace);
    const [one, other] = [{ runId: before }, { runId: branch }];
    expect((await testnet.branches.compare(one, other)).firstAtMs).toBeGreaterThanOrEqual(8_000);
  });
});

describe('where nothing takes what is too much', () => {
  it('the trace begins later, which is said, and goes on to the same fingerprint', async () => {
    const testnet = await testnetWith({ storage: null, traceMemory: TINY });
    await testnet.runUntil({ ms: END_MS });
    const { beginsAt, isLoading } = testnet.frame()?.trace ?? { beginsAt: 0, isLoading: true };
    expect(isLoading).toBe(false);
    expect(beginsAt).toBeGreaterThan(5_000_000);
    expect(await testnet.fingerprint()).toBe(fingerprint);
    const all = await whole.trace();
    const events = await testnet.trace();
    expect(events.length).toBeGreaterThan(5_000);
    expect(events.map(({ seq }) => seq)).toEqual(all.slice(-events.length).map(({ seq }) => seq));
    // Where the playhead may not go it does not.
    testnet.seek(0);
    expect(testnet.frame()?.playhead).toBe(beginsAt);
    expect(look(testnet.view(), 19_500_000)).toEqual(look(whole.view(), 19_500_000));
  });

  it('a rewind to before the beginning starts the trace anew', async () => {
    const testnet = await testnetWith({ storage: null, traceMemory: TINY });
    await testnet.runUntil({ ms: 3_000 });
    await testnet.snapshot();
    await testnet.runUntil({ ms: END_MS });
    await testnet.fork({ atMs: 3_000 });
    await testnet.runUntil({ ms: END_MS });
    expect(await testnet.fingerprint()).toBe(fingerprint);
    expect(look(testnet.view(), 19_500_000)).toEqual(look(whole.view(), 19_500_000));
  });

  it('a disk that fills up keeps the newest part', async () => {
    const full: Done = { ok: false, reason: 'quota', message: 'full', usageBytes: null, quotaBytes: null };
    const kept = await storage();
    let writes = 0;
    const writeChunks: Storage['writeChunks'] = async (shelf, chunks) => {
      return ++writes > 2 ? full : kept.writeChunks(shelf, chunks);
    };
    const testnet = await spilled({ ...kept, writeChunks });
    for (let ms = 1_000; ms <= END_MS; ms += 1_000) await testnet.runUntil({ ms });
    expect(writes).toBeGreaterThan(3);
    expect(await testnet.fingerprint()).toBe(fingerprint);
    expect(testnet.frame()?.trace.beginsAt).toBeGreaterThan(0);
    const events = await testnet.trace();
    expect(events.length).toBeGreaterThan(5_000);
    const kindAndPlace = ({ seq, t, node, kind }: TraceEvent): unknown[] => [seq, t, node, kind];
    expect(events.map(kindAndPlace)).toEqual((await whole.trace()).slice(-events.length).map(kindAndPlace));
  });

  it('a chunk that storage lost ends the trace there', async () => {
    const kept = await storage();
    const testnet = await spilled({ ...kept, readChunks: async (_, chunks) => chunks.map(() => null) });
    await testnet.runUntil({ ms: END_MS });
    expect(testnet.view().events(0, 10)).toEqual([]);
    await vi.waitFor(() => expect(isLoading(testnet)).toBe(false));
    expect(testnet.frame()?.trace.beginsAt).toBeGreaterThan(0);
    expect(testnet.view().events(0, 10)).toEqual([]);
  });
});

describe('what a run left in storage', () => {
  it('is cleared when another one is loaded', async () => {
    const kept = await storage();
    const shelves = new Set<string>();
    const writeChunks: Storage['writeChunks'] = (shelf, chunks) => {
      shelves.add(shelf);
      return kept.writeChunks(shelf, chunks);
    };
    const testnet = await spilled({ ...kept, writeChunks });
    await testnet.runUntil({ ms: END_MS });
    const [shelf = ''] = shelves;
    expect((await kept.readChunks(shelf, [0]))[0]).toBeInstanceOf(Uint32Array);
    await testnet.load(SCENARIO);
    expect(await kept.readChunks(shelf, [0])).toEqual([null]);
  });

  it('is not shared by two tabs on the same storage', async () => {
    const kept = await storage();
    const [one, other] = [await spilled(kept), await spilled(kept)];
    await one.runUntil({ ms: END_MS });
    await other.runUntil({ ms: 8_000 });
    await other.close();
    open = open.filter((testnet) => testnet !== other);
    expect(await one.export('trace')).toBe(await whole.export('trace'));
  });
});
