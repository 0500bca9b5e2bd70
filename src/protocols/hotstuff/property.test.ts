import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlives } from '../common/testing/outlives.ts';
import { crashOften, crashOnce, fateIn, type Weather } from '../common/testing/storms.ts';
import { hotstuff } from './index.ts';
import type { State } from './state.ts';
import { createNetwork, equivocating, heightsOf, type Network, type Options } from './testing/harness.ts';

/** Everything a run depends on, so that what shrinks is a runnable scenario. */
interface Storm extends Weather {
  readonly n: number;
  readonly mode: 'basic' | 'chained' | 'two-chain';
  readonly seed: number;
  readonly liar: number;
  readonly crashAt: number;
  readonly calmAt: number;
}

const storms = fc.record<Storm>({
  n: fc.constantFrom(4, 6, 7),
  mode: fc.constantFrom('basic', 'chained', 'two-chain'),
  seed: fc.nat(0xffff),
  lossPercent: fc.constantFrom(0, 5, 25),
  duplicatePercent: fc.constantFrom(0, 20),
  maxLatencyMs: fc.constantFrom(20, 200, 1500),
  liar: fc.nat(3),
  crashAt: fc.nat(3000),
  calmAt: fc.constantFrom(3_000, 6_000),
});

const CONFIG = { blockTimeMs: 20, viewChangeTimeoutMs: 300, statusPeriodMs: 200, blocksKept: 3 };

/** One leader proposes two blocks at a time; another node crashes and restarts; the network is bad until `calmAt`. */
function play(storm: Storm): Network {
  const { n, mode, seed, calmAt, liar } = storm;
  const lie = equivocating(liar, () => network, 5_000);
  const fate = fateIn(storm, calmAt * 1000, 5_000);
  const route: NonNullable<Options['route']> = (copy, now, random) => {
    if (lie(copy, now, random).length === 0) return [];
    return fate(now, random);
  };
  const network: Network = createNetwork({ n, seed, config: { ...CONFIG, mode }, route });
  crashOnce(network, (liar + 1) % n, storm.crashAt, 700);
  for (let i = 0; i < 20; i++) network.at(i * 300_000, () => network.submit(i, 1 + i));
  return network.start();
}

describe('storms: a leader that lies, loss, duplication, reordering, a crash', () => {
  it('replicas agree, and decide again once the network is calm', () => {
    const seen = { decided: 0, changed: 0, caught: 0, transfers: 0, basic: 0, chained: 0, 'two-chain': 0 };
    fc.assert(
      fc.property(storms, (storm) => {
        const network = play(storm);
        const before = outlives(storm, {
          network,
          disagreement: () => network.disagreement(),
          heights: () => heightsOf(network),
          livenessBound: (calm) => hotstuff.livenessBound(network.config, calm),
        });
        seen[storm.mode]++;
        seen.decided += before;
        seen.changed += Math.max(...network.states.map(({ changeCount }) => changeCount));
        seen.caught += network.log.filter((line) => line.includes(`EVIDENCE against v${storm.liar}`)).length;
        expect(network.log.filter((line) => line.includes('EVIDENCE')).length).toBe(
          network.log.filter((line) => line.includes(`EVIDENCE against v${storm.liar}`)).length,
        );
        seen.transfers += network.state(0).chain.filter(({ block }) => block.batches.length > 0).length;
      }),
      { numRuns: 45, seed: 20_240_601 },
    );
    // Not vacuous: blocks with transfers were decided in both forms, views were given up.
    expect(Math.min(seen.decided, seen.changed, seen.transfers)).toBeGreaterThan(30);
    expect(seen.caught).toBeGreaterThan(0);
    expect(Math.min(seen.basic, seen.chained, seen['two-chain'])).toBeGreaterThan(5);
  }, 120_000);
});

describe('a crash', () => {
  it('leaves exactly the state that its records say: chain, branch, lock, highest certificate, votes, ledger', () => {
    let [undecided, locked] = [0, 0];
    for (let seed = 1; seed <= 10; seed++) {
      for (const mode of ['basic', 'chained', 'two-chain'] as const) {
        const network = createNetwork({
          n: 4,
          seed,
          config: { ...CONFIG, mode },
          route: (_, __, random) => (random(10) === 0 ? [] : [1_000 + random(150_000)]),
        });
        network.start();
        for (let i = 0; i < 10; i++) network.at(i * 90_000, () => network.submit(i, 3));
        network.run(1_000_000 + seed * 50_000);
        for (const state of network.states) {
          const ctx = network.contexts[state.self];
          if (ctx === undefined) throw new Error('no context');
          const recovered = hotstuff.validator.recover(ctx, network.disks[state.self] ?? []);
          expect(standing(recovered)).toEqual(standing(state));
          expect(recovered.view).toBeLessThanOrEqual(state.view);
          expect(structuredClone(state)).toEqual(state);
          undecided += state.tree.size;
          locked += state.lock.view > 0 ? 1 : 0;
        }
      }
    }
    expect(Math.min(undecided, locked)).toBeGreaterThan(40);
  });

  it('at any moment never makes a replica contradict itself: no evidence, no disagreement, and the chain goes on', () => {
    fc.assert(
      fc.property(
        fc.nat(1_500),
        fc.nat(3),
        fc.nat(0xffff),
        fc.integer({ min: 1, max: 400 }),
        (at, node, seed, pause) => {
          const network = createNetwork({
            n: 4,
            seed,
            config: CONFIG,
            route: (_, __, random) => [1_000 + random(90_000)],
          });
          network.start();
          network.run(crashOften(network, node, at, pause) + 4_000_000);
          expect(network.log.filter((line) => line.includes('EVIDENCE'))).toEqual([]);
          expect(network.disagreement()).toBeNull();
          expect(Math.min(...heightsOf(network))).toBeGreaterThan(5);
        },
      ),
      { numRuns: 15, seed: 7 },
    );
  }, 120_000);
});

/** What it must not forget. */
function standing({ chain, tip, tree, highQc, lock, lastVote, voted, wish, ledger }: State): unknown {
  return { chain, tip, tree, highQc, lock, lastVote, voted, wish, ledger };
}
