/** What a server knows, by role: plain data. `Durable` is the part that survives a crash. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { Block, LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { KeptRecord } from '../common/chain/forget.ts';
import type { Effects } from '../protocol.ts';
import type { Accepted, Message } from './messages.ts';
import type { Ctx } from './rules.ts';

/** A timer carries the ballot it is about: one that no longer fits is inert. */
export type Timer =
  /** No proposer was heard for too long, or our own ballot came to nothing. */
  | { readonly kind: 'takeover' }
  | { readonly kind: 'heartbeat'; readonly ballot: number }
  | { readonly kind: 'propose'; readonly ballot: number };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  | { readonly kind: 'promised'; readonly ballot: number }
  | { readonly kind: 'accepted'; readonly accepted: Accepted }
  | { readonly kind: 'chosen'; readonly block: Block }
  | KeptRecord<Block>;

export type Out = Effects<Message, Timer, Durable>;

/** The proposer's side of our own ballot. */
export interface Proposing {
  readonly ballot: number;
  /** Who promised. */
  readonly promised: NodeIndex[];
  /** What they had accepted, by instance, and how much of them is known to be chosen. */
  readonly accepted: Map<number, Accepted[]>;
  knownMax: number;
  /** Phase 1 is done: only phase 2 from here on. */
  isLeading: boolean;
  /** The value in phase 2, and who accepted it; null between two instances. */
  current: { readonly block: Block; readonly digest: string; readonly acceptedBy: NodeIndex[] } | null;
  /** When the next value is due, µs. */
  scheduledAt: Micros;
  isDue: boolean;
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;

  /** Acceptor, durable: the highest ballot promised, and what was accepted in instances not known to be chosen. */
  promised: number;
  readonly accepted: Map<number, Accepted>;

  /** Learner, durable: instances known to be chosen, without gaps, and the values of the last of them; what is older is forgotten. */
  decided: number;
  readonly chain: Block[];
  tip: string;
  readonly ledger: LedgerState;
  readonly pool: Mempool;
  /** Batches in `pool`, counted once per change. */
  waiting: number;

  /** Proposer, volatile; null while we have no ballot in progress. */
  proposing: Proposing | null;
  /** Highest ballot heard of. */
  seen: number;
  /** Whose ballot is the highest heard of; null after its time was up. */
  leader: NodeIndex | null;
  /** Draws made from the node's random stream. */
  drawn: number;
  /** For people: ballots of our own. */
  ballotCount: number;
}

export function createState(ctx: Ctx): State {
  const { self, validatorCount, clientCount } = ctx;
  return {
    self,
    validatorCount,
    promised: 0,
    accepted: new Map(),
    decided: 0,
    chain: [],
    tip: GENESIS_HASH,
    ledger: createLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    proposing: null,
    seen: 0,
    leader: null,
    drawn: 0,
    ballotCount: 0,
  };
}
