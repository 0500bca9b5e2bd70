/** Random storms for protocols that bear crashes but no lies: within that model nothing is violated, and progress returns. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';

const SEEDS = 24;
const CRASH_PROTOCOLS = [...PROTOCOLS.values()]
  .map(({ declaration }) => declaration)
  .filter(({ faultModel }) => faultModel === 'crash')
  .map(({ name }) => name);

function storm(name: string, seed: number): Scenario {
  const input: ScenarioInput = {
    seed,
    protocol: { name },
    validators: 3 + (seed % 5),
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { synchrony: { kind: 'partial', gstMs: 8000, deltaMs: 200 } },
    workload: { ratePerSecond: 5 },
    storm: { intensity: 0.3 + 0.1 * (seed % 8), startMs: 500 },
    stop: { ms: 50_000 },
  };
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}

it('there are such protocols', () => {
  expect(CRASH_PROTOCOLS).toEqual(expect.arrayContaining(['paxos', 'raft']));
});

describe.each(CRASH_PROTOCOLS)(`%s, storms from seeds 1 to ${SEEDS}`, (name) => {
  const outcomes: RunOutcome[] = [];

  beforeAll(async () => {
    for (let seed = 1; seed <= SEEDS; seed++) outcomes.push(await runScenario(storm(name, seed), null));
  }, 120_000);

  it('violate nothing, and every run decides again in a judged time', () => {
    for (const { result, tally } of outcomes) {
      const violated = result.checks.filter(({ verdict }) => verdict === 'violated').map(({ detail }) => detail);
      expect(violated, `seed ${result.seed}`).toEqual([]);
      expect(result.checks.find(({ name: check }) => check === 'liveness')?.verdict, `seed ${result.seed}`).toBe(
        'holds',
      );
      expect(result.height, `seed ${result.seed}`).toBeGreaterThan(10);
      expect(tally.recoveryMsMax, `seed ${result.seed}`).not.toBeNull();
    }
  });

  it('were no summer breeze', () => {
    const kinds = new Set(outcomes.flatMap(({ tally }) => Object.keys(tally.faults)));
    for (const kind of ['crash', 'partition', 'link', 'slow']) expect(kinds).toContain(kind);
    const changes = outcomes.reduce((sum, { result }) => sum + result.metrics.viewChanges, 0);
    expect(changes).toBeGreaterThan(SEEDS);
    for (const reason of ['crashed', 'lost', 'partition']) {
      expect(
        outcomes.reduce((sum, { result }) => sum + (result.metrics.dropped[reason] ?? 0), 0),
        reason,
      ).toBeGreaterThan(0);
    }
  });
});
