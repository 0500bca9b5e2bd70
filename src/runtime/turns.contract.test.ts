/** Turns that are asked for ahead bring what a run of its own brings, each up to its barrier. */
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../core/ids.ts';
import type { Segment } from '../kernel/group.ts';
import { simObservers } from '../cli/tally.ts';
import { openInProcess } from './inprocess.ts';
import { EVERYTHING, withThreads } from './testing/threads.ts';
import { short } from './testing/scenarios.ts';

const { plan } = short('turns', {
  faults: [{ kind: 'crash', target: 'v1', at: 900, until: 2500 }],
  stop: { ms: 3000 },
});

/** Every node's records, one after the other. */
function streams(segments: readonly Segment[]): Map<number, number[]> {
  const byNode = new Map<number, number[]>();
  for (const { node, words } of segments) {
    const stream = byNode.get(node) ?? [];
    for (const word of words) stream.push(word);
    byNode.set(node, stream);
  }
  return byNode;
}

describe('turns', () => {
  // A worker of four nodes and more keeps its trace, one of fewer sends it with each answer.
  it.each([null, 2, 1])(
    'asked for all at once bring the whole trace, in a pool of %s',
    { timeout: 120_000 },
    async (pool) => {
      const options = { keepWords: true, highlights: 'all' } as const;
      const here = await openInProcess(plan, options, simObservers);
      await here.advance(EVERYTHING);
      const expected = streams(await here.takeSegments());
      expect(expected.size).toBe(plan.validators.length + plan.clientCount + 1);
      expect(expected.has(ENVIRONMENT)).toBe(true);
      await withThreads(plan, { ...options, pool, noise: { seed: 5, maxMs: 2 } }, async (executor) => {
        const asked = Array.from({ length: 6 }, (_, i) => executor.turn({ ...EVERYTHING, windows: 5 + i }));
        const between = executor.status();
        asked.push(executor.turn(EVERYTHING));
        const fingerprint = executor.fingerprint();
        const turns = await Promise.all(asked);
        const horizons = turns.map(({ horizon }) => horizon);
        expect(horizons).toEqual(horizons.toSorted((a, b) => a - b));
        expect(new Set(horizons).size).toBe(horizons.length);
        expect(turns.map(({ reason }) => reason)).toEqual([...Array.from({ length: 6 }, () => 'windows'), 'stopped']);
        // Answered where it was asked.
        expect((await between).horizon).toBe(horizons[5]);
        expect(streams(turns.flatMap(({ segments }) => segments))).toEqual(expected);
        expect(await executor.takeSegments()).toEqual([]);
        expect(await fingerprint).toBe(here.fingerprintNow());
      });
    },
  );

  it.each([null, 1])(
    'bring it whole when workers die meanwhile, in a pool of %s',
    { timeout: 120_000 },
    async (pool) => {
      const options = { keepWords: true, highlights: 'all' } as const;
      const here = await openInProcess(plan, options, simObservers);
      await here.advance(EVERYTHING);
      const expected = streams(await here.takeSegments());
      await withThreads(plan, { ...options, pool, noise: { seed: 7, maxMs: 2 } }, async (executor) => {
        const segments: Segment[] = [];
        for (let round = 0; round < 6; round++) {
          const asked = [3, 4].map((windows) => executor.turn({ ...EVERYTHING, windows }));
          const killed = executor.killWorker(round % 5);
          for (const turn of asked) segments.push(...(await turn).segments);
          await killed;
          // What a turn brings later was recorded before the snapshot from which a successor starts: it is not run again.
          if (round % 2 === 0) {
            await executor.advance({ ...EVERYTHING, windows: 2 });
            await executor.capture();
            await executor.killWorker(round);
          }
          if (round === 3) await executor.killWorker(0);
        }
        const rest = executor.turn(EVERYTHING);
        const killed = executor.killWorker(1);
        segments.push(...(await rest).segments);
        await killed;
        expect(streams(segments)).toEqual(expected);
        expect(await executor.fingerprint()).toBe(here.fingerprintNow());
      });
    },
  );

  it.each([null, 1])('leave nothing of another history behind, in a pool of %s', { timeout: 120_000 }, async (pool) => {
    const options = { keepWords: true, highlights: 'all' } as const;
    const here = await openInProcess(plan, options, simObservers);
    await here.advance(EVERYTHING);
    const expected = streams(await here.takeSegments());
    await withThreads(plan, { ...options, pool }, async (executor) => {
      const before = (await executor.turn({ ...EVERYTHING, windows: 9 })).segments;
      const snapshot = await executor.capture();
      await executor.advance({ ...EVERYTHING, windows: 7 });
      await executor.restore(snapshot);
      const after = (await executor.turn(EVERYTHING)).segments;
      expect(streams([...before, ...after])).toEqual(expected);
    });
  });
});
