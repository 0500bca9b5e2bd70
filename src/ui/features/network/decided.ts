/** The moment a node decides: a tick in a disc of ink beside it, gone soon after. */
import type { Micros } from '../../../core/time.ts';
import type { NodeMoment } from '../../../session/view.ts';
import { radiusOf, type Scene } from './scene.ts';

/** How long it shows, wall-clock ms, and in how many steps it is looked back for. */
const SHOWN_MS = 600;
const STEPS = 6;

export function drawDecided(context: CanvasRenderingContext2D, scene: Scene): void {
  if (scene.microsPerMs === 0) return;
  for (const node of scene.nodes) {
    if (node.kind !== 'validator') continue;
    const at = scene.positions[node.index];
    if (at === undefined) continue;
    const age = sinceDecision((moment) => scene.trace.nodeAt(node.index, moment), scene.playhead, scene.microsPerMs);
    if (age === null) continue;
    const radius = radiusOf(scene, node.index);
    const size = Math.max(4, radius * 0.27);
    const fade = scene.stepped ? 1 : Math.min(1, (1 - age) * 2.5);
    drawTick(context, scene, at.x + radius * 0.98, at.y - radius * 0.98, size, fade);
  }
}

/** 0 … 1: how much of the time that it shows has passed since the node's height last rose; null when it has all. */
export function sinceDecision(
  momentAt: (at: Micros) => Pick<NodeMoment, 'fields'>,
  playhead: Micros,
  microsPerMs: number,
): number | null {
  const now = heightOf(momentAt(playhead));
  if (now <= 0 || heightOf(momentAt(playhead - SHOWN_MS * microsPerMs)) >= now) return null;
  for (let step = 1; step < STEPS; step++) {
    if (heightOf(momentAt(playhead - (SHOWN_MS * microsPerMs * step) / STEPS)) < now) return (step - 1) / STEPS;
  }
  return (STEPS - 1) / STEPS;
}

function heightOf({ fields }: Pick<NodeMoment, 'fields'>): number {
  const height = fields['height'];
  return typeof height === 'number' ? height : 0;
}

function drawTick(
  context: CanvasRenderingContext2D,
  scene: Scene,
  x: number,
  y: number,
  r: number,
  alpha: number,
): void {
  context.globalAlpha = alpha;
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = scene.palette.ink;
  context.fill();
  context.lineWidth = r * 0.3;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = scene.palette.surface;
  context.beginPath();
  context.moveTo(x - r * 0.45, y + r * 0.05);
  context.lineTo(x - r * 0.1, y + r * 0.4);
  context.lineTo(x + r * 0.5, y - r * 0.35);
  context.stroke();
  context.lineCap = 'butt';
  context.lineJoin = 'miter';
  context.globalAlpha = 1;
}
