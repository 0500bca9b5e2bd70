/**
 * Marks too small for a letter, as shapes: hundreds of pictures cost a canvas without a graphics card several times as much.
 * Measured, 430 marks of 7 px a frame: as pictures 1.2 ms, as octagons 1.2 ms, as rectangles at whole pixels 0.3 ms each,
 * triangles or diamonds 0.3 ms where a path has few of them (long paths are filled in a slower way: 2.6 times as long).
 */
import type { Shape } from '../../lib/phases.ts';

/** Shapes in one path. */
const PATH_MAX = 50;

export class SmallMarks {
  readonly #context: CanvasRenderingContext2D;
  readonly #ratio: number;
  #shape: Shape = 'circle';
  #surface = '';
  /** Shapes in the path that is not filled yet. */
  #open = 0;
  /** Centres and radii of rings, whose middle is cut out at the end: three numbers each. */
  #middles: number[] = [];

  /** @param ratio device px per CSS px; the canvas counts in device px */
  constructor(context: CanvasRenderingContext2D, ratio: number) {
    this.#context = context;
    this.#ratio = ratio;
  }

  /** The marks that follow are of this shape, until `end`. */
  begin(shape: Shape, colour: string, surface: string): void {
    this.#shape = shape;
    this.#surface = surface;
    this.#context.fillStyle = colour;
    this.#context.beginPath();
  }

  /** A mark of `size` CSS px around a place in device px. */
  add(x: number, y: number, size: number): void {
    const [cx, cy] = [Math.round(x), Math.round(y)];
    const r = Math.max(2, Math.round((size / 2) * this.#ratio));
    switch (this.#shape) {
      case 'triangle':
        return this.#corners([cx, cy - r - 0.5, cx + r + 0.5, cy + r, cx - r - 0.5, cy + r]);
      case 'diamond':
        return this.#corners([cx, cy - r - 1, cx + r + 1, cy, cx, cy + r + 1, cx - r - 1, cy]);
      case 'square':
        return this.#context.fillRect(cx - r, cy - r, 2 * r, 2 * r);
      case 'padlock':
        this.#context.fillRect(cx - r, cy - 1, 2 * r, r + 2);
        return this.#context.fillRect(cx - r + 1, cy - r, 2 * r - 2, r);
      case 'ring':
        this.#middles.push(cx, cy, r - Math.max(1, Math.round(this.#ratio)));
        return this.#disc(cx, cy, r);
      default:
        return this.#disc(cx, cy, r);
    }
  }

  end(): void {
    this.#fill();
    this.#context.fillStyle = this.#surface;
    for (let i = 0; i < this.#middles.length; i += 3)
      this.#disc(this.#middles[i] as number, this.#middles[i + 1] as number, this.#middles[i + 2] as number);
    this.#fill();
    this.#middles = [];
  }

  /** Two rectangles look round as long as their corners are a pixel; larger discs have eight corners. */
  #disc(x: number, y: number, r: number): void {
    if (r <= ROUND_UP_TO) {
      this.#context.fillRect(x - r, y - r + 1, 2 * r, 2 * r - 2);
      this.#context.fillRect(x - r + 1, y - r, 2 * r - 2, 2 * r);
      return;
    }
    this.#corners(OCTAGON.map((part, i) => (i % 2 === 0 ? x : y) + part * r));
  }

  /** @param corners x and y in turns */
  #corners(corners: readonly number[]): void {
    const context = this.#context;
    context.moveTo(corners[0] as number, corners[1] as number);
    for (let i = 2; i < corners.length; i += 2) context.lineTo(corners[i] as number, corners[i + 1] as number);
    context.closePath();
    if (++this.#open >= PATH_MAX) this.#fill();
  }

  #fill(): void {
    if (this.#open > 0) this.#context.fill();
    this.#context.beginPath();
    this.#open = 0;
  }
}

/** Device px. */
const ROUND_UP_TO = 4;
/** Half an edge of an octagon around a circle of radius 1: tan 22.5°. */
const CUT = 0.4142;
/** Its corners, x and y in turns. */
const OCTAGON = [CUT, -1, 1, -CUT, 1, CUT, CUT, 1, -CUT, 1, -1, CUT, -1, -CUT, -CUT, -1] as const;
