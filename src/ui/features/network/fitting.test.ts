import { describe, expect, it } from 'vitest';
import { type Box, isCovered, roomOf, thingsOf, type Viewport, viewportAround } from './fitting.ts';
import { ringLayout, scaleFor } from './geometry.ts';
import { shardLayout } from './shardLayout.ts';

const SHARDS = { count: 3, validatorsPerShard: 4 };
const SCALE = scaleFor(12);
const THINGS = thingsOf(shardLayout(SHARDS, SCALE, 13, 1.6), 12, SCALE, SHARDS);
const [WIDTH, HEIGHT] = [770, 500];
const ROOM = roomOf(WIDTH, HEIGHT);
const CORNER: Box = { left: 470, top: 12, right: 758, bottom: 92 };

const onScreen = ({ left, top, right, bottom }: Box, { x, y, zoom }: Viewport): Box => ({
  left: left * zoom + x,
  top: top * zoom + y,
  right: right * zoom + x,
  bottom: bottom * zoom + y,
});

describe('the viewport', () => {
  it('shows everything in the middle where nothing floats', () => {
    const viewport = viewportAround(THINGS, [], ROOM);
    const boxes = THINGS.map((thing) => onScreen(thing, viewport));
    const [left, right] = [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
    expect(left).toBeGreaterThanOrEqual(ROOM.left - 1);
    expect(right).toBeLessThanOrEqual(ROOM.right + 1);
    expect(Math.min(...boxes.map((box) => box.top))).toBeGreaterThanOrEqual(ROOM.top - 1);
    expect(Math.max(...boxes.map((box) => box.bottom))).toBeLessThanOrEqual(ROOM.bottom + 1);
  });

  it('stands clear of notices, no smaller than it must be', () => {
    const free = viewportAround(THINGS, [], ROOM);
    expect(isCovered(THINGS, [CORNER], free)).toBe(true);
    const clear = viewportAround(THINGS, [CORNER], ROOM);
    expect(isCovered(THINGS, [CORNER], clear)).toBe(false);
    expect(clear.zoom).toBeLessThanOrEqual(free.zoom);
    expect(clear.zoom).toBeGreaterThan(free.zoom * 0.7);
  });

  it('moves aside rather than shrinking where there is room', () => {
    const things = thingsOf(ringLayout(4, 1, 1), 4, scaleFor(4), null);
    const room = roomOf(1600, 500);
    const free = viewportAround(things, [], room);
    const above: Box = { left: 780, top: 0, right: 1600, bottom: 60 };
    expect(isCovered(things, [above], free)).toBe(true);
    const clear = viewportAround(things, [above], room);
    expect(clear.zoom).toBe(free.zoom);
    expect(clear.x).toBeLessThan(free.x);
  });

  it('stays in the middle where nothing helps', () => {
    const everywhere: Box = { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };
    expect(viewportAround(THINGS, [everywhere], ROOM)).toEqual(viewportAround(THINGS, [], ROOM));
  });

  it('keeps the padlocks of shards within the panel, whatever the zoom', () => {
    const room = roomOf(390, 310);
    const viewport = viewportAround(THINGS, [], room);
    const signs = THINGS.filter(({ padX }) => padX !== undefined);
    expect(signs).toHaveLength(3);
    for (const sign of signs) {
      const { right, bottom } = onScreen(sign, viewport);
      expect(right + (sign.padX ?? 0)).toBeLessThanOrEqual(room.right + 1);
      expect(bottom + (sign.padY ?? 0)).toBeLessThanOrEqual(room.bottom + 1);
    }
  });
});
