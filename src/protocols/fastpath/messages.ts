/**
 * The wire protocol as one union on `type`, and strict shape checks for what a peer sent. The names are those of PBFT (Castro & Liskov,
 * OSDI '99, §4), with a height for the sequence number; a VOTE is its PREPARE, and the sign-share of SBFT (arXiv 1804.01626, §V-C).
 */
import type { NodeIndex } from '../../core/ids.ts';
import { isDigest, parseBatch, parseBlock } from '../../ledger/parse.ts';
import type { Batch, Block } from '../../ledger/types.ts';
import {
  isHeightProposal,
  isHeightVote,
  isSyncRequest,
  isSyncResponse,
  type SyncRequest,
  type SyncResponse as Answer,
} from '../common/chain/messages.ts';
import { isStatus, type Status } from '../common/chain/status.ts';
import { has, isList, isNumber, isRef, isSignature, MAX_NODE, MAX_REFS } from '../common/shape.ts';
import type { SignedRef } from '../protocol.ts';

/** The primary's block for (height, view). From view 1 on it is also the NEW-VIEW message. */
export interface Proposal {
  readonly type: 'proposal';
  readonly height: number;
  readonly view: number;
  readonly block: Block;
  /** Null in view 0 and only there. */
  readonly justification: Justification | null;
}

/** Why a block may be proposed in a view above 0: what n − f replicas report of the views before. */
export interface Justification {
  readonly changes: readonly SignedChange[];
  /** VOTEs of the highest prepared claim where it decides the choice; else empty. */
  readonly certificate: readonly SignedRef[];
}

/** What a replica reports when it leaves a view: all of it that the choice of a new view depends on. */
export interface Report {
  /** Its last VOTE of this height; null when it has not voted. */
  readonly voted: Claim | null;
  /** Its highest prepared certificate of this height. */
  readonly prepared: Claim | null;
}

/** A VIEW-CHANGE for the proposal's height and view, reduced to what its signature covers. */
export interface SignedChange extends Report {
  readonly signer: NodeIndex;
  readonly signature: Uint8Array;
}

export interface Claim {
  readonly view: number;
  readonly digest: string;
}

/** Accepts the block of this view. A fast quorum decides it, a quorum prepares it. */
export interface Vote {
  readonly type: 'vote';
  readonly height: number;
  readonly view: number;
  readonly digest: string;
}

/** The sender has seen a quorum of VOTEs and no fast quorum. A quorum decides. */
export interface Commit {
  readonly type: 'commit';
  readonly height: number;
  readonly view: number;
  readonly digest: string;
}

/** The signature covers the two claims; blocks and certificate prove themselves. */
export interface ViewChange extends Report {
  readonly type: 'view-change';
  readonly height: number;
  /** The view that the sender enters, ≥ 1. */
  readonly view: number;
  /** VOTEs for `prepared`; empty when there is none, and in the reduced form that a NEW-VIEW carries. */
  readonly votes: readonly SignedRef[];
  /** The blocks behind the claims, one a digest. */
  readonly blocks: readonly Block[];
}

/** A decided block with what decided it: a fast quorum of VOTEs, or a quorum of COMMITs, of one view. */
export interface DecidedEntry {
  readonly block: Block;
  readonly view: number;
  readonly isFast: boolean;
  readonly votes: readonly SignedRef[];
}

export type SyncResponse = Answer<DecidedEntry>;

export type AnyVote = Vote | Commit;
/** What belongs to one height. */
export type HeightMessage = Proposal | AnyVote | ViewChange;
export type Message = HeightMessage | Status | SyncRequest | SyncResponse | Batch;

/** A replica reports at most two different blocks. */
const MAX_CLAIMED_BLOCKS = 2;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null;
  const type = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : null;
  switch (type) {
    case 'vote':
    case 'commit':
      return isHeightVote(value) ? (value as AnyVote) : null;
    case 'proposal':
      return isProposal(value) ? value : null;
    case 'view-change':
      return isViewChange(value) ? value : null;
    case 'status':
      return isStatus(value) ? value : null;
    case 'sync-request':
      return isSyncRequest(value) ? value : null;
    case 'sync-response':
      return isSyncResponse(value, isEntry) ? value : null;
    case 'submit':
      return parseBatch(value);
    default:
      return null;
  }
}

function isProposal(value: object): value is Proposal {
  return isHeightProposal(value, isJustification);
}

function isJustification(value: unknown): value is Justification {
  return (
    has(value, ['changes', 'certificate']) &&
    isList(value.changes, MAX_REFS, isSignedChange) &&
    isList(value.certificate, MAX_REFS, isRef)
  );
}

function isSignedChange(value: unknown): value is SignedChange {
  return (
    has(value, ['signer', 'signature', 'voted', 'prepared']) &&
    isNumber(value.signer, 0, MAX_NODE) &&
    isSignature(value.signature) &&
    isClaimOrNull(value.voted) &&
    isClaimOrNull(value.prepared)
  );
}

function isClaimOrNull(value: unknown): value is Claim | null {
  return value === null || (has(value, ['view', 'digest']) && isNumber(value.view) && isDigest(value.digest));
}

function isViewChange(value: object): value is ViewChange {
  if (!has(value, ['type', 'height', 'view', 'voted', 'prepared', 'votes', 'blocks'])) return false;
  if (!isNumber(value.height, 1) || !isNumber(value.view, 1)) return false;
  if (!isClaimOrNull(value.voted) || !isClaimOrNull(value.prepared)) return false;
  if (!isList(value.votes, MAX_REFS, isRef)) return false;
  const { height } = value;
  const isBlock = (block: unknown): block is Block => parseBlock(block)?.height === height;
  return isList(value.blocks, MAX_CLAIMED_BLOCKS, isBlock);
}

function isEntry(value: unknown): value is DecidedEntry {
  if (!has(value, ['block', 'view', 'isFast', 'votes'])) return false;
  const block = parseBlock(value.block);
  if (block === null || !isNumber(block.height, 1) || !isNumber(value.view)) return false;
  return typeof value.isFast === 'boolean' && isList(value.votes, MAX_REFS, isRef);
}
