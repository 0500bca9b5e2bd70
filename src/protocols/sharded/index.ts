/** Atomic commit between shards, as the hosts, views and checkers see it. */
import { maxFaulty } from '../../core/quorum.ts';
import { SECOND, type Micros } from '../../core/time.ts';
import { PATIENCE_GROWTH_MAX } from '../common/ordering/change.ts';
import type { Protocol } from '../protocol.ts';
import { client } from './client.ts';
import { councilMutants } from './council/mutants.ts';
import { councilAgreement } from './council/property.ts';
import { configSchema, parseConfig, type ShardedConfig } from './config.ts';
import { declaration } from './describe.ts';
import { type Ending, outcomeDigest } from './finish.ts';
import { validator } from './machine.ts';
import type { Message } from './messages.ts';
import { mutants } from './mutants.ts';
import { nestedMutants } from './nested/mutants.ts';
import { properties } from './properties.ts';
import { adversary } from './replicated/adversary.ts';
import { byShard, replicasAlike } from './replicated/judging.ts';
import { replicatedMutants } from './replicated/mutants.ts';
import { embedded, meta, statement } from './replicated/signing.ts';
import type { Replica, ReplicaRecord, ReplicaTimer } from './replicated/state.ts';
import { replicatedConfig } from './replicated/view.ts';
import { parseWire, type Wire } from './replicated/wire.ts';
import type { Durable, State, Timer } from './state.ts';
import type { Command } from './step.ts';

/** Shards are single nodes, or groups of several that order what they do. */
export const sharded: Protocol<
  State | Replica,
  Wire,
  Timer | ReplicaTimer,
  Command,
  Durable | ReplicaRecord,
  ShardedConfig
> = {
  declaration,
  mutants: [...mutants, ...replicatedMutants, ...councilMutants, ...nestedMutants],
  parseConfig,
  configSchema,
  validator,
  client,
  properties: [...properties.map(byShard), replicasAlike, councilAgreement],
  parseMessage: parseWire,
  meta,
  statement,
  embedded,
  adversary,
  block(value) {
    const { outcome, transaction } = value as Ending;
    const { slot = 0, digest = '', signed, shards = [] } = transaction ?? {};
    return {
      hash: outcomeDigest(digest, outcome),
      parent: '',
      height: slot,
      stateRoot: '',
      proposer: shards[0] ?? 0,
      batches: outcome === 'commit' && signed !== undefined ? [signed] : [],
      aborted: outcome === 'abort' && signed !== undefined ? [signed] : [],
      shards,
    };
  },
  votes: () => [],
  quorumAt: (_decision, _history, { validatorCount }) => ({
    members: Array.from({ length: validatorCount }, (_, node) => node),
    quorum: validatorCount,
  }),
  livenessBound,
};

/** The same, typed for testnets whose shards are single nodes: none of its messages is said in the name of several. */
export const shardedAlone = sharded as unknown as Protocol<State, Message, Timer, Command, Durable, ShardedConfig>;

/** Attempts in a row that may come to nothing: ballots that meet, answers that cross. */
const ATTEMPTS = 6;

/**
 * From the prepare on, a transaction ends once its coordinator has given up, or has restarted, and everybody has asked. Where
 * no transactions come, nothing is decided, and nothing promised.
 */
function livenessBound(
  config: ShardedConfig,
  network: Parameters<typeof aloneBound>[1] & { readonly validatorsPerShard?: number },
): Micros {
  const size = network.validatorsPerShard ?? 1;
  if (size === 1) return aloneBound(config, network);
  // A step is a message between shards and those of an ordering: three, or five where votes go to the leader. A leader may be down,
  // and so may those after it.
  const leaders = maxFaulty(size) + 2;
  const slower = { ...network, deltaMicros: (config.ordering === 'all-to-all' ? 4 : 6) * network.deltaMicros };
  return aloneBound(replicatedConfig(config), slower) + leaders * PATIENCE_GROWTH_MAX * config.orderMicros;
}

function aloneBound(
  { prepareMicros, retryMaxMicros, lockWaitMicros, clientRetryMicros }: ShardedConfig,
  network: { readonly deltaMicros: Micros; readonly stepMicros: Micros; readonly ratePerSecond?: number },
): Micros {
  const { ratePerSecond } = network;
  if (ratePerSecond === 0) return Number.POSITIVE_INFINITY;
  const gap = ratePerSecond === undefined ? 0 : Math.ceil(SECOND / ratePerSecond);
  const delay = network.deltaMicros + network.stepMicros;
  return prepareMicros + lockWaitMicros + ATTEMPTS * (2 * retryMaxMicros + 4 * delay) + clientRetryMicros + 2 * gap;
}
