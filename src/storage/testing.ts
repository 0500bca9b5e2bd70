/** Shared by the tests of this folder. */
import type { SnapshotRecord } from './types.ts';

/** A record with something of every kind in its payload. */
export function record(changes: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return {
    id: 's1',
    name: null,
    runId: 'run-a',
    scenarioName: 'Crash the primary',
    scenario: { protocol: { name: 'svbft' }, seed: 7 },
    atMicros: 12_345_678,
    height: 9,
    savedAt: 1_000,
    automatic: true,
    payload: {
      nodes: [{ votes: new Map([[3, new Set(['v0', 'v1'])]]), key: Uint8Array.of(1, 2, 3), lock: null }],
      clock: Float64Array.of(0.5),
    },
    ...changes,
  };
}

/** The automatic snapshot number `n` of a run; later numbers are newer. */
export function automatic(runId: string, n: number, changes: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return record({ id: `${runId}-${n}`, runId, savedAt: 1_000 + n, ...changes });
}
