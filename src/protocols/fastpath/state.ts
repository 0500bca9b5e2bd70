/** What a replica knows: plain data, structured-cloneable. `Durable` is the part that survives a crash. */
import { required } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { Block, LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { Asked } from '../common/chain/catch-up.ts';
import type { ChainRecord } from '../common/chain/decided.ts';
import type { Waiting } from '../common/chain/future.ts';
import { createTally, type Tally } from '../common/tally.ts';
import type { Effects, SignedMessage, SignedRef } from '../protocol.ts';
import { primaryOf } from './leader.ts';
import type { DecidedEntry, HeightMessage, Message, Proposal, ViewChange } from './messages.ts';
import { type Ctx, ownQuorums, type Quorums } from './rules.ts';

/** A timer carries what it is about: one that no longer fits is inert. */
export type Timer =
  /** The primary's turn to propose in view 0. */
  | { readonly kind: 'propose'; readonly height: number }
  /** The fast quorum has had its time. */
  | { readonly kind: 'fast'; readonly height: number; readonly view: number }
  /** The view has had its time. */
  | { readonly kind: 'view'; readonly height: number; readonly view: number }
  /** Time to say where we stand, if nothing happened. */
  | { readonly kind: 'status' };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  /** Entered a view above 0: nothing may be said in lower ones any more. */
  | { readonly kind: 'view'; readonly height: number; readonly view: number }
  /** Accepted a proposal; our VOTE for it goes out. */
  | { readonly kind: 'accepted'; readonly signed: SignedMessage<Proposal> }
  /** The prepared certificate, before a COMMIT or a VIEW-CHANGE speaks of it. */
  | { readonly kind: 'prepared'; readonly view: number; readonly block: Block; readonly votes: readonly SignedRef[] }
  | ChainRecord<DecidedEntry>;

/** At which height a record was said; null for what is decided. */
export function heightOfRecord(record: Durable): number | null {
  switch (record.kind) {
    case 'view':
      return record.height;
    case 'accepted':
      return record.signed.message.height;
    case 'prepared':
      return record.block.height;
    default:
      return null;
  }
}

export type Out = Effects<Message, Timer, Durable>;

/**
 * `fast`: voted, waits for a fast quorum. `normal`: has given up on that, waits to be prepared. `commit`: prepared, waits for COMMITs.
 * `changing`: asked for this view and waits for its NEW-VIEW.
 */
export type Phase = 'waiting' | 'fast' | 'normal' | 'commit' | 'changing';
export const PHASES: readonly Phase[] = ['waiting', 'fast', 'normal', 'commit', 'changing'];

/** How the last block was decided here; `none` before the first. */
export type Path = 'none' | 'fast' | 'normal';
export const PATHS: readonly Path[] = ['none', 'fast', 'normal'];

/** What we know of one view of one height. */
export interface Round {
  readonly view: number;
  /** The first valid proposal of its primary, and its hash; null and '' before. */
  proposal: SignedMessage<Proposal> | null;
  digest: string;
  /** What we sent VOTE for in this view; null when nothing. Survives a crash. */
  voted: string | null;
  readonly votes: Tally;
  readonly commits: Tally;
  /** Whether the primary's equivocation was reported. */
  isPrimaryCaught: boolean;
  /** Voters for another block that were shown the proposal we accepted. */
  readonly shown: NodeIndex[];
}

/** A block with the VOTEs that prepared it in `view`. */
export interface PreparedBlock {
  readonly view: number;
  readonly digest: string;
  readonly block: Block;
  readonly votes: readonly SignedRef[];
}

/** The block that we voted for last at the height in progress. */
export interface VotedBlock {
  readonly view: number;
  readonly digest: string;
  readonly block: Block;
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;
  readonly quorums: Quorums;

  /** The last height decided; 0 before the first. */
  decided: number;
  /** The last decided blocks, ascending without gaps up to `decided`: what is older is forgotten. */
  readonly chain: DecidedEntry[];
  /** Hash of the last decided block. */
  tip: string;
  readonly ledger: LedgerState;
  readonly pool: Mempool;
  /** Batches in `pool`, counted once per change. */
  waiting: number;

  /** The height in progress: one more than decided. */
  height: number;
  view: number;
  primary: NodeIndex;
  phase: Phase;
  /** By view; only views near ours, see `roundAt`. That of `view` is always there, see `currentRound`. */
  readonly rounds: Map<number, Round>;
  /** Rounds of the height before, kept to recognise late equivocation; null at the first height. */
  previous: Map<number, Round> | null;
  /** Two signed proposals of one view of this height are known: no fast path any more. */
  isConflicted: boolean;
  /** Our last VOTE of this height, in whatever view. */
  voted: VotedBlock | null;
  /** The highest certificate we hold for this height: our lock. */
  prepared: PreparedBlock | null;
  /** The highest VIEW-CHANGE of each replica for this height. */
  readonly changes: Map<NodeIndex, SignedMessage<ViewChange>>;
  /** Whether the time of the current view is running (a changing replica waits for n − f first). */
  isTimed: boolean;
  /** When view 0 of this height is due to be proposed, by our own clock, µs. */
  scheduledAt: Micros;
  /** Nothing to propose and `emptyBlocks` is off. */
  isIdle: boolean;

  /** Messages for the next height, in order of arrival, bounded per sender. */
  future: Waiting<HeightMessage>[];
  /** By replica: the last height it is known to have decided. */
  readonly known: number[];
  /** Whom we asked for blocks last, and when we may ask again; null before the first time. */
  asked: Asked | null;
  /** When something last went forward here: a start, a decision, a view entered, a proposal accepted, µs. */
  progressAt: Micros;

  /** For people: how blocks were decided here, view changes we started, equivocations we saw. */
  lastPath: Path;
  fastCount: number;
  normalCount: number;
  changeCount: number;
  evidenceCount: number;
}

/** Views above ours whose votes are kept: more would let one traitor fill the memory. */
export const VIEW_WINDOW = 8;

/** A replica that starts fresh: nothing decided, view 0 of height 1. */
export function createState(ctx: Ctx): State {
  const { self, validatorCount, clientCount } = ctx;
  return {
    self,
    validatorCount,
    quorums: ownQuorums(ctx),
    decided: 0,
    chain: [],
    tip: GENESIS_HASH,
    ledger: createLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    height: 1,
    view: 0,
    primary: primaryOf(1, 0, validatorCount),
    phase: 'waiting',
    rounds: new Map([[0, createRound(0, validatorCount)]]),
    previous: null,
    isConflicted: false,
    voted: null,
    prepared: null,
    changes: new Map(),
    isTimed: false,
    scheduledAt: 0,
    isIdle: false,
    future: [],
    known: new Array<number>(validatorCount).fill(0),
    asked: null,
    progressAt: 0,
    lastPath: 'none',
    fastCount: 0,
    normalCount: 0,
    changeCount: 0,
    evidenceCount: 0,
  };
}

function createRound(view: number, validatorCount: number): Round {
  const [votes, commits] = [createTally(validatorCount), createTally(validatorCount)];
  return { view, proposal: null, digest: '', voted: null, votes, commits, isPrimaryCaught: false, shown: [] };
}

/** The round of the view in progress. Looked up: a second reference to it in the state would not survive a snapshot. */
export function currentRound(state: State): Round {
  return required(state.rounds.get(state.view), 'the round of the view in progress');
}

/** The round of a view of the height in progress, made on demand; null when it is too far from ours. */
export function roundAt(state: State, view: number): Round | null {
  const known = state.rounds.get(view);
  if (known !== undefined) return known;
  if (view > state.view + VIEW_WINDOW || view < state.view - VIEW_WINDOW) return null;
  const round = createRound(view, state.validatorCount);
  state.rounds.set(view, round);
  return round;
}

/** Moves to a view: its primary, its round. Rounds far below are forgotten. */
export function moveToView(state: State, view: number): void {
  state.view = view;
  state.primary = primaryOf(state.height, view, state.validatorCount);
  if (!state.rounds.has(view)) state.rounds.set(view, createRound(view, state.validatorCount));
  for (const old of state.rounds.keys()) if (old < view - VIEW_WINDOW) state.rounds.delete(old);
}

/** Moves to the height after the last decided block. */
export function moveToNextHeight(state: State): void {
  state.height = state.decided + 1;
  state.phase = 'waiting';
  state.previous = new Map(state.rounds);
  state.rounds.clear();
  state.isConflicted = false;
  state.voted = null;
  state.prepared = null;
  state.changes.clear();
  state.isTimed = false;
  state.isIdle = false;
  moveToView(state, 0);
}

/** The accepted proposal becomes what we voted for in the view in progress. */
export function takeProposal(state: State, signed: SignedMessage<Proposal>, digest: string): Round {
  const round = currentRound(state);
  round.proposal = signed;
  round.digest = digest;
  round.voted = digest;
  state.voted = { view: round.view, digest, block: signed.message.block };
  return round;
}
