/** What a node knows: plain data. `Durable` is the part that survives a crash. */
import type { NodeIndex } from '../../core/ids.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { Effects, SignedRef } from '../protocol.ts';
import type { Message, Vertex } from './messages.ts';
import type { Ctx } from './rules.ts';

/** Timers: `poll` carries its poll, so that a late one is inert. */
export type Timer =
  | { readonly kind: 'issue' }
  | { readonly kind: 'poll'; readonly poll: number }
  /** Vertices that were asked for have not come: somebody else is asked. */
  | { readonly kind: 'fetch' };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  | { readonly kind: 'issued'; readonly vertex: Vertex; readonly proof: SignedRef }
  | { readonly kind: 'accepted'; readonly vertex: Vertex; readonly proof: SignedRef };

export type Out = Effects<Message, Timer, Durable>;

/** A vertex whose ancestors are all known. */
export interface Entry {
  readonly vertex: Vertex;
  /** Its issuer's signature, for whoever asks. */
  readonly proof: SignedRef;
  /** Longest way to a vertex without parents, from 1. */
  readonly depth: number;
  /** Hashes of known vertices that build on it. */
  readonly children: string[];
  isAccepted: boolean;
  /** It or an ancestor lost its conflict set. */
  isRejected: boolean;
}

/** P_T: the vertices of one slot, of which at most one is ever accepted. Ref: Slush to Avalanche. */
export interface ConflictSet {
  readonly slot: number;
  /** Hashes, in order of arrival. */
  readonly members: string[];
  /** d: successful polls for each member, in Avalanche also for what builds on it. */
  readonly confidence: number[];
  /** Hash; '' before the first member. */
  preferred: string;
  /** Winner of the last successful poll, '' before the first, and how many in a row it has won. */
  last: string;
  count: number;
  /** Polls that ended, for Slush. */
  rounds: number;
  /** Hash of the accepted member, '' before. */
  accepted: string;
}

/** The poll in progress. */
export interface Poll {
  readonly id: number;
  readonly slot: number;
  readonly vertices: readonly string[];
  readonly sampled: readonly NodeIndex[];
  readonly answered: NodeIndex[];
  /** By vertex: how many preferred it. */
  readonly yes: number[];
  /** Without DAG: how many answered with each colour. */
  readonly colours: Map<string, number>;
}

/** A query that waits for vertices. */
export interface Deferred {
  readonly from: NodeIndex;
  readonly poll: number;
  readonly slot: number;
  readonly vertices: readonly string[];
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;

  /** Durable: the accepted vertices, in order of acceptance, and the slot of the last own vertex, 0 before. */
  readonly accepted: string[];
  issuedSlot: number;

  /** By hash. */
  readonly entries: Map<string, Entry>;
  /** By slot. */
  readonly sets: Map<number, ConflictSet>;
  /** Hashes of vertices on which nothing builds that may win. */
  readonly tips: Set<string>;
  /** By hash: vertices that wait for a parent. */
  readonly orphans: Map<string, { readonly vertex: Vertex; readonly proof: SignedRef }>;
  /** By hash of what is asked for: how often it was, and the orphans that wait for it. */
  readonly missing: Map<string, { attempts: number; readonly orphans: string[] }>;
  /** Whether the fetch timer runs: what is asked for later does not put it off. */
  isFetching: boolean;
  deferred: Deferred[];

  /** Hashes of vertices that no poll has asked about yet. */
  unpolled: string[];
  poll: Poll | null;
  /** Virtual time in `POLL_TICK`, as of the last input. */
  clock: number;
  /** Number of our last poll: one above the one before, or the time where that is later. */
  pollCount: number;
  /** `clock` when the node came back: what was asked before it may have answered already. 0 for one that was there from the start. */
  returnedAt: number;
  /** By node: its latest poll that we answered. */
  readonly answered: number[];
  /** The query answered last. */
  lastAsked: Deferred | null;
  /** By node, without DAG: the colour with which it last asked, and for which slot; slot 0 before. */
  readonly askedWith: { slot: number; colour: string }[];
  /** Poll in which a preference changed last, 0 before. */
  flippedAt: number;
  /** Highest slot accepted, and heard of. */
  acceptedSlot: number;
  seenSlot: number;
  /** Draws made from the node's random stream. */
  drawn: number;

  /** Executed in the order in which this node accepted: what has been executed is the same at all, balances may not be. */
  readonly ledger: LedgerState;
  readonly pool: Mempool;
  /** Batches in `pool`, counted once per change. */
  waiting: number;
  /** By batch: the vertex that carries it, unless that was rejected. */
  readonly inFlight: Map<number, string>;
  /** By batch: for how many vertices of ours it has waited. */
  readonly patience: Map<number, number>;
}

export function createState(ctx: Ctx): State {
  const { self, validatorCount, clientCount } = ctx;
  return {
    self,
    validatorCount,
    accepted: [],
    issuedSlot: 0,
    entries: new Map(),
    sets: new Map(),
    tips: new Set(),
    orphans: new Map(),
    missing: new Map(),
    isFetching: false,
    deferred: [],
    unpolled: [],
    poll: null,
    clock: 0,
    pollCount: 0,
    returnedAt: 0,
    answered: new Array<number>(validatorCount).fill(0),
    lastAsked: null,
    askedWith: Array.from({ length: validatorCount }, () => ({ slot: 0, colour: '' })),
    flippedAt: 0,
    acceptedSlot: 0,
    seenSlot: 0,
    drawn: 0,
    ledger: createLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    inFlight: new Map(),
    patience: new Map(),
  };
}

/** The conflict set of a slot, made where there is none. */
export function setOf(state: State, slot: number): ConflictSet {
  const known = state.sets.get(slot);
  if (known !== undefined) return known;
  const created: ConflictSet = {
    slot,
    members: [],
    confidence: [],
    preferred: '',
    last: '',
    count: 0,
    rounds: 0,
    accepted: '',
  };
  state.sets.set(slot, created);
  return created;
}
