/**
 * The safety of the fast path, alone: what a replica may sign and what it may believe. Everything else in this folder is about
 * progress. With n replicas of which f = ⌊(n−1)/3⌋ may lie, q = ⌊(n+f)/2⌋+1, and p > (n+3f)/2 for the fast quorum:
 *
 * 1. Two quorums share a correct replica, and a correct one sends one VOTE a view (`mayVote`); hence a view prepares at most one
 *    digest, and a digest decided fast in a view is the only one that can be prepared there.
 * 2. A digest decided by q COMMITs was prepared by a correct replica of any n − f that report later, for q − 2f > 0.
 * 3. A digest decided by p VOTEs was voted for by p − f correct replicas, of which any n − f reports hold p − 2f > (n−f)/2: a
 *    majority, and no other digest can have one. A majority of n − f is more than f, so a correct replica is in it: liars alone
 *    make no candidate. The README has the proof over several views, which are why a report names the view of its last VOTE.
 * 4. So `chooseValue` finds whatever may have been decided, in the view after and in every later one.
 *
 * Ref: Gueta et al., SBFT, arXiv 1804.01626 (§V); Abraham et al., arXiv 1712.01367 (what goes wrong when the views of the two kinds
 * of reports are not compared); Kuznetsov, Tonkikh & Zhang, arXiv 2102.12825 (how small n may be).
 *
 * `mutant` weakens one rule where it stands, to prove that the checkers notice.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { awaitable, fastQuorumSize, majority, maxFaulty, quorumSize } from '../../core/quorum.ts';
import { beginCensus, isRepeated, verifyAll } from '../common/proofs.ts';
import { highestPrepared } from '../common/views.ts';
import type { NodeContext, SignedRef } from '../protocol.ts';
import type { FastPathConfig } from './config.ts';
import type { Claim, DecidedEntry, Message, Proposal, Report } from './messages.ts';
import { changeMessage, decidingVote, digestOf, voteMessage } from './signing.ts';

export type Ctx = NodeContext<FastPathConfig, Message>;

/** How many distinct replicas it takes. */
export interface Quorums {
  /** VOTEs that prepare, COMMITs that decide. */
  readonly normal: number;
  /** VOTEs that decide. */
  readonly fast: number;
  /** VIEW-CHANGEs that make a NEW-VIEW, no more and no fewer: all that can be waited for. */
  readonly change: number;
  /** Reports of one digest, among `change`, that say it may have been decided fast. */
  readonly vouch: number;
}

/** `fastQuorum`: as configured; null: the smallest safe one. */
export function quorumsOf(replicaCount: number, fastQuorum: number | null, mutant: string | null): Quorums {
  const n = replicaCount;
  const change = awaitable(n);
  return {
    // Two sets of 2f+1 among n = 6 (f = 1) can be disjoint.
    normal: mutant === 'quorum-2f+1-any-n' ? 2 * maxFaulty(n) + 1 : quorumSize(n),
    // Three of four: a liar and one correct replica can outvote the one correct voter among three reports.
    fast: mutant === 'fastpath-75' ? Math.ceil((3 * n) / 4) : (fastQuorum ?? fastQuorumSize(n)),
    change,
    vouch: majority(change),
  };
}

/** Whether a VOTE for `digest` in `view` contradicts nothing this replica said. Ref: PBFT §4.2, conditions on a pre-prepare. */
export function mayVote(
  own: { readonly view: number; readonly voted: string | null },
  view: number,
  digest: string,
): boolean {
  return view >= own.view && (view > own.view || own.voted === null || own.voted === digest);
}

/** *Decided fast*: a fast quorum of VOTEs of one view, and no proof at hand that the primary told two stories. Ref: SBFT §V-C. */
export function isDecidedFast(votes: readonly SignedRef[], quorums: Quorums, isConflicted: boolean): boolean {
  return !isConflicted && votes.length >= quorums.fast;
}

/** *Prepared*: a quorum of VOTEs for the accepted proposal, in the view we are in. Ref: PBFT §4.2. */
export function isPrepared(votes: readonly SignedRef[], quorums: Quorums): boolean {
  return votes.length >= quorums.normal;
}

/** *Committed*: a quorum of COMMITs of one view. It proves itself, whatever view we are in. Ref: PBFT §4.2. */
export function isCommitted(votes: readonly SignedRef[], quorums: Quorums): boolean {
  return votes.length >= quorums.normal;
}

/** What n − f reports leave a new primary to propose; null: whatever it likes. */
export interface Choice {
  readonly digest: string;
  /** By its certificate; false: by the majority of the reports. */
  readonly isPrepared: boolean;
}

/**
 * The digest that may have been decided before, if there is one. A fast candidate is a digest that `vouch` reports voted for
 * last; it counts from the lowest of the `vouch` highest views of those VOTEs on, and beats every certificate of an earlier view.
 * Ref: SBFT §V-G; the order of views is what Zyzzyva's rule lacks (arXiv 1712.01367).
 */
export function chooseValue(reports: readonly Report[], vouch: number, mutant: string | null): Choice | null {
  const prepared = highestPrepared(reports);
  const candidate = fastCandidate(reports, vouch);
  const isCertificateFirst = mutant === 'zyzzyva-view-change';
  if (prepared !== null && (candidate === null || prepared.view >= candidate.view || isCertificateFirst)) {
    return { digest: prepared.digest, isPrepared: true };
  }
  return candidate === null ? null : { digest: candidate.digest, isPrepared: false };
}

