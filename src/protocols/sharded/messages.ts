/** The wire protocol as one union on `type`, and strict shape checks. The words are those of two-phase commit. */
import { isDigest, parseBatch, parseSignedBatch } from '../../ledger/parse.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import { has, isNumber } from '../common/shape.ts';

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
  | Batch;

const STATUSES: readonly unknown[] = ['committed', 'aborted', 'in-doubt', 'promised', 'refused'];

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return null;
  const { type } = value as { readonly type: unknown };
  if (type === 'submit') return parseBatch(value);
  if (type === 'heartbeat')
    return has(value, ['type', 'incarnation']) && isNumber(value.incarnation) ? (value as unknown as Message) : null;
  return isAboutTransaction(type, value) ? (value as unknown as Message) : null;
}

function isAboutTransaction(type: unknown, value: object): boolean {
  switch (type) {
    case 'prepare-request':
      return isAbout(value, ['transaction']) && parseSignedBatch(value.transaction) !== null;
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
