/** Who waits for whom: the graph whose cycles are deadlocks (Holt 1972). */
import type { AccountIndex } from '../../ledger/types.ts';
import { compareText, type TransactionId } from '../types.ts';
import { blockersOf } from './table.ts';
import type { LockTable } from './types.ts';

export interface WaitEdge {
  readonly waiter: TransactionId;
  readonly blocker: TransactionId;
  readonly account: AccountIndex;
}

/** The edges of one shard, waiters in the order of their claims. The edges of several shards together make the global graph. */
export function waitEdges(table: LockTable): WaitEdge[] {
  const edges: WaitEdge[] = [];
  for (const [waiter, { wants, heldCount }] of table.transactions) {
    const want = wants[heldCount];
    if (want === undefined) continue;
    for (const blocker of blockersOf(table, waiter)) edges.push({ waiter, blocker, account: want.account });
  }
  return edges;
}

/**
 * A deadlock: transactions each of which waits for the next, and the last for the first; null when there is none. Begins with
 * the smallest id of the cycle. Which one of several is found depends on the ids alone, not on the order of the edges.
 */
export function findCycle(edges: readonly WaitEdge[]): readonly TransactionId[] | null {
  const next = new Map<TransactionId, TransactionId[]>();
  for (const { waiter, blocker } of edges) next.set(waiter, [...(next.get(waiter) ?? []), blocker]);
  for (const blockers of next.values()) blockers.sort(compareText);
  const finished = new Set<TransactionId>();
  for (const start of [...next.keys()].sort(compareText)) {
    const cycle = cycleFrom(start, next, finished);
    if (cycle !== null) return rotate(cycle);
  }
  return null;
}

/** The transaction of a deadlock that loses least when aborted: the youngest, the larger id of equals. */
export function youngestOf(
  cycle: readonly TransactionId[],
  timestampMicros: (transaction: TransactionId) => number,
): TransactionId | null {
  const byAge = [...cycle].sort((a, b) => timestampMicros(b) - timestampMicros(a) || compareText(b, a));
  return byAge[0] ?? null;
}

/** Depth-first search with a stack of its own: chains of waiters can be long. */
function cycleFrom(
  start: TransactionId,
  next: ReadonlyMap<TransactionId, readonly TransactionId[]>,
  finished: Set<TransactionId>,
): TransactionId[] | null {
  const path: { readonly at: TransactionId; position: number }[] = [];
  const onPath = new Set<TransactionId>();
  const enter = (at: TransactionId): void => {
    path.push({ at, position: 0 });
    onPath.add(at);
  };
  if (!finished.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const blocker = next.get(top.at)?.[top.position++];
    if (blocker === undefined) {
      finished.add(top.at);
      onPath.delete(top.at);
      path.pop();
    } else if (onPath.has(blocker)) {
      const from = path.findIndex(({ at }) => at === blocker);
      return path.slice(from).map(({ at }) => at);
    } else if (!finished.has(blocker)) enter(blocker);
  }
  return null;
}

function rotate(cycle: readonly TransactionId[]): readonly TransactionId[] {
  const smallest = [...cycle].sort(compareText)[0] ?? '';
  const at = cycle.indexOf(smallest);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
