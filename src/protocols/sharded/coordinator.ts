/** The coordinator of a transaction: one of the shards that take part. Many of them work side by side. Ref: BHG §7.4. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Batch } from '../../ledger/types.ts';
import type { SignedRef } from '../protocol.ts';
import { NOTE as COUNCIL_NOTE } from './council/notes.ts';
import { enqueue, isBatching, isQueued, takeDue } from './batches.ts';
import { finish, isAlone, tellClient } from './finish.ts';
import { policyOf } from './locking.ts';
import type { Acknowledge, Message, Outcome, PreAcknowledge, Reason, Vote, Wound } from './messages.ts';
import { isMoving, whereIs } from './moves.ts';
import { passWound, promiseAbove, refuseAbove } from './nested/above.ts';
import { childrenOf, inOrder, rootOf } from './nested/tree.ts';
import { NOTE } from './notes.ts';
import { admit } from './participant.ts';
import { readTransaction, type Transaction } from './placement.ts';
import { commitMode, isMajority, isUnanimous } from './rules.ts';
import { type Coordination, type Ctx, everyShard, type Out, type State, tell } from './state.ts';

/** A client's transaction. One that came before is answered as it ended, or is in hand already. */
export function onSubmit(
  state: State,
  from: NodeIndex,
  batch: Batch,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const transaction = readTransaction(
    { batch, signature: proof.signature },
    ctx,
    (account) => whereIs(state, account, ctx).shard,
  );
  if ('refused' in transaction) return out.note(transaction.refused);
  const { slot, shards } = transaction;
  const ended = state.outcomes.get(slot);
  if (ended !== undefined) return tellClient(state, transaction, ended, state.refused.get(slot) ?? 'aborted', out, ctx);
  // Turned away because its accounts have moved, one that waits for its batch would end a second time when its turn comes.
  if (state.coordinating.has(slot) || state.participating.has(slot) || isQueued(state, slot)) return;
  if (shards[0] !== state.self) {
    if (isMoving(ctx)) return turnAway(state, transaction, now, out, ctx);
    return out.note(NOTE.notHere);
  }
  const retryAfterMicros = enqueue(state, transaction, now, ctx);
  if (retryAfterMicros !== null) {
    out.note(NOTE.overloaded);
    const { digest } = transaction;
    out.send(batch.client, { type: 'refusal', slot, digest, reason: 'overloaded', retryAfterMicros });
  } else if (isBatching(ctx.config)) beginDue(state, now, out, ctx);
  else begin(state, transaction, now, out, ctx);
}

/** The transactions whose turn has come. */
export function beginDue(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (!isBatching(ctx.config)) return;
  for (const transaction of takeDue(state, now, out)) begin(state, transaction, now, out, ctx);
}

/** The client asked the wrong shard, for good: it comes again under another number. Ref: numbers have one coordinator each. */
function turnAway(state: State, transaction: Transaction, now: Micros, out: Out, ctx: Ctx): void {
  out.note(NOTE.turnedAway);
  const nothing = { ...transaction, shards: [state.self] };
  finish(state, { about: transaction, transaction: nothing, outcome: 'abort', reason: 'moved' }, now, out, ctx);
  tellClient(state, transaction, 'abort', 'moved', out, ctx);
}

function begin(state: State, transaction: Transaction, now: Micros, out: Out, ctx: Ctx): void {
  const { slot, shards } = transaction;
  if (isAlone(transaction)) return admit(state, transaction, now, out, ctx);
  out.persist({ kind: 'begun', transaction });
  const entry = createCoordination(transaction, now, ctx);
  state.coordinating.set(slot, entry);
  if (shards.some((shard) => state.council?.down.includes(shard))) {
    out.note(COUNCIL_NOTE.markedDown);
    return decide(state, entry, 'abort', 'moved', out, ctx);
  }
  if (shards.some((shard) => isDown(state, shard, now, ctx))) {
    out.note(NOTE.shardDown);
    return decide(state, entry, 'abort', 'timeout', out, ctx);
  }
  out.mark?.('commit2pc', slot, 'prepare');
  ask(state, entry, out, ctx);
}

export function createCoordination(transaction: Transaction, now: Micros, ctx: Ctx): Coordination {
  const { self } = ctx;
  return {
    transaction,
    children: childrenOf(transaction, self, ctx),
    superior: rootOf(transaction) === self ? null : rootOf(transaction),
    phase: 'preparing',
    reason: null,
    yes: [],
    written: [],
    acknowledged: [],
    startedAt: now,
    delay: ctx.config.retryMicros,
  };
}

