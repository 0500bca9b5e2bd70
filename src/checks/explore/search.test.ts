/** Against published counts: tlaplus/Examples, `specifications/{transaction_commit,Paxos}/manifest.json` (distinct, generated, depth). */
import { describe, expect, it } from 'vitest';
import type { Model, ModelReport } from './model.ts';
import { transactionCommit, twoPhaseCommit } from './models/commit.ts';
import { synod, voting } from './models/synod.ts';
import { searchModel } from './search.ts';

const ALL = { statesMax: 1_000_000, depthMax: 1_000_000, reduce: false };
const REDUCED = { ...ALL, reduce: true };

function counts({ distinctStates, generatedStates, depth }: ModelReport) {
  return [distinctStates, generatedStates, depth];
}

describe('published counts', () => {
  it('TCommit, 3 resource managers: 34 distinct, 94 generated, depth 7', () => {
    const report = searchModel(transactionCommit(3), ALL);
    expect(counts(report)).toEqual([34, 94, 7]);
    expect(report).toMatchObject({ isComplete: true, counterexample: null, neverSeen: [] });
  });

  it('TwoPhase, 3 resource managers: 288 distinct, 1146 generated, depth 11', () => {
    const report = searchModel(twoPhaseCommit(3), ALL);
    expect(counts(report)).toEqual([288, 1146, 11]);
    expect(report).toMatchObject({ isComplete: true, counterexample: null, neverSeen: [] });
  });

  it('MCPaxos, 1 acceptor, 1 value, ballots 0 and 1: 25 distinct, 82 generated, depth 9', () => {
    expect(counts(searchModel(synod({ acceptors: 1, values: 1, ballots: 2 }), ALL))).toEqual([25, 82, 9]);
  });

  it('MCVoting, 3 acceptors, 2 values, ballots 0 and 1, symmetric: 77 distinct', () => {
    const report = searchModel(voting({ acceptors: 3, values: 2, ballots: 2 }), REDUCED);
    expect(report.distinctStates).toBe(77);
    expect(report).toMatchObject({ isComplete: true, counterexample: null, neverSeen: [] });
  });
});

describe('reductions', () => {
  it('symmetry keeps one state of each orbit', () => {
    const model = voting({ acceptors: 3, values: 2, ballots: 2 });
    const { orbit: _orbit, ...plain } = model;
    const states = new Map<string, readonly string[]>();
    const spy = {
      ...plain,
      next: (state, action) => {
        const next = plain.next(state, action);
        states.set(model.key(next), (model.orbit?.(next) ?? []).map(model.key));
        return next;
      },
    } satisfies Model<Parameters<typeof plain.next>[0], Parameters<typeof plain.next>[1]>;
    const full = searchModel(spy, ALL);
    const orbits = new Set([...states.values()].map((keys) => [...keys].sort()[0]));
    // The initial state is nobody's successor.
    expect(searchModel(model, REDUCED).distinctStates).toBe(orbits.size + 1);
    expect(full.distinctStates).toBe(states.size + 1);
  });

  it.each([2, 3, 4])('sleep sets lose no state and no depth of two-phase commit with %i managers', (count) => {
    const full = searchModel(twoPhaseCommit(count), ALL);
    const reduced = searchModel(twoPhaseCommit(count), REDUCED);
    expect(reduced.distinctStates).toBe(full.distinctStates);
    expect(reduced.depth).toBe(full.depth);
    expect(reduced.generatedStates).toBeLessThan(full.generatedStates);
  });
});

describe('counterexamples', () => {
  it.each([false, true])(
    'a participant that gives up after its yes breaks atomicity, shortest way (reduced: %s)',
    (reduce) => {
      const { counterexample } = searchModel(twoPhaseCommit(2, 'release-after-yes'), { ...ALL, reduce });
      // Both say yes, both are heard, the manager commits, one hears it, the other gave up.
      expect(counterexample?.property).toBe('consistent');
      expect(counterexample?.path).toHaveLength(7);
    },
  );

  it('a proposer that ignores the promises breaks agreement', () => {
    const size = { acceptors: 3, values: 2, ballots: 2 };
    const { counterexample } = searchModel(synod(size, 'own-value'), ALL);
    expect(counterexample?.property).toBe('agreement');
    // Two ballots of 1a, two promises, 2a and two votes each.
    expect(counterexample?.path).toHaveLength(12);
  });

  it('a limit is said', () => {
    expect(searchModel(twoPhaseCommit(3), { ...ALL, statesMax: 100 }).isComplete).toBe(false);
    expect(searchModel(twoPhaseCommit(3), { ...ALL, depthMax: 5 })).toMatchObject({ isComplete: false, depth: 6 });
  });
});
