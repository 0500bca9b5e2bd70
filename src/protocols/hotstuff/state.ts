/** What a replica knows: plain data, structured-cloneable. `Durable` is the part that survives a crash. */
import { required } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { quorumSize } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { Block, LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { createTally, type Tally } from '../common/tally.ts';
import type { Effects, SignedMessage } from '../protocol.ts';
import type { Mode } from './config.ts';
import { genesisLedger } from './ledgers.ts';
import {
  type DecidedEntry,
  type Message,
  type Proposal,
  type Qc,
  QC_PHASES,
  type QcPhase,
  type Vote,
  type Wish,
} from './messages.ts';
import type { Ctx, Lock, Voted } from './rules.ts';
import { phaseOf } from './signing.ts';

/** A timer carries what it is about: one that no longer fits is inert. */
export type Timer =
  /** The leader's turn to propose. */
  | { readonly kind: 'propose'; readonly view: number }
  /** The view has had its time; again while it goes on. */
  | { readonly kind: 'view'; readonly view: number }
  /** Blocks that were asked for have not come. */
  | { readonly kind: 'sync' };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  /** A block that may be voted for, or that a certificate vouches for. */
  | { readonly kind: 'block'; readonly block: Block }
  /** A certificate that told us something: locks and decisions follow from these and the blocks. */
  | { readonly kind: 'certificate'; readonly qc: Qc }
  | { readonly kind: 'voted'; readonly vote: Vote }
  /** Asked for this view: nothing is voted for in lower ones any more. */
  | { readonly kind: 'wish'; readonly view: number }
  /** Where we stand, in the place of all decided before it: taken over from a peer, or our own when old blocks are forgotten. */
  | SnapshotRecord
  /** Decided blocks before that, ascending, for peers that catch up. */
  | { readonly kind: 'kept'; readonly entries: readonly DecidedEntry[] }
  /** The lock, where the certificate behind it is not on disk any more. */
  | { readonly kind: 'lock'; readonly lock: Lock };

export interface SnapshotRecord {
  readonly kind: 'snapshot';
  readonly snapshot: Snapshot<DecidedEntry>;
  readonly provedBy: readonly string[];
}

export type Out = Effects<Message, Timer, Durable>;

/** A block above the decided ones. */
export interface TreeNode {
  readonly block: Block;
  /** Votes of phase `prepare` for it; null while we know of none. */
  qc: Qc | null;
  /** The ledger after it. Never written to: blocks without transfers share their parent's. */
  readonly ledger: LedgerState;
}

/** What we know of one view. */
export interface Round {
  readonly view: number;
  /** The first proposal of its leader, and its hash; null and '' before. */
  proposal: SignedMessage<Proposal> | null;
  digest: string;
  /** Whether the proposal was looked at and is not voted for: that does not change. */
  isRefused: boolean;
  /** By position in `QC_PHASES`; made when the first vote comes. */
  readonly tallies: (Tally | null)[];
  /** Messages of the basic form that we, its leader, have sent: 1 after PRE-COMMIT, 3 after DECIDE. */
  shownCount: number;
  isLeaderCaught: boolean;
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;
  readonly mode: Mode;
  readonly quorum: number;

  /** The last height decided; 0 before the first. */
  decided: number;
  /** The last decided blocks, ascending without gaps up to `decided`: what is older is forgotten, see `snapshot.ts`. */
  readonly chain: DecidedEntry[];
  /** Hashes of the certified blocks above the last decided one that decided it, lowest first; none in the basic form. */
  provedBy: readonly string[];
  /** Hash of the last decided block. */
  tip: string;
  /** After the last decided block. Never written to, only replaced. */
  ledger: LedgerState;
  readonly pool: Mempool;
  /** Batches in `pool`, counted once per change. */
  waiting: number;
  /** Blocks above the decided ones, by hash; parents stand before their children. */
  readonly tree: Map<string, TreeNode>;

  /** The view in progress, from 1. */
  view: number;
  leader: NodeIndex;
  /** The highest view we asked for; above `view` once that one has timed out. */
  wish: number;
  /** By node: the highest view it asked for. */
  readonly wishes: number[];
  /** By node: the NEW-VIEW behind it, for timeout certificates; null in the other forms. */
  readonly wishProofs: (Wish | null)[];
  /** By view; only views near ours, see `roundAt`. That of `view` is always there. */
  readonly rounds: Map<number, Round>;
  /** The last vote we sent, and its place in the order of votes. */
  lastVote: Vote | null;
  voted: Voted;
  /** The certificate of phase `prepare` of the highest view; null for that of genesis. */
  highQc: Qc | null;
  lock: Lock;
  /** Views since the last decision that ended without a certificate: each makes the next one longer. */
  timeouts: number;
  /** The view that began with one more of them; 0 when none did. */
  lengthenedAt: number;
  /** When the next proposal is due at the earliest, by our own clock, µs. */
  proposeAt: Micros;
  /** The view that we are about to propose in; 0 before the first. */
  armedView: number;
  /** Whom we asked for blocks last, and when we may ask again; null before the first time. */
  asked: { readonly peer: NodeIndex; readonly retryAt: Micros } | null;

  /** For people: views we gave up, equivocations we saw. */
  changeCount: number;
  evidenceCount: number;
}

/** Views beside ours whose messages are kept: more would let one traitor fill the memory. */
export const VIEW_WINDOW = 8;
export const FIRST_VIEW = 1;

/** A replica that starts fresh: nothing decided, view 1. */
export function createState(ctx: Ctx): State {
  const { config, self, validatorCount, clientCount } = ctx;
  return {
    self,
    validatorCount,
    mode: config.mode,
    quorum: quorumSize(validatorCount),
    decided: 0,
    chain: [],
    provedBy: [],
    tip: GENESIS_HASH,
    ledger: genesisLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    tree: new Map(),
    view: FIRST_VIEW,
    leader: leaderOf(FIRST_VIEW, validatorCount),
    wish: FIRST_VIEW,
    wishes: new Array<number>(validatorCount).fill(0),
    wishProofs: new Array<null>(validatorCount).fill(null),
    rounds: new Map([[FIRST_VIEW, createRound(FIRST_VIEW)]]),
    lastVote: null,
    voted: { view: 0, phase: 0 },
    highQc: null,
    lock: { view: 0, height: 0, digest: GENESIS_HASH },
    timeouts: 0,
    lengthenedAt: 0,
    proposeAt: 0,
    armedView: 0,
    asked: null,
    changeCount: 0,
    evidenceCount: 0,
  };
}

/** The next replica with every view. Ref: §4.1 (a deterministic mapping from view to leader). */
export function leaderOf(view: number, validatorCount: number): NodeIndex {
  return view % validatorCount;
}

/** Whether every block is a phase of those below it. */
export function isChained({ mode }: Pick<State, 'mode'>): boolean {
  return mode !== 'basic';
}

/** Who collects the votes of a view: its leader in the basic form, the next one in the chained form. Ref: §5. */
export function collectorOf(view: number, state: State): NodeIndex {
  return leaderOf(isChained(state) ? view + 1 : view, state.validatorCount);
}

function createRound(view: number): Round {
  return {
    view,
    proposal: null,
    digest: '',
    isRefused: false,
    tallies: [null, null, null],
    shownCount: 0,
    isLeaderCaught: false,
  };
}

/** The round of the view in progress. */
export function currentRound(state: State): Round {
  return required(state.rounds.get(state.view), 'the round of the view in progress');
}

/** The round of a view, made on demand; null when it is too far from ours. */
export function roundAt(state: State, view: number): Round | null {
  const known = state.rounds.get(view);
  if (known !== undefined) return known;
  if (view > state.view + VIEW_WINDOW || view < state.view - VIEW_WINDOW) return null;
  const round = createRound(view);
  state.rounds.set(view, round);
  return round;
}

export function tallyOf(round: Round, phase: QcPhase, validatorCount: number): Tally {
  const position = QC_PHASES.indexOf(phase);
  const known = round.tallies[position] ?? null;
  if (known !== null) return known;
  const tally = createTally(validatorCount);
  round.tallies[position] = tally;
  return tally;
}

/** Moves to a view: its leader, its round. Rounds far below are forgotten. */
export function moveToView(state: State, view: number): void {
  const { rounds } = state;
  const before = state.view;
  state.view = view;
  state.leader = leaderOf(view, state.validatorCount);
  if (!rounds.has(view)) rounds.set(view, createRound(view));
  // No round is more than the window below the view before: in the ordinary course there is one to forget.
  if (view === before + 1) rounds.delete(before - VIEW_WINDOW);
  else for (const old of rounds.keys()) if (old < view - VIEW_WINDOW) rounds.delete(old);
}

/** Remembers a vote of ours. */
export function recordVote(state: State, vote: Vote): void {
  state.lastVote = vote;
  state.voted = { view: vote.view, phase: QC_PHASES.indexOf(phaseOf(vote.type)) };
}
