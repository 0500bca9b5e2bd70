/** Two signed statements that no correct node makes both: kept, and reported once. */
import type { NodeIndex } from '../../core/ids.ts';
import type { SignedMessage, SignedRef } from '../protocol.ts';
import { type Tally, voteOf } from './tally.ts';

/** The part of a node's state that counts what it holds against others. */
interface Witness {
  evidenceCount: number;
}

interface Out<M> {
  evidence(against: NodeIndex, what: string, first: SignedMessage<M>, second: SignedMessage<M>): void;
}

/** The voter's first vote in this tally against this one, `what` they are; once a voter. */
export function reportVote<V extends { readonly digest: string }>(
  state: Witness,
  tally: Tally,
  second: V,
  proof: SignedRef,
  what: string,
  out: Out<V>,
): void {
  const voter = proof.signer;
  const first = voteOf(tally, voter);
  if (first === null || tally.caught.includes(voter)) return;
  tally.caught.push(voter);
  state.evidenceCount++;
  const message: V = { ...second, digest: first.digest };
  out.evidence(voter, what, { message, proof: first.proof }, { message: second, proof });
}

/** Votes of a verified certificate against those that the same voters sent us: the certificate shows what we were not shown. */
export function reportCertificate<V extends { readonly digest: string }>(
  state: Witness,
  tally: Tally,
  vote: V,
  certificate: readonly SignedRef[],
  what: string,
  out: Out<V>,
): void {
  for (const proof of certificate) {
    const first = tally.sets[tally.choice[proof.signer] ?? -1];
    if (first !== undefined && first.digest !== vote.digest) reportVote(state, tally, vote, proof, what, out);
  }
}

/** The first proposal of a round, and whether its primary was convicted of another one. */
interface Proposed<P> {
  readonly proposal: SignedMessage<P> | null;
  readonly digest: string;
  isPrimaryCaught: boolean;
}

/** The primary's first proposal against this one, whose block is `digest`; true when they conflict. Reported once a round. */
export function reportProposal<P>(
  state: Witness,
  round: Proposed<P>,
  second: SignedMessage<P>,
  digest: string,
  what: string,
  out: Out<P>,
): boolean {
  const first = round.proposal;
  if (first === null || round.digest === digest) return false;
  if (!round.isPrimaryCaught) {
    round.isPrimaryCaught = true;
    state.evidenceCount++;
    out.evidence(second.proof.signer, what, first, second);
  }
  return true;
}
