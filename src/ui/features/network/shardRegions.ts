/** Draws what makes a shard of its nodes: a rounded box with its name. Part of the canvas above the nodes. */
import type { ShardMoment, ShardShape } from '../../../session/view.ts';
import { lettersIn, parentCaption, parentRegions } from './parents.ts';
import { isNested } from './shardLayout.ts';
import { toLayout, type Scene } from './scene.ts';
import { regionsOf } from './shardSigns.ts';

/** Fill of a region over the surface. */
const TINT = 0.05;
/** How much of its colour the line around a parent has. */
const PARENT_LINE = 0.65;
/** Regions of single shards say nothing of transactions. */
const NOTHING: Pick<ShardMoment, 'open'> = { open: [] };

export function drawShardRegions(context: CanvasRenderingContext2D, scene: Scene): void {
  const { shape, palette, positions, scale, view } = scene;
  if (shape === null || shape.count < 2) return;
  toLayout(context, scene);
  const isGroup = shape.validatorsPerShard > 1;
  const size = isGroup ? Math.max(scale.radius * 0.42, 10.5 / view.zoom) : singleNameSize(scale.radius, view.zoom);
  context.textAlign = 'start';
  context.textBaseline = 'top';
  // One node is its own shard: its name says so already, where it has one.
  const isNamed = isGroup || scale.labels !== 'full';
  const inset = scale.radius * 0.28;
  const { open } = isGroup || isNested(shape) ? scene.trace.shardsAt(scene.playhead) : NOTHING;
  drawParents(context, scene, shape, open);
  context.font = `600 ${size}px 'Inter Variable', sans-serif`;
  context.lineWidth = 1 / view.zoom;
  const coordinating = new Set(open.map(({ coordinator }) => coordinator));
  for (const [shard, { name, x, y, width, height }] of regionsOf(shape, positions, scale).entries()) {
    context.beginPath();
    context.roundRect(x, y, width, height, scale.radius * 0.5);
    context.globalAlpha = TINT;
    context.fillStyle = palette.phases.cross;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = palette.line;
    context.stroke();
    if (!isNamed) continue;
    context.fillStyle = palette.muted;
    if (isGroup) {
      context.fillText(name, x + inset, y + inset);
      if (coordinating.has(shard)) drawCrown(context, scene, x + width - inset, y + inset, size);
    } else context.fillText(name, x, y + height + 1.5 / view.zoom);
  }
  context.textBaseline = 'alphabetic';
}

/** A line around the leaves of each parent, below their boxes, with its name in the upper left corner. */
function drawParents(
  context: CanvasRenderingContext2D,
  { palette, positions, scale, view, regions }: Scene,
  shape: ShardShape,
  open: ShardMoment['open'],
): void {
  // Where nodes stand by region, the leaves of a parent are scattered.
  if (regions.length > 0) return;
  const size = Math.max(Math.min(scale.radius * 0.42, 13 / view.zoom), 10.5 / view.zoom);
  context.font = `600 ${size}px 'Inter Variable', sans-serif`;
  context.lineWidth = 1.5 / view.zoom;
  for (const [parent, region] of parentRegions(shape, positions, scale).entries()) {
    const { x, y, width, height } = region;
    context.beginPath();
    context.roundRect(x, y, width, height, scale.radius * 0.7);
    context.globalAlpha = TINT;
    context.fillStyle = palette.phases.cross;
    context.fill();
    context.globalAlpha = PARENT_LINE;
    context.strokeStyle = palette.phases.cross;
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = palette.ink;
    context.fillText(
      parentCaption(shape, parent, { open }, lettersIn(region, scale.radius, size)),
      x + scale.radius * 0.5,
      y + scale.radius * 0.16,
    );
  }
}

/** Below the box, where neither its own crown nor that of the next row reaches; layout units. */
function singleNameSize(radius: number, zoom: number): number {
  return Math.min(10.5, Math.max(7.5, radius * zoom * 0.85)) / zoom;
}

/** The shard coordinates a transaction: a crown in its upper right corner. */
function drawCrown(
  context: CanvasRenderingContext2D,
  { palette }: Scene,
  right: number,
  top: number,
  size: number,
): void {
  const unit = (size * 1.5) / 20;
  const at = (x: number, y: number): [number, number] => [right - 22 * unit + x * unit, top + (y - 2) * unit];
  context.beginPath();
  context.moveTo(...at(2, 4.5));
  for (const [x, y] of CROWN) context.lineTo(...at(x, y));
  context.closePath();
  context.fillStyle = palette.phases.propose;
  context.fill();
}

const CROWN = [
  [7, 9.5],
  [12, 2],
  [17, 9.5],
  [22, 4.5],
  [20, 16],
  [4, 16],
] as const;
