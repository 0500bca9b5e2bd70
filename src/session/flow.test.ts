import { describe, expect, it } from 'vitest';
import { MILLISECOND } from '../core/time.ts';
import type { RunPlan } from '../kernel/plan.ts';
import type { AdvanceLimit, Executor, Turn } from '../runtime/executor.ts';
import { loaded, openHere, SCENARIO, toEnd, traceText, undisturbed } from './testing/runs.ts';

/** How many calls wait for an answer now, and the most there were. */
interface Watch {
  now: number;
  most: number;
  turns: number;
}

/** Answers as where nodes live in workers: every call later than it was made, in the order of the calls. */
function beside(watch: Watch, failAtTurn = Number.POSITIVE_INFINITY): (plan: RunPlan) => Promise<Executor> {
  return async (plan) => {
    const inner = await openHere(plan);
    let last: Promise<unknown> = Promise.resolve();
    const inOrder = <T>(act: () => T | Promise<T>): Promise<T> => {
      watch.most = Math.max(watch.most, ++watch.now);
      const answer = last.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return act();
      });
      last = answer.catch(() => undefined).finally(() => watch.now--);
      return answer;
    };
    const turn = (limit: AdvanceLimit): Promise<Turn> =>
      inOrder(async () => {
        if (++watch.turns === failAtTurn) throw new Error('node v2 broke');
        return { ...(await inner.advance(limit)), segments: await inner.takeSegments(), release: () => undefined };
      });
    return new Proxy(inner, {
      get(target, key) {
        if (key === 'turn') return turn;
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => inOrder(() => Reflect.apply(value, target, given));
      },
    });
  };
}

const fresh = (): Watch => ({ now: 0, most: 0, turns: 0 });

describe('Flow', () => {
  it('lets turns run ahead at top speed, and the trace is the same', async () => {
    const watch = fresh();
    const testnet = await loaded({ openExecutor: beside(watch) });
    const ended = new Promise<void>((resolve) => {
      const stop = testnet.subscribe(() => {
        if (testnet.frame()?.status !== 'finished') return;
        stop();
        resolve();
      });
    });
    await testnet.play({ speed: 'max' });
    await ended;
    expect(watch.most).toBeGreaterThanOrEqual(3);
    expect(watch.turns).toBeGreaterThan(3);
    const whole = await loaded();
    const expected = await toEnd(whole);
    expect(await testnet.fingerprint()).toBe(expected);
    expect(await traceText(testnet)).toBe(await traceText(whole));
    await testnet.close();
    await whole.close();
  });

  it('brings every turn in before anything else is asked: what is done by hand is recorded where the run stands', async () => {
    const watch = fresh();
    const testnet = await loaded({ openExecutor: beside(watch) });
    await testnet.play({ speed: 'max' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await testnet.inject({ kind: 'crash', target: 'v2' });
    await testnet.pause();
    expect(watch.now).toBe(0);
    expect(watch.most).toBeGreaterThanOrEqual(3);
    const fingerprint = await toEnd(testnet);
    expect(fingerprint).not.toBe(await undisturbed());
    const replay = await loaded({}, await testnet.scenario());
    expect(await toEnd(replay)).toBe(fingerprint);
    await testnet.close();
    await replay.close();
  });

  it('says why a turn that ran ahead failed, and does not go on', async () => {
    const watch = fresh();
    const testnet = await loaded({ openExecutor: beside(watch, 3) });
    await testnet.play({ speed: 'max' });
    await expect.poll(() => testnet.frame()?.status).toBe('failed');
    const { turns } = watch;
    await expect(testnet.step('window')).rejects.toThrow('node v2 broke');
    expect(watch.turns).toBe(turns);
    expect(testnet.frame()?.head).toBeLessThan(SCENARIO.stop.ms * MILLISECOND);
    await testnet.close();
  });
});
