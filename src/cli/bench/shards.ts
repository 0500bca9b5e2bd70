/**
 * Throughput of shards of four validators, in virtual time under the models of CPU and bandwidth: what the machine that measures
 * is worth does not matter, and every run gives the same figures. Each shard is offered more than it can order.
 */
import { openConstants } from '../../runtime/constants.ts';
import { InProcessExecutor } from '../../runtime/inprocess.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { compileScenario, type ScenarioInput, validateScenario } from '../../scenario/index.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import { type BenchOptions, type GroupResult, type Ratio, type Row, rowOf } from './measure.ts';

const VALIDATORS = 4;
/** Transactions of one transfer offered to each shard, a virtual second. */
const OFFERED = 400;
const SECONDS = 5;
const EVERYTHING = { until: SECONDS * 1_000_000, windows: Number.POSITIVE_INFINITY, goal: null };

export async function benchShards({ quick, onStep }: BenchOptions): Promise<GroupResult> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const crossShard of quick ? [0.1] : [0, 0.1, 0.3, 0.6]) {
    let alone = 0;
    for (const count of quick ? [1, 2] : [1, 2, 4, 8]) {
      const name = `${count} × ${VALIDATORS} validators, ${crossShard * 100} % cross, virtual time`;
      onStep(name);
      const perSecond = await throughput(count, crossShard);
      rows.push(rowOf('shards', name, 'transactions/s', [perSecond]));
      if (count === 1) alone = perSecond;
      else ratios.push({ name: `${name}: of ${count} times one shard`, value: perSecond / (count * alone) });
    }
  }
  return { rows, ratios };
}

/** Committed transactions a virtual second. */
export async function throughput(count: number, crossShard: number, seconds = SECONDS): Promise<number> {
  const input: ScenarioInput = {
    seed: 1,
    protocol: {
      name: 'sharded',
      config: { transfersMax: 1, clientRetryMs: 0, heartbeatMs: 5000, downAfterMs: 20_000 },
    },
    shards: { count, validatorsPerShard: VALIDATORS },
    clients: 2 * count,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: {
      latency: { kind: 'constant', ms: 50 },
      bandwidthMbps: 100,
      synchrony: { kind: 'partial', deltaMs: 100 },
    },
    workload: {
      ratePerSecond: OFFERED * count,
      accounts: 1000 * count,
      initialBalance: 1_000_000,
      crossShard: count === 1 ? 0 : crossShard,
    },
    stop: { ms: seconds * 1000 },
  };
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const plan = compileScenario(validated.scenario, PROTOCOLS);
  const world = await openConstants(plan, { keepWords: false, highlights: 'decisions' });
  const committed = new Committed(world);
  new InProcessExecutor(world, [committed]).run(EVERYTHING);
  return committed.report() / seconds;
}

/** Counts transactions that were committed in some shard. */
class Committed implements RunObserver {
  readonly name = 'committed';
  readonly #world: WorldConstants;
  #slots = new Set<number>();

  constructor(world: WorldConstants) {
    this.#world = world;
  }

  onHighlight(highlight: Highlight): void {
    if (highlight.kind !== 'decide') return;
    const { slot, value } = highlight.decision;
    if (this.#world.protocol.block(value).batches.length > 0) this.#slots.add(slot);
  }

  onHorizon(): void {
    // Nothing here depends on time passing.
  }

  report(): number {
    return this.#slots.size;
  }

  capture(): readonly number[] {
    return [...this.#slots];
  }

  restore(state: unknown): void {
    this.#slots = new Set(state as readonly number[]);
  }
}
