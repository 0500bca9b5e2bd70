/** How a participant ends a transaction: executes or gives up its part, releases its locks, tells the world. */
import { hashValue } from '../../crypto/hash.ts';
import type { Outcome } from './messages.ts';
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

/** Ends a transaction here. `transaction` is null where it was never heard of but by its number and digest. */
export function finish(
  state: State,
  about: { readonly slot: number; readonly digest: string },
  transaction: Transaction | null,
  outcome: Outcome,
  out: Out,
  ctx: Ctx,
): void {
  const { slot, digest } = about;
  out.persist({ kind: 'ended', slot, digest, outcome });
  const changed = outcome === 'commit' && transaction !== null ? execute(state, transaction, ctx) : [];
  close(state, slot, outcome);
  out.cancelTimer({ kind: 'wait', slot });
  out.cancelTimer({ kind: 'doubt', slot });
  release(state, slot, out);
  const value: Ending = { outcome, transaction, changed, initialBalance: ctx.workload.initialBalance };
  out.decide({ slot, epoch: 0, digest: outcomeDigest(digest, outcome), value, certificate: null });
  out.mark?.('commit2pc', slot, outcome === 'commit' ? 'committed' : 'aborted');
}

/** Bookkeeping that recovery repeats. */
export function close(state: State, slot: number, outcome: Outcome): void {
  state.outcomes.set(slot, outcome);
  if (state.participating.get(slot)?.phase !== 'prepared') state.refused.add(slot);
  state.participating.delete(slot);
  state.height = Math.max(state.height, slot);
  if (outcome === 'commit') state.committed++;
  else state.aborted++;
}

export function execute(state: State, transaction: Transaction, ctx: Ctx): Ending['changed'] {
  return changesAt(state.self, transaction, ctx).map(([account, change]) => {
    const before = state.balances[account] ?? 0;
    state.balances[account] = before + change;
    return { account, before, after: before + change };
  });
}

/** Drops the locks that a transaction holds. */
export function release(state: State, slot: number, out: Out | null): void {
  for (const [account, holder] of state.locks) {
    if (holder !== slot) continue;
    state.locks.delete(account);
    out?.mark?.('unlock', slot, `a${account}`);
  }
}
