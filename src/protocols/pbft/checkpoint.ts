/** Checkpoints: a quorum that reached the same state lets everyone forget how, and moves the watermarks. Ref: §4.3. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash } from '../../ledger/block.ts';
import { addVote, createTally, type Tally, votesFor } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import { learn } from '../common/chain/catch-up.ts';
import { keptAt } from '../common/chain/kept.ts';
import { requestState } from './ask.ts';
import { reportConflict } from './evidence.ts';
import type { Checkpoint, CheckpointId } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { checkpointMessage } from './signing.ts';
import { executedOf, type Out, type State } from './state.ts';
import { discardOld } from './transfer.ts';
import { schedule } from './timing.ts';

/** After every K-th execution: says which state that led to. */
export function takeCheckpoint(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const sequence = executedOf(state);
  if (sequence % ctx.config.checkpointInterval !== 0) return;
  if (sequence <= state.stable.sequence) {
    if (sequence === state.stable.sequence && state.stable.digest !== state.tip) out.note(NOTE.diverged);
    return;
  }
  const message = checkpointMessage({ sequence, digest: state.tip });
  const proof = out.broadcast(message);
  addVote(tallyAt(state, sequence), state.self, message.digest, proof, ctx.mutant !== 'votes-not-distinct');
  tryStable(state, message, now, out, ctx);
}

export function onCheckpoint(
  state: State,
  message: Checkpoint,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { sequence, digest } = message;
  const { signer } = proof;
  if (sequence % ctx.config.checkpointInterval !== 0) return out.note(NOTE.badCheckpoint);
  learn(state, signer, sequence);
  if (sequence <= state.stable.sequence) return;
  if (sequence > state.stable.sequence + 2 * state.window) {
    out.note(NOTE.farCheckpoint);
    return requestState(state, signer, now, out, ctx);
  }
  const tally = tallyAt(state, sequence);
  const outcome = addVote(tally, signer, digest, proof, ctx.mutant !== 'votes-not-distinct');
  if (outcome === 'conflicting') reportConflict(state, tally, message, proof, out);
  if (outcome === 'counted') tryStable(state, message, now, out, ctx);
}

function tallyAt(state: State, sequence: number): Tally {
  const known = state.checkpoints.get(sequence);
  if (known !== undefined) return known;
  const tally = createTally(state.validatorCount);
  state.checkpoints.set(sequence, tally);
  return tally;
}

/** A quorum makes a checkpoint stable, whether or not we have got so far ourselves: then we ask for the way. */
function tryStable(state: State, { sequence, digest }: CheckpointId, now: Micros, out: Out, ctx: Ctx): void {
  const tally = state.checkpoints.get(sequence);
  const votes = tally === undefined ? [] : votesFor(tally, digest);
  if (votes.length < state.quorum) return;
  out.note(NOTE.stable);
  advanceTo(state, { sequence, digest }, votes.slice(), now, out, ctx);
}

/** Takes over a proved checkpoint above ours. */
export function advanceTo(
  state: State,
  stable: CheckpointId,
  proof: readonly SignedRef[],
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (stable.sequence <= state.stable.sequence) return;
  out.persist({ kind: 'stable', stable, proof });
  moveWatermark(state, stable, proof);
  const own = keptAt(state, stable.sequence);
  if (own !== undefined && blockHash(own.block) !== stable.digest) out.note(NOTE.diverged);
  const peer = anyOther(state, proof);
  if (stable.sequence > executedOf(state) && peer !== null) requestState(state, peer, now, out, ctx);
  discardOld(state, out, ctx);
  schedule(state, now, out, ctx);
}

/** h moves to the checkpoint; what lies below is forgotten. */
export function moveWatermark(state: State, stable: CheckpointId, proof: readonly SignedRef[]): void {
  state.stable = stable;
  state.stableProof = proof;
  state.nextSequence = Math.max(state.nextSequence, stable.sequence + 1);
  for (const sequence of state.checkpoints.keys()) if (sequence <= stable.sequence) state.checkpoints.delete(sequence);
  for (const sequence of state.copies.keys()) if (sequence < stable.sequence) state.copies.delete(sequence);
  for (const sequence of [...state.log.keys()]) if (sequence <= stable.sequence) forget(state, sequence);
}

/** After an execution: a number below h is forgotten as soon as it is executed. */
export function collectGarbage(state: State): void {
  const sequence = executedOf(state);
  if (sequence <= state.stable.sequence) forget(state, sequence);
}

function forget(state: State, sequence: number): void {
  if (sequence <= executedOf(state)) state.log.delete(sequence);
}

function anyOther(state: State, proof: readonly SignedRef[]): NodeIndex | null {
  const others = proof.filter(({ signer }) => signer !== state.self);
  return others[state.self % Math.max(1, others.length)]?.signer ?? null;
}
