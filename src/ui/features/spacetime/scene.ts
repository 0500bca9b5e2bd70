/** What one picture of the diagram shows: everything in view with its place, ready to be painted and hit. Pure. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { Declaration, PhaseRole } from '../../../protocols/protocol.ts';
import type { Band, Cone, Flight, Frame, Mark, Stretch, TraceView, TransactionLife } from '../../../session/view.ts';
import { phaseRoleOf } from '../../lib/phases.ts';
import type { CopySample } from '../../../session/trace-view/diagram.ts';
import type { TimeAxis } from './axis.ts';
import { type PlacedLife, placeLife } from './life.ts';

/** More copies than this are thinned, evenly and always to the same ones. */
export const COPIES_MAX = 1_800;
const MARKS_MAX = 1_500;
/** Bands shorter than this on screen are not told apart, px. */
const BAND_PX = 2;

/** Space for names and times around the lanes, CSS px: along time, and across it. */
export interface Gutters {
  readonly lead: number;
  readonly side: number;
}

export const GUTTERS = { down: { lead: 22, side: 64 }, across: { lead: 48, side: 20 } } as const;

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Time runs down the screen, or across it. */
  readonly isDown: boolean;
  readonly gutters: Gutters;
  /** Place of each node's lane across time, by node, CSS px. */
  readonly lanes: readonly number[];
  /** Distance between lanes. */
  readonly pitch: number;
  /** Length of the time axis on screen. */
  readonly length: number;
}

export function layoutOf(width: number, height: number, isDown: boolean, nodeCount: number): Layout {
  const gutters = isDown ? GUTTERS.down : GUTTERS.across;
  const across = (isDown ? width : height) - gutters.side;
  const pitch = across / Math.max(1, nodeCount);
  const lanes = Array.from({ length: nodeCount }, (_, node) => gutters.side + pitch * (node + 0.5));
  return {
    width,
    height,
    isDown,
    gutters,
    lanes,
    pitch,
    length: Math.max(1, (isDown ? height : width) - gutters.lead),
  };
}

/** A copy as a line: from where it was sent to where it arrives or gets lost. */
export interface Line {
  readonly flight: Flight;
  readonly send: number;
  readonly role: PhaseRole;
  readonly fromU: number;
  readonly toU: number;
  readonly fromV: number;
  readonly toV: number;
}

export interface PlacedMark {
  readonly mark: Mark;
  /** One lane for each node concerned. */
  readonly lanes: readonly number[];
  readonly v: number;
}

export interface PlacedBand {
  readonly band: Band;
  readonly role: PhaseRole | null;
  readonly isLeader: boolean;
  readonly u: number;
  readonly fromV: number;
  toV: number;
}

export interface PlacedFold {
  readonly fold: Stretch;
  readonly fromV: number;
  readonly toV: number;
}

export interface Scene {
  readonly layout: Layout;
  readonly axis: TimeAxis;
  /** Place of the beginning of the screen along the axis. */
  readonly origin: number;
  readonly from: Micros;
  readonly until: Micros;
  readonly playheadV: number;
  readonly headV: number;
  readonly nodes: Frame['nodes'];
  readonly declaration: Declaration;
  readonly lines: readonly Line[];
  /** One copy in so many is drawn. */
  readonly step: number;
  readonly marks: readonly PlacedMark[];
  readonly markTotal: number;
  readonly bands: readonly PlacedBand[];
  readonly folds: readonly PlacedFold[];
  readonly cone: Cone | null;
  /** Of the selected transaction between shards. */
  readonly life: PlacedLife | null;
}

export interface SceneInputs {
  readonly frame: Pick<Frame, 'nodes' | 'declaration' | 'playhead' | 'head'>;
  readonly trace: TraceView;
  readonly layout: Layout;
  readonly axis: TimeAxis;
  readonly origin: number;
  readonly cone: Cone | null;
  readonly life?: TransactionLife | null;
}

/** Reads what is on screen, and nothing else. */
export function sceneOf({ frame, trace, layout, axis, origin, cone, life = null }: SceneInputs): Scene {
  const { declaration, nodes } = frame;
  const from = axis.timeAt(origin);
  const until = Math.min(frame.head, axis.timeAt(origin + layout.length));
  const placeV = (at: Micros): number => layout.gutters.lead + axis.placeOf(at) - origin;
  const { marks, total } = trace.marksIn(from, until, MARKS_MAX);
  const copies = withLife(trace.copiesIn(from, until, COPIES_MAX), life, from, until);
  const headV = placeV(frame.head);
  return {
    layout,
    axis,
    origin,
    from,
    until,
    playheadV: placeV(frame.playhead),
    headV,
    nodes,
    declaration,
    lines: linesOf(copies.flights, copies.sends, declaration, layout, axis, placeV),
    step: copies.step,
    marks: marks.filter(isShown(nodes)).map((mark) => ({
      mark,
      lanes: mark.targets.flatMap((node) => layout.lanes[node] ?? []),
      v: placeV(mark.at),
    })),
    markTotal: total,
    bands: nodes.flatMap(({ index }) => bandsOf(index, from, until, frame, trace, layout, axis, placeV)),
    folds: axis.foldsIn(from, until).map((fold) => ({ fold, fromV: placeV(fold.from), toV: placeV(fold.until) })),
    cone,
    life: life === null ? null : placeLife(life, layout, placeV, headV),
  };
}

