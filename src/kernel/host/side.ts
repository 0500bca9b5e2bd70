/** One running machine: its state and timers. A node has one; a node with a twin has two that share a key. */
import type { Micros } from '../../core/time.ts';

export interface ArmedTimer {
  readonly timer: unknown;
  readonly due: Micros;
  /** Tells the armed timer from earlier ones under the same key that are still in the queue. */
  readonly generation: number;
  /** When the entry comes up that wakes it: its own, or that of an earlier timer under the same key. Absent in older snapshots: its own. */
  readonly wakesAt?: Micros;
}

export interface Side {
  state: unknown;
  timers: Map<string, ArmedTimer>;
}

/**
 * Arms a timer; true where it needs an entry of its own in the queue. One that only puts off the timer before it does not: views are cut
 * short by the next one, most timers never fire, and each would wait in the queue until it is due.
 */
export function arm(
  { timers }: Side,
  key: string,
  timer: unknown,
  due: Micros,
  generation: number,
  now: Micros,
): boolean {
  const before = timers.get(key)?.wakesAt ?? now;
  // An entry of this very moment may be in the inbox already.
  const isWoken = before > now && before <= due;
  timers.set(key, { timer, due, generation, wakesAt: isWoken ? before : due });
  return !isWoken;
}

/** What becomes of an entry that came up at `now`: its timer is due, or was put off and wants an entry of its own, or there is none. */
export function wake(side: Side | undefined, key: string, generation: number, now: Micros): ArmedTimer | 'due' | null {
  const armed = side?.timers.get(key);
  if (side === undefined || armed === undefined) return null;
  if (armed.generation === generation) return 'due';
  if (armed.wakesAt !== now) return null;
  const putOff = { timer: armed.timer, due: armed.due, generation: armed.generation, wakesAt: armed.due };
  side.timers.set(key, putOff);
  return putOff;
}

/** Takes a timer whose time has come; null where another one stands in its place by now. */
export function take(side: Side | undefined, key: string, generation: number): ArmedTimer | null {
  const armed = side?.timers.get(key);
  if (side === undefined || armed?.generation !== generation) return null;
  side.timers.delete(key);
  return armed;
}
