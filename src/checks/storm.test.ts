/** Random fault storms: within the fault model nothing is ever violated and progress returns; beyond it, agreement can break. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, type ScenarioInput, validateScenario } from '../scenario/index.ts';

const SIZES = [4, 6, 7, 10];
const SEEDS = 150;
const BEYOND_SEEDS = 40;

function storm(seed: number, validators: number, beyond: boolean): Scenario {
  const input: ScenarioInput = {
    seed,
    protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 700, statusPeriodMs: 600 } },
    validators,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { synchrony: { kind: 'partial', gstMs: 6000, deltaMs: 200 } },
    workload: { ratePerSecond: 10 },
    storm: { intensity: 0.2 + 0.1 * (seed % 9), beyond, startMs: 200 },
    stop: { ms: beyond ? 9000 : 30_000 },
  };
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return validated.scenario;
}

function broken({ result }: RunOutcome): string[] {
  return result.checks.filter(({ verdict }) => verdict === 'violated').map(({ name, detail }) => `${name}: ${detail}`);
}

describe(`storms within the fault model, seeds 1 to ${SEEDS}`, () => {
  const outcomes: RunOutcome[] = [];
  const sum = (of: (outcome: RunOutcome) => number): number => outcomes.reduce((total, each) => total + of(each), 0);

  beforeAll(async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      outcomes.push(await runScenario(storm(seed, SIZES[seed % SIZES.length] ?? 4, false), null));
    }
  }, 180_000);

  it('violate nothing', () => {
    const found = outcomes.flatMap((outcome) => broken(outcome).map((what) => `seed ${outcome.result.seed}: ${what}`));
    expect(found).toEqual([]);
  });

  it('end with progress: every run decides after the storm, and its liveness was judged', () => {
    for (const { result, tally } of outcomes) {
      expect(result.height, `seed ${result.seed}`).toBeGreaterThan(3);
      const liveness = result.checks.find(({ name }) => name === 'liveness');
      expect(liveness?.verdict, `seed ${result.seed}`).toBe('holds');
      expect(tally.recoveryMsMax, `seed ${result.seed}`).not.toBeNull();
    }
  });

  it('were no summer breeze', () => {
    const kinds = new Set(outcomes.flatMap(({ tally }) => Object.keys(tally.faults)));
    const lies = PROTOCOLS.get('svbft')?.declaration.behaviours ?? [];
    for (const kind of ['crash', 'partition', 'link', 'slow', 'twins', ...lies]) expect(kinds).toContain(kind);
    expect(sum(({ tally }) => tally.decisions)).toBeGreaterThan(SEEDS * 40);
    expect(sum(({ result }) => result.metrics.viewChanges)).toBeGreaterThan(SEEDS);
    expect(sum(({ evidenceCount }) => evidenceCount)).toBeGreaterThan(20);
    for (const reason of ['crashed', 'bad-signature', 'lost', 'partition']) {
      expect(
        sum(({ result }) => result.metrics.dropped[reason] ?? 0),
        reason,
      ).toBeGreaterThan(0);
    }
    expect(new Set(outcomes.map(({ result }) => result.fingerprint)).size).toBe(SEEDS);
  });
});

describe(`storms beyond the fault model, seeds 1 to ${BEYOND_SEEDS}`, () => {
  it('break agreement now and then, which shows that the checks can fail', { timeout: 120_000 }, async () => {
    let split = 0;
    for (let seed = 1; seed <= BEYOND_SEEDS; seed++) {
      const outcome = await runScenario(storm(seed, 4, true), null);
      if (broken(outcome).some((what) => what.startsWith('agreement'))) split++;
    }
    expect(split).toBeGreaterThan(2);
    expect(split).toBeLessThan(BEYOND_SEEDS);
  });
});
