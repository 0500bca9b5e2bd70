/**
 * Catching up and retransmission: a validator that hears nothing says where it stands; whoever is ahead sends blocks that
 * prove themselves, whoever stands beside it repeats what it said. Ref: Castro & Liskov, TOCS 20(4), 2002 (status messages).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { blockHash, checkBlock } from '../../ledger/block.ts';
import { compareVotes } from './evidence.ts';
import { finalise, jump } from './height.ts';
import type { DecidedEntry, Snapshot, Status, SyncRequest, SyncResponse } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, verifyCertificate } from './rules.ts';
import { commitMessage, prepareMessage } from './signing.ts';
import { checkSnapshot, snapshotOf } from './snapshot.ts';
import { type Arrival, currentRound, firstKept, isHelperOf, type Out, type State } from './state.ts';
import { voteOf } from '../common/tally.ts';
import { blockRules, checkPlace } from './validity.ts';

/** Messages for the next height kept from one sender: more than a correct one sends in a height without view changes. */
const FUTURE_MAX = 8;

/** Nothing decided for a period: tell everyone. Also asks again for blocks that did not come. */
export function onStatusTimer(state: State, now: Micros, out: Out, ctx: Ctx): void {
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  const quietSince = Math.max(state.progressAt, state.scheduledAt);
  if (now < quietSince + ctx.config.statusMicros) return;
  out.broadcast(ownStatus(state));
  const ahead = nextAhead(state);
  if (ahead !== null) requestSync(state, ahead, now, out, ctx);
}

/** The next validator after the one asked last that has decided more than we have; null when none is known. */
function nextAhead(state: State): NodeIndex | null {
  const last = state.asked?.peer ?? state.self;
  for (let step = 1; step <= state.validatorCount; step++) {
    const peer = (last + step) % state.validatorCount;
    if ((state.known[peer] ?? 0) > state.decided) return peer;
  }
  return null;
}

function ownStatus(state: State): Status {
  return { type: 'status', height: state.decided, view: state.view };
}

export function onStatus(state: State, from: NodeIndex, message: Status, now: Micros, out: Out, ctx: Ctx): void {
  if (state.asked?.peer === from && message.height <= state.decided) {
    state.asked = { peer: from, retryAt: now, hasAnswered: true };
  }
  if (message.height > state.decided) {
    learn(state, from, message.height);
    requestSync(state, from, now, out, ctx);
  } else if (message.height < state.decided) {
    out.send(from, ownStatus(state));
  } else {
    repeatTo(state, from, out);
  }
}

/** Says to one peer where we stand: it is behind, or asked for what we do not have. */
export function answerBehind(state: State, from: NodeIndex, out: Out): void {
  out.send(from, ownStatus(state));
}

/** Says again to one peer what we said in the view in progress. */
function repeatTo(state: State, peer: NodeIndex, out: Out): void {
  const { self, height } = state;
  const round = currentRound(state);
  const change = state.changes.get(self);
  if (state.phase === 'changing' && change !== undefined) out.relay(peer, change.message, change.proof);
  if (round.proposal !== null && (state.leader === self || isHelperOf(state, peer))) {
    out.relay(peer, round.proposal.message, round.proposal.proof);
  }
  const prepare = voteOf(round.prepares, self);
  if (prepare !== null) out.relay(peer, prepareMessage(height, round.view, prepare.digest), prepare.proof);
  const commit = voteOf(round.commits, self);
  if (commit !== null) out.relay(peer, commitMessage(height, round.view, commit.digest), commit.proof);
}

/** Remembers that a peer has decided a height. */
function learn(state: State, peer: NodeIndex, decided: number): void {
  if (decided > (state.known[peer] ?? 0)) state.known[peer] = decided;
}

/**
 * A message for a later height. For the next one it waits, because the votes that let us follow are usually on their way;
 * f+1 senders there, or one further ahead, are reason to ask.
 */
export function onFuture(state: State, arrival: Arrival, height: number, now: Micros, out: Out, ctx: Ctx): void {
  const { signer } = arrival.proof;
  learn(state, signer, height - 1);
  if (height > state.height + 1) return requestSync(state, signer, now, out, ctx);
  let kept = 0;
  for (const { proof } of state.future) if (proof.signer === signer) kept++;
  if (kept >= FUTURE_MAX) return out.note(NOTE.overflow);
  state.future.push(arrival);
  if (kept > 0) return;
  let ahead = 0;
  for (const decided of state.known) if (decided > state.decided) ahead++;
  if (ahead >= oneCorrect(state.members.length) && ahead > 1) requestSync(state, signer, now, out, ctx);
}

/**
 * Asks `peer` for what follows our last block, unless an answer is due. When the last one asked kept silent, another that
 * is ahead comes first, so that a liar about its height cannot keep us from those who have the blocks.
 */
export function requestSync(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  const { asked } = state;
  if (asked !== null && now < asked.retryAt) return;
  const target = asked !== null && !asked.hasAnswered ? (nextAhead(state) ?? peer) : peer;
  if (target === state.self) return;
  state.asked = { peer: target, retryAt: now + ctx.config.statusMicros, hasAnswered: false };
  out.send(target, { type: 'sync-request', height: state.height });
}

export function onSyncRequest(state: State, from: NodeIndex, message: SyncRequest, out: Out, ctx: Ctx): void {
  const first = message.height - firstKept(state);
  if (first < 0) {
    const snapshot = snapshotOf(state);
    return snapshot === null ? undefined : void out.send(from, { type: 'sync-response', entries: [], snapshot });
  }
  const entries = state.chain.slice(first, first + ctx.config.syncBatch);
  if (entries.length === 0) return answerBehind(state, from, out);
  out.send(from, { type: 'sync-response', entries });
}

/**
 * Takes over blocks one after the other, each proved by its certificate, or the state of a peer that has forgotten them; and asks
 * on while the peer has more.
 */
export function onSyncResponse(
  state: State,
  from: NodeIndex,
  message: SyncResponse,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (state.asked?.peer !== from || state.asked.hasAnswered) return out.note(NOTE.unsolicited);
  state.asked = { peer: from, retryAt: now, hasAnswered: true };
  const before = state.decided;
  if (message.snapshot !== undefined) takeSnapshot(state, message.snapshot, now, out, ctx);
  for (const entry of message.entries) {
    if (entry.block.height < state.height) continue;
    const refusal = entry.block.height > state.height ? NOTE.syncGap : checkEntry(state, entry, ctx);
    if (refusal !== null) {
      out.note(refusal);
      break;
    }
    const vote = commitMessage(state.height, entry.view, blockHash(entry.block));
    compareVotes(state, state.rounds.get(entry.view), vote, entry.votes, out);
    finalise(state, entry, now, out, ctx);
  }
  const hasMore = (state.known[from] ?? 0) > state.decided;
  if (state.decided > before && hasMore) requestSync(state, from, now, out, ctx);
}

function takeSnapshot(state: State, snapshot: Snapshot, now: Micros, out: Out, ctx: Ctx): void {
  const refusal = checkSnapshot(state, snapshot, ctx);
  if (refusal === null) jump(state, snapshot, now, out, ctx);
  else out.note(refusal);
}

/** Null when a quorum of the height's members committed the block and it may follow our last one. */
function checkEntry(state: State, { block, view, votes }: DecidedEntry, ctx: Ctx): string | null {
  const misplaced = checkPlace(state, block, ctx);
  if (misplaced !== null) return misplaced;
  const vote = commitMessage(block.height, view, blockHash(block));
  return verifyCertificate(vote, votes, state, ctx) ?? checkBlock(state.ledger, block, blockRules(ctx));
}