/** The digest that so many reports voted for last, and since when; at most one where `vouch` is a majority. */
export function fastCandidate(reports: readonly Report[], vouch: number): Claim | null {
  const views = new Map<string, number[]>();
  for (const { voted } of reports) {
    if (voted === null) continue;
    const known = views.get(voted.digest);
    if (known === undefined) views.set(voted.digest, [voted.view]);
    else known.push(voted.view);
  }
  for (const [digest, of] of views) {
    if (of.length >= vouch) return { digest, view: of.sort((a, b) => b - a)[vouch - 1] as number };
  }
  return null;
}

/** The quorums that this replica goes by. */
export function ownQuorums({ validatorCount, config, mutant }: Ctx): Quorums {
  return quorumsOf(validatorCount, config.fastQuorum, mutant);
}

/** Why a certificate or a NEW-VIEW proves nothing; notes in the trace. */
export const REFUSED = {
  foreign: 'certificate refused: a signer is no replica',
  repeated: 'certificate refused: a signer appears twice',
  few: 'certificate refused: fewer signers than a quorum',
  forged: "certificate refused: a signature is not its signer's",
  changes: 'new view refused: its view changes are not n − f of distinct replicas',
  change: 'new view refused: a view change is not signed by its sender',
  future: 'new view refused: a claim is not from an earlier view',
  ambiguous: 'new view refused: two certificates are claimed for the highest view',
  value: 'new view refused: not the block that may have been decided',
  stale: 'new view refused: nothing can have been decided, so the block must be new',
  surplus: 'new view refused: a certificate that decides nothing',
} as const;
export type Refusal = (typeof REFUSED)[keyof typeof REFUSED];

/** Null when so many distinct replicas signed exactly this vote. Counting comes first: signatures cost a thousand times more. */
export function verifyCertificate(
  vote: Message,
  votes: readonly SignedRef[],
  quorum: number,
  ctx: Ctx,
): Refusal | null {
  if (votes.length < quorum) return REFUSED.few;
  const structure = checkSigners(votes, ctx);
  if (structure !== null) return structure;
  if (ctx.mutant === 'unverified') return null;
  return verifyAll(ctx, vote, votes) ? null : REFUSED.forged;
}

/** Null when a decided block's votes decide it. */
export function verifyDecided(entry: DecidedEntry, ctx: Ctx): Refusal | null {
  const { fast, normal } = ownQuorums(ctx);
  return verifyCertificate(decidingVote(entry), entry.votes, entry.isFast ? fast : normal, ctx);
}

function checkSigners(signers: readonly { readonly signer: NodeIndex }[], ctx: Ctx): Refusal | null {
  const mayRepeat = ctx.mutant === 'votes-not-distinct' || ctx.mutant === 'qc-repeated-signers';
  beginCensus();
  for (const { signer } of signers) {
    if (signer >= ctx.validatorCount) return REFUSED.foreign;
    if (isRepeated(signer) && !mayRepeat) return REFUSED.repeated;
  }
  return null;
}

/** Null when every replica that saw these view changes would have let this block be proposed. The cheap rules first. */
export function verifyNewView(proposal: Proposal, ctx: Ctx): Refusal | null {
  const { height, view, justification } = proposal;
  if (justification === null) return REFUSED.changes;
  const { changes, certificate } = justification;
  const quorums = ownQuorums(ctx);
  if (changes.length !== quorums.change || checkSigners(changes, ctx) !== null) return REFUSED.changes;
  const isFuture = (claim: Claim | null): boolean => claim !== null && claim.view >= view;
  if (changes.some(({ voted, prepared }) => isFuture(voted) || isFuture(prepared))) return REFUSED.future;
  const choice = chooseValue(changes, quorums.vouch, ctx.mutant);
  const value = checkChoice(choice, proposal, changes);
  if (value !== null) return value;
  if (ctx.mutant !== 'unverified') {
    for (const change of changes) {
      if (!ctx.verify(change.signer, changeMessage(height, view, change), change.signature)) return REFUSED.change;
    }
  }
  const highest = highestPrepared(changes);
  if (choice?.isPrepared !== true || highest === null) return null;
  return verifyCertificate(voteMessage(height, highest.view, highest.digest), certificate, quorums.normal, ctx);
}

function checkChoice(choice: Choice | null, proposal: Proposal, reports: readonly Report[]): Refusal | null {
  const { block, view, justification } = proposal;
  const hasCertificate = (justification?.certificate.length ?? 0) > 0;
  if (choice?.isPrepared !== true && hasCertificate) return REFUSED.surplus;
  if (choice === null) return block.epoch === view ? null : REFUSED.stale;
  if (choice.isPrepared && isDisputed(reports)) return REFUSED.ambiguous;
  return choice.digest === digestOf(proposal) ? null : REFUSED.value;
}

/** Whether two certificates are claimed for the highest view: one of them is a lie. */
function isDisputed(reports: readonly Report[]): boolean {
  const highest = highestPrepared(reports);
  return reports.some(({ prepared }) => prepared?.view === highest?.view && prepared?.digest !== highest?.digest);
}

/** What a replica reports when it leaves a view: its last VOTE and its certificate, always. */
export function reportForChange<V extends Claim, P extends Claim>(
  report: { readonly voted: V | null; readonly prepared: P | null },
  mutant: string | null,
): { readonly voted: V | null; readonly prepared: P | null } {
  return mutant === 'svbft-vc-forgets' ? { voted: null, prepared: null } : report;
}
