/** What the presets of batches, backpressure and changing maps show: looked at, not believed. */
import { describe, expect, it } from 'vitest';
import { advanceToEnd, runScenario } from '../cli/run.ts';
import { simObservers } from '../cli/tally.ts';
import type { NodeKnowledge } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { compileScenario, presetById, type Scenario, validateScenario } from '../scenario/index.ts';

function scenarioOf(id: string): Scenario {
  const validated = validateScenario(presetById(id)?.scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(`${id}: ${JSON.stringify(validated.problems)}`);
  return validated.scenario;
}

/** What every node knows at the end. */
async function knowledgeOf(scenario: Scenario): Promise<NodeKnowledge[]> {
  const plan = compileScenario(scenario, PROTOCOLS);
  const executor = await openInProcess(plan, { keepWords: false, highlights: 'all' }, simObservers);
  try {
    await advanceToEnd(executor, null);
    const nodes = Array.from({ length: plan.validators.length + plan.clientCount }, (_, node) => node);
    const reports = await Promise.all(nodes.map((node) => executor.inspect(node)));
    return reports.flatMap((report) => report?.knowledge ?? []);
  } finally {
    await executor.close();
  }
}

const clientsIn = (nodes: readonly NodeKnowledge[]): NodeKnowledge[] => nodes.filter(({ role }) => role === 'client');
const sum = (nodes: readonly NodeKnowledge[], name: string): number =>
  nodes.reduce((all, { details }) => all + Number(details[name] ?? 0), 0);

const withConfig = (scenario: Scenario, config: Record<string, unknown>): Scenario => ({
  ...scenario,
  protocol: { ...scenario.protocol, config: { ...scenario.protocol.config, ...config } },
});

describe('batches', () => {
  it('take fewer signatures and messages for the same work', async () => {
    const batched = scenarioOf('sharded-batches');
    const [many, one] = await Promise.all([
      runScenario(batched, null),
      runScenario(withConfig(batched, { batchSizeMax: 1 }), null),
    ]);
    for (const { result } of [many, one])
      expect(result.checks.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
    expect(many.result.height).toBeGreaterThan(0.95 * one.result.height);
    expect(many.result.metrics.signatures.made).toBeLessThan(0.8 * one.result.metrics.signatures.made);
  }, 120_000);

  it('grow while commits are quick', async () => {
    const nodes = await knowledgeOf(scenarioOf('sharded-batches'));
    const sizes = nodes.flatMap(
      ({ details }) => (details['batches'] as { sizeMax: number } | undefined)?.sizeMax ?? [],
    );
    expect(sizes).toHaveLength(4);
    expect(Math.max(...sizes)).toBeGreaterThan(2);
  }, 120_000);
});

it('overloaded shards say no at once, and what they took is done', async () => {
  const nodes = await knowledgeOf(scenarioOf('sharded-overload'));
  const clients = clientsIn(nodes);
  expect(sum(clients, 'turnedAway')).toBeGreaterThan(20);
  expect(clients.some(({ log }) => JSON.stringify(log).includes('refused: overloaded'))).toBe(true);
  expect(sum(clients, 'committed')).toBeGreaterThan(100);
}, 120_000);

it('a split and a merge move accounts there and back', async () => {
  const scenario = scenarioOf('sharded-split');
  const kept = async (ms: number): Promise<number[]> => {
    const nodes = await knowledgeOf({ ...scenario, stop: { height: null, ms } });
    return nodes.flatMap(({ details }) => (details['accounts'] as { kept: string[] } | undefined)?.kept.length ?? []);
  };
  const [before, between, after] = [await kept(4000), await kept(14_000), await kept(30_000)];
  expect([before?.[3], after?.[3]]).toEqual([0, 0]);
  expect(between?.[3]).toBe(Math.floor((before?.[0] ?? 0) / 2));
  expect(after).toEqual(before);
}, 120_000);

it('a shard that has too much to do splits by itself', async () => {
  const nodes = await knowledgeOf(scenarioOf('sharded-dynamic'));
  const kept = nodes.flatMap(
    ({ details }) => (details['accounts'] as { kept: string[] } | undefined)?.kept.length ?? [],
  );
  expect(kept.reduce((all, count) => all + count, 0)).toBe(60);
  expect(kept.filter((count) => count > 0).length).toBeGreaterThan(2);
}, 120_000);
