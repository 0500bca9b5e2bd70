/** The scenario document, `testnet-scenario/1`. Strict: an unknown key is an error. Everything but `protocol` has a default. */
import { z } from 'zod';
import { REAL_SUITES, type RealSuiteName, type SuiteName } from '../../crypto/suite.ts';
import { REGION_NAMES } from '../../kernel/network/regions.ts';
import type { ShardStrategy } from '../../sharding/map/map.ts';
import { faultSchema, stormSchema } from './faults.ts';
import { networkSchema } from './network.ts';
import { nodeName, timeMs } from './parts.ts';

export const FORMAT = 'testnet-scenario/1';
export const SEED_MAX = 2 ** 32 - 1;
export const VALIDATORS_MAX = 256;
export const VALIDATORS_DEFAULT = 4;
export const SHARDS_MAX = 64;
const SHARD_STRATEGIES = [
  'hash',
  'range',
  'adaptive',
  'workload',
  'hybrid',
] as const satisfies readonly ShardStrategy[];

const MODELLED = REAL_SUITES.map((name): `modelled:${RealSuiteName}` => `modelled:${name}`);
export const SUITES: readonly [SuiteName, ...SuiteName[]] = [...REAL_SUITES, ...MODELLED];

const protocol = z.strictObject({
  name: z.string().min(1).max(40),
  config: z.record(z.string(), z.unknown()).default({}).describe("the protocol's own settings; it checks them itself"),
  mutant: z
    .string()
    .min(1)
    .max(60)
    .nullable()
    .default(null)
    .describe('a known-broken variant; null: the correct protocol'),
});

const validator = z.strictObject({
  stake: z.int().min(1).max(1_000_000).default(1),
  region: z.enum(REGION_NAMES).nullable().default(null).describe('null: local, or in turn where latency is by region'),
  suite: z.enum(SUITES).nullable().default(null).describe('null: as in `crypto`'),
});

const workload = z.strictObject({
  kind: z.enum(['transfers', 'none']).default('transfers'),
  ratePerSecond: z.number().min(0).max(100_000).default(50).describe('transfers per virtual second over all clients'),
  batchMs: z.number().min(1).max(60_000).default(200).describe('a client signs what it collected so often'),
  accounts: z.int().min(2).max(10_000).default(100),
  initialBalance: z.int().min(0).max(1_000_000_000).default(1000),
  crossShard: z.number().min(0).max(1).default(0).describe('share of transactions between shards'),
  hotspot: z
    .strictObject({
      accounts: z.int().min(1).max(10_000).describe('the first so many accounts'),
      share: z.number().min(0).max(1).describe('of what transfers name'),
    })
    .nullable()
    .default(null)
    .describe('accounts that everybody wants; null: all alike. Between shards alone'),
});

const shardName = () => z.string().regex(/^s\d{1,2}$/, 'must be a shard: s0, s1, …');

const shardChange = z.strictObject({
  at: timeMs(),
  kind: z.enum(['split', 'merge']).describe('half of the accounts go, or all of them'),
  shard: shardName().describe('whose accounts go'),
  into: shardName().describe('where they go'),
});

const shardKind = z.strictObject({
  name: z.string().min(1).max(40),
  weight: z.int().min(1).max(1000).default(1).describe('share of the load'),
  accounts: z.int().min(1).max(10_000).describe('so many accounts, after those of the kinds before'),
});

const shards = z.strictObject({
  count: z.int().min(1).max(SHARDS_MAX).default(4),
  spare: z
    .int()
    .min(0)
    .max(SHARDS_MAX - 1)
    .default(0)
    .describe('shards without accounts at first, for splits'),
  validatorsPerShard: z.int().min(1).max(15).default(1).describe('validators of each shard, s0v0 and so on'),
  strategy: z
    .enum(SHARD_STRATEGIES)
    .default('hash')
    .describe('which shard keeps an account: by rendezvous hash, neighbours together, by load, by kind, or by both'),
  kinds: z.array(shardKind).max(SHARDS_MAX).default([]).describe('for the strategies workload and hybrid'),
  coordinator: z
    .enum(['home', 'reputation'])
    .default('home')
    .describe('of a transaction: the shard of its first input, or the one with the highest stake'),
  changes: z.array(shardChange).max(100).default([]).describe('splits and merges while transactions run'),
  dynamic: z.boolean().default(false).describe('shards are split and merged by their load'),
  nested: z
    .array(z.array(shardName()).min(2).max(SHARDS_MAX))
    .max(SHARDS_MAX / 2)
    .default([])
    .describe('shards that are divided: the leaves of each, such as [["s0", "s1"], ["s2", "s3"]]'),
  commit: z.enum(['2pc', '3pc']).default('2pc').describe('phases of the atomic commit between shards'),
});

const transaction = z.strictObject({
  at: timeMs().default(0),
  from: z.string().min(2).max(8).describe('account, a0, a1, …'),
  to: z.string().min(2).max(8),
  amount: z.int().min(1).max(1_000_000_000),
  client: nodeName().nullable().default(null).describe('who submits it; null: the client that owns the account'),
});

export const scenarioSchema = z.strictObject({
  format: z.literal(FORMAT).default(FORMAT),
  name: z.string().max(200).default('Untitled'),
  description: z.string().max(5000).default(''),
  seed: z.int().min(0).max(SEED_MAX).default(1),
  protocol,
  validators: z
    .union([z.int().min(1).max(VALIDATORS_MAX), z.array(validator).min(1).max(VALIDATORS_MAX)])
    .default(VALIDATORS_DEFAULT)
    .describe('how many, or one entry each'),
  clients: z.int().min(1).max(64).default(1),
  crypto: z.strictObject({ suite: z.enum(SUITES).default('ml-dsa-65') }).prefault({}),
  network: networkSchema.prefault({}),
  workload: workload.prefault({}),
  shards: shards.nullable().default(null).describe('null: one testnet; else `validators` follows from it'),
  faults: z.array(faultSchema).max(1000).default([]),
  storm: stormSchema.nullable().default(null).describe('random faults drawn from the seed'),
  transactions: z.array(transaction).max(10_000).default([]).describe('submitted by hand, besides the workload'),
  stop: z
    .strictObject({
      height: z.int().min(1).max(1_000_000).nullable().default(null),
      ms: timeMs().min(1).nullable().default(null),
    })
    .prefault({})
    .describe('whichever comes first; neither: it goes on'),
  expect: z
    .array(z.strictObject({ name: z.string().min(1).max(200), ltl: z.string().min(1).max(1000) }))
    .max(100)
    .default([]),
});
