/**
 * The wire protocol as one union on `type`, and strict shape checks for what a peer sent. The RPCs of the Raft paper are pairs
 * of one-way messages here; a positive and a negative answer are two types, so that views can tell them apart.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { parseBatch, parseBlock } from '../../ledger/parse.ts';
import type { Batch, Block, LedgerState } from '../../ledger/types.ts';
import { has, isList, isNumber, MAX_NODE } from '../common/shape.ts';

/** Who votes. `next` is not null while a change is under way: then both sets must agree (joint consensus). Ref: §6. */
export interface Configuration {
  readonly voters: readonly NodeIndex[];
  readonly next: readonly NodeIndex[] | null;
}

/** A log entry. Its index is the block's height, its term the block's epoch. */
export interface Entry {
  readonly block: Block;
  /** What the entry makes the configuration, from the moment it stands in a log; null for all others. */
  readonly configuration: Configuration | null;
}

/** The state machine after `index`, which stands for the log up to there. Ref: §7. */
export interface Snapshot {
  readonly index: number;
  /** The last entry it includes: term, hash and place in the chain. */
  readonly block: Block;
  readonly ledger: LedgerState;
  readonly configuration: Configuration;
}

/** Would you vote for me in `term`? Changes nothing at either side. Ref: thesis §9.6. */
export interface PreVote {
  readonly type: 'pre-vote';
  /** The term that the sender would begin: one above its own. */
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Counts the sender's attempts, so that an old answer does not pass for a new one. */
  readonly round: number;
}

export interface PreVoteReply {
  readonly type: 'pre-vote-reply';
  /** The term asked for where granted, else the voter's own. */
  readonly term: number;
  /** Who asked. */
  readonly candidate: NodeIndex;
  readonly isGranted: boolean;
  readonly round: number;
}

export interface RequestVote {
  readonly type: 'request-vote';
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader itself asked for this election, so that it is no disruption. Ref: thesis §4.2.3. */
  readonly isTransfer: boolean;
}

/** The one vote of a term. */
export interface Vote {
  readonly type: 'vote';
  readonly term: number;
  readonly candidate: NodeIndex;
}

export interface VoteRefusal {
  readonly type: 'vote-refusal';
  readonly term: number;
}

/** AppendEntries with entries. */
export interface Append {
  readonly type: 'append';
  readonly term: number;
  /** The entry before the first one: 0 and 0 at the beginning of the log. */
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly commit: number;
  readonly entries: readonly Entry[];
}

/** AppendEntries without entries. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly term: number;
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly commit: number;
  /** Counts the leader's heartbeats: an answer to it confirms the leader as of then. Ref: thesis §6.4. */
  readonly round: number;
}

/** "My log agrees with yours up to `index`." */
export interface AppendReply {
  readonly type: 'append-reply';
  readonly term: number;
  readonly index: number;
  /** Of the heartbeat it answers, 0 when it answers entries or a snapshot. */
  readonly round: number;
}

/** The entry before did not match, or the term is over. Ref: end of §5.3. */
export interface AppendRefusal {
  readonly type: 'append-refusal';
  readonly term: number;
  /** `prevIndex` of what is refused. */
  readonly prevIndex: number;
  /** Term of the follower's entry there; 0 when its log ends before. */
  readonly conflictTerm: number;
  /** First index of that term, or one past the end of the log: where the leader may try next. */
  readonly index: number;
}

export interface InstallSnapshot {
  readonly type: 'install-snapshot';
  readonly term: number;
  readonly snapshot: Snapshot;
}

/** Stand for election at once. Ref: thesis §3.10. */
export interface TimeoutNow {
  readonly type: 'timeout-now';
  readonly term: number;
}

/** A client asks for a balance. */
export interface Read {
  readonly type: 'read';
  /** 1, 2, … per client. */
  readonly id: number;
  readonly account: number;
}

export interface ReadReply {
  readonly type: 'read-reply';
  /** Who asked, and which of its reads this answers. */
  readonly client: NodeIndex;
  readonly id: number;
  readonly account: number;
  /** The last index executed when the balance was read. */
  readonly index: number;
  readonly balance: number;
}

/** Not me; ask `leader`, where I know one. */
export interface Redirect {
  readonly type: 'redirect';
  readonly id: number;
  readonly leader: NodeIndex | null;
}

export type Message =
  | PreVote
  | PreVoteReply
  | RequestVote
  | Vote
  | VoteRefusal
  | Append
  | Heartbeat
  | AppendReply
  | AppendRefusal
  | InstallSnapshot
  | TimeoutNow
  | Read
  | ReadReply
  | Redirect
  | Batch;

/** Entries in one APPEND, whatever the sender's configuration. */
export const MAX_ENTRIES = 256;
const MAX_ACCOUNT = 0xffff;

type Check = (value: Record<string, unknown>) => boolean;

