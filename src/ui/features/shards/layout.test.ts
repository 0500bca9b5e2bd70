import { expect, it } from 'vitest';
import type { WaitGraph } from '../../lib/shards.ts';
import { layoutOf, NODE } from './layout.ts';

const graph = (...arrows: readonly (readonly [number, number])[]): WaitGraph => ({
  transactions: [...new Set(arrows.flat())].sort((a, b) => a - b),
  edges: arrows.map(([from, to]) => ({ from, to, places: [] })),
  circles: [],
});

const xOf = (layout: ReturnType<typeof layoutOf>, transaction: number): number =>
  layout.places.find((place) => place.transaction === transaction)?.x ?? Number.NaN;

it('who waits stands right of everybody it waits for', () => {
  const layout = layoutOf(graph([3, 2], [2, 1], [4, 1], [3, 1]));
  for (const [from, to] of [
    [3, 2],
    [2, 1],
    [4, 1],
    [3, 1],
  ] as const)
    expect(xOf(layout, from)).toBeGreaterThan(xOf(layout, to));
});

it('a circle has a place for each of its members', () => {
  const { places } = layoutOf(graph([1, 2], [2, 3], [3, 1]));
  expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(3);
});

it('nobody stands on anybody', () => {
  const { places, width, height } = layoutOf(graph(...Array.from({ length: 20 }, (_, i) => [i + 2, 1] as const)));
  const sorted = places.filter(({ transaction }) => transaction > 1).map(({ y }) => y);
  sorted.sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThan(NODE.height);
  expect(Math.max(...places.map(({ x }) => x)) + NODE.width).toBeLessThanOrEqual(width);
  expect(Math.max(...places.map(({ y }) => y)) + NODE.height).toBeLessThanOrEqual(height);
});
