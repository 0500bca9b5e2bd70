/** What a validator knows: plain data, structured-cloneable. `Durable` is the part that survives a crash. */
import { required } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { LedgerState } from '../../ledger/types.ts';
import { createPool } from '../common/blocks.ts';
import type { Asked } from '../common/chain/catch-up.ts';
import type { ChainRecord } from '../common/chain/decided.ts';
import type { Waiting } from '../common/chain/future.ts';
import type { Effects, SignedMessage, SignedRef } from '../protocol.ts';
import {
  type DecidedEntry,
  type Message,
  NIL,
  NO_ROUND,
  type Precommit,
  type Proposal,
  type RoundMessage,
  type Step,
} from './messages.ts';
import { initialPriorities, proposerOf, type Turns, totalOf, turnsOfHeight } from './proposer.ts';
import { type Ctx, correctPowerOf, type Lock, quorumOf } from './rules.ts';
import { createTally, type PowerTally } from './tally.ts';

/** A timer carries what it is about: one that no longer fits is inert. */
export type Timer =
  /** Round 0 of the height is due. */
  | { readonly kind: 'height'; readonly height: number }
  /** timeoutPropose, timeoutPrevote, timeoutPrecommit of the paper. */
  | { readonly kind: 'propose' | 'prevote' | 'precommit'; readonly height: number; readonly round: number }
  | { readonly kind: 'heartbeat' };

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  /** Entered a round above 0; `left`: the PRECOMMITs of the round before it, which take others along. */
  | {
      readonly kind: 'round';
      readonly height: number;
      readonly round: number;
      readonly left: readonly SignedMessage<Precommit>[];
    }
  /** Our own proposal: another one for its round would be a lie. */
  | { readonly kind: 'proposed'; readonly signed: SignedMessage<Proposal> }
  | { readonly kind: 'prevote' | 'precommit'; readonly height: number; readonly round: number; readonly digest: string }
  /** The block with a polka. A PRECOMMIT for it in the same round is the lock. */
  | { readonly kind: 'valid'; readonly signed: SignedMessage<Proposal>; readonly votes: readonly SignedRef[] }
  | ChainRecord<DecidedEntry>;

export type Out = Effects<Message, Timer, Durable>;

/** What we know of one round of one height. */
export interface Round {
  readonly round: number;
  /** The first proposal of its proposer, and the hash of its block; null and '' before. */
  proposal: SignedMessage<Proposal> | null;
  digest: string;
  /** valid(v) of the paper. */
  isValid: boolean;
  /** What we said: a hash, '' for nil, null before. Survives a crash. */
  prevoted: string | null;
  precommitted: string | null;
  readonly prevotes: PowerTally;
  readonly precommits: PowerTally;
  /** "For the first time" of lines 34, 36 and 47. */
  isPrevoteTimed: boolean;
  hasPolka: boolean;
  isPrecommitTimed: boolean;
  /** Whether we asked the proposer for the polka that line 28 wants. */
  hasAskedPolka: boolean;
  isProposerCaught: boolean;
}

/** validValue and validRound: a proposed block with the PREVOTEs that made its polka. */
export interface ValidValue {
  readonly round: number;
  readonly digest: string;
  readonly signed: SignedMessage<Proposal>;
  readonly votes: readonly SignedRef[];
}

export interface State {
  readonly self: NodeIndex;
  readonly validatorCount: number;
  /** Voting power by validator, and what is more than two thirds, or at least one correct one, of the whole. */
  readonly powers: readonly number[];
  readonly quorum: number;
  readonly correctPower: number;
  /** Proposer priorities after round 0 of the height in progress. */
  readonly priorities: number[];
  turns: Turns;

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

  /** h_p: the height in progress, one more than decided. */
  height: number;
  /** round_p and step_p. */
  round: number;
  step: Step;
  /** By round; all up to ours, and those a little above, see `roundAt`. */
  readonly rounds: Map<number, Round>;
  /** Rounds of the height before, kept to recognise late equivocation; null at the first height. */
  previous: Map<number, Round> | null;
  /** lockedRound and lockedValue. */
  lock: Lock;
  /** validRound and validValue; null before the first polka of the height. */
  valid: ValidValue | null;
  /** By validator: the highest round it was heard in at this height, −1 before. */
  readonly latest: number[];
  /** When round 0 of this height is due, by our own clock, µs. */
  scheduledAt: Micros;
  /** Nothing to propose and `emptyBlocks` is off. */
  isIdle: boolean;
  /** Two thirds precommitted a block that is not here. */
  isAwaitingBlock: boolean;

