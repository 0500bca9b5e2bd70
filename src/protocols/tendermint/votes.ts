/** What arrives for the height in progress: proposals, votes, polkas. Called for every vote, so little here allocates. */
import type { Micros } from '../../core/time.ts';
import type { SignedRef } from '../protocol.ts';
import { compareVotes, reportProposals, reportVotes } from './evidence.ts';
import type { Polka, Proposal, Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { startRound } from './round.ts';
import { type Ctx, verifyCertificate } from './rules.ts';
import { digestOf, prevoteMessage } from './signing.ts';
import { type Out, proposerAt, roundAt, type State } from './state.ts';
import { addVote, openSet } from './tally.ts';
import { hear, settle } from './upon.ts';
import { checkProposal } from './validity.ts';

/** A proposal for the height in progress or the one before it; `proof.signer` made it, whoever passed it on. */
export function onProposal(state: State, message: Proposal, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const isPrevious = message.height < state.height;
  const round = isPrevious ? (state.previous?.get(message.round) ?? null) : roundAt(state, message.round);
  if (round === null) return isPrevious ? undefined : out.note(NOTE.roundTooFar);
  const first = round.proposal;
  if (first?.proof.signer === proof.signer && reportProposals(state, round, message, proof, out)) {
    return out.note(NOTE.secondProposal);
  }
  if (isPrevious || first !== null) return;
  if (proposerAt(state, message.round) !== proof.signer) return out.note(NOTE.notProposer);
  const refusal = checkProposal(state, message, ctx);
  if (refusal !== null) out.note(refusal);
  round.proposal = { message, proof };
  round.digest = digestOf(message);
  round.isValid = refusal === null;
  // Whoever waits for the time of this height has waited long enough.
  if (state.step === 'new-round' && message.round === 0) startRound(state, 0, now, out, ctx);
  settle(state, round, round.digest, now, out, ctx);
}

/** A vote for the height in progress. */
export function onVote(state: State, message: Vote, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = roundAt(state, message.round);
  if (round === null) return out.note(NOTE.roundTooFar);
  const tally = message.type === 'prevote' ? round.prevotes : round.precommits;
  const power = state.powers[proof.signer] as number;
  const outcome = addVote(tally, proof, message.digest, power, ctx.mutant !== 'votes-not-distinct');
  if (outcome === 'repeated') return;
  if (outcome === 'conflicting') reportVotes(state, tally, message, proof, out);
  settle(state, round, message.digest, now, out, ctx);
}

/** A vote for the height before: too late to count, not too late to convict. */
export function onLateVote(state: State, message: Vote, proof: SignedRef, out: Out): void {
  const round = state.previous?.get(message.round);
  if (round === undefined) return;
  const tally = message.type === 'prevote' ? round.prevotes : round.precommits;
  if (addVote(tally, proof, message.digest, state.powers[proof.signer] as number, true) !== 'conflicting') return;
  reportVotes(state, tally, message, proof, out);
}

/** A polka that somebody saw: its votes count as if they had come one by one. Ref: §2.1, gossip communication. */
export function onPolka(state: State, message: Polka, now: Micros, out: Out, ctx: Ctx): void {
  const { height, digest, votes } = message;
  const round = roundAt(state, message.round);
  if (round === null) return out.note(NOTE.roundTooFar);
  const set = openSet(round.prevotes, digest);
  if (set.power >= state.quorum) return;
  const vote = prevoteMessage(height, message.round, digest);
  const refusal = verifyCertificate(vote, votes, state.quorum, state.powers, ctx);
  if (refusal !== null) return out.note(refusal);
  compareVotes(state, round.prevotes, vote, votes, out);
  for (const proof of votes) {
    if (set.votes.some(({ signer }) => signer === proof.signer)) continue;
    addVote(round.prevotes, proof, digest, state.powers[proof.signer] as number, true);
  }
  settle(state, round, digest, now, out, ctx);
  for (const { signer } of votes) if (state.height === height) hear(state, signer, message.round, now, out, ctx);
}
