/**
 * Draws what belongs to the network besides its nodes, on two 2D canvases above them: below what stands still (links, cuts,
 * quorum rings), which is painted anew only when it changes, above what moves (messages, flashes). A picture is a function of
 * the scene alone; nothing is remembered from the frame before.
 */
import { drawDecided } from './decided.ts';
import { drawFlights, recentArrivals } from './flightMarks.ts';
import { cutLine, groupsOf, pairKey, type Point, type Segment } from './geometry.ts';
import { drawFlashes, drawQuorumRings, type Ring } from './quorumRings.ts';
import { isNested } from './shardLayout.ts';
import { drawShardRegions } from './shardRegions.ts';
import { type Cuts, isBetweenShards, linkOf, type Scene, strokeSegment, toLayout } from './scene.ts';

/** More nodes are too small for a tick each. */
const DECIDED_UP_TO = 40;
/** Copies that have just arrived are shown in networks of so many nodes. */
const ARRIVALS_UP_TO = 24;

export function paintStill(context: CanvasRenderingContext2D, scene: Scene, rings: readonly Ring[]): void {
  clear(context, scene);
  const cuts = cutsOf(scene);
  drawShardRegions(context, scene);
  toLayout(context, scene);
  if (scene.scale.links) drawLinks(context, scene, cuts);
  drawSelectedLink(context, scene);
  for (const line of cuts.lines) drawCutLine(context, line, scene);
  drawRegionNames(context, scene);
  drawQuorumRings(context, scene, rings);
}

export function paintMoving(context: CanvasRenderingContext2D, scene: Scene, rings: readonly Ring[]): void {
  clear(context, scene);
  toLayout(context, scene);
  drawFlashes(context, scene, rings);
  if (scene.nodes.length <= DECIDED_UP_TO) drawDecided(context, scene);
  toLayout(context, scene);
  const recent = scene.nodes.length <= ARRIVALS_UP_TO && scene.groups === null ? recentArrivals(scene) : [];
  drawFlights(context, scene, cutsOf(scene), recent);
}

/** What the still picture follows from besides the rings: the same values, the same picture. */
export function stillKey(scene: Scene): readonly unknown[] {
  const { positions, scale, view, width, height, ratio, palette, selection, shape, regions, nodes, trace } = scene;
  // What regions say of transactions: who coordinates, on those of several validators, and who speaks for a parent.
  const says = shape !== null && (shape.validatorsPerShard > 1 || isNested(shape));
  const said = says
    ? trace.shardsAt(scene.playhead).open.map(({ coordinator, heads = [] }) => [coordinator, ...heads].join('+'))
    : '';
  return [
    ...[positions, scale, view.x, view.y, view.zoom, width, height, ratio, palette, shape, regions, nodes],
    selection?.kind === 'link' ? selection : null,
    trace.cutsAt(scene.playhead),
    String(said),
  ];
}

function clear(context: CanvasRenderingContext2D, { ratio, width, height }: Scene): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
}

const NO_CUTS: Cuts = { pairs: new Set(), lines: [] };
const cutsByPairs = new WeakMap<object, { readonly positions: readonly Point[]; readonly cuts: Cuts }>();

/** Worked out once for a list of pairs: the trace gives the same one as long as the same faults last. */
function cutsOf(scene: Scene): Cuts {
  const pairs = scene.trace.cutsAt(scene.playhead);
  if (pairs.length === 0) return NO_CUTS;
  const known = cutsByPairs.get(pairs);
  if (known?.positions === scene.positions) return known.cuts;
  const groups = groupsOf(pairs).map((group) => group.flatMap((node) => scene.positions[node] ?? []));
  const lines: Segment[] = [];
  for (let i = 0; i < groups.length - 1 && groups.length <= 4; i++) {
    const line = cutLine(groups[i] ?? [], groups.slice(i + 1).flat());
    if (line !== null) lines.push(line);
  }
  const cuts = { pairs: new Set(pairs.map(({ from, to }) => pairKey(from, to))), lines };
  cutsByPairs.set(pairs, { positions: scene.positions, cuts });
  return cuts;
}

function drawLinks(context: CanvasRenderingContext2D, scene: Scene, cuts: Cuts): void {
  const whole = new Path2D();
  const cut = new Path2D();
  for (const a of scene.nodes) {
    for (const b of scene.nodes) {
      if (b.index <= a.index || a.kind === 'client' || b.kind === 'client') continue;
      if (isBetweenShards(scene, a.index, b.index)) continue;
      const link = linkOf(scene, a.index, b.index, 4);
      if (link === null) continue;
      const path = cuts.pairs.has(pairKey(a.index, b.index)) ? cut : whole;
      path.moveTo(link.a.x, link.a.y);
      path.lineTo(link.b.x, link.b.y);
    }
  }
  const many = scene.nodes.length > 12;
  context.lineWidth = 1 / scene.view.zoom;
  context.strokeStyle = scene.palette.line;
  context.globalAlpha = many ? 0.35 : 0.7;
  context.stroke(whole);
  context.strokeStyle = scene.palette.cut;
  context.globalAlpha = many ? 0.2 : 0.4;
  context.setLineDash([2, 7]);
  context.stroke(cut);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawSelectedLink(context: CanvasRenderingContext2D, scene: Scene): void {
  if (scene.selection?.kind !== 'link') return;
  const link = linkOf(scene, scene.selection.from, scene.selection.to, 4);
  if (link === null) return;
  strokeSegment(context, link, scene.palette.ink, 2 / scene.view.zoom);
}

/** The name of each region, below its nodes. */
function drawRegionNames(context: CanvasRenderingContext2D, scene: Scene): void {
  if (scene.regions.length === 0) return;
  context.font = `600 ${12 / scene.view.zoom}px 'Inter Variable', sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { name, members } of scene.regions) {
    const places = members.flatMap((node) => scene.positions[node] ?? []);
    const x = places.reduce((sum, place) => sum + place.x, 0) / Math.max(1, places.length);
    const below = Math.max(...places.map((place) => place.y)) + scene.scale.radius * 1.75;
    context.lineWidth = 4 / scene.view.zoom;
    context.strokeStyle = scene.palette.surface;
    context.strokeText(name, x, below);
    context.fillStyle = scene.palette.ink;
    context.fillText(name, x, below);
  }
  context.textAlign = 'start';
  context.textBaseline = 'alphabetic';
}

function drawCutLine(context: CanvasRenderingContext2D, line: Segment, scene: Scene): void {
  const gap = 3.5;
  const length = Math.hypot(line.b.x - line.a.x, line.b.y - line.a.y);
  const nx = (-(line.b.y - line.a.y) / length) * gap;
  const ny = ((line.b.x - line.a.x) / length) * gap;
  context.setLineDash([9, 6]);
  for (const side of [-1, 1]) {
    const shifted = {
      a: { x: line.a.x + nx * side, y: line.a.y + ny * side },
      b: { x: line.b.x + nx * side, y: line.b.y + ny * side },
    };
    strokeSegment(context, shifted, scene.palette.cut, 1.75);
  }
  context.setLineDash([]);
}
