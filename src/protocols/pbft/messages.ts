/**
 * The wire protocol as one union on `type`, and strict shape checks for what a peer sent. Names and fields follow Castro &
 * Liskov, OSDI '99, §4; what is sent there as ⟨…⟩σ is here the message, its signature travels beside it.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { isDigest, parseBatch, parseBlock, parseSignedBatch } from '../../ledger/parse.ts';
import type { Batch, Block, SignedBatch } from '../../ledger/types.ts';
import { isSnapshot } from '../common/chain/messages.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { has, isList, isNumber, isRef, isSignature, MAX_NODE, MAX_REFS } from '../common/shape.ts';
import type { SignedRef } from '../protocol.ts';

/** What one sequence number orders: client requests (batches) that were first assigned to it in `view`. None: a null request. */
export interface Request {
  readonly sequence: number;
  readonly view: number;
  readonly batches: readonly SignedBatch[];
}

/** The primary assigns `sequence` to the request with this digest. Its signature covers all but the request. Ref: §4.2. */
export interface PrePrepare {
  readonly type: 'pre-prepare';
  readonly view: number;
  readonly sequence: number;
  readonly digest: string;
  /** Null only in the reduced form that stands in evidence and certificates. */
  readonly request: Request | null;
}

export interface Prepare {
  readonly type: 'prepare';
  readonly view: number;
  readonly sequence: number;
  readonly digest: string;
}

export interface Commit {
  readonly type: 'commit';
  readonly view: number;
  readonly sequence: number;
  readonly digest: string;
}

/** "After executing `sequence` my chain ends in this block", whose hash covers the whole state. Ref: §4.3. */
export interface Checkpoint {
  readonly type: 'checkpoint';
  readonly sequence: number;
  readonly digest: string;
}

/** Which state a checkpoint stands for; sequence 0 is the genesis, which needs no proof. */
export interface CheckpointId {
  readonly sequence: number;
  readonly digest: string;
}

/** "I prepared this digest for this sequence number in this view." */
export interface Claim {
  readonly sequence: number;
  readonly view: number;
  readonly digest: string;
}

/** A claim with its proof, an element of the set P: first the primary's pre-prepare, then PREPAREs of others. */
export interface PreparedClaim extends Claim {
  readonly votes: readonly SignedRef[];
}

/** Ref: §4.4. */
export interface ViewChange {
  readonly type: 'view-change';
  /** The view that the sender enters, ≥ 1. */
  readonly view: number;
  /** Its last stable checkpoint, n in the paper. */
  readonly stable: CheckpointId;
  /** CHECKPOINTs that prove it, C in the paper; empty for the genesis. */
  readonly proof: readonly SignedRef[];
  /** P in the paper, ascending by sequence, all above `stable`. */
  readonly prepared: readonly PreparedClaim[];
}

/** A VIEW-CHANGE inside a NEW-VIEW, reduced to what its signature covers. */
export interface SignedChange {
  readonly signer: NodeIndex;
  readonly signature: Uint8Array;
  readonly stable: CheckpointId;
  readonly prepared: readonly Claim[];
}

/** An element of the set O: a pre-prepare of the new view, with the proof of the claim it follows. */
export interface Assignment {
  readonly sequence: number;
  readonly digest: string;
  /** The new primary's signature over the pre-prepare. */
  readonly proof: SignedRef;
  /** Prepared certificate of the highest claim for this number; empty where nobody claims any: a null request. */
  readonly votes: readonly SignedRef[];
}

/** Ref: §4.4. `changes` is V in the paper, `assignments` is O: one for each number above `stable` up to the highest claimed. */
export interface NewView {
  readonly type: 'new-view';
  readonly view: number;
  readonly changes: readonly SignedChange[];
  /** The latest stable checkpoint in V (its sequence is min-s), with its proof. */
  readonly stable: CheckpointId;
  readonly proof: readonly SignedRef[];
  readonly assignments: readonly Assignment[];
}

/** Where the sender stands: last executed, low watermark, view; `isChanging` while it waits for the view's NEW-VIEW. */
export interface Status {
  readonly type: 'status';
  readonly executed: number;
  readonly stable: number;
  readonly view: number;
  readonly isChanging: boolean;
}

/** Asks for what was executed from `sequence` on. */
export interface StateRequest {
  readonly type: 'state-request';
  readonly sequence: number;
}

