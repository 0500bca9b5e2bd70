/** The wire protocol as one union on `type`, and strict shape checks. The words are those of two-phase commit. */
import type { NodeIndex } from '../../core/ids.ts';
import { isDigest, parseBatch, parseSignedBatch } from '../../ledger/parse.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import { type Answer, type Confirmation, type Hello, parseHandshake } from '../../sharding/channel/handshake.ts';
import { isSealedRecord, type SealedRecord } from '../../sharding/channel/session.ts';
import type { Parcel, Receipt } from '../../sharding/reshard/move.ts';
import { has, isList, isNumber, MAX_NODE } from '../common/shape.ts';
import { type CouncilMessage, isCouncilShape } from './council/messages.ts';
import type { Moved } from './placement.ts';

export type Outcome = 'commit' | 'abort';

/** Why a transaction was aborted, for its client. */
export const REASONS = [
  /** An account would be overdrawn. */
  'overdrawn',
  /** It waited too long for locks, or made room for an older one. */
  'locks',
  /** A shard that takes part was down, or did not vote in time. */
  'timeout',
  /** Its coordinator restarted, or somebody in doubt ended it. */
  'aborted',
  /** An account is on its way to another shard, or there already. */
  'moved',
] as const;
export type Reason = (typeof REASONS)[number];

/** Every message about a transaction names it twice: by its number, and by the hash of what it says. */
interface About {
  readonly slot: number;
  /** Hash of the client's batch, 64 lower-case hex digits. */
  readonly digest: string;
}

/** Phase 1, from the coordinator: validate, lock, promise. */
export interface PrepareRequest extends About {
  readonly type: 'prepare-request';
  readonly transaction: SignedBatch;
  /** Accounts of it that are not where they began, ascending. */
  readonly moved: Moved;
  /** Where there is a council: the epoch that its coordinator is in. */
  readonly council?: number;
}

/** YES is a promise that COMMIT cannot fail here; NO is final. */
export interface Vote extends About {
  readonly type: 'vote';
  readonly yes: boolean;
  /** Of a NO; null with a YES. */
  readonly reason: Reason | null;
}

/** A shard asks the coordinator to give up a transaction that voted YES and stands in the way of an older one. */
export interface Wound extends About {
  readonly type: 'wound';
}

/** The outcome is to be this, if a majority of all shards writes it down (three-phase commit). */
export interface PreCommit extends About {
  readonly type: 'pre-commit';
  /** 0: the coordinator's own attempt; higher ones belong to a shard in doubt. */
  readonly ballot: number;
  readonly outcome: Outcome;
}

export interface PreAcknowledge extends About {
  readonly type: 'pre-acknowledge';
  readonly ballot: number;
}

export interface CommitRequest extends About {
  readonly type: 'commit-request';
}

export interface AbortRequest extends About {
  readonly type: 'abort-request';
}

export interface Acknowledge extends About {
  readonly type: 'acknowledge';
}

/** A shard in doubt asks what became of a transaction; with a ballot it also asks to take part in no lower one. */
export interface StatusQuery extends About {
  readonly type: 'status-query';
  readonly ballot: number;
}

/** What a pre-commit of the highest ballot said that a shard wrote down. */
export interface Accepted {
  readonly ballot: number;
  readonly outcome: Outcome;
}

export interface StatusReply extends About {
  readonly type: 'status-reply';
  readonly status: 'committed' | 'aborted' | 'in-doubt' | 'promised' | 'refused';
  /** Of the question; `refused`: the higher one that was promised. */
  readonly ballot: number;
  readonly accepted: Accepted | null;
}

export interface Heartbeat {
  readonly type: 'heartbeat';
  /** How often this shard has restarted. */
  readonly incarnation: number;
  /** Transactions that it took part in since the last one, per thousand of what it can do. */
  readonly load: number;
  /** Accounts that it keeps. */
  readonly accounts: number;
  /** Whether it has keys that resist a quantum computer. */
  readonly isModern: boolean;
  /** Where there is a council: the epoch that it has to decide next. */
  readonly council?: number;
}

/** The handshake of a channel; `epoch`: restarts of who says it. */
export type ChannelHello = Hello & { readonly epoch: number };
export type ChannelAnswer = Answer & { readonly epoch: number };
export type ChannelConfirm = Confirmation & { readonly epoch: number };

/** The shard that was asked has no such channel (any more). */
export interface ChannelLost {
  readonly type: 'channel-lost';
  readonly channel: string;
}

