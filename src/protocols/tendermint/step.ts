/** The machine: (state, input) → effects. One exhaustive switch; the `upon` rules of the paper are in upon.ts. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { requestSync } from './ask.ts';
import { beat, onHeartbeat, onHeartbeatTimer } from './gossip.ts';
import { startHeight, wake } from './height.ts';
import type { Message, Polka, Proposal, Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { propose, say, startRound, waitForProposal } from './round.ts';
import type { Ctx } from './rules.ts';
import { precommitMessage, prevoteMessage } from './signing.ts';
import { currentRound, type Out, proposerAt, type State, type Timer } from './state.ts';
import { onFuture, onSyncRequest, onSyncResponse } from './sync.ts';
import { hear, onStepTimer, run } from './upon.ts';
import { onLateVote, onPolka, onProposal, onVote } from './votes.ts';

/** Tendermint takes no commands: transactions come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, ctx: Ctx): void {
  const { height } = state;
  switch (input.kind) {
    case 'start':
      onStart(state, input.now, out, ctx);
      break;
    case 'message':
      onMessage(state, input.from, input.message, input.proof, input.now, out, ctx);
      break;
    case 'timeout':
      onTimeout(state, input.timer, input.now, out, ctx);
      break;
    case 'command':
      return assertNever(input.command);
    default:
      return assertNever(input);
  }
  if (state.height !== height) replayFuture(state, input.now, out, ctx);
}

/** What waited for this height is heard now; what is for the one after waits on. */
function replayFuture(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (let height = -1; height !== state.height; ) {
    height = state.height;
    const waiting = state.future;
    state.future = [];
    for (const { from, message, proof } of waiting) onMessage(state, from, message, proof, now, out, ctx);
  }
}

function onMessage(
  state: State,
  from: NodeIndex,
  message: Message,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (message.type === 'submit') return onSubmit(state, from, message, proof, now, out, ctx);
  if (from >= state.validatorCount) return out.note(NOTE.notValidator);
  state.heardAt[from] = now;
  switch (message.type) {
    case 'heartbeat':
      return onHeartbeat(state, from, message, now, out, ctx);
    case 'sync-request':
      return onSyncRequest(state, from, message, out, ctx);
    case 'sync-response':
      return onSyncResponse(state, from, message, now, out, ctx);
    default:
      return onRoundMessage(state, from, message, proof, now, out, ctx);
  }
}

/** What belongs to a height and round: for a later height it waits, for the one before it may convict. */
function onRoundMessage(
  state: State,
  from: NodeIndex,
  message: Proposal | Vote | Polka,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { height } = message;
  if (height > state.height) return onFuture(state, { from, message, proof }, height, now, out, ctx);
  const isPast = height < state.height;
  if (isPast && height < state.height - 1) return;
  // A polka is about what others said; what it makes of us follows from its votes. Ref: line 55.
  if (!isPast && message.type !== 'polka') hear(state, proof.signer, message.round, now, out, ctx);
  if (!isPast && state.height !== height) return;
  switch (message.type) {
    case 'prevote':
    case 'precommit':
      return isPast ? onLateVote(state, message, proof, out) : onVote(state, message, proof, now, out, ctx);
    case 'proposal':
      return onProposal(state, message, proof, now, out, ctx);
    case 'polka':
      return isPast ? undefined : onPolka(state, message, now, out, ctx);
    default:
      return assertNever(message);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'height':
      if (timer.height !== state.height || state.step !== 'new-round') return;
      startRound(state, 0, now, out, ctx);
      return run(state, now, out, ctx);
    case 'propose':
    case 'prevote':
    case 'precommit':
      return onStepTimer(state, timer, now, out, ctx);
    case 'heartbeat':
      return onHeartbeatTimer(state, now, out, ctx);
    default:
      return assertNever(timer);
  }
}

/** A client's batch; its signature is the message's own. */
function onSubmit(
  state: State,
  from: NodeIndex,
  batch: Batch,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) return out.note(`batch refused: ${refusal}`);
  state.waiting = sizeOf(state.pool).batches;
  wake(state, now, out, ctx);
}

/** Begins, or begins again after a crash: then it repeats what it said in its round and asks for what it missed. */
function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.progressAt = now;
  state.scheduledAt = now;
  state.saidAt = now;
  state.heardAt.fill(now);
  out.setTimer({ kind: 'heartbeat' }, ctx.config.heartbeatMicros);
  if (now > 0) {
    requestSync(state, (state.self + 1) % state.validatorCount, now, out, ctx);
    beat(state, now, out);
  }
  if (state.step === 'new-round') return startHeight(state, now, out, ctx);
  out.note(NOTE.restarted);
  const { height, round } = state;
  const { proposal, prevoted, precommitted } = currentRound(state);
  if (proposal !== null && proposal.proof.signer === state.self) out.broadcast(proposal.message);
  if (prevoted !== null) say(state, prevoteMessage(height, round, prevoted), now, out, ctx);
  if (precommitted !== null) say(state, precommitMessage(height, round, precommitted), now, out, ctx);
  if (state.step === 'propose') {
    if (proposal === null && proposerAt(state, round) === state.self) propose(state, now, out, ctx);
    else if (proposal === null) waitForProposal(state, out, ctx);
  }
  run(state, now, out, ctx);
}
