/** What a replica knows: plain data, structured-cloneable. `Durable` is the part that survives a crash. */
import { listOf } from '../../core/list.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { Asked } from '../common/chain/catch-up.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { createTally, type Tally } from '../common/tally.ts';
import type { Effects, SignedMessage, SignedRef } from '../protocol.ts';
import type {
  CheckpointId,
  Entry,
  Executed,
  Message,
  NewView,
  PreparedClaim,
  PrePrepare,
  Request,
  ViewChange,
} from './messages.ts';
import { type Ctx, isInWindow, quorumOf } from './rules.ts';
import { primaryOf } from './signing.ts';

/** A timer carries what it is about: one that no longer fits is inert. */
export type Timer =
  /** The primary may assign the next number. */
  | { readonly kind: 'propose' }
  /** The view has had its time. */
  | { readonly kind: 'view'; readonly view: number }
  /** Time to say where we stand, if nothing happened. */
  | { readonly kind: 'status' };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  /** Asked for a view: nothing may be said in lower ones any more. */
  | { readonly kind: 'view'; readonly view: number; readonly doublings: number }
  /** Entered a view by its NEW-VIEW; PREPAREs for all that it assigns go out. */
  | { readonly kind: 'new-view'; readonly signed: SignedMessage<NewView>; readonly doublings: number }
  /** Accepted a pre-prepare of the view in progress; the PREPARE for it goes out. */
  | { readonly kind: 'accepted'; readonly view: number; readonly request: Request; readonly proof: SignedRef }
  /** The prepared certificate; the COMMIT for it goes out. */
  | { readonly kind: 'prepared'; readonly claim: PreparedClaim }
  | { readonly kind: 'executed'; readonly entry: Entry }
  | { readonly kind: 'stable'; readonly stable: CheckpointId; readonly proof: readonly SignedRef[] }
  /** Where we stand, in the place of the executions before it: taken over from a peer, or our own when old ones are forgotten. */
  | StateRecord
  /** Executed requests before that, ascending, for peers that catch up. */
  | { readonly kind: 'kept'; readonly entries: readonly Executed[] };

/** With it the replies to be sent again, and the state at checkpoints that others may need. */
export interface StateRecord {
  readonly kind: 'state';
  readonly snapshot: Snapshot<Executed>;
  readonly replies: readonly ReadonlyMap<number, KeptReply>[];
  readonly copies: readonly Snapshot<Executed>[];
}

export type Out = Effects<Message, Timer, Durable>;

/** What we know of one sequence number in one view. */
export interface Round {
  readonly view: number;
  /** Digest that its primary assigned and we accepted; '' before. */
  digest: string;
  /** What we voted for in this view; null when nothing. Survives a crash. */
  voted: string | null;
  /** The primary's vote is its pre-prepare. */
  readonly prepares: Tally;
  readonly commits: Tally;
  /** A pre-prepare that came before we were in the view; null when none did. */
  early: SignedMessage<PrePrepare> | null;
}

/** One sequence number of the log. */
export interface Slot {
  readonly sequence: number;
  readonly rounds: Map<number, Round>;
  /** Requests by digest: several only where a primary equivocates or a view change replaces one. */
  readonly requests: Map<string, Request>;
  /** Our prepared certificate of the highest view; null when we prepared nothing. Ref: §4.4, an element of P. */
  prepared: PreparedClaim | null;
  /** The quorum of COMMITs; null before. */
  committed: { readonly view: number; readonly digest: string; readonly votes: readonly SignedRef[] } | null;
}

/** A reply as it is kept to be sent again. */
export interface KeptReply {
  readonly sequence: number;
  readonly refused: readonly number[];
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;
  readonly quorum: number;
  readonly window: number;

  /** The last executed sequence number; 0 before the first. */
  decided: number;
  /** The last executed requests, ascending without gaps up to `decided`: what is older is forgotten, see `transfer.ts`. */
  readonly chain: Executed[];
  /** Hash of the last block. */
  tip: string;
  readonly ledger: LedgerState;
  /** Requests that have no sequence number in the view in progress. */
  readonly pool: Mempool;
  /** Batches in `pool`. */
  waiting: number;
  /** By client: sequences of the batches that have a number in this view and are not executed. */
  readonly ordered: Set<number>[];
  /** By client: the latest replies, by sequence of the batch. */
  readonly replies: Map<number, KeptReply>[];

  view: number;
  primary: NodeIndex;
  /** Asked for `view` and waits for its NEW-VIEW. */
  isChanging: boolean;
  /** The NEW-VIEW of the view in progress; null in view 0 and while changing. */
  newView: SignedMessage<NewView> | null;
  /** Views entered in a row without an execution: the timeout is 2^doublings T. */
  doublings: number;
  /** Whether something was executed in this view. */
  hasProgress: boolean;

