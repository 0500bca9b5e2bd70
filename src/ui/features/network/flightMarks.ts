/** Messages on their way: a mark at where the network model says it is, a beam behind it, a pulse where it lands. */
import type { Flight } from '../../../session/view.ts';
import { drawBundles, drawCount } from './bundles.ts';
import { drawCrowd, drawDots } from './crowd.ts';
import { along, crossing, pairKey, type Point, progress, type Segment, VANISHES_AT, WAITS_AT } from './geometry.ts';
import { MARGIN } from './places.ts';
import { type Cuts, isBetweenShards, linkOf, phaseOf, type Scene, strokeSegment, toLayout } from './scene.ts';

const PULSE_MS = 150;
/** How long a link keeps the colour of what it carried last, so that short flights can be followed by eye. */
const AFTERGLOW_MS = 260;
/** With more copies than this under way, links keep no colour. */
const GLOWING_MAX = 256;
/** More marks than this are drawn as dots without beams. */
const MANY = 900;
/** Room that a count takes on the screen, CSS px. */
const LABEL_WIDTH = 40;
const LABEL_HEIGHT = 14;
/** Up to so many marks are drawn at full size with full beams; more shrink and fade, so that structure stays visible. */
const FEW = 60;
/** Strength of a beam of one device pixel; fades further the more there are. */
const THIN_BEAM = 0.6;
/** Held copies of one link queue up behind one another; more than this are one mark. */
const QUEUE_SHOWN = 6;

/** Copies that arrived within the afterglow before the playhead; none where so many are under way that nobody can follow one. */
export function recentArrivals(scene: Scene): readonly Flight[] {
  const span = AFTERGLOW_MS * scene.microsPerMs;
  // What is under way now was so in the stretch too: no need to look for what would not be shown.
  if (span === 0 || scene.trace.flights(scene.playhead).length > GLOWING_MAX) return [];
  const { flights, step } = scene.trace.copiesIn(scene.playhead - span, scene.playhead, GLOWING_MAX);
  if (step > 1) return [];
  return flights.filter(({ fate, arrivesAt }) => fate === 'delivered' && arrivesAt <= scene.playhead);
}

export function drawFlights(
  context: CanvasRenderingContext2D,
  scene: Scene,
  cuts: Cuts,
  recent: readonly Flight[],
): void {
  const flights = scene.trace.flights(scene.playhead);
  const glow = Math.min(1, FEW / Math.max(1, recent.length));
  const thickness = glow < 1 ? 1 / (scene.view.zoom * scene.ratio) : 1.6;
  for (const flight of recent) drawAfterglow(context, scene, flight, glow, thickness);
  if (scene.groups !== null) drawGrouped(context, scene, cuts, flights);
  else if (flights.length > MANY) drawDots(context, scene, flights);
  else drawMarks(context, scene, cuts, flights);
}

/** Large networks: an edge for each pair of groups, a dot for each copy, a mark for the next of each bundle. */
function drawGrouped(context: CanvasRenderingContext2D, scene: Scene, cuts: Cuts, flights: readonly Flight[]): void {
  const bundles = drawBundles(context, scene, flights);
  drawDots(context, scene, flights);
  const single = flights.filter(({ fate }) => fate !== 'delivered').slice(0, MANY);
  drawMarks(context, scene, cuts, [...bundles.map(({ first }) => first), ...single], false);
  const { view, ratio } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const labels: Point[] = [];
  for (const { first, count, phase } of bundles.toSorted((a, b) => b.count - a.count)) {
    const place = count < 3 || phase === 'client' || phase === 'sync' ? null : placeOf(scene, cuts, first);
    if (place === null) continue;
    const at = { x: place.at.x * view.zoom + view.x + 8, y: place.at.y * view.zoom + view.y };
    if (scene.scale.labels !== 'hover' && coversName(scene, at)) continue;
    // Where counts would lie on one another the largest stands alone.
    if (labels.some(({ x, y }) => Math.abs(x - at.x) < LABEL_WIDTH && Math.abs(y - at.y) < LABEL_HEIGHT)) continue;
    labels.push(at);
    drawCount(context, scene, at.x, at.y, count);
  }
}

