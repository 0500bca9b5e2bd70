/** The participant of a shard: locks and promises when asked to prepare, then does as decided. Ref: BHG §7.3–7.4. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { NOTE as COUNCIL_NOTE } from './council/notes.ts';
import { finish, isAlone, tellClient } from './finish.ts';
import { claim, holdsAll, keepLocks, type LockNews } from './locking.ts';
import type { AbortRequest, CommitRequest, PrepareRequest, Reason } from './messages.ts';
import { NOTE } from './notes.ts';
import { superiorOf } from './nested/tree.ts';
import { isAtHome, isStillHere, newsOf } from './moves.ts';
import { changesAt, readTransaction, shardOf, type Transaction } from './placement.ts';
import { commitMode, mayPromise } from './rules.ts';
import { balanceOf, type Ctx, type Out, type Participation, type State, tell } from './state.ts';

/** Phase 1. Idempotent: asked again it says again. Ref: §7.4, 2PC participant. */
export function onPrepare(
  state: State,
  from: NodeIndex,
  message: PrepareRequest,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { slot } = message;
  const refused = state.refused.get(slot);
  if (refused !== undefined) return vote(state, from, message, refused, out);
  if (state.outcomes.has(slot)) return out.note(NOTE.over);
  const known = state.participating.get(slot);
  if (known !== undefined) {
    if (known.phase === 'prepared') vote(state, from, message, null, out);
    return;
  }
  const transaction = readAsked(state, message, ctx);
  if (typeof transaction === 'string') return out.note(transaction);
  if (superiorOf(transaction, state.self, ctx) !== from) return out.note(NOTE.notHere);
  const { batch, signature } = transaction.signed;
  if (from !== state.self && !ctx.verify(batch.client, batch, signature)) return out.note(NOTE.badSignature);
  if (state.council !== null && (message.council ?? 0) < state.council.epoch)
    return refuse(state, transaction, COUNCIL_NOTE.olderEpoch, 'moved', now, out, ctx);
  admit(state, transaction, now, out, ctx);
}

/** The transaction that a coordinator asks about, if this shard takes part in it; or why it is none. */
export function readAsked(state: State, message: PrepareRequest, ctx: Ctx): Transaction | string {
  const moved = new Map(message.moved);
  const transaction = readTransaction(
    message.transaction,
    ctx,
    (account) => moved.get(account) ?? shardOf(account, ctx),
  );
  if ('refused' in transaction) return transaction.refused;
  if (transaction.slot !== message.slot || transaction.digest !== message.digest) return NOTE.misread;
  return transaction.shards.includes(state.self) ? transaction : NOTE.notHere;
}

/** Takes part from here on: asks for its locks. */
export function admit(state: State, transaction: Transaction, now: Micros, out: Out, ctx: Ctx): void {
  const entry: Participation = {
    transaction,
    phase: 'waiting',
    since: now,
    delay: ctx.config.retryMicros,
    attempt: null,
    ballotSeen: 0,
  };
  state.participating.set(transaction.slot, entry);
  state.recentCount++;
  const accounts = changesAt(state.self, transaction, ctx).map(([account]) => account);
  for (const account of accounts) state.usage.set(account, (state.usage.get(account) ?? 0) + 1);
  if (!isAtHome(state, accounts)) return refuse(state, transaction, NOTE.movedAway, 'moved', now, out, ctx);
  if (ctx.mutant === '2pc-execute-can-fail' && !isAlone(transaction)) promise(state, entry, now, out, ctx);
  else claim(state, transaction, now, out, ctx);
}

/** What the lock table said in the step before this: it may be out of date by now. Ref: strict two-phase locking, BHG §3.5. */
export function onLockNews(state: State, { kind, slot }: LockNews, now: Micros, out: Out, ctx: Ctx): void {
  const entry = state.participating.get(slot);
  if (entry === undefined) return;
  const { transaction, phase } = entry;
  switch (kind) {
    case 'ready': {
      if (phase !== 'waiting' || !holdsAll(state, slot)) return;
      const changes = changesAt(state.self, transaction, ctx);
      if (
        !isStillHere(
          state,
          changes.map(([account]) => account),
        )
      )
        return refuse(state, transaction, NOTE.movedAway, 'moved', now, out, ctx);
      if (!mayPromise(changes, (account) => balanceOf(state, account)))
        return refuse(state, transaction, NOTE.overdrawn, 'overdrawn', now, out, ctx);
      if (isAlone(transaction)) return execute(state, transaction, now, out, ctx);
      keepLocks(state, slot);
      return promise(state, entry, now, out, ctx);
    }
    case 'waits':
      if (phase !== 'waiting' || ctx.mutant === 'lock-order-deadlock') return;
      out.note(NOTE.waits);
      return out.setTimer({ kind: 'wait', slot }, Math.max(0, entry.since + ctx.config.lockWaitMicros - now));
    case 'wounded': {
      if (phase !== 'prepared') return;
      out.note(NOTE.wounds);
      return tell(
        state,
        superiorOf(transaction, state.self, ctx),
        { type: 'wound', slot, digest: transaction.digest },
        out,
      );
    }
    case 'dropped':
      if (phase === 'waiting') refuse(state, transaction, NOTE.wounded, 'locks', now, out, ctx);
      return;
    default:
      return assertNever(kind);
  }
}

