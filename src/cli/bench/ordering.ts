/**
 * What the ways of ordering cost a shard that has more to order than it can, in virtual time under the models of CPU and bandwidth:
 * messages and bytes of a block, transactions a second. Every run gives the same figures.
 */
import { PROTOCOLS } from '../../protocols/registry.ts';
import { type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import { runScenario } from '../run.ts';
import { type BenchOptions, type GroupResult, type Row, rowOf } from './measure.ts';

const SECONDS = 5;
const WAYS = ['all-to-all', 'linear'] as const;

export interface OrderingCost {
  readonly messagesPerBlock: number;
  readonly bytesPerBlock: number;
  readonly transactionsPerSecond: number;
  readonly latencyMs: number;
}

export async function benchOrdering({ quick, onStep }: BenchOptions): Promise<GroupResult> {
  const rows: Row[] = [];
  for (const size of quick ? [4, 7] : [4, 7, 10, 15]) {
    for (const way of WAYS) {
      const name = `one shard of ${size}, ${way}, virtual time`;
      onStep(name);
      const cost = await orderingCost(way, size);
      rows.push(rowOf('ordering', name, 'messages', [cost.messagesPerBlock]));
      rows.push(rowOf('ordering', name, 'bytes', [cost.bytesPerBlock]));
      rows.push(rowOf('ordering', name, 'transactions/s', [cost.transactionsPerSecond]));
      rows.push(rowOf('ordering', name, 'ms', [cost.latencyMs]));
    }
  }
  return { rows, ratios: [] };
}

/** Of one shard without faults; messages inside the shard alone. Latency: median from submission to the first execution. */
export async function orderingCost(ordering: string, size: number, seconds = SECONDS): Promise<OrderingCost> {
  const input: ScenarioInput = {
    seed: 1,
    protocol: {
      name: 'sharded',
      config: { ordering, transfersMax: 1, clientRetryMs: 0, heartbeatMs: 5000, downAfterMs: 20_000 },
    },
    shards: { count: 1, validatorsPerShard: size },
    clients: 2,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: {
      latency: { kind: 'constant', ms: 50 },
      bandwidthMbps: 100,
      synchrony: { kind: 'partial', deltaMs: 100 },
    },
    workload: { ratePerSecond: 100, accounts: 1000, initialBalance: 1_000_000 },
    stop: { ms: seconds * 1000 },
  };
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const { metrics } = (await runScenario(validated.scenario, null)).result;
  const inside = Object.entries(metrics.messages).filter(([type]) => type.startsWith('order-'));
  const blocks = (metrics.messages['order-propose']?.count ?? 0) / (size - 1);
  return {
    messagesPerBlock: inside.reduce((sum, [, { count }]) => sum + count, 0) / blocks,
    bytesPerBlock: inside.reduce((sum, [, { bytes }]) => sum + bytes, 0) / blocks,
    transactionsPerSecond: metrics.transactionsPerSecond,
    latencyMs: metrics.transactionLatencyMs.p50 ?? 0,
  };
}
