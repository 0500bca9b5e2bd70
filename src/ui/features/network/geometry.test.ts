import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flight } from '../../../session/view.ts';
import {
  along,
  crossing,
  cutLine,
  distanceTo,
  groupsOf,
  linkBetween,
  type Point,
  progress,
  ringLayout,
  scaleFor,
} from './geometry.ts';

const flight = (fate: Flight['fate']): Flight => ({
  messageId: 'v0#0',
  from: 0,
  to: 1,
  type: 0,
  sentAt: 1_000,
  arrivesAt: fate === 'held' ? Number.POSITIVE_INFINITY : 2_000,
  fate,
  bytes: 1,
});

describe('the ring', () => {
  it('starts at the top and goes clockwise', () => {
    const [top, right, bottom, left] = ringLayout(4, 0, 1) as readonly [Point, Point, Point, Point];
    expect(top.y).toBeLessThan(0);
    expect(right.x).toBeGreaterThan(0);
    expect(bottom.y).toBeCloseTo(-top.y);
    expect(left.x).toBeCloseTo(-right.x);
  });

  it('keeps nodes of any number apart, clients too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 128 }),
        fc.integer({ min: 0, max: 4 }),
        fc.double({ min: 0.4, max: 3, noNaN: true }),
        (validators, clients, aspect) => {
          const points = ringLayout(validators, clients, aspect);
          const { radius, clientRadius } = scaleFor(validators);
          expect(points).toHaveLength(validators + clients);
          points.forEach((a, i) => {
            points.slice(i + 1).forEach((b, j) => {
              const isClient = i + 1 + j >= validators;
              const room = isClient ? Math.min(radius, clientRadius) * 2 : radius * 2;
              expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(room);
            });
          });
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('links', () => {
  it('show only what lies between the discs', () => {
    expect(linkBetween({ x: 0, y: 0 }, { x: 100, y: 0 }, 10, 20)).toEqual({ a: { x: 10, y: 0 }, b: { x: 80, y: 0 } });
    expect(linkBetween({ x: 0, y: 0 }, { x: 25, y: 0 }, 10, 20)).toBeNull();
  });

  it('measure their distance from a point, ends included', () => {
    const link = { a: { x: 0, y: 0 }, b: { x: 10, y: 0 } };
    expect(distanceTo(link, { x: 5, y: 3 })).toBe(3);
    expect(distanceTo(link, { x: 14, y: 3 })).toBe(5);
  });
});

describe('progress of a copy', () => {
  it('is linear in virtual time and never leaves the link', () => {
    expect(progress(flight('delivered'), 1_250, 0.4, false)).toBe(0.25);
    expect(progress(flight('delivered'), 9_000, 0.4, false)).toBe(1);
    expect(progress(flight('delivered'), 0, 0.4, false)).toBe(0);
  });

  it('takes three positions with reduced motion', () => {
    const places = new Set(
      Array.from({ length: 100 }, (_, i) => progress(flight('delivered'), 1_000 + i * 10, 0.4, true)),
    );
    expect([...places]).toEqual([1 / 6, 0.5, 5 / 6]);
  });

  it('of a held copy ends at the cut', () => {
    expect(progress(flight('held'), 1_000, 0.4, false)).toBe(0);
    expect(progress(flight('held'), 1e9, 0.4, false)).toBe(0.4);
  });
});

describe('cuts', () => {
  const cutBetween = (left: readonly number[], right: readonly number[]) =>
    left.flatMap((from) => right.map((to) => ({ from, to })));

  it('fall into the groups that still hear each other', () => {
    expect(groupsOf(cutBetween([0, 1], [2, 3]))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(groupsOf([...cutBetween([0], [1, 2]), ...cutBetween([1], [2])])).toEqual([[0], [1], [2]]);
    expect(groupsOf([])).toEqual([]);
  });

  it('make no groups when a third node still hears both', () => {
    // 0 and 1 are cut, both reach 2, which another cut brings into the picture.
    expect(
      groupsOf([
        { from: 0, to: 1 },
        { from: 2, to: 3 },
      ]),
    ).toHaveLength(1);
  });

  it('are drawn as a line that every cut link crosses', () => {
    const ring = ringLayout(6, 0, 1.4);
    const left = ring.slice(0, 3);
    const right = ring.slice(3);
    const line = cutLine(left, right);
    expect(line).not.toBeNull();
    for (const a of left) for (const b of right) expect(line === null ? null : crossing({ a, b }, line)).not.toBeNull();
    for (const a of left)
      for (const b of left) if (a !== b && line !== null) expect(crossing({ a, b }, line)).toBeNull();
  });

  it('are not drawn as a line when the groups stand interleaved', () => {
    const ring = ringLayout(4, 0, 1) as readonly [Point, Point, Point, Point];
    expect(cutLine([ring[0], ring[2]], [ring[1], ring[3]])).toBeNull();
  });
});

describe('crossing', () => {
  it('gives the fraction along the first segment', () => {
    const first = { a: { x: 0, y: 0 }, b: { x: 10, y: 0 } };
    const at = crossing(first, { a: { x: 4, y: -1 }, b: { x: 4, y: 1 } });
    expect(at).toBeCloseTo(0.4);
    expect(along(first, at ?? 0).x).toBeCloseTo(4);
    expect(crossing(first, { a: { x: 0, y: 1 }, b: { x: 10, y: 1 } })).toBeNull();
  });
});
