/** `protocol.config` of a scenario: one table gives defaults, validation and the published schema. */
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs } from '../../core/time.ts';
import type { LockPolicy } from '../../sharding/locks/types.ts';
import { WAYS } from '../common/ordering/types.ts';
import {
  numberSchema,
  type NumberOption,
  own,
  parseBoolean,
  parseNumber,
  refuseUnknown,
  show,
} from '../common/options.ts';
import { type Asked, parseProposals, proposalsSchema } from './council/config.ts';
import { TRANSFERS_MAX } from './placement.ts';

const POLICIES = ['block', 'release-after-timeout', 'heuristic-commit', 'heuristic-abort'] as const;
/** What a participant does that has voted YES and hears of no decision. All but `block` may break atomicity. */
export type DoubtPolicy = (typeof POLICIES)[number];

const LOCK_POLICIES = ['wound-wait', 'ordered', 'none'] as const satisfies readonly LockPolicy[];

const ORDERINGS = [...WAYS, 'adaptive'] as const;
/** How the validators of a shard order what it does: in one way, or in whichever the shard finds better as it goes. */
export type OrderingChoice = (typeof ORDERINGS)[number];

/** The choice for a shard: one for all of them, or one for each. */
export function orderingOf(ordering: ShardedConfig['ordering'], shard: number): OrderingChoice {
  return typeof ordering === 'string' ? ordering : (ordering[shard] ?? 'all-to-all');
}

/** What the machine reads: times in µs. */
export interface ShardedConfig {
  /** From the first PREPARE to the abort for want of votes. */
  readonly prepareMicros: Micros;
  /** Transactions that begin together, at most; 1: each by itself. */
  readonly batchSizeMax: number;
  /** Longest wait of a transaction for company. */
  readonly batchLingerMicros: Micros;
  /** Batches of one coordinator under way at a time. */
  readonly batchesMax: number;
  /** A commit that takes longer means overload: batches become smaller. */
  readonly latencyTargetMicros: Micros;
  /** Transactions that wait at a coordinator; more are turned away. */
  readonly queueMax: number;
  /** Transactions that a shard is thought to be able to take part in, by which its load is measured. */
  readonly capacityPerSecond: number;
  /** How long a load must last before shards are split or merged, and how long nothing changes after that. */
  readonly reshardAfterMicros: Micros;
  readonly reshardPauseMicros: Micros;
  /** Accounts of a shard that move at a time. */
  readonly movesMax: number;
  /** How messages between shards are kept from others. */
  readonly channel: 'none' | 'ml-kem-768';
  /** Records under one key. */
  readonly rekeyRecords: number;
  /** How long a key seals at most, to the next heartbeat; 0: as long as it may by the number of records. */
  readonly rekeyMicros: Micros;
  /** Classical nodes that are upgraded while the testnet runs: one validator of a shard (by its place), or all of them (null). */
  readonly upgrades: readonly { readonly shard: number; readonly validator: number | null; readonly at: Micros }[];
  /** How deadlock between transactions is kept away. */
  readonly lockPolicy: LockPolicy;
  /** Longest wait for locks before a NO. */
  readonly lockWaitMicros: Micros;
  /** First and longest time between two attempts to say something; it doubles in between. */
  readonly retryMicros: Micros;
  readonly retryMaxMicros: Micros;
  readonly heartbeatMicros: Micros;
  /** Silence after which a shard counts as down. */
  readonly downMicros: Micros;
  readonly inDoubt: DoubtPolicy;
  /** When the policies other than `block` act. */
  readonly inDoubtMicros: Micros;
  /** Transfers in one transaction of the workload, 1 to this many. */
  readonly transfersMax: number;
  /** Where a shard has several validators: their patience with its leader. Waits for other shards are longer by it. */
  readonly orderMicros: Micros;
  /** Where a shard has several validators: how they order. One for all shards, or by shard. */
  readonly ordering: OrderingChoice | readonly OrderingChoice[];
  /** Shards decide on changes of the map and of parameters together. */
  readonly council: boolean;
  /** The first round of a decision of the council; how long a change may take before it has failed. */
  readonly councilRoundMicros: Micros;
  readonly councilTimeoutMicros: Micros;
  /** What the council is asked for. */
  readonly proposals: readonly Asked[];
  /** A client asks again after so long, then after twice that, and so on; 0: never. */
  readonly clientRetryMicros: Micros;
}

