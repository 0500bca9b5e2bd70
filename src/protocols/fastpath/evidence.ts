/** Two signed statements that no correct replica makes both: kept, and reported once. */
import { reportCertificate, reportProposal, reportVote } from '../common/evidence.ts';
import type { Tally } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import type { AnyVote, Proposal } from './messages.ts';
import { digestOf } from './signing.ts';
import type { Out, Round, State } from './state.ts';

export const EVIDENCE = {
  proposal: 'two proposals for one height and view',
  vote: 'two VOTEs for one height and view',
  commit: 'two COMMITs for one height and view',
} as const;

/** The voter's first vote against this one; once a voter, view and kind. */
export function reportVotes(state: State, tally: Tally, second: AnyVote, proof: SignedRef, out: Out): void {
  reportVote<AnyVote>(state, tally, second, proof, EVIDENCE[second.type], out);
}

/** Votes of a verified certificate against those that the same voters sent us. */
export function compareVotes(
  state: State,
  round: Round | undefined,
  vote: AnyVote,
  certificate: readonly SignedRef[],
  out: Out,
): void {
  if (round === undefined) return;
  reportCertificate<AnyVote>(state, tallyOf(round, vote), vote, certificate, EVIDENCE[vote.type], out);
}

/** Where a vote is counted. */
export function tallyOf(round: Round, { type }: Pick<AnyVote, 'type'>): Tally {
  return type === 'vote' ? round.votes : round.commits;
}

/** The primary's first proposal against this one; true when they conflict. */
export function reportProposals(state: State, round: Round, message: Proposal, proof: SignedRef, out: Out): boolean {
  return reportProposal(state, round, { message, proof }, digestOf(message), EVIDENCE.proposal, out);
}