/** By type: its keys besides `type`, each with its check. */
const SHAPES: Readonly<Record<Exclude<Message['type'], 'submit'>, Readonly<Record<string, Check>>>> = {
  'pre-vote': {
    term: positive('term'),
    lastIndex: natural('lastIndex'),
    lastTerm: natural('lastTerm'),
    round: natural('round'),
  },
  'pre-vote-reply': {
    term: natural('term'),
    candidate: node('candidate'),
    isGranted: flag('isGranted'),
    round: natural('round'),
  },
  'request-vote': {
    term: positive('term'),
    lastIndex: natural('lastIndex'),
    lastTerm: natural('lastTerm'),
    isTransfer: flag('isTransfer'),
  },
  vote: { term: positive('term'), candidate: node('candidate') },
  'vote-refusal': { term: natural('term') },
  append: { ...prefix(), entries: ({ entries, prevIndex }) => areEntries(entries, prevIndex as number) },
  heartbeat: { ...prefix(), round: natural('round') },
  'append-reply': { term: positive('term'), index: natural('index'), round: natural('round') },
  'append-refusal': {
    term: positive('term'),
    prevIndex: natural('prevIndex'),
    conflictTerm: natural('conflictTerm'),
    index: positive('index'),
  },
  'install-snapshot': { term: positive('term'), snapshot: ({ snapshot }) => isSnapshot(snapshot) },
  'timeout-now': { term: positive('term') },
  read: { id: positive('id'), account: ({ account }) => isNumber(account, 0, MAX_ACCOUNT) },
  'read-reply': {
    client: node('client'),
    id: positive('id'),
    account: ({ account }) => isNumber(account, 0, MAX_ACCOUNT),
    index: natural('index'),
    balance: ({ balance }) => isNumber(balance, 0, Number.MAX_SAFE_INTEGER),
  },
  redirect: { id: positive('id'), leader: ({ leader }) => leader === null || isNumber(leader, 0, MAX_NODE) },
};

const KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(SHAPES).map(([type, shape]) => [type, ['type', ...Object.keys(shape)]]),
);
const CHECKS: ReadonlyMap<string, readonly Check[]> = new Map(
  Object.entries(SHAPES).map(([type, shape]) => [type, Object.values(shape)]),
);

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return null;
  const { type } = value as { readonly type: unknown };
  if (type === 'submit') return parseBatch(value);
  if (typeof type !== 'string') return null;
  const keys = KEYS.get(type);
  if (keys === undefined || !has(value, keys)) return null;
  for (const check of CHECKS.get(type) ?? []) if (!check(value)) return null;
  return value as unknown as Message;
}

function prefix(): Readonly<Record<string, Check>> {
  return {
    term: positive('term'),
    prevIndex: natural('prevIndex'),
    prevTerm: natural('prevTerm'),
    commit: natural('commit'),
  };
}

function natural(key: string): Check {
  return (value) => isNumber(value[key]);
}

function positive(key: string): Check {
  return (value) => isNumber(value[key], 1);
}

function node(key: string): Check {
  return (value) => isNumber(value[key], 0, MAX_NODE);
}

function flag(key: string): Check {
  return (value) => typeof value[key] === 'boolean';
}

/** One entry at least, of ascending index from `prevIndex` + 1 on. */
function areEntries(value: unknown, prevIndex: number): boolean {
  if (!isList(value, MAX_ENTRIES, isEntry) || value.length === 0) return false;
  return value.every(({ block }, i) => block.height === prevIndex + 1 + i);
}

function isEntry(value: unknown): value is Entry {
  if (!has(value, ['block', 'configuration'])) return false;
  const block = parseBlock(value.block);
  if (block === null || !isNumber(block.height, 1) || !isNumber(block.epoch, 1)) return false;
  return value.configuration === null || isConfiguration(value.configuration);
}

function isConfiguration(value: unknown): value is Configuration {
  if (!has(value, ['voters', 'next'])) return false;
  return isSet(value.voters) && (value.next === null || isSet(value.next));
}

function isSet(value: unknown): boolean {
  const isNode = (node: unknown): node is NodeIndex => isNumber(node, 0, MAX_NODE);
  return isList(value, 1024, isNode) && value.length > 0 && new Set(value).size === value.length;
}

function isSnapshot(value: unknown): value is Snapshot {
  if (!has(value, ['index', 'block', 'ledger', 'configuration'])) return false;
  const block = parseBlock(value.block);
  if (block === null || !isNumber(value.index, 1) || block.height !== value.index || !isNumber(block.epoch, 1))
    return false;
  return isConfiguration(value.configuration) && isLedger(value.ledger);
}

function isLedger(value: unknown): value is LedgerState {
  if (!has(value, ['balances', 'executed'])) return false;
  const isUnits = (units: unknown): units is number => isNumber(units, 0, Number.MAX_SAFE_INTEGER);
  const isClient = (client: unknown): client is LedgerState['executed'][number] =>
    has(client, ['floor', 'above']) && isUnits(client.floor) && isList(client.above, 2048, isUnits);
  return isList(value.balances, MAX_ACCOUNT + 1, isUnits) && isList(value.executed, MAX_NODE, isClient);
}