/**
 * Where copies are thinned, those of the selected transaction are all there. A message that carries one about it stands as the one
 * it carries.
 */
function withLife(sample: CopySample, life: TransactionLife | null, from: Micros, until: Micros): CopySample {
  if (life === null) return sample;
  const inside = new Map(
    life.copies.filter(({ flight }) => flight.carrier !== undefined).map((copy) => [copy.send, copy.flight]),
  );
  if (inside.size > 0) {
    const flights = sample.flights.map((flight, i) => inside.get(sample.sends[i] ?? -1) ?? flight);
    return withMissing({ ...sample, flights }, life, from, until);
  }
  return withMissing(sample, life, from, until);
}

function withMissing(sample: CopySample, life: TransactionLife, from: Micros, until: Micros): CopySample {
  if (sample.step === 1) return sample;
  const known = new Set(sample.sends);
  const missing = life.copies.filter(
    ({ flight, send }) => !known.has(send) && flight.sentAt <= until && flight.arrivesAt >= from,
  );
  return {
    ...sample,
    flights: [...sample.flights, ...missing.map(({ flight }) => flight)],
    sends: [...sample.sends, ...missing.map(({ send }) => send)],
  };
}

/** Clients fire timers all the time, to hand in what they collected: nothing to look at. */
function isShown(nodes: Frame['nodes']): (mark: Mark) => boolean {
  return (mark) => mark.kind !== 'timer' || nodes[mark.node]?.kind === 'validator';
}

function linesOf(
  flights: readonly Flight[],
  sends: readonly number[],
  declaration: Declaration,
  layout: Layout,
  axis: TimeAxis,
  placeV: (at: Micros) => number,
): Line[] {
  const lines: Line[] = [];
  const hasFolds = axis.folds.length > 0;
  flights.forEach((flight, index) => {
    const fromU = layout.lanes[flight.from];
    const toU = layout.lanes[flight.to];
    if (fromU === undefined || toU === undefined) return;
    const fromV = placeV(flight.sentAt);
    const arrivesAt = Number.isFinite(flight.arrivesAt) ? flight.arrivesAt : flight.sentAt;
    // What begins and ends in one fold is folded away with it.
    if (hasFolds && isInOneFold(axis, flight.sentAt, arrivesAt)) return;
    const role = declaration.messages[flight.type]?.phase ?? 'client';
    lines.push({ flight, send: sends[index] ?? -1, role, fromU, toU, fromV, toV: placeV(arrivesAt) });
  });
  return lines;
}

function isInOneFold(axis: TimeAxis, from: Micros, until: Micros): boolean {
  const fold = axis.foldAt(from);
  return fold !== null && until < fold.until;
}

function bandsOf(
  node: NodeIndex,
  from: Micros,
  until: Micros,
  { declaration, head }: Pick<Frame, 'declaration' | 'head'>,
  trace: TraceView,
  layout: Layout,
  axis: TimeAxis,
  placeV: (at: Micros) => number,
): PlacedBand[] {
  const u = layout.lanes[node] ?? 0;
  const start = layout.gutters.lead;
  const end = start + layout.length;
  const placed: PlacedBand[] = [];
  for (const band of trace.bandsOf(node, from, until, Math.max(1, (BAND_PX / axis.pxPerMs) * 1_000))) {
    const role = band.alive ? roleOf(declaration, band.phase) : null;
    const isLeader = band.alive && (band.role === declaration.words.leader || band.role === 'leader');
    const last = placed.at(-1);
    const toV = Math.min(end, placeV(Math.min(band.until, head)));
    if (last !== undefined && looksLike(last, band, role, isLeader)) last.toV = toV;
    else placed.push({ band, role, isLeader, u, fromV: Math.max(start, placeV(band.from)), toV });
  }
  return placed;
}

/** Whether a band goes on looking the same: a vote more changes a node's state, and nothing of this picture. */
function looksLike(
  { band, role, isLeader }: PlacedBand,
  next: Band,
  nextRole: PhaseRole | null,
  leads: boolean,
): boolean {
  const isSameSelf = band.alive === next.alive && band.isByzantine === next.isByzantine;
  return (
    isSameSelf && role === nextRole && isLeader === leads && band.height === next.height && band.epoch === next.epoch
  );
}

const roles = new WeakMap<Declaration, Map<string, PhaseRole | null>>();

/** The phase role of a declared phase value, remembered: it is asked for every band of every frame. */
function roleOf(declaration: Declaration, phase: string): PhaseRole | null {
  let known = roles.get(declaration);
  if (known === undefined) {
    known = new Map();
    roles.set(declaration, known);
  }
  let role = known.get(phase);
  if (role === undefined) {
    role = phaseRoleOf(declaration, phase);
    known.set(phase, role);
  }
  return role;
}

/** Where something `u` px across and `v` px along time lies on the canvas. */
export function pointOf(layout: Layout, u: number, v: number): { readonly x: number; readonly y: number } {
  return layout.isDown ? { x: u, y: v } : { x: v, y: u };
}
