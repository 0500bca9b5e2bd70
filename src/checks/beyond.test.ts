/** Every preset beyond the fault model breaks what it says it breaks; the same scenario without its liars does not. */
import { describe, expect, it } from 'vitest';
import { runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presets, type Scenario, validateScenario } from '../scenario/index.ts';

async function violated(scenario: Scenario): Promise<string[]> {
  const { result } = await runScenario(scenario, null);
  return result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
}

const BEYOND = presets.filter(({ level, violates }) => level === 'beyond the model' && violates !== null);

describe.each(BEYOND)('$id', ({ scenario: input, violates }) => {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  const { scenario } = validated;

  it('breaks what it says', { timeout: 60_000 }, async () => {
    expect(await violated(scenario)).toContain(violates);
  });

  it('breaks nothing without its liars', { timeout: 60_000 }, async () => {
    const faults = scenario.faults.filter(({ kind }) => kind !== 'byzantine');
    expect(faults.length).toBeLessThan(scenario.faults.length);
    expect(await violated({ ...scenario, faults })).toEqual([]);
  });
});

it('there is one for each protocol that says so', () => {
  expect(BEYOND.map(({ id }) => id)).toContain('raft-liar');
});
