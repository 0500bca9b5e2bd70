/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import { nodeIndexOf, type NodeIndex } from '../../core/ids.ts';
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import {
  BLOCKS_KEPT,
  count,
  numberSchema,
  own,
  parseNumber,
  refuseUnknown,
  show,
  time,
  type NumberOption,
} from '../common/options.ts';
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
  /** Chosen values kept for learners that catch up; who lags further takes over the state. 0: all. */
  readonly blocksKept: number;
  /** Servers that may propose, ascending; null: every server. All are acceptors and learners. */
  readonly proposers: readonly NodeIndex[] | null;
}

const MAX_VALIDATORS = 1024;

const NUMBERS = {
  blockTimeMs: time(1000, 0, 'Virtual ms from one proposal to the next; 0 = as fast as a majority accepts.'),
  takeoverTimeoutMs: time(
    1500,
    1,
    'Virtual ms without a proposer after which a server prepares a ballot at the earliest; twice that at the latest.',
  ),
  heartbeatMs: time(
    300,
    1,
    'Virtual ms from one heartbeat of the proposer to the next; well below the takeover timeout.',
  ),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one block.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one server; more are refused.'),
  blocksKept: BLOCKS_KEPT,
  learnBlocks: count(16, 1, MAX_BLOCKS, 'Chosen blocks in one answer to a learner that catches up.'),
} satisfies Record<string, NumberOption>;

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    proposers: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', pattern: '^v(0|[1-9][0-9]*)$' },
      description: 'Servers that may propose; every server where it is left out. All accept and learn.',
    },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  validatorCount: number = MAX_VALIDATORS,
): { readonly config: PaxosConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, [...Object.keys(NUMBERS), 'proposers'], problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const config: PaxosConfig = {
    blockMicros: microsFromMs(number('blockTimeMs')),
    takeoverMicros: Math.max(1, microsFromMs(number('takeoverTimeoutMs'))),
    heartbeatMicros: Math.max(1, microsFromMs(number('heartbeatMs'))),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    learnBlocks: number('learnBlocks'),
    blocksKept: number('blocksKept'),
    proposers: parseProposers(own(raw, 'proposers'), validatorCount, problems),
  };
  if (config.heartbeatMicros >= config.takeoverMicros && problems.length === 0) {
    const found = `${config.heartbeatMicros / 1000}`;
    problems.push({ path: 'heartbeatMs', found, expected: 'less than takeoverTimeoutMs' });
  }
  return problems.length > 0 ? { problems } : { config };
}

function parseProposers(value: unknown, validatorCount: number, problems: Problem[]): readonly NodeIndex[] | null {
  if (value === undefined) return null;
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  const indices = names.map((name) =>
    typeof name === 'string' ? nodeIndexOf(name, { validatorCount, clientCount: 0 }) : null,
  );
  if (indices.length === 0 || indices.includes(null) || new Set(indices).size !== indices.length) {
    const expected = `different servers from v0 to v${validatorCount - 1}`;
    problems.push({ path: 'proposers', found: show(value), expected });
  }
  return indices.filter((index) => index !== null).sort((a, b) => a - b);
}