  /** Messages for the next height, in order of arrival, bounded per sender. */
  future: Waiting<RoundMessage>[];
  /** By validator: the last height it is known to have decided. */
  readonly known: number[];
  /** Whom we asked for blocks last, and when we may ask again; null before the first time. */
  asked: Asked | null;

  /** When the last decision was taken here, or it started, µs. */
  progressAt: Micros;
  /** When we said something of our own last, µs. */
  saidAt: Micros;
  /** By validator: when it was heard last, µs. */
  readonly heardAt: Micros[];
  /** Heartbeats sent since the start. */
  beats: number;
  isStalled: boolean;
  /** Validators not heard of while stalled. */
  silentCount: number;

  /** For people: rounds above 0 entered, equivocations seen. */
  changeCount: number;
  evidenceCount: number;
}

/** Rounds above ours whose votes are kept: more would let one traitor fill the memory. */
export const ROUND_WINDOW = 8;

const NO_LOCK: Lock = { round: NO_ROUND, digest: NIL };

/** A validator that starts fresh: nothing decided, height 1 waits for its round 0. */
export function createState(ctx: Ctx): State {
  const { self, validatorCount, clientCount } = ctx;
  const powers = ctx.stakes.slice(0, validatorCount);
  const priorities = initialPriorities(powers);
  const none = (value: number) => new Array<number>(validatorCount).fill(value);
  return {
    self,
    validatorCount,
    powers,
    quorum: quorumOf(totalOf(powers), ctx.mutant),
    correctPower: correctPowerOf(totalOf(powers)),
    turns: turnsOfHeight(priorities, powers),
    priorities,
    decided: 0,
    chain: [],
    tip: GENESIS_HASH,
    ledger: createLedger(ctx.workload, clientCount),
    pool: createPool(ctx),
    waiting: 0,
    height: 1,
    round: 0,
    step: 'new-round',
    rounds: new Map([[0, createRound(0, validatorCount)]]),
    previous: null,
    lock: NO_LOCK,
    valid: null,
    latest: none(NO_ROUND),
    scheduledAt: 0,
    isIdle: false,
    isAwaitingBlock: false,
    future: [],
    known: none(0),
    asked: null,
    progressAt: 0,
    saidAt: 0,
    heardAt: none(0),
    beats: 0,
    isStalled: false,
    silentCount: 0,
    changeCount: 0,
    evidenceCount: 0,
  };
}

function createRound(round: number, validatorCount: number): Round {
  return {
    round,
    proposal: null,
    digest: NIL,
    isValid: false,
    prevoted: null,
    precommitted: null,
    prevotes: createTally(validatorCount),
    precommits: createTally(validatorCount),
    isPrevoteTimed: false,
    hasPolka: false,
    isPrecommitTimed: false,
    hasAskedPolka: false,
    isProposerCaught: false,
  };
}

/** The round in progress. Looked up: a second reference to it in the state would not survive a snapshot. */
export function currentRound(state: State): Round {
  return required(state.rounds.get(state.round), 'the round in progress');
}

/** A round of the height in progress, made on demand; null when it is too far ahead. */
export function roundAt(state: State, round: number): Round | null {
  const known = state.rounds.get(round);
  if (known !== undefined) return known;
  if (round > state.round + ROUND_WINDOW) return null;
  const made = createRound(round, state.validatorCount);
  state.rounds.set(round, made);
  return made;
}

/** Moves to a round above ours. */
export function moveToRound(state: State, round: number): Round {
  state.round = round;
  state.step = 'propose';
  return required(roundAt(state, round), 'the round in progress');
}

/** Moves to the height after the last decided block: each height between takes its turn of proposers. Ref: lines 51–53. */
export function moveToNextHeight(state: State): void {
  while (state.height <= state.decided) {
    state.height++;
    state.turns = turnsOfHeight(state.priorities, state.powers);
  }
  state.round = 0;
  state.step = 'new-round';
  state.previous = new Map(state.rounds);
  state.rounds.clear();
  state.rounds.set(0, createRound(0, state.validatorCount));
  state.lock = NO_LOCK;
  state.valid = null;
  state.latest.fill(NO_ROUND);
  state.isIdle = false;
  state.isAwaitingBlock = false;
}

/** proposer(h_p, r). */
export function proposerAt(state: State, round: number): NodeIndex {
  return proposerOf(state.turns, round, state.powers);
}

/** The round in progress, or "none" while the height waits for its time. */
export function activeRound(state: State): number {
  return state.step === 'new-round' ? NO_ROUND : state.round;
}
