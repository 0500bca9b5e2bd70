import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../session/view.ts';
import { chainSlots } from './selectors.ts';

const nodes = ['v0', 'v1', 'v2', 'c0'].map((id, index) => ({
  id,
  index,
  kind: id.startsWith('v') ? 'validator' : 'client',
})) as unknown as Frame['nodes'];
const block = (height: number, digest: string, decidedBy: readonly (readonly [number, number])[]) => ({
  height,
  digest,
  epoch: 0,
  decidedBy: decidedBy.map(([node, at]) => ({ node, at })),
});

describe('chain slots', () => {
  it('say who decided and how far apart', () => {
    const [slot] = chainSlots(
      [
        block(1, 'aa', [
          [2, 30],
          [0, 10],
        ]),
      ],
      nodes,
      10,
    );
    expect(slot?.blocks).toEqual([
      { height: 1, digest: 'aa', epoch: 0, firstAt: 10, spread: 20, decided: [true, false, true] },
    ]);
  });

  it('show two decisions of one height side by side, the earlier first', () => {
    const slots = chainSlots([block(1, 'bb', [[1, 50]]), block(1, 'aa', [[0, 10]])], nodes, 10);
    expect(slots).toHaveLength(1);
    expect(slots[0]?.blocks.map((entry) => entry.digest)).toEqual(['aa', 'bb']);
  });

  it('keep the newest heights in order and leave out what nobody has decided yet', () => {
    const many = Array.from({ length: 50 }, (_, i) => block(50 - i, `d${i}`, [[0, i]]));
    expect(chainSlots([...many, block(51, 'x', [])], nodes, 5).map((slot) => slot.height)).toEqual([47, 48, 49, 50]);
  });
});
