/** The testnet as the page runs it: one worker a validator, the conductor in a worker of its own, runs kept in IndexedDB. */
import type { RunPlan } from '../kernel/plan.ts';
import type { Executor } from '../runtime/executor.ts';
import { type Platform, type WorkerHandle, WorkersExecutor } from '../runtime/workers/executor.ts';
import { openTestnet, type TestnetSession } from '../session/index.ts';
import { TRACE_MEMORY, type TraceMemory } from '../session/shelf.ts';
import { openStorage } from '../storage/open.ts';
import { startNodeWorker } from './nodes/index.ts';

/**
 * Validators that get a worker of their own, a core. Beyond that several share a worker: 64 threads on two cores leave the
 * page no time to draw, and each compiles the same code again. The fingerprint is the same, the page says how many there are.
 */
const OWN_WORKERS_PER_CORE = 16;

const platform: Platform = {
  spawnConductor: () => handleOf(new Worker(new URL('./conductor.worker.ts', import.meta.url), { type: 'module' })),
  spawnNode: (protocol) => handleOf(startNodeWorker(protocol)),
  channelName: () => `testnet-${crypto.randomUUID()}`,
};

function handleOf(worker: Worker): WorkerHandle {
  return {
    endpoint: worker,
    terminate: () => worker.terminate(),
    onError: (listener) => worker.addEventListener('error', (event) => listener(event.message)),
  };
}

/** `?workers=each` gives every validator a worker of its own however many there are, `?workers=shared` one a core. */
function poolOf(plan: RunPlan): number | null {
  const cores = Math.max(2, navigator.hardwareConcurrency);
  const wanted = new URLSearchParams(location.search).get('workers');
  if (wanted === 'each') return null;
  return wanted === 'shared' || plan.validators.length > OWN_WORKERS_PER_CORE * cores ? cores : null;
}

function openExecutor(plan: RunPlan): Promise<Executor> {
  const pool = poolOf(plan);
  return WorkersExecutor.open(plan, { keepWords: true, highlights: 'all', pool, noise: null }, platform);
}

/** Without a database the page keeps 64 MB of trace, and drops what is older. */
const CHUNKS_MAX_ALONE = 256;

/** `?chunks=N` keeps only so many pieces of 256 KiB of the trace in memory: for those who want to watch it come back. */
function traceMemoryOf(search: string): TraceMemory {
  const wanted = Number(new URLSearchParams(search).get('chunks') ?? Number.NaN);
  if (!Number.isInteger(wanted) || wanted < 1) return { ...TRACE_MEMORY, chunksMaxAlone: CHUNKS_MAX_ALONE };
  return { chunksMax: wanted, chunksMaxAlone: wanted };
}

export async function openPage(): Promise<TestnetSession> {
  const storage = await openStorage();
  return openTestnet({ openExecutor, storage, autosave: true, traceMemory: traceMemoryOf(location.search) });
}
