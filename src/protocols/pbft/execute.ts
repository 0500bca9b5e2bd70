/** *Committed-local* and after: requests are executed in the order of their numbers, and clients hear of it. Ref: §4.2. */
import type { Micros } from '../../core/time.ts';
import { blockHash, sharedBlock, txRootOf } from '../../ledger/block.ts';
import { executeBatch, isExecuted, stateRoot } from '../../ledger/ledger.ts';
import { addBatch, removeBatches, sizeOf } from '../../ledger/mempool.ts';
import type { Block, SignedBatch } from '../../ledger/types.ts';
import { fetchMissing } from './ask.ts';
import { collectGarbage, takeCheckpoint } from './checkpoint.ts';
import type { Entry, Request } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { primaryOf, requestDigest } from './signing.ts';
import { executedOf, type KeptReply, type Out, REPLIES_MAX, type State } from './state.ts';
import { onExecuted, schedule } from './timing.ts';
import { discardOld, keepCopy } from './transfer.ts';

/** Executes what is committed and next, as far as it goes. */
export function executeReady(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (;;) {
    const slot = state.log.get(executedOf(state) + 1);
    const committed = slot?.committed ?? null;
    if (slot === undefined || committed === null) return;
    const request = slot.requests.get(committed.digest);
    if (request === undefined) {
      out.note(NOTE.requestMissing);
      return fetchMissing(state, out);
    }
    execute(state, { request, view: committed.view, votes: committed.votes }, now, out, ctx);
  }
}

/** The next request in order: makes it durable, executes it, tells the clients, and takes a checkpoint where one is due. */
export function execute(state: State, entry: Entry, now: Micros, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'executed', entry });
  const block = append(state, entry, ctx);
  state.progressAt = now;
  if (!state.isChanging) state.hasProgress = true;
  const { view, votes, request } = entry;
  const digest = requestDigest(request);
  out.decide({ slot: request.sequence, epoch: view, digest, value: block, certificate: { view, votes } });
  for (const { batch } of block.batches) sendReply(state, batch.client, batch.sequence, out);
  takeCheckpoint(state, now, out, ctx);
  if (request.sequence === state.stable.sequence) discardOld(state, out, ctx);
  onExecuted(state, out, ctx);
  schedule(state, now, out, ctx);
}

/**
 * Executes a request on the ledger and puts the block it makes on top of the chain. A batch that was executed before, under
 * a lower number, changes nothing and is left out: a timestamp is executed once. Ref: §4.1.
 */
export function append(state: State, entry: Entry, ctx: Ctx): Block {
  const { request } = entry;
  const batches: SignedBatch[] = [];
  for (const signed of request.batches) if (executeOnce(state, signed, request.sequence)) batches.push(signed);
  const block = sharedBlock({
    height: request.sequence,
    parent: state.tip,
    proposer: primaryOf(request.view, state.validatorCount),
    epoch: request.view,
    txRoot: txRootOf(batches),
    stateRoot: stateRoot(state.ledger),
    batches,
    validators: null,
  });
  state.chain.push({ ...entry, block });
  state.decided = request.sequence;
  state.tip = blockHash(block);
  state.known[state.self] = state.decided;
  state.nextSequence = Math.max(state.nextSequence, state.decided + 1);
  if (request.batches.length > 0) {
    removeBatches(state.pool, request.batches);
    state.waiting = sizeOf(state.pool).batches;
  }
  keepCopy(state, ctx);
  collectGarbage(state);
  return block;
}

/** Executes a batch unless it was executed before; keeps the reply. */
function executeOnce(state: State, { batch }: SignedBatch, sequence: number): boolean {
  const position = batch.client - state.validatorCount;
  state.ordered[position]?.delete(batch.sequence);
  if (state.replies[position] === undefined || isExecuted(state.ledger, position, batch.sequence)) return false;
  const outcomes = executeBatch(state.ledger, batch, state.validatorCount);
  const refused = outcomes.flatMap((outcome, at) => (outcome === 'refused' ? [at] : []));
  keepReply(state.replies[position], batch.sequence, { sequence, refused });
  return true;
}

function keepReply(replies: Map<number, KeptReply>, batch: number, reply: KeptReply): void {
  replies.set(batch, reply);
  if (replies.size <= REPLIES_MAX) return;
  for (const oldest of replies.keys()) {
    replies.delete(oldest);
    return;
  }
}

/** Tells the client what became of its batch; false when that is no longer known. Ref: §4.1 (reply). */
export function sendReply(state: State, client: number, batch: number, out: Out): boolean {
  const kept = state.replies[client - state.validatorCount]?.get(batch);
  if (kept === undefined) return false;
  const { sequence, refused } = kept;
  out.send(client, { type: 'reply', view: state.view, client, batch, sequence, refused });
  return true;
}

/** Its batches have a number now: they wait no longer, and are not given a second one. */
export function markOrdered(state: State, request: Request): void {
  if (request.batches.length === 0 || request.sequence <= executedOf(state)) return;
  removeBatches(state.pool, request.batches);
  state.waiting = sizeOf(state.pool).batches;
  for (const { batch } of request.batches) state.ordered[batch.client - state.validatorCount]?.add(batch.sequence);
}

/** A view ends: what had a number in it and was not executed waits again. */
export function returnOrdered(state: State): void {
  for (const sequences of state.ordered) sequences.clear();
  for (const slot of state.log.values()) {
    if (slot.sequence <= executedOf(state)) continue;
    for (const { batches } of slot.requests.values()) {
      for (const signed of batches) addBatch(state.pool, state.ledger, signed);
    }
  }
  state.waiting = sizeOf(state.pool).batches;
}