/** Whether a count at a place of the screen, CSS px, would lie on what a node says. */
function coversName({ nodes, positions, scale, view }: Scene, at: Point): boolean {
  return nodes.some(({ index, kind }) => {
    const node = positions[index];
    if (node === undefined || kind === 'client') return false;
    const [left, top] = [node.x * view.zoom + view.x - at.x, node.y * view.zoom + view.y - at.y];
    const radius = scale.radius * view.zoom;
    return left > -radius && left < radius + LABEL_WIDTH / 2 && Math.abs(top) < radius + LABEL_HEIGHT / 2;
  });
}

/** Marks grow with the square root of the bytes they carry, within what can be told apart and what fits. */
function growth(scene: Scene, flight: Flight): number {
  return scene.byBytes ? Math.min(2.4, Math.max(0.6, Math.sqrt(flight.bytes / BYTES_AS_DRAWN))) : 1;
}

/** A mark of usual size carries about a signed vote. */
const BYTES_AS_DRAWN = 4_000;

/** Where a copy is at the playhead, in layout coordinates; null when its link is not drawn. */
export function placeOf(
  scene: Scene,
  cuts: Cuts,
  flight: Flight,
  queued = 0,
): { readonly at: Point; readonly link: Segment; readonly done: number } | null {
  const link = linkOf(scene, flight.from, flight.to, MARGIN);
  if (link === null) return null;
  const waitsAt = flight.fate === 'held' ? waitingPoint(link, cuts) - Math.min(queued, QUEUE_SHOWN) * 0.035 : WAITS_AT;
  const done = progress(flight, scene.playhead, Math.max(0.05, waitsAt), scene.stepped);
  return { at: along(link, flight.fate === 'lost' ? Math.min(done, VANISHES_AT) : done), link, done };
}

function waitingPoint(link: Segment, cuts: Cuts): number {
  for (const line of cuts.lines) {
    const fraction = crossing(link, line);
    if (fraction !== null) return Math.max(0.1, fraction - 0.06);
  }
  return WAITS_AT;
}

function drawMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  cuts: Cuts,
  flights: readonly Flight[],
  beams = true,
): void {
  const crowd = Math.min(1, Math.sqrt(FEW / Math.max(1, flights.length)));
  const size = scene.spriteSize * Math.max(0.5, crowd);
  const isCrowd = flights.length > FEW;
  if (isCrowd) {
    const usual = flights.filter(({ fate }) => fate === 'delivered');
    drawCrowd(context, scene, usual, beams ? THIN_BEAM * crowd : 0, (flight) => size * growth(scene, flight));
  }
  const alone = isCrowd ? flights.filter(({ fate }) => fate !== 'delivered') : flights;
  drawEach(context, scene, cuts, alone, { beam: beams ? crowd : 0, size });
  drawChosen(context, scene, cuts, flights, size);
}

/** Copies one by one, with full beams, between pixels. */
function drawEach(
  context: CanvasRenderingContext2D,
  scene: Scene,
  cuts: Cuts,
  flights: readonly Flight[],
  { beam, size }: { readonly beam: number; readonly size: number },
): void {
  const queues = new Map<number, number>();
  const places = flights.map((flight) => {
    const key = flight.from * 65_536 + flight.to;
    const queued = flight.fate === 'held' ? (queues.get(key) ?? 0) : 0;
    if (flight.fate === 'held') queues.set(key, queued + 1);
    return { flight, place: placeOf(scene, cuts, flight, queued) };
  });
  toLayout(context, scene);
  for (const { flight, place } of places) {
    if (beam > 0 && place !== null && flight.fate !== 'held') drawBeam(context, scene, flight, place, beam);
  }
  const { view, ratio } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const { flight, place } of places) {
    if (place === null) continue;
    const x = place.at.x * view.zoom + view.x;
    const y = place.at.y * view.zoom + view.y;
    if (flight.fate === 'lost' && place.done >= VANISHES_AT)
      drawCross(context, x, y, size, scene, 1 - (place.done - VANISHES_AT) / (1 - VANISHES_AT));
    else drawMark(context, scene, flight, place, x, y, size * growth(scene, flight));
  }
}

