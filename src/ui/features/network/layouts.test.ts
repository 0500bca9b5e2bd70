import { describe, expect, it } from 'vitest';
import type { Flight, Frame, ShardShape } from '../../../session/view.ts';
import { bundlesOf } from './bundles.ts';
import { ellipsePoints, scaleFor } from './geometry.ts';
import { groupsForDrawing, inside, layoutOf, regionsOf } from './layouts.ts';

const REGIONS = ['us-east', 'eu-west', 'ap-south'];

function network(validators: number, regions: readonly string[]): Frame['nodes'] {
  return Array.from({ length: validators + 1 }, (_, index) => ({
    id: index < validators ? `v${index}` : 'c0',
    index,
    kind: index < validators ? ('validator' as const) : ('client' as const),
    region: regions[index % regions.length] ?? '',
    stake: 1,
    suite: 'ml-dsa-65',
  }));
}

describe('arrangements', () => {
  it('spaces nodes evenly along the ellipse, at its narrow ends too', () => {
    const points = ellipsePoints(32, 400, 150);
    const gaps = points.map((a, i) => {
      const b = points[(i + 1) % points.length] ?? a;
      return Math.hypot(a.x - b.x, a.y - b.y);
    });
    expect(Math.max(...gaps) / Math.min(...gaps)).toBeLessThan(1.1);
  });

  it('keeps clients clear of the boxes of shards of one node', () => {
    for (const isNarrow of [false, true]) {
      for (let count = 2; count <= 12; count++) {
        const shape = { count, validatorsPerShard: 1, parents: [] } as unknown as ShardShape;
        const points = layoutOf(network(count, ['local']), 'ring', isNarrow ? 0.8 : 1.6, isNarrow, shape);
        const client = points[count] ?? { x: 0, y: 0 };
        const { radius, clientRadius } = scaleFor(count, isNarrow);
        for (const { x, y } of points.slice(0, count)) {
          const apart = Math.max(Math.abs(x - client.x), Math.abs(y - client.y));
          expect(apart, `${count} shards`).toBeGreaterThan(radius * 1.7 + clientRadius);
        }
      }
    }
  });

  it('stands the nodes of a region together and the regions apart, no two nodes on top of each other', () => {
    for (const count of [6, 16, 40, 100]) {
      const nodes = network(count, REGIONS);
      const points = layoutOf(nodes, 'regions', 1.6);
      const { radius } = scaleFor(count);
      const distance = (a: number, b: number) =>
        Math.hypot((points[a]?.x ?? 0) - (points[b]?.x ?? 0), (points[a]?.y ?? 0) - (points[b]?.y ?? 0));
      for (const a of nodes) {
        for (const b of nodes) if (a.index < b.index) expect(distance(a.index, b.index)).toBeGreaterThan(radius * 1.5);
        const near = nodes
          .filter((b) => b.index !== a.index)
          .toSorted((b, c) => distance(a.index, b.index) - distance(a.index, c.index))[0];
        expect(near?.region, `${count} nodes, ${a.id}`).toBe(a.region);
      }
    }
    expect(regionsOf(network(4, REGIONS)).map(({ name }) => name)).toEqual(['ap-south', 'eu-west', 'us-east']);
  });

  it('is the ring where there is one region', () => {
    const nodes = network(7, ['local']);
    expect(layoutOf(nodes, 'regions', 1.2)).toEqual(layoutOf(nodes, 'ring', 1.2));
  });

  it('draws by groups on a phone from a dozen nodes on', () => {
    expect(groupsForDrawing(network(10, ['local']), true)).toBeNull();
    expect(new Set(groupsForDrawing(network(16, ['local']), true)).size).toBe(6);
  });

  it('keeps nodes apart on a phone too', () => {
    for (const count of [4, 7, 10, 16, 25, 64]) {
      const points = layoutOf(network(count, ['local']), 'ring', 1.4, true);
      const { radius } = scaleFor(count, true);
      for (const [i, a] of points.entries()) {
        for (const b of points.slice(i + 1))
          expect(Math.hypot(a.x - b.x, a.y - b.y), `${count}`).toBeGreaterThan(2 * radius);
      }
    }
  });

  it('draws by groups only above 32 nodes', () => {
    expect(groupsForDrawing(network(31, ['local']))).toBeNull();
    expect(new Set(groupsForDrawing(network(64, ['local']))).size).toBe(8);
    expect(new Set(groupsForDrawing(network(128, REGIONS))).size).toBe(3);
  });
});

describe('bundles', () => {
  const flight = (from: number, to: number, arrivesAt: number, fate: Flight['fate'] = 'delivered'): Flight => ({
    messageId: `v${from}#0`,
    from,
    to,
    type: 0,
    sentAt: 0,
    arrivesAt,
    fate,
    bytes: 100,
  });

  it('count copies between two groups and show the one that arrives next; lost and held ones stay single', () => {
    const flights = [flight(0, 2, 90), flight(1, 3, 40), flight(2, 0, 50), flight(0, 3, 60, 'lost')];
    const bundles = bundlesOf(flights, [0, 0, 1, 1], () => 'first');
    expect(bundles.map(({ from, to, count, bytes }) => [from, to, count, bytes])).toEqual([
      [0, 1, 2, 200],
      [1, 0, 1, 100],
    ]);
    expect(bundles[0]?.first).toBe(flights[1]);
  });
});

describe('the lasso', () => {
  it('holds what is inside it, whatever its shape', () => {
    const arrow = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
      { x: 5, y: 4 },
      { x: 0, y: 10 },
    ];
    expect(inside(arrow, { x: 5, y: 2 })).toBe(true);
    expect(inside(arrow, { x: 5, y: 8 })).toBe(false);
    expect(inside(arrow, { x: 1, y: 7 })).toBe(true);
    expect(inside(arrow, { x: -1, y: 2 })).toBe(false);
    expect(inside([], { x: 0, y: 0 })).toBe(false);
  });
});
