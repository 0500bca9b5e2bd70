/**
 * The shard's lock table in the words of this protocol. A transaction is named by its number, which is also its age: numbers
 * are unique and grow with time, so that all shards agree on who is older. Ref: BHG §3.5; Rosenkrantz, Stearns, Lewis 1978, §3.
 */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { acquire, isReady, markPrepared, release } from '../../sharding/locks/table.ts';
import type { LockEvent, LockPolicy, LockWant } from '../../sharding/locks/types.ts';
import { changesAt, type Transaction } from './placement.ts';
import type { Ctx, Out, State } from './state.ts';

/** What the machine has to act on once the step at hand is over; a later event of the same step may have overtaken it. */
export type LockNews =
  /** Holds all it wants: may vote YES. */
  | { readonly kind: 'ready'; readonly slot: number }
  | { readonly kind: 'waits'; readonly slot: number }
  /** Had voted YES and stands in the way of an older one: its coordinator is asked to give it up. */
  | { readonly kind: 'wounded'; readonly slot: number }
  /** Is out of the table without having voted: votes NO. */
  | { readonly kind: 'dropped'; readonly slot: number };

const idOf = (slot: number): string => String(slot);

/** How deadlock is kept away. Mutant `lock-order-deadlock`: not at all. */
export function policyOf({ config, mutant }: Pick<Ctx, 'config' | 'mutant'>): LockPolicy {
  return mutant === 'lock-order-deadlock' ? 'none' : config.lockPolicy;
}

/** Its accounts here in the order in which it names them: what it only passes on is read, what it changes is written. */
export function wantsAt(shard: NodeIndex, transaction: Transaction, ctx: Ctx): LockWant[] {
  const changes = new Map(changesAt(shard, transaction, ctx));
  const named = transaction.signed.batch.transfers.flatMap(({ from, to }) => [from, to]);
  return [...new Set(named)].flatMap((account): LockWant[] => {
    const change = changes.get(account);
    if (change === undefined) return [];
    // Mutant `double-spend`: whoever pays reads its balance and goes on, together with others.
    const isShared = change === 0 || (ctx.mutant === 'double-spend' && change < 0);
    return [{ account, mode: isShared ? 'shared' : 'exclusive' }];
  });
}

/** Asks for all locks of a transaction here. */
export function claim(state: State, transaction: Transaction, now: Micros, out: Out, ctx: Ctx): void {
  const { slot } = transaction;
  const wants = wantsAt(state.self, transaction, ctx);
  if (ctx.mutant === 'lock-theft') steal(state, wants, now, out);
  tell(state, acquire(state.locks, { transaction: idOf(slot), timestampMicros: slot, wants }, now), out);
}

/** Mutant `lock-theft`: locks are taken from whoever has them, promised or not. */
function steal(state: State, wants: readonly LockWant[], now: Micros, out: Out): void {
  for (const { account } of wants)
    for (const { transaction } of [...(state.locks.accounts.get(account)?.holders ?? [])])
      if (state.locks.transactions.get(transaction)?.isPrepared === true)
        tell(state, release(state.locks, transaction, now), out);
}

/** Gives back what a transaction holds here, or its place in a queue. */
export function unlock(state: State, slot: number, now: Micros, out: Out): void {
  tell(state, release(state.locks, idOf(slot), now), out);
}

/** From now on nobody takes its locks away. */
export function keepLocks(state: State, slot: number): void {
  markPrepared(state.locks, idOf(slot));
}

export function holdsAll(state: State, slot: number): boolean {
  return isReady(state.locks, idOf(slot));
}

/** While the log is read again: the locks of a YES, which nobody else can have had. */
export function relock(state: State, transaction: Transaction, ctx: Ctx): void {
  const { slot } = transaction;
  const wants = wantsAt(state.self, transaction, ctx);
  acquire(state.locks, { transaction: idOf(slot), timestampMicros: slot, wants }, 0);
  if (ctx.mutant === 'lock-theft' && !holdsAll(state, slot)) return;
  assert(holdsAll(state, slot), `transaction ${slot} has its locks again`);
  keepLocks(state, slot);
}

export function releaseQuietly(state: State, slot: number): void {
  release(state.locks, idOf(slot), 0);
}

/** After a restart the trace is told again who holds what: whoever only waited, or had not voted, is forgotten. */
export function showHeld({ locks }: State, out: Out): void {
  for (const [account, { holders }] of locks.accounts)
    for (const { transaction } of holders) out.mark?.('lock', Number(transaction), `a${account}`);
}

/** Into the trace at once, and to the machine once the step at hand is over. */
function tell(state: State, events: readonly LockEvent[], out: Out): void {
  for (const event of events) {
    const slot = Number(event.transaction);
    if (event.kind === 'lock' || event.kind === 'unlock') {
      out.mark?.(event.kind, slot, `a${event.account}`);
    } else if (event.kind === 'wait') {
      for (const blocker of event.blockers) out.mark?.('wait', slot, `a${event.account}`, Number(blocker));
      state.news.push({ kind: 'waits', slot });
    } else if (event.kind === 'wound') {
      state.news.push({ kind: event.isPrepared ? 'wounded' : 'dropped', slot });
    } else {
      state.news.push({ kind: event.kind, slot });
    }
  }
}
