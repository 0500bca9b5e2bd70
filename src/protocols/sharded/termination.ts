/**
 * A shard in doubt: it voted YES and has heard of no decision. In two phases it can only ask (cooperative termination, BHG
 * §7.4) and block; in three it may end the transaction itself with a majority of all shards (Keidar & Dolev §4).
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { DoubtPolicy } from './config.ts';
import { finish } from './finish.ts';
import type { PreAcknowledge, PreCommit, StatusQuery, StatusReply } from './messages.ts';
import { NOTE } from './notes.ts';
import { onDecision } from './participant.ts';
import type { Transaction } from './placement.ts';
import { commitMode, higher, isMajority, nextBallot, outcomeFor } from './rules.ts';
import { type Ctx, everyShard, type Out, type Participation, type State, tell } from './state.ts';

export function onDoubtTimer(state: State, slot: number, now: Micros, out: Out, ctx: Ctx): void {
  const entry = state.participating.get(slot);
  if (entry?.phase !== 'prepared') return;
  const policy = policyOf(ctx);
  if (policy !== 'block' && now - entry.since >= ctx.config.inDoubtMicros)
    return giveUp(state, entry, policy, now, out, ctx);
  const { transaction } = entry;
  const flawed = ctx.mutant === '3pc-partition' && entry.attempt !== null;
  if (flawed) return conclude(state, entry.transaction, outcomeFor(entry.attempt?.best ?? null), out);
  if (commitMode(transaction, ctx) === '2pc') askOthers(state, transaction, out);
  else attempt(state, entry, out, ctx);
  out.setTimer({ kind: 'doubt', slot }, entry.delay + stagger(state, ctx));
  entry.delay = Math.min(2 * entry.delay, ctx.config.retryMaxMicros);
}

/** Shards try again at different times, so that they do not overtake each other for ever. */
const stagger = (state: State, { config }: Ctx): Micros =>
  Math.floor((config.retryMicros * state.self) / state.shardCount);

function policyOf({ config, mutant }: Ctx): DoubtPolicy {
  return mutant === '2pc-release-after-yes' ? 'release-after-timeout' : config.inDoubt;
}

/** What seeds of trouble people choose who cannot wait: sometimes right, never safe. Ref: X/Open DTP, heuristic decisions. */
function giveUp(
  state: State,
  { transaction }: Participation,
  policy: Exclude<DoubtPolicy, 'block'>,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  out.note(policy === 'release-after-timeout' ? NOTE.released : NOTE.heuristic);
  const outcome = policy === 'heuristic-commit' ? 'commit' : 'abort';
  finish(state, { about: transaction, transaction, outcome, reason: null }, now, out, ctx);
}

function askOthers(state: State, { slot, digest, shards }: Transaction, out: Out): void {
  out.note(NOTE.asks);
  for (const shard of shards)
    if (shard !== state.self) tell(state, shard, { type: 'status-query', slot, digest, ballot: 0 }, out);
}

/** Asks all shards for their promise and for what they wrote down. Ref: Keidar & Dolev §4. */
function attempt(state: State, entry: Participation, out: Out, ctx: Ctx): void {
  out.note(NOTE.takesOver);
  const { slot, digest } = entry.transaction;
  const promised = state.ballots.get(slot)?.promised ?? 0;
  const ballot = nextBallot(state.self, Math.max(entry.ballotSeen, promised), state.shardCount);
  entry.ballotSeen = ballot;
  entry.attempt = { ballot, promised: [], best: null, outcome: null, written: [] };
  const asked = ctx.mutant === '3pc-partition' ? entry.transaction.shards : everyShard(state);
  for (const shard of asked) tell(state, shard, { type: 'status-query', slot, digest, ballot }, out);
}

/** Ballot 0 asks only; a higher one also binds. Who has not voted yet says NO for good, which frees the one in doubt. */
export function onStatusQuery(
  state: State,
  from: NodeIndex,
  { slot, digest, ballot }: StatusQuery,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const about = { type: 'status-reply', slot, digest } as const;
  const say = (status: StatusReply['status'], told = ballot, accepted: StatusReply['accepted'] = null): void =>
    tell(state, from, { ...about, status, ballot: told, accepted }, out);
  const ended = state.outcomes.get(slot);
  if (ended !== undefined) return say(ended === 'commit' ? 'committed' : 'aborted');
  if (ballot === 0) {
    if (state.coordinating.has(slot) || state.participating.get(slot)?.phase === 'prepared') return say('in-doubt');
    out.note(NOTE.renounces);
    const transaction = state.participating.get(slot)?.transaction ?? null;
    finish(state, { about: { slot, digest }, transaction, outcome: 'abort', reason: 'aborted' }, now, out, ctx);
    return say('aborted');
  }
  const known = state.ballots.get(slot);
  const accepted = known?.accepted ?? null;
  if (ballot < (known?.promised ?? 0)) return say('refused', known?.promised);
  promise(state, slot, ballot, accepted, out);
  say('promised', ballot, accepted);
}

export function onStatusReply(
  state: State,
  from: NodeIndex,
  message: StatusReply,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { slot, digest, status, ballot } = message;
  const entry = state.participating.get(slot);
  if (entry?.phase !== 'prepared') return;
  if (status === 'committed' || status === 'aborted') {
    out.note(NOTE.learns);
    const type = status === 'committed' ? 'commit-request' : 'abort-request';
    return onDecision(state, from, { type, slot, digest }, now, out, ctx);
  }
  if (status === 'refused') entry.ballotSeen = Math.max(entry.ballotSeen, ballot);
  const { attempt: own } = entry;
  if (status !== 'promised' || own === null || own.ballot !== ballot || own.promised.includes(from)) return;
  own.promised.push(from);
  own.best = higher(own.best, message.accepted);
  if (ctx.mutant === '3pc-partition' || own.outcome !== null) return;
  if (!isMajority(own.promised.length, state.shardCount)) return;
  own.outcome = outcomeFor(own.best);
  for (const shard of everyShard(state))
    tell(state, shard, { type: 'pre-commit', slot, digest, ballot, outcome: own.outcome }, out);
}

/** Every shard is a witness: it writes down what the highest ballot wants, whether it takes part or not. */
export function onPreCommit(state: State, from: NodeIndex, message: PreCommit, out: Out): void {
  const { slot, digest, ballot, outcome } = message;
  if (ballot < (state.ballots.get(slot)?.promised ?? 0)) return;
  promise(state, slot, ballot, { ballot, outcome }, out);
  tell(state, from, { type: 'pre-acknowledge', slot, digest, ballot }, out);
}

export function onPreAcknowledge(state: State, from: NodeIndex, { slot, ballot }: PreAcknowledge, out: Out): void {
  const entry = state.participating.get(slot);
  const own = entry?.attempt;
  if (entry === undefined || own == null || own.outcome === null || own.ballot !== ballot) return;
  if (!own.written.includes(from)) own.written.push(from);
  if (isMajority(own.written.length, state.shardCount)) conclude(state, entry.transaction, own.outcome, out);
}

/** Tells all that take part, itself too. */
function conclude(state: State, { slot, digest, shards }: Transaction, outcome: 'commit' | 'abort', out: Out): void {
  const type = outcome === 'commit' ? 'commit-request' : 'abort-request';
  for (const shard of shards) tell(state, shard, { type, slot, digest }, out);
}

function promise(state: State, slot: number, promised: number, accepted: StatusReply['accepted'], out: Out): void {
  state.ballots.set(slot, { promised, accepted });
  out.persist({ kind: 'ballot', slot, promised, accepted });
}