  /** Last stable checkpoint, the low watermark h, and the CHECKPOINTs that prove it. */
  stable: CheckpointId;
  stableProof: readonly SignedRef[];
  /** By sequence number: the state at checkpoints of ours that others may need, from the last stable one on. */
  readonly copies: Map<number, Snapshot<Executed>>;
  /** By sequence number: those above h, and those below that are not executed yet. */
  readonly log: Map<number, Slot>;
  /** One above the highest number assigned in this view. */
  nextSequence: number;
  /** By sequence number: CHECKPOINTs above h. */
  readonly checkpoints: Map<number, Tally>;
  /** The highest VIEW-CHANGE above our view, or for it while changing, by replica. */
  readonly changes: Map<NodeIndex, SignedMessage<ViewChange>>;
  /** Whose VIEW-CHANGE came after we entered the view: it crossed the NEW-VIEW, and only a second one shows that it missed it. */
  readonly late: Set<NodeIndex>;

  /** Whether the time of the view is running (a changing replica waits for a quorum first). */
  isTimed: boolean;
  /** The request that must be executed before the timer restarts; null: any. Ref: §4.4, the liveness timer. */
  awaited: { readonly client: NodeIndex; readonly batch: number } | null;
  /** When the primary may assign the next number, µs. */
  scheduledAt: Micros;
  /** Whether the propose timer is armed. */
  isScheduled: boolean;

  /** By replica: the last number it is known to have executed, and the highest view it was seen in. */
  readonly known: number[];
  readonly seenView: number[];
  /** Whom we asked for state last, and when we may ask again; null before the first time. */
  asked: Asked | null;
  /** Whom to ask next for a request that is missing: counts up with every FETCH. */
  fetchTurn: number;
  /** When something last went forward here: a start, an execution, a view entered, µs. */
  progressAt: Micros;

  /** For people: view changes we started, equivocations we saw. */
  changeCount: number;
  evidenceCount: number;
}

/** Views above and below ours whose votes are kept: more would let one traitor fill the memory. */
export const VIEW_WINDOW = 8;
/** Replies kept for each client. */
export const REPLIES_MAX = 256;

/** A replica that starts fresh: nothing executed, view 0, no checkpoint but the genesis. */
export function createState(ctx: Ctx): State {
  const { config, self, validatorCount, clientCount } = ctx;
  return {
    self,
    validatorCount,
    quorum: quorumOf(validatorCount, ctx.mutant),
    window: config.window,
    decided: 0,
    chain: [],
    tip: GENESIS_HASH,
    ledger: createLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    ordered: listOf(clientCount, () => new Set<number>()),
    replies: listOf(clientCount, () => new Map<number, KeptReply>()),
    view: 0,
    primary: 0,
    isChanging: false,
    newView: null,
    doublings: 0,
    hasProgress: false,
    stable: { sequence: 0, digest: GENESIS_HASH },
    stableProof: [],
    copies: new Map(),
    log: new Map(),
    nextSequence: 1,
    checkpoints: new Map(),
    changes: new Map(),
    late: new Set(),
    isTimed: false,
    awaited: null,
    scheduledAt: 0,
    isScheduled: false,
    known: new Array<number>(validatorCount).fill(0),
    seenView: new Array<number>(validatorCount).fill(0),
    asked: null,
    fetchTurn: self,
    progressAt: 0,
    changeCount: 0,
    evidenceCount: 0,
  };
}

/** The slot of a number between the watermarks, made on demand; null outside (known ones below h are kept until executed). */
export function slotAt(state: State, sequence: number): Slot | null {
  const known = state.log.get(sequence);
  if (known !== undefined) return known;
  if (!isInWindow(sequence, state.stable.sequence, state.window)) return null;
  const slot: Slot = { sequence, rounds: new Map(), requests: new Map(), prepared: null, committed: null };
  state.log.set(sequence, slot);
  return slot;
}

/** The round of a slot in a view, made on demand; null when the view is too far from ours. */
export function roundAt(state: State, slot: Slot, view: number): Round | null {
  const known = slot.rounds.get(view);
  if (known !== undefined) return known;
  if (view > state.view + VIEW_WINDOW || view < state.view - VIEW_WINDOW) return null;
  const { validatorCount } = state;
  const [prepares, commits] = [createTally(validatorCount), createTally(validatorCount)];
  const round: Round = { view, digest: '', voted: null, prepares, commits, early: null };
  slot.rounds.set(view, round);
  return round;
}

/** Moves to a view and its primary. Rounds far below are forgotten. */
export function moveToView(state: State, view: number): void {
  state.view = view;
  state.primary = primaryOf(view, state.validatorCount);
  state.newView = null;
  state.late.clear();
  for (const { rounds } of state.log.values()) {
    for (const old of rounds.keys()) if (old < view - VIEW_WINDOW) rounds.delete(old);
  }
}

/** Slots in ascending order of their numbers. */
export function slotsAscending(state: State): Slot[] {
  return [...state.log.values()].sort((a, b) => a.sequence - b.sequence);
}

/** The last executed sequence number. */
export function executedOf(state: State): number {
  return state.decided;
}

export function isPrimary(state: State): boolean {
  return state.primary === state.self;
}
