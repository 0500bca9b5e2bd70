/** Requests and pre-prepares: the primary gives every request a number, the others check it and vote. Ref: §4.1, §4.2. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addBatch, holdsBatch, selectBatches, sizeOf } from '../../ledger/mempool.ts';
import { isExecuted } from '../../ledger/ledger.ts';
import type { Batch } from '../../ledger/types.ts';
import { addVote } from '../common/tally.ts';
import type { SignedMessage, SignedRef } from '../protocol.ts';
import { learn } from '../common/chain/catch-up.ts';
import { reportConflict } from './evidence.ts';
import { executeReady, markOrdered, sendReply } from './execute.ts';
import type { PrePrepare, Request } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, mayPrepare } from './rules.ts';
import { prePrepareMessage, primaryOf, requestDigest } from './signing.ts';
import { isPrimary, type Out, type Round, roundAt, type Slot, type State, slotAt, slotsAscending } from './state.ts';
import { mayAssign, schedule, wake } from './timing.ts';
import { sendPrepare, tryCommitted, tryPrepared } from './votes.ts';

/** A client's batch, from itself or passed on: the signature is the client's either way. Ref: §4.1. */
export function onRequest(
  state: State,
  from: NodeIndex,
  batch: Batch,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const position = from - state.validatorCount;
  if (isExecuted(state.ledger, position, batch.sequence)) {
    if (sendReply(state, from, batch.sequence, out)) out.note(NOTE.repliedAgain);
    return;
  }
  if (state.ordered[position]?.has(batch.sequence) === true) return out.note(NOTE.inFlight);
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) return out.note(`batch refused: ${refusal}`);
  state.waiting = sizeOf(state.pool).batches;
  wake(state, out, ctx);
  if (isPrimary(state)) return schedule(state, now, out, ctx);
  out.note(NOTE.passedOn);
  out.relay(state.primary, batch, proof);
}

/** The primary's turn: the next number for what waits, or for nothing. */
export function onProposeTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.isScheduled = false;
  if (!mayAssign(state, ctx)) return;
  const { view, nextSequence: sequence } = state;
  const batches = selectBatches(state.pool, state.ledger, ctx.config.maxTransactionsPerBlock, sequence);
  const request: Request = { sequence, view, batches };
  // The pace is kept, not the delay: late, it starts from now.
  state.scheduledAt = Math.max(state.scheduledAt + ctx.config.blockMicros, now);
  const message = prePrepareMessage(view, sequence, requestDigest(request), request);
  const proof = out.broadcast(message);
  const slot = slotAt(state, sequence);
  const round = slot === null ? null : roundAt(state, slot, view);
  if (slot !== null && round !== null) accept(state, slot, round, message.digest, request, proof, now, out, ctx);
  schedule(state, now, out, ctx);
}

/** A pre-prepare; `proof.signer` made it, whoever passed it on. Ref: §4.2, the four conditions. */
export function onPrePrepare(
  state: State,
  message: PrePrepare,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { view, sequence, digest, request } = message;
  const { signer } = proof;
  if (primaryOf(view, state.validatorCount) !== signer) return out.note(NOTE.notPrimary);
  if (view > (state.seenView[signer] as number)) state.seenView[signer] = view;
  const slot = slotAt(state, sequence);
  if (slot === null) {
    if (sequence <= state.stable.sequence) return;
    learn(state, signer, sequence - state.window);
    return out.note(NOTE.aboveWindow);
  }
  const round = roundAt(state, slot, view);
  if (round === null) return out.note(NOTE.viewTooFar);
  if (request === null) return out.note(NOTE.noRequest);
  if (round.digest !== '' && round.digest !== digest) {
    reportConflict(state, round.prepares, message, proof, out);
    if (ctx.mutant !== 'slot-conflict') return out.note(NOTE.secondPrePrepare);
  } else if (round.digest === digest && slot.requests.has(digest)) {
    return;
  }
  const refusal = checkRequest(state, message, request, ctx);
  if (refusal !== null) return out.note(refusal);
  if (view !== state.view || state.isChanging) return keep(state, slot, round, message, request, proof, now, out, ctx);
  const voted = ctx.mutant === 'slot-conflict' ? null : round.voted;
  if (!mayPrepare({ view: state.view, isChanging: state.isChanging, voted }, view, digest)) return;
  accept(state, slot, round, digest, request, proof, now, out, ctx);
}

