/** Seeds a second of a storm sweep on one core: four validators, 30 virtual seconds, modelled signatures. */
import { Judge } from '../../checks/judge.ts';
import { required } from '../../core/assert.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { openInProcess, type ObserverFactory } from '../../runtime/inprocess.ts';
import { compileScenario, type Scenario } from '../../scenario/index.ts';
import { loadScenario } from '../source.ts';
import { simObservers } from '../tally.ts';
import { FORMULAS } from './formulas.ts';
import { type BenchOptions, type GroupResult, RUNS, type Row, ratioOf, rowOf } from './measure.ts';

const NAME = 'storm, n=4, 30 virtual s';
const EVERYTHING = { until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null };

export async function benchStorm({ quick, now, onStep }: BenchOptions): Promise<GroupResult> {
  const loaded = await loadScenario('storm', ['stop.ms=30000'], null);
  const scenario = required('scenario' in loaded ? loaded.scenario : null, 'the storm preset');
  const expect = FORMULAS.map((ltl) => ({ name: ltl, ltl }));
  const seedCount = quick ? 5 : 40;
  const ways: readonly (readonly [string, (seeded: Scenario) => Promise<unknown>])[] = [
    [`${NAME}, unjudged`, (seeded) => runSeed(seeded, () => [])],
    [`${NAME}, all invariants`, (seeded) => runSeed(seeded, (world) => [new Judge(world)])],
    [`${NAME}, invariants, score board and meter, as npm run sim`, (seeded) => runSeed(seeded, simObservers)],
    [`${NAME}, the same with ${FORMULAS.length} formulas`, (seeded) => runSeed({ ...seeded, expect }, simObservers)],
  ];
  const values = ways.map((): number[] => []);
  const forth = [...ways.keys()];
  const back = [...forth].reverse();
  for (let run = -1; run < RUNS; run++) {
    onStep(`${NAME}, run ${run + 1} of ${RUNS}`);
    const tookMs = ways.map(() => 0);
    for (let seed = 1; seed <= seedCount; seed++) {
      // At every seed, forth and back: a busy moment of the machine hits all alike, and no way always pays for another's garbage.
      for (const position of seed % 2 === 0 ? forth : back) {
        const began = now();
        await ways[position]?.[1]({ ...scenario, seed });
        tookMs[position] = (tookMs[position] ?? 0) + now() - began;
      }
    }
    if (run < 0) continue;
    for (const [position, ms] of tookMs.entries()) values[position]?.push((seedCount * 1000) / ms);
  }
  const rows: Row[] = ways.map(([name], position) => rowOf('storm', name, 'seeds/s', values[position] ?? []));
  const [unjudged, judged, whole, watched] = rows;
  return {
    rows,
    ratios: [
      ...ratioOf('storm: all invariants / unjudged', judged, unjudged),
      ...ratioOf('storm: as npm run sim / unjudged', whole, unjudged),
      ...ratioOf(`storm: with ${FORMULAS.length} formulas / as npm run sim`, watched, whole),
    ],
  };
}

/** One run with all its reports and its fingerprint. No link is packed: half of the formulas do not hold where a storm is cut off. */
async function runSeed(scenario: Scenario, observers: ObserverFactory): Promise<void> {
  const options = { keepWords: false, highlights: 'all' } as const;
  const run = await openInProcess(compileScenario(scenario, PROTOCOLS), options, observers);
  run.run(EVERYTHING);
  await run.status();
  run.fingerprintNow();
}