/** A shard that sent no heartbeat for too long. */
export function isDown(state: State, shard: NodeIndex, now: Micros, { config }: Ctx): boolean {
  return shard !== state.self && now - Math.max(0, state.heardAt[shard] ?? 0) > config.downMicros;
}

/** Says to everybody who has not answered what this phase has to say, and arms the next attempt. */
export function ask(state: State, entry: Coordination, out: Out, ctx: Ctx): void {
  const { transaction, children, phase, yes, written, acknowledged } = entry;
  const { slot, digest, signed, moved } = transaction;
  const missing = (all: readonly NodeIndex[], answered: readonly NodeIndex[]): NodeIndex[] =>
    all.filter((shard) => !answered.includes(shard));
  const say = (to: readonly NodeIndex[], message: Message): void => {
    for (const shard of to) tell(state, shard, message, out);
  };
  out.setTimer({ kind: 'retry', slot }, entry.delay);
  entry.delay = Math.min(2 * entry.delay, ctx.config.retryMaxMicros);
  if (phase === 'preparing')
    say(inTurn(missing(children, yes), ctx), {
      type: 'prepare-request',
      slot,
      digest,
      transaction: signed,
      moved,
      ...(state.council === null ? {} : { council: state.council.epoch }),
    });
  else if (phase === 'pre-committing')
    say(missing(everyShard(state), written), { type: 'pre-commit', slot, digest, ballot: 0, outcome: 'commit' });
  else
    say(missing(children, acknowledged), {
      type: phase === 'committing' ? 'commit-request' : 'abort-request',
      slot,
      digest,
    });
}

/** Where locks are taken in order, shards are asked one after another, ascending: else they deadlock. Ref: Havender 1968. */
function inTurn(shards: readonly NodeIndex[], ctx: Ctx): readonly NodeIndex[] {
  return policyOf(ctx) === 'ordered' ? inOrder(shards, ctx).slice(0, 1) : shards;
}

export function onVote(state: State, from: NodeIndex, message: Vote, out: Out, ctx: Ctx): void {
  const entry = voted(state, from, message, ctx);
  if (entry === undefined || entry.phase !== 'preparing') return out.note(NOTE.lateVote);
  if (ctx.mutant !== 'xshard-replay' && entry.transaction.digest !== message.digest) return out.note(NOTE.misread);
  if (!entry.children.includes(from)) return out.note(NOTE.notShard);
  if (!message.yes) {
    out.note(NOTE.refusedVote);
    return decide(state, entry, 'abort', message.reason, out, ctx);
  }
  const isNew = !entry.yes.includes(from);
  if (isNew) entry.yes.push(from);
  if (!isUnanimous(entry)) {
    if (isNew && policyOf(ctx) === 'ordered') {
      entry.delay = ctx.config.retryMicros;
      ask(state, entry, out, ctx);
    }
    return;
  }
  if (entry.superior !== null) return promiseAbove(state, entry, out);
  if (commitMode(entry.transaction, ctx) === '2pc') {
    out.note(NOTE.unanimous);
    return decide(state, entry, 'commit', null, out, ctx);
  }
  out.note(NOTE.writesDown);
  entry.phase = 'pre-committing';
  entry.delay = ctx.config.retryMicros;
  ask(state, entry, out, ctx);
}

/** An older transaction wants locks of this one, which has not been decided yet: it makes room. Ref: wound-wait, §3. */
export function onWound(state: State, from: NodeIndex, { slot, digest }: Wound, out: Out, ctx: Ctx): void {
  const entry = state.coordinating.get(slot);
  if (entry === undefined || entry.transaction.digest !== digest) return;
  if (!entry.children.includes(from)) return out.note(NOTE.notShard);
  if (entry.phase === 'gathered') return passWound(state, entry, out);
  if (entry.phase !== 'preparing') return;
  out.note(NOTE.makesRoom);
  decide(state, entry, 'abort', 'locks', out, ctx);
}

/** The transaction that a vote is on. Mutant `xshard-replay`: any that still waits for a vote of that shard. */
function voted(state: State, from: NodeIndex, message: Vote, { mutant }: Ctx): Coordination | undefined {
  if (mutant !== 'xshard-replay') return state.coordinating.get(message.slot);
  for (const entry of state.coordinating.values()) {
    const { phase, transaction, yes } = entry;
    if (phase === 'preparing' && transaction.shards.includes(from) && !yes.includes(from)) return entry;
  }
  return undefined;
}

