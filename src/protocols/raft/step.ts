/** The machine: (state, input) → effects. One exhaustive switch; the handlers are in the files named after their part. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { onAppendRefusal, onAppendReply } from './answers.ts';
import {
  isDisturbance,
  onElectionTimer,
  onPreVote,
  onPreVoteReply,
  onRequestVote,
  onTimeoutNow,
  onVote,
} from './election.ts';
import { onAppend, onInstallSnapshot } from './follower.ts';
import { onHeartbeatTimer, onMembershipTimer, onProposeTimer, onQuorumTimer, tryPropose } from './leader.ts';
import type { Message } from './messages.ts';
import { NOTE } from './notes.ts';
import { onRead } from './reads.ts';
import { armElection, enterTerm } from './roles.ts';
import type { Ctx } from './rules.ts';
import type { Out, State, Timer } from './state.ts';
import { onTransferAbort, onTransferTimer } from './transfer.ts';

/** Raft takes no commands: transfers and reads come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, ctx: Ctx): void {
  switch (input.kind) {
    case 'start':
      return onStart(state, input.now, out, ctx);
    case 'message':
      return onMessage(state, input.from, input.message, input.proof, input.now, out, ctx);
    case 'timeout':
      return onTimeout(state, input.timer, input.now, out, ctx);
    case 'command':
      return assertNever(input.command);
    default:
      return assertNever(input);
  }
}

function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.term > 0) out.note(NOTE.recovered);
  armElection(state, out, ctx);
  for (const { at, to } of ctx.config.leadershipTransfers) {
    if (at > now) out.setTimer({ kind: 'transfer', at, to }, at - now);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'election':
      return onElectionTimer(state, now, out, ctx);
    case 'heartbeat':
      return onHeartbeatTimer(state, timer.term, out, ctx);
    case 'propose':
      return onProposeTimer(state, timer.term, now, out, ctx);
    case 'quorum':
      return onQuorumTimer(state, timer.term, out, ctx);
    case 'membership':
      return onMembershipTimer(state, timer.term, now, out, ctx);
    case 'transfer':
      return onTransferTimer(state, timer.to, out, ctx);
    case 'transfer-abort':
      if (onTransferAbort(state, timer.term, out) && state.leading !== null) {
        tryPropose(state, state.leading, now, out, ctx);
      }
      return;
    default:
      return assertNever(timer);
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
  if (message.type === 'read') return onRead(state, from, message, out, ctx);
  if (from >= state.validatorCount) return out.note(NOTE.notServer);
  switch (message.type) {
    case 'read-reply':
    case 'redirect':
      return;
    case 'pre-vote':
      return onPreVote(state, from, message, now, out, ctx);
    case 'request-vote':
      if (isDisturbance(state, message, now, ctx)) return out.note(NOTE.hearsLeader);
      break;
    default:
  }
  // A granted pre-vote names a term that nobody has begun.
  const isBegun = message.type !== 'pre-vote-reply' || !message.isGranted;
  if (isBegun && message.term > state.term) enterTerm(state, message.term, out, ctx);
  switch (message.type) {
    case 'pre-vote-reply':
      return onPreVoteReply(state, from, message, now, out, ctx);
    case 'request-vote':
      return onRequestVote(state, from, message, out, ctx);
    case 'vote':
      return onVote(state, from, message, now, out, ctx);
    case 'vote-refusal':
      return;
    case 'append':
    case 'heartbeat':
      return onAppend(state, from, message, now, out, ctx);
    case 'append-reply':
      return onAppendReply(state, from, message, now, out, ctx);
    case 'append-refusal':
      return onAppendRefusal(state, from, message, out, ctx);
    case 'install-snapshot':
      return onInstallSnapshot(state, from, message, now, out, ctx);
    case 'timeout-now':
      if (message.term === state.term) onTimeoutNow(state, from, now, out, ctx);
      return;
    default:
      return assertNever(message);
  }
}

/** A client's batch; its signature is the message's own. It waits here for whoever leads: every server has its copy. */
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
  if (state.leading !== null) tryPropose(state, state.leading, now, out, ctx);
}
