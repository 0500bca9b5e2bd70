/** Paints a scene on a 2D canvas. A picture follows from the scene, what is pointed at and the colours alone. */
import { formatDuration } from '../../lib/format.ts';
import { roundStep } from './axis.ts';
import { drawLife } from './lifePaint.ts';
import { drawLines, type Emphasis } from './lines.ts';
import { drawMarks } from './marks.ts';
import type { Palette } from './pens.ts';
import { PHASES } from '../../lib/phases.ts';
import { type PlacedBand, pointOf, type Scene } from './scene.ts';

const BAND_WIDTH = 7;
const TICK_PX = 74;

export interface Picture {
  readonly scene: Scene;
  readonly palette: Palette;
  readonly emphasis: Emphasis;
  readonly ratio: number;
}

export function paint(context: CanvasRenderingContext2D, { scene, palette, emphasis, ratio }: Picture): void {
  const { width, height } = scene.layout;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '11px "Inter Variable", sans-serif';
  context.save();
  clipToField(context, scene);
  drawLanes(context, scene, palette);
  for (const band of scene.bands) drawBand(context, scene, band, palette);
  drawLines(context, scene, palette, emphasis, ratio);
  drawMarks(context, scene, palette, emphasis);
  if (scene.life !== null) drawLife(context, scene.life, scene.layout, palette);
  drawFolds(context, scene, palette);
  drawPlayhead(context, scene, palette);
  context.restore();
  drawTimes(context, scene, palette);
  drawNames(context, scene, palette, emphasis);
}

function clipToField(context: CanvasRenderingContext2D, { layout }: Scene): void {
  const corner = pointOf(layout, layout.gutters.side, layout.gutters.lead);
  context.beginPath();
  context.rect(corner.x, corner.y, layout.width - corner.x, layout.height - corner.y);
  context.clip();
}

/** Fills from `fromV` to `toV` over `thickness` px around the lane at `u`. */
function fillAlong(
  context: CanvasRenderingContext2D,
  { layout }: Scene,
  u: number,
  thickness: number,
  fromV: number,
  toV: number,
): void {
  const a = pointOf(layout, u - thickness / 2, fromV);
  const b = pointOf(layout, u + thickness / 2, toV);
  context.fillRect(a.x, a.y, b.x - a.x, b.y - a.y);
}

function drawLanes(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout, headV } = scene;
  context.fillStyle = palette.lineStrong;
  const end = Math.min(headV, layout.gutters.lead + layout.length);
  for (const u of layout.lanes) fillAlong(context, scene, u, 1, layout.gutters.lead, end);
}

function drawBand(context: CanvasRenderingContext2D, scene: Scene, placed: PlacedBand, palette: Palette): void {
  const { band, role, isLeader, u, fromV, toV } = placed;
  const length = toV - fromV;
  if (length <= 0) return;
  const thickness = Math.min(BAND_WIDTH, Math.max(2, scene.layout.pitch * 0.4));
  if (!band.alive) {
    context.fillStyle = palette.surface;
    fillAlong(context, scene, u, 2, fromV, toV);
    dashed(context, scene, u, fromV, toV, palette.crash);
    return;
  }
  if (role !== null) {
    context.globalAlpha = 0.55;
    context.fillStyle = palette.phases[role];
    fillAlong(context, scene, u, thickness, fromV, toV);
    context.globalAlpha = 1;
  }
  if (isLeader) {
    context.fillStyle = palette.leader;
    fillAlong(context, scene, u - thickness / 2 - 2, 2, fromV, toV);
  }
  if (band.isByzantine) hatch(context, scene, u + thickness / 2 + 2, fromV, toV, palette.byzantine);
  const { letter } = PHASES[role ?? 'sync'];
  if (role !== null && letter !== '' && length > 16 && thickness >= 6) {
    const { x, y } = pointOf(scene.layout, u, fromV + 7);
    context.fillStyle = palette.ink;
    context.font = '700 9px "Inter Variable", sans-serif';
    centred(context, letter, x, y);
    context.font = '11px "Inter Variable", sans-serif';
  }
}

function centred(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y);
}

function dashed(
  context: CanvasRenderingContext2D,
  { layout }: Scene,
  u: number,
  fromV: number,
  toV: number,
  colour: string,
): void {
  const a = pointOf(layout, u, fromV);
  const b = pointOf(layout, u, toV);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.setLineDash([3, 4]);
  context.beginPath();
  context.moveTo(a.x, a.y);
  context.lineTo(b.x, b.y);
  context.stroke();
  context.setLineDash([]);
}

