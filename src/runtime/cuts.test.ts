/** However a run is cut (paused, stepped, captured, restored, here or in workers), its fingerprint is that of one piece. */
import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../core/prng.ts';
import { SECOND } from '../core/time.ts';
import type { RunPlan } from '../kernel/plan.ts';
import type { Executor, RunSnapshot } from './executor.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type NodeState, packHosts, unpackHosts } from './hosts.ts';
import { SHORT_RUNS, type ShortRun } from './testing/scenarios.ts';
import { EVERYTHING, openHere, withThreads } from './testing/threads.ts';

const END = 4 * SECOND;

/** Runs in which much is under way at any time. */
const RUNS = SHORT_RUNS.filter(({ name }) =>
  [
    'crash, torn, n = 4',
    'partition, held, n = 4',
    'twins, n = 8',
    'on view, n = 4',
    'storm, n = 5',
    'ed25519',
  ].includes(name),
);

function dice(seed: number): (bound: number) => number {
  const key = streamKey(seed, PURPOSE.storm);
  let rolled = 0;
  return (bound) => scale(draw(key, rolled++), bound);
}

async function whole(plan: RunPlan): Promise<string> {
  const executor = await openHere(plan);
  executor.run(EVERYTHING);
  return executor.fingerprintNow();
}

/** Each of them leaves the run where it was, or further. */
const CUTS: readonly ((executor: Executor, roll: (bound: number) => number) => Promise<void>)[] = [
  async (executor, roll) => {
    const { horizon } = await executor.status();
    const until = horizon + 1 + roll(300_000);
    const { reason } = await executor.advance({ ...EVERYTHING, until });
    if (reason === 'limit') expect((await executor.status()).horizon).toBe(until);
  },
  async (executor, roll) => {
    await executor.advance({ ...EVERYTHING, windows: roll(4) });
  },
  async (executor, roll) => {
    for (let events = 1 + roll(12); events > 0; events--) await executor.stepEvent();
  },
  async (executor, roll) => {
    const { height } = await executor.status();
    const goal = { height: roll(2) === 0 ? height + 1 : null, decidedBy: roll(2) === 0 ? roll(4) : null };
    await executor.advance({ ...EVERYTHING, until: END, goal });
  },
  async (executor) => {
    const before = await executor.fingerprint();
    const events = (await executor.status()).events;
    const snapshot = await executor.capture();
    await executor.advance({ ...EVERYTHING, windows: 7 });
    await executor.restore(snapshot);
    expect(await executor.fingerprint()).toBe(before);
    expect((await executor.status()).events).toBe(events);
  },
];

async function cutUp(executor: Executor, seed: number): Promise<string> {
  const roll = dice(seed);
  for (let count = 0; count < 14; count++) await CUTS[roll(CUTS.length)]?.(executor, roll);
  await executor.advance(EVERYTHING);
  return executor.fingerprint();
}

/** The state after some windows and single events: mail under way, several events of one microsecond. */
async function midway(executor: Executor, seed: number): Promise<RunSnapshot> {
  const roll = dice(seed);
  await executor.advance({ ...EVERYTHING, until: SECOND + roll(SECOND) });
  for (let events = roll(9); events > 0; events--) await executor.stepEvent();
  return executor.capture();
}

async function finishFrom(executor: Executor, snapshot: RunSnapshot): Promise<string> {
  await executor.restore(snapshot);
  await executor.advance(EVERYTHING);
  return executor.fingerprint();
}

describe.each(RUNS.map((run): [string, ShortRun] => [run.name, run]))('cuts of: %s', (_, { plan }) => {
  it('in this thread', async () => {
    const expected = await whole(plan);
    // Real signatures take their time.
    const seeds = plan.validators[0]?.suite.startsWith('modelled') === true ? 12 : 2;
    for (let seed = 1; seed <= seeds; seed++) {
      expect(await cutUp(await openHere(plan), seed), `seed ${seed}`).toBe(expected);
    }
  });

  it('in workers', { timeout: 90_000 }, async () => {
    const expected = await whole(plan);
    for (const pool of [null, 2]) {
      const noise = { seed: 3, maxMs: 1 };
      expect(await withThreads(plan, { pool, noise }, (executor) => cutUp(executor, plan.seed))).toBe(expected);
    }
  });

  it('with a snapshot carried from this thread to workers, and back', { timeout: 90_000 }, async () => {
    const expected = await whole(plan);
    const here = await midway(await openHere(plan), plan.seed);
    await withThreads(plan, { pool: 2 }, async (executor) => {
      const there = await midway(executor, plan.seed);
      expect(there.control).toEqual(here.control);
      expect(await finishFrom(executor, here)).toBe(expected);
      expect(await finishFrom(await openHere(plan), there)).toBe(expected);
    });
    expect(await finishFrom(await openHere(plan), here)).toBe(expected);
  });
});

describe('a run of its own', () => {
  it('there are as many as named', () => {
    expect(RUNS).toHaveLength(6);
  });

  /** The same run but for one change of its states halfway. */
  async function changed(change: (states: readonly NodeState[]) => void): Promise<string> {
    const { plan } = RUNS[0] as ShortRun;
    const executor = await openHere(plan);
    const snapshot = await midway(executor, 5);
    const states = structuredClone(unpackHosts(snapshot.hosts));
    change(states);
    return finishFrom(executor, { ...snapshot, hosts: packHosts(states) });
  }

  it('differs in its fingerprint when one byte of one message under way differs', async () => {
    const expected = await changed(() => undefined);
    expect(await changed(() => undefined)).toBe(expected);
    const bytes = (states: readonly NodeState[], field: 'bytes' | 'signature'): Uint8Array => {
      for (const { snapshot: host } of states) {
        for (const { payload } of host.queue) if ('origin' in payload) return payload[field];
      }
      throw new Error('nothing is under way');
    };
    for (const field of ['bytes', 'signature'] as const) {
      const flip = (states: readonly NodeState[]): void => {
        const target = bytes(states, field);
        target[target.length - 1] = (target.at(-1) as number) ^ 1;
      };
      expect(await changed(flip), field).not.toBe(expected);
    }
  });

  it('differs when one event is a microsecond late', async () => {
    const expected = await changed(() => undefined);
    const delay = (states: readonly NodeState[]): void => {
      const host = states[0]?.snapshot;
      if (host === undefined) throw new Error('no host');
      const entries = host.queue.map((entry) =>
        'origin' in entry.payload ? { ...entry, time: entry.time + 1 } : entry,
      );
      Object.assign(host, { queue: entries });
    };
    expect(await changed(delay)).not.toBe(expected);
  });

  it('differs in its fingerprint when one bit of one stream hash differs, and not by the order of nodes', async () => {
    const hash = (bytes: Uint8Array): Uint8Array => bytes;
    const digests = [0, 1, 2].map((node) => ({ node, digest: new Uint8Array(32).fill(node + 1) }));
    const expected = fingerprintOf(hash, digests);
    expect(fingerprintOf(hash, [...digests].reverse())).toBe(expected);
    for (let bit = 0; bit < 256; bit += 37) {
      const flipped = structuredClone(digests);
      const { digest } = flipped[bit % 3] as { digest: Uint8Array };
      digest[bit >> 3] = (digest[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(fingerprintOf(hash, flipped), `bit ${bit}`).not.toBe(expected);
    }
  });
});