const DAY_MS = 86_400_000;
const time = (ms: number, minimum: number, description: string): NumberOption => ({
  default: ms,
  minimum,
  maximum: DAY_MS,
  integer: false,
  description,
});

const count = (standard: number, minimum: number, maximum: number, description: string): NumberOption => ({
  default: standard,
  minimum,
  maximum,
  integer: true,
  description,
});

/** One a shard where they are single nodes. */
const UPGRADES_MAX = 64;
const SHARDS_MAX = 64;
/** More validators than any shard has. */
const SIZE_MAX = 100;
const CHANNELS = ['none', 'ml-kem-768'] as const;

const NUMBERS = {
  batchSizeMax: count(
    1,
    1,
    512,
    'Transactions that a coordinator begins together, one message a shard for all; 1: each by itself.',
  ),
  batchLingerMs: time(20, 0, 'Virtual ms that a transaction waits for company.'),
  batchesMax: count(4, 1, 64, 'Batches of one coordinator under way at a time.'),
  latencyTargetMs: time(2000, 1, 'Virtual ms: a batch that takes longer means overload, and halves the batch size.'),
  queueMax: count(
    1024,
    1,
    100_000,
    'Transactions that wait at a coordinator; more are turned away: refused: overloaded.',
  ),
  capacityPerSecond: count(
    50,
    1,
    100_000,
    'Transactions a second that count as full load of a shard, for splits and merges.',
  ),
  reshardAfterMs: time(5000, 0, 'Virtual ms that a load must last before shards are split or merged.'),
  reshardPauseMs: time(20_000, 0, 'Virtual ms without another split or merge.'),
  rekeyRecords: count(1024, 1, 1_000_000, 'Records that a channel between shards seals under one key.'),
  rekeyMs: time(
    0,
    0,
    'Virtual ms after which a channel between shards seals under another key; 0: only rekeyRecords counts.',
  ),
  movesMax: count(4, 1, 1000, 'Accounts of a shard that move at a time.'),
  prepareTimeoutMs: time(2000, 1, 'Virtual ms after which a coordinator aborts for want of votes.'),
  lockWaitMs: time(1000, 1, 'Virtual ms that a transaction waits for locks before the shard votes NO.'),
  retryMs: time(300, 1, 'Virtual ms until an unanswered message is said again; doubles each time.'),
  retryMaxMs: time(2000, 1, 'Longest virtual ms between two attempts.'),
  heartbeatMs: time(500, 1, 'Virtual ms from one heartbeat to the next.'),
  downAfterMs: time(2000, 1, 'Virtual ms of silence after which a shard counts as down: new transactions avoid it.'),
  inDoubtTimeoutMs: time(1500, 1, 'Virtual ms in doubt after which the policies other than block act.'),
  clientRetryMs: time(3000, 0, 'Virtual ms after which a client submits again what was not answered; 0: never.'),
  orderTimeoutMs: time(
    1000,
    1,
    'Shards of several validators: virtual ms after which they change their leader. Waits for other shards are longer by it.',
  ),
  councilRoundMs: time(
    2000,
    10,
    'Virtual ms that the council gives the first leader of a decision; each further one has as much more.',
  ),
  councilTimeoutMs: time(60_000, 100, 'Virtual ms after which a change that two thirds did not agree on has failed.'),
  transfersMax: {
    default: 2,
    minimum: 1,
    maximum: TRANSFERS_MAX,
    integer: true,
    description: 'Transfers in a transaction of the workload: from 1 to this many, all or none of them executed.',
  },
} as const satisfies Record<string, NumberOption>;