/** Slanted ticks beside a lane: this node lies. */
function hatch(
  context: CanvasRenderingContext2D,
  { layout }: Scene,
  u: number,
  fromV: number,
  toV: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  context.beginPath();
  for (let v = fromV; v < toV; v += 5) {
    const a = pointOf(layout, u, v);
    const b = pointOf(layout, u + 4, v + 4);
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
  }
  context.stroke();
}

function drawFolds(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout } = scene;
  const [start, end] = [layout.gutters.side, layout.isDown ? layout.width : layout.height];
  for (const { fold, fromV, toV } of scene.folds) {
    const middle = (fromV + toV) / 2;
    context.fillStyle = palette.sunken;
    fillAlong(context, scene, (start + end) / 2, end - start, fromV, toV);
    context.strokeStyle = palette.ink3;
    context.lineWidth = 1;
    for (const v of [fromV + 3, toV - 3]) zigzag(context, scene, start, end, v);
    const { x, y } = pointOf(layout, layout.isDown ? start + 40 : (start + end) / 2, middle);
    context.fillStyle = palette.ink2;
    context.save();
    context.translate(x, y);
    if (!layout.isDown) context.rotate(-Math.PI / 2);
    centred(context, `${formatDuration(fold.until - fold.from)} folded`, 0, 0);
    context.restore();
  }
}

function zigzag(context: CanvasRenderingContext2D, { layout }: Scene, start: number, end: number, v: number): void {
  context.beginPath();
  let side = 1;
  for (let u = start; u <= end; u += 6) {
    const { x, y } = pointOf(layout, u, v + side * 1.5);
    if (u === start) context.moveTo(x, y);
    else context.lineTo(x, y);
    side = -side;
  }
  context.stroke();
}

/** The playhead as a line; what comes after it fades. */
function drawPlayhead(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout, playheadV, headV } = scene;
  const across = layout.isDown ? layout.width : layout.height;
  const end = layout.gutters.lead + layout.length;
  if (playheadV < end && headV > playheadV + 1) {
    context.globalAlpha = 0.55;
    context.fillStyle = palette.surface;
    fillAlong(context, scene, across / 2, across, Math.max(layout.gutters.lead, playheadV), end);
    context.globalAlpha = 1;
  }
  context.fillStyle = palette.ink;
  fillAlong(context, scene, across / 2, across, playheadV - 0.75, playheadV + 0.75);
}

function drawTimes(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout, axis, origin } = scene;
  context.fillStyle = palette.ink2;
  context.textAlign = layout.isDown ? 'right' : 'center';
  context.textBaseline = 'middle';
  context.font = '10.5px "JetBrains Mono Variable", monospace';
  const step = roundStep((TICK_PX / axis.pxPerMs) * 1_000);
  const digits = step >= 1_000_000 ? 0 : step >= 100_000 ? 1 : step >= 10_000 ? 2 : step >= 1_000 ? 3 : 6;
  let last = Number.NEGATIVE_INFINITY;
  const end = layout.gutters.lead + layout.length;
  for (let at = Math.ceil(scene.from / step) * step; at <= axis.timeAt(origin + layout.length); at += step) {
    const v = layout.gutters.lead + axis.placeOf(at) - origin;
    // Inside folds there is no room, and none beside the label before.
    if (axis.foldAt(at) !== null || v - last < (layout.isDown ? 15 : TICK_PX - 14) || v > end - 6) continue;
    last = v;
    const { x, y } = pointOf(layout, layout.isDown ? layout.gutters.side - 12 : 10, v);
    context.fillText(`${(at / 1_000_000).toFixed(digits)} s`, x, y);
  }
}

function drawNames(
  context: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  { nodes: emphasised }: Emphasis,
): void {
  const { layout } = scene;
  const room = layout.isDown ? 30 : 13;
  const every = Math.max(1, Math.ceil(room / layout.pitch));
  for (const { index, id } of scene.nodes) {
    const isEmphasised = emphasised.has(index);
    if (index % every !== 0 && !isEmphasised) continue;
    const { x, y } = pointOf(layout, layout.lanes[index] ?? 0, layout.isDown ? 11 : 22);
    context.font = `${isEmphasised ? 700 : 500} 11.5px "Inter Variable", sans-serif`;
    context.fillStyle = isEmphasised ? palette.ink : palette.ink2;
    centred(context, id, x, y);
  }
}
