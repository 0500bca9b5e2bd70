/** Large networks: what travels between two groups of nodes as one edge, with the copy that arrives next as its mark. */
import type { PhaseRole } from '../../../protocols/protocol.ts';
import type { Flight } from '../../../session/view.ts';
import type { Point } from './geometry.ts';
import { phaseOf, type Scene, toLayout } from './scene.ts';

export interface Bundle {
  readonly from: number;
  readonly to: number;
  readonly phase: PhaseRole;
  count: number;
  bytes: number;
  /** The copy that arrives next: it stands for the others, where it really is. */
  first: Flight;
}

const GROUPS_MAX = 1_024;
const PHASE_ROLES: readonly PhaseRole[] = ['propose', 'first', 'second', 'third', 'change', 'cross', 'sync', 'client'];

/** Copies that will arrive, by sending group, receiving group and phase; in the order of their first copy. */
export function bundlesOf(
  flights: readonly Flight[],
  groups: readonly number[],
  phaseOfType: (type: number) => PhaseRole,
): readonly Bundle[] {
  const bundles = new Map<number, Bundle>();
  for (const flight of flights) {
    if (flight.fate !== 'delivered') continue;
    const [from, to] = [groups[flight.from] ?? 0, groups[flight.to] ?? 0];
    const phase = phaseOfType(flight.type);
    // A number, for this runs over every copy in every frame.
    const key = (from * GROUPS_MAX + to) * PHASE_ROLES.length + PHASE_ROLES.indexOf(phase);
    const known = bundles.get(key);
    if (known === undefined) {
      bundles.set(key, { from, to, phase, count: 1, bytes: flight.bytes, first: flight });
      continue;
    }
    known.count++;
    known.bytes += flight.bytes;
    if (flight.arrivesAt < known.first.arrivesAt) known.first = flight;
  }
  return [...bundles.values()];
}

/** Edges between groups, as wide as what they carry is much. */
export function drawBundles(
  context: CanvasRenderingContext2D,
  scene: Scene,
  flights: readonly Flight[],
): readonly Bundle[] {
  const { groups } = scene;
  if (groups === null) return [];
  const bundles = bundlesOf(flights, groups, (type) => phaseOf(scene, type));
  const centres = centresOf(groups, scene.positions);
  toLayout(context, scene);
  context.lineCap = 'round';
  for (const { from, to, phase, count } of bundles) {
    const [a, b] = [centres[from], centres[to]];
    if (a === undefined || b === undefined || from === to || phase === 'client') continue;
    context.globalAlpha = 0.16;
    context.strokeStyle = scene.palette.phases[phase];
    context.lineWidth = bundleWeight(count) / Math.sqrt(scene.view.zoom);
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  }
  context.lineCap = 'butt';
  context.globalAlpha = 1;
  return bundles;
}

/** Width of an edge that stands for so many copies, px. */
export function bundleWeight(count: number): number {
  return 1 + 1.6 * Math.log2(1 + count);
}

/** The middle of each group's nodes; nothing for a group without any. */
export function centresOf(groups: readonly number[], positions: readonly Point[]): readonly (Point | undefined)[] {
  const sums: ({ x: number; y: number; count: number } | undefined)[] = [];
  groups.forEach((group, node) => {
    const at = positions[node];
    if (at === undefined) return;
    const sum = sums[group] ?? { x: 0, y: 0, count: 0 };
    sums[group] = sum;
    sum.x += at.x;
    sum.y += at.y;
    sum.count++;
  });
  return sums.map((sum) => (sum === undefined ? undefined : { x: sum.x / sum.count, y: sum.y / sum.count }));
}

/** How many copies a mark stands for, beside it. */
export function drawCount(context: CanvasRenderingContext2D, scene: Scene, x: number, y: number, count: number): void {
  context.font = `600 10px ${FONT}`;
  context.textBaseline = 'middle';
  context.lineWidth = 3;
  context.strokeStyle = scene.palette.surface;
  context.strokeText(`×${count}`, x, y);
  context.fillStyle = scene.palette.ink;
  context.fillText(`×${count}`, x, y);
}

const FONT = "'Inter Variable', sans-serif";
