/** The participant of a shard: locks and promises when asked to prepare, then does as decided. Ref: BHG §7.3–7.4. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { finish } from './finish.ts';
import type { AbortRequest, CommitRequest, PrepareRequest } from './messages.ts';
import { NOTE } from './notes.ts';
import { changesAt, readTransaction, type Transaction } from './placement.ts';
import { commitMode, mayPromise, mayWait } from './rules.ts';
import { type Ctx, type Out, type Participation, type State, tell } from './state.ts';

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
  if (state.refused.has(slot)) return vote(state, from, message, false, out);
  if (state.outcomes.has(slot)) return out.note(NOTE.over);
  const known = state.participating.get(slot);
  if (known !== undefined) {
    if (known.phase === 'prepared') vote(state, from, message, true, out);
    return;
  }
  const transaction = readTransaction(message.transaction, ctx);
  if ('refused' in transaction) return out.note(transaction.refused);
  if (transaction.slot !== slot || transaction.digest !== message.digest) return out.note(NOTE.misread);
  if (transaction.shards[0] !== from || !transaction.shards.includes(state.self)) return out.note(NOTE.notHere);
  const { batch, signature } = transaction.signed;
  if (from !== state.self && !ctx.verify(batch.client, batch, signature)) return out.note(NOTE.badSignature);
  state.participating.set(slot, {
    transaction,
    phase: 'waiting',
    blockers: [],
    since: now,
    delay: ctx.config.retryMicros,
    attempt: null,
    ballotSeen: 0,
  });
  tryPrepare(state, slot, now, out, ctx);
}

/** Takes the locks and votes YES, votes NO, or waits. Ref: strict two-phase locking, BHG §3.5. */
export function tryPrepare(state: State, slot: number, now: Micros, out: Out, ctx: Ctx): void {
  const entry = state.participating.get(slot);
  if (entry === undefined || entry.phase !== 'waiting') return;
  const { transaction } = entry;
  const changes = changesAt(state.self, transaction, ctx);
  const locking = ctx.mutant !== '2pc-execute-can-fail';
  if (locking) {
    const holders = changes.flatMap(([account]) => state.locks.get(account) ?? []);
    if (holders.length > 0) {
      if (!mayWait(slot, holders, ctx.mutant)) return refuse(state, transaction, NOTE.dies, out, ctx);
      if (entry.since === now) out.note(NOTE.waits);
      tellWaits(state, entry, changes, out);
      if (ctx.mutant !== 'lock-order-deadlock')
        out.setTimer({ kind: 'wait', slot }, Math.max(0, entry.since + ctx.config.lockWaitMicros - now));
      return;
    }
    if (!mayPromise(changes, state.balances)) return refuse(state, transaction, NOTE.overdrawn, out, ctx);
    for (const [account] of changes) {
      state.locks.set(account, slot);
      out.mark?.('lock', slot, `a${account}`);
    }
  }
  out.cancelTimer({ kind: 'wait', slot });
  entry.phase = 'prepared';
  entry.since = now;
  out.persist({ kind: 'prepared', transaction });
  out.mark?.('commit2pc', slot, 'prepared');
  vote(state, coordinatorOf(transaction), transaction, true, out);
  if (coordinatorOf(transaction) !== state.self || commitMode(transaction, ctx) === '3pc')
    out.setTimer({ kind: 'doubt', slot }, firstDoubt(ctx));
}

/** Shows whom it waits for, each once. */
function tellWaits(state: State, entry: Participation, changes: ReturnType<typeof changesAt>, out: Out): void {
  for (const [account] of changes) {
    const holder = state.locks.get(account);
    if (holder === undefined || entry.blockers.includes(holder)) continue;
    out.mark?.('wait', entry.transaction.slot, `a${account}`, holder);
  }
  entry.blockers = changes.flatMap(([account]) => state.locks.get(account) ?? []);
}

export function onWaitTimer(state: State, slot: number, out: Out, ctx: Ctx): void {
  const entry = state.participating.get(slot);
  if (entry?.phase === 'waiting') refuse(state, entry.transaction, NOTE.waitedTooLong, out, ctx);
}

/** NO, for ever: the transaction is aborted here and the coordinator will abort it everywhere. */
function refuse(state: State, transaction: Transaction, why: string, out: Out, ctx: Ctx): void {
  out.note(why);
  finish(state, transaction, transaction, 'abort', out, ctx);
  vote(state, coordinatorOf(transaction), transaction, false, out);
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
    if (outcome === 'abort') finish(state, message, entry?.transaction ?? null, 'abort', out, ctx);
    else if (entry?.phase === 'prepared') commit(state, entry.transaction, out, ctx);
    else return out.note(NOTE.unheardOf);
    wakeWaiting(state, now, out, ctx);
  }
  tell(state, from, { type: 'acknowledge', slot, digest }, out);
}

/** Cannot fail: what it needs was checked and locked before the YES. */
function commit(state: State, transaction: Transaction, out: Out, ctx: Ctx): void {
  const possible =
    ctx.mutant !== '2pc-execute-can-fail' || mayPromise(changesAt(state.self, transaction, ctx), state.balances);
  if (!possible) out.note(NOTE.cannot);
  finish(state, transaction, transaction, possible ? 'commit' : 'abort', out, ctx);
}

/** Locks were released: who waits for one may have its turn, the oldest first. */
export function wakeWaiting(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const waiting = [...state.participating].filter(([, { phase }]) => phase === 'waiting').map(([slot]) => slot);
  for (const slot of waiting.sort((a, b) => a - b)) tryPrepare(state, slot, now, out, ctx);
}

/** A participant is uneasy once the coordinator must have decided; the policies that act alone may be uneasy earlier. */
function firstDoubt({ config, mutant }: Ctx): Micros {
  const acts = config.inDoubt !== 'block' || mutant === '2pc-release-after-yes';
  return acts ? Math.min(config.inDoubtMicros, config.prepareMicros) : config.prepareMicros;
}

/** After a crash: the locks of what is in doubt are taken again before anything else happens. */
export function relock(state: State, transaction: Transaction, ctx: Ctx): void {
  if (ctx.mutant === '2pc-execute-can-fail') return;
  for (const [account] of changesAt(state.self, transaction, ctx)) state.locks.set(account, transaction.slot);
}

export const coordinatorOf = ({ shards }: Transaction): NodeIndex => shards[0] ?? 0;

function vote(
  state: State,
  to: NodeIndex,
  { slot, digest }: { readonly slot: number; readonly digest: string },
  yes: boolean,
  out: Out,
): void {
  tell(state, to, { type: 'vote', slot, digest, yes }, out);
}
