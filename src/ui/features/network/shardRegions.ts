/** Draws what makes a shard of its nodes: a rounded box with its name. Part of the canvas above the nodes. */
import { toLayout, type Scene } from './scene.ts';
import { regionsOf } from './shardSigns.ts';

/** Fill of a region over the surface. */
const TINT = 0.05;

export function drawShardRegions(context: CanvasRenderingContext2D, scene: Scene): void {
  const { shape, palette, positions, scale, view } = scene;
  if (shape === null || shape.count < 2) return;
  toLayout(context, scene);
  context.lineWidth = 1 / view.zoom;
  const size = Math.max(scale.radius * 0.42, 10.5 / view.zoom);
  context.font = `600 ${size}px 'Inter Variable', sans-serif`;
  context.textAlign = 'start';
  context.textBaseline = 'top';
  // One node is its own shard: its name says so already, where it has one.
  const isNamed = shape.validatorsPerShard > 1 || scale.labels !== 'full';
  const inset = scale.radius * 0.28;
  for (const { name, x, y, width, height } of regionsOf(shape, positions, scale)) {
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
    if (shape.validatorsPerShard > 1) context.fillText(name, x + inset, y + inset);
    else context.fillText(name, x, y - size - 2 / view.zoom);
  }
  context.textBaseline = 'alphabetic';
}
