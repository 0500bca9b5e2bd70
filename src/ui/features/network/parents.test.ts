/** Lines around the leaves of divided shards: they hold their own and nobody else, whatever the numbers and the panel. */
import { describe, expect, it } from 'vitest';
import type { OpenTransaction, ShardShape } from '../../../session/view.ts';
import { scaleFor } from './geometry.ts';
import { layoutOf } from './layouts.ts';
import { unitsOf } from './parentLayout.ts';
import { parentCaption, parentRegions } from './parents.ts';
import { type Region, regionsOf } from './shardSigns.ts';

const parent = (place: number, ...shards: number[]) => ({ name: `p${place}`, shards });
const SHAPES: readonly (readonly [string, ShardShape])[] = [
  ['two of two', { count: 4, validatorsPerShard: 1, parents: [parent(0, 0, 1), parent(1, 2, 3)] }],
  ['three and two, one alone', { count: 6, validatorsPerShard: 1, parents: [parent(0, 0, 1, 2), parent(1, 3, 4)] }],
  ['leaves that are no neighbours', { count: 4, validatorsPerShard: 1, parents: [parent(0, 0, 3), parent(1, 1, 2)] }],
  ['groups', { count: 5, validatorsPerShard: 4, parents: [parent(0, 0, 1), parent(1, 2, 3, 4)] }],
  ['one of all', { count: 7, validatorsPerShard: 1, parents: [parent(0, 0, 1, 2, 3, 4, 5, 6)] }],
  [
    'sixty-four',
    {
      count: 64,
      validatorsPerShard: 1,
      parents: Array.from({ length: 8 }, (_, i) => parent(i, ...Array.from({ length: 8 }, (__, k) => 8 * i + k))),
    },
  ],
];

const overlap = (a: Region, b: Region): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (a: Region, b: Region): boolean =>
  a.x < b.x && a.y < b.y && b.x + b.width < a.x + a.width && b.y + b.height < a.y + a.height;

const nodesOf = ({ count, validatorsPerShard }: ShardShape) =>
  Array.from({ length: count * validatorsPerShard + 1 }, (_, index) => ({
    id: `n${index}`,
    index,
    kind: index < count * validatorsPerShard ? 'validator' : 'client',
    region: 'local',
  })) as unknown as Parameters<typeof layoutOf>[0];

describe.each(SHAPES)('%s', (_, shape) => {
  it.each([0.6, 1, 1.8])(
    'in a panel %f times as wide as high each line holds its leaves and nothing else',
    (aspect) => {
      const scale = scaleFor(shape.count * shape.validatorsPerShard, aspect < 1);
      const positions = layoutOf(nodesOf(shape), 'ring', aspect, aspect < 1, shape);
      const leaves = regionsOf(shape, positions, scale);
      const lines = parentRegions(shape, positions, scale);
      expect(lines).toHaveLength(shape.parents?.length ?? 0);
      for (const [i, line] of lines.entries()) {
        for (const other of lines.slice(i + 1)) expect(overlap(line, other), `${line.name}, ${other.name}`).toBe(false);
        const mine = shape.parents?.[i]?.shards ?? [];
        for (const [shard, leaf] of leaves.entries()) {
          expect(holds(line, leaf), `${line.name}, s${shard}`).toBe(mine.includes(shard));
          expect(overlap(line, leaf), `${line.name}, s${shard}`).toBe(mine.includes(shard));
        }
      }
      for (const [i, a] of leaves.entries())
        for (const b of leaves.slice(i + 1)) expect(overlap(a, b), `${a.name}, ${b.name}`).toBe(false);
    },
  );
});

it('the upper level stands in the order of its lowest shards', () => {
  const shape = { count: 6, validatorsPerShard: 1, parents: [parent(0, 2, 5), parent(1, 0, 4)] };
  expect(unitsOf(shape)).toEqual([[0, 4], [1], [2, 5], [3]]);
});

it('says who speaks for a parent, as long as somebody does', () => {
  const [, shape] = SHAPES[0] as (typeof SHAPES)[number];
  const open = (heads?: number[]): OpenTransaction => ({
    transaction: 7,
    coordinator: 0,
    begunAt: 0,
    decided: null,
    parts: [],
    ...(heads === undefined ? {} : { heads }),
  });
  expect(parentCaption(shape, 1, { open: [open()] })).toBe('p1');
  expect(parentCaption(shape, 1, { open: [open([2]), open([2])] })).toBe('p1 · s2 speaks for it');
  expect(parentCaption(shape, 1, { open: [open([3]), open([2])] })).toBe('p1 · s2, s3 speak for it');
  expect(parentCaption(shape, 0, { open: [open([3])] })).toBe('p0');
  expect(parentCaption(shape, 1, { open: [open([2])] }, 10)).toBe('p1 · s2');
  expect(parentCaption(shape, 1, { open: [open([3]), open([2])] }, 10)).toBe('p1 · 2 leaves');
});
