/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import type { Problem } from '../../core/problem.ts';
import { fastQuorumSize, quorumSize } from '../../core/quorum.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import {
  BLOCKS_KEPT,
  count,
  numberSchema,
  own,
  parseBoolean,
  parseNumber,
  refuseUnknown,
  show,
  time,
  type NumberOption,
} from '../common/options.ts';
import { MAX_SYNC_ENTRIES } from '../common/chain/messages.ts';

/** What the machine reads: times in µs. */
export interface FastPathConfig {
  /** From one block's proposal to the next, µs; 0: as fast as votes arrive. */
  readonly blockMicros: Micros;
  /** Time that view 0 has; view v has 2^v times as much, µs. */
  readonly viewChangeMicros: Micros;
  /** How long a replica waits for a fast quorum once it has voted, µs; 0: it takes the normal path at once. */
  readonly fastMicros: Micros;
  /** Matching VOTEs that decide in one round; null: the smallest safe number of the testnet. */
  readonly fastQuorum: number | null;
  readonly maxTransactionsPerBlock: number;
  /** Transfers waiting at one replica. */
  readonly mempoolLimit: number;
  /** Whether blocks without transfers are proposed. */
  readonly emptyBlocks: boolean;
  readonly syncBatch: number;
  /** Decided blocks kept for replicas that catch up; who lags further takes over the state. 0: all. */
  readonly blocksKept: number;
  readonly statusMicros: Micros;
}

const MAX_NODES = 65_535;

const NUMBERS = {
  blockTimeMs: time(1000, 0, 'Virtual ms from one proposal to the next; 0 = as fast as votes arrive.'),
  viewChangeTimeoutMs: time(
    4000,
    1,
    'Virtual ms until a replica suspects the primary of view 0; doubles with every further view of a height.',
  ),
  fastTimeoutMs: time(
    500,
    0,
    'Virtual ms that a replica waits for a fast quorum after its VOTE before it takes the normal path, ' +
      'at most half of viewChangeTimeoutMs; 0 = it does not wait.',
  ),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one block.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one replica; more are refused.'),
  blocksKept: BLOCKS_KEPT,
  syncBatch: count(16, 1, MAX_SYNC_ENTRIES, 'Blocks in one answer to a replica that catches up.'),
  statusPeriodMs: time(
    2000,
    1,
    'Virtual ms without a decision after which a replica says where it stands, and again so often.',
  ),
} satisfies Record<string, NumberOption>;

const KEYS = [...Object.keys(NUMBERS), 'fastQuorum', 'allowUnsafeFastQuorum', 'emptyBlocks'];

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    fastQuorum: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: MAX_NODES,
      default: null,
      description:
        'Matching VOTEs that decide a block in one round; null = the smallest safe number, ⌊(n + 3f) / 2⌋ + 1, ' +
        'which is all n where n = 3f + 1.',
    },
    allowUnsafeFastQuorum: {
      type: 'boolean',
      default: false,
      description: 'Accepts a fastQuorum below the smallest safe number, down to the normal quorum: to see it break.',
    },
    emptyBlocks: { type: 'boolean', default: true, description: 'Whether blocks without transfers are proposed.' },
  },
};

/**
 * The configuration with defaults filled in, or everything that is wrong with it. Whether a `fastQuorum` is safe is known
 * with `validatorCount` only.
 */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  validatorCount?: number,
): { readonly config: FastPathConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, KEYS, problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const allowUnsafe = parseBoolean(raw, 'allowUnsafeFastQuorum', false, problems);
  const viewChangeMicros = Math.max(1, microsFromMs(number('viewChangeTimeoutMs')));
  const config: FastPathConfig = {
    blockMicros: microsFromMs(number('blockTimeMs')),
    viewChangeMicros,
    // The other half of the first view is for the normal path.
    fastMicros: Math.min(microsFromMs(number('fastTimeoutMs')), Math.floor(viewChangeMicros / 2)),
    fastQuorum: parseFastQuorum(own(raw, 'fastQuorum'), allowUnsafe, validatorCount, problems),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    emptyBlocks: parseBoolean(raw, 'emptyBlocks', true, problems),
    syncBatch: number('syncBatch'),
    blocksKept: number('blocksKept'),
    statusMicros: Math.max(1, microsFromMs(number('statusPeriodMs'))),
  };
  return problems.length > 0 ? { problems } : { config };
}

function parseFastQuorum(
  value: unknown,
  allowUnsafe: boolean,
  validatorCount: number | undefined,
  problems: Problem[],
): number | null {
  if (value === undefined || value === null) return null;
  const isKnown = validatorCount !== undefined;
  const safe = isKnown ? fastQuorumSize(validatorCount) : 1;
  const least = isKnown && allowUnsafe ? quorumSize(validatorCount) : safe;
  const most = validatorCount ?? MAX_NODES;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const size = isKnown ? ` (${safe} is the smallest safe fast quorum of ${validatorCount} validators)` : '';
  const range = least === most ? `${least}` : `an integer from ${least} to ${most}`;
  problems.push({ path: 'fastQuorum', found: show(value), expected: `null or ${range}${size}` });
  return null;
}
