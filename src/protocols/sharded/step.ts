/** The machine: (state, input) → effects. Coordinator and participant are two machines that talk through messages, even at home. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { isBatching, settle } from './batches.ts';
import { isOpenTalk, sendSealed } from './channels.ts';
import {
  adopt,
  beginDue,
  onAcknowledge,
  onRetryTimer,
  onSubmit,
  onVote,
  onWound,
  onWritten,
  resume,
} from './coordinator.ts';
import { onAnswer, onConfirm, onHello, onLost, onNeighbour, openChannels, unseal, upgrade } from './handshakes.ts';
import { showHeld } from './locking.ts';
import { BUNDLE_MAX, type Bundle, type Message } from './messages.ts';
import { advance, onAccountMoved, onParcel, onParcelTimer, onReceipt, sendParcels } from './moves.ts';
import { NOTE } from './notes.ts';
import { onPrepareAbove } from './nested/head.ts';
import { armChanges, onReshard, onReshardTimer, shareLoad } from './reshard.ts';
import { onDecision, onLockNews, onPrepare, onWaitTimer } from './participant.ts';
import { inForce } from './council/effects.ts';
import { onCouncil, onCouncilTimer, onCouncilWish, onNeighbourEpoch, startCouncil } from './council/step.ts';
import type { Ctx, Out, State, Timer } from './state.ts';
import { onDoubtTimer, onPreAcknowledge, onPreCommit, onStatusQuery, onStatusReply } from './termination.ts';

/** A shard takes no commands: transactions come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, given: Ctx): void {
  const ctx = inForce(state, given);
  switch (input.kind) {
    case 'start':
      onStart(state, input.now, out, ctx);
      break;
    case 'message':
      if (input.from < state.shardCount) state.heardAt[input.from] = input.now;
      if (isExposed(state, input.from, input.message)) {
        out.note(NOTE.inTheClear);
        break;
      }
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
  drain(state, input.now, out, ctx);
}

/** What the lock table and the shard said to itself. Each item costs a phase of some transaction, so that it comes to an end. */
function drain(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (;;) {
    const news = state.news.shift();
    if (news !== undefined) {
      onLockNews(state, news, now, out, ctx);
      continue;
    }
    const message = state.loopback.shift();
    if (message !== undefined) {
      onMessage(state, state.self, message, null, now, out, ctx);
      continue;
    }
    const ended = state.settled.splice(0);
    if (ended.length === 0) break;
    for (const { slot, outcome } of ended) settle(state, slot, outcome, now);
    beginDue(state, now, out, ctx);
  }
  advance(state, out);
  sendWaiting(state, out, ctx);
}

/** What should have been sealed: whoever strips the seal is not listened to. */
function isExposed({ links, shardCount }: State, from: NodeIndex, message: Message): boolean {
  return links !== null && from < shardCount && !isOpenTalk(message);
}

/** Where there are batches: one envelope a shard for all that this step has to tell it. Where there are channels: sealed. */
function sendWaiting(state: State, out: Out, ctx: Ctx): void {
  const waiting = state.outbox?.splice(0) ?? [];
  if (!isBatching(ctx.config)) {
    for (const { to, message } of waiting) sendSealed(state, to, message, out, ctx);
    return;
  }
  for (const to of [...new Set(waiting.map((item) => item.to))]) {
    const items = waiting.filter((item) => item.to === to).map(({ message }) => message);
    for (let first = 0; first < items.length; first += BUNDLE_MAX) {
      const some = items.slice(first, first + BUNDLE_MAX) as Exclude<Message, Bundle>[];
      const [only] = some;
      const message: Message = some.length === 1 && only !== undefined ? only : { type: 'bundle', items: some };
      sendSealed(state, to, message, out, ctx);
    }
  }
}

