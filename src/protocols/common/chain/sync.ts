/** Catching up by decided blocks: answering who asks, and taking over what comes. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Block } from '../../../ledger/types.ts';
import { type CatchingUp, hasMore, isAwaited, whomToAsk } from './catch-up.ts';
import { OVERFLOW } from './future.ts';
import { type Kept, keptFrom } from './kept.ts';
import type { SyncRequest, SyncResponse } from './messages.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { LedgerState } from '../../../ledger/types.ts';

/** Why an answer was not taken over; notes of the trace. */
export const SYNC_NOTE = {
  unsolicited: 'sync response refused: not from whom we asked',
  syncGap: 'sync response refused: not the next height',
  oldSnapshot: 'snapshot refused: not above our last block',
  overflow: OVERFLOW,
  wrongState: "snapshot refused: not the state behind its block's root",
  jumped: 'took over the state of a peer: the blocks between are forgotten',
} as const;

interface Out<E> {
  note(rule: string): void;
  send(to: NodeIndex, message: SyncRequest | SyncResponse<E>): unknown;
}

/** Asks `peer`, or another one (see `whomToAsk`), for what follows our last block, unless an answer is due. */
export function askForBlocks(state: CatchingUp, peer: NodeIndex, now: Micros, patience: Micros, out: Out<never>): void {
  const target = whomToAsk(state, peer, now, patience);
  if (target !== null) out.send(target, { type: 'sync-request', height: state.decided + 1 });
}

/** Sends the blocks asked for, or our state where they are forgotten; false where we have nothing that is asked for. */
export function answerWithBlocks<E>(
  state: Kept<E> & { readonly ledger: LedgerState },
  to: NodeIndex,
  { height }: SyncRequest,
  most: number,
  out: Out<E>,
): boolean {
  const entries = keptFrom(state, height, most);
  const snapshot = entries === null ? snapshotOf(state) : null;
  if (snapshot !== null) out.send(to, { type: 'sync-response', entries: [], snapshot });
  else if (entries !== null && entries.length > 0) out.send(to, { type: 'sync-response', entries });
  else return false;
  return true;
}

/** What a protocol makes of what comes. */
export interface Taking<E> {
  /** Null when the entry proves itself and may follow our last block; otherwise why not. */
  check(entry: E): string | null;
  take(entry: E): void;
  /** Null when the block of a snapshot above ours proves itself and the accounts are those behind it. */
  checkSnapshot(snapshot: Snapshot<E>): string | null;
  jump(snapshot: Snapshot<E>): void;
}

/**
 * Takes over blocks one after the other, or the state of a peer that has forgotten them, from whom we asked; true when there is
 * more where they came from.
 */
export function takeBlocks<E extends { readonly block: Block }>(
  state: CatchingUp & { readonly height: number },
  from: NodeIndex,
  { entries, snapshot }: SyncResponse<E>,
  now: Micros,
  { check, take, checkSnapshot, jump }: Taking<E>,
  out: Pick<Out<E>, 'note'>,
): boolean {
  if (!isAwaited(state, from, now)) {
    out.note(SYNC_NOTE.unsolicited);
    return false;
  }
  const before = state.decided;
  if (snapshot !== undefined) {
    const isOld = snapshot.entry.block.height <= state.decided;
    const refusal = isOld ? SYNC_NOTE.oldSnapshot : checkSnapshot(snapshot);
    if (refusal === null) jump(snapshot);
    else out.note(refusal);
  }
  for (const entry of entries) {
    const { height } = entry.block;
    if (height < state.height) continue;
    const refusal = height > state.height ? SYNC_NOTE.syncGap : check(entry);
    if (refusal !== null) {
      out.note(refusal);
      break;
    }
    take(entry);
  }
  return state.decided > before && hasMore(state, from);
}
