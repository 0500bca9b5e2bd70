/** What the scenarios of the library expect of themselves comes true, and nothing else breaks. */
import { describe, expect, it } from 'vitest';
import { runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Preset, presets, type Scenario, validateScenario } from '../scenario/index.ts';

/** The preset's scenario with modelled signatures: what is expected does not depend on their mathematics. */
function scenarioOf({ id, scenario }: Preset): Scenario {
  const validated = validateScenario(scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(`${id}: ${JSON.stringify(validated.problems)}`);
  const { suite } = validated.scenario.crypto;
  if (suite.startsWith('modelled:')) return validated.scenario;
  return {
    ...validated.scenario,
    crypto: { ...validated.scenario.crypto, suite: `modelled:${suite}` as typeof suite },
  };
}

const EXPECTING = presets.filter(({ scenario }) => (scenario.expect ?? []).length > 0);

describe.each(EXPECTING)('$id', (preset) => {
  it('comes to what it expects, and no check is violated', async () => {
    const scenario = scenarioOf(preset);
    const { result } = await runScenario(scenario, null);
    expect(result.checks.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
    const judged = result.checks.filter(({ kind }) => kind === 'ltl').map(({ name, verdict }) => [name, verdict]);
    expect(judged).toEqual(scenario.expect.map(({ name }) => [name, 'holds']));
  }, 60_000);
});

it('an expectation that does not come true is told', async () => {
  const [preset] = EXPECTING;
  const scenario = scenarioOf(preset as Preset);
  const wrong = [{ name: 'nothing is decided', ltl: 'G !decide' }];
  const { result } = await runScenario({ ...scenario, expect: wrong }, null);
  const violated = result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name);
  expect(violated).toEqual(['nothing is decided']);
  expect(result.link).toMatch(/^#s=/);
}, 60_000);

it('every protocol without shards has a scenario that says what it expects', () => {
  const covered = new Set(EXPECTING.map(({ scenario }) => scenario.protocol.name));
  const named = [...PROTOCOLS]
    .filter(([, { declaration }]) => declaration.transactions === undefined)
    .map(([name]) => name);
  expect(named.length).toBeGreaterThan(7);
  expect(named.filter((name) => !covered.has(name))).toEqual([]);
});
