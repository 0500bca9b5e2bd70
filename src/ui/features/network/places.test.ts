import { describe, expect, it } from 'vitest';
import type { Flight } from '../../../session/view.ts';
import { PHASE_ROLES } from '../../lib/phases.ts';
import { FAKE_DECLARATION } from '../../testing/fakeRun.ts';
import { placeOf } from './flightMarks.ts';
import { ringLayout, scaleFor } from './geometry.ts';
import { placesOf } from './places.ts';
import { type Ring, sameRings } from './quorumRings.ts';
import type { Scene } from './scene.ts';

const COUNT = 7;
const scene = (more: Partial<Scene> = {}): Scene =>
  ({
    declaration: FAKE_DECLARATION,
    nodes: Array.from({ length: COUNT }, (_, index) => ({ index, kind: index < 6 ? 'validator' : 'client' })),
    positions: ringLayout(6, 1, 1.4),
    scale: scaleFor(6),
    view: { x: 31, y: -12, zoom: 0.7 },
    ratio: 2,
    playhead: 1_000,
    stepped: false,
    shape: null,
    ...more,
  }) as unknown as Scene;

const flights: Flight[] = [];
for (let from = 0; from < COUNT; from++) {
  for (let to = 0; to < COUNT; to++) {
    if (from === to) continue;
    const sentAt = 13 * from + 90 * to;
    const fate = (from + to) % 3 === 0 ? 'lost' : 'delivered';
    const type = (from * to) % FAKE_DECLARATION.messages.length;
    flights.push({ messageId: `v${from}#${to}`, from, to, type, sentAt, arrivesAt: 1_100 + 50 * from, bytes: 9, fate });
  }
}

describe('places of many copies', () => {
  it('are those of each copy alone, in device pixels', () => {
    for (const at of [scene(), scene({ playhead: 700, stepped: true }), scene({ view: { x: 0, y: 5, zoom: 1.9 } })]) {
      const places = placesOf(at, flights);
      expect(places.count).toBe(flights.length);
      for (let i = 0; i < places.count; i++) {
        const flight = flights[places.flight[i] as number] as Flight;
        const place = placeOf(at, { pairs: new Set(), lines: [] }, flight);
        const { view, ratio } = at;
        expect(places.x[i]).toBeCloseTo(((place?.at.x ?? 0) * view.zoom + view.x) * ratio, 6);
        expect(places.y[i]).toBeCloseTo(((place?.at.y ?? 0) * view.zoom + view.y) * ratio, 6);
        expect(places.startX[i]).toBeCloseTo(((place?.link.a.x ?? 0) * view.zoom + view.x) * ratio, 6);
        expect(PHASE_ROLES[places.role[i] as number]).toBe(FAKE_DECLARATION.messages[flight.type]?.phase);
      }
    }
  });

  it('follow nodes that have moved', () => {
    const [before] = placesOf(scene(), flights).x;
    const moved = ringLayout(6, 1, 1.4).map(({ x, y }) => ({ x: x + 100, y }));
    const [after] = placesOf(scene({ positions: moved }), flights).x;
    expect(after).toBeCloseTo((before ?? 0) + 100 * 0.7 * 2, 6);
  });

  it('leave out copies of nodes that stand nowhere', () => {
    const stranger = { ...(flights[0] as Flight), to: COUNT + 2 };
    expect(placesOf(scene(), [stranger, flights[1] as Flight])).toMatchObject({ count: 1 });
  });
});

describe('rings', () => {
  const quorum = { voters: [1] } as unknown as Ring['quorum'];
  const ring = (more: Partial<Ring> = {}): Ring => ({ node: 0, quorum, isResting: false, ...more });

  it('are painted anew when a vote comes, a ring comes to rest or a node is gone', () => {
    expect(sameRings([ring()], [ring()])).toBe(true);
    expect(sameRings([ring()], [ring({ quorum: { ...quorum } })])).toBe(false);
    expect(sameRings([ring()], [ring({ isResting: true })])).toBe(false);
    expect(sameRings([ring()], [])).toBe(false);
  });
});