/** What is signed in a handshake. Never sent by itself. */
export interface ChannelStatement {
  readonly type: 'channel-statement';
  readonly statement: Uint8Array;
}

/** A message that only its receiver can read. The label outside is for whoever watches; it must be that of what is inside. */
export interface Sealed {
  readonly type: 'sealed';
  readonly of: string;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  readonly record: SealedRecord;
}

/** Several messages to one shard, under one signature. */
export interface Bundle {
  readonly type: 'bundle';
  readonly items: readonly Exclude<Message, Bundle>[];
}

/** The coordinator has more than it can do: the client may come again. */
export interface Refusal extends About {
  readonly type: 'refusal';
  readonly reason: 'overloaded';
  /** Virtual µs. */
  readonly retryAfterMicros: number;
}

/** A shard is to split or to end: half of its accounts go to another one, or all. */
export interface Reshard {
  readonly type: 'reshard';
  readonly id: string;
  readonly kind: 'split' | 'merge';
  readonly into: NodeIndex;
}

/** Where accounts are now; `version`: how often each has moved. */
export interface AccountMoved {
  readonly type: 'account-moved';
  readonly moves: readonly { readonly account: number; readonly shard: NodeIndex; readonly version: number }[];
}

/** The coordinator tells the client. */
export interface Result extends About {
  readonly type: 'result';
  readonly outcome: Outcome;
  /** Of an abort, as far as the coordinator knows; null with a commit. */
  readonly reason: Reason | null;
}

export type Message =
  | PrepareRequest
  | Vote
  | Wound
  | PreCommit
  | PreAcknowledge
  | CommitRequest
  | AbortRequest
  | Acknowledge
  | StatusQuery
  | StatusReply
  | Heartbeat
  | Result
  | Bundle
  | Refusal
  | Reshard
  | Parcel
  | Receipt
  | AccountMoved
  | ChannelHello
  | ChannelAnswer
  | ChannelConfirm
  | ChannelStatement
  | ChannelLost
  | Sealed
  | CouncilMessage
  | Batch;

const STATUSES: readonly unknown[] = ['committed', 'aborted', 'in-doubt', 'promised', 'refused'];

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return null;
  const { type } = value as { readonly type: unknown };
  if (type === 'submit') return parseBatch(value);
  if (type === 'bundle') return isBundle(value) ? (value as unknown as Message) : null;
  const known = isAboutShard(type, value) || isAboutTransaction(type, value) || isCouncilShape(type, value);
  return known ? (value as unknown as Message) : null;
}

/** Messages under one signature: more than a shard has open at a time make no sense. */
export const BUNDLE_MAX = 1024;
/** Accounts named in one message; siblings of a proof. */
const MOVES_MAX = 10_000;
const PATH_MAX = 32;

function isBundle(value: object): boolean {
  const isItem = (item: unknown): item is Message => {
    const message = parseMessage(item);
    return message !== null && message.type !== 'bundle' && message.type !== 'submit';
  };
  return has(value, ['type', 'items']) && isList(value.items, BUNDLE_MAX, isItem);
}

function isAboutShard(type: unknown, value: object): boolean {
  switch (type) {
    case 'heartbeat':
      return (
        hasEpoch(value, ['type', 'incarnation', 'load', 'accounts', 'isModern']) &&
        typeof value.isModern === 'boolean' &&
        isNumber(value.incarnation) &&
        isNumber(value.load) &&
        isNumber(value.accounts)
      );
    case 'channel-hello':
      return isHandshake(value, ['type', 'epoch', 'from', 'to', 'offered', 'keys']);
    case 'channel-answer':
      return isHandshake(value, ['type', 'epoch', 'chosen', 'ciphertext', 'signature']);
    case 'channel-confirmation':
      return isHandshake(value, ['type', 'epoch', 'signature']);
    case 'channel-lost':
      return has(value, ['type', 'channel']) && isDigest(value.channel);
    case 'sealed':
      return isSealed(value);
    case 'reshard':
      return (
        has(value, ['type', 'id', 'kind', 'into']) &&
        typeof value.id === 'string' &&
        value.id.length <= 40 &&
        (value.kind === 'split' || value.kind === 'merge') &&
        isNumber(value.into, 0, MAX_NODE)
      );
    case 'account-parcel':
      return isParcel(value);
    case 'account-receipt':
      return has(value, ['type', 'account', 'version']) && isNumber(value.account) && isNumber(value.version);
    case 'account-moved':
      return has(value, ['type', 'moves']) && isList(value.moves, MOVES_MAX, isMove);
    default:
      return false;
  }
}