/** JSON Schema of `protocol.config`. */
export const configSchema: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...numberSchema(NUMBERS),
    channel: {
      enum: [...CHANNELS],
      default: 'none',
      description:
        'none: what shards say to each other is signed; ml-kem-768: and sealed, under keys that ML-KEM agrees on, between each ' +
        'validator of one and each of the other.',
    },
    ordering: {
      oneOf: [
        { enum: [...ORDERINGS] },
        { type: 'array', minItems: 1, maxItems: SHARDS_MAX, items: { enum: [...ORDERINGS] } },
      ],
      default: 'all-to-all',
      description:
        'Shards of several validators: votes to all (all-to-all), votes to the leader, who spreads certificates (linear), or whichever ' +
        'of them suits better by the last blocks (adaptive). One for all shards, or a list with one a shard.',
    },
    upgrades: {
      type: 'array',
      maxItems: UPGRADES_MAX,
      default: [],
      description:
        'Shards (all of their validators) or single validators with a classical suite that get post-quantum keys for their ' +
        'channels while the testnet runs.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['atMs'],
        oneOf: [{ required: ['shard'] }, { required: ['validator'] }],
        properties: {
          shard: { type: 'string', pattern: '^s\\d{1,2}$' },
          validator: { type: 'string', pattern: '^s\\d{1,2}v\\d{1,2}$' },
          atMs: { type: 'number', minimum: 0 },
        },
      },
    },
    council: {
      type: 'boolean',
      default: false,
      description:
        'The shards form a council: which shard is out, splits, merges and `proposals` are decided by 67 % of them.',
    },
    proposals: proposalsSchema,
    lockPolicy: {
      enum: [...LOCK_POLICIES],
      default: 'wound-wait',
      description:
        'Against deadlock: a younger transaction makes room for an older one (wound-wait); shards and accounts are locked one ' +
        'after another in one order (ordered); or nothing but a limited wait (none).',
    },
    inDoubt: {
      enum: [...POLICIES],
      default: 'block',
      description:
        'What a shard does that voted YES and hears of no decision: block and ask (safe), release its locks, or decide alone.',
    },
  },
};

/** The configuration with defaults filled in, or everything that is wrong with it. */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  validatorCount?: number,
  validatorsPerShard = 1,
): { readonly config: ShardedConfig } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  refuseUnknown(
    raw,
    [...Object.keys(NUMBERS), 'channel', 'ordering', 'upgrades', 'council', 'proposals', 'lockPolicy', 'inDoubt'],
    problems,
  );
  const council = parseBoolean(raw, 'council', false, problems);
  const number = (name: keyof typeof NUMBERS): number => parseNumber(raw, name, NUMBERS[name], problems);
  const micros = (name: keyof typeof NUMBERS): Micros => microsFromMs(number(name));
  const shardCount = validatorCount === undefined ? UPGRADES_MAX : Math.floor(validatorCount / validatorsPerShard);
  const config: ShardedConfig = {
    prepareMicros: micros('prepareTimeoutMs'),
    batchSizeMax: number('batchSizeMax'),
    batchLingerMicros: micros('batchLingerMs'),
    batchesMax: number('batchesMax'),
    latencyTargetMicros: micros('latencyTargetMs'),
    queueMax: number('queueMax'),
    capacityPerSecond: number('capacityPerSecond'),
    reshardAfterMicros: micros('reshardAfterMs'),
    reshardPauseMicros: micros('reshardPauseMs'),
    movesMax: number('movesMax'),
    channel: parseChoice(raw, 'channel', CHANNELS, 'none', problems),
    rekeyRecords: number('rekeyRecords'),
    rekeyMicros: micros('rekeyMs'),
    upgrades: parseUpgrades(raw, shardCount, validatorCount === undefined ? SIZE_MAX : validatorsPerShard, problems),
    lockPolicy: parseChoice(raw, 'lockPolicy', LOCK_POLICIES, 'wound-wait', problems),
    lockWaitMicros: micros('lockWaitMs'),
    retryMicros: micros('retryMs'),
    retryMaxMicros: micros('retryMaxMs'),
    heartbeatMicros: micros('heartbeatMs'),
    downMicros: micros('downAfterMs'),
    inDoubt: parseChoice(raw, 'inDoubt', POLICIES, 'block', problems),
    inDoubtMicros: micros('inDoubtTimeoutMs'),
    transfersMax: number('transfersMax'),
    orderMicros: micros('orderTimeoutMs'),
    ordering: parseOrdering(raw, problems),
    clientRetryMicros: micros('clientRetryMs'),
    council,
    councilRoundMicros: micros('councilRoundMs'),
    councilTimeoutMicros: micros('councilTimeoutMs'),
    proposals: parseProposals(raw, council, problems),
  };
  if (problems.length === 0) checkOrder(config, problems);
  return problems.length > 0 ? { problems } : { config };
}