/** A halo around the copies of the selected message. */
function drawChosen(
  context: CanvasRenderingContext2D,
  scene: Scene,
  cuts: Cuts,
  flights: readonly Flight[],
  size: number,
): void {
  const { selection, view, ratio } = scene;
  if (selection?.kind !== 'message') return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const flight of flights) {
    const place = flight.messageId === selection.id ? placeOf(scene, cuts, flight) : null;
    if (place === null) continue;
    drawHalo(context, place.at.x * view.zoom + view.x, place.at.y * view.zoom + view.y, size, scene.palette.ink);
  }
}

function drawMark(
  context: CanvasRenderingContext2D,
  scene: Scene,
  flight: Flight,
  place: { readonly link: Segment },
  x: number,
  y: number,
  size: number,
): void {
  const role = phaseOf(scene, flight.type);
  const sprite = scene.sprites(scene.spriteSize)[role];
  if (isBetweenShards(scene, flight.from, flight.to)) drawHalo(context, x, y, size * 0.8, scene.palette.phases.cross);
  if (role !== 'sync' && role !== 'client') {
    context.drawImage(sprite, x - size, y - size, size * 2, size * 2);
    return;
  }
  // A dash lies along its link.
  context.save();
  context.translate(x, y);
  context.rotate(Math.atan2(place.link.b.y - place.link.a.y, place.link.b.x - place.link.a.x));
  context.drawImage(sprite, -size, -size, size * 2, size * 2);
  context.restore();
}

function drawBeam(
  context: CanvasRenderingContext2D,
  scene: Scene,
  flight: Flight,
  place: { readonly at: Point; readonly link: Segment; readonly done: number },
  strength: number,
): void {
  const role = phaseOf(scene, flight.type);
  const quiet = role === 'sync' || role === 'client';
  context.globalAlpha = (quiet ? 0.18 : 0.42) * strength;
  strokeSegment(context, { a: place.link.a, b: place.at }, scene.palette.phases[role], quiet ? 1 : 1.6);
  context.globalAlpha = 1;
}

function drawAfterglow(
  context: CanvasRenderingContext2D,
  scene: Scene,
  flight: Flight,
  strength: number,
  thickness: number,
): void {
  const link = linkOf(scene, flight.from, flight.to, MARGIN);
  if (link === null) return;
  const age = (scene.playhead - flight.arrivesAt) / scene.microsPerMs;
  const role = phaseOf(scene, flight.type);
  const colour = scene.palette.phases[role];
  if (role !== 'client' && role !== 'sync') {
    context.globalAlpha = 0.42 * strength * Math.max(0, 1 - age / AFTERGLOW_MS);
    strokeSegment(context, link, colour, thickness);
  }
  if (age < PULSE_MS && !scene.stepped) {
    context.globalAlpha = 0.8 * strength * (1 - age / PULSE_MS);
    context.beginPath();
    context.arc(link.b.x, link.b.y, 4 + (8 * age) / PULSE_MS, 0, 2 * Math.PI);
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawCross(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  scene: Scene,
  alpha: number,
): void {
  const r = size * 0.42;
  context.globalAlpha = Math.max(0, alpha);
  for (const [colour, width] of [
    [scene.palette.surface, 5.5],
    [scene.palette.lost, 2.5],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x + r, y - r);
    context.lineTo(x - r, y + r);
    context.stroke();
  }
  context.lineCap = 'butt';
  context.globalAlpha = 1;
}

function drawHalo(context: CanvasRenderingContext2D, x: number, y: number, size: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, size * 0.85, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 1.75;
  context.stroke();
}

/** The copy whose mark is nearest to a point of the layout, within `reach` layout units. */
export function flightNear(scene: Scene, point: Point, reach: number): Flight | null {
  const cuts: Cuts = {
    pairs: new Set(scene.trace.cutsAt(scene.playhead).map(({ from, to }) => pairKey(from, to))),
    lines: [],
  };
  let best: Flight | null = null;
  let bestDistance = reach;
  for (const flight of scene.trace.flights(scene.playhead)) {
    const place = placeOf(scene, cuts, flight);
    if (place === null) continue;
    const distance = Math.hypot(place.at.x - point.x, place.at.y - point.y);
    if (distance < bestDistance) {
      best = flight;
      bestDistance = distance;
    }
  }
  return best;
}
