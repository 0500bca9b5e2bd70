/** The tree of runs: several histories side by side, kept, named, deleted, compared. */
import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { openStorage } from '../../storage/open.ts';
import type { RunRecord, SnapshotInfo } from '../../storage/types.ts';
import type { SessionOptions } from '../options.ts';
import type { TestnetSession } from '../testnet.ts';
import { loaded, toEnd, traceText } from '../testing/runs.ts';
import { openTestnet } from '../index.ts';
import { branchTree } from './tree.ts';

const noLock = () => ({ acquire: async () => ({ held: true, message: null, release: () => undefined }) });

async function stored(): Promise<Partial<SessionOptions>> {
  return { storage: await openStorage(), autosave: true, makeLock: noLock as never };
}

/** A run to 4 s, and one that took another course at 1.8 s, where v0 crashed. Returns the first one's id. */
async function forked(testnet: TestnetSession): Promise<string> {
  await testnet.runUntil({ ms: 4_000 });
  const parent = testnet.frame()?.runId ?? '';
  await testnet.fork({ atMs: 1_800 });
  await testnet.inject({ kind: 'crash', target: 'v0' });
  await testnet.runUntil({ ms: 4_000 });
  return parent;
}

describe.each([['memory', async () => ({})] as const, ['IndexedDB', stored] as const])(
  'branches in %s',
  (_, options) => {
    it('come with every fork, and each is gone on with exactly where it was left', { timeout: 60_000 }, async () => {
      const testnet = await loaded(await options());
      await testnet.runUntil({ ms: 4_000 });
      const [trace, fingerprint] = [await traceText(testnet), await testnet.fingerprint()];
      const parent = testnet.frame()?.runId ?? '';
      await testnet.fork({ atMs: 1_800 });
      await testnet.inject({ kind: 'crash', target: 'v0' });
      await testnet.runUntil({ ms: 5_000 });
      const other = await testnet.fingerprint();
      const child = testnet.frame()?.runId ?? '';
      const tree = (await testnet.branches.list()).filter(({ isInCurrentTree }) => isInCurrentTree);
      expect(tree).toMatchObject([
        { runId: parent, parentRunId: null, depth: 0, forkedAtMs: null, atMs: 4_000, isCurrent: false },
        { runId: child, parentRunId: parent, depth: 1, forkedAtMs: 1_800, atMs: 5_000, isCurrent: true },
      ]);
      await testnet.branches.switchTo(parent);
      expect(await testnet.fingerprint()).toBe(fingerprint);
      expect(await traceText(testnet)).toBe(trace);
      await testnet.branches.switchTo(child);
      expect(await testnet.fingerprint()).toBe(other);
      expect((await testnet.scenario()).faults.length).toBe(3);
      await testnet.branches.switchTo(parent);
      expect(await toEnd(testnet)).toBe(await toEnd(await loaded()));
    });

    it('are named, deleted and taken back', async () => {
      const testnet = await loaded(await options());
      const parent = await forked(testnet);
      const named = async () => (await testnet.branches.list()).find(({ runId }) => runId === parent)?.name;
      await testnet.branches.rename(parent, '  no crash ');
      expect(await named()).toBe('no crash');
      await testnet.branches.rename(parent, '');
      expect(await named()).toBeNull();
      await expect(testnet.branches.rename(parent, 'x'.repeat(81))).rejects.toMatchObject({ code: 'bad-input' });
      await testnet.branches.remove(parent);
      expect(await named()).toBeUndefined();
      await expect(testnet.branches.switchTo(parent)).rejects.toMatchObject({ code: 'not-found' });
      const left = (await testnet.branches.list()).filter(({ isInCurrentTree }) => isInCurrentTree);
      expect(left).toMatchObject([{ isCurrent: true, parentRunId: null, depth: 0 }]);
      await testnet.branches.undoRemove(parent);
      expect(await named()).toBeNull();
      await testnet.branches.switchTo(parent);
      const current = testnet.frame()?.runId ?? '';
      await expect(testnet.branches.remove(current)).rejects.toMatchObject({ code: 'bad-input' });
      await expect(testnet.branches.switchTo('nobody')).rejects.toMatchObject({ code: 'not-found' });
    });

    it('do not stand among the snapshots that people take', async () => {
      const testnet = await loaded(await options());
      const before = (await testnet.snapshots()).filter(({ automatic }) => !automatic).length;
      await forked(testnet);
      expect((await testnet.snapshots()).filter(({ automatic }) => !automatic).length).toBe(before);
    });
  },
);

