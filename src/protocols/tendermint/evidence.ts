/** Two signed statements that no correct validator makes both: kept, and reported once. Ref: §2.2; CometBFT, duplicate vote evidence. */
import type { SignedRef } from '../protocol.ts';
import type { Proposal, Vote } from './messages.ts';
import { digestOf } from './signing.ts';
import type { Out, Round, State } from './state.ts';
import { type PowerTally, voteOf } from './tally.ts';

export const EVIDENCE = {
  proposal: 'two proposals for one height and round',
  prevote: 'two PREVOTEs for one height and round',
  precommit: 'two PRECOMMITs for one height and round',
} as const;

/** The voter's first vote against this one; once a voter, round and kind. */
export function reportVotes(state: State, tally: PowerTally, second: Vote, proof: SignedRef, out: Out): void {
  const voter = proof.signer;
  const said = tally.sets[tally.first[voter] ?? -1]?.digest;
  if (said === undefined || said === second.digest || tally.caught.includes(voter)) return;
  const first = voteOf(tally, voter);
  if (first === null) return;
  tally.caught.push(voter);
  state.evidenceCount++;
  const message: Vote = { ...second, digest: first.digest };
  out.evidence(voter, EVIDENCE[second.type], { message, proof: first.proof }, { message: second, proof });
}

/** Votes of a verified certificate against those that the same voters sent us: the certificate shows what we were not shown. */
export function compareVotes(
  state: State,
  tally: PowerTally | undefined,
  vote: Vote,
  certificate: readonly SignedRef[],
  out: Out,
): void {
  if (tally === undefined) return;
  for (const proof of certificate) reportVotes(state, tally, vote, proof, out);
}

/** The proposer's first proposal against this one; true when they conflict. */
export function reportProposals(state: State, round: Round, second: Proposal, proof: SignedRef, out: Out): boolean {
  const first = round.proposal;
  if (first === null || round.digest === digestOf(second)) return false;
  if (!round.isProposerCaught) {
    round.isProposerCaught = true;
    state.evidenceCount++;
    out.evidence(proof.signer, EVIDENCE.proposal, first, { message: second, proof });
  }
  return true;
}
