/** Catching up by decided blocks: each proves itself by the PRECOMMITs of more than two thirds of the power. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import { learn, ownHeartbeat, requestSync } from './ask.ts';
import { compareVotes } from './evidence.ts';
import { finalise } from './height.ts';
import type { DecidedEntry, SyncRequest, SyncResponse } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, verifyCertificate } from './rules.ts';
import { precommitMessage } from './signing.ts';
import type { Arrival, Out, State } from './state.ts';
import { blockRules, checkPlace } from './validity.ts';

/** Messages for the next height kept from one sender: more than a correct one sends in a height of two rounds. */
const FUTURE_MAX = 8;

/**
 * A message for a later height. For the next one it waits, because the votes that let us follow are usually on their way;
 * f+1 of the power there, or one further ahead, are reason to ask.
 */
export function onFuture(state: State, arrival: Arrival, height: number, now: Micros, out: Out, ctx: Ctx): void {
  const { signer } = arrival.proof;
  learn(state, signer, height - 1);
  if (height > state.height + 1) return requestSync(state, signer, now, out, ctx);
  let kept = 0;
  for (const { proof } of state.future) if (proof.signer === signer) kept++;
  if (kept >= FUTURE_MAX) return out.note(NOTE.overflow);
  state.future.push(arrival);
  if (kept > 0) return;
  let ahead = 0;
  for (const [node, decided] of state.known.entries()) {
    if (decided > state.chain.length) ahead += state.powers[node] as number;
  }
  if (ahead >= state.correctPower && state.future.length > 1) requestSync(state, signer, now, out, ctx);
}

export function onSyncRequest(state: State, from: NodeIndex, message: SyncRequest, out: Out, ctx: Ctx): void {
  const first = message.height - 1;
  const entries = state.chain.slice(first, first + ctx.config.syncBatch);
  if (entries.length === 0) out.send(from, ownHeartbeat(state));
  else out.send(from, { type: 'sync-response', entries });
}

/** Takes over blocks one after the other, each proved by its certificate, and asks on while the peer has more. */
export function onSyncResponse(
  state: State,
  from: NodeIndex,
  message: SyncResponse,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (state.asked?.peer !== from || state.asked.hasAnswered) return out.note(NOTE.unsolicited);
  state.asked = { peer: from, retryAt: now, hasAnswered: true };
  const before = state.chain.length;
  for (const entry of message.entries) {
    if (entry.block.height < state.height) continue;
    const refusal = entry.block.height > state.height ? NOTE.syncGap : checkEntry(state, entry, ctx);
    if (refusal !== null) {
      out.note(refusal);
      break;
    }
    const vote = precommitMessage(state.height, entry.round, blockHash(entry.block));
    compareVotes(state, state.rounds.get(entry.round)?.precommits, vote, entry.votes, out);
    finalise(state, entry, now, out, ctx);
  }
  const hasMore = (state.known[from] as number) > state.chain.length;
  if (state.chain.length > before && hasMore) requestSync(state, from, now, out, ctx);
}

/** Null when two thirds of the power precommitted the block and it may follow our last one. */
function checkEntry(state: State, { block, round, votes }: DecidedEntry, ctx: Ctx): string | null {
  if (block.epoch > round) return NOTE.wrongEpoch;
  const vote = precommitMessage(block.height, round, blockHash(block));
  const refusal = verifyCertificate(vote, votes, state.quorum, state.powers, ctx);
  // The certificate first: it vouches for the round, up to which proposers are computed below.
  return refusal ?? checkPlace(state, block) ?? checkBlock(state.ledger, block, blockRules(ctx));
}
