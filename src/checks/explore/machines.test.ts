import { describe, expect, it } from 'vitest';
import { svbft } from '../../protocols/svbft/index.ts';
import { type MachineBounds, machineModel } from './machines.ts';
import { searchModel } from './search.ts';

const NO_FAULTS = { drops: 0, duplicates: 0, timeouts: 0, crashes: 0 };
const ONE_SLOT: MachineBounds = { validators: 2, config: {}, mutant: null, slots: 1, ...NO_FAULTS };
const LIMITS = { statesMax: 50_000, depthMax: 1000, reduce: true };

const explore = (bounds: Partial<MachineBounds>, limits: Partial<typeof LIMITS> = {}) =>
  searchModel(machineModel(svbft, { ...ONE_SLOT, ...bounds }), { ...LIMITS, ...limits });

describe('real SVBFT machines, explored exhaustively', () => {
  it('two of them agree on one slot in every order of messages, with one loss', () => {
    const report = explore({ timeouts: 1, drops: 1 });
    expect(report).toMatchObject({ isComplete: true, counterexample: null, neverSeen: [] });
    expect(report.distinctStates).toBeGreaterThan(200);
  });

  it('with a restart too', () => {
    const report = explore({ timeouts: 1, crashes: 1 }, { statesMax: 4000 });
    expect(report).toMatchObject({ counterexample: null, neverSeen: [] });
  });

  it('sleep sets lose no state', () => {
    const [full, reduced] = [explore({ timeouts: 1 }, { reduce: false }), explore({ timeouts: 1 })];
    expect(reduced.distinctStates).toBe(full.distinctStates);
    expect(reduced.depth).toBe(full.depth);
    expect(reduced.generatedStates).toBeLessThan(full.generatedStates);
  });

  it('finds the shortest way in which counting votes by message makes a false certificate', () => {
    const bounds = { timeouts: 1, duplicates: 1 };
    const { counterexample } = explore({ ...bounds, mutant: 'votes-not-distinct' });
    expect(counterexample?.property).toBe('certificates');
    // The propose timer, the proposal, a PREPARE, the COMMIT twice.
    expect(counterexample?.path).toHaveLength(6);
    expect(explore(bounds)).toMatchObject({ isComplete: true, counterexample: null });
  });
});
