/**
 * A layered drawing of a folded net, left to right: cycles cut, layers by longest path, long arcs through the layers between, few
 * crossings by the barycentre rule. Ref: Sugiyama, Tagawa & Toda, IEEE Transactions on SMC 11(2), 1981. Pure, in CSS px.
 */
import type { FoldedNet } from '../../../checks/petri/compile.ts';

/** How a transition uses a place. `both`: takes a token and puts one back, perhaps elsewhere. */
export type ArcUse = 'take' | 'put' | 'both' | 'test' | 'inhibit';

export interface DrawnNode {
  readonly id: string;
  readonly kind: 'place' | 'transition';
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface DrawnArc {
  readonly place: string;
  readonly transition: string;
  readonly use: ArcUse;
  /** Declared weight; '' for 1. */
  readonly weight: string;
  /** From the place to the transition, or the other way round for `put`. */
  readonly points: readonly Point[];
}

export interface NetLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawnNode[];
  readonly arcs: readonly DrawnArc[];
}

export const PLACE_RADIUS = 17;
export const TRANSITION_SIZE = 32;
const LAYER_GAP = 96;
const NODE_GAP = 62;
const BEND_GAP = 26;
const MARGIN = { x: 52, top: 30, bottom: 44 };
const SWEEPS = 12;
/** Points on each piece of a curve. */
const SAMPLES = 10;

interface Vertex {
  readonly id: string;
  readonly kind: DrawnNode['kind'] | 'bend';
  layer: number;
  y: number;
  readonly before: Vertex[];
  readonly after: Vertex[];
}

interface Edge {
  readonly arc: Omit<DrawnArc, 'points'>;
  readonly from: Vertex;
  readonly to: Vertex;
  /** Led against its direction to make layers. */
  isBack: boolean;
  readonly chain: Vertex[];
}

export function layoutNet(net: FoldedNet): NetLayout {
  const vertices = new Map<string, Vertex>();
  const vertex = (id: string, kind: Vertex['kind']): Vertex => ({ id, kind, layer: 0, y: 0, before: [], after: [] });
  for (const { id } of net.places) vertices.set(`p ${id}`, vertex(id, 'place'));
  for (const { id } of net.transitions) vertices.set(`t ${id}`, vertex(id, 'transition'));
  const edges = edgesOf(net, vertices);
  cutCycles([...vertices.values()], edges);
  assignLayers([...vertices.values()], edges);
  const layers = withBends([...vertices.values()], edges);
  order(layers);
  const height = settle(layers);
  const at = ({ layer, y }: Vertex): Point => ({ x: MARGIN.x + layer * LAYER_GAP, y: MARGIN.top + y });
  return {
    width: 2 * MARGIN.x + (layers.length - 1) * LAYER_GAP,
    height: MARGIN.top + height + MARGIN.bottom,
    nodes: [...vertices.values()].map((each) => ({ id: each.id, kind: each.kind as DrawnNode['kind'], ...at(each) })),
    arcs: edges.map((edge) => ({ ...edge.arc, points: curve(edge.chain.map(at), edge) })),
  };
}

function edgesOf(net: FoldedNet, vertices: ReadonlyMap<string, Vertex>): Edge[] {
  return net.transitions.flatMap((transition) => {
    const uses = new Map<string, { use: ArcUse; weight: string }>();
    for (const use of ['take', 'put', 'test', 'inhibit'] as const) {
      for (const { place, weight } of transition[use]) {
        const isLoop = use === 'put' && uses.has(place.id);
        uses.set(place.id, { use: isLoop ? 'both' : use, weight: weight === 1 ? '' : String(weight) });
      }
    }
    return [...uses].map(([place, { use, weight }]): Edge => {
      const ends = [vertices.get(`p ${place}`), vertices.get(`t ${transition.id}`)] as [Vertex, Vertex];
      const [from, to] = use === 'put' ? [ends[1], ends[0]] : ends;
      return { arc: { place, transition: transition.id, use, weight }, from, to, isBack: false, chain: [] };
    });
  });
}

/** Marks an edge of every cycle: those that lead back to what a depth-first search has open. */
function cutCycles(vertices: readonly Vertex[], edges: readonly Edge[]): void {
  const state = new Map<Vertex, 'open' | 'done'>();
  const visit = (from: Vertex): void => {
    state.set(from, 'open');
    for (const edge of edges) {
      if (edge.from !== from) continue;
      const seen = state.get(edge.to);
      if (seen === 'open') edge.isBack = true;
      else if (seen === undefined) visit(edge.to);
    }
    state.set(from, 'done');
  };
  const entered = new Set(edges.map(({ to }) => to));
  for (const each of vertices) if (!entered.has(each)) visit(each);
  for (const each of vertices) if (!state.has(each)) visit(each);
}

const tail = ({ from, to, isBack }: Edge): Vertex => (isBack ? to : from);
const head = ({ from, to, isBack }: Edge): Vertex => (isBack ? from : to);

function assignLayers(vertices: readonly Vertex[], edges: readonly Edge[]): void {
  for (let round = 0; round < vertices.length; round++) {
    for (const edge of edges) head(edge).layer = Math.max(head(edge).layer, tail(edge).layer + 1);
  }
  // What nothing leads to stands right before its first use.
  for (const each of vertices) {
    if (edges.some((edge) => head(edge) === each)) continue;
    const uses = edges.filter((edge) => tail(edge) === each).map((edge) => head(edge).layer);
    if (uses.length > 0) each.layer = Math.min(...uses) - 1;
  }
}

