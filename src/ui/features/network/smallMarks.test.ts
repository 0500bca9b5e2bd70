import { describe, expect, it } from 'vitest';
import type { Flight } from '../../../session/view.ts';
import { PHASES, type Shape } from '../../lib/phases.ts';
import { FAKE_DECLARATION } from '../../testing/fakeRun.ts';
import { drawCrowd } from './crowd.ts';
import { ringLayout, scaleFor } from './geometry.ts';
import type { Scene } from './scene.ts';
import { SmallMarks } from './smallMarks.ts';

type Contour = readonly (readonly [number, number])[];

/** A canvas that keeps what was filled and stroked: rectangles and contours, in order, with their colour. */
class Sketch {
  fillStyle = '';
  strokeStyle = '';
  lineWidth = 1;
  globalAlpha = 1;
  readonly filled: { readonly colour: string; readonly contour: Contour }[] = [];
  readonly stroked: Contour[] = [];
  longestPath = 0;
  #contours: [number, number][][] = [];

  beginPath(): void {
    this.#contours = [];
  }
  moveTo(x: number, y: number): void {
    this.#contours.push([[x, y]]);
  }
  lineTo(x: number, y: number): void {
    this.#contours.at(-1)?.push([x, y]);
  }
  fill(): void {
    this.longestPath = Math.max(this.longestPath, this.#contours.length);
    for (const contour of this.#contours) this.filled.push({ colour: this.fillStyle, contour });
  }
  stroke(): void {
    this.stroked.push(...this.#contours);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    const corners: Contour = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ];
    this.filled.push({ colour: this.fillStyle, contour: corners });
  }
  setTransform(): void {}
  closePath(): void {}

  /** The colour of the pixel whose corner is at a place. */
  at(x: number, y: number): string {
    return this.filled.findLast(({ contour }) => isInside(contour, x + 0.5, y + 0.5))?.colour ?? '';
  }
}

function isInside(contour: Contour, x: number, y: number): boolean {
  let inside = false;
  contour.forEach(([x1, y1], i) => {
    const [x2, y2] = contour[(i + 1) % contour.length] as readonly [number, number];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

const draw = (sketch: Sketch, shape: Shape, ratio: number, marks: readonly (readonly [number, number, number])[]) => {
  const small = new SmallMarks(sketch as unknown as CanvasRenderingContext2D, ratio);
  small.begin(shape, 'colour', 'surface');
  for (const [x, y, size] of marks) small.add(x, y, size);
  small.end();
};

describe('small marks', () => {
  const shapes: readonly Shape[] = ['square', 'circle', 'triangle', 'diamond', 'ring', 'padlock'];
  it.each(shapes)('%s: as large as asked for, around its place', (shape) => {
    for (const [ratio, size] of [
      [1, 6],
      [1, 9],
      [2, 7],
    ] as const) {
      const sketch = new Sketch();
      draw(sketch, shape, ratio, [[40, 30, size]]);
      const pixels: [number, number][] = [];
      for (let x = 0; x < 80; x++) for (let y = 0; y < 60; y++) if (sketch.at(x, y) === 'colour') pixels.push([x, y]);
      const xs = pixels.map(([x]) => x);
      const ys = pixels.map(([, y]) => y);
      const middle = [(Math.min(...xs) + Math.max(...xs) + 1) / 2, (Math.min(...ys) + Math.max(...ys) + 1) / 2];
      expect(Math.abs((middle[0] ?? 0) - 40)).toBeLessThanOrEqual(1);
      expect(Math.abs((middle[1] ?? 0) - 30)).toBeLessThanOrEqual(1.5);
      expect(Math.abs(Math.max(...xs) - Math.min(...xs) + 1 - size * ratio)).toBeLessThanOrEqual(2);
      expect(sketch.at(39, 29)).toBe(shape === 'ring' ? 'surface' : 'colour');
    }
  });

  it('differ from one another', () => {
    const outlines = shapes.map((shape) => {
      const sketch = new Sketch();
      draw(sketch, shape, 1, [[20, 20, 8]]);
      return Array.from({ length: 1_600 }, (_, i) => sketch.at(i % 40, Math.floor(i / 40))).join();
    });
    expect(new Set(outlines).size).toBe(shapes.length);
  });

  it('are all there, in paths of no more than fifty', () => {
    const sketch = new Sketch();
    const marks = Array.from({ length: 133 }, (_, i) => [20 * (i % 12), 20 * Math.floor(i / 12), 7] as const);
    draw(sketch, 'triangle', 1, marks);
    expect(sketch.filled).toHaveLength(133);
    expect(sketch.longestPath).toBe(50);
    for (const [x, y] of marks) expect(sketch.at(x, y)).toBe('colour');
  });
});

describe('a crowd', () => {
  const COUNT = 16;
  const scene = {
    declaration: FAKE_DECLARATION,
    nodes: Array.from({ length: COUNT }, (_, index) => ({ index, kind: 'validator' })),
    positions: ringLayout(COUNT, 0, 1.4),
    scale: scaleFor(COUNT),
    view: { x: 0, y: 0, zoom: 1 },
    ratio: 1,
    playhead: 900,
    stepped: false,
    shape: null,
    palette: { phases: Object.fromEntries(Object.keys(PHASES).map((role) => [role, role])), surface: 'surface' },
  } as unknown as Scene;
  const type = FAKE_DECLARATION.messages.findIndex(({ phase }) => phase === 'first');
  const crowd = (count: number): Flight[] =>
    Array.from({ length: count }, (_, i) => ({
      messageId: `v${i}`,
      from: i % COUNT,
      to: (i + 1 + (i % 14)) % COUNT,
      type,
      sentAt: 0,
      arrivesAt: 1_000,
      bytes: 9,
      fate: 'delivered',
    }));
  const lengthOf = (contour: Contour): number => {
    const [[x1, y1], [x2, y2]] = contour as [readonly [number, number], readonly [number, number]];
    return Math.hypot(x2 - x1, y2 - y1);
  };

  it('has shorter beams the larger it is, each ending at its mark', () => {
    for (const count of [100, 400, 800]) {
      const sketch = new Sketch();
      const flights = crowd(count);
      drawCrowd(sketch as unknown as CanvasRenderingContext2D, scene, flights, 0.5, () => 7);
      expect(sketch.stroked).toHaveLength(count);
      expect(sketch.stroked.reduce((sum, beam) => sum + lengthOf(beam), 0)).toBeLessThanOrEqual(20_001);
      for (const [, end] of sketch.stroked)
        expect(sketch.at(Math.round(end?.[0] ?? 0), Math.round(end?.[1] ?? 0))).toBe('first');
    }
  });
});
