/** Large networks as vectors: an edge for each pair of groups, a dot for each copy, a mark for the next of each bundle. */
import type { Micros } from '../../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../../protocols/protocol.ts';
import type { Flight } from '../../../../session/view.ts';
import type { Colours } from '../../../lib/colours.ts';
import { PHASES } from '../../../lib/phases.ts';
import { type Bundle, bundlesOf, bundleWeight, centresOf } from '../bundles.ts';
import type { Point } from '../geometry.ts';
import { type CutPicture, flightPictures, isQuiet, type Places, pointOf } from './messages.ts';
import { tag } from './xml.ts';

/** Fewer copies than this need no number beside their mark. */
const COUNTED_FROM = 3;
/** What a count takes, in sizes of a mark: where two would lie on one another the larger stands alone. */
const COUNT_ROOM = { x: 2.6, y: 1 } as const;
const DOT = 0.16;

export function groupedPictures(
  groups: readonly number[],
  flights: readonly Flight[],
  at: Micros,
  declaration: Declaration,
  places: Places,
  cuts: CutPicture,
  colours: Colours,
): string {
  const phaseOf = (type: number): PhaseRole => declaration.messages[type]?.phase ?? 'sync';
  const bundles = bundlesOf(flights, groups, phaseOf);
  const usual = flights.filter(({ fate }) => fate === 'delivered');
  const shown = [...bundles.map(({ first }) => first), ...flights.filter(({ fate }) => fate !== 'delivered')];
  return [
    edges(bundles, centresOf(groups, places.points), colours),
    dots(usual, at, phaseOf, places, cuts, colours),
    flightPictures(shown, at, declaration, places, cuts, colours, false),
    counts(bundles, at, places, cuts, colours),
  ].join('');
}

/** As wide as what they carry is much. */
function edges(bundles: readonly Bundle[], centres: readonly (Point | undefined)[], colours: Colours): string {
  return bundles
    .map(({ from, to, phase, count }) => {
      const [a, b] = [centres[from], centres[to]];
      if (a === undefined || b === undefined || from === to || phase === 'client') return '';
      const d = `M${a.x.toFixed(2)} ${a.y.toFixed(2)}L${b.x.toFixed(2)} ${b.y.toFixed(2)}`;
      const look = { stroke: colours[PHASES[phase].token], opacity: 0.16, 'stroke-linecap': 'round' };
      return tag('path', { d, ...look, 'stroke-width': bundleWeight(count).toFixed(2) });
    })
    .join('');
}

/** One path a phase: a dot is a line of no length with round ends. */
function dots(
  flights: readonly Flight[],
  at: Micros,
  phaseOf: (type: number) => PhaseRole,
  places: Places,
  cuts: CutPicture,
  colours: Colours,
): string {
  const byPhase = new Map<PhaseRole, string[]>();
  for (const flight of flights) {
    const point = pointOf(flight, at, places, cuts);
    if (point === null) continue;
    const phase = phaseOf(flight.type);
    const paths = byPhase.get(phase) ?? [];
    byPhase.set(phase, paths);
    paths.push(`M${point.x.toFixed(1)} ${point.y.toFixed(1)}h0`);
  }
  const width = (places.markSize * DOT * 2).toFixed(2);
  return [...byPhase]
    .map(([phase, paths]) => {
      const look = { stroke: colours[PHASES[phase].token], 'stroke-width': width, 'stroke-linecap': 'round' };
      return tag('path', { d: paths.join(''), ...look });
    })
    .join('');
}

/** How many copies a mark stands for, beside it. */
function counts(bundles: readonly Bundle[], at: Micros, places: Places, cuts: CutPicture, colours: Colours): string {
  const size = places.markSize;
  const taken: Point[] = [];
  return bundles
    .toSorted((a, b) => b.count - a.count)
    .map(({ first, count, phase }) => {
      const point = count < COUNTED_FROM || isQuiet(phase) ? null : pointOf(first, at, places, cuts);
      if (point === null) return '';
      const isTaken = ({ x, y }: Point) =>
        Math.abs(x - point.x) < COUNT_ROOM.x * size && Math.abs(y - point.y) < COUNT_ROOM.y * size;
      if (taken.some(isTaken)) return '';
      taken.push(point);
      const where = { x: (point.x + size * 0.6).toFixed(1), y: (point.y + size * 0.25).toFixed(1) };
      const letters = { 'font-size': (size * 0.75).toFixed(1), 'font-weight': 600, fill: colours['--ink'] };
      const halo = { stroke: colours['--surface-panel'], 'stroke-width': 3, 'paint-order': 'stroke' };
      return tag('text', { ...where, ...letters, ...halo }, `×${count}`);
    })
    .join('');
}
