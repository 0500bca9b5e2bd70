import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Micros } from '../core/time.ts';
import { Pacer } from './pacer.ts';

/** A run whose windows are 1 ms of virtual time each and take 0.1 ms of wall clock. */
function fakeRun() {
  const turns: number[] = [];
  let horizon: Micros = 0;
  let pictures = 0;
  const pacer = new Pacer({
    advance: async (until, windows) => {
      turns.push(windows);
      const count = Math.max(0, Math.min(windows, Math.ceil((until - horizon) / 1_000)));
      horizon = Math.min(until, horizon + count * 1_000);
      await new Promise((resolve) => setTimeout(resolve, count / 10));
      return { horizon, finished: false };
    },
    publish: () => void pictures++,
    fail: (error) => {
      throw error;
    },
  });
  return { pacer, turns, now: () => horizon, pictures: () => pictures };
}

const FEW = { nodes: 4, workers: 4 };

describe('Pacer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps the pace', async () => {
    const { pacer, now } = fakeRun();
    pacer.start(2, 0, FEW);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(now()).toBeGreaterThan(5_900_000);
    expect(now()).toBeLessThan(6_300_000);
    pacer.stop();
  });

  it('does not take short paced turns for fast ones: full speed after a slow pace stays responsive', async () => {
    const { pacer, turns, now } = fakeRun();
    pacer.start(1, 0, FEW);
    await vi.advanceTimersByTimeAsync(5_000);
    turns.length = 0;
    pacer.start('max', now(), FEW);
    await vi.advanceTimersByTimeAsync(2_000);
    pacer.stop();
    // 0.1 ms a window: 600 of them last as long as a turn may.
    expect(Math.max(...turns)).toBeLessThanOrEqual(600);
    expect(turns.length).toBeGreaterThan(20);
  });

  it('asks many workers less often for what they bring, at top speed only', async () => {
    const turnsOf = async (speed: 1 | 'max', workers: number): Promise<number> => {
      const { pacer, turns } = fakeRun();
      pacer.start(speed, 0, { nodes: 64, workers });
      await vi.advanceTimersByTimeAsync(4_000);
      pacer.stop();
      return turns.length;
    };
    expect(await turnsOf('max', 65)).toBeLessThan((await turnsOf('max', 2)) / 2);
    expect(await turnsOf(1, 65)).toBe(await turnsOf(1, 2));
  });

  it.each([
    [4, 14, 16],
    [64, 7, 8],
  ])('shows a run of %i nodes so often at top speed that the processor is left to it', async (nodes, least, most) => {
    const { pacer, pictures } = fakeRun();
    pacer.start('max', 0, { nodes, workers: 2 });
    await vi.advanceTimersByTimeAsync(2_000);
    pacer.stop();
    expect(pictures()).toBeGreaterThanOrEqual(least);
    expect(pictures()).toBeLessThanOrEqual(most);
  });

  it('starts carefully, whatever ran before', async () => {
    const { pacer, turns, now } = fakeRun();
    pacer.start('max', 0, FEW);
    await vi.advanceTimersByTimeAsync(1_000);
    pacer.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    turns.length = 0;
    pacer.start('max', now(), FEW);
    await vi.advanceTimersByTimeAsync(100);
    pacer.stop();
    expect(turns[0]).toBeLessThanOrEqual(8);
  });

  it('allows more windows where they are quick, fewer where they are slow', async () => {
    const { pacer, turns } = fakeRun();
    pacer.start('max', 0, FEW);
    await vi.advanceTimersByTimeAsync(1_000);
    pacer.stop();
    const settled = turns.slice(-5);
    for (const windows of settled) expect(windows).toBeGreaterThanOrEqual(150);
    for (const windows of settled) expect(windows).toBeLessThanOrEqual(600);
  });
});