function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const isRestart = state.incarnation > 0;
  state.incarnation++;
  out.persist({ kind: 'started' });
  state.heardAt.fill(now);
  out.setTimer({ kind: 'heartbeat' }, ctx.config.heartbeatMicros);
  armChanges(state, now, out, ctx);
  for (const { shard, at } of ctx.config.upgrades)
    if (shard === state.self) out.setTimer({ kind: 'upgrade' }, Math.max(0, at - now));
  openChannels(state, out, ctx);
  startCouncil(state, now, out, ctx);
  if (!isRestart) return;
  out.note(NOTE.restarted);
  showHeld(state, out);
  sendParcels(state, out);
  resume(state, out, ctx);
  for (const [slot, entry] of state.participating) {
    entry.since = now;
    if (entry.transaction.shards[0] !== state.self || ctx.shards?.commit === '3pc')
      out.setTimer({ kind: 'doubt', slot }, entry.delay);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'heartbeat':
      shareLoad(state, now, out, ctx);
      return out.setTimer({ kind: 'heartbeat' }, ctx.config.heartbeatMicros);
    case 'retry':
      return onRetryTimer(state, timer.slot, now, out, ctx);
    case 'upgrade':
      return upgrade(state, out, ctx);
    case 'batch':
      return beginDue(state, now, out, ctx);
    case 'parcel':
      return onParcelTimer(state, timer.account, out);
    case 'reshard':
      return onReshardTimer(state, timer.index, out, ctx);
    case 'council-round':
    case 'council-tick':
      return onCouncilTimer(state, timer.kind, now, out, ctx);
    case 'council-wish':
      return onCouncilWish(state, timer.index, now, out, ctx);
    case 'wait':
      return onWaitTimer(state, timer.slot, now, out, ctx);
    case 'doubt':
      onDoubtTimer(state, timer.slot, now, out, ctx);
      return adopt(state, timer.slot, out, ctx);
    default:
      return assertNever(timer);
  }
}

function onMessage(
  state: State,
  from: NodeIndex,
  message: Message,
  proof: SignedRef | null,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (message.type === 'submit') {
    if (proof !== null) onSubmit(state, from, message, proof, now, out, ctx);
    return;
  }
  if (from >= state.shardCount) return out.note(NOTE.notShard);
  switch (message.type) {
    case 'prepare-request':
      if (onPrepareAbove(state, from, message, now, out, ctx)) return;
      return onPrepare(state, from, message, now, out, ctx);
    case 'vote':
      return onVote(state, from, message, out, ctx);
    case 'wound':
      return onWound(state, from, message, out, ctx);
    case 'pre-commit':
      return onPreCommit(state, from, message, out);
    case 'pre-acknowledge':
      onWritten(state, from, message, out, ctx);
      return onPreAcknowledge(state, from, message, out);
    case 'commit-request':
    case 'abort-request':
      onDecision(state, from, message, now, out, ctx);
      return adopt(state, message.slot, out, ctx);
    case 'acknowledge':
      return onAcknowledge(state, from, message, out);
    case 'status-query':
      return onStatusQuery(state, from, message, now, out, ctx);
    case 'status-reply':
      onStatusReply(state, from, message, now, out, ctx);
      return adopt(state, message.slot, out, ctx);
    case 'bundle':
      for (const item of message.items) onMessage(state, from, item, null, now, out, ctx);
      return;
    case 'heartbeat':
      state.loads[from] = { load: message.load, accounts: message.accounts };
      if (message.council !== undefined) onNeighbourEpoch(state, from, message.council, out);
      return onNeighbour(state, from, message, out, ctx);
    case 'sealed': {
      const inner = unseal(state, from, message, out, ctx);
      if (inner !== null) onMessage(state, from, inner, null, now, out, ctx);
      return;
    }
    case 'channel-hello':
      return onHello(state, from, message, out, ctx);
    case 'channel-answer':
      return onAnswer(state, from, message, out, ctx);
    case 'channel-lost':
      return onLost(state, from, message, out, ctx);
    case 'channel-confirmation':
      return onConfirm(state, from, message, out, ctx);
    case 'reshard':
      return onReshard(state, from, message, out, ctx);
    case 'account-parcel':
      return onParcel(state, from, message, out);
    case 'account-receipt':
      return onReceipt(state, from, message, out);
    case 'account-moved':
      return onAccountMoved(state.known, message);
    case 'council-request':
    case 'council-proposal':
    case 'council-vote':
    case 'council-confirm':
    case 'council-decided':
    case 'council-lapsed':
      return onCouncil(state, from, message, now, out, ctx);
    case 'refusal':
    case 'result':
    case 'channel-statement':
      return;
    default:
      return assertNever(message);
  }
}
