/** Two signed statements that no correct replica makes both: kept, and reported once. */
import type { NodeIndex } from '../../core/ids.ts';
import { type Tally, voteOf } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import type { Checkpoint, PrePrepare, Vote } from './messages.ts';
import type { Out, Slot, State } from './state.ts';

export const EVIDENCE = {
  'pre-prepare': 'two pre-prepares for one view and sequence number',
  prepare: 'two PREPAREs for one view and sequence number',
  commit: 'two COMMITs for one view and sequence number',
  checkpoint: 'two CHECKPOINTs for one sequence number',
} as const;

/** The voter's first statement against this one; once a voter, view and phase. */
export function reportConflict(
  state: State,
  tally: Tally,
  second: Vote | PrePrepare | Checkpoint,
  proof: SignedRef,
  out: Out,
): void {
  const voter: NodeIndex = proof.signer;
  const first = voteOf(tally, voter);
  if (first === null || first.digest === second.digest || tally.caught.includes(voter)) return;
  tally.caught.push(voter);
  state.evidenceCount++;
  const reduced = second.type === 'pre-prepare' ? { ...second, request: null } : second;
  const message = { ...reduced, digest: first.digest };
  out.evidence(voter, EVIDENCE[second.type], { message, proof: first.proof }, { message: reduced, proof });
}

/** COMMITs of a verified certificate against those that the same replicas sent us: it shows what we were not shown. */
export function compareCommits(
  state: State,
  slot: Slot | undefined,
  vote: Vote,
  certificate: readonly SignedRef[],
  out: Out,
): void {
  const tally = slot?.rounds.get(vote.view)?.commits;
  if (tally === undefined) return;
  for (const proof of certificate) {
    if ((tally.choice[proof.signer] ?? -1) >= 0) reportConflict(state, tally, vote, proof, out);
  }
}
