/** Who signs what others sign gets its signature from the chorus: nothing of a run changes by that. */
import { describe, expect, it, vi } from 'vitest';
import { Choir } from '../crypto/choir.ts';
import { openConstants } from './constants.ts';
import { InProcessExecutor } from './inprocess.ts';
import { planOf, SHORT_RUNS } from './testing/scenarios.ts';

const EVERYTHING = { until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null };
const SUNG = { validators: 7, crypto: { suite: 'modelled:ml-dsa-44' }, stop: { ms: 4000 } } as const;
const ROTATING = ['hotstuff', 'pbft', 'tendermint', 'fastpath'].map((name) => ({
  name,
  plan: planOf({ ...SUNG, seed: 3, protocol: { name } }),
}));

describe.each([...ROTATING, ...SHORT_RUNS])('$name', ({ plan }) => {
  it('has the same fingerprint with a chorus and without', async () => {
    const world = await openConstants(plan, { keepWords: false, highlights: 'all' });
    const [whole, alone] = [world, { ...world, lanes: null }].map((each) => {
      const run = new InProcessExecutor(each, []);
      run.run(EVERYTHING);
      return run.fingerprintNow();
    });
    expect(whole).toBe(alone);
  });
});

it('sings most votes of a run', async () => {
  const sung = vi.spyOn(Choir.prototype, 'sign');
  const plan = planOf({ ...SUNG, protocol: { name: 'hotstuff' } });
  const run = new InProcessExecutor(await openConstants(plan, { keepWords: false, highlights: 'all' }), []);
  run.run(EVERYTHING);
  const { signed } = (await run.status()).work;
  expect(sung.mock.calls.length).toBeGreaterThan(signed / 2);
  sung.mockRestore();
});
