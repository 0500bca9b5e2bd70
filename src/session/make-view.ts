import { costsOf } from '../crypto/costs.ts';
import { suiteNames } from '../runtime/suites.ts';
import type { Run } from './run.ts';
import type { SessionOptions } from './options.ts';
import { TRACE_MEMORY } from './shelf.ts';
import { boardOf } from './state.ts';
import { StoreTraceView } from './trace-view/index.ts';

/** From now on the run's trace is held to what the session may keep in memory. `onArrival`: what a view asked for is here. */
export function keepTrace(run: Run, options: SessionOptions, onArrival: () => void): void {
  const { storage, traceMemory: memory = TRACE_MEMORY, makeLock } = options;
  run.shelf.use({ storage, memory, onArrival, ...(makeLock === undefined ? {} : { makeLock }) });
}

/** The views' reading side of a run's trace. `onRead`: what a view asked for, and the executor had to be asked, is here. */
export function makeView(run: Run, onRead: () => void): StoreTraceView {
  const { executor, protocol, store } = run;
  const { plan } = executor;
  return new StoreTraceView(store, {
    plan,
    protocol,
    signing: suiteNames(plan).map((suite) => ({ suite, verifyMicros: costsOf(suite).verifyMicros })),
    transactions: () => boardOf(run.status).transactions,
    whenHere: (work) => run.shelf.whenHere(work),
    envelope: (origin, sequence) => executor.envelope(origin, sequence),
    onRead,
  });
}
