/**
 * The quorum ring: around each node, one tick a validator, filled as distinct votes arrive. At the threshold it closes
 * and flashes once. That moment is a certificate.
 */
import type { NodeIndex } from '../../../core/ids.ts';
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

/** What is drawn around one node. */
export interface Ring {
  readonly node: NodeIndex;
  readonly quorum: QuorumProgress;
  /** Closed a while ago. */
  readonly isResting: boolean;
}

/** The rings at the playhead. */
export function ringsOf(scene: Pick<Scene, 'shape' | 'nodes' | 'trace' | 'playhead' | 'microsPerMs'>): readonly Ring[] {
  const validators = ringSizeIn(scene);
  if (validators === null) return [];
  const rings: Ring[] = [];
  for (const { kind, index } of scene.nodes) {
    if (kind !== 'validator') continue;
    const quorum = scene.trace.quorumAt(index, scene.playhead);
    if (quorum === null || quorum.needed > validators || !scene.trace.nodeAt(index, scene.playhead).alive) continue;
    rings.push({
      node: index,
      quorum,
      isResting: quorum.closedAt !== null && ageMs(scene, quorum.closedAt) >= CLOSED_MS,
    });
  }
  return rings;
}

/** Whether two lists of rings draw the same. */
export function sameRings(a: readonly Ring[], b: readonly Ring[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ node, quorum, isResting }, i) => {
      const other = b[i] as Ring;
      return node === other.node && quorum === other.quorum && isResting === other.isResting;
    })
  );
}

function ringSizeIn({ shape, nodes }: Pick<Scene, 'shape' | 'nodes'>): number | null {
  return ringSize(
    shape,
    nodes.reduce((count, { kind }) => (kind === 'validator' ? count + 1 : count), 0),
  );
}

export function drawQuorumRings(context: CanvasRenderingContext2D, scene: Scene, rings: readonly Ring[]): void {
  const n = ringSizeIn(scene);
  if (n === null) return;
  const width = Math.max(1.5, scene.scale.radius / 9);
  for (const { node, quorum, isResting } of rings) {
    const at = scene.positions[node];
    if (at === undefined) continue;
    const radius = ringRadius(scene, node);
    const colour = scene.palette.phases[phaseOf(scene, quorum.type)];
    context.lineWidth = width;
    if (quorum.closedAt !== null) {
      context.globalAlpha = isResting ? 0.45 : 1;
      drawArc(context, at.x, at.y, radius, 1, colour);
      context.globalAlpha = 1;
    } else if (n <= 32) drawTicks(context, quorum, n, colour, scene.palette.line, at.x, at.y, radius);
    else drawArc(context, at.x, at.y, radius, quorum.voters.length / n, colour);
  }
}

/** Rings that have just closed. */
export function drawFlashes(context: CanvasRenderingContext2D, scene: Scene, rings: readonly Ring[]): void {
  if (scene.stepped) return;
  const width = Math.max(1.5, scene.scale.radius / 9);
  for (const { node, quorum } of rings) {
    const at = scene.positions[node];
    const age = quorum.closedAt === null ? FLASH_MS : ageMs(scene, quorum.closedAt);
    if (at === undefined || age >= FLASH_MS || age < 0) continue;
    const colour = scene.palette.phases[phaseOf(scene, quorum.type)];
    drawFlash(context, at.x, at.y, ringRadius(scene, node), age / FLASH_MS, colour, width);
  }
}

function ringRadius(scene: Scene, node: NodeIndex): number {
  return radiusOf(scene, node) + Math.max(2.5, scene.scale.radius * 0.2);
}

/** Wall-clock ms that have passed since a moment at the present speed; large at `max`, where nothing flashes. */
function ageMs(scene: Pick<Scene, 'microsPerMs' | 'playhead'>, moment: number): number {
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
  // One path for the votes that are there and one for those that are not.
  for (const [from, until, stroke, alpha, thickness] of [
    [0, filled, colour, 1, width],
    [filled, n, rest, 0.75, width * 0.55],
  ] as const) {
    context.beginPath();
    for (let i = from; i < until; i++) {
      const start = TOP + i * step + gap / 2;
      context.moveTo(x + radius * Math.cos(start), y + radius * Math.sin(start));
      context.arc(x, y, radius, start, TOP + (i + 1) * step - gap / 2);
    }
    context.strokeStyle = stroke;
    context.globalAlpha = alpha;
    context.lineWidth = thickness;
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
  width: number,
): void {
  context.globalAlpha = 0.55 * (1 - progress);
  context.lineWidth = width * (1 + 2.2 * (1 - progress));
  context.beginPath();
  context.arc(x, y, radius + 9 * progress, 0, TURN);
  context.strokeStyle = colour;
  context.stroke();
  context.globalAlpha = 1;
}
