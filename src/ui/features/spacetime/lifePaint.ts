/** Paints the life of the selected transaction over the messages. */
import type { PlacedLife, PlacedStep } from './life.ts';
import type { Palette } from './pens.ts';
import { type Layout, pointOf } from './scene.ts';

const THICKNESS = 6;
const SIZE = 5;
/** Lanes closer than this leave no room for words, px. */
const WORDS_PITCH = 70;
const CLOSE = 12;

export function drawLife(context: CanvasRenderingContext2D, life: PlacedLife, layout: Layout, palette: Palette): void {
  context.strokeStyle = palette.phases.cross;
  context.lineWidth = THICKNESS;
  for (const { u, fromV, toV, isOpen } of life.promises) {
    const [a, b] = [pointOf(layout, u, fromV), pointOf(layout, u, toV)];
    context.globalAlpha = 0.6;
    context.setLineDash(isOpen ? [7, 3] : []);
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  for (const placed of life.steps) drawStep(context, placed, layout, palette);
  if (layout.pitch >= WORDS_PITCH) for (const words of wordsOf(life.steps)) drawWords(context, words, layout, palette);
}

interface Words {
  readonly text: string;
  readonly u: number;
  readonly v: number;
}

/** Steps of one lane that stand so close that their words would cover each other share a line. */
function wordsOf(steps: readonly PlacedStep[]): readonly Words[] {
  const lines: Words[] = [];
  for (const { step, u, v } of steps) {
    const near = lines.findIndex((line) => line.u === u && Math.abs(line.v - v) < CLOSE);
    const known = lines[near];
    if (known === undefined) lines.push({ text: step.label, u, v });
    else lines[near] = { ...known, text: `${known.text}, ${step.label}` };
  }
  return lines;
}

/** A square asks, a disc promises, a diamond decides; done is a tick, given up a cross. */
function drawStep(
  context: CanvasRenderingContext2D,
  { step, u, v }: PlacedStep,
  layout: Layout,
  palette: Palette,
): void {
  const { x, y } = pointOf(layout, u, v);
  context.beginPath();
  if (step.means === 'begin' || step.means === 'gather')
    context.rect(x - SIZE + 1, y - SIZE + 1, 2 * SIZE - 2, 2 * SIZE - 2);
  else if (step.means === 'decide') diamond(context, x, y);
  else context.arc(x, y, SIZE, 0, 2 * Math.PI);
  context.fillStyle = step.means === 'end' ? palette.surface : palette.phases.cross;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = step.means === 'end' ? palette.ink : palette.surface;
  context.stroke();
  if (step.means !== 'end') return;
  context.beginPath();
  if (step.outcome === 'commit') {
    context.moveTo(x - 2.5, y);
    context.lineTo(x - 0.5, y + 2.2);
    context.lineTo(x + 2.8, y - 2.2);
  } else {
    context.moveTo(x - 2, y - 2);
    context.lineTo(x + 2, y + 2);
    context.moveTo(x + 2, y - 2);
    context.lineTo(x - 2, y + 2);
  }
  context.stroke();
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number): void {
  const size = SIZE + 1.5;
  context.moveTo(x, y - size);
  context.lineTo(x + size, y);
  context.lineTo(x, y + size);
  context.lineTo(x - size, y);
  context.closePath();
}

function drawWords(context: CanvasRenderingContext2D, { text, u, v }: Words, layout: Layout, palette: Palette): void {
  const { x, y } = pointOf(layout, u, v);
  context.font = '600 10.5px "Inter Variable", sans-serif';
  context.textAlign = layout.isDown ? 'left' : 'center';
  context.textBaseline = 'middle';
  const place = layout.isDown ? { x: x + SIZE + 5, y } : { x, y: y - SIZE - 8 };
  context.lineWidth = 3.5;
  context.strokeStyle = palette.surface;
  context.strokeText(text, place.x, place.y);
  context.fillStyle = palette.ink;
  context.fillText(text, place.x, place.y);
}
