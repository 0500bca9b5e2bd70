/**
 * Random storms over shards with a council above them and parents between: within the model nothing is violated, and the council
 * has decided. `HIERARCHY_SEEDS=1..300 npx vitest run src/checks/hierarchy.test.ts` runs many.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';

const [FIRST = 1, LAST = 12] = (process.env['HIERARCHY_SEEDS'] ?? '1..12').split('..').map(Number);
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);

const NESTED = [
  [['s0', 's1', 's2']],
  [
    ['s0', 's3'],
    ['s1', 's2'],
  ],
  [],
];

function storm(seed: number): Scenario {
  const input: ScenarioInput = {
    seed,
    protocol: {
      name: 'sharded',
      config: {
        transfersMax: 4,
        council: true,
        councilRoundMs: 1000,
        lockPolicy: seed % 4 === 0 ? 'ordered' : 'wound-wait',
        proposals: [
          { atMs: 2000, parameter: 'lockWaitMs', value: 700 },
          { atMs: 6000, reputation: [1, 3, 2, 1] },
        ],
      },
    },
    shards: { count: 4, strategy: seed % 2 === 0 ? 'hash' : 'range', nested: NESTED[seed % 3] ?? [] },
    clients: 2,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { synchrony: { kind: 'partial', gstMs: 8000, deltaMs: 200 } },
    workload: { ratePerSecond: 6, crossShard: 0.7, accounts: 24 },
    storm: { intensity: 0.4 + 0.1 * (seed % 6), startMs: 500 },
    stop: { ms: 60_000 },
  };
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}

describe(`storms from seeds ${FIRST} to ${LAST}`, () => {
  const outcomes: RunOutcome[] = [];

  beforeAll(async () => {
    for (const seed of SEEDS) outcomes.push(await runScenario(storm(seed), null));
  }, 3_000_000);

  it('violate nothing, and every check was judged', () => {
    for (const { result } of outcomes) {
      for (const { name, verdict, detail } of result.checks)
        expect(verdict, `seed ${result.seed}, ${name}: ${detail}`).toBe('holds');
      expect(result.height, `seed ${result.seed}`).toBeGreaterThan(60);
    }
  });

  it('were no summer breeze', () => {
    const kinds = new Set(outcomes.flatMap(({ tally }) => Object.keys(tally.faults)));
    for (const kind of ['crash', 'partition', 'link', 'slow']) expect(kinds).toContain(kind);
    for (const kind of ['commits', 'aborts', 'waits']) {
      const counted = outcomes.reduce((sum, { tally }) => sum + (tally.between[kind] ?? 0), 0);
      expect(counted, kind).toBeGreaterThan(5 * SEEDS.length);
    }
  });
});
