/**
 * The `upon` rules of Algorithm 1, each named by its line. They are tried after every input until none fires; a rule says
 * whether it did. Each fires at most once a round, so the loop ends.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Block } from '../../ledger/types.ts';
import { ownHeartbeat, requestSync } from './ask.ts';
import { timeoutOf } from './config.ts';
import { finalise } from './height.ts';
import { NIL, NO_ROUND } from './messages.ts';
import { NOTE } from './notes.ts';
import { precommit, prevote, startRound } from './round.ts';
import { type Ctx, mayPrevote, mayVote } from './rules.ts';
import { activeRound, currentRound, type Out, type Round, type State } from './state.ts';
import { powerFor, setOf } from './tally.ts';

type Rule = (state: State, round: Round, now: Micros, out: Out, ctx: Ctx) => boolean;

/** In the paper's order, but that a polka comes before the wait for one. */
const RULES: readonly Rule[] = [line22, line28, line36, line44, line34, line47];

/** Tries the rules of the round in progress until none fires; our own PRECOMMIT may complete a decision. */
export function run(state: State, now: Micros, out: Out, ctx: Ctx): void {
  applyRules(state, now, out, ctx);
  if (state.step === 'precommit') line49(state, currentRound(state), currentRound(state).digest, now, out, ctx);
}

function applyRules(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (let hasFired = true; hasFired; ) {
    hasFired = false;
    if (state.step === 'new-round') return;
    for (const rule of RULES) if (rule(state, currentRound(state), now, out, ctx)) hasFired = true;
  }
}

/** A new block is proposed: prevote it, unless it is invalid or we are locked on another. Ref: lines 22–27. */
function line22(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): boolean {
  if (state.step !== 'propose' || round.proposal === null || !mayVote(round.prevoted)) return false;
  if (round.proposal.message.validRound !== NO_ROUND) return false;
  const accepts = round.isValid && mayPrevote(state.lock, round.digest, NO_ROUND, ctx.mutant);
  out.note(accepts ? NOTE.accept : NOTE.refuse);
  prevote(state, accepts ? round.digest : NIL, now, out, ctx);
  return true;
}

/** A block with a polka in `validRound` is proposed again: prevote it, unless our lock is newer. Ref: lines 28–33. */
function line28(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): boolean {
  if (state.step !== 'propose' || round.proposal === null || !mayVote(round.prevoted)) return false;
  const { validRound } = round.proposal.message;
  if (validRound === NO_ROUND) return false;
  const polka = state.rounds.get(validRound);
  if (polka === undefined || powerFor(polka.prevotes, round.digest) < state.quorum) {
    if (!round.hasAskedPolka && round.proposal.proof.signer !== state.self) {
      round.hasAskedPolka = true;
      out.note(NOTE.polkaWanted);
      out.send(round.proposal.proof.signer, ownHeartbeat(state));
    }
    return false;
  }
  const accepts = round.isValid && mayPrevote(state.lock, round.digest, validRound, ctx.mutant);
  out.note(accepts ? NOTE.unlock : round.isValid ? NOTE.keepLock : NOTE.refuse);
  prevote(state, accepts ? round.digest : NIL, now, out, ctx);
  return true;
}

/** Two thirds prevoted, whatever for: wait for the others, once. Ref: lines 34–35. */
function line34(state: State, round: Round, _now: Micros, out: Out, ctx: Ctx): boolean {
  if (state.step !== 'prevote' || round.isPrevoteTimed || round.prevotes.heard < state.quorum) return false;
  round.isPrevoteTimed = true;
  out.note(NOTE.prevoteWait);
  const after = timeoutOf(ctx.config.prevote, round.round, ctx.mutant);
  out.setTimer({ kind: 'prevote', height: state.height, round: round.round }, after);
  return true;
}

/** A polka for the proposed block: it is valid now, and who has not precommitted locks it. Ref: lines 36–43. */
function line36(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): boolean {
  if (state.step === 'propose' || round.hasPolka || !hasValidPolka(state, round)) return false;
  round.hasPolka = true;
  keepValid(state, round, out);
  if (state.step !== 'prevote') {
    out.note(NOTE.validOnly);
    return true;
  }
  out.note(NOTE.lock);
  state.lock = { round: round.round, digest: round.digest };
  precommit(state, round.digest, now, out, ctx);
  return true;
}

/** Two thirds prevoted nil: precommit nil. Ref: lines 44–46. */
function line44(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): boolean {
  if (state.step !== 'prevote' || powerFor(round.prevotes, NIL) < state.quorum) return false;
  out.note(NOTE.nilPolka);
  precommit(state, NIL, now, out, ctx);
  return true;
}

/** Two thirds precommitted, whatever for: wait for the others, once. Ref: lines 47–48. */
function line47(state: State, round: Round, _now: Micros, out: Out, ctx: Ctx): boolean {
  if (round.isPrecommitTimed || round.precommits.heard < state.quorum) return false;
  round.isPrecommitTimed = true;
  out.note(NOTE.precommitWait);
  const after = timeoutOf(ctx.config.precommit, round.round, ctx.mutant);
  out.setTimer({ kind: 'precommit', height: state.height, round: round.round }, after);
  return true;
}

