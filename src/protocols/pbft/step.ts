/** The machine: (state, input) → effects. One exhaustive switch; the handlers are in the files named after their phase. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { ownStatus, requestState } from './ask.ts';
import { onCheckpoint } from './checkpoint.ts';
import type { Message } from './messages.ts';
import { onNewView } from './new-view.ts';
import { NOTE } from './notes.ts';
import { onPrePrepare, onProposeTimer, onRequest } from './order.ts';
import type { Ctx } from './rules.ts';
import { prePrepareMessage } from './signing.ts';
import { isPrimary, type Out, type State, slotsAscending, type Timer } from './state.ts';
import { onFetch, onFetched, onStateRequest, onStateResponse, onStatus, onStatusTimer } from './sync.ts';
import { awaitNext, schedule } from './timing.ts';
import { afterChange, askForView, onViewChange, onViewTimer } from './view-change.ts';
import { onVote, sendCommit, sendPrepare, tryCommitted, tryPrepared } from './votes.ts';

/** PBFT takes no commands: requests come from clients, as messages. */
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

function onMessage(
  state: State,
  from: NodeIndex,
  message: Message,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (message.type === 'submit') return onRequest(state, from, message, proof, now, out, ctx);
  if (from >= state.validatorCount) return out.note(NOTE.notReplica);
  switch (message.type) {
    case 'pre-prepare':
      return onPrePrepare(state, message, proof, now, out, ctx);
    case 'prepare':
    case 'commit':
      return onVote(state, message, proof, now, out, ctx);
    case 'checkpoint':
      return onCheckpoint(state, message, proof, now, out, ctx);
    case 'view-change':
      return onViewChange(state, message, proof, now, out, ctx);
    case 'new-view':
      return onNewView(state, message, proof, now, out, ctx);
    case 'status':
      return onStatus(state, from, message, now, out, ctx);
    case 'state-request':
      return onStateRequest(state, from, message, out, ctx);
    case 'state-response':
      return onStateResponse(state, from, message, now, out, ctx);
    case 'fetch':
      return onFetch(state, from, message, out);
    case 'fetched':
      return onFetched(state, message, now, out, ctx);
    case 'reply':
      return out.note(NOTE.notClient);
    default:
      return assertNever(message);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'propose':
      return onProposeTimer(state, now, out, ctx);
    case 'view':
      return onViewTimer(state, timer.view, now, out, ctx);
    case 'status':
      return onStatusTimer(state, now, out, ctx);
    default:
      return assertNever(timer);
  }
}

/** Begins, or begins again after a crash: then it repeats what it said and asks a neighbour what it missed. */
function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.progressAt = now;
  state.scheduledAt = now;
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  if (now > 0) {
    out.note(NOTE.recovered);
    out.broadcast(ownStatus(state));
    requestState(state, (state.self + 1) % state.validatorCount, now, out, ctx);
    if (state.isChanging) {
      askForView(state, out, ctx);
      return afterChange(state, now, out, ctx);
    }
    repeatOwnVotes(state, now, out, ctx);
  }
  awaitNext(state, out, ctx);
  schedule(state, now, out, ctx);
}

/** What it said in its view for numbers that are not executed: others may have missed it, and its own tallies are empty. */
function repeatOwnVotes(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (const slot of slotsAscending(state)) {
    const round = slot.rounds.get(state.view);
    if (round === undefined || round.voted === null) continue;
    const request = slot.requests.get(round.digest);
    if (isPrimary(state) && request?.view === state.view) {
      out.broadcast(prePrepareMessage(state.view, slot.sequence, round.digest, request));
    }
    sendPrepare(state, slot, round, out, ctx);
    if (slot.prepared?.view !== state.view) {
      tryPrepared(state, slot, round, now, out, ctx);
    } else {
      sendCommit(state, slot, round, out, ctx);
      tryCommitted(state, slot, round, round.digest, now, out, ctx);
    }
  }
}
