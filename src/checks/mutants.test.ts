/** Every known-broken variant is caught by the check it names in the scenario it names; mended, it passes the same script. */
import { describe, expect, it } from 'vitest';
import { runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presetById, presets, type Scenario, validateScenario } from '../scenario/index.ts';

function scenarioOf(id: string): Scenario {
  const validated = validateScenario(presetById(id)?.scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(`${id}: ${JSON.stringify(validated.problems)}`);
  return validated.scenario;
}

async function violated(scenario: Scenario): Promise<string[]> {
  const { result } = await runScenario(scenario, null);
  // The correct protocol must not merely survive: it must have decided something.
  if (scenario.protocol.mutant === null) expect(result.height).toBeGreaterThan(2);
  return result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
}

const ALL = [...PROTOCOLS.values()].flatMap(({ declaration, mutants }) =>
  mutants.map((mutant) => ({ ...mutant, protocol: declaration.name })),
);

describe.each(ALL)('$protocol, $name', ({ name, scenario: id, check }) => {
  const scenario = scenarioOf(id);
  const mended = { ...scenario, protocol: { ...scenario.protocol, mutant: null } };

  it('is what its scenario runs, and what its preset says', () => {
    expect(scenario.protocol.mutant).toBe(name);
    expect(presetById(id)?.violates).toBe(check);
  });

  it('is caught by its check', async () => {
    expect(await violated(scenario)).toContain(check);
  });

  it('passes when mended', async () => {
    expect(await violated(mended)).toEqual([]);
  });

  it.each([11, 12, 13])('passes when mended, with seed %i too', async (seed) => {
    expect(await violated({ ...mended, seed })).toEqual([]);
  });
});

it('every preset that is broken on purpose belongs to a mutant', () => {
  const broken = presets.filter(({ level }) => level === 'broken on purpose').map(({ id }) => id);
  expect(broken.sort()).toEqual(ALL.map(({ scenario }) => scenario).sort());
  expect(ALL.length).toBeGreaterThanOrEqual(7);
});
