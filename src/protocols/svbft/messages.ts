/**
 * The wire protocol as one union on `type`, and strict shape checks for what a peer sent. Names of phases follow PBFT
 * (Castro & Liskov, OSDI '99, §4); a height takes the place of the sequence number, as in IBFT (arXiv 2002.03613).
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
import type { Snapshot as Transferred } from '../common/chain/snapshot.ts';
import { isStatus, type Status } from '../common/chain/status.ts';
import { has, isList, isNumber, isRef, isSignature, MAX_NODE, MAX_REFS } from '../common/shape.ts';
import type { SignedRef } from '../protocol.ts';

/** The primary's block for (height, view): PRE-PREPARE in PBFT. From view 1 on it is also the NEW-VIEW message. */
export interface Proposal {
  readonly type: 'proposal';
  readonly height: number;
  readonly view: number;
  readonly block: Block;
  /** Null in view 0 and only there. */
  readonly justification: Justification | null;
}

/** Why a block may be proposed in a view above 0: what a quorum had prepared before. */
export interface Justification {
  readonly changes: readonly SignedChange[];
  /** PREPAREs of the highest claim among `changes`; empty when none of them claims anything. */
  readonly certificate: readonly SignedRef[];
}

/** A VIEW-CHANGE for the proposal's height and view, reduced to what its signature covers. */
export interface SignedChange {
  readonly signer: NodeIndex;
  readonly signature: Uint8Array;
  readonly prepared: Claim | null;
}

/** "I have prepared this digest in this view." */
export interface Claim {
  readonly view: number;
  readonly digest: string;
}

export interface Prepare {
  readonly type: 'prepare';
  readonly height: number;
  readonly view: number;
  readonly digest: string;
}

export interface Commit {
  readonly type: 'commit';
  readonly height: number;
  readonly view: number;
  readonly digest: string;
}

export interface ViewChange {
  readonly type: 'view-change';
  readonly height: number;
  /** The view that the sender enters, ≥ 1. */
  readonly view: number;
  readonly prepared: Prepared | null;
}

/** A claim with its proof. The signature of a VIEW-CHANGE covers the claim; block and votes prove themselves. */
export interface Prepared extends Claim {
  /** The block behind `digest`; null only in the reduced form that a NEW-VIEW carries. */
  readonly block: Block | null;
  readonly votes: readonly SignedRef[];
}

/** A decided block and the COMMITs that decided it, all of one view. */
export interface DecidedEntry {
  readonly block: Block;
  readonly view: number;
  readonly votes: readonly SignedRef[];
}

export type SyncResponse = Answer<DecidedEntry>;
/** Where a validator stands, proved by its last block's commit certificate. */
export type Snapshot = Transferred<DecidedEntry>;

export type Vote = Prepare | Commit;
/** What belongs to one height. */
export type HeightMessage = Proposal | Vote | ViewChange;
export type Message = HeightMessage | Status | SyncRequest | SyncResponse | Batch;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null;
  const type = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : null;
  switch (type) {
    case 'prepare':
    case 'commit':
      return isHeightVote(value) ? (value as Vote) : null;
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
  if (!has(value, ['signer', 'signature', 'prepared'])) return false;
  if (!isNumber(value.signer, 0, MAX_NODE) || !isSignature(value.signature)) return false;
  if (value.prepared === null) return true;
  return has(value.prepared, ['view', 'digest']) && isNumber(value.prepared.view) && isDigest(value.prepared.digest);
}

function isViewChange(value: object): value is ViewChange {
  if (!has(value, ['type', 'height', 'view', 'prepared'])) return false;
  if (!isNumber(value.height, 1) || !isNumber(value.view, 1)) return false;
  const { prepared } = value;
  if (prepared === null) return true;
  if (!has(prepared, ['view', 'digest', 'block', 'votes'])) return false;
  if (!isNumber(prepared.view) || !isDigest(prepared.digest) || !isList(prepared.votes, MAX_REFS, isRef)) return false;
  return parseBlock(prepared.block)?.height === value.height;
}

function isEntry(value: unknown): value is DecidedEntry {
  if (!has(value, ['block', 'view', 'votes'])) return false;
  const block = parseBlock(value.block);
  return block !== null && isNumber(block.height, 1) && isNumber(value.view) && isList(value.votes, MAX_REFS, isRef);
}
