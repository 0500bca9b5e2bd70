import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { announced, NOTICED_AFTER_MS } from './announced.ts';
import type { Session } from './playground.tsx';
import { createUiStore } from './store.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A session whose `load` takes so long, wall ms; negative: it is refused after that time. */
function slow(ms: number): Session {
  const load = () =>
    new Promise((resolve, reject) =>
      setTimeout(() => (ms < 0 ? reject(new Error('refused')) : resolve({ runId: 'r', nodes: [] })), Math.abs(ms)),
    );
  return { load, branches: {} } as unknown as Session;
}

it('a testnet that takes long to build is announced until it is there', async () => {
  const store = createUiStore(null);
  const loading = announced(slow(2_000), store).load('happy-path');
  await vi.advanceTimersByTimeAsync(NOTICED_AFTER_MS - 1);
  expect(store.getState().isBuilding).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(store.getState().isBuilding).toBe(true);
  await vi.advanceTimersByTimeAsync(2_000);
  await loading;
  expect(store.getState().isBuilding).toBe(false);
});

it('a quick one is not, and one that is refused is over', async () => {
  const store = createUiStore(null);
  const seen: boolean[] = [];
  store.subscribe(({ isBuilding }) => void seen.push(isBuilding));
  const quick = announced(slow(NOTICED_AFTER_MS - 10), store).load('happy-path');
  await vi.advanceTimersByTimeAsync(NOTICED_AFTER_MS);
  await quick;
  expect(seen).not.toContain(true);
  const refused = expect(announced(slow(-1_000), store).load('happy-path')).rejects.toThrow('refused');
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
  expect(seen).toContain(true);
  expect(store.getState().isBuilding).toBe(false);
});
