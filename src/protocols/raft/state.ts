/** What a server knows: plain data, structured-cloneable. `Durable` is the part that survives a crash (figure 2). */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { Effects } from '../protocol.ts';
import { type Base, configurationAt, createLog, lastIndex, type Log } from './log.ts';
import type { Configuration, Entry, Message, Snapshot } from './messages.ts';
import { type Ctx, isVoter } from './rules.ts';

/** A timer carries the term it is about: one that no longer fits is inert. */
export type Timer =
  | { readonly kind: 'election' }
  | { readonly kind: 'heartbeat'; readonly term: number }
  /** Time for the next block. */
  | { readonly kind: 'propose'; readonly term: number }
  /** Time to count who answered. */
  | { readonly kind: 'quorum'; readonly term: number }
  /** A membership change is due. */
  | { readonly kind: 'membership'; readonly term: number }
  /** A scheduled leadership transfer: whoever leads now hands over. */
  | { readonly kind: 'transfer'; readonly at: Micros; readonly to: NodeIndex }
  | { readonly kind: 'transfer-abort'; readonly term: number };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  | { readonly kind: 'term'; readonly term: number; readonly votedFor: NodeIndex | null }
  /** The log from `index` on is these entries. */
  | { readonly kind: 'entries'; readonly index: number; readonly entries: readonly Entry[] }
  /** Executed up to here: the state machine is durable, and so must be how far it got. Ref: thesis §3.8. */
  | { readonly kind: 'applied'; readonly index: number }
  /** A snapshot of our own; the log up to `discardTo` is gone. */
  | { readonly kind: 'compacted'; readonly snapshot: Snapshot; readonly discardTo: number }
  /** A snapshot took the place of state machine and log: a leader's, or our own when the disk is written anew. */
  | { readonly kind: 'installed'; readonly snapshot: Snapshot }
  /** Entries up to that of the snapshot, and the last one before them that is gone: for servers that lag a little. */
  | { readonly kind: 'kept'; readonly base: Base; readonly entries: readonly Entry[] };

export type Out = Effects<Message, Timer, Durable>;

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** What a leader knows of one server. */
export interface Progress {
  /** Its log agrees with ours up to here. */
  match: number;
  /** The next entry to send it. */
  next: number;
  /** It refused something: one attempt at a time until it agrees. */
  isProbing: boolean;
  /** Last heartbeat it answered. */
  round: number;
  /** It answered since the last count. */
  hasAnswered: boolean;
}

/** A read that waits until the leader is confirmed by an answer to heartbeat `round`. Ref: thesis §6.4. */
export interface PendingRead {
  readonly from: NodeIndex;
  readonly id: number;
  readonly account: number;
  readonly round: number;
}

/** Volatile state of a leader, new with every term it leads. */
export interface Leading {
  readonly progress: Progress[];
  /** Ledger after the last entry of the log, committed or not: what the next block builds on. */
  readonly tail: LedgerState;
  /** Index of its first own entry: once that is committed, all before it is known to be. */
  readonly firstIndex: number;
  /** When the next block is due, µs. */
  scheduledAt: Micros;
  /** Due, but too many blocks wait for a majority, or there is nothing to put in. */
  isDue: boolean;
  /** Heartbeats sent, and the latest that a majority answered. */
  round: number;
  confirmedRound: number;
  reads: PendingRead[];
  /** To whom leadership is being handed over. */
  transferTo: NodeIndex | null;
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;

  /** Durable: */
  term: number;
  votedFor: NodeIndex | null;
  readonly log: Log;
  /** The latest snapshot; null before the first. */
  snapshot: Snapshot | null;

  /** Executed and shown as decided; equals the commit index after every step. */
  applied: number;
  readonly ledger: LedgerState;
  readonly pool: Mempool;
  /** Batches in `pool`, counted once per change. */
  waiting: number;

  role: Role;
  /** Whom we follow; ourselves when we lead; null when we know of nobody. */
  leader: NodeIndex | null;
  /** When the leader was last heard, µs. */
  leaderHeardAt: Micros;
  /** The latest configuration in the log, committed or not, and the index where it stands. Ref: §6. */
  configuration: Configuration;
  configurationIndex: number;
  /** Who granted us the vote or pre-vote in progress. */
  granted: NodeIndex[];
  preVoteRound: number;
  leading: Leading | null;
  /** Draws made from the node's random stream. */
  drawn: number;

  /** For people: elections stood for, snapshots taken over from a leader. */
  electionCount: number;
  installedCount: number;
}

/** A server that starts fresh: empty log, term 0, a follower of nobody. */
export function createState(ctx: Ctx): State {
  const { config, self, validatorCount, clientCount } = ctx;
  const everyone = Array.from({ length: validatorCount }, (_, node) => node);
  // Names beyond this testnet are ignored.
  const members = config.members?.filter((node) => node < validatorCount) ?? [];
  const configuration: Configuration = { voters: members.length === 0 ? everyone : members, next: null };
  return {
    self,
    validatorCount,
    term: 0,
    votedFor: null,
    log: createLog(configuration),
    snapshot: null,
    applied: 0,
    ledger: createLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    role: 'follower',
    leader: null,
    leaderHeardAt: 0,
    configuration,
    configurationIndex: 0,
    granted: [],
    preVoteRound: 0,
    leading: null,
    drawn: 0,
    electionCount: 0,
    installedCount: 0,
  };
}

export function isMember(state: State): boolean {
  return isVoter(state.configuration, state.self);
}

/** The latest configuration of the log is the one in force. Ref: §6. */
export function refreshConfiguration(state: State): void {
  const { configuration, index } = configurationAt(state.log, lastIndex(state.log));
  state.configuration = configuration;
  state.configurationIndex = index;
}

/** A term or a vote, durable before anybody hears of it. */
export function persistTerm(state: State, out: Out): void {
  out.persist({ kind: 'term', term: state.term, votedFor: state.votedFor });
}
