/** Both executors, one trace, for every protocol: with a crash, a cut and a client, wherever its nodes live. */
import { describe, expect, it } from 'vitest';
import type { TallyReport } from '../cli/tally.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { compileScenario, presetById, type ScenarioInput, validateScenario } from '../scenario/index.ts';
import type { Executor } from './executor.ts';
import { planOf } from './testing/scenarios.ts';
import { EVERYTHING, openHere, withThreads } from './testing/threads.ts';

const POOLS = [null, 2] as const;

/** Longest part of a preset that is compared, virtual ms. */
const PRESET_MS = 8000;
/** Nothing is decided before its network becomes timely. */
const STORM_MS = 16_000;

/** Presets in which a protocol does what its plain run does not: one line a protocol. */
const PRESETS: readonly string[] = [
  ...['raft-membership', 'raft-snapshot', 'raft-transfer', 'mutant-raft-stale-read', 'paxos-rivals'],
  ...['hotstuff-basic', 'hotstuff-missing-blocks', 'hotstuff-two-chain', 'mutant-hotstuff-gap-commit'],
  ...['avalanche-rogue', 'avalanche-snowball', 'avalanche-crash'],
  ...['pbft-null-requests', 'pbft-left-behind', 'pbft-two-traitors', 'mutant-slot-conflict'],
  ...['tendermint-locked', 'tendermint-voting-power', 'tendermint-two-traitors', 'mutant-tendermint-unverified'],
  ...['fastpath-fall-back', 'fastpath-equivocation', 'fastpath-found-again', 'mutant-zyzzyva-view-change'],
  ...[
    'sharded-replicated-coordinator-crash',
    'sharded-byzantine-leader',
    'sharded-replicated-eight',
    'sharded-each-its-own-way',
    'mutant-linear-any-proposal',
    'sharded-replicated-split',
    'sharded-replicated-channels',
  ],
  ...['sharded-coordinator-crash', 'sharded-3pc', 'mutant-3pc-partition'],
  ...['sharded-split', 'sharded-overload', 'sharded-downgrade-attack'],
  ...['council-dead-shard', 'mutant-council-half', 'nested-two-levels', 'nested-head-crash'],
];

function plainRun(name: string): ScenarioInput {
  return {
    seed: 77,
    protocol: { name },
    validators: 5,
    clients: 2,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'uniform', minMs: 20, maxMs: 60 }, synchrony: { kind: 'partial', deltaMs: 200 } },
    workload: { ratePerSecond: 20, batchMs: 100 },
    faults: [
      { kind: 'crash', target: 'v1', at: 3000, until: 6000 },
      { kind: 'partition', groups: [['v0'], ['v2', 'v3', 'v4']], at: 7000, until: 9000 },
    ],
    stop: { ms: 12_000 },
  };
}

async function finish(executor: Executor) {
  await executor.advance(EVERYTHING);
  return structuredClone({ ...(await executor.status()), fingerprint: await executor.fingerprint() });
}

describe('executors', () => {
  it.each([...PROTOCOLS.keys()])('agree on %s', { timeout: 120_000 }, async (name) => {
    const plan = planOf(plainRun(name));
    const expected = await finish(await openHere(plan));
    expect((expected.reports['tally'] as TallyReport).decisions).toBeGreaterThan(5);
    for (const pool of POOLS) expect(await withThreads(plan, { pool }, finish), `pool ${pool}`).toEqual(expected);
  });

  const parts = [...PRESETS.map((id) => [id, PRESET_MS] as const), ['storm-shards', STORM_MS] as const];
  it.each(parts)('agree on the preset %s', { timeout: 120_000 }, async (id, ms) => {
    const validated = validateScenario(presetById(id)?.scenario, PROTOCOLS);
    if ('problems' in validated) throw new Error(JSON.stringify(validated.problems[0]));
    const whole = compileScenario(validated.scenario, PROTOCOLS);
    const plan = { ...whole, stop: { height: null, at: Math.min(whole.stop.at ?? ms * 1000, ms * 1000) } };
    const expected = await finish(await openHere(plan));
    expect((expected.reports['tally'] as TallyReport).decisions).toBeGreaterThan(5);
    expect(await withThreads(plan, { pool: 2 }, finish)).toEqual(expected);
  });
});
