/**
 * Where many copies are at once: plain numbers in arrays that are used again, for this runs over thousands of copies in every
 * frame. The same places as `placeOf`, for copies that are neither held back nor lost.
 */
import { PHASE_ROLES } from '../../lib/phases.ts';
import type { Flight } from '../../../session/view.ts';
import { type Point, progress, VANISHES_AT, WAITS_AT } from './geometry.ts';
import { phaseOf, radiusOf, type Scene } from './scene.ts';

/** Marks keep so far from the rings of sender and receiver, layout units. */
export const MARGIN = 9;

/** Four numbers a pair of nodes: where its visible link begins, and the way to its end. */
interface Links {
  readonly positions: readonly Point[];
  readonly scale: Scene['scale'];
  readonly count: number;
  readonly values: Float64Array;
}

let links: Links | null = null;

/** Links of all pairs, worked out when one is asked for; anew when nodes have moved. NaN: not yet. */
function linksOf({ positions, scale }: Scene): Links {
  const count = positions.length;
  if (links === null || links.positions !== positions || links.scale !== scale)
    links = { positions, scale, count, values: new Float64Array(count * count * 4).fill(Number.NaN) };
  return links;
}

/** Fills in the link of a pair. Discs that touch have one of no length, half-way. */
function workOut({ positions, count, values }: Links, scene: Scene, from: number, to: number): void {
  const a = positions[from] as Point;
  const b = positions[to] as Point;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.max(1e-9, Math.sqrt(dx * dx + dy * dy));
  const start = Math.min(0.5, (radiusOf(scene, from) + MARGIN) / length);
  const end = Math.max(start, 1 - (radiusOf(scene, to) + MARGIN) / length);
  const place = (from * count + to) * 4;
  values[place] = a.x + dx * start;
  values[place + 1] = a.y + dy * start;
  values[place + 2] = dx * (end - start);
  values[place + 3] = dy * (end - start);
}

/** Places in device pixels. Arrays are longer than `count` where an earlier picture had more. */
export interface Places {
  count: number;
  /** Index into `PHASE_ROLES`. */
  role: Uint8Array;
  /** The copy itself. */
  x: Float64Array;
  y: Float64Array;
  /** Where its link begins. */
  startX: Float64Array;
  startY: Float64Array;
  /** Index of the copy in what was given. */
  flight: Int32Array;
}

const none = (length: number): Places => ({
  count: 0,
  role: new Uint8Array(length),
  x: new Float64Array(length),
  y: new Float64Array(length),
  startX: new Float64Array(length),
  startY: new Float64Array(length),
  flight: new Int32Array(length),
});
let places = none(1_024);

/**
 * Places of those copies whose nodes stand somewhere. What is returned is overwritten by the next call.
 * @param flights in the order in which they are drawn
 */
export function placesOf(scene: Scene, flights: readonly Flight[]): Places {
  if (places.x.length < flights.length) places = none(2 * flights.length);
  const { view, ratio, playhead, stepped } = scene;
  const known = linksOf(scene);
  const { values, count: nodeCount } = known;
  const roles = rolesOf(scene);
  const [zoom, left, top] = [view.zoom * ratio, view.x * ratio, view.y * ratio];
  let count = 0;
  for (let i = 0; i < flights.length; i++) {
    const flight = flights[i] as Flight;
    const { from, to } = flight;
    if (from >= nodeCount || to >= nodeCount) continue;
    const at = (from * nodeCount + to) * 4;
    if (Number.isNaN(values[at] as number)) workOut(known, scene, from, to);
    const done = progress(flight, playhead, WAITS_AT, stepped);
    const fraction = flight.fate === 'lost' ? Math.min(done, VANISHES_AT) : done;
    const [x, y] = [values[at] as number, values[at + 1] as number];
    places.role[count] = roles[flight.type] ?? 0;
    places.startX[count] = x * zoom + left;
    places.startY[count] = y * zoom + top;
    places.x[count] = (x + (values[at + 2] as number) * fraction) * zoom + left;
    places.y[count] = (y + (values[at + 3] as number) * fraction) * zoom + top;
    places.flight[count] = i;
    count++;
  }
  places.count = count;
  return places;
}

/** By message type, as an index into `PHASE_ROLES`. */
function rolesOf(scene: Scene): Uint8Array {
  return Uint8Array.from(scene.declaration.messages, (_, type) => PHASE_ROLES.indexOf(phaseOf(scene, type)));
}
