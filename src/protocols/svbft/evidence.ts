/** Two signed statements that no correct validator makes both: kept, and reported once. */
import { reportCertificate, reportProposal, reportVote } from '../common/evidence.ts';
import type { Tally } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import type { Proposal, Vote } from './messages.ts';
import { digestOf } from './signing.ts';
import type { Out, Round, State } from './state.ts';

export const EVIDENCE = {
  proposal: 'two proposals for one height and view',
  prepare: 'two PREPAREs for one height and view',
  commit: 'two COMMITs for one height and view',
} as const;

/** The voter's first vote against this one; once a voter, view and phase. */
export function reportVotes(state: State, tally: Tally, second: Vote, proof: SignedRef, out: Out): void {
  reportVote<Vote>(state, tally, second, proof, EVIDENCE[second.type], out);
}

/** Votes of a verified certificate against those that the same voters sent us. */
export function compareVotes(
  state: State,
  round: Round | undefined,
  vote: Vote,
  certificate: readonly SignedRef[],
  out: Out,
): void {
  if (round === undefined) return;
  const tally = vote.type === 'prepare' ? round.prepares : round.commits;
  reportCertificate<Vote>(state, tally, vote, certificate, EVIDENCE[vote.type], out);
}

/** The primary's first proposal against this one; true when they conflict. */
export function reportProposals(state: State, round: Round, message: Proposal, proof: SignedRef, out: Out): boolean {
  return reportProposal(state, round, { message, proof }, digestOf(message), EVIDENCE.proposal, out);
}
