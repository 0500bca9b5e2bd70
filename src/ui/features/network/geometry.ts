/** Where things stand in the network picture. Pure functions of positions and the playhead; no drawing. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Flight } from '../../../session/view.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Segment {
  readonly a: Point;
  readonly b: Point;
}

/** How large nodes are drawn and how much they say, by their number. Sizes in layout units (px at zoom 1). */
export interface Scale {
  readonly radius: number;
  readonly clientRadius: number;
  /** Distance between neighbours on the ring, and its mean radius at least. */
  readonly spacing: number;
  readonly ring: number;
  readonly sprite: number;
  readonly labels: 'full' | 'name' | 'hover';
  /** Whether every link is drawn; above 32 nodes only those in use are. */
  readonly links: boolean;
}

/** `isNarrow`: for the width of a phone, where nodes stand closer together and larger ones say less. */
export function scaleFor(validatorCount: number, isNarrow = false): Scale {
  const scales = isNarrow ? NARROW_SCALES : SCALES;
  return (scales.find(({ upTo }) => validatorCount <= upTo) ?? (scales.at(-1) as (typeof SCALES)[number])).scale;
}

/** Below this width, CSS px, the network is drawn for a phone. */
export const NARROW_BELOW = 520;

interface UpTo {
  readonly upTo: number;
  readonly scale: Scale;
}

const scale = (
  upTo: number,
  [radius, clientRadius, spacing, sprite]: readonly [number, number, number, number],
  labels: Scale['labels'],
  links: boolean,
  ring = 165,
): UpTo => ({ upTo, scale: { radius, clientRadius, spacing, ring, sprite, labels, links } });

const SCALES: readonly UpTo[] = [
  scale(10, [34, 20, 150, 17], 'full', true),
  scale(20, [26, 18, 92, 13], 'full', true),
  scale(32, [20, 16, 66, 10], 'name', true),
  scale(64, [13, 12, 38, 12], 'hover', false),
  scale(Number.POSITIVE_INFINITY, [9, 10, 25, 11], 'hover', false),
];
const NARROW_SCALES: readonly UpTo[] = [
  scale(6, [34, 20, 130, 17], 'full', true, 108),
  scale(10, [30, 18, 92, 14], 'full', true, 128),
  scale(20, [24, 15, 60, 11], 'name', false, 140),
  scale(32, [18, 13, 44, 10], 'name', false, 150),
  scale(64, [13, 11, 32, 11], 'hover', false),
  scale(Number.POSITIVE_INFINITY, [9, 9, 22, 10], 'hover', false),
];

/**
 * Centres of all nodes: validators clockwise from the top on an ellipse of the given width-to-height ratio, clients
 * outside it, spread around the left.
 */
export function ringLayout(
  validatorCount: number,
  clientCount: number,
  aspect: number,
  isNarrow = false,
): readonly Point[] {
  const scale = scaleFor(validatorCount, isNarrow);
  const mean = Math.max(scale.ring, (validatorCount * scale.spacing) / (2 * Math.PI));
  const stretch = Math.sqrt(Math.min(1.7, Math.max(0.75, aspect)));
  const rx = mean * stretch;
  const ry = mean / stretch;
  const points: Point[] = [...ellipsePoints(validatorCount, rx, ry)];
  for (let i = 0; i < clientCount; i++) {
    const angle = clientAngle(i, clientCount);
    const out = 2.2 * scale.radius + 40;
    points.push({ x: (rx + out) * Math.cos(angle), y: (ry + 0.6 * out) * Math.sin(angle) });
  }
  return points;
}

/** Points around an ellipse, clockwise from the top, equally far apart along it: neighbours at its narrow ends do not touch. */
export function ellipsePoints(count: number, rx: number, ry: number): readonly Point[] {
  const at = (turn: number): Point => {
    const angle = 2 * Math.PI * turn - Math.PI / 2;
    return { x: rx * Math.cos(angle), y: ry * Math.sin(angle) };
  };
  const lengths = [0];
  for (let i = 1; i <= ARC_STEPS; i++) {
    const [a, b] = [at((i - 1) / ARC_STEPS), at(i / ARC_STEPS)];
    lengths.push((lengths[i - 1] ?? 0) + Math.hypot(b.x - a.x, b.y - a.y));
  }
  const whole = lengths[ARC_STEPS] ?? 0;
  let step = 0;
  return Array.from({ length: count }, (_, i) => {
    const wanted = (whole * i) / count;
    while (step < ARC_STEPS && (lengths[step + 1] ?? 0) <= wanted) step++;
    const [before, after] = [lengths[step] ?? 0, lengths[step + 1] ?? 0];
    return at((step + (after > before ? (wanted - before) / (after - before) : 0)) / ARC_STEPS);
  });
}

const ARC_STEPS = 720;

/** Clients stand on the left, the only one a little below the middle, several spread evenly. */
function clientAngle(index: number, clientCount: number): number {
  if (clientCount === 1) return Math.PI - 0.76;
  return Math.PI - (index - (clientCount - 1) / 2) * Math.min(0.55, 2.2 / clientCount);
}