/** Fills every layer, with a bend for each arc that passes through it. */
function withBends(vertices: readonly Vertex[], edges: readonly Edge[]): Vertex[][] {
  const layers: Vertex[][] = [];
  const enter = (vertex: Vertex): void => {
    const layer = layers[vertex.layer] ?? [];
    layers[vertex.layer] = layer;
    layer.push(vertex);
  };
  for (const each of vertices) enter(each);
  for (const edge of edges) {
    const [first, last] = [tail(edge), head(edge)];
    const chain = [first];
    for (let layer = first.layer + 1; layer < last.layer; layer++) {
      const bend: Vertex = { id: '', kind: 'bend', layer, y: 0, before: [], after: [] };
      enter(bend);
      chain.push(bend);
    }
    chain.push(last);
    for (let i = 1; i < chain.length; i++) {
      chain[i]?.before.push(chain[i - 1] as Vertex);
      chain[i - 1]?.after.push(chain[i] as Vertex);
    }
    edge.chain.push(...(edge.isBack ? chain.reverse() : chain));
  }
  return Array.from(layers, (layer) => layer ?? []);
}

/** Orders each layer by where its neighbours stand, to and fro. */
function order(layers: Vertex[][]): void {
  const place = (layer: readonly Vertex[]): void => {
    layer.forEach((vertex, i) => {
      vertex.y = i;
    });
  };
  for (const layer of layers) place(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse()) {
      const weights = new Map(
        layer.map((vertex) => [vertex, mean(sweep % 2 === 0 ? vertex.before : vertex.after, vertex.y)]),
      );
      layer.sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0));
      place(layer);
    }
  }
}

/** Heights: near the neighbours, in order, not too close. Returns the drawing's height without margins. */
function settle(layers: readonly (readonly Vertex[])[]): number {
  for (const layer of layers) spread(layer, (vertex) => vertex.y * NODE_GAP);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of sweep % 2 === 0 ? layers : [...layers].reverse()) {
      spread(layer, (vertex) => mean([...vertex.before, ...vertex.after], vertex.y));
    }
  }
  const heights = layers.flat().map(({ y }) => y);
  const top = Math.min(...heights);
  for (const vertex of layers.flat()) vertex.y -= top;
  return Math.max(...heights) - top;
}

function spread(layer: readonly Vertex[], wish: (vertex: Vertex) => number): void {
  const wishes = layer.map(wish);
  let shift = 0;
  layer.forEach((vertex, i) => {
    const above = layer[i - 1];
    const gap =
      above === undefined ? 0 : above.kind === 'bend' || vertex.kind === 'bend' ? (NODE_GAP + BEND_GAP) / 2 : NODE_GAP;
    vertex.y = above === undefined ? (wishes[i] as number) : Math.max(wishes[i] as number, above.y + gap);
    shift += (wishes[i] as number) - vertex.y;
  });
  for (const vertex of layer) vertex.y += shift / Math.max(1, layer.length);
}

function mean(vertices: readonly Vertex[], otherwise: number): number {
  return vertices.length === 0 ? otherwise : vertices.reduce((sum, { y }) => sum + y, 0) / vertices.length;
}

/** A smooth way through the points, from border to border of the two nodes. */
function curve(through: readonly Point[], { from, to }: Edge): readonly Point[] {
  const points: Point[] = [];
  for (let i = 1; i < through.length; i++) {
    const [a, b] = [through[i - 1] as Point, through[i] as Point];
    for (let step = i === 1 ? 0 : 1; step <= SAMPLES; step++) {
      const s = step / SAMPLES;
      const ease = s * s * (3 - 2 * s);
      points.push({ x: a.x + (b.x - a.x) * s, y: a.y + (b.y - a.y) * ease });
    }
  }
  const outside = (node: Vertex, centre: Point) => (point: Point) => !covers(node, centre, point);
  const start = points.findIndex(outside(from, through[0] as Point));
  const end = points.findLastIndex(outside(to, through.at(-1) as Point));
  return start === -1 || end < start ? points : points.slice(Math.max(0, start), end + 1);
}

function covers({ kind }: Vertex, centre: Point, { x, y }: Point): boolean {
  const [dx, dy] = [Math.abs(x - centre.x), Math.abs(y - centre.y)];
  const margin = 3;
  if (kind === 'transition') return Math.max(dx, dy) < TRANSITION_SIZE / 2 + margin;
  return Math.hypot(dx, dy) < PLACE_RADIUS + margin;
}

/** The point that far along, 0 … 1. */
export function pointAlong(points: readonly Point[], share: number): Point {
  const exact = Math.max(0, Math.min(1, share)) * (points.length - 1);
  const at = Math.min(Math.floor(exact), points.length - 2);
  const [a, b] = [points[Math.max(0, at)], points[Math.max(0, at) + 1]];
  if (a === undefined) return { x: 0, y: 0 };
  if (b === undefined) return a;
  const rest = exact - at;
  return { x: a.x + (b.x - a.x) * rest, y: a.y + (b.y - a.y) * rest };
}
