import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlives } from '../common/testing/outlives.ts';
import { crashOnce, fateIn, type Storm, storms, traitorsIn, victimIn } from '../common/testing/storms.ts';
import { fastpath } from './index.ts';
import type { State } from './state.ts';
import {
  createNetwork,
  doubleVote,
  equivocate,
  heightsOf,
  inflate,
  lieInViewChange,
  type Network,
  type Options,
  repeatVotes,
  selective,
  silent,
  type Traitor,
} from './testing/harness.ts';

const TRAITORS: Readonly<Record<string, Traitor>> = {
  doubleVote,
  equivocate,
  inflate,
  lieInViewChange,
  repeatVotes,
  selective,
  silent,
};

const CONFIG = { blockTimeMs: 200, viewChangeTimeoutMs: 600, fastTimeoutMs: 150, statusPeriodMs: 300, blocksKept: 3 };

/** f traitors; one correct replica crashes and restarts; loss, duplication and reordering until `calmAt`, then a calm network. */
function play(storm: Storm): { readonly network: Network; readonly traitors: readonly number[] } {
  const { n, seed, calmAt } = storm;
  const traitors = traitorsIn(storm);
  const behave = TRAITORS[storm.behaviour] ?? silent;
  const fate = fateIn(storm, calmAt * 1000, 5_000);
  const network = createNetwork({
    n,
    seed,
    config: CONFIG,
    lies: Object.fromEntries(traitors.map((node) => [node, behave])),
    route: (_copy, now, random) => fate(now, random),
  });
  crashOnce(network, victimIn(storm), storm.crashAt, 700);
  for (let i = 0; i < 20; i++) network.at(i * 300_000, () => network.submit(i, 1 + i));
  return { network: network.start(), traitors };
}

describe('storms: traitors, loss, duplication, reordering, a crash', () => {
  it('replicas agree, and decide again once the network is calm', () => {
    const seen = { fast: 0, normal: 0, changed: 0, caught: 0, transfers: 0, conflicts: 0 };
    fc.assert(
      fc.property(storms(Object.keys(TRAITORS), [20, 200, 1500], [3_000, 6_000]), (storm) => {
        const { network, traitors } = play(storm);
        const correct = network.states.map(({ self }) => self).filter((node) => !traitors.includes(node));
        outlives(storm, {
          network,
          disagreement: () => correct.find((node) => disagrees(network, node, correct[0] ?? 0)) ?? null,
          heights: () => correct.map((node) => network.state(node).decided),
          livenessBound: (calm) => fastpath.livenessBound(network.config, calm),
        });
        expect(network.evidence.filter(({ by, against }) => correct.includes(by) && correct.includes(against))).toEqual(
          [],
        );
        for (const node of correct) count(network.state(node), seen);
        seen.caught += network.evidence.length;
        seen.conflicts += network.notes.flat().filter((note) => note.includes('two proposals')).length;
      }),
      { numRuns: 40, seed: 20_240_601 },
    );
    // Not vacuous: blocks with transfers were decided on both paths, views were given up, liars convicted.
    expect(Math.min(seen.fast, seen.normal, seen.changed, seen.transfers)).toBeGreaterThan(50);
    expect(Math.min(seen.caught, seen.conflicts)).toBeGreaterThan(5);
  }, 120_000);
});

function disagrees(network: Network, node: number, other: number): boolean {
  const [mine, theirs] = [network.decisions[node] ?? [], network.decisions[other] ?? []];
  return mine.some(
    ({ slot, digest }) => (theirs.find((decision) => decision.slot === slot)?.digest ?? digest) !== digest,
  );
}

function count(state: State, seen: { fast: number; normal: number; changed: number; transfers: number }): void {
  seen.fast += state.fastCount;
  seen.normal += state.normalCount;
  seen.changed += state.changeCount;
  seen.transfers += state.chain.filter(({ block }) => block.batches.length > 0).length;
}

describe('a crash', () => {
  const lossy = (percent: number, latencyMs: number): NonNullable<Options['route']> => {
    return (_, __, random) => (random(100) < percent ? [] : [1_000 + random(latencyMs * 1000)]);
  };

  it('leaves exactly the state that its records say: chain, ledger, view, last vote and lock', () => {
    let [voted, locked, fast] = [0, 0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const network = createNetwork({ n: 4, seed, config: CONFIG, route: lossy(15, 250) }).start();
      for (let i = 0; i < 10; i++) network.at(i * 90_000, () => network.submit(i, 3));
      network.run(1_000_000 + seed * 50_000);
      for (const state of network.states) {
        const ctx = network.contexts[state.self];
        if (ctx === undefined) throw new Error('no context');
        const recovered = fastpath.validator.recover(ctx, network.disks[state.self] ?? []);
        expect(standing(recovered)).toEqual(standing(state));
        expect(structuredClone(state)).toEqual(state);
        voted += state.voted === null ? 0 : 1;
        locked += state.prepared === null ? 0 : 1;
        fast += state.fastCount;
      }
    }
    expect(Math.min(voted, fast)).toBeGreaterThan(30);
    expect(locked).toBeGreaterThan(5);
  });

  it('at any moment never makes a replica contradict itself: no evidence, no disagreement, and the chain goes on', () => {
    let cut = 0;
    fc.assert(
      fc.property(
        fc.nat(1_500),
        fc.nat(3),
        fc.nat(0xffff),
        fc.integer({ min: 1, max: 400 }),
        (at, node, seed, pause) => {
          const network = createNetwork({ n: 4, seed, config: CONFIG, route: lossy(0, 90) }).start();
          for (let i = 0; i < 4; i++) {
            const time = (at + i * (pause + 150)) * 1000;
            network.at(time, () => {
              cut += network.state(node).voted === null ? 0 : 1;
              network.crash(node);
            });
            network.at(time + pause * 1000, () => network.restart(node));
          }
          network.run((at + 4 * (pause + 150)) * 1000 + 4_000_000);
          expect(network.evidence).toEqual([]);
          expect(network.disagreement()).toBeNull();
          expect(Math.min(...heightsOf(network))).toBeGreaterThan(5);
        },
      ),
      { numRuns: 20, seed: 7 },
    );
    expect(cut).toBeGreaterThan(5);
  }, 120_000);
});

/** What it must not forget. */
function standing({ chain, tip, ledger, height, view, voted, prepared }: State): unknown {
  return { chain, tip, ledger, height, view, voted, prepared };
}