export interface StateResponse {
  readonly type: 'state-response';
  /** Consecutive, ascending; each proves itself by its COMMITs. */
  readonly entries: readonly Entry[];
  /** The sender's last stable checkpoint and its proof. */
  readonly stable: CheckpointId;
  readonly proof: readonly SignedRef[];
  /** The state at that checkpoint, in the place of requests that are no longer kept; `entries` follow it. */
  readonly state?: Snapshot<Executed>;
}

/** An executed request, with the block that its execution made of it. */
export interface Executed extends Entry {
  readonly block: Block;
}

/** A committed request and the COMMITs that prove it, all of one view. */
export interface Entry {
  readonly request: Request;
  readonly view: number;
  readonly votes: readonly SignedRef[];
}

/** Asks for the request behind a digest that a new view assigned. */
export interface Fetch {
  readonly type: 'fetch';
  readonly sequence: number;
  readonly digest: string;
}

export interface Fetched {
  readonly type: 'fetched';
  readonly request: Request;
}

/** To the client: its batch `batch` was executed under `sequence`; these of its transfers were refused. Ref: §4.1. */
export interface Reply {
  readonly type: 'reply';
  readonly view: number;
  readonly client: NodeIndex;
  /** Sequence of the batch, the client's timestamp t. */
  readonly batch: number;
  readonly sequence: number;
  /** Positions in the batch, ascending. With `sequence` this is the result r. */
  readonly refused: readonly number[];
}

export type Vote = Prepare | Commit;
export type Message =
  | PrePrepare
  | Vote
  | Checkpoint
  | ViewChange
  | NewView
  | Status
  | StateRequest
  | StateResponse
  | Fetch
  | Fetched
  | Reply
  | Batch;

/** Batches in one request. */
const MAX_BATCHES = 4096;
/** Sequence numbers between the watermarks, whatever the configuration. */
export const MAX_WINDOW = 256;
/** Entries in one STATE-RESPONSE, whatever the sender's configuration. */
export const MAX_ENTRIES = 64;
const MAX_REPLY_POSITIONS = 1000;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null;
  const type = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : null;
  if (type === 'submit') return parseBatch(value);
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) return null;
  return SHAPES[type as keyof typeof SHAPES](value) ? (value as Message) : null;
}

const SHAPES: Readonly<Record<Exclude<Message['type'], 'submit'>, (value: object) => boolean>> = {
  'pre-prepare': isPrePrepare,
  prepare: isVote,
  commit: isVote,
  checkpoint: (value) =>
    has(value, ['type', 'sequence', 'digest']) && isNumber(value.sequence, 1) && isDigest(value.digest),
  'view-change': isViewChange,
  'new-view': isNewView,
  status: (value) =>
    has(value, ['type', 'executed', 'stable', 'view', 'isChanging']) &&
    isNumber(value.executed) &&
    isNumber(value.stable) &&
    isNumber(value.view) &&
    typeof value.isChanging === 'boolean',
  'state-request': (value) => has(value, ['type', 'sequence']) && isNumber(value.sequence, 1),
  'state-response': isStateResponse,
  fetch: (value) => has(value, ['type', 'sequence', 'digest']) && isNumber(value.sequence, 1) && isDigest(value.digest),
  fetched: (value) => has(value, ['type', 'request']) && isRequest(value.request),
  reply: isReply,
};

function isVote(value: object): boolean {
  return (
    has(value, ['type', 'view', 'sequence', 'digest']) &&
    isNumber(value.view) &&
    isNumber(value.sequence, 1) &&
    isDigest(value.digest)
  );
}

function isPrePrepare(value: object): boolean {
  if (!has(value, ['type', 'view', 'sequence', 'digest', 'request'])) return false;
  if (!isNumber(value.view) || !isNumber(value.sequence, 1) || !isDigest(value.digest)) return false;
  return value.request === null || (isRequest(value.request) && value.request.sequence === value.sequence);
}

/** Requests that passed: immutable, so that each object is looked through once. */
const accepted = new WeakSet<object>();

function isRequest(value: unknown): value is Request {
  if (typeof value === 'object' && value !== null && accepted.has(value)) return true;
  if (!has(value, ['sequence', 'view', 'batches']) || !isNumber(value.sequence, 1) || !isNumber(value.view))
    return false;
  if (!isList(value.batches, MAX_BATCHES, isSignedBatch)) return false;
  accepted.add(value);
  return true;
}

