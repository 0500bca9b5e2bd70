/**
 * Catching up by decided blocks: each proves itself by the PRECOMMITs of more than two thirds of the power. Who missed more than
 * the others keep takes over their state.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import { blockRules } from '../common/blocks.ts';
import { keepForLater } from '../common/chain/future.ts';
import type { SyncRequest } from '../common/chain/messages.ts';
import { isStateAfter, type Snapshot } from '../common/chain/snapshot.ts';
import { answerWithBlocks, SYNC_NOTE, takeBlocks } from '../common/chain/sync.ts';
import type { Arrival } from '../common/step.ts';
import { ownHeartbeat, requestSync } from './ask.ts';
import { compareVotes } from './evidence.ts';
import { finalise, jump } from './height.ts';
import type { DecidedEntry, RoundMessage, SyncResponse } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, verifyCertificate } from './rules.ts';
import { precommitMessage } from './signing.ts';
import type { Out, State } from './state.ts';
import { checkPlace } from './validity.ts';

/** A message for a later height; f+1 of the power at the next one are reason to ask. */
export function onFuture(state: State, arrival: Arrival<RoundMessage>, out: Out, ctx: Ctx): void {
  const { message, proof, now } = arrival;
  const areEnoughAhead = (): boolean => powerAhead(state) >= state.correctPower && state.future.length > 1;
  const isReason = keepForLater(state, arrival, message.height, areEnoughAhead, out);
  if (isReason) requestSync(state, proof.signer, now, out, ctx);
}

function powerAhead({ known, decided, powers }: State): number {
  let power = 0;
  for (const [node, height] of known.entries()) if (height > decided) power += powers[node] as number;
  return power;
}

export function onSyncRequest(state: State, from: NodeIndex, message: SyncRequest, out: Out, ctx: Ctx): void {
  if (!answerWithBlocks(state, from, message, ctx.config.syncBatch, out)) out.send(from, ownHeartbeat(state));
}

/** Takes over blocks, each proved by its certificate, or the state of a peer; and asks on while the peer has more. */
export function onSyncResponse(
  state: State,
  from: NodeIndex,
  message: SyncResponse,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const taking = {
    check: (entry: DecidedEntry) => checkEntry(state, entry, ctx),
    take(entry: DecidedEntry) {
      const vote = precommitMessage(state.height, entry.round, blockHash(entry.block));
      compareVotes(state, state.rounds.get(entry.round)?.precommits, vote, entry.votes, out);
      finalise(state, entry, now, out, ctx);
    },
    checkSnapshot: (snapshot: Snapshot<DecidedEntry>) => checkSnapshot(state, snapshot, ctx),
    jump: (snapshot: Snapshot<DecidedEntry>) => jump(state, snapshot, now, out, ctx),
  };
  if (takeBlocks(state, from, message, now, taking, out)) requestSync(state, from, now, out, ctx);
}

/** Null when two thirds of the power precommitted the block. */
function verifyDecided(state: State, { block, round, votes }: DecidedEntry, ctx: Ctx): string | null {
  if (block.epoch > round) return NOTE.wrongEpoch;
  return verifyCertificate(
    precommitMessage(block.height, round, blockHash(block)),
    votes,
    state.quorum,
    state.powers,
    ctx,
  );
}

/** Null when it is decided and may follow our last block. */
function checkEntry(state: State, entry: DecidedEntry, ctx: Ctx): string | null {
  const { block } = entry;
  // The certificate first: it vouches for the round, up to which proposers are computed below.
  return (
    verifyDecided(state, entry, ctx) ?? checkPlace(state, block) ?? checkBlock(state.ledger, block, blockRules(ctx))
  );
}

/** Null when it is decided, and the accounts are those that the block's root names. */
function checkSnapshot(state: State, { entry, ledger }: Snapshot<DecidedEntry>, ctx: Ctx): string | null {
  const refusal = verifyDecided(state, entry, ctx);
  if (refusal !== null) return refusal;
  return isStateAfter(entry.block, ledger, state.ledger) ? null : SYNC_NOTE.wrongState;
}
