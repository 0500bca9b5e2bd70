/** The testnet as a library: `openTestnet` in any JavaScript; the page adds workers and storage. */
import { openInProcess } from '../runtime/inprocess.ts';
import { runObservers } from './observers.ts';
import type { SessionOptions } from './options.ts';
import { TestnetSession } from './testnet.ts';

export type * from './api.ts';
export { runObservers } from './observers.ts';
export type { OpenExecutor } from './run.ts';
export type { SessionOptions } from './options.ts';
export { TestnetSession } from './testnet.ts';

/** A testnet without a scenario yet. By default everything runs in this thread and nothing is kept. */
export async function openTestnet(options: Partial<SessionOptions> = {}): Promise<TestnetSession> {
  return new TestnetSession({
    openExecutor: (plan) => openInProcess(plan, { keepWords: true, highlights: 'all' }, runObservers),
    storage: null,
    autosave: false,
    ...options,
  });
}