function isSignedBatch(value: unknown): value is SignedBatch {
  return parseSignedBatch(value) !== null;
}

function isCheckpointId(value: unknown): value is CheckpointId {
  return has(value, ['sequence', 'digest']) && isNumber(value.sequence) && isDigest(value.digest);
}

function isViewChange(value: object): boolean {
  return (
    has(value, ['type', 'view', 'stable', 'proof', 'prepared']) &&
    isNumber(value.view, 1) &&
    isCheckpointId(value.stable) &&
    isList(value.proof, MAX_REFS, isRef) &&
    isList(value.prepared, MAX_WINDOW, isPreparedClaim) &&
    isAscending(value.prepared, value.stable.sequence)
  );
}

function isPreparedClaim(value: unknown): value is PreparedClaim {
  return (
    has(value, ['sequence', 'view', 'digest', 'votes']) && isClaimed(value) && isList(value.votes, MAX_REFS, isRef)
  );
}

function isClaim(value: unknown): value is Claim {
  return has(value, ['sequence', 'view', 'digest']) && isClaimed(value);
}

function isClaimed(value: Record<string, unknown>): boolean {
  return isNumber(value.sequence, 1) && isNumber(value.view) && isDigest(value.digest);
}

/** Sequence numbers rise, all above the checkpoint and within a window of it. */
function isAscending(items: readonly { readonly sequence: number }[], above: number): boolean {
  let last = above;
  for (const { sequence } of items) {
    if (sequence <= last || sequence > above + MAX_WINDOW) return false;
    last = sequence;
  }
  return true;
}

function isNewView(value: object): boolean {
  return (
    has(value, ['type', 'view', 'changes', 'stable', 'proof', 'assignments']) &&
    isNumber(value.view, 1) &&
    isList(value.changes, MAX_REFS, isSignedChange) &&
    isCheckpointId(value.stable) &&
    isList(value.proof, MAX_REFS, isRef) &&
    isList(value.assignments, MAX_WINDOW, isAssignment) &&
    isAscending(value.assignments, value.stable.sequence)
  );
}

function isSignedChange(value: unknown): value is SignedChange {
  return (
    has(value, ['signer', 'signature', 'stable', 'prepared']) &&
    isNumber(value.signer, 0, MAX_NODE) &&
    isSignature(value.signature) &&
    isCheckpointId(value.stable) &&
    isList(value.prepared, MAX_WINDOW, isClaim) &&
    isAscending(value.prepared, value.stable.sequence)
  );
}

function isAssignment(value: unknown): value is Assignment {
  return (
    has(value, ['sequence', 'digest', 'proof', 'votes']) &&
    isNumber(value.sequence, 1) &&
    isDigest(value.digest) &&
    isRef(value.proof) &&
    isList(value.votes, MAX_REFS, isRef)
  );
}

function isStateResponse(value: object): boolean {
  const keys = ['type', 'entries', 'stable', 'proof'];
  const { state } = value as { readonly state?: unknown };
  return (
    has(value, state === undefined ? keys : [...keys, 'state']) &&
    isList(value.entries, MAX_ENTRIES, isEntry) &&
    isCheckpointId(value.stable) &&
    isList(value.proof, MAX_REFS, isRef) &&
    (state === undefined || isSnapshot(state, isExecuted))
  );
}

function isEntry(value: unknown): value is Entry {
  return has(value, ['request', 'view', 'votes']) && isCommitted(value);
}

function isExecuted(value: unknown): value is Executed {
  if (!has(value, ['request', 'view', 'votes', 'block']) || !isCommitted(value)) return false;
  return parseBlock(value.block)?.height === (value.request as Request).sequence;
}

function isCommitted({ request, view, votes }: Record<string, unknown>): boolean {
  return isRequest(request) && isNumber(view) && isList(votes, MAX_REFS, isRef);
}

function isReply(value: object): boolean {
  return (
    has(value, ['type', 'view', 'client', 'batch', 'sequence', 'refused']) &&
    isNumber(value.view) &&
    isNumber(value.client, 0, MAX_NODE) &&
    isNumber(value.batch, 0, 0xffff_ffff) &&
    isNumber(value.sequence, 1) &&
    isList(value.refused, MAX_REPLY_POSITIONS, isPosition)
  );
}

function isPosition(value: unknown): value is number {
  return isNumber(value, 0, MAX_REPLY_POSITIONS - 1);
}