/** The part of a link that is visible between two discs. Null where they touch. */
export function linkBetween(a: Point, b: Point, radiusA: number, radiusB: number): Segment | null {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = Math.hypot(dx, dy);
  if (length <= radiusA + radiusB) return null;
  const ux = dx / length;
  const uy = dy / length;
  return {
    a: { x: a.x + ux * radiusA, y: a.y + uy * radiusA },
    b: { x: b.x - ux * radiusB, y: b.y - uy * radiusB },
  };
}

export function along(segment: Segment, fraction: number): Point {
  return {
    x: segment.a.x + (segment.b.x - segment.a.x) * fraction,
    y: segment.a.y + (segment.b.y - segment.a.y) * fraction,
  };
}

/** Where a lost copy vanishes, and how far along the way a held one waits when no cut line crosses its link. */
export const VANISHES_AT = 0.6;
export const WAITS_AT = 0.42;
const HELD_APPROACH_MICROS = 60_000;

/**
 * How far a copy has come, 0 … 1: linear between sending and arrival, for that is all the network model says. A held copy
 * runs up to the cut and waits; with `stepped` (reduced motion) positions are the middles of thirds.
 */
export function progress(flight: Flight, at: Micros, waitsAt: number, stepped: boolean): number {
  const raw =
    flight.fate === 'held'
      ? Math.min(1, (at - flight.sentAt) / HELD_APPROACH_MICROS) * waitsAt
      : (at - flight.sentAt) / Math.max(1, flight.arrivesAt - flight.sentAt);
  const fraction = Math.min(1, Math.max(0, raw));
  return stepped && flight.fate !== 'held' ? (Math.min(2, Math.floor(fraction * 3)) + 0.5) / 3 : fraction;
}

/** Where two segments cross, as the fraction along the first; null when they do not. */
export function crossing(first: Segment, second: Segment): number | null {
  const rx = first.b.x - first.a.x;
  const ry = first.b.y - first.a.y;
  const sx = second.b.x - second.a.x;
  const sy = second.b.y - second.a.y;
  const determinant = rx * sy - ry * sx;
  if (Math.abs(determinant) < 1e-9) return null;
  const qx = second.a.x - first.a.x;
  const qy = second.a.y - first.a.y;
  const t = (qx * sy - qy * sx) / determinant;
  const u = (qx * ry - qy * rx) / determinant;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? t : null;
}

/**
 * A straight line that parts two groups of nodes, long enough to cross the picture; null when their positions are mixed
 * so that the perpendicular bisector of their centres does not part them.
 */
export function cutLine(left: readonly Point[], right: readonly Point[]): Segment | null {
  if (left.length === 0 || right.length === 0) return null;
  const a = centroid(left);
  const b = centroid(right);
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 1) return null;
  const normal = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const height = (point: Point) => point.x * normal.x + point.y * normal.y;
  const near = Math.max(...left.map(height));
  const far = Math.min(...right.map(height));
  if (near >= far) return null;
  const middle = (near + far) / 2;
  const centre = { x: normal.x * middle, y: normal.y * middle };
  const all = [...left, ...right];
  const reach =
    Math.max(...all.map((point) => Math.abs((point.x - centre.x) * normal.y - (point.y - centre.y) * normal.x))) + 60;
  return {
    a: { x: centre.x - normal.y * reach, y: centre.y + normal.x * reach },
    b: { x: centre.x + normal.y * reach, y: centre.y - normal.x * reach },
  };
}

function centroid(points: readonly Point[]): Point {
  const sum = points.reduce((total, point) => ({ x: total.x + point.x, y: total.y + point.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/**
 * Groups of nodes that can still hear each other, from the pairs that are cut: the connected components of what is left,
 * over the nodes that any cut concerns. One group or none means that nothing is parted.
 */
export function groupsOf(
  cuts: readonly { readonly from: NodeIndex; readonly to: NodeIndex }[],
): readonly (readonly NodeIndex[])[] {
  const nodes = [...new Set(cuts.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const cut = new Set(cuts.map(({ from, to }) => pairKey(from, to)));
  const groups: NodeIndex[][] = [];
  const seen = new Set<NodeIndex>();
  for (const start of nodes) {
    if (seen.has(start)) continue;
    const group = [start];
    seen.add(start);
    for (let i = 0; i < group.length; i++) {
      for (const other of nodes) {
        if (seen.has(other) || cut.has(pairKey(group[i] ?? start, other))) continue;
        seen.add(other);
        group.push(other);
      }
    }
    groups.push(group.sort((a, b) => a - b));
  }
  return groups;
}

/** One number for an unordered pair. */
export function pairKey(a: NodeIndex, b: NodeIndex): number {
  return a < b ? a * 65_536 + b : b * 65_536 + a;
}

/** Distance of a point from a segment. */
export function distanceTo(segment: Segment, point: Point): number {
  const dx = segment.b.x - segment.a.x;
  const dy = segment.b.y - segment.a.y;
  const t = ((point.x - segment.a.x) * dx + (point.y - segment.a.y) * dy) / Math.max(1e-9, dx * dx + dy * dy);
  const nearest = along(segment, Math.min(1, Math.max(0, t)));
  return Math.hypot(point.x - nearest.x, point.y - nearest.y);
}
