import { describe, expect, it } from 'vitest';
import type { Frame, NodeMoment } from '../../session/view.ts';
import { progressAt } from './moments.ts';

const moment = (height: number, epoch: number, alive = true): NodeMoment => ({
  alive,
  byzantine: null,
  fields: { height, epoch },
  changedAt: 0,
});

describe('progress of the testnet', () => {
  it('is the highest height, and the highest epoch of those alive', () => {
    const moments = [moment(3, 0), moment(5, 7, false), moment(4, 1), moment(99, 99)];
    const nodes = moments.map((_, index) => ({
      index,
      kind: index === 3 ? 'client' : 'validator',
    })) as unknown as Frame['nodes'];
    expect(progressAt({ nodeAt: (node) => moments[node] as NodeMoment }, nodes, 0)).toEqual({ height: 5, epoch: 1 });
  });
});
