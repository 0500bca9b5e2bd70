import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neverContradictsItself, tornWriteHarmsOne } from '../common/testing/crashes.ts';
import { outlives } from '../common/testing/outlives.ts';
import { crashOnce, fateIn, type Storm, storms, traitorsIn, victimIn } from '../common/testing/storms.ts';
import { pbft } from './index.ts';
import { type State, slotsAscending } from './state.ts';
import { type Copy, Network, type Traitor } from './testing/harness.ts';
import {
  doubleVote,
  equivocate,
  forge,
  inflate,
  lieInViewChange,
  repeatVotes,
  selective,
  silent,
} from './testing/traitors.ts';

const TRAITORS: Readonly<Record<string, Traitor>> = {
  doubleVote,
  equivocate,
  forge,
  inflate,
  lieInViewChange,
  repeatVotes,
  selective,
  silent,
};

const CONFIG = {
  blockTimeMs: 100,
  viewChangeTimeoutMs: 500,
  statusPeriodMs: 300,
  checkpointInterval: 4,
  windowSize: 12,
  clientRetryMs: 700,
  blocksKept: 4,
};

/** f traitors; one correct node crashes and restarts; loss, duplication and reordering until `calmAt`, then a calm network. */
function play(storm: Storm): { readonly network: Network; readonly traitors: readonly number[] } {
  const { n, seed, calmAt } = storm;
  const traitors = traitorsIn(storm);
  const behave = TRAITORS[storm.behaviour] ?? silent;
  const fate = fateIn(storm, calmAt * 1000, 5_000);
  const network = new Network({
    n,
    seed,
    config: CONFIG,
    traitors: Object.fromEntries(traitors.map((node) => [node, behave])),
    route: (_copy: Copy, now, self) => fate(now, (bound) => self.random(bound)),
  });
  crashOnce(network, victimIn(storm), storm.crashAt, 700);
  for (let i = 0; i < 40; i++) network.at(i * 250_000, () => network.submit(0, i % 8, (i + 1) % 8, 1 + i));
  return { network: network.start(), traitors };
}

describe('storms: f traitors, loss, duplication, reordering, a crash', () => {
  it('correct validators agree, decide again once the network is calm, and hold evidence against no correct one', () => {
    let [decided, changed, convicted, transferred] = [0, 0, 0, 0];
    fc.assert(
      fc.property(storms(Object.keys(TRAITORS), [20, 400, 3000], [3_000, 8_000]), (storm) => {
        const { network, traitors } = play(storm);
        const config = network.contexts[0]?.config;
        if (config === undefined) throw new Error('no configuration');
        const before = outlives(storm, {
          network,
          disagreement: () => network.disagreement(traitors),
          heights: () => network.states.filter(({ self }) => !traitors.includes(self)).map((state) => state.decided),
          livenessBound: (calm) => pbft.livenessBound(config, calm),
        });
        expect(network.evidence.filter(({ against }) => !traitors.includes(against))).toEqual([]);
        decided += before;
        changed += Math.max(...network.states.map(({ changeCount }) => changeCount));
        convicted += network.evidence.length;
        transferred += network.states.filter(({ chain }) => chain.some(({ block }) => block.batches.length > 0)).length;
      }),
      { numRuns: 60, seed: 20_240_601 },
    );
    // Not vacuous: blocks with transfers were decided, views changed, traitors were convicted.
    expect(Math.min(decided, changed, convicted, transferred)).toBeGreaterThan(20);
  }, 120_000);
});

/** Four nodes and twenty transfers. */
function loaded(seed: number, latencyMax: number): Network {
  const route = (_: Copy, __: number, network: Network) => [1_000 + network.random(latencyMax)];
  const network = new Network({ n: 4, seed, config: CONFIG, route }).start();
  for (let s = 0; s < 20; s++) network.at(s * 90_000, () => network.submit(0, s % 8, (s + 3) % 8, 2));
  return network;
}

describe('a crash at any moment', () => {
  it('never makes a validator contradict itself: no evidence, no disagreement, and the chain goes on', () => {
    neverContradictsItself(loaded, 40);
  }, 120_000);

  it('with the last write torn makes at most that one validator faulty: the others agree and go on', () => {
    tornWriteHarmsOne(loaded, 30);
  }, 120_000);

  it('leaves exactly the state that its records say: same chain, ledger, watermarks, view, votes and certificates', () => {
    const route = (_: Copy, __: number, network: Network) =>
      network.random(10) === 0 ? [] : [1_000 + network.random(400_000)];
    let inFlight = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const network = new Network({ n: 4, seed, config: CONFIG, route }).start().run(1_500_000 + seed * 100_000);
      for (const state of network.states) {
        const ctx = network.contexts[state.self];
        if (ctx === undefined) throw new Error('no context');
        const recovered = pbft.validator.recover(ctx, network.disks[state.self] ?? []);
        expect(recovered.chain).toEqual(state.chain);
        expect(recovered.ledger).toEqual(state.ledger);
        expect(recovered.replies).toEqual(state.replies);
        const standing = ({ view, isChanging, doublings, tip, stable, stableProof, newView, nextSequence }: State) => {
          return { view, isChanging, doublings, tip, stable, stableProof, newView, nextSequence };
        };
        expect(standing(recovered)).toEqual(standing(state));
        expect(promises(recovered)).toEqual(promises(state));
        inFlight += promises(state).length;
        expect(structuredClone(state)).toEqual(state);
      }
    }
    expect(inFlight).toBeGreaterThan(100);
  });
});

/** What it must not contradict: its votes in the view in progress and its prepared certificates. */
function promises(state: State): unknown[] {
  return slotsAscending(state)
    .map(({ sequence, rounds, prepared }) => ({ sequence, voted: rounds.get(state.view)?.voted ?? null, prepared }))
    .filter(({ voted, prepared }) => voted !== null || prepared !== null);
}
