import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Leftovers } from './leftovers.ts';

const MIB = 1 << 20;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function make(threadCount: number) {
  const collect = vi.fn();
  const leftovers = new Leftovers(collect);
  leftovers.shareWith(threadCount);
  return { collect, leftovers };
}

it('a thread at work has them cleared away once they are its share, 4 MiB of 64', () => {
  const { collect, leftovers } = make(64);
  for (let i = 0; i < 7; i++) leftovers.add(2 * MIB);
  expect(collect).not.toHaveBeenCalled();
  leftovers.add(2 * MIB);
  expect(collect).toHaveBeenCalledOnce();
  leftovers.add(2 * MIB);
  expect(collect).toHaveBeenCalledOnce();
});

it('fewer threads may leave more, many no less than 2 MiB each', () => {
  for (const [threadCount, share] of [
    [4, 256 * MIB],
    [16, 64 * MIB],
    [1_000, 2 * MIB],
  ] as const) {
    const { collect, leftovers } = make(threadCount);
    leftovers.add(share - 1);
    expect(collect).not.toHaveBeenCalled();
    leftovers.add(1);
    expect(collect).toHaveBeenCalledOnce();
  }
});

it('what is left when nothing comes any more is cleared away, and not before', () => {
  const { collect, leftovers } = make(4);
  for (let i = 0; i < 10; i++) {
    leftovers.add(MIB);
    vi.advanceTimersByTime(600);
  }
  expect(collect).not.toHaveBeenCalled();
  vi.advanceTimersByTime(4_500);
  expect(collect).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(60_000);
  expect(collect).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

it('very little stays, and sets no timer', () => {
  const { collect, leftovers } = make(4);
  leftovers.add(MIB - 1);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(collect).not.toHaveBeenCalled();
});

it('a platform that cannot give a buffer back is left alone', () => {
  const leftovers = new Leftovers();
  leftovers.shareWith(64);
  expect(() => leftovers.add(8 * MIB)).not.toThrow();
});