/** These keys, and the epoch of the council or none. */
function hasEpoch(value: object, keys: readonly string[]): value is Record<string, unknown> {
  return has(value, keys) || (has(value, [...keys, 'council']) && isNumber(value.council, 1));
}

function isHandshake(value: object, keys: readonly string[]): boolean {
  return has(value, keys) && isNumber(value.epoch) && parseHandshake(value) !== null;
}

function isSealed(value: object): boolean {
  return (
    has(value, ['type', 'of', 'slot', 'epoch', 'digest', 'record']) &&
    typeof value.of === 'string' &&
    value.of.length <= 40 &&
    isNumber(value.slot) &&
    isNumber(value.epoch) &&
    (value.digest === '' || isDigest(value.digest)) &&
    has(value.record, ['type', 'channel', 'epoch', 'sequence', 'sealed']) &&
    isSealedRecord(value.record)
  );
}

function isParcel(value: object): boolean {
  if (!has(value, ['type', 'account', 'balance', 'version', 'from', 'to', 'root', 'proof'])) return false;
  const { proof } = value;
  const isStep = (item: unknown): item is string => isDigest(item);
  return (
    isNumber(value.account) &&
    Number.isSafeInteger(value.balance) &&
    isNumber(value.version) &&
    isNumber(value.from, 0, MAX_NODE) &&
    isNumber(value.to, 0, MAX_NODE) &&
    isDigest(value.root) &&
    has(proof, ['index', 'leafCount', 'path']) &&
    isNumber(proof.index) &&
    isNumber(proof.leafCount) &&
    isList(proof.path, PATH_MAX, isStep)
  );
}

function isMove(value: unknown): value is AccountMoved['moves'][number] {
  return (
    has(value, ['account', 'shard', 'version']) &&
    isNumber(value.account) &&
    isNumber(value.shard, 0, MAX_NODE) &&
    isNumber(value.version)
  );
}

function isPlace(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && isNumber(value[0]) && isNumber(value[1], 0, MAX_NODE);
}

function isAboutTransaction(type: unknown, value: object): boolean {
  switch (type) {
    case 'prepare-request':
      return (
        hasEpoch(value, ['type', 'slot', 'digest', 'transaction', 'moved']) &&
        isNumber(value.slot, 1) &&
        isDigest(value.digest) &&
        parseSignedBatch(value.transaction) !== null &&
        isList(value.moved, MOVES_MAX, isPlace)
      );
    case 'vote':
      return isAbout(value, ['yes', 'reason']) && typeof value.yes === 'boolean' && isReason(value.reason, value.yes);
    case 'pre-commit':
      return isAbout(value, ['ballot', 'outcome']) && isNumber(value.ballot) && isOutcome(value.outcome);
    case 'pre-acknowledge':
    case 'status-query':
      return isAbout(value, ['ballot']) && isNumber(value.ballot);
    case 'commit-request':
    case 'abort-request':
    case 'acknowledge':
    case 'wound':
      return isAbout(value, []);
    case 'status-reply':
      return (
        isAbout(value, ['status', 'ballot', 'accepted']) &&
        STATUSES.includes(value.status) &&
        isNumber(value.ballot) &&
        (value.accepted === null || isAccepted(value.accepted))
      );
    case 'result':
      return (
        isAbout(value, ['outcome', 'reason']) &&
        isOutcome(value.outcome) &&
        isReason(value.reason, value.outcome === 'commit')
      );
    case 'refusal':
      return (
        isAbout(value, ['reason', 'retryAfterMicros']) &&
        value.reason === 'overloaded' &&
        Number.isSafeInteger(value.retryAfterMicros) &&
        (value.retryAfterMicros as number) >= 0
      );
    default:
      return false;
  }
}

function isAbout(value: object, more: readonly string[]): value is Record<string, unknown> {
  return has(value, ['type', 'slot', 'digest', ...more]) && isNumber(value.slot, 1) && isDigest(value.digest);
}

function isOutcome(value: unknown): value is Outcome {
  return value === 'commit' || value === 'abort';
}

/** A reason says why not: there is none where all is well. */
function isReason(value: unknown, isWell: boolean): value is Reason | null {
  return isWell ? value === null : REASONS.some((reason) => reason === value);
}

function isAccepted(value: unknown): value is Accepted {
  return has(value, ['ballot', 'outcome']) && isNumber(value.ballot) && isOutcome(value.outcome);
}
