/**
 * The wire protocol as one union on `type`, and strict shape checks for what a peer sent. Names follow HotStuff (Yin et al.,
 * PODC '19, arXiv 1803.05069): §4 for the basic form with its four phases, §5 for the chained one, which needs PROPOSAL and VOTE alone.
 */
import { isDigest, parseBatch, parseBlock } from '../../ledger/parse.ts';
import type { Batch, Block } from '../../ledger/types.ts';
import { isSnapshot, MAX_SYNC_ENTRIES } from '../common/chain/messages.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { has, isList, isNumber, isRef, MAX_REFS } from '../common/shape.ts';
import type { SignedRef } from '../protocol.ts';

/** What the votes of a certificate said: `prepare` is the only one of the chained form ("generic" in §5). */
export type QcPhase = 'prepare' | 'pre-commit' | 'commit';
export const QC_PHASES: readonly QcPhase[] = ['prepare', 'pre-commit', 'commit'];

/** A quorum certificate: votes of one phase and view for one block. Null stands for the one of genesis, in view 0. */
export interface Qc {
  readonly phase: QcPhase;
  /** The view of the votes, which is also the view in which the block was made. */
  readonly view: number;
  readonly height: number;
  readonly digest: string;
  readonly votes: readonly SignedRef[];
}

/** The leader's block for its view, on top of the block that `justify` certifies. */
export interface Proposal {
  readonly type: 'proposal';
  readonly view: number;
  readonly block: Block;
  /** Null where the parent is genesis. */
  readonly justify: Qc | null;
  /** Two-chain form, where `justify` is not of the view before: a quorum wanted this view, knowing of nothing higher. */
  readonly timeouts?: readonly Wish[];
}

/** A NEW-VIEW inside a timeout certificate, reduced to what its signature covers. Ref: Jolteon, arXiv 2106.10362, §3. */
export interface Wish extends SignedRef {
  readonly view: number;
  /** View and block of the highest certificate it reported; null for that of genesis. */
  readonly high: { readonly view: number; readonly digest: string } | null;
}

/** A vote: `vote` accepts the proposal, the other two answer the leader's PRE-COMMIT and COMMIT (basic form). */
export interface Vote {
  readonly type: 'vote' | 'pre-commit-vote' | 'commit-vote';
  readonly view: number;
  readonly height: number;
  readonly digest: string;
}

/** The leader of the basic form shows the certificate of the phase before. */
export interface PhaseMessage {
  readonly type: 'pre-commit' | 'commit' | 'decide';
  readonly qc: Qc;
}

/** "I want to be in `view`, and this is the highest certificate I know." */
export interface NewView {
  readonly type: 'new-view';
  readonly view: number;
  readonly highQc: Qc | null;
}

/** Asks for certified blocks: those above what the sender has decided, up to the block of a certificate it holds. */
export interface SyncRequest {
  readonly type: 'sync-request';
  /** First height wanted. */
  readonly height: number;
  readonly digest: string;
}

export interface SyncResponse {
  readonly type: 'sync-response';
  /** Consecutive, ascending. */
  readonly entries: readonly Entry[];
  /** The highest certificate the sender knows, so that an empty answer still tells where the others are. */
  readonly highQc: Qc | null;
  /** In the place of blocks that are no longer kept; the blocks that prove it decided are the first of `entries`. */
  readonly snapshot?: Snapshot<DecidedEntry>;
}

/** A decided block and votes that certify it. */
export interface DecidedEntry {
  readonly block: Block;
  readonly qc: Qc;
}

/** A block and what certifies it; null only for the block that was asked for, whose certificate the asker holds. */
export interface Entry {
  readonly block: Block;
  readonly qc: Qc | null;
}

export type Message = Proposal | Vote | PhaseMessage | NewView | SyncRequest | SyncResponse | Batch;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null;
  const type = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : null;
  switch (type) {
    case 'vote':
    case 'pre-commit-vote':
    case 'commit-vote':
      return isVote(value) ? value : null;
    case 'proposal':
      return isProposal(value) ? value : null;
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return has(value, ['type', 'qc']) && isQc(value.qc) ? (value as unknown as PhaseMessage) : null;
    case 'new-view':
      return has(value, ['type', 'view', 'highQc']) && isNumber(value.view, 1) && isHighQc(value.highQc)
        ? (value as unknown as NewView)
        : null;
    case 'sync-request':
      return has(value, ['type', 'height', 'digest']) && isNumber(value.height, 1) && isDigest(value.digest)
        ? (value as unknown as SyncRequest)
        : null;
    case 'sync-response':
      return isSyncResponse(value) ? value : null;
    case 'submit':
      return parseBatch(value);
    default:
      return null;
  }
}

function isVote(value: object): value is Vote {
  return (
    has(value, ['type', 'view', 'height', 'digest']) &&
    isNumber(value.view, 1) &&
    isNumber(value.height, 1) &&
    isDigest(value.digest)
  );
}

function isQc(value: unknown): value is Qc {
  return (
    has(value, ['phase', 'view', 'height', 'digest', 'votes']) &&
    (value.phase === 'prepare' || value.phase === 'pre-commit' || value.phase === 'commit') &&
    isNumber(value.view, 1) &&
    isNumber(value.height, 1) &&
    isDigest(value.digest) &&
    isList(value.votes, MAX_REFS, isRef)
  );
}

function isHighQc(value: unknown): value is Qc | null {
  return value === null || (isQc(value) && value.phase === 'prepare');
}

function isProposal(value: object): value is Proposal {
  const keys = ['type', 'view', 'block', 'justify'];
  const { timeouts } = value as { readonly timeouts?: unknown };
  if (!has(value, timeouts === undefined ? keys : [...keys, 'timeouts'])) return false;
  if (timeouts !== undefined && !isList(timeouts, MAX_REFS, isWish)) return false;
  if (!isNumber(value.view, 1) || !isHighQc(value.justify)) return false;
  const block = parseBlock(value.block);
  return block !== null && isNumber(block.height, 1) && block.epoch === value.view;
}

function isWish(value: unknown): value is Wish {
  if (!has(value, ['signer', 'signature', 'view', 'high'])) return false;
  if (!isRef({ signer: value.signer, signature: value.signature }) || !isNumber(value.view, 1)) return false;
  const { high } = value;
  return high === null || (has(high, ['view', 'digest']) && isNumber(high.view, 1) && isDigest(high.digest));
}

function isSyncResponse(value: object): value is SyncResponse {
  const keys = ['type', 'entries', 'highQc'];
  const { snapshot } = value as { readonly snapshot?: unknown };
  return (
    has(value, snapshot === undefined ? keys : [...keys, 'snapshot']) &&
    isHighQc(value.highQc) &&
    isList(value.entries, MAX_SYNC_ENTRIES, isEntry) &&
    (snapshot === undefined || isSnapshot(snapshot, isDecided))
  );
}

function isDecided(value: unknown): value is DecidedEntry {
  return isEntry(value) && value.qc !== null;
}

function isEntry(value: unknown): value is Entry {
  if (!has(value, ['block', 'qc']) || (value.qc !== null && !isQc(value.qc))) return false;
  const block = parseBlock(value.block);
  return block !== null && isNumber(block.height, 1) && isNumber(block.epoch, 1);
}
