/**
 * Forgetting, in memory and on disk: the disk is written anew, with the state at the last block in the place of the way there.
 * Ref: Castro & Liskov, OSDI '99, §4.3 (discarding old messages needs a provably correct state for those left behind).
 */
import type { LedgerState } from '../../../ledger/types.ts';
import { forgetOldest, type Kept } from './kept.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

/** What then is on disk. */
export type KeptRecord<E> =
  /** Where we stand, in the place of all before it: taken over from a peer, or our own when old blocks are forgotten. */
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot<E> }
  /** Blocks before that of the snapshot, ascending, for peers that catch up. */
  | { readonly kind: 'kept'; readonly entries: readonly E[] };

/**
 * Forgets blocks beyond the last `kept`, 0: none. `others`: what else must be on disk, because nothing else then is; right after a
 * decision, when a protocol has said nothing yet at the height in progress, that is nothing.
 */
export function forgetOld<E, R = never>(
  state: Kept<E> & { readonly ledger: LedgerState },
  kept: number,
  out: { rewrite?(records: readonly (KeptRecord<E> | R)[]): void },
  others: readonly R[] = [],
): void {
  if (!forgetOldest(state, kept)) return;
  const snapshot = snapshotOf(state);
  if (snapshot === null || out.rewrite === undefined) return;
  // The older blocks come last: they are what may be lost with the last write.
  out.rewrite([{ kind: 'snapshot', snapshot }, ...others, { kind: 'kept', entries: state.chain.slice(0, -1) }]);
}

/** Heights from one clearing of the disk to the next. */
const DISCARD_PERIOD = 8;

/**
 * Every few heights takes off the disk what was said at earlier ones, certificates above all, which are most of what it holds.
 * `heightOf`: at which height a record was said; null for what is not only about one. Those of the height before stay: they count
 * again should its decision be the write that a crash tore.
 */
export function discardOld<R>(
  height: number,
  out: { discard?(isObsolete: (record: unknown) => boolean): void },
  heightOf: (record: R) => number | null,
): void {
  if (height % DISCARD_PERIOD !== 0) return;
  out.discard?.((record) => (heightOf(record as R) ?? height) < height - 1);
}
