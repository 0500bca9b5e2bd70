/**
 * The council: all shards of the testnet decide on one change of it after the other. One of them leads a round and proposes; who
 * finds the change right votes; who sees votes of two thirds confirms; confirmations of two thirds decide. What comes to nothing goes
 * into another round with the next leader, and fails after `councilTimeoutMs`. Where shards have several validators each word of a
 * shard is ordered by it and carries the signatures of its quorum: whoever speaks for it cannot vote against it.
 * Ref: Buchman, Kwon, Milosevic, arXiv 1807.04938, algorithm 1.
 */
import { assertNever } from '../../../core/assert.ts';
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Ctx, Out, State } from '../state.ts';
import { askedOf, isVoid } from './effects.ts';
import {
  type Change,
  changeDigest,
  changeText,
  type CouncilMessage,
  type CouncilProposal,
  type CouncilVote,
} from './messages.ts';
import { NOTE } from './notes.ts';
import { close, progress } from './progress.ts';
import { armTick, enter, keep, leaderOf, open, quorumOf, type Turn, turnOf } from './rounds.ts';
import { claimsNeeded, countOf, isCurrent } from './rules.ts';
import { type Backed, type Council, type CouncilRecord, record } from './state.ts';

/** Changes that wait to be decided on; more are not listened to. */
const WISHES_MAX = 64;
const LAPSED_MAX = 256;
/** How far ahead a round may be. */
const ROUNDS_AHEAD = 64;

/** After a start or restart: what the scenario asks for, and what was under way. */
export function startCouncil(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const turn = turnOf(state, now, out, ctx);
  if (turn === null) return;
  const { council } = turn;
  for (const [index, { at }] of askedOf(ctx).entries())
    if (!council.asked.has(index)) out.setTimer({ kind: 'council-wish', index }, Math.max(0, at - now));
  if (council.locked !== null) open(turn);
}

export function onCouncilWish(state: State, index: number, now: Micros, out: Out, ctx: Ctx): void {
  const turn = turnOf(state, now, out, ctx);
  const asked = askedOf(ctx)[index];
  if (turn === null || asked === undefined) return;
  turn.council.asked.add(index);
  keep(turn, { kind: 'council-asked', index });
  wish(state, asked.change, now, out, ctx);
}

/** This shard wants a change, and tells the others so. One that failed is not asked for again before as much time has passed. */
export function wish(state: State, change: Change, now: Micros, out: Out, ctx: Ctx): void {
  const turn = turnOf(state, now, out, ctx);
  if (turn === null || !takeWish(turn, change, true)) return;
  out.note(NOTE.wants);
  out.mark?.('commit2pc', 0, `council epoch ${turn.council.epoch}: wants ${changeText(change)}`);
  out.broadcast({ type: 'council-request', epoch: turn.council.epoch, change });
  progress(turn);
}

/** Whether it is news. */
function takeWish(turn: Turn, change: Change, isOwn: boolean): boolean {
  const { council, now, ctx } = turn;
  const text = changeText(change);
  const gaveUpAt = council.lapsed.get(text);
  const rests = gaveUpAt !== undefined && now - gaveUpAt < ctx.config.councilTimeoutMicros;
  if (council.wishes.has(text) || rests || isVoid(council, change) || council.wishes.size >= WISHES_MAX) return false;
  council.wishes.set(text, { change, since: now, isOwn });
  open(turn);
  return true;
}

export function onCouncilTimer(
  state: State,
  kind: 'council-round' | 'council-tick',
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const turn = turnOf(state, now, out, ctx);
  if (turn === null || !turn.council.isOpen) return;
  giveUpLate(turn);
  const { council } = turn;
  if (council.wishes.size === 0 && council.valid === null) {
    council.isOpen = false;
    out.cancelTimer({ kind: 'council-round' });
    return out.cancelTimer({ kind: 'council-tick' });
  }
  if (kind === 'council-round') enter(turn, council.round + 1);
  else {
    sayAgain(turn);
    armTick(turn);
  }
  progress(turn);
}

/** What was not decided in time has failed, as far as this shard goes; unless it has confirmed it. */
function giveUpLate(turn: Turn): void {
  const { council, now, out, ctx, state } = turn;
  for (const [text, { change, since }] of [...council.wishes]) {
    if (now - since < ctx.config.councilTimeoutMicros) continue;
    council.wishes.delete(text);
    const digest = changeDigest(council.epoch, change);
    if (council.locked?.digest === digest) {
      out.note(NOTE.inDoubt);
      continue;
    }
    council.lapsed.delete(text);
    council.lapsed.set(text, now);
    if (council.lapsed.size > LAPSED_MAX) council.lapsed.delete(council.lapsed.keys().next().value as string);
    council.lapsedCount++;
    const most = Math.max(0, ...[...council.votes.keys()].map((round) => countOf(council.votes, round, digest)));
    const votes = `${most} of ${state.shardCount} votes, ${quorumOf(turn)} needed`;
    out.note(NOTE.lapses);
    out.mark?.('commit2pc', 0, `council epoch ${council.epoch}: not decided in time (${votes}): ${text}`);
    out.broadcast({ type: 'council-lapsed', epoch: council.epoch, change });
  }
}