/** Null when the request is what the digest says, new in this view, and its batches are the clients' own. */
function checkRequest(state: State, { view, sequence, digest }: PrePrepare, request: Request, ctx: Ctx): string | null {
  if (requestDigest(request) !== digest) return NOTE.wrongDigest;
  if (request.sequence !== sequence || request.view !== view) return NOTE.wrongRequest;
  let transfers = 0;
  const seen = new Set<string>();
  for (const { batch } of request.batches) {
    if (batch.client < state.validatorCount || batch.client >= state.validatorCount + ctx.clientCount) {
      return NOTE.unknownClient;
    }
    transfers += batch.transfers.length;
    seen.add(`${batch.client}/${batch.sequence}`);
  }
  if (transfers > ctx.config.maxTransactionsPerBlock) return NOTE.tooManyTransfers;
  if (seen.size !== request.batches.length) return NOTE.repeatedBatch;
  if (ctx.mutant === 'unverified') return null;
  const isSigned = request.batches.every(
    (signed) => holdsBatch(state.pool, signed) || ctx.verify(signed.batch.client, signed.batch, signed.signature),
  );
  return isSigned ? null : NOTE.badBatch;
}

/** Not of the view we are in: one to come waits for its NEW-VIEW, one gone may still be committed by others. */
function keep(
  state: State,
  slot: Slot,
  round: Round,
  message: PrePrepare,
  request: Request,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const isEarly = message.view >= state.view;
  out.note(isEarly ? NOTE.early : NOTE.oldPrePrepare);
  if (round.early !== null && round.early.message.digest !== message.digest) {
    reportConflict(state, round.prepares, message, proof, out);
    return;
  }
  slot.requests.set(message.digest, request);
  addVote(round.prepares, proof.signer, message.digest, proof, true);
  if (isEarly) round.early = { message, proof };
  tryCommitted(state, slot, round, message.digest, now, out, ctx);
  executeReady(state, now, out, ctx);
}

/** Pre-prepares that came before the view they are for was entered. */
export function acceptEarly(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const early: SignedMessage<PrePrepare>[] = [];
  for (const slot of slotsAscending(state)) {
    const round = slot.rounds.get(state.view);
    if (round?.early == null || round.digest !== '') continue;
    early.push(round.early);
    round.early = null;
  }
  for (const { message, proof } of early) {
    const slot = state.log.get(message.sequence);
    const round = slot?.rounds.get(message.view);
    if (slot === undefined || round === undefined || message.request === null) continue;
    accept(state, slot, round, message.digest, message.request, proof, now, out, ctx);
  }
}

/** Takes the request as the one of its view and number; replicas other than the primary say so with PREPARE. Ref: §4.2. */
function accept(
  state: State,
  slot: Slot,
  round: Round,
  digest: string,
  request: Request,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  round.digest = digest;
  slot.requests.set(digest, request);
  addVote(round.prepares, proof.signer, digest, proof, true);
  state.nextSequence = Math.max(state.nextSequence, slot.sequence + 1);
  markOrdered(state, request);
  out.persist({ kind: 'accepted', view: round.view, request, proof });
  sendPrepare(state, slot, round, out, ctx);
  wake(state, out, ctx);
  tryPrepared(state, slot, round, now, out, ctx);
  tryCommitted(state, slot, round, digest, now, out, ctx);
  executeReady(state, now, out, ctx);
}
