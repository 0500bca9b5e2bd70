/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import { numberSchema, type NumberOption, parseNumber, refuseUnknown } from '../common/options.ts';
import { MAX_BLOCKS } from './messages.ts';

/** What the machine reads: times in µs. */
export interface PaxosConfig {
  readonly blockMicros: Micros;
  /** Shortest time without a distinguished proposer before a server tries to become it, µs; the longest is twice that. */
  readonly takeoverMicros: Micros;
  readonly heartbeatMicros: Micros;
  readonly maxTransactionsPerBlock: number;
  readonly mempoolLimit: number;
  /** Chosen values in one message to a learner. */
  readonly learnBlocks: number;
}

const DAY_MS = 86_400_000;

const NUMBERS = {
  blockTimeMs: {
    default: 1000,
    minimum: 0,
    maximum: DAY_MS,
    integer: false,
    description: 'Virtual ms from one proposal to the next; 0 = as fast as a majority accepts.',
  },
  takeoverTimeoutMs: {
    default: 1500,
    minimum: 1,
    maximum: DAY_MS,
    integer: false,
    description:
      'Virtual ms without a proposer after which a server prepares a ballot at the earliest; twice that at the latest.',
  },
  heartbeatMs: {
    default: 300,
    minimum: 1,
    maximum: DAY_MS,
    integer: false,
    description: 'Virtual ms from one heartbeat of the proposer to the next; well below the takeover timeout.',
  },
  maxTransactionsPerBlock: {
    default: 1000,
    minimum: 1,
    maximum: 100_000,
    integer: true,
    description: 'Transfers in one block.',
  },
  mempoolLimit: {
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    integer: true,
    description: 'Transfers that wait at one server; more are refused.',
  },
  learnBlocks: {
    default: 16,
    minimum: 1,
    maximum: MAX_BLOCKS,
    integer: true,
    description: 'Chosen blocks in one answer to a learner that catches up.',
  },
} as const satisfies Record<string, NumberOption>;

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: numberSchema(NUMBERS),
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
): { readonly config: PaxosConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, Object.keys(NUMBERS), problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const config: PaxosConfig = {
    blockMicros: microsFromMs(number('blockTimeMs')),
    takeoverMicros: Math.max(1, microsFromMs(number('takeoverTimeoutMs'))),
    heartbeatMicros: Math.max(1, microsFromMs(number('heartbeatMs'))),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    learnBlocks: number('learnBlocks'),
  };
  if (config.heartbeatMicros >= config.takeoverMicros && problems.length === 0) {
    const found = `${config.heartbeatMicros / 1000}`;
    problems.push({ path: 'heartbeatMs', found, expected: 'less than takeoverTimeoutMs' });
  }
  return problems.length > 0 ? { problems } : { config };
}
