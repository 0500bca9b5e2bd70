/**
 * The safety of SVBFT, alone: what a validator may sign and what it may believe. Everything else in this folder is about
 * progress. PBFT is Castro & Liskov, "Practical Byzantine Fault Tolerance", OSDI '99; the argument for one height is theirs (§4.5.1)
 * with "sequence number" read as "height":
 *
 * 1. Two quorums share a correct validator, and a correct one sends one PREPARE a view (`mayPrepare`); hence at most
 *    one digest can be prepared in a view.
 * 2. A block is final when a quorum sent COMMIT, so a correct validator of any later quorum had prepared it and says so in
 *    its VIEW-CHANGE; hence the highest claim of a NEW-VIEW (`verifyNewView`) is that block, in this and every later view.
 *
 * `mutant` weakens one rule where it stands, to prove that the checkers notice.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { maxFaulty, quorumSize } from '../../core/quorum.ts';
import { beginCensus, isRepeated, verifyAll } from '../common/proofs.ts';
import { highestPrepared } from '../common/views.ts';
import type { NodeContext, SignedRef } from '../protocol.ts';
import type { SvbftConfig } from './config.ts';
import type { Claim, Message, Proposal } from './messages.ts';
import { changeMessage, digestOf } from './signing.ts';

export type Ctx = NodeContext<SvbftConfig, Message>;

/** Distinct voters that make a certificate among n members. Ref: §4.2, generalised to n ≠ 3f+1 in core/quorum.ts. */
export function quorumOf(memberCount: number, mutant: string | null): number {
  // Two sets of 2f+1 among n = 6 (f = 1) can be disjoint.
  if (mutant === 'quorum-2f+1-any-n') return 2 * maxFaulty(memberCount) + 1;
  return quorumSize(memberCount);
}

/**
 * Whether a PREPARE for `digest` in `view` contradicts nothing this validator said: it has not left the view and has
 * not voted for another block in it. Ref: §4.2, conditions on accepting a pre-prepare.
 */
export function mayPrepare(
  own: { readonly view: number; readonly voted: string | null },
  view: number,
  digest: string,
): boolean {
  return view >= own.view && (view > own.view || own.voted === null || own.voted === digest);
}

/** The predicate *prepared*: the accepted proposal and a quorum of PREPAREs for it, in the view we are in. Ref: §4.2. */
export function isPrepared(votes: readonly SignedRef[], quorum: number, accepted: boolean): boolean {
  return accepted && votes.length >= quorum;
}

/** The predicate *committed*: a quorum of COMMITs of one view. It proves itself, whatever view we are in. Ref: §4.2. */
export function isFinal(votes: readonly SignedRef[], quorum: number): boolean {
  return votes.length >= quorum;
}

/** Why a certificate or a NEW-VIEW proves nothing; notes in the trace. */
export const REFUSED = {
  foreign: 'certificate refused: a signer is no member of that height',
  repeated: 'certificate refused: a signer appears twice',
  few: 'certificate refused: fewer signers than a quorum',
  forged: "certificate refused: a signature is not its signer's",
  changes: 'new view refused: its view changes are no quorum of distinct members',
  change: 'new view refused: a view change is not signed by its sender',
  future: 'new view refused: a claim is not from an earlier view',
  ambiguous: 'new view refused: two claims of the highest view disagree',
  value: 'new view refused: not the block of the highest prepared view',
  stale: 'new view refused: nothing was prepared, so the block must be new',
  surplus: 'new view refused: a certificate that nobody claims',
} as const;
export type Refusal = (typeof REFUSED)[keyof typeof REFUSED];

/** Who may sign for a height, and how many must. */
export interface Electorate {
  readonly members: readonly NodeIndex[];
  readonly quorum: number;
}

/**
 * Null when a quorum of distinct members signed exactly this vote; otherwise why it proves nothing. Counting comes before
 * checking signatures, which cost a thousand times more.
 */
export function verifyCertificate(
  vote: Message,
  votes: readonly SignedRef[],
  electorate: Electorate,
  ctx: Ctx,
): Refusal | null {
  if (votes.length < electorate.quorum) return REFUSED.few;
  const structure = checkSigners(votes, electorate.members, ctx.mutant);
  if (structure !== null) return structure;
  if (ctx.mutant === 'unverified') return null;
  return verifyAll(ctx, vote, votes) ? null : REFUSED.forged;
}

function checkSigners(
  votes: readonly { readonly signer: NodeIndex }[],
  members: readonly NodeIndex[],
  mutant: string | null,
): Refusal | null {
  beginCensus();
  for (const { signer } of votes) {
    if (!members.includes(signer)) return REFUSED.foreign;
    if (isRepeated(signer) && mutant !== 'qc-repeated-signers' && mutant !== 'votes-not-distinct')
      return REFUSED.repeated;
  }
  return null;
}

/**
 * Null when the proposal of a view above 0 is justified: a quorum of distinct members signed VIEW-CHANGE for it, and its block
 * is the one prepared in the highest view any of them claims, proved by that certificate; without a claim the block is a new
 * one of this view. One certificate is enough: lower claims cannot change the choice. Ref: §4.4, computation of O.
 */
export function verifyNewView(proposal: Proposal, electorate: Electorate, ctx: Ctx): Refusal | null {
  const { height, view, block, justification } = proposal;
  if (justification === null) return REFUSED.changes;
  const { changes, certificate } = justification;
  if (changes.length < electorate.quorum) return REFUSED.changes;
  if (checkSigners(changes, electorate.members, ctx.mutant) !== null) return REFUSED.changes;
  if (changes.some(({ prepared }) => prepared !== null && prepared.view >= view)) return REFUSED.future;
  const highest = highestPrepared(changes);
  const value = highest === null ? checkFreeChoice(proposal) : checkChosen(highest, changes, digestOf(proposal));
  if (value !== null) return value;
  if (ctx.mutant !== 'unverified') {
    for (const change of changes) {
      if (!ctx.verify(change.signer, changeMessage(height, view, change), change.signature)) return REFUSED.change;
    }
  }
  if (highest === null) return null;
  const vote: Message = { type: 'prepare', height: block.height, view: highest.view, digest: highest.digest };
  return verifyCertificate(vote, certificate, electorate, ctx);
}

function checkFreeChoice({ view, block, justification }: Proposal): Refusal | null {
  if (block.epoch !== view) return REFUSED.stale;
  return justification?.certificate.length === 0 ? null : REFUSED.surplus;
}

function checkChosen(
  highest: Claim,
  changes: readonly { readonly prepared: Claim | null }[],
  digest: string,
): Refusal | null {
  const disagrees = changes.some(
    ({ prepared }) => prepared?.view === highest.view && prepared.digest !== highest.digest,
  );
  if (disagrees) return REFUSED.ambiguous;
  return highest.digest === digest ? null : REFUSED.value;
}

/** What a validator puts into its VIEW-CHANGE: its certificate, always. Ref: §4.4, the set P. */
export function claimForChange<P>(prepared: P | null, mutant: string | null): P | null {
  return mutant === 'svbft-vc-forgets' ? null : prepared;
}
