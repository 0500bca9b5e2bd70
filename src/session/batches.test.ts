import { describe, expect, it } from 'vitest';
import { Batches } from './batches.ts';
import type { TraceBatch } from './run.ts';

const batch = (horizon: number, words = 4): TraceBatch => ({
  horizon,
  segments: [{ node: 0, words: new Uint32Array(words) }],
});
const horizons = ({ unsaved }: Batches) => unsaved.map(({ horizon }) => horizon);

describe('batches of trace', () => {
  it('are kept until storage has taken them, and counted for ever', () => {
    const batches = new Batches();
    for (const horizon of [10, 20, 30]) batches.add(batch(horizon));
    batches.taken();
    batches.add(batch(40));
    expect(horizons(batches)).toEqual([40]);
    expect(batches).toMatchObject({ count: 4, lastHorizon: 40, mustRestate: false });
  });

  it('cut among the unsaved ones continue what storage has', () => {
    const batches = new Batches();
    batches.begin(2, 20);
    for (const horizon of [30, 40, 50]) batches.add(batch(horizon));
    batches.cut(3, 30);
    expect(horizons(batches)).toEqual([30]);
    expect(batches).toMatchObject({ count: 3, lastHorizon: 30, mustRestate: false });
  });

  it('cut among those that storage has are told anew', () => {
    const batches = new Batches();
    batches.begin(5, 50);
    batches.add(batch(60));
    batches.cut(4, 40);
    expect(batches).toMatchObject({ count: 4, unsaved: [], mustRestate: true });
    batches.restate(batch(40));
    expect(batches).toMatchObject({ count: 1, lastHorizon: 40, mustRestate: false });
    expect(horizons(batches)).toEqual([40]);
    // A number from before the telling means nothing any more.
    batches.add(batch(50));
    batches.cut(2, 50);
    expect(batches.mustRestate).toBe(true);
  });

  it('are let go when nobody saves them', () => {
    const batches = new Batches();
    for (let i = 1; i <= 9; i++) batches.add(batch(i, 1 << 20));
    expect(batches).toMatchObject({ count: 9, lastHorizon: 9, unsaved: [], mustRestate: true });
  });
});
