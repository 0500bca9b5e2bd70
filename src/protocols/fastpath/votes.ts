/**
 * VOTE and COMMIT: a fast quorum of the first decides in one round, a quorum of each decides in two. Called for every vote, so
 * nothing here allocates. Ref: SBFT, arXiv 1804.01626, §V-C (fast path), §V-E (fall-back); PBFT §4.2.
 */
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import type { Block } from '../../ledger/types.ts';
import { answerBehind, requestSync } from '../common/chain/status.ts';
import { addVote, votesFor } from '../common/tally.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { SignedRef } from '../protocol.ts';
import { reportVotes, tallyOf } from './evidence.ts';
import { finalise } from './height.ts';
import type { AnyVote, Commit, Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isCommitted, isDecidedFast, isPrepared } from './rules.ts';
import { commitMessage } from './signing.ts';
import { currentRound, type Out, type Round, roundAt, type State } from './state.ts';

/** A VOTE for the height in progress. */
export function onVote(state: State, message: Vote, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = count(state, message, proof, out, ctx);
  if (round === null) return;
  const isOther = round.proposal !== null && round.digest !== message.digest;
  if (isOther) showProposal(round, proof.signer, out);
  if (tryDecide(state, round, message.digest, now, out, ctx) || round.view !== state.view) return;
  if (isOther && state.phase === 'fast') checkReach(state, round, now, out, ctx);
  else if (state.phase === 'normal') tryPrepared(state, now, out, ctx);
}

/** A COMMIT for the height in progress, of any view: a quorum proves itself. f+1 of ours say that the fast path has failed. */
export function onCommit(state: State, message: Commit, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = count(state, message, proof, out, ctx);
  if (round === null || tryDecide(state, round, message.digest, now, out, ctx)) return;
  if (round.view !== state.view || state.phase !== 'fast') return;
  const others = votesFor(round.commits, round.digest).length;
  if (others >= oneCorrect(state.validatorCount)) leaveFast(state, NOTE.fastAbandoned, now, out, ctx);
}

/**
 * A vote for the height before: too late to count, not too late to convict. Who still says COMMIT there may wait for COMMITs that
 * nobody sends any more, because the others decided fast.
 */
export function onLateVote(state: State, message: AnyVote, proof: SignedRef, out: Out): void {
  const round = state.previous?.get(message.view);
  if (round === undefined) return;
  const tally = tallyOf(round, message);
  const outcome = addVote(tally, proof.signer, message.digest, proof, true);
  if (outcome === 'conflicting') reportVotes(state, tally, message, proof, out);
  const isLeftBehind = outcome === 'counted' && message.type === 'commit' && state.lastPath === 'fast';
  if (isLeftBehind) answerBehind(state, proof.signer, out);
}

/** Adds the vote to its round; null when it does not count. */
function count(state: State, message: AnyVote, proof: SignedRef, out: Out, ctx: Ctx): Round | null {
  const round = roundAt(state, message.view);
  if (round === null) {
    if (message.view > state.view) out.note(NOTE.viewTooFar);
    return null;
  }
  const tally = tallyOf(round, message);
  const outcome = addVote(tally, proof.signer, message.digest, proof, ctx.mutant !== 'votes-not-distinct');
  if (outcome === 'conflicting') reportVotes(state, tally, message, proof, out);
  return outcome === 'counted' ? round : null;
}

/** The fast quorum has had its time. */
export function onFastTimer(state: State, height: number, view: number, now: Micros, out: Out, ctx: Ctx): void {
  if (height === state.height && view === state.view) leaveFast(state, NOTE.fastTimedOut, now, out, ctx);
}

/** Falls back: from now on a quorum of VOTEs is enough to go on, as in PBFT. A fast quorum that comes late still decides. */
export function leaveFast(state: State, why: string, now: Micros, out: Out, ctx: Ctx): void {
  if (state.phase !== 'fast') return;
  out.note(why);
  out.cancelTimer({ kind: 'fast', height: state.height, view: state.view });
  state.phase = 'normal';
  tryPrepared(state, now, out, ctx);
}

/** Whether the replicas that voted for other blocks leave enough for a fast quorum. */
function checkReach(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): void {
  let others = 0;
  for (const { digest, votes } of round.votes.sets) if (digest !== round.digest) others += votes.length;
  if (state.validatorCount - others < state.quorums.fast) leaveFast(state, NOTE.fastOutOfReach, now, out, ctx);
}

