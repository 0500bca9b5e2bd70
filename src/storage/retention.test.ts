import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abandonedRuns, expendable, removableRuns, surplus } from './retention.ts';
import type { RunRecord, SnapshotInfo } from './types.ts';

const info = fc.record({
  id: fc.uuid(),
  name: fc.constant(null),
  runId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  scenarioName: fc.constant(''),
  atMs: fc.constant(0),
  height: fc.constant(0),
  savedAt: fc.nat(30),
  automatic: fc.boolean(),
  sizeBytes: fc.constant(1),
});
const infos = fc.uniqueArray(info, { selector: ({ id }) => id, minLength: 1, maxLength: 40 });
const inUse = fc.subarray(['a', 'b', 'c', 'd', 'e']).map((runs) => new Set(runs));
const retention = { automaticPerRun: 3, automaticRuns: 2 };

describe('surplus', () => {
  it('leaves named snapshots, the one just saved, and runs in use up to the ring', () => {
    fc.assert(
      fc.property(infos, inUse, (all, used) => {
        const saved = all.reduce((newest, other) => (other.savedAt > newest.savedAt ? other : newest));
        const gone = new Set(surplus(all, saved, used, retention));
        const kept = all.filter((one) => !gone.has(one));
        expect(kept).toContain(saved);
        for (const one of gone) {
          expect(one.automatic).toBe(true);
          expect(one.runId === saved.runId || !used.has(one.runId)).toBe(true);
        }
        const automatic = kept.filter((one) => one.automatic);
        expect(automatic.filter((one) => one.runId === saved.runId).length).toBeLessThanOrEqual(
          retention.automaticPerRun,
        );
        const others = new Set(
          automatic.map((one) => one.runId).filter((runId) => runId !== saved.runId && !used.has(runId)),
        );
        expect(others.size).toBeLessThan(retention.automaticRuns);
      }),
    );
  });

  it('of a run takes the oldest', () => {
    fc.assert(
      fc.property(infos, (all) => {
        const saved = all.reduce((newest, other) => (other.savedAt > newest.savedAt ? other : newest));
        const own = surplus(all, saved, new Set(), retention).filter((one) => one.runId === saved.runId);
        const kept = all.filter((one) => one.automatic && one.runId === saved.runId && !own.includes(one));
        for (const gone of own) for (const one of kept) expect(gone.savedAt).toBeLessThanOrEqual(one.savedAt);
      }),
    );
  });
});

describe('expendable', () => {
  it('leaves a way to resume every run in use, and takes all else that is automatic', () => {
    fc.assert(
      fc.property(infos, inUse, (all, used) => {
        const gone = expendable(all, 'a', null, used);
        const kept = all.filter((one) => !gone.includes(one));
        for (const one of gone) expect(one.automatic).toBe(true);
        for (const runId of [...used, 'a']) {
          const before = all.filter((one) => one.automatic && one.runId === runId);
          const after = kept.filter((one) => one.automatic && one.runId === runId);
          expect(after.length).toBe(Math.min(1, before.length));
          expect(after[0]?.savedAt).toBe(
            before.length === 0 ? undefined : Math.max(...before.map((one) => one.savedAt)),
          );
        }
        for (const one of kept) expect(!one.automatic || used.has(one.runId) || one.runId === 'a').toBe(true);
      }),
    );
  });
});

describe('runs without snapshots', () => {
  const snapshot = (id: string, runId: string): SnapshotInfo => ({
    id,
    name: null,
    runId,
    scenarioName: '',
    atMs: 0,
    height: 0,
    savedAt: 0,
    automatic: true,
    sizeBytes: 1,
  });
  const run = (runId: string, parentRunId: string | null = null, name: string | null = null): RunRecord => ({
    runId,
    parentRunId,
    forkedAtMicros: parentRunId === null ? null : 1,
    name,
    createdAt: 0,
  });

  it('are abandoned when their last one goes, unless in use', () => {
    const all = [snapshot('1', 'a'), snapshot('2', 'a'), snapshot('3', 'b'), snapshot('4', 'c')];
    expect(abandonedRuns(all, [all[0]!, all[2]!, all[3]!], new Set(['c']))).toEqual(['b']);
    expect(abandonedRuns(all, all, new Set())).toEqual(['a', 'b', 'c']);
  });

  it('leave the tree unless they have a name or a child that stays', () => {
    const runs = [run('a'), run('b', 'a'), run('c', 'b'), run('d', null, 'mine'), run('e'), run('f', 'e')];
    expect(removableRuns(runs, ['a', 'b', 'd', 'e', 'f'])).toEqual(['e', 'f']);
    expect(removableRuns(runs, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });
});
