import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import type { StateHighlight } from '../../kernel/trace/highlights.ts';
import { readStates, StateWriter } from './states.ts';

/** What some nodes show: mostly one field changes, now and then several, the sign, or how many there are. */
function shown(seed: number, count: number): StateHighlight[] {
  const key = streamKey(seed, PURPOSE.latency);
  let drawn = 0;
  const up = (below: number): number => scale(draw(key, drawn++), below);
  const fields = [5, 31, 32, 14].map((length) => Array.from({ length }, () => -1));
  return Array.from({ length: count }, () => {
    const node = up(fields.length);
    const own = [...(fields[node] as number[])];
    for (let i = up(3); i > 0; i--) own[up(own.length)] = up(2_000) - 1_000;
    if (up(20) === 0) own.push(up(9));
    fields[node] = own;
    return { kind: 'state', t: up(1_000_000) * 10_000, node: node * 20_000, alive: up(9) > 0, fields: own };
  });
}

describe('states on the channel', () => {
  it('come out as they went in, each at its place', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const states = shown(seed, 400);
      const writer = new StateWriter();
      for (const [i, state] of states.entries()) writer.add(3 * i, state);
      const found: StateHighlight[] = [];
      readStates(writer.end(), (place, state) => {
        expect(place).toBe(3 * found.length);
        found.push(state);
      });
      expect(found).toEqual(states);
    }
  });

  it('cost less than half of what they would whole, where one field in fourteen changes', () => {
    const writer = new StateWriter();
    const fields = Array.from({ length: 14 }, () => 0);
    let whole = 0;
    for (let i = 0; i < 400; i++) {
      fields[i % 14] = i;
      whole += 6 + fields.length;
      writer.add(i, { kind: 'state', t: i, node: 3, alive: true, fields: [...fields] });
    }
    expect(writer.end().length).toBeLessThan(whole / 2);
  });
});
