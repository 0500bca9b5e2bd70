/** Two signed statements that no correct replica makes both: kept, and reported once. */
import { type Tally, voteOf } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import type { Proposal, Vote } from './messages.ts';
import { digestOf } from './signing.ts';
import type { Out, Round, State } from './state.ts';

export const EVIDENCE = {
  proposal: 'two proposals for one view',
  vote: 'two votes in one view',
  'pre-commit-vote': 'two PRE-COMMIT votes in one view',
  'commit-vote': 'two COMMIT votes in one view',
} as const;

/** What a vote is counted under: its height is part of what its signature covers. */
export function choiceOf(vote: Vote): string {
  if (vote === lastVote) return lastChoice;
  lastVote = vote;
  lastChoice = `${vote.digest}/${vote.height}`;
  return lastChoice;
}

/** The vote asked about last: all who vote for one block share one object (`voteMessage`), and so they do the text. */
let lastVote: Vote | null = null;
let lastChoice = '';

/** The voter's first vote against this one; once a voter, view and phase. Evidence is about one height, as everywhere. */
export function reportVotes(state: State, tally: Tally, second: Vote, proof: SignedRef, out: Out): void {
  const voter = proof.signer;
  const first = voteOf(tally, voter);
  if (first === null || tally.caught.includes(voter)) return;
  const [digest = '', height] = first.digest.split('/');
  if (Number(height) !== second.height) return;
  tally.caught.push(voter);
  state.evidenceCount++;
  const message: Vote = { ...second, height: Number(height), digest };
  out.evidence(voter, EVIDENCE[second.type], { message, proof: first.proof }, { message: second, proof });
}

/** The leader's first proposal against this one; true when they conflict. */
export function reportProposals(state: State, round: Round, second: Proposal, proof: SignedRef, out: Out): boolean {
  const first = round.proposal;
  if (first === null || round.digest === digestOf(second)) return false;
  if (!round.isLeaderCaught && first.message.block.height === second.block.height) {
    round.isLeaderCaught = true;
    state.evidenceCount++;
    out.evidence(proof.signer, EVIDENCE.proposal, first, { message: second, proof });
  }
  return true;
}
