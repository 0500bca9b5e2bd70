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
  show,
  time,
  type NumberOption,
} from '../common/options.ts';
import { MAX_ENTRIES, MAX_WINDOW } from './messages.ts';

/** What the machine reads: times in µs. */
export interface PbftConfig {
  /** From one pre-prepare of the primary to its next, µs; 0: as soon as requests wait. */
  readonly blockMicros: Micros;
  /** T, the time a request may wait in the first view after progress, µs; doubles with every further view change. */
  readonly viewChangeMicros: Micros;
  /** A checkpoint after every so many sequence numbers, K. */
  readonly checkpointInterval: number;
  /** H − h: sequence numbers that may be in flight above the last stable checkpoint. */
  readonly window: number;
  readonly maxTransactionsPerBlock: number;
  /** Transfers waiting at one replica. */
  readonly mempoolLimit: number;
  /** Whether the primary orders null requests while no request waits. */
  readonly emptyBlocks: boolean;
  /** Requests in one answer to a replica that is behind. */
  readonly syncBatch: number;
  /** Executed requests kept for replicas that catch up; who lags further takes over the state at a checkpoint. 0: all. */
  readonly blocksKept: number;
  readonly statusMicros: Micros;
  /** Time after which a client sends a request to everyone, µs. */
  readonly retryMicros: Micros;
}

const NUMBERS = {
  blockTimeMs: time(
    500,
    0,
    'Virtual ms from one pre-prepare to the next, whether or not those before are decided; 0 = at once.',
  ),
  viewChangeTimeoutMs: time(
    4000,
    1,
    'Virtual ms that a replica waits for an execution; doubles with every view change without one.',
  ),
  checkpointInterval: count(8, 1, MAX_WINDOW, 'Sequence numbers from one checkpoint to the next, K.'),
  windowSize: count(
    16,
    1,
    MAX_WINDOW,
    'Sequence numbers between the watermarks: what may be in flight above the last stable checkpoint.',
  ),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers under one sequence number.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one replica; more are refused.'),
  blocksKept: BLOCKS_KEPT,
  syncBatch: count(16, 1, MAX_ENTRIES, 'Requests in one answer to a replica that catches up.'),
  statusPeriodMs: time(
    2000,
    1,
    'Virtual ms without an execution after which a replica says where it stands, and again so often.',
  ),
  clientRetryMs: time(
    3000,
    1,
    'Virtual ms without f+1 matching replies after which a client sends its request to every replica.',
  ),
} satisfies Record<string, NumberOption>;

const KEYS = [...Object.keys(NUMBERS), 'emptyBlocks'];

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    emptyBlocks: {
      type: 'boolean',
      default: true,
      description: 'Whether the primary orders null requests while no request waits.',
    },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
): { readonly config: PbftConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, KEYS, problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const config: PbftConfig = {
    blockMicros: microsFromMs(number('blockTimeMs')),
    viewChangeMicros: Math.max(1, microsFromMs(number('viewChangeTimeoutMs'))),
    checkpointInterval: number('checkpointInterval'),
    window: number('windowSize'),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    emptyBlocks: parseBoolean(raw, 'emptyBlocks', true, problems),
    syncBatch: number('syncBatch'),
    blocksKept: number('blocksKept'),
    statusMicros: Math.max(1, microsFromMs(number('statusPeriodMs'))),
    retryMicros: Math.max(1, microsFromMs(number('clientRetryMs'))),
  };
  if (problems.length === 0 && config.window < config.checkpointInterval) {
    const expected = `at least checkpointInterval, ${config.checkpointInterval}: else no checkpoint is ever reached`;
    problems.push({ path: 'windowSize', found: show(config.window), expected });
  }
  return problems.length > 0 ? { problems } : { config };
}
