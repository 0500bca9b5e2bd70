/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import { nodeIndexOf, type NodeIndex } from '../../core/ids.ts';
import type { Problem } from '../../core/problem.ts';
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
import { LEADER_RULES, type LeaderRule } from './leader.ts';

/** What the machine reads: times in µs, names as indices. */
export interface SvbftConfig {
  /** From one block's proposal to the next, µs; 0: as fast as votes arrive. */
  readonly blockMicros: Micros;
  /** Time that view 0 has; view v has 2^v times as much, µs. */
  readonly viewChangeMicros: Micros;
  readonly maxTransactionsPerBlock: number;
  /** Transfers waiting at one validator. */
  readonly mempoolLimit: number;
  /** Blocks under the tip that views call final: 0, because a decision of SVBFT is final at once. */
  readonly finalityDepth: number;
  /** Whether blocks without transfers are proposed. */
  readonly emptyBlocks: boolean;
  readonly syncBatch: number;
  readonly statusMicros: Micros;
  /** Decided blocks kept for validators that catch up; who lags further takes over the state. 0: all. */
  readonly blocksKept: number;
  readonly leader: LeaderRule;
  /** Ascending by height: the block at `height` appoints `members`, who take over at the next height. */
  readonly validatorChanges: readonly { readonly height: number; readonly members: readonly NodeIndex[] }[];
}

const NUMBERS = {
  blockTimeMs: time(1000, 0, 'Virtual ms from one proposal to the next; 0 = as fast as votes arrive.'),
  viewChangeTimeoutMs: time(
    4000,
    1,
    'Virtual ms until a validator suspects the primary of view 0; doubles with every further view of a height.',
  ),
  maxTransactionsPerBlock: count(1000, 1, 100_000, 'Transfers in one block.'),
  mempoolLimit: count(10_000, 1, 1_000_000, 'Transfers that wait at one validator; more are refused.'),
  finalityDepth: count(
    0,
    0,
    1_000_000,
    'Blocks that must follow before views show a block as final. A decision is final at depth 0 already.',
  ),
  syncBatch: count(16, 1, MAX_SYNC_ENTRIES, 'Blocks in one answer to a validator that catches up.'),
  blocksKept: BLOCKS_KEPT,
  statusPeriodMs: time(
    2000,
    1,
    'Virtual ms without a decision after which a validator says where it stands, and again so often.',
  ),
} satisfies Record<string, NumberOption>;

const KEYS = [...Object.keys(NUMBERS), 'emptyBlocks', 'leader', 'validatorChanges'];
const MAX_CHANGES = 1000;

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    emptyBlocks: { type: 'boolean', default: true, description: 'Whether blocks without transfers are proposed.' },
    leader: {
      type: 'string',
      enum: LEADER_RULES,
      default: 'round-robin',
      description: 'How the primary of a height and view is chosen.',
    },
    validatorChanges: {
      type: 'array',
      default: [],
      maxItems: MAX_CHANGES,
      description: 'The block at `height` appoints `members` as the validators from the next height on.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['height', 'members'],
        properties: {
          height: { type: 'integer', minimum: 1, description: 'Height of the block that carries the change.' },
          members: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { type: 'string', pattern: '^v(0|[1-9][0-9]*)$' },
            description: 'Names of all validators from the next height on.',
          },
        },
      },
    },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  validatorCount: number = MAX_VALIDATORS,
): { readonly config: SvbftConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(raw, KEYS, problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const config: SvbftConfig = {
    blockMicros: microsFromMs(number('blockTimeMs')),
    viewChangeMicros: Math.max(1, microsFromMs(number('viewChangeTimeoutMs'))),
    maxTransactionsPerBlock: number('maxTransactionsPerBlock'),
    mempoolLimit: number('mempoolLimit'),
    finalityDepth: number('finalityDepth'),
    emptyBlocks: parseBoolean(raw, 'emptyBlocks', true, problems),
    syncBatch: number('syncBatch'),
    blocksKept: number('blocksKept'),
    statusMicros: Math.max(1, microsFromMs(number('statusPeriodMs'))),
    leader: parseLeader(own(raw, 'leader'), problems),
    validatorChanges: parseChanges(own(raw, 'validatorChanges'), validatorCount, problems),
  };
  return problems.length > 0 ? { problems } : { config };
}

function parseLeader(value: unknown, problems: Problem[]): LeaderRule {
  const rule = value === undefined ? 'round-robin' : LEADER_RULES.find((name) => name === value);
  if (rule !== undefined) return rule;
  problems.push({ path: 'leader', found: show(value), expected: `one of ${LEADER_RULES.join(', ')}` });
  return 'round-robin';
}

function parseChanges(value: unknown, validatorCount: number, problems: Problem[]): SvbftConfig['validatorChanges'] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_CHANGES) {
    problems.push({
      path: 'validatorChanges',
      found: show(value),
      expected: `a list of at most ${MAX_CHANGES} changes`,
    });
    return [];
  }
  const changes = value.map((item: unknown, i) => {
    return parseChange(item, `validatorChanges[${i}]`, validatorCount, problems);
  });
  for (let i = 1; i < changes.length; i++) {
    const height = changes[i]?.height ?? 0;
    if (height > (changes[i - 1]?.height ?? 0)) continue;
    problems.push({ path: `validatorChanges[${i}].height`, found: show(height), expected: 'more than the one before' });
  }
  return changes;
}

function parseChange(
  item: unknown,
  path: string,
  validatorCount: number,
  problems: Problem[],
): SvbftConfig['validatorChanges'][number] {
  const { height, members, ...others } = (typeof item === 'object' && item !== null ? item : {}) as Record<
    string,
    unknown
  >;
  for (const key of Object.keys(others)) {
    problems.push({ path: `${path}.${key}`, found: 'an unknown key', expected: 'height, members' });
  }
  const isHeight = Number.isInteger(height) && (height as number) >= 1 && (height as number) < 2 ** 31;
  if (!isHeight) problems.push({ path: `${path}.height`, found: show(height), expected: 'a height ≥ 1' });
  const names: unknown[] = Array.isArray(members) ? members : [];
  const indices = names.map((name) =>
    typeof name === 'string' ? nodeIndexOf(name, { validatorCount, clientCount: 0 }) : null,
  );
  const isSet = indices.length > 0 && !indices.includes(null) && new Set(indices).size === indices.length;
  if (!isSet) {
    const expected = `different validators from v0 to v${validatorCount - 1}`;
    problems.push({ path: `${path}.members`, found: show(members), expected });
  }
  return {
    height: isHeight ? (height as number) : 1,
    members: indices.filter((index) => index !== null).sort((a, b) => a - b),
  };
}

const MAX_VALIDATORS = 1024;
