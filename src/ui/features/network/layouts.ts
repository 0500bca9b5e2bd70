/** Arrangements of the network: one ring, or a ring for each region; and the groups that crowded pictures are drawn by. Pure. */
import type { Frame, ShardShape } from '../../../session/view.ts';
import { shardOfNode } from '../../lib/shards.ts';
import type { Arrangement } from '../../labState.ts';
import { ellipsePoints, type Point, ringLayout, type Scale, scaleFor } from './geometry.ts';
import { clearOfBoxes, fillsRows, isNested, shardLayout } from './shardLayout.ts';

type Nodes = Frame['nodes'];

/** Regions in order of their names, each with the nodes in it. */
export function regionsOf(nodes: Nodes): readonly { readonly name: string; readonly members: readonly number[] }[] {
  const members = new Map<string, number[]>();
  for (const { region, index } of nodes) members.set(region, [...(members.get(region) ?? []), index]);
  return [...members].map(([name, list]) => ({ name, members: list })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where all nodes stand. With a single region both arrangements are the same ring. */
export function layoutOf(
  nodes: Nodes,
  arrangement: Arrangement,
  aspect: number,
  isNarrow = false,
  shape: ShardShape | null = null,
): readonly Point[] {
  const validators = nodes.filter(({ kind }) => kind === 'validator').length;
  if (arrangement === 'ring' && shape !== null && standsInShards(shape))
    return shardLayout(shape, scaleFor(validators, isNarrow), nodes.length, aspect);
  const regions = regionsOf(nodes);
  if (arrangement === 'ring' || regions.length < 2) {
    const ring = ringLayout(validators, nodes.length - validators, aspect, isNarrow);
    return shape === null ? ring : clearOfBoxes(ring, validators, scaleFor(validators, isNarrow));
  }
  return regionLayout(regions, scaleFor(validators, isNarrow), nodes.length, aspect);
}

/** Shards of one node stand around like any validators, until a ring of them would leave no room for their boxes or parents. */
export function standsInShards(shape: ShardShape): boolean {
  return shape.validatorsPerShard > 1 || fillsRows(shape) || isNested(shape);
}

/** A small ring for each region, on a large one that is wide enough for all. */
function regionLayout(
  regions: ReturnType<typeof regionsOf>,
  { radius, spacing }: Scale,
  nodeCount: number,
  aspect: number,
): readonly Point[] {
  const reach = (count: number) => (count === 1 ? 0 : Math.max(radius * 1.6, (count * spacing * 0.85) / (2 * Math.PI)));
  const widest = Math.max(...regions.map(({ members }) => reach(members.length))) + radius * 2.2;
  const mean = Math.max(widest * 1.25, (regions.length * 2 * widest) / (2 * Math.PI) + widest * 0.5);
  const stretch = Math.sqrt(Math.min(1.7, Math.max(0.75, aspect)));
  const centres = ellipsePoints(regions.length, mean * stretch, mean / stretch);
  const points: Point[] = Array.from({ length: nodeCount }, () => ({ x: 0, y: 0 }));
  regions.forEach(({ members }, position) => {
    const centre = centres[position] ?? { x: 0, y: 0 };
    const around = ellipsePoints(members.length, reach(members.length), reach(members.length));
    members.forEach((node, place) => {
      const at = around[place] ?? { x: 0, y: 0 };
      points[node] = { x: centre.x + at.x, y: centre.y + at.y };
    });
  });
  return points;
}

/** Networks above this size are drawn by groups: an edge for each pair of groups instead of one for each pair of nodes. */
export const GROUPED_FROM = 33;
/** The same on a phone. */
export const GROUPED_FROM_NARROW = 12;

/**
 * The group of every node: its shard where shards have several, its region, or with one region its stretch of the ring. Null for
 * networks small enough to draw whole, and for rows of one-node shards: no two of them belong together.
 */
export function groupsForDrawing(
  nodes: Nodes,
  isNarrow = false,
  shape: ShardShape | null = null,
): readonly number[] | null {
  if (nodes.length < (isNarrow ? GROUPED_FROM_NARROW : GROUPED_FROM)) return null;
  if (shape !== null && standsInShards(shape))
    return shape.validatorsPerShard === 1 ? null : nodes.map(({ index }) => shardOfNode(shape, index) ?? shape.count);
  const regions = regionsOf(nodes);
  if (regions.length > 1) return nodes.map(({ index }) => regions.findIndex(({ members }) => members.includes(index)));
  const groups = isNarrow ? 6 : nodes.length > 80 ? 12 : 8;
  return nodes.map((_, position) => Math.floor((position * groups) / nodes.length));
}

/** Whether a point lies inside a closed polygon (even–odd rule). */
export function inside(polygon: readonly Point[], { x, y }: Point): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [a, b] = [polygon[i] as Point, polygon[j] as Point];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
  }
  return odd;
}
