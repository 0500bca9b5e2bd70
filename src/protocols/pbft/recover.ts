/** The state after a crash, from what is on disk: enough never to contradict what was said before. */
import { restoreOldest } from '../common/chain/kept.ts';
import { addVote } from '../common/tally.ts';
import { moveWatermark } from './checkpoint.ts';
import { append, markOrdered } from './execute.ts';
import { install } from './new-view.ts';
import type { Ctx } from './rules.ts';
import { requestDigest } from './signing.ts';
import { createState, type Durable, executedOf, roundAt, type State, slotAt } from './state.ts';
import { installState } from './transfer.ts';
import { leaveFor } from './view-change.ts';

/** Replays the records, oldest first. Votes of others and waiting requests are gone; peers and clients send them again. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  state.hasProgress = false;
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'executed':
      // A torn disk may have lost the request before: what does not follow is asked for again.
      if (record.entry.request.sequence === executedOf(state) + 1) append(state, record.entry, ctx);
      return;
    case 'state':
      if (record.snapshot.entry.block.height > executedOf(state)) installState(state, record, ctx);
      return;
    case 'kept':
      return restoreOldest(state, record.entries, ({ block }) => block);
    case 'stable':
      if (record.stable.sequence > state.stable.sequence) moveWatermark(state, record.stable, record.proof);
      return;
    case 'view':
      if (record.view <= state.view) return;
      state.doublings = record.doublings;
      return leaveFor(state, record.view);
    case 'new-view':
      if (record.signed.message.view < state.view) return;
      state.doublings = record.doublings;
      return install(state, record.signed);
    case 'accepted':
      return replayAccepted(state, record);
    case 'prepared': {
      const slot = slotAt(state, record.claim.sequence);
      if (slot !== null && record.claim.view >= (slot.prepared?.view ?? 0)) slot.prepared = record.claim;
      return;
    }
  }
}

function replayAccepted(state: State, { view, request, proof }: Extract<Durable, { readonly kind: 'accepted' }>): void {
  const slot = slotAt(state, request.sequence);
  const round = slot === null ? null : roundAt(state, slot, view);
  if (slot === null || round === null) return;
  const digest = requestDigest(request);
  slot.requests.set(digest, request);
  round.digest = digest;
  round.voted = digest;
  addVote(round.prepares, proof.signer, digest, proof, true);
  if (view !== state.view) return;
  state.nextSequence = Math.max(state.nextSequence, request.sequence + 1);
  markOrdered(state, request);
}