/**
 * Whoever voted for another block was sent another proposal, or lies: it gets the one we hold, once. If it is honest it now has two
 * signed by one primary, which convicts that one, and so do we when it shows us the other.
 */
function showProposal(round: Round, voter: NodeIndex, out: Out): void {
  const { proposal } = round;
  if (proposal === null || voter === proposal.proof.signer || round.shown.includes(voter)) return;
  round.shown.push(voter);
  out.note(NOTE.shown);
  out.relay(voter, proposal.message, proposal.proof);
}

/** The same for those who voted before our proposal came. */
export function showDissenters(round: Round, out: Out): void {
  for (const { digest, votes } of round.votes.sets) {
    if (digest === round.digest) continue;
    for (const { signer } of votes) showProposal(round, signer, out);
  }
}

/** Once prepared: keep the certificate, then say COMMIT. Only in the view we are in and have not left. Ref: PBFT §4.2. */
export function tryPrepared(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.phase !== 'normal' || !keepCertificate(state, out)) return;
  state.phase = 'commit';
  sendCommit(state, out, ctx);
  const round = currentRound(state);
  tryCommitted(state, round, now, out, ctx);
}

/** Makes the quorum of VOTEs of the view in progress our lock, if there is one. */
export function keepCertificate(state: State, out: Out): boolean {
  const round = currentRound(state);
  if (round.proposal === null || round.voted !== round.digest) return false;
  const votes = votesFor(round.votes, round.digest);
  if (!isPrepared(votes, state.quorums)) return false;
  const { view, digest } = round;
  if (state.prepared?.view === view && state.prepared.digest === digest) return true;
  const { block } = round.proposal.message;
  state.prepared = { view, digest, block, votes: votes.slice() };
  out.persist({ kind: 'prepared', view, block, votes: state.prepared.votes });
  return true;
}

/** Our COMMIT for the block we prepared in the view in progress; the certificate is durable already. */
export function sendCommit(state: State, out: Out, ctx: Ctx): void {
  const round = currentRound(state);
  const proof = out.broadcast(commitMessage(state.height, round.view, round.digest));
  addVote(round.commits, state.self, round.digest, proof, ctx.mutant !== 'votes-not-distinct');
}

/** Decides a digest of one view if the votes for it do, by either path, and its block is here. True when it did. */
export function tryDecide(state: State, round: Round, digest: string, now: Micros, out: Out, ctx: Ctx): boolean {
  const votes = votesFor(round.votes, digest);
  if (isDecidedFast(votes, state.quorums, state.isConflicted)) {
    return decide(state, round, digest, { isFast: true, votes }, now, out, ctx);
  }
  const commits = votesFor(round.commits, digest);
  if (!isCommitted(commits, state.quorums)) return false;
  return decide(state, round, digest, { isFast: false, votes: commits }, now, out, ctx);
}

/** The same for the view's own block. A round of an earlier height is inert. */
export function tryCommitted(state: State, round: Round, now: Micros, out: Out, ctx: Ctx): void {
  if (state.rounds.get(round.view) === round) tryDecide(state, round, round.digest, now, out, ctx);
}

function decide(
  state: State,
  round: Round,
  digest: string,
  { isFast, votes }: { readonly isFast: boolean; readonly votes: readonly SignedRef[] },
  now: Micros,
  out: Out,
  ctx: Ctx,
): boolean {
  const block = blockBehind(state, digest);
  if (block === null) {
    out.note(NOTE.blockMissing);
    const peer = votes.find(({ signer }) => signer !== state.self)?.signer;
    if (peer !== undefined) requestSync(state, peer, now, out, ctx);
    return false;
  }
  out.note(isFast ? NOTE.fastDecided : NOTE.normalDecided);
  finalise(state, { block, view: round.view, isFast, votes: votes.slice() }, now, out, ctx);
  return true;
}

/** The block with this hash among those we checked; null when it has not arrived. */
function blockBehind(state: State, digest: string): Block | null {
  if (state.prepared?.digest === digest) return state.prepared.block;
  for (const round of state.rounds.values()) {
    if (round.digest === digest && round.proposal !== null) return round.proposal.message.block;
  }
  return null;
}
