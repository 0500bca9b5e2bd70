/** Workers that die or hang, at any moment: each is replaced, and the run ends as if nothing had happened. */
import { describe, expect, it } from 'vitest';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import { SECOND } from '../../core/time.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import { SHORT_RUNS, short } from '../testing/scenarios.ts';
import { EVERYTHING, hangingWorker, openHere, openThreads, threads, withThreads } from '../testing/threads.ts';
import type { Platform, WorkersExecutor } from './executor.ts';

const NAMES = ['crash, amnesia, n = 4', 'partition, lost, n = 5', 'equivocate, n = 6', 'storm, n = 4'];
const RUNS = SHORT_RUNS.filter(({ name }) => NAMES.includes(name));
const TIMEOUT = { timeout: 90_000 };

async function expectedOf(plan: RunPlan): Promise<string> {
  const executor = await openHere(plan);
  executor.run(EVERYTHING);
  return executor.fingerprintNow();
}

function dice(seed: number): (bound: number) => number {
  const key = streamKey(seed, PURPOSE.storm);
  let rolled = 0;
  return (bound) => scale(draw(key, rolled++), bound);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs to the end while `disturb` does its worst, then tells the fingerprint. */
async function finish(executor: WorkersExecutor, disturb: () => Promise<unknown>): Promise<string> {
  const [end] = await Promise.all([executor.advance(EVERYTHING), disturb()]);
  expect(end.reason).toBe('stopped');
  return executor.fingerprint();
}

const FIRST = RUNS[0] as (typeof RUNS)[number];

describe('a killed worker', () => {
  it.each(RUNS)('is replaced at random moments of: $name', TIMEOUT, async ({ plan }) => {
    const expected = await expectedOf(plan);
    for (const pool of [null, 2]) {
      await withThreads(plan, { pool, noise: { seed: plan.seed, maxMs: 3 } }, async (executor) => {
        const roll = dice(plan.seed);
        const found = await finish(executor, async () => {
          for (let kills = 0; kills < 3; kills++) {
            await pause(roll(120));
            await executor.killWorker(roll(plan.validators.length + 1));
          }
        });
        expect(found, `pool ${pool}`).toBe(expected);
        expect(executor.info.notice).toContain('replaced 3 times');
      });
    }
  });

  it('may be two at once, all at once, or the same one twice', TIMEOUT, async () => {
    const expected = await expectedOf(FIRST.plan);
    for (const victims of [
      [0, 1],
      [2, 2],
      [0, 1, 2, 3, 4],
    ]) {
      await withThreads(FIRST.plan, { noise: { seed: 1, maxMs: 3 } }, async (executor) => {
        const disturb = () => pause(60).then(() => Promise.all(victims.map((node) => executor.killWorker(node))));
        expect(await finish(executor, disturb), `victims ${victims}`).toBe(expected);
      });
    }
  });

  it('may die right at the start, and before it was replaced', TIMEOUT, async () => {
    const expected = await expectedOf(FIRST.plan);
    await withThreads(FIRST.plan, {}, async (executor) => {
      const kill = executor.killWorker(1);
      void executor.killWorker(1);
      expect(await finish(executor, () => kill)).toBe(expected);
    });
  });

  it('may die while paused, between every two calls', TIMEOUT, async () => {
    const expected = await expectedOf(FIRST.plan);
    await withThreads(FIRST.plan, { pool: 2 }, async (executor) => {
      await executor.advance({ ...EVERYTHING, until: SECOND });
      await executor.killWorker(0);
      const { events } = await executor.status();
      for (let i = 0; i < 5; i++) await executor.stepEvent();
      await executor.killWorker(4);
      expect((await executor.status()).events).toBeGreaterThan(events);
      expect((await executor.inspect(2))?.alive).toBe(true);
      await executor.advance({ ...EVERYTHING, windows: 3 });
      await executor.killWorker(0);
      expect(await finish(executor, async () => undefined)).toBe(expected);
    });
  });

  it('may die while it captures, restores or answers', TIMEOUT, async () => {
    const expected = await expectedOf(FIRST.plan);
    await withThreads(FIRST.plan, {}, async (executor) => {
      await executor.advance({ ...EVERYTHING, until: SECOND });
      const at = await executor.fingerprint();
      const [snapshot] = await Promise.all([executor.capture(), executor.killWorker(1)]);
      await executor.advance({ ...EVERYTHING, until: 2 * SECOND });
      await Promise.all([executor.restore(snapshot), executor.killWorker(2), executor.killWorker(0)]);
      const [restored, status] = await Promise.all([
        executor.fingerprint(),
        executor.status(),
        executor.inspect(3),
        executor.killWorker(3),
      ]);
      expect(restored).toBe(at);
      expect(status.horizon).toBe(SECOND);
      await Promise.all([executor.killWorker(1), executor.restore(snapshot)]);
      expect(await finish(executor, async () => undefined)).toBe(expected);
    });
  });

  it('starts from the snapshot it last gave, not from the beginning', TIMEOUT, async () => {
    const expected = await expectedOf(FIRST.plan);
    await withThreads(FIRST.plan, {}, async (executor) => {
      for (let until = SECOND / 2; until < 4 * SECOND; until += SECOND / 2) {
        await executor.advance({ ...EVERYTHING, until });
        await executor.capture();
        await executor.advance({ ...EVERYTHING, windows: 2 });
        await executor.killWorker((until / (SECOND / 2)) % 5);
      }
      expect(await finish(executor, async () => undefined)).toBe(expected);
    });
  });
});

/** The platform, but the first `count` node workers hang after some ms. */
async function hangingPlatform(count: number, afterMs: number): Promise<Platform> {
  const { platform, nodeEntry } = await threads();
  let spawned = 0;
  return {
    ...platform,
    spawnNode: (protocol) => {
      if (spawned++ >= count) return platform.spawnNode(protocol);
      const worker = hangingWorker(nodeEntry, afterMs);
      return {
        endpoint: nodeEndpoint(worker),
        terminate: () => void worker.terminate(),
        onError: (listener) => void worker.on('error', (error) => listener(String(error))),
      };
    },
  };
}

describe('a worker that hangs', () => {
  it.each([
    ['at once', 0, 1],
    ['some time later', 700, 1],
    ['as all others do', 700, 3],
  ])('%s is replaced', TIMEOUT, async (_, afterMs, count) => {
    const { plan } = short(`hangs ${afterMs} ${count}`, { stop: { ms: 4000 } });
    const expected = await expectedOf(plan);
    const platform = await hangingPlatform(count, afterMs);
    await withThreads(plan, { pool: 3, platform, patienceMs: 500, noise: { seed: 2, maxMs: 15 } }, async (executor) => {
      expect(await finish(executor, async () => undefined)).toBe(expected);
      expect(executor.info.notice).toContain('replaced');
    });
  });

  it('is not blamed for a run that takes long as a whole', TIMEOUT, async () => {
    const { plan } = FIRST;
    await withThreads(plan, { pool: 2, patienceMs: 400, noise: { seed: 2, maxMs: 25 } }, async (executor) => {
      const began = performance.now();
      expect(await finish(executor, async () => undefined)).toBe(await expectedOf(plan));
      expect(performance.now() - began).toBeGreaterThan(400);
      expect(executor.info.notice).toBeNull();
    });
  });
});

describe('workers that cannot be had', () => {
  const broken = async (part: 'spawnNode' | 'spawnConductor'): Promise<Platform> => {
    const { platform } = await threads();
    const spawn = () => {
      const worker = hangingWorker('/nonexistent/entry.mjs', 1e6);
      return {
        endpoint: nodeEndpoint(worker),
        terminate: () => void worker.terminate(),
        onError: (listener: (message: string) => void) => void worker.on('error', (error) => listener(String(error))),
      };
    };
    return { ...platform, [part]: spawn };
  };

  it.each(['spawnNode', 'spawnConductor'] as const)('are an error of code "worker": %s', TIMEOUT, async (part) => {
    const opening = openThreads(FIRST.plan, { platform: await broken(part) });
    await expect(opening).rejects.toMatchObject({ name: 'TestnetError', code: 'worker' });
  });

  it('leave no call waiting when the testnet is closed', TIMEOUT, async () => {
    const executor = await openThreads(FIRST.plan, { noise: { seed: 1, maxMs: 20 } });
    const running = executor.advance(EVERYTHING);
    const refused = expect(running).rejects.toMatchObject({ code: 'worker' });
    await executor.close();
    await refused;
    await expect(executor.status()).rejects.toMatchObject({ code: 'worker' });
  });
});