/** Three phases: COMMIT stands once a majority of all shards has it written down. Ref: Keidar & Dolev §4. */
export function onWritten(state: State, from: NodeIndex, message: PreAcknowledge, out: Out, ctx: Ctx): void {
  const entry = state.coordinating.get(message.slot);
  if (entry?.phase !== 'pre-committing' || message.ballot !== 0) return;
  if (!entry.written.includes(from)) entry.written.push(from);
  const enough =
    ctx.mutant === '3pc-partition'
      ? entry.transaction.shards.every((shard) => entry.written.includes(shard))
      : isMajority(entry.written.length, state.shardCount);
  if (enough) decide(state, entry, 'commit', null, out, ctx);
}

/** The decision: on disk before it is told. Ref: §7.4, the commit record. */
export function decide(
  state: State,
  entry: Coordination,
  outcome: Outcome,
  reason: Reason | null,
  out: Out,
  ctx: Ctx,
): void {
  const { transaction } = entry;
  const isOwn = entry.superior === null;
  if (!isOwn && entry.phase === 'preparing') refuseAbove(state, entry, reason, out);
  if (ctx.mutant !== '2pc-decision-not-logged')
    out.persist({ kind: 'decided', slot: transaction.slot, outcome, reason });
  entry.phase = outcome === 'commit' ? 'committing' : 'aborting';
  entry.reason = reason;
  entry.delay = ctx.config.retryMicros;
  if (isOwn) out.mark?.('commit2pc', transaction.slot, outcome);
  if (isOwn) tellClient(state, transaction, outcome, reason, out, ctx);
  ask(state, entry, out, ctx);
}

/** The own participant learned the outcome from somebody else (three phases): the coordinator follows. */
export function adopt(state: State, slot: number, out: Out, ctx: Ctx): void {
  const entry = state.coordinating.get(slot);
  const outcome = state.outcomes.get(slot);
  if (entry === undefined || outcome === undefined || isDecided(entry)) return;
  // The upper level knows it already.
  if (entry.superior !== null) entry.phase = 'gathered';
  decide(state, entry, outcome, outcome === 'commit' ? null : 'aborted', out, ctx);
}

export function onAcknowledge(state: State, from: NodeIndex, { slot }: Acknowledge, out: Out): void {
  const entry = state.coordinating.get(slot);
  if (entry === undefined || !isDecided(entry)) return;
  if (!entry.acknowledged.includes(from)) entry.acknowledged.push(from);
  if (!entry.children.every((shard) => entry.acknowledged.includes(shard))) return;
  out.persist({ kind: 'done', slot });
  out.cancelTimer({ kind: 'retry', slot });
  state.coordinating.delete(slot);
}

export function onRetryTimer(state: State, slot: number, now: Micros, out: Out, ctx: Ctx): void {
  const entry = state.coordinating.get(slot);
  if (entry === undefined || entry.phase === 'gathered') return;
  const late = now - entry.startedAt >= ctx.config.prepareMicros;
  if (entry.phase === 'preparing' && late && ctx.mutant !== 'lock-order-deadlock') {
    out.note(NOTE.timedOut);
    return decide(state, entry, 'abort', 'timeout', out, ctx);
  }
  out.note(NOTE.repeats);
  ask(state, entry, out, ctx);
}

/** After a restart: what was decided is said again; what was not is aborted, unless others may have committed it. */
export function resume(state: State, out: Out, ctx: Ctx): void {
  for (const [slot, entry] of state.coordinating) {
    if (isDecided(entry)) {
      ask(state, entry, out, ctx);
    } else if (state.outcomes.has(slot) && ctx.mutant !== '2pc-decision-not-logged') {
      adopt(state, slot, out, ctx);
    } else if (entry.phase === 'gathered') {
      out.note(NOTE.asks);
    } else if (commitMode(entry.transaction, ctx) === '2pc' || !state.participating.has(slot)) {
      out.note(NOTE.presumesAbort);
      decide(state, entry, 'abort', 'aborted', out, ctx);
    } else {
      entry.phase = 'pre-committing';
    }
  }
}

const isDecided = ({ phase }: Coordination): boolean => phase === 'committing' || phase === 'aborting';
