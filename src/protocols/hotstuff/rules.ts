/**
 * The safety of HotStuff, alone: what a replica may vote for, what locks it, what decides. Everything else in this folder is
 * about progress. Yin et al., PODC '19, arXiv 1803.05069; the argument is theirs (§4.4, §5.4):
 *
 * 1. Two quorums share a correct replica, and a correct one votes once per view and phase (`mayVote`); hence a view has at most
 *    one certified block.
 * 2. When a block is decided, a quorum is locked on it. A later block that conflicts with it needs one of their votes, and the
 *    first such block can only be justified by a certificate older than the lock: `isSafe` refuses it.
 *
 * `mutant` weakens one rule where it stands, to prove that the checkers notice.
 */
import { quorumSize } from '../../core/quorum.ts';
import { beginCensus, isRepeated, verifyAll } from '../common/proofs.ts';
import type { NodeContext, SignedRef } from '../protocol.ts';
import type { HotStuffConfig } from './config.ts';
import type { Message, PhaseMessage, Qc, QcPhase, Wish } from './messages.ts';
import { voteOfQc, wishMessage } from './signing.ts';

export type Ctx = NodeContext<HotStuffConfig, Message>;

/** The block a replica is locked on: genesis in view 0 at first. The view is that of the block's certificate. */
export interface Lock {
  readonly view: number;
  readonly height: number;
  readonly digest: string;
}

/** Views and phases in the order in which a replica votes; the phases of `QC_PHASES` by position. */
export interface Voted {
  readonly view: number;
  readonly phase: number;
}

/** Whether a vote comes after every vote of ours: once per view and phase, never back. Ref: §4.1, §5 (vheight). */
export function mayVote(own: Voted, view: number, phase: number): boolean {
  return view > own.view || (view === own.view && phase > own.phase);
}

/**
 * The predicate *safeNode*: the block extends the locked one (safety), or its certificate is of a later view than the lock
 * (liveness: a quorum has shown that the lock decided nothing). Ref: Algorithm 1, lines 25–27.
 */
export function isSafe(
  block: { readonly height: number; readonly justifyView: number; readonly extendsLock: boolean },
  lock: Lock,
  mutant: string | null,
): boolean {
  if (mutant === 'hotstuff-height-lock') return block.height > lock.height;
  return block.extendsLock || block.justifyView > lock.view;
}

/**
 * Whether a certificate for b″ decides b, the parent of its parent b′: a three-chain with direct parents. A block carries the
 * view in which it was made, so that "direct" means that the three views follow each other. Ref: §5.1, Algorithm 3, line 26.
 */
export function isThreeChain(
  views: { readonly b: number; readonly b1: number; readonly b2: number },
  mutant: string | null,
): boolean {
  if (mutant === 'hotstuff-gap-commit') return true;
  return views.b2 === views.b1 + 1 && views.b1 === views.b + 1;
}

/**
 * Whether a certificate for b′ decides its parent b in the two-chain form: they were made in two views in a row. Whoever voted for b′
 * had seen the certificate of b, and says so in every later NEW-VIEW. Ref: Jolteon, arXiv 2106.10362, fig. 2 (2-chain commit).
 */
export function isTwoChain(views: { readonly b: number; readonly b1: number }): boolean {
  return views.b1 === views.b + 1;
}

/**
 * Null when the two-chain form may vote for a proposal of `view` on top of a certificate of `justifyView`: that is the view before, or a
 * quorum gave the views before up and none of them reported a higher certificate. Ref: Jolteon, fig. 2 (vote rule).
 */
export function checkTimeouts(view: number, justifyView: number, timeouts: readonly Wish[], ctx: Ctx): Refusal | null {
  if (justifyView === view - 1) return null;
  if (timeouts.length < quorumSize(ctx.validatorCount)) return REFUSED.timeouts;
  const structure = checkSigners(timeouts, ctx);
  if (structure !== null) return structure;
  if (timeouts.some((wish) => wish.view < view)) return REFUSED.timeouts;
  const isStale = timeouts.some(({ high }) => high !== null && high.view > justifyView);
  if (isStale && ctx.mutant !== 'two-chain-stale-qc') return REFUSED.stale;
  for (const wish of timeouts) if (!ctx.verify(wish.signer, wishMessage(wish), wish.signature)) return REFUSED.forged;
  return null;
}

/** What the leader of the basic form shows next, once a quorum has voted in a phase. Ref: Algorithm 2. */
export function nextMessage(phase: QcPhase, mutant: string | null): PhaseMessage['type'] {
  if (phase === 'prepare') return mutant === 'hotstuff-two-phase' ? 'commit' : 'pre-commit';
  return phase === 'pre-commit' ? 'commit' : 'decide';
}

/** The certificate that such a message must carry, and the phase of the votes that answer it; null after the last. */
export function phasesOf(type: PhaseMessage['type'], mutant: string | null): readonly [QcPhase, QcPhase | null] {
  if (type === 'pre-commit') return ['prepare', 'pre-commit'];
  if (type === 'decide') return ['commit', null];
  return [mutant === 'hotstuff-two-phase' ? 'prepare' : 'pre-commit', 'commit'];
}

/** Why a certificate proves nothing; notes in the trace. */
export const REFUSED = {
  foreign: 'certificate refused: a signer is no validator',
  repeated: 'certificate refused: a signer appears twice',
  few: 'certificate refused: fewer signers than a quorum',
  forged: "certificate refused: a signature is not its signer's",
  timeouts: 'proposal refused: neither on the certificate of the view before nor after a quorum of timeouts',
  stale: 'proposal refused: a timeout reports a higher certificate than the one it stands on',
} as const;
export type Refusal = (typeof REFUSED)[keyof typeof REFUSED];

/**
 * Null when a quorum of distinct replicas signed exactly this vote; otherwise why it proves nothing. Counting comes before
 * checking signatures, which cost a thousand times more. Ref: §4.1, Algorithm 1 (QC).
 */
export function verifyQc(qc: Qc, ctx: Ctx): Refusal | null {
  if (qc.votes.length < quorumSize(ctx.validatorCount)) return REFUSED.few;
  const structure = checkSigners(qc.votes, ctx);
  if (structure !== null) return structure;
  const vote = voteOfQc(qc);
  return verifyAll(ctx, vote, qc.votes) ? null : REFUSED.forged;
}

/** The list of distinct validators that was met last, and of how many: lists never change, and all replicas of a thread get the same. */
let lastDistinct: readonly SignedRef[] | null = null;
let lastCount = 0;

function checkSigners(votes: readonly SignedRef[], { validatorCount, mutant }: Ctx): Refusal | null {
  if (votes === lastDistinct && validatorCount === lastCount) return null;
  beginCensus();
  for (const { signer } of votes) {
    if (signer >= validatorCount) return REFUSED.foreign;
    if (isRepeated(signer) && mutant !== 'qc-repeated-signers') return REFUSED.repeated;
  }
  if (mutant !== null) return null;
  lastDistinct = votes;
  lastCount = validatorCount;
  return null;
}
