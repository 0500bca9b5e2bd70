/** How a participant ends a transaction: executes or gives up its part, releases its locks, tells the world. */
import type { Micros } from '../../core/time.ts';
import { hashValue } from '../../crypto/hash.ts';
import { applyChange } from '../../sharding/reshard/move.ts';
import { unlock } from './locking.ts';
import type { Outcome, Reason } from './messages.ts';
import { newsOf } from './moves.ts';
import { changesAt, type Transaction } from './placement.ts';
import type { Ctx, Out, State } from './state.ts';

/** `Decision.value`: what became of a transaction at one shard. */
export interface Ending {
  readonly outcome: Outcome;
  readonly transaction: Transaction | null;
  /** The accounts that this shard changed. */
  readonly changed: readonly { readonly account: number; readonly before: number; readonly after: number }[];
  /** Of every account at genesis: for whoever replays. */
  readonly initialBalance: number;
}

/** What is decided is an outcome of a transaction: equal digests are equal outcomes. */
export function outcomeDigest(digest: string, outcome: Outcome): string {
  return outcome === 'commit' ? digest : hashValue(['abort', digest]);
}

/** What is known of a transaction that ends: of some only number and digest. */
export interface Ended {
  readonly about: { readonly slot: number; readonly digest: string };
  readonly transaction: Transaction | null;
  readonly outcome: Outcome;
  /** Of a shard's own NO; else null. */
  readonly reason: Reason | null;
}

/** Ends a transaction here. Who waited for its locks has news in `State.news`. */
export function finish(state: State, ended: Ended, now: Micros, out: Out, ctx: Ctx): void {
  const { about, transaction, outcome, reason } = ended;
  const { slot, digest } = about;
  if (outcome === 'commit' && transaction !== null && isAlone(transaction))
    out.persist({ kind: 'executed', transaction });
  else out.persist({ kind: 'ended', slot, digest, outcome, reason });
  const changed = outcome === 'commit' && transaction !== null ? execute(state, transaction, ctx) : [];
  close(state, slot, outcome, reason);
  out.cancelTimer({ kind: 'wait', slot });
  out.cancelTimer({ kind: 'doubt', slot });
  unlock(state, slot, now, out);
  const value: Ending = { outcome, transaction, changed, initialBalance: ctx.workload.initialBalance };
  out.decide({ slot, epoch: 0, digest: outcomeDigest(digest, outcome), value, certificate: null });
  out.mark?.('commit2pc', slot, outcome === 'commit' ? 'committed' : 'aborted');
}

/** One shard has all of its accounts: it decides by itself, at once. */
export const isAlone = ({ shards }: Transaction): boolean => shards.length === 1;

/** What became of its transaction; and where accounts are, if it has asked the wrong shard. */
export function tellClient(
  state: State,
  transaction: Transaction,
  outcome: Outcome,
  reason: Reason | null,
  out: Out,
  ctx: Ctx,
): void {
  const { signed, slot, digest } = transaction;
  const why = outcome === 'commit' ? null : (reason ?? 'aborted');
  state.settled.push({ slot, outcome });
  const { client } = signed.batch;
  const news = why === 'moved' ? newsOf(state, transaction, ctx) : null;
  if (news !== null) out.send(client, news);
  out.send(client, { type: 'result', slot, digest, outcome, reason: why });
}

/** Bookkeeping that recovery repeats. */
export function close(state: State, slot: number, outcome: Outcome, reason: Reason | null): void {
  state.outcomes.set(slot, outcome);
  if (outcome === 'abort' && state.participating.get(slot)?.phase !== 'prepared')
    state.refused.set(slot, reason ?? 'aborted');
  state.participating.delete(slot);
  state.height = Math.max(state.height, slot);
  if (outcome === 'commit') state.committed++;
  else state.aborted++;
}

export function execute(state: State, transaction: Transaction, ctx: Ctx): Ending['changed'] {
  return changesAt(state.self, transaction, ctx).map(([account, change]) => {
    // The mutant `migration-double` has given away what it changes here.
    const before = state.accounts.held.get(account)?.balance ?? state.accounts.parcels.get(account)?.balance ?? 0;
    applyChange(state.accounts, account, change);
    return { account, before, after: before + change };
  });
}
