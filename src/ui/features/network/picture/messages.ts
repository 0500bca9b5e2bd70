/** Links, cuts and the copies on their way at a moment, as vectors. */
import type { NodeIndex } from '../../../../core/ids.ts';
import type { Micros } from '../../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../../protocols/protocol.ts';
import type { Flight, TraceView } from '../../../../session/view.ts';
import type { Colours } from '../../../lib/colours.ts';
import { PHASES } from '../../../lib/phases.ts';
import {
  along,
  crossing,
  cutLine,
  groupsOf,
  linkBetween,
  pairKey,
  type Point,
  progress,
  type Segment,
  VANISHES_AT,
  WAITS_AT,
} from '../geometry.ts';
import { mark } from './marks.ts';
import { tag } from './xml.ts';

/** Centres and radii of all nodes in px of the picture. */
export interface Places {
  readonly points: readonly Point[];
  readonly radii: readonly number[];
  /** Validators come first. */
  readonly validators: number;
  readonly links: boolean;
  /** Size of a message's mark. */
  readonly markSize: number;
}

export interface CutPicture {
  readonly pairs: ReadonlySet<number>;
  readonly lines: readonly Segment[];
}

export function cutsIn(trace: TraceView, at: Micros, places: Places): CutPicture {
  const pairs = trace.cutsAt(at);
  const groups = groupsOf(pairs).map((group) => group.flatMap((node) => places.points[node] ?? []));
  const lines = groups.slice(0, 3).flatMap((group, i) => cutLine(group, groups.slice(i + 1).flat()) ?? []);
  return { pairs: new Set(pairs.map(({ from, to }) => pairKey(from, to))), lines };
}

export function linkPictures(places: Places, cuts: CutPicture, colours: Colours): string {
  if (!places.links) return '';
  const whole: string[] = [];
  const cut: string[] = [];
  for (let a = 0; a < places.validators; a++) {
    for (let b = a + 1; b < places.validators; b++) {
      const link = linkOf(places, a, b, 4);
      if (link !== null) (cuts.pairs.has(pairKey(a, b)) ? cut : whole).push(pathOf(link));
    }
  }
  const many = places.validators > 12;
  const common = { fill: 'none', 'stroke-width': 1 };
  const lines = cuts.lines.flatMap(({ a, b }) => {
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [nx, ny] = [(-(b.y - a.y) / length) * 3.5, ((b.x - a.x) / length) * 3.5];
    return [-1, 1].map((side) =>
      pathOf({ a: { x: a.x + nx * side, y: a.y + ny * side }, b: { x: b.x + nx * side, y: b.y + ny * side } }),
    );
  });
  return [
    tag('path', {
      d: whole.join('') || 'M0 0',
      ...common,
      stroke: colours['--line-strong'],
      opacity: many ? 0.35 : 0.7,
    }),
    cut.length === 0
      ? ''
      : tag('path', {
          d: cut.join(''),
          ...common,
          stroke: colours['--fault-cut'],
          opacity: many ? 0.2 : 0.4,
          'stroke-dasharray': '2 7',
        }),
    lines.length === 0
      ? ''
      : tag('path', {
          d: lines.join(''),
          fill: 'none',
          stroke: colours['--fault-cut'],
          'stroke-width': 1.75,
          'stroke-dasharray': '9 6',
        }),
  ].join('');
}

/** Every copy on its way: a beam from its sender, unless there are too many, and its mark, crossed out where it is lost. */
export function flightPictures(
  flights: readonly Flight[],
  at: Micros,
  declaration: Declaration,
  places: Places,
  cuts: CutPicture,
  colours: Colours,
  withBeams = true,
): string {
  const beams: string[] = [];
  const marks: string[] = [];
  for (const flight of flights) {
    const place = placeOf(flight, at, places, cuts);
    if (place === null) continue;
    const { link, point, done } = place;
    const phase = declaration.messages[flight.type]?.phase ?? 'sync';
    const lost = flight.fate === 'lost' && done >= VANISHES_AT;
    if (withBeams && flight.fate !== 'held') beams.push(beam(link.a, point, phase, colours));
    marks.push(lost ? cross(point, places.markSize, colours) : marked(point, link, phase, places.markSize, colours));
  }
  return `${beams.join('')}${marks.join('')}`;
}

/** Where a copy is at a moment; null when it goes nowhere that is drawn. */
export function pointOf(flight: Flight, at: Micros, places: Places, cuts: CutPicture): Point | null {
  return placeOf(flight, at, places, cuts)?.point ?? null;
}

interface Place {
  readonly link: Segment;
  readonly point: Point;
  readonly done: number;
}

function placeOf(flight: Flight, at: Micros, places: Places, cuts: CutPicture): Place | null {
  const link = linkOf(places, flight.from, flight.to, 9);
  if (link === null) return null;
  const waitsAt = flight.fate === 'held' ? waitingPoint(link, cuts) : WAITS_AT;
  const done = progress(flight, at, waitsAt, false);
  return { link, done, point: along(link, flight.fate === 'lost' ? Math.min(done, VANISHES_AT) : done) };
}

function waitingPoint(link: Segment, cuts: CutPicture): number {
  for (const line of cuts.lines) {
    const fraction = crossing(link, line);
    if (fraction !== null) return Math.max(0.1, fraction - 0.06);
  }
  return WAITS_AT;
}

export const isQuiet = (phase: PhaseRole): boolean => phase === 'sync' || phase === 'client';

function beam(a: Point, b: Point, phase: PhaseRole, colours: Colours): string {
  const quiet = isQuiet(phase);
  const stroke = colours[PHASES[phase].token];
  return tag('path', { d: pathOf({ a, b }), stroke, opacity: quiet ? 0.18 : 0.42, 'stroke-width': quiet ? 1 : 1.6 });
}

/** A dash lies along its link. */
function marked(point: Point, link: Segment, phase: PhaseRole, size: number, colours: Colours): string {
  const turn = (Math.atan2(link.b.y - link.a.y, link.b.x - link.a.x) * 180) / Math.PI;
  const rotate = isQuiet(phase) ? ` rotate(${turn.toFixed(1)})` : '';
  const transform = `translate(${point.x.toFixed(2)} ${point.y.toFixed(2)})${rotate}`;
  return tag('g', { transform }, mark(phase, size, colours));
}

function cross({ x, y }: Point, size: number, colours: Colours): string {
  const r = size * 0.42;
  const d = `M${(x - r).toFixed(2)} ${(y - r).toFixed(2)}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;
  return tag('path', { d, stroke: colours['--verdict-violated'], 'stroke-width': 2.5, 'stroke-linecap': 'round' });
}

function linkOf(places: Places, from: NodeIndex, to: NodeIndex, margin: number): Segment | null {
  const [a, b] = [places.points[from], places.points[to]];
  if (a === undefined || b === undefined) return null;
  return linkBetween(a, b, (places.radii[from] ?? 0) + margin, (places.radii[to] ?? 0) + margin);
}

const pathOf = ({ a, b }: Segment): string => `M${point(a)}L${point(b)}`;
const point = ({ x, y }: Point): string => `${x.toFixed(2)} ${y.toFixed(2)}`;
