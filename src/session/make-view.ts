import { costsOf } from '../crypto/costs.ts';
import { suiteNames } from '../runtime/suites.ts';
import type { Run } from './run.ts';
import { boardOf } from './state.ts';
import { StoreTraceView } from './trace-view/index.ts';

/** The views' reading side of a run's trace. */
export function makeView(run: Run): StoreTraceView {
  const { executor, protocol, store } = run;
  const { plan } = executor;
  return new StoreTraceView(store, {
    plan,
    protocol,
    signing: suiteNames(plan).map((suite) => ({ suite, verifyMicros: costsOf(suite).verifyMicros })),
    transactions: () => boardOf(run.status).transactions,
    whenHere: (work) => run.shelf.whenHere(work),
    envelope: (origin, sequence) => executor.envelope(origin, sequence),
  });
}
