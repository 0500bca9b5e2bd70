/** Random storms over shards with load between them: within the model nothing is violated, and no lock stays behind. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';

const SEEDS = 12;

function storm(commit: '2pc' | '3pc', seed: number): Scenario {
  const input: ScenarioInput = {
    seed,
    protocol: { name: 'sharded', config: { transfersMax: 4 } },
    shards: { count: 3 + (seed % 3), commit, strategy: seed % 2 === 0 ? 'hash' : 'range' },
    clients: 2,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { synchrony: { kind: 'partial', gstMs: 8000, deltaMs: 200 } },
    workload: { ratePerSecond: 8, crossShard: 0.7, accounts: 24 },
    storm: { intensity: 0.5 + 0.1 * (seed % 6), startMs: 500 },
    stop: { ms: 50_000 },
  };
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}

describe.each(['2pc', '3pc'] as const)(`%s, storms from seeds 1 to ${SEEDS}`, (commit) => {
  const outcomes: RunOutcome[] = [];

  beforeAll(async () => {
    for (let seed = 1; seed <= SEEDS; seed++) outcomes.push(await runScenario(storm(commit, seed), null));
  }, 240_000);

  it('violate nothing, and every check was judged', () => {
    for (const { result } of outcomes) {
      for (const { name, verdict, detail } of result.checks)
        expect(verdict, `seed ${result.seed}, ${name}: ${detail}`).toBe('holds');
      expect(result.height, `seed ${result.seed}`).toBeGreaterThan(100);
    }
  });

  it('were no summer breeze', () => {
    const kinds = new Set(outcomes.flatMap(({ tally }) => Object.keys(tally.faults)));
    for (const kind of ['crash', 'partition', 'link', 'slow']) expect(kinds).toContain(kind);
    expect(outcomes.reduce((sum, { result }) => sum + result.metrics.viewChanges, 0)).toBeGreaterThan(SEEDS / 2);
    for (const kind of ['commits', 'aborts', 'waits']) {
      const counted = outcomes.reduce((sum, { tally }) => sum + (tally.between[kind] ?? 0), 0);
      expect(counted, kind).toBeGreaterThan(10 * SEEDS);
    }
    for (const reason of ['crashed', 'lost', 'partition']) {
      const dropped = outcomes.reduce((sum, { result }) => sum + (result.metrics.dropped[reason] ?? 0), 0);
      expect(dropped, reason).toBeGreaterThan(0);
    }
  });
});
