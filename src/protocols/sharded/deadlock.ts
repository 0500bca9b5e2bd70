/** Who waits for whom over all shards, from what they tell of their locks: a circle that lasts is a deadlock (Holt 1972). */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { findCycle, type WaitEdge } from '../../sharding/locks/waits.ts';
import type { Property } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import type { Message } from './messages.ts';

interface Wait {
  readonly node: NodeIndex;
  readonly waiter: number;
  readonly blocker: number;
  readonly account: string;
}

interface Memory {
  /** A circle older than this is one that nothing will break, µs. */
  readonly patienceMicros: Micros;
  /** By shard, waiter, account and blocker, in that order. */
  readonly waits: Map<string, Wait>;
  /** The circle that stands now. */
  circle: { readonly text: string; readonly since: Micros } | null;
}

/** A wait ends at the latest after `lockWaitMs`; twice that leaves room for waits that began one after another. */
const PATIENCE = 2;

export const deadlockFree: Property<Message> = {
  name: 'deadlock-free',
  states: 'transactions that wait for each other in a circle are soon rid of it',
  createMemory: (setting): Memory => {
    const { lockWaitMicros = 0 } = (setting?.config ?? {}) as Partial<ShardedConfig>;
    return { patienceMicros: PATIENCE * lockWaitMicros, waits: new Map(), circle: null };
  },
  onMark(raw, { t, node, mark, transaction, what, holder }) {
    const memory = raw as Memory;
    if (mark === 'wait' && holder !== null) {
      memory.waits.set(`${node} ${transaction} ${what} ${holder}`, {
        node,
        waiter: transaction,
        blocker: holder,
        account: what,
      });
      look(memory, t);
    } else if (mark === 'lock') {
      forget(memory, t, (wait) => wait.node === node && wait.waiter === transaction && wait.account === what);
    } else if (mark === 'unlock') {
      forget(memory, t, (wait) => wait.node === node && wait.blocker === transaction && wait.account === what);
    } else if (what === 'committed' || what === 'aborted') {
      const isOver = (slot: number): boolean => slot === transaction;
      forget(memory, t, (wait) => wait.node === node && (isOver(wait.waiter) || isOver(wait.blocker)));
    }
    return overdue(memory, t);
  },
  /** A crash forgets who waited. */
  onState(raw, { t, node, alive }) {
    const memory = raw as Memory;
    if (!alive) forget(memory, t, (wait) => wait.node === node);
    return overdue(memory, t);
  },
  onDecision: (raw, { t }) => overdue(raw as Memory, t),
};

function forget(memory: Memory, t: Micros, isGone: (wait: Wait) => boolean): void {
  if (memory.waits.size === 0) return;
  let changed = false;
  for (const [key, wait] of memory.waits) if (isGone(wait)) changed = memory.waits.delete(key) || changed;
  if (changed) look(memory, t);
}

/** Whether there is a circle now; one that was there before keeps its age. */
function look(memory: Memory, t: Micros): void {
  const waits = [...memory.waits.values()];
  const edges = waits.map(
    ({ waiter, blocker }): WaitEdge => ({ waiter: String(waiter), blocker: String(blocker), account: 0 }),
  );
  const cycle = findCycle(edges)?.map(Number) ?? null;
  if (cycle === null) memory.circle = null;
  else {
    const text = circleText(cycle, waits);
    if (memory.circle?.text !== text) memory.circle = { text, since: t };
  }
}

function overdue({ circle, patienceMicros }: Memory, t: Micros): string | null {
  if (circle === null || t - circle.since <= patienceMicros) return null;
  return `deadlock for more than ${(patienceMicros / 1_000_000).toFixed(1)} s: ${circle.text}`;
}

/** `1 waits for 2 (a4 at s1), 2 waits for 1 (a0 at s0)`. */
function circleText(cycle: readonly number[], waits: readonly Wait[]): string {
  const links = cycle.map((waiter, i) => {
    const blocker = cycle[(i + 1) % cycle.length];
    const wait = waits.find((one) => one.waiter === waiter && one.blocker === blocker);
    return `${waiter} waits for ${blocker} (${wait?.account} at s${wait?.node})`;
  });
  return links.join(', ');
}
