/** PREPARE and COMMIT: the two quorums of a decision. Called for every vote, so nothing here allocates. Ref: PBFT §4.2. */
import type { Micros } from '../../core/time.ts';
import type { Block } from '../../ledger/types.ts';
import type { SignedRef } from '../protocol.ts';
import { reportVotes } from './evidence.ts';
import { finalise } from './height.ts';
import type { Commit, Prepare, Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isFinal, isPrepared } from './rules.ts';
import { commitMessage } from './signing.ts';
import { currentRound, isVoter, type Out, type Round, roundAt, type State } from './state.ts';
import { requestSync } from '../common/chain/status.ts';
import { addVote, votesFor } from '../common/tally.ts';

/** A PREPARE for the height in progress. */
export function onPrepare(state: State, message: Prepare, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = count(state, message, proof, out, ctx);
  if (round !== null && round === currentRound(state) && state.phase === 'prepare') tryPrepared(state, now, out, ctx);
}

/** A COMMIT for the height in progress, of any view: a quorum proves itself. */
export function onCommit(state: State, message: Commit, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = count(state, message, proof, out, ctx);
  if (round !== null) tryFinal(state, round, message.digest, now, out, ctx);
}

/** A vote for the height before: too late to count, not too late to convict. */
export function onLateVote(state: State, message: Vote, proof: SignedRef, out: Out): void {
  const round = state.previous?.get(message.view);
  if (round === undefined) return;
  const tally = message.type === 'prepare' ? round.prepares : round.commits;
  if (addVote(tally, proof.signer, message.digest, proof, true) !== 'conflicting') return;
  reportVotes(state, tally, message, proof, out);
}

/** Adds the vote to its round; null when it does not count. */
function count(state: State, message: Vote, proof: SignedRef, out: Out, ctx: Ctx): Round | null {
  if (state.isMember[proof.signer] !== true) {
    out.note(NOTE.notMember);
    return null;
  }
  const round = roundAt(state, message.view);
  if (round === null) {
    if (message.view > state.view) out.note(NOTE.viewTooFar);
    return null;
  }
  const tally = message.type === 'prepare' ? round.prepares : round.commits;
  const outcome = addVote(tally, proof.signer, message.digest, proof, ctx.mutant !== 'votes-not-distinct');
  if (outcome === 'conflicting') reportVotes(state, tally, message, proof, out);
  return outcome === 'counted' ? round : null;
}

/** Once prepared: keep the certificate, then say COMMIT. Only in the view we are in and have not left. Ref: PBFT §4.2. */
export function tryPrepared(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const round = currentRound(state);
  if (state.phase !== 'prepare' || round.proposal === null) return;
  const votes = votesFor(round.prepares, round.digest);
  const isAccepted = !isVoter(state) || round.voted === round.digest;
  if (!isPrepared(votes, state.quorum, isAccepted)) return;
  state.phase = 'commit';
  const { block } = round.proposal.message;
  state.prepared = { view: round.view, digest: round.digest, block, votes: votes.slice() };
  if (!isVoter(state)) return;
  out.persist({ kind: 'prepared', view: round.view, block, votes: state.prepared.votes });
  sendCommit(state, out, ctx);
  tryFinal(state, round, round.digest, now, out, ctx);
}

/** Our COMMIT for the block we prepared in the view in progress; the certificate is durable already. */
export function sendCommit(state: State, out: Out, ctx: Ctx): void {
  const round = currentRound(state);
  const proof = out.broadcast(commitMessage(state.height, round.view, round.digest));
  addVote(round.commits, state.self, round.digest, proof, ctx.mutant !== 'votes-not-distinct');
}

/** Decides when a quorum committed a digest in one view and its block is here. A round of an earlier height is inert. */
export function tryFinal(state: State, round: Round, digest: string, now: Micros, out: Out, ctx: Ctx): void {
  const votes = votesFor(round.commits, digest);
  if (!isFinal(votes, state.quorum) || state.rounds.get(round.view) !== round) return;
  const block = blockBehind(state, digest);
  if (block === null) {
    out.note(NOTE.blockMissing);
    const peer = votes.find(({ signer }) => signer !== state.self)?.signer;
    if (peer !== undefined) requestSync(state, peer, now, out, ctx);
    return;
  }
  finalise(state, { block, view: round.view, votes: votes.slice() }, now, out, ctx);
}

/** The block with this hash among those we checked; null when it has not arrived. */
function blockBehind(state: State, digest: string): Block | null {
  if (state.prepared?.digest === digest) return state.prepared.block;
  for (const round of state.rounds.values()) {
    if (round.digest === digest && round.proposal !== null) return round.proposal.message.block;
  }
  return null;
}