describe('branches after a reload', () => {
  it('are there and go on, but for what was deleted', { timeout: 60_000 }, async () => {
    const first = await loaded(await stored());
    const parent = await forked(first);
    const child = first.frame()?.runId ?? '';
    await first.branches.rename(child, 'crash');
    await first.fork({ atMs: 3_000 });
    const grandchild = first.frame()?.runId ?? '';
    await first.pause();
    await first.branches.remove(parent);
    await first.close();

    const second = await openTestnet(await stored());
    expect(await second.resume()).toBe(true);
    const tree = (await second.branches.list()).filter(({ isInCurrentTree }) => isInCurrentTree);
    expect(tree.map(({ runId, name, depth }) => [runId, name, depth])).toEqual([
      [child, 'crash', 0],
      [grandchild, null, 1],
    ]);
    await second.branches.switchTo(child);
    expect(second.frame()?.head).toBe(4_000_000);
    await expect(second.branches.switchTo(parent)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('comparing', () => {
  it('finds the first event that differs, and which heights came out differently', { timeout: 60_000 }, async () => {
    const testnet = await loaded();
    const parent = await forked(testnet);
    const child = testnet.frame()?.runId ?? '';
    const comparison = await testnet.branches.compare({ runId: parent }, { runId: child });
    expect(comparison.firstAtMs).toBe(1_800);
    const differing = comparison.rows.filter(({ isSame }) => !isSame);
    expect(differing[0]).toMatchObject({ left: null, right: { kind: 'fault', t: 1_800 } });
    expect(comparison.rows.filter(({ isSame }) => isSame).length).toBeGreaterThanOrEqual(6);
    const { head, eventCount } = testnet.view();
    expect([head, comparison.right.eventCount]).toEqual([4_000_000, eventCount]);
    expect(comparison.rows[5]).toMatchObject({ isSame: true, left: { seq: comparison.commonCount - 1 } });
    expect(comparison.slots.filter(({ verdict }) => verdict === 'same').length).toBeGreaterThan(0);
    expect(comparison.slots.some(({ verdict }) => verdict !== 'same')).toBe(true);
    expect(await testnet.branches.compare({ runId: child }, { runId: parent })).toMatchObject({ firstAtMs: 1_800 });
  });

  it('of a run with itself finds nothing; of two seeds the first draw', { timeout: 60_000 }, async () => {
    const testnet = await loaded();
    await testnet.runUntil({ ms: 2_000 });
    const runId = testnet.frame()?.runId ?? '';
    const same = await testnet.branches.compare({ runId }, { seed: 7 });
    expect(same).toMatchObject({ firstAtMs: null, rows: [], commonCount: testnet.view().eventCount });
    expect(same.slots.length).toBeGreaterThan(1);
    expect(same.slots.every(({ verdict }) => verdict === 'same')).toBe(true);
    const seeds = await testnet.branches.compare({ runId }, { seed: 8 });
    expect(seeds.firstAtMs).not.toBeNull();
    expect(seeds.slots.some(({ verdict }) => verdict !== 'same')).toBe(true);
    expect(seeds).toMatchObject({ untilMs: 2_000, left: { atMs: 2_000 }, right: { title: 'seed 8', atMs: 2_000 } });
    await expect(testnet.branches.compare({ runId }, { seed: -1 })).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('the tree', () => {
  const run = (runId: string, parentRunId: string | null): RunRecord => {
    return { runId, parentRunId, forkedAtMicros: parentRunId === null ? null : 5, name: null, createdAt: 0 };
  };
  const snapshot = (runId: string): SnapshotInfo => {
    const rest = { name: null, scenarioName: 's', atMs: 1, height: 1, savedAt: 1, automatic: true, sizeBytes: 1 };
    return { id: runId, runId, ...rest };
  };

  it('hangs children of what is not there on the nearest ancestor that is, and survives circles', () => {
    const runs = [run('a', null), run('b', 'a'), run('c', 'b'), run('x', 'y'), run('y', 'x')];
    const shown = ['a', 'c', 'x', 'y'].map(snapshot);
    const tree = branchTree(runs, shown, null, new Set());
    expect(tree.map(({ runId, parentRunId, depth }) => [runId, parentRunId, depth])).toEqual([
      ['a', null, 0],
      ['c', 'a', 1],
      ['x', null, 0],
      ['y', null, 0],
    ]);
    expect(branchTree(runs, shown, null, new Set(['a'])).map(({ runId }) => runId)).toEqual(['c', 'x', 'y']);
  });
});
