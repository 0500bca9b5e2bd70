/** Decisions, timeouts, refusals, faults and evidence on the lanes: one shape a kind. */
import type { MarkKind } from '../../../session/view.ts';
import type { Emphasis } from './lines.ts';
import type { Palette } from './pens.ts';
import { type PlacedMark, pointOf, type Scene } from './scene.ts';

/** Tokens by the names of `Palette`. */
const COLOURS: Readonly<Record<MarkKind, 'ink' | 'ink2' | 'ink3' | 'violated' | 'byzantine'>> = {
  decide: 'ink',
  timer: 'ink2',
  drop: 'violated',
  fault: 'violated',
  heal: 'ink3',
  evidence: 'byzantine',
};

/** What each mark is called, in the order of the legend. */
export const MARK_WORDS: readonly { readonly kind: MarkKind; readonly label: string }[] = [
  { kind: 'decide', label: 'decision' },
  { kind: 'timer', label: 'timeout' },
  { kind: 'drop', label: 'lost or refused' },
  { kind: 'fault', label: 'fault' },
  { kind: 'heal', label: 'healed' },
  { kind: 'evidence', label: 'evidence' },
];

export function drawMarks(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, emphasis: Emphasis): void {
  const size = Math.min(5, Math.max(2.5, scene.layout.pitch * 0.3));
  for (const placed of scene.marks) {
    const { mark } = placed;
    const isChosen = mark.seq === emphasis.seq;
    const cone = scene.cone;
    const outside = cone !== null && !cone.isPast(mark.node, mark.seq) && !cone.isFuture(mark.node, mark.seq);
    context.globalAlpha = outside && mark.kind !== 'fault' ? 0.3 : 1;
    for (const lane of placed.lanes) {
      const { x, y } = pointOf(scene.layout, lane, placed.v);
      drawShape(context, mark.kind, x, y, size, palette);
      if (isChosen) ring(context, x, y, size + 4, palette.focus);
    }
    if (mark.kind === 'decide' && scene.layout.pitch > 44) label(context, scene, placed, palette);
  }
  context.globalAlpha = 1;
  if (emphasis.seq !== null) drawChosenSend(context, scene, emphasis.seq, palette);
}

/** The number of what was decided, beside the mark. */
function label(context: CanvasRenderingContext2D, { layout }: Scene, placed: PlacedMark, palette: Palette): void {
  const { x, y } = pointOf(layout, placed.lanes[0] ?? 0, placed.v);
  context.fillStyle = palette.ink;
  context.font = '600 10px "Inter Variable", sans-serif';
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(placed.mark.text.replace(/^\D*/, ''), x + 8, y + (layout.isDown ? 0 : -8));
}

function drawChosenSend(context: CanvasRenderingContext2D, scene: Scene, seq: number, palette: Palette): void {
  const line = scene.lines.find((candidate) => candidate.send === seq);
  if (line === undefined) return;
  const { x, y } = pointOf(scene.layout, line.fromU, line.fromV);
  ring(context, x, y, 6, palette.focus);
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}

function drawShape(
  context: CanvasRenderingContext2D,
  kind: MarkKind,
  x: number,
  y: number,
  r: number,
  palette: Palette,
): void {
  const colour = palette[COLOURS[kind]];
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.beginPath();
  switch (kind) {
    case 'decide':
      context.rect(x - r, y - r, 2 * r, 2 * r);
      context.fill();
      return;
    case 'timer':
      context.moveTo(x - r, y - r);
      context.lineTo(x + r, y - r);
      context.lineTo(x - r, y + r);
      context.lineTo(x + r, y + r);
      context.closePath();
      context.fill();
      return;
    case 'drop':
      context.moveTo(x - r * 0.8, y - r * 0.8);
      context.lineTo(x + r * 0.8, y + r * 0.8);
      context.moveTo(x + r * 0.8, y - r * 0.8);
      context.lineTo(x - r * 0.8, y + r * 0.8);
      context.stroke();
      return;
    case 'fault':
      context.moveTo(x, y - r * 1.3);
      context.lineTo(x + r * 1.2, y + r);
      context.lineTo(x - r * 1.2, y + r);
      context.closePath();
      context.fill();
      return;
    case 'heal':
      context.arc(x, y, r, 0, 2 * Math.PI);
      context.fillStyle = palette.surface;
      context.fill();
      context.stroke();
      return;
    default:
      context.moveTo(x, y - r * 1.3);
      context.lineTo(x + r * 1.2, y);
      context.lineTo(x, y + r * 1.3);
      context.lineTo(x - r * 1.2, y);
      context.closePath();
      context.fill();
  }
}
