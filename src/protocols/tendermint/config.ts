/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import {
  BLOCKS_KEPT,
  count,
  numberSchema,
  parseBoolean,
  parseNumber,
  refuseUnknown,
  time,
  type NumberOption,
} from '../common/options.ts';
import { MAX_SYNC_ENTRIES } from '../common/chain/messages.ts';

/** timeoutX(r) = base + r · increment, µs. Ref: §3, "timeoutX(r)". */
export interface Growing {
  readonly baseMicros: Micros;
  readonly incrementMicros: Micros;
}

/** What the machine reads: times in µs. */
export interface TendermintConfig {
  /** From one height's beginning to the next, µs; 0: as fast as votes arrive. */
  readonly blockMicros: Micros;
  readonly propose: Growing;
  readonly prevote: Growing;
  readonly precommit: Growing;
  readonly heartbeatMicros: Micros;
  /** Without a decision for so long consensus counts as stalled, µs. */
  readonly stallMicros: Micros;
  readonly maxTransactionsPerBlock: number;
  /** Transfers waiting at one validator. */
  readonly mempoolLimit: number;
  /** Whether blocks without transfers are proposed. */
  readonly emptyBlocks: boolean;
  readonly syncBatch: number;
  /** Decided blocks kept for validators that catch up; who lags further takes over the state. 0: all. */
  readonly blocksKept: number;
}

const NUMBERS = {
  blockTimeMs: time(1000, 0, "Virtual ms from one height's beginning to the next; 0 = as fast as votes arrive."),
  timeoutProposeMs: time(1500, 1, 'Virtual ms that round 0 waits for its proposal before validators prevote nil.'),
  timeoutProposeIncrementMs: time(500, 0, 'Virtual ms that the wait for a proposal grows by with every round.'),
  timeoutPrevoteMs: time(1000, 1, 'Virtual ms for late prevotes, once two thirds have prevoted without agreeing.'),
  timeoutPrevoteIncrementMs: time(500, 0, 'Virtual ms that the wait for prevotes grows by with every round.'),
  timeoutPrecommitMs: time(
    1000,
    1,
    'Virtual ms for late precommits, once two thirds have precommitted, until the next round.',
  ),
  timeoutPrecommitIncrementMs: time(500, 0, 'Virtual ms that the wait for precommits grows by with every round.'),
  heartbeatMs: time(
    2000,
    1,
    'Virtual ms without a decision, or without a word of its own, after which a validator says where it stands.',
  ),
  stallMs: time(10_000, 1, 'Virtual ms without a decision after which a validator reports that consensus has stalled.'),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one block.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one validator; more are refused.'),
  blocksKept: BLOCKS_KEPT,
  syncBatch: count(16, 1, MAX_SYNC_ENTRIES, 'Blocks in one answer to a validator that catches up.'),
} satisfies Record<string, NumberOption>;

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    emptyBlocks: { type: 'boolean', default: true, description: 'Whether blocks without transfers are proposed.' },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
): { readonly config: TendermintConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, [...Object.keys(NUMBERS), 'emptyBlocks'], problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const micros = (name: keyof typeof NUMBERS, least = 0): Micros => Math.max(least, microsFromMs(number(name)));
  const config: TendermintConfig = {
    blockMicros: micros('blockTimeMs'),
    propose: { baseMicros: micros('timeoutProposeMs', 1), incrementMicros: micros('timeoutProposeIncrementMs') },
    prevote: { baseMicros: micros('timeoutPrevoteMs', 1), incrementMicros: micros('timeoutPrevoteIncrementMs') },
    precommit: { baseMicros: micros('timeoutPrecommitMs', 1), incrementMicros: micros('timeoutPrecommitIncrementMs') },
    heartbeatMicros: micros('heartbeatMs', 1),
    stallMicros: micros('stallMs', 1),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    emptyBlocks: parseBoolean(raw, 'emptyBlocks', true, problems),
    syncBatch: number('syncBatch'),
    blocksKept: number('blocksKept'),
  };
  return problems.length > 0 ? { problems } : { config };
}

/** Time that a step of a round has, µs. Grows with the round, so that some round is long enough for the network as it is. */
export function timeoutOf({ baseMicros, incrementMicros }: Growing, round: number, mutant: string | null): Micros {
  return mutant === 'timer-not-doubled' ? baseMicros : baseMicros + round * incrementMicros;
}
