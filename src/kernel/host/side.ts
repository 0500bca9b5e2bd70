/** One running machine: its state and timers. A node has one; a node with a twin has two that share a key. */
import type { Micros } from '../../core/time.ts';

export interface ArmedTimer {
  readonly timer: unknown;
  readonly due: Micros;
  /** Tells the armed timer from earlier ones under the same key that are still in the queue. */
  readonly generation: number;
}

export interface Side {
  state: unknown;
  timers: Map<string, ArmedTimer>;
}
