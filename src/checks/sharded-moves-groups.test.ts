/** Shards of four validators that split and merge: the preset does what it says, and what is broken is found between groups too. */
import { describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presetById, type Scenario, validateScenario } from '../scenario/index.ts';
import { openTestnet } from '../session/index.ts';

function scenarioOf(id: string, change: (scenario: Scenario) => Partial<Scenario> = () => ({})): Scenario {
  const validated = validateScenario(presetById(id)?.scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(`${id}: ${JSON.stringify(validated.problems)}`);
  return { ...validated.scenario, ...change(validated.scenario) };
}

const violated = ({ result }: RunOutcome): string[] =>
  result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);

it('a shard of four that has too much to do splits by itself, all of its validators alike', async () => {
  const testnet = await openTestnet();
  await testnet.load(scenarioOf('sharded-replicated-split') as never);
  const kept = async (name: string): Promise<string[]> =>
    ((await testnet.node(name)).details.accounts as { readonly kept: string[] }).kept;
  await testnet.runUntil({ ms: 2000 });
  expect([(await kept('s0v1')).length, (await kept('s2v0')).length]).toEqual([12, 0]);
  await testnet.runUntil({ ms: 29_900 });
  const [stay, left] = [await kept('s0v1'), await kept('s2v0')];
  expect(left.length).toBeGreaterThan(3);
  expect(stay.length).toBeGreaterThan(3);
  for (const name of ['s0v0', 's0v2', 's0v3']) expect(await kept(name)).toEqual(stay);
  for (const name of ['s2v2', 's2v3']) expect(await kept(name)).toEqual(left);
  expect((await testnet.checks()).filter(({ verdict }) => verdict === 'violated')).toEqual([]);
  await testnet.close();
}, 120_000);

it('shards of four that have little to do merge by themselves, and their accounts are used where they went', async () => {
  const testnet = await openTestnet();
  const scenario = scenarioOf('sharded-replicated-split', ({ protocol, shards, workload, faults }) => ({
    protocol: { ...protocol, config: { ...protocol.config, capacityPerSecond: 100 } },
    shards: shards && { ...shards, spare: 0 },
    workload: { ...workload, ratePerSecond: 4, crossShard: 0.5, hotspot: null },
    faults: faults.filter(({ kind }) => kind === 'crash'),
    stop: { height: null, ms: 20_000 },
  }));
  await testnet.load(scenario as never);
  await testnet.runUntil({ ms: 19_900 });
  const { details, height } = await testnet.node('s0v1');
  expect((details.accounts as { readonly kept: string[] }).kept).toHaveLength(24);
  const clients = await Promise.all(['c0', 'c1'].map((name) => testnet.node(name)));
  expect(clients.map((client) => (client.details as { readonly givenUp: number }).givenUp)).toEqual([0, 0]);
  expect(height).toBeGreaterThan(40);
  expect((await testnet.checks()).filter(({ verdict }) => verdict === 'violated')).toEqual([]);
  await testnet.close();
}, 120_000);

describe('migration-double, between shards of four', () => {
  const grouped = (mutant: string | null): Scenario =>
    scenarioOf('mutant-migration-double', ({ protocol, shards, workload }) => ({
      protocol: { ...protocol, mutant, config: { ...protocol.config, heartbeatMs: 5000, downAfterMs: 20_000 } },
      shards: shards && { ...shards, validatorsPerShard: 4 },
      workload: { ...workload, ratePerSecond: 20 },
      stop: { height: null, ms: 12_000 },
    }));

  it('is caught', async () => {
    expect(violated(await runScenario(grouped('migration-double'), null))).toContain('conservation');
  }, 120_000);

  it('and without it all is well', async () => {
    const outcome = await runScenario(grouped(null), null);
    expect(violated(outcome)).toEqual([]);
    expect(outcome.result.height).toBeGreaterThan(40);
  }, 120_000);
});