/** Messages get lost: what matters in this round, and what others need to see of the one where two thirds voted. */
function sayAgain({ council, state, out }: Turn): void {
  const { epoch, round, valid, locked } = council;
  for (const { change, isOwn } of council.wishes.values())
    if (isOwn) out.broadcast({ type: 'council-request', epoch, change });
  const proposal = council.proposals.get(round);
  if (proposal !== undefined && leaderOf(council, round, state.shardCount) === state.self)
    out.broadcast({ type: 'council-proposal', epoch, round, change: proposal.change, validRound: proposal.validRound });
  for (const of of new Set([round, valid?.round ?? round])) {
    const digest = council.votes.get(of)?.get(state.self);
    if (digest !== undefined) out.broadcast({ type: 'council-vote', epoch, round: of, digest });
  }
  for (const of of new Set([round, locked?.round ?? round])) {
    const digest = council.confirms.get(of)?.get(state.self);
    if (digest !== undefined) out.broadcast({ type: 'council-confirm', epoch, round: of, digest });
  }
}

export function onCouncil(
  state: State,
  from: NodeIndex,
  message: CouncilMessage,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const turn = turnOf(state, now, out, ctx);
  if (turn === null) return out.note(NOTE.off);
  const { council } = turn;
  if (!isCurrent(council, message.epoch)) {
    if (!isKnown(council, message)) out.note(message.epoch < council.epoch ? NOTE.stale : NOTE.ahead);
    return;
  }
  switch (message.type) {
    case 'council-request':
      takeWish(turn, message.change, false);
      break;
    case 'council-proposal':
      onProposal(turn, from, message);
      break;
    case 'council-vote':
    case 'council-confirm':
      onVote(turn, from, message);
      break;
    case 'council-decided':
      council.claims.set(from, message.change);
      break;
    case 'council-lapsed': {
      const text = changeText(message.change);
      const shards = council.gaveUp.get(text) ?? [];
      if (!shards.includes(from) && council.gaveUp.size < LAPSED_MAX) council.gaveUp.set(text, [...shards, from]);
      return;
    }
    default:
      return assertNever(message);
  }
  progress(turn);
}

/** Others tell, too, what this shard has seen decided itself. */
function isKnown({ log }: Council, message: CouncilMessage): boolean {
  const change = log[message.epoch - 1];
  return (
    message.type === 'council-decided' && change !== undefined && changeText(change) === changeText(message.change)
  );
}

/** A heartbeat tells how far a shard is: one that is behind is told what comes next. */
export function onNeighbourEpoch(state: State, from: NodeIndex, epoch: number, out: Out): void {
  const { council } = state;
  const change = council?.log[epoch - 1];
  if (change !== undefined) out.send(from, { type: 'council-decided', epoch, change });
}

function onProposal(turn: Turn, from: NodeIndex, { round, change, validRound, epoch }: CouncilProposal): void {
  const { council, state, out } = turn;
  if (leaderOf(council, round, state.shardCount) !== from) return out.note(NOTE.notLeader);
  if (!noteRound(turn, from, round)) return;
  const digest = changeDigest(epoch, change);
  const known = council.proposals.get(round);
  if (known !== undefined) {
    if (known.digest !== digest) out.note(NOTE.twoFaced);
    return;
  }
  council.proposals.set(round, { change, digest, validRound });
  takeWish(turn, change, false);
  open(turn);
}

function onVote(turn: Turn, from: NodeIndex, { type, round, digest }: CouncilVote): void {
  const { council } = turn;
  if (!noteRound(turn, from, round)) return;
  record(type === 'council-vote' ? council.votes : council.confirms, round, from, digest);
}

/** A shard was heard in a round: when one more than can lie are in later ones, this one goes there too. Ref: lines 55–56. */
function noteRound(turn: Turn, from: NodeIndex, round: number): boolean {
  const { council, state, out } = turn;
  if (round > council.round + ROUNDS_AHEAD) {
    out.note(NOTE.far);
    return false;
  }
  council.heardRounds.set(from, Math.max(round, council.heardRounds.get(from) ?? 0));
  const later = [...council.heardRounds.values()].filter((heard) => heard > council.round).sort((a, b) => b - a);
  const together = later[claimsNeeded(state.shardCount) - 1];
  if (together !== undefined) enter(turn, together);
  return true;
}

/** The log is read again. */
export function replayCouncil(council: Council, self: NodeIndex, item: CouncilRecord): void {
  switch (item.kind) {
    case 'council-asked':
      council.asked.add(item.index);
      return;
    case 'council-decided':
      return close(council, item.change);
    case 'council-voted':
    case 'council-locked': {
      const { epoch, round, change } = item;
      const backed: Backed = { round, change, digest: changeDigest(epoch, change) };
      // Not in the round that it may have led: a leader proposes once.
      council.round = Math.max(council.round, round + 1);
      record(item.kind === 'council-voted' ? council.votes : council.confirms, round, self, backed.digest);
      if (item.kind === 'council-locked') {
        council.locked = backed;
        council.valid = backed;
      }
      return;
    }
    default:
      return assertNever(item);
  }
}