/**
 * Two thirds precommitted a block in some round: it is decided, whatever round we are in. True when a decision was taken.
 * Ref: lines 49–54.
 */
function line49(state: State, round: Round, digest: string, now: Micros, out: Out, ctx: Ctx): boolean {
  if (digest === NIL || state.rounds.get(round.round) !== round) return false;
  const set = setOf(round.precommits, digest);
  if (set === null || set.power < state.quorum) return false;
  const block = blockBehind(state, digest);
  if (block === null) {
    if (!state.isAwaitingBlock) out.note(NOTE.blockMissing);
    state.isAwaitingBlock = true;
    const peer = set.votes.find(({ signer }) => signer !== state.self)?.signer;
    if (peer !== undefined) requestSync(state, peer, now, out, ctx);
    return false;
  }
  out.note(NOTE.decide);
  finalise(state, { block, round: round.round, votes: set.votes.slice() }, now, out, ctx);
  return true;
}

/** Something new is known of a round and a block: tries every rule that can depend on it. */
export function settle(state: State, round: Round, digest: string, now: Micros, out: Out, ctx: Ctx): void {
  if (line49(state, round, digest, now, out, ctx)) return;
  if (state.isAwaitingBlock && round.proposal !== null) {
    // The block that was missing may have been decided in another round.
    for (const other of [...state.rounds.values()]) if (line49(state, other, digest, now, out, ctx)) return;
  }
  onLatePolka(state, round, out);
  run(state, now, out, ctx);
}

/**
 * Validators with f+1 of the power are beyond our round: follow them to the highest round that so many have reached. The paper
 * counts messages of one round; a validator heard in a later one has left that behind as well. Ref: lines 55–56.
 */
function line55(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const round = roundOfCorrect(state);
  if (round <= activeRound(state)) return;
  if (round > 0) out.note(NOTE.skip);
  startRound(state, round, now, out, ctx);
  run(state, now, out, ctx);
}

/** Remembers in which round of the height in progress a validator was heard; f+1 in later rounds take us along. */
export function hear(state: State, from: NodeIndex, round: number, now: Micros, out: Out, ctx: Ctx): void {
  if (round <= (state.latest[from] as number)) return;
  state.latest[from] = round;
  if (round > activeRound(state)) line55(state, now, out, ctx);
}

/** The highest round that validators with f+1 of the power have reached, or −1. */
function roundOfCorrect(state: State): number {
  const own = activeRound(state);
  const ahead: number[] = [];
  for (const [node, round] of state.latest.entries()) if (round > own) ahead.push(node);
  ahead.sort((a, b) => (state.latest[b] as number) - (state.latest[a] as number) || a - b);
  let power = 0;
  for (const node of ahead) {
    power += state.powers[node] as number;
    if (power >= state.correctPower) return state.latest[node] as number;
  }
  return NO_ROUND;
}

/** Lines 57–60, 61–64 and 65–67: a step had its time. Inert when height, round or step have moved on. */
export function onStepTimer(
  state: State,
  timer: { readonly kind: 'propose' | 'prevote' | 'precommit'; readonly height: number; readonly round: number },
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (timer.height !== state.height || timer.round !== state.round || state.step === 'new-round') return;
  if (timer.kind === 'propose' && state.step === 'propose') {
    out.note(NOTE.proposeTimeout);
    prevote(state, NIL, now, out, ctx);
  } else if (timer.kind === 'prevote' && state.step === 'prevote') {
    out.note(NOTE.prevoteTimeout);
    precommit(state, NIL, now, out, ctx);
  } else if (timer.kind === 'precommit') {
    out.note(NOTE.precommitTimeout);
    startRound(state, state.round + 1, now, out, ctx);
  }
  run(state, now, out, ctx);
}

/** A polka of a round that we have left: too late to lock, not too late to propose its block again. Ref: lines 42–43. */
function onLatePolka(state: State, round: Round, out: Out): void {
  if (round.round >= activeRound(state) || round.hasPolka || !hasValidPolka(state, round)) return;
  round.hasPolka = true;
  if (state.valid !== null && state.valid.round >= round.round) return;
  out.note(NOTE.latePolka);
  keepValid(state, round, out);
}

function hasValidPolka(state: State, round: Round): boolean {
  return round.proposal !== null && round.isValid && powerFor(round.prevotes, round.digest) >= state.quorum;
}

/** validValue ← v, validRound ← round. Durable, because a lock without its block could never be proposed again. */
function keepValid(state: State, { round, digest, proposal, prevotes }: Round, out: Out): void {
  if (proposal === null) return;
  const votes = setOf(prevotes, digest)?.votes.slice() ?? [];
  state.valid = { round, digest, signed: proposal, votes };
  out.persist({ kind: 'valid', signed: proposal, votes });
}

/** The block with this hash among those we found valid; null when it has not arrived. */
function blockBehind(state: State, digest: string): Block | null {
  if (state.valid?.digest === digest) return state.valid.signed.message.block;
  for (const round of state.rounds.values()) {
    if (round.digest === digest && round.isValid && round.proposal !== null) return round.proposal.message.block;
  }
  return null;
}