function parseOrdering(raw: Readonly<Record<string, unknown>>, problems: Problem[]): ShardedConfig['ordering'] {
  const given = own(raw, 'ordering');
  if (!Array.isArray(given)) return parseChoice(raw, 'ordering', ORDERINGS, 'all-to-all', problems);
  if (given.length === 0 || given.length > SHARDS_MAX) {
    problems.push({ path: 'ordering', found: show(given), expected: `one a shard, at most ${SHARDS_MAX}` });
    return 'all-to-all';
  }
  return given.map((choice: unknown, shard) => {
    const found: Problem[] = [];
    const known = parseChoice({ ordering: choice ?? null }, 'ordering', ORDERINGS, 'all-to-all', found);
    problems.push(...found.map((problem) => ({ ...problem, path: `ordering[${shard}]` })));
    return known;
  });
}

/** `size`: validators of a shard. */
function parseUpgrades(
  raw: Readonly<Record<string, unknown>>,
  shardCount: number,
  size: number,
  problems: Problem[],
): ShardedConfig['upgrades'] {
  const given = own(raw, 'upgrades') ?? [];
  if (!Array.isArray(given) || given.length > UPGRADES_MAX) {
    problems.push({ path: 'upgrades', found: show(given), expected: `a list of at most ${UPGRADES_MAX}` });
    return [];
  }
  return given.flatMap((item: unknown, i) => {
    const { atMs, ...named } = (item ?? {}) as Record<string, unknown>;
    const place = Object.keys(named).length === 1 ? placeOf(named) : null;
    const isThere = place !== null && place.shard < shardCount && (place.validator ?? 0) < size;
    if (isThere && typeof atMs === 'number' && atMs >= 0 && atMs <= DAY_MS)
      return [{ ...place, at: microsFromMs(atMs) }];
    const one = `a shard from s0 to s${shardCount - 1} and a time: { "shard": "s0", "atMs": 0 }`;
    const other = `; or a validator of one, from s0v0 to s0v${size - 1}: { "validator": "s0v0", "atMs": 0 }`;
    problems.push({ path: `upgrades[${i}]`, found: show(item), expected: size === 1 ? one : one + other });
    return [];
  });
}

/** A shard, or one validator of it; null where the name is none. */
function placeOf({
  shard,
  validator,
}: Readonly<Record<string, unknown>>): { readonly shard: number; readonly validator: number | null } | null {
  if (typeof shard === 'string' && /^s\d{1,2}$/.test(shard)) return { shard: Number(shard.slice(1)), validator: null };
  const match = typeof validator === 'string' ? /^s(\d{1,2})v(\d{1,2})$/.exec(validator) : null;
  return match === null ? null : { shard: Number(match[1]), validator: Number(match[2]) };
}

/** One of a few words, or what is wrong with it. */
function parseChoice<T extends string>(
  raw: Readonly<Record<string, unknown>>,
  name: string,
  choices: readonly T[],
  standard: T,
  problems: Problem[],
): T {
  const given = own(raw, name) ?? standard;
  const known = choices.find((choice) => choice === given);
  if (known === undefined) problems.push({ path: name, found: show(given), expected: `one of ${choices.join(', ')}` });
  return known ?? standard;
}

function checkOrder(config: ShardedConfig, problems: Problem[]): void {
  if (config.retryMaxMicros < config.retryMicros) {
    problems.push({ path: 'retryMaxMs', found: `${config.retryMaxMicros / 1000}`, expected: 'at least retryMs' });
  }
  if (config.downMicros <= config.heartbeatMicros) {
    problems.push({ path: 'downAfterMs', found: `${config.downMicros / 1000}`, expected: 'more than heartbeatMs' });
  }
}
