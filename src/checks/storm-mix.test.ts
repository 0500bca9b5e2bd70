/**
 * Storms over shards whose settings come from the seed too: a council, nested shards, ways of ordering, sealed channels, moves, policies.
 * Within the model nothing is violated. `MIX_SEEDS=1..1000 npx vitest run src/checks/storm-mix.test.ts` runs many; so does
 * `npm run sim -- storm-shards --seeds 1..1000`.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunOutcome, runScenario } from '../cli/run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presetById, type Scenario, validateScenario, withSeed } from '../scenario/index.ts';

const [FIRST = 1, LAST = 12] = (process.env['MIX_SEEDS'] ?? '1..12').split('..').map(Number);
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
/**
 * Violated once. 92, 269: a classical exchange that began before an upgrade was confirmed after it. 380: a transaction in the queue was
 * turned away, its accounts having moved, and executed when they were back. 649: crossing offers left two shards with different channels.
 */
const MENDED = [92, 269, 380, 649];

function storm(seed: number): Scenario {
  const validated = validateScenario(presetById('storm-shards')?.scenario, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return withSeed(validated.scenario, seed);
}

const kindsOf = ({ shards, protocol: { config } }: Scenario): readonly string[] => [
  ...((shards?.validatorsPerShard ?? 1) > 1 ? ['groups'] : ['single nodes']),
  ...(shards?.commit === '3pc' ? ['three phases'] : []),
  ...((shards?.nested ?? []).length > 0 ? ['nested'] : []),
  ...((shards?.changes ?? []).length > 0 ? ['moves'] : []),
  ...(config['council'] === true ? ['council'] : []),
  ...(config['channel'] === 'none' ? [] : ['sealed']),
  ...(String(config['ordering']).includes('linear') ? ['linear'] : []),
  ...(String(config['ordering']).includes('adaptive') ? ['adaptive'] : []),
  ...(config['batchSizeMax'] === 1 ? [] : ['batches']),
  `locks ${String(config['lockPolicy'])}`,
];

describe(`storms from seeds ${FIRST} to ${LAST}, and ${MENDED.join(', ')}`, () => {
  const outcomes: RunOutcome[] = [];

  beforeAll(async () => {
    for (const seed of [...SEEDS, ...MENDED]) outcomes.push(await runScenario(storm(seed), null));
  }, 3_000_000);

  it('violate nothing, and every check was judged', () => {
    for (const { result } of outcomes) {
      for (const { name, verdict, detail } of result.checks)
        expect(verdict, `seed ${result.seed}, ${name}: ${detail}`).toBe('holds');
      expect(result.height, `seed ${result.seed}`).toBeGreaterThan(60);
    }
  });

  it('were no summer breeze', () => {
    const faults = new Set(outcomes.flatMap(({ tally }) => Object.keys(tally.faults)));
    for (const kind of ['crash', 'partition', 'link', 'slow']) expect(faults).toContain(kind);
    for (const kind of ['commits', 'aborts', 'waits', 'moves']) {
      const counted = outcomes.reduce((sum, { tally }) => sum + (tally.between[kind] ?? 0), 0);
      expect(counted, kind).toBeGreaterThan(5 * SEEDS.length);
    }
  });

  it('were of every kind', () => {
    const seen = new Set(SEEDS.flatMap((seed) => kindsOf(storm(seed))));
    const kinds = [
      'groups',
      'single nodes',
      'three phases',
      'nested',
      'moves',
      'council',
      'sealed',
      'linear',
      'adaptive',
    ];
    for (const kind of [...kinds, 'batches', 'locks wound-wait', 'locks ordered', 'locks none'])
      expect(seen).toContain(kind);
  });
});

it('the same seed draws the same settings, another one others; validated again nothing changes', () => {
  const one = storm(7);
  const again = validateScenario(one, PROTOCOLS);
  expect('scenario' in again && again.scenario).toEqual(one);
  expect(storm(8).protocol.config).not.toEqual(one.protocol.config);
});

it('is refused where there are no shards', () => {
  const refused = validateScenario({ protocol: { name: 'svbft' }, storm: { mix: true } }, PROTOCOLS);
  expect(refused).toMatchObject({ problems: [{ path: 'storm.mix' }] });
});
