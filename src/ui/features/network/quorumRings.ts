/**
 * The quorum ring: around each node, one tick a validator, filled as distinct votes arrive. At the threshold it closes
 * and flashes once. That moment is a certificate.
 */
import type { QuorumProgress, ShardShape } from '../../../session/view.ts';
import { phaseOf, radiusOf, type Scene } from './scene.ts';

const FLASH_MS = 280;
/** A closed ring stays this long, then rests as a thin line. */
const CLOSED_MS = 900;
const TOP = -Math.PI / 2;
const TURN = 2 * Math.PI;

/** How many votes go round a node; null where there is no one number to fill up to. */
export function ringSize(shape: ShardShape | null, validatorCount: number): number | null {
  if (shape === null) return validatorCount;
  // Each transaction needs the votes of the shards that it touches.
  return shape.validatorsPerShard === 1 ? null : shape.validatorsPerShard;
}

export function drawQuorumRings(context: CanvasRenderingContext2D, scene: Scene): void {
  const validators = ringSize(scene.shape, scene.nodes.filter((node) => node.kind === 'validator').length);
  if (validators === null) return;
  for (const node of scene.nodes) {
    if (node.kind !== 'validator') continue;
    const quorum = scene.trace.quorumAt(node.index, scene.playhead);
    const at = scene.positions[node.index];
    if (
      quorum === null ||
      quorum.needed > validators ||
      at === undefined ||
      !scene.trace.nodeAt(node.index, scene.playhead).alive
    )
      continue;
    const radius = radiusOf(scene, node.index) + Math.max(2.5, scene.scale.radius * 0.2);
    drawRing(context, scene, quorum, validators, at.x, at.y, radius);
  }
}

function drawRing(
  context: CanvasRenderingContext2D,
  scene: Scene,
  quorum: QuorumProgress,
  n: number,
  x: number,
  y: number,
  radius: number,
): void {
  const colour = scene.palette.phases[phaseOf(scene, quorum.type)];
  const width = Math.max(1.5, scene.scale.radius / 9);
  context.lineWidth = width;
  if (quorum.closedAt === null) {
    if (n <= 32) drawTicks(context, quorum, n, colour, scene.palette.line, x, y, radius);
    else drawArc(context, x, y, radius, quorum.voters.length / n, colour);
    return;
  }
  const age = ageMs(scene, quorum.closedAt);
  context.globalAlpha = age < CLOSED_MS ? 1 : 0.45;
  drawArc(context, x, y, radius, 1, colour);
  context.globalAlpha = 1;
  if (age < FLASH_MS && !scene.stepped) drawFlash(context, x, y, radius, age / FLASH_MS, colour);
}

/** Wall-clock ms that have passed since a moment at the present speed; large at `max`, where nothing flashes. */
function ageMs(scene: Scene, moment: number): number {
  return scene.microsPerMs === 0 ? Number.POSITIVE_INFINITY : (scene.playhead - moment) / scene.microsPerMs;
}

function drawTicks(
  context: CanvasRenderingContext2D,
  quorum: QuorumProgress,
  n: number,
  colour: string,
  rest: string,
  x: number,
  y: number,
  radius: number,
): void {
  const step = TURN / n;
  const gap = Math.min(0.14, step * 0.22);
  const filled = Math.min(n, quorum.voters.length);
  const width = context.lineWidth;
  for (let i = 0; i < n; i++) {
    context.beginPath();
    context.arc(x, y, radius, TOP + i * step + gap / 2, TOP + (i + 1) * step - gap / 2);
    context.strokeStyle = i < filled ? colour : rest;
    context.globalAlpha = i < filled ? 1 : 0.75;
    context.lineWidth = i < filled ? width : width * 0.55;
    context.stroke();
  }
  context.globalAlpha = 1;
  drawThreshold(context, colour, TOP + quorum.needed * step, x, y, radius, width);
  context.lineWidth = width;
}

/** A small notch outside the ring where the quorum is reached. */
function drawThreshold(
  context: CanvasRenderingContext2D,
  colour: string,
  angle: number,
  x: number,
  y: number,
  radius: number,
  width: number,
): void {
  const inner = radius - width * 0.6;
  const outer = radius + width * 1.9;
  context.beginPath();
  context.moveTo(x + Math.cos(angle) * inner, y + Math.sin(angle) * inner);
  context.lineTo(x + Math.cos(angle) * outer, y + Math.sin(angle) * outer);
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1.2, width * 0.5);
  context.stroke();
}

function drawArc(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  fraction: number,
  colour: string,
): void {
  context.beginPath();
  context.arc(x, y, radius, TOP, TOP + TURN * Math.min(1, fraction));
  context.strokeStyle = colour;
  context.stroke();
}

function drawFlash(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  progress: number,
  colour: string,
): void {
  const width = context.lineWidth;
  context.globalAlpha = 0.55 * (1 - progress);
  context.lineWidth = width * (1 + 2.2 * (1 - progress));
  context.beginPath();
  context.arc(x, y, radius + 9 * progress, 0, TURN);
  context.strokeStyle = colour;
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = width;
}
