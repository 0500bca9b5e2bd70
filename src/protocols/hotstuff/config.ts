/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
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
import { MAX_SYNC_ENTRIES } from '../common/chain/messages.ts';

export const MODES = ['chained', 'basic', 'two-chain'] as const;
export type Mode = (typeof MODES)[number];

/** What the machine reads: times in µs. */
export interface HotStuffConfig {
  /**
   * Chained: every proposal is a phase of the blocks before it (§5). Basic: four phases a block (§4). Two-chain: chained, but two in a
   * row decide, and proposals after a timeout carry its certificate (Jolteon, arXiv 2106.10362).
   */
  readonly mode: Mode;
  /** Least time from seeing one block to proposing the next, µs; 0: as fast as votes arrive. */
  readonly blockMicros: Micros;
  /** Time of a view, µs, before any timeout in a row makes it longer. */
  readonly viewChangeMicros: Micros;
  readonly maxTransactionsPerBlock: number;
  /** Transfers waiting at one replica. */
  readonly mempoolLimit: number;
  readonly syncBatch: number;
  /** Decided blocks kept for replicas that catch up; who lags further takes over the state. 0: all. */
  readonly blocksKept: number;
  /** Time after which what was not answered is said again, µs. */
  readonly statusMicros: Micros;
}

const NUMBERS = {
  blockTimeMs: time(
    250,
    0,
    'Least virtual ms from seeing one block to proposing the next; 0 = as fast as votes arrive.',
  ),
  viewChangeTimeoutMs: time(
    2000,
    1,
    'Virtual ms that a view has; a quarter longer for every view in a row that failed, until a block is decided.',
  ),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one block.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one replica; more are refused.'),
  blocksKept: BLOCKS_KEPT,
  syncBatch: count(16, 1, MAX_SYNC_ENTRIES, 'Blocks in one answer to a replica that misses some.'),
  statusPeriodMs: time(
    1000,
    1,
    'Virtual ms after which a NEW-VIEW that led nowhere, or a request for blocks, is sent again.',
  ),
} satisfies Record<string, NumberOption>;

const KEYS = ['mode', ...Object.keys(NUMBERS)];

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mode: {
      type: 'string',
      enum: MODES,
      default: 'chained',
      description:
        'chained: a block a view, decided by three in a row. two-chain: by two in a row (Jolteon). basic: four phases a block.',
    },
    ...numberSchema(NUMBERS),
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
): { readonly config: HotStuffConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, KEYS, problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const config: HotStuffConfig = {
    mode: parseMode(own(raw, 'mode'), problems),
    blockMicros: microsFromMs(number('blockTimeMs')),
    viewChangeMicros: Math.max(1, microsFromMs(number('viewChangeTimeoutMs'))),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    syncBatch: number('syncBatch'),
    blocksKept: number('blocksKept'),
    statusMicros: Math.max(1, microsFromMs(number('statusPeriodMs'))),
  };
  return problems.length > 0 ? { problems } : { config };
}

function parseMode(value: unknown, problems: Problem[]): Mode {
  const mode = value === undefined ? 'chained' : MODES.find((name) => name === value);
  if (mode !== undefined) return mode;
  problems.push({ path: 'mode', found: show(value), expected: `one of ${MODES.join(', ')}` });
  return 'chained';
}
