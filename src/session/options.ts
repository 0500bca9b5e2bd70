import type { Storage } from '../storage/types.ts';
import type { MakeLock } from './guard.ts';
import type { OpenExecutor } from './run.ts';
import type { TraceMemory } from './shelf.ts';

/** What a session stands on. */
export interface SessionOptions {
  readonly openExecutor: OpenExecutor;
  /** Where snapshots live; null: nowhere. */
  readonly storage: Storage | null;
  /** Saves the run by itself while it plays, so that a killed tab resumes. */
  readonly autosave: boolean;
  /** How much of the trace stays in memory; `TRACE_MEMORY` if not given. */
  readonly traceMemory?: TraceMemory;
  /** How tabs agree on who saves; the browser's way if not given. */
  readonly makeLock?: MakeLock;
}

/** What is loaded now. */
export interface Loaded {
  readonly runId: string;
  readonly nodes: readonly string[];
}
