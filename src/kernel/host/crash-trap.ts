/** A crash bound to what the node does instead of to a time: it waits for the nth message of a type to come or to leave. */
import type { CrashPoint } from '../plan.ts';

/** Plain data. */
export interface CrashTrap {
  readonly point: CrashPoint;
  /** Messages of the type that came or left while it was set. */
  count: number;
}

/** Whether the node crashes instead of handling a message that has come. */
export function catchesArrival(trap: CrashTrap | null, type: string): boolean {
  if (trap === null || trap.point.on !== 'receive' || trap.point.type !== type) return false;
  trap.count++;
  return trap.count === trap.point.nth;
}

/** How many of the messages of a step still leave before the node crashes; null when it does not. A broadcast counts once. */
export function departuresBefore(
  trap: CrashTrap | null,
  items: readonly { readonly message: { readonly type: string } }[],
): number | null {
  if (trap === null || trap.point.on === 'receive') return null;
  for (const [i, { message }] of items.entries()) {
    if (message.type !== trap.point.type) continue;
    trap.count++;
    if (trap.count === trap.point.nth) return trap.point.on === 'send' ? i : i + 1;
  }
  return null;
}
