/** Two signed statements that no correct replica makes both: kept, and reported once. */
import type { NodeIndex } from '../../core/ids.ts';
import { type Tally, voteOf } from '../common/tally.ts';
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
  const voter = proof.signer;
  const first = voteOf(tally, voter);
  if (first === null || tally.caught.includes(voter)) return;
  tally.caught.push(voter);
  state.evidenceCount++;
  const message: AnyVote = { ...second, digest: first.digest };
  out.evidence(voter, EVIDENCE[second.type], { message, proof: first.proof }, { message: second, proof });
}

/** Votes of a verified certificate against those that the same voters sent us: the certificate shows what we were not shown. */
export function compareVotes(
  state: State,
  round: Round | undefined,
  vote: AnyVote,
  certificate: readonly SignedRef[],
  out: Out,
): void {
  if (round === undefined) return;
  const tally = tallyOf(round, vote);
  for (const proof of certificate) {
    const first = tally.sets[tally.choice[proof.signer] ?? -1];
    if (first !== undefined && first.digest !== vote.digest) reportVotes(state, tally, vote, proof, out);
  }
}

/** Where a vote is counted. */
export function tallyOf(round: Round, { type }: Pick<AnyVote, 'type'>): Tally {
  return type === 'vote' ? round.votes : round.commits;
}

/** The primary's first proposal against this one; true when they conflict. */
export function reportProposals(state: State, round: Round, second: Proposal, proof: SignedRef, out: Out): boolean {
  const first = round.proposal;
  if (first === null || round.digest === digestOf(second)) return false;
  const primary: NodeIndex = proof.signer;
  if (!round.isPrimaryCaught) {
    round.isPrimaryCaught = true;
    state.evidenceCount++;
    out.evidence(primary, EVIDENCE.proposal, first, { message: second, proof });
  }
  return true;
}