/** All of its accounts are here: nobody has to be asked. */
function execute(state: State, transaction: Transaction, now: Micros, out: Out, ctx: Ctx): void {
  finish(state, { about: transaction, transaction, outcome: 'commit', reason: null }, now, out, ctx);
  tellClient(state, transaction, 'commit', null, out, ctx);
}

/** YES: on disk first. */
function promise(state: State, entry: Participation, now: Micros, out: Out, ctx: Ctx): void {
  const { transaction } = entry;
  const { slot } = transaction;
  out.cancelTimer({ kind: 'wait', slot });
  entry.phase = 'prepared';
  entry.since = now;
  out.persist({ kind: 'prepared', transaction });
  out.mark?.('commit2pc', slot, 'prepared');
  vote(state, superiorOf(transaction, state.self, ctx), transaction, null, out);
  if (coordinatorOf(transaction) !== state.self || commitMode(transaction, ctx) === '3pc')
    out.setTimer({ kind: 'doubt', slot }, firstDoubt(ctx));
}

export function onWaitTimer(state: State, slot: number, now: Micros, out: Out, ctx: Ctx): void {
  const entry = state.participating.get(slot);
  if (entry?.phase === 'waiting') refuse(state, entry.transaction, NOTE.waitedTooLong, 'locks', now, out, ctx);
}

/** NO, for ever: the transaction is aborted here and the coordinator will abort it everywhere. */
function refuse(
  state: State,
  transaction: Transaction,
  why: string,
  reason: Reason,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  out.note(why);
  finish(state, { about: transaction, transaction, outcome: 'abort', reason }, now, out, ctx);
  if (isAlone(transaction)) return tellClient(state, transaction, 'abort', reason, out, ctx);
  const news = reason === 'moved' ? newsOf(state, transaction, ctx) : null;
  if (news !== null) tell(state, coordinatorOf(transaction), news, out);
  vote(state, superiorOf(transaction, state.self, ctx), transaction, reason, out);
}

/** Phase 2. Idempotent; the acknowledgement lets the coordinator forget. Ref: §7.4. */
export function onDecision(
  state: State,
  from: NodeIndex,
  message: CommitRequest | AbortRequest,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { slot, digest } = message;
  const outcome = message.type === 'commit-request' ? 'commit' : 'abort';
  const ended = state.outcomes.get(slot);
  if (ended !== undefined && ended !== outcome) out.note(NOTE.contradiction);
  if (ended === undefined) {
    const entry = state.participating.get(slot);
    const transaction = entry?.transaction ?? null;
    if (outcome === 'abort')
      finish(state, { about: message, transaction, outcome: 'abort', reason: null }, now, out, ctx);
    else if (entry?.phase === 'prepared') commit(state, entry.transaction, now, out, ctx);
    else return out.note(NOTE.unheardOf);
  }
  tell(state, from, { type: 'acknowledge', slot, digest }, out);
}

/** Cannot fail: what it needs was checked and locked before the YES. */
function commit(state: State, transaction: Transaction, now: Micros, out: Out, ctx: Ctx): void {
  const refuses = ctx.mutant === 'yes-then-refuse' && coordinatorOf(transaction) !== state.self;
  const isSure = ctx.mutant !== '2pc-execute-can-fail';
  const changes = changesAt(state.self, transaction, ctx);
  const possible = !refuses && (isSure || mayPromise(changes, (account) => balanceOf(state, account)));
  if (!possible) out.note(NOTE.cannot);
  const outcome = possible ? 'commit' : 'abort';
  finish(state, { about: transaction, transaction, outcome, reason: null }, now, out, ctx);
}

/** A participant is uneasy once the coordinator must have decided; the policies that act alone may be uneasy earlier. */
function firstDoubt({ config, mutant }: Ctx): Micros {
  const acts = config.inDoubt !== 'block' || mutant === '2pc-release-after-yes';
  return acts ? Math.min(config.inDoubtMicros, config.prepareMicros) : config.prepareMicros;
}

export const coordinatorOf = ({ shards }: Transaction): NodeIndex => shards[0] ?? 0;

/** `reason`: why not; null is a YES. */
function vote(
  state: State,
  to: NodeIndex,
  { slot, digest }: { readonly slot: number; readonly digest: string },
  reason: Reason | null,
  out: Out,
): void {
  tell(state, to, { type: 'vote', slot, digest, yes: reason === null, reason }, out);
}
