import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neverContradictsItself } from '../common/testing/crashes.ts';
import { outlives } from '../common/testing/outlives.ts';
import { crashOnce, fateIn, type Storm, storms, traitorsIn, victimIn } from '../common/testing/storms.ts';
import { tendermint } from './index.ts';
import { currentRound } from './state.ts';
import { Cluster, doubleVote, equivocate, type Lie, silent, withhold } from './testing/cluster.ts';

const selective: Lie = ({ message }, cluster) => (cluster.random(2) === 0 ? [message] : []);
const LIES: Readonly<Record<string, Lie>> = { doubleVote, equivocate, selective, silent, withhold };

const CONFIG = {
  blockTimeMs: 200,
  timeoutProposeMs: 300,
  timeoutProposeIncrementMs: 100,
  timeoutPrevoteMs: 150,
  timeoutPrevoteIncrementMs: 100,
  timeoutPrecommitMs: 150,
  timeoutPrecommitIncrementMs: 100,
  heartbeatMs: 300,
  blocksKept: 3,
};

/** f liars; one correct node crashes and restarts; loss, duplication and reordering until `calmAt`, then a calm network. */
function play(storm: Storm): { readonly cluster: Cluster; readonly liars: readonly number[] } {
  const { n, seed, calmAt } = storm;
  const liars = traitorsIn(storm);
  const lie = LIES[storm.behaviour] ?? silent;
  const fate = fateIn(storm, calmAt * 1000, 5_000);
  const cluster = new Cluster({
    n,
    seed,
    config: CONFIG,
    describe: () => null,
    lies: Object.fromEntries(liars.map((node) => [node, lie])),
    route: (_copy, now, random) => fate(now, random),
  });
  crashOnce(cluster, victimIn(storm), storm.crashAt, 700);
  for (let sequence = 0; sequence < 30; sequence++) {
    cluster.at(sequence * 250_000, () => {
      const up = cluster.states.map(({ self }) => self).filter((node) => cluster.alive[node]);
      cluster.submit(sequence, 1 + sequence, up);
    });
  }
  return { cluster: cluster.start(), liars };
}

describe('storms: f liars, loss, duplication, reordering, a crash', () => {
  it('correct validators agree, decide again once the network is calm, and hold evidence against no correct one', () => {
    const seen = { decided: 0, rounds: 0, convicted: 0, transfers: 0, unlocked: 0, taken: 0 };
    fc.assert(
      fc.property(storms(Object.keys(LIES), [20, 400, 2000], [3_000, 8_000]), (storm) => {
        const { cluster, liars } = play(storm);
        const correct = cluster.states.map(({ self }) => self).filter((node) => !liars.includes(node));
        const split = () => {
          const bySlot = new Map<number, string>();
          for (const { slot, digest } of correct.flatMap((node) => cluster.decisions[node] ?? [])) {
            if ((bySlot.get(slot) ?? digest) !== digest) return slot;
            bySlot.set(slot, digest);
          }
          return null;
        };
        const before = outlives(storm, {
          network: cluster,
          disagreement: split,
          heights: () => correct.map((node) => cluster.state(node).decided),
          livenessBound: (calm) => tendermint.livenessBound(cluster.config, calm),
          timersGrow: false,
        });
        expect(cluster.evidence.filter(({ against }) => !liars.includes(against))).toEqual([]);
        const notes = cluster.notes.flat();
        seen.decided += before;
        seen.rounds += Math.max(...cluster.states.map(({ changeCount }) => changeCount));
        seen.convicted += cluster.evidence.length;
        seen.transfers += cluster.states.filter(({ ledger }) => ledger.balances[1] !== 1000).length;
        seen.unlocked += notes.filter((note) => note.startsWith('line 28: prevotes')).length;
        seen.taken += notes.filter((note) => note.startsWith('line 55')).length;
      }),
      { numRuns: 60, seed: 20_180_712 },
    );
    // Not vacuous: rounds failed, valid values were proposed again, liars were convicted, transfers were executed.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  }, 120_000);
});

describe('a crash at any moment', () => {
  it('never makes a validator contradict itself: no evidence, no disagreement, and the chain goes on', () => {
    const describe = () => null;
    const build = (seed: number, latencyMax: number) =>
      new Cluster({
        n: 4,
        seed,
        config: CONFIG,
        describe,
        route: (_copy, _now, random) => [1_000 + random(latencyMax)],
      }).start();
    neverContradictsItself(build, 30);
  }, 120_000);

  it('leaves exactly the state that its records say: same chain, ledger, round, step, votes, lock and valid value', () => {
    let locks = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const cluster = new Cluster({
        n: 4,
        seed,
        config: CONFIG,
        describe: () => null,
        route: (_copy, _now, random) => (random(10) === 0 ? [] : [1_000 + random(400_000)]),
      });
      cluster.start().run(1_500_000 + seed * 100_000);
      for (const state of cluster.states) {
        const ctx = cluster.contexts[state.self];
        if (ctx === undefined) throw new Error('no context');
        const recovered = tendermint.validator.recover(ctx, cluster.disks[state.self] ?? []);
        for (const key of ['chain', 'ledger', 'height', 'round', 'tip', 'lock', 'valid', 'priorities'] as const) {
          expect(recovered[key], key).toEqual(state[key]);
        }
        // Round 0 leaves no record before something is said in it.
        if (state.round > 0 || currentRound(state).prevoted !== null) expect(recovered.step).toBe(state.step);
        const [then, now] = [currentRound(state), currentRound(recovered)];
        expect([now.prevoted, now.precommitted]).toEqual([then.prevoted, then.precommitted]);
        expect(structuredClone(state)).toEqual(state);
        locks += state.lock.round >= 0 ? 1 : 0;
      }
    }
    expect(locks).toBeGreaterThan(3);
  });
});
