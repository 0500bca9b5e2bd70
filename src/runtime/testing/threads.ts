/** Node workers for tests, from the sources as they stand. */
import { Worker } from 'node:worker_threads';
import { buildNodeBundle } from '../../../scripts/node-bundle.mjs';
import { nodePlatform } from '../../cli/platform.ts';
import { simObservers } from '../../cli/tally.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import { type InProcessExecutor, openInProcess } from '../inprocess.ts';
import { type Platform, WorkersExecutor, type WorkersOptions } from '../workers/executor.ts';

export const OPTIONS = { keepWords: false, highlights: 'all' } as const;
export const EVERYTHING = {
  until: Number.POSITIVE_INFINITY,
  windows: Number.POSITIVE_INFINITY,
  goal: null,
} as const;

export async function threads(): Promise<{ readonly platform: Platform; readonly nodeEntry: string }> {
  const { entries } = await buildNodeBundle();
  const nodeEntry = entries['node.worker'] as string;
  return { platform: nodePlatform({ conductor: entries['conductor.worker'] as string, node: nodeEntry }), nodeEntry };
}

/** The reference: all hosts in this thread. */
export function openHere(plan: RunPlan): Promise<InProcessExecutor> {
  return openInProcess(plan, OPTIONS, simObservers);
}

/** `pool`: number of node workers, null for one a node. */
export async function openThreads(
  plan: RunPlan,
  options: Partial<WorkersOptions> & { readonly platform?: Platform } = {},
): Promise<WorkersExecutor> {
  const { platform = (await threads()).platform, ...rest } = options;
  return WorkersExecutor.open(plan, { ...OPTIONS, pool: null, noise: null, ...rest }, platform);
}

/** Does the work with a testnet in workers and ends them, however it went. */
export async function withThreads<T>(
  plan: RunPlan,
  options: Parameters<typeof openThreads>[1],
  work: (executor: WorkersExecutor) => Promise<T>,
): Promise<T> {
  const executor = await openThreads(plan, options);
  try {
    return await work(executor);
  } finally {
    await executor.close();
  }
}

/** A node worker that stops answering after so many ms, as one does that hangs in an endless loop. */
export function hangingWorker(nodeEntry: string, afterMs: number): Worker {
  const code = `
    import(${JSON.stringify(nodeEntry)});
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), ${afterMs});
  `;
  return new Worker(code, { eval: true });
}
