/** Where the nodes of shards of several validators stand: a small ring for each shard, the shards around or in rows. Pure. */
import type { ShardShape } from '../../../session/view.ts';
import { membersOf } from '../../lib/shards.ts';
import { parentCentres } from './parentLayout.ts';
import { PARENT_ROOM } from './parents.ts';
import { ellipsePoints, type Point, type Scale } from './geometry.ts';

/** More shards stand in rows: a ring of them would be mostly empty. */
const AROUND_MAX = 9;
const SINGLES_AROUND_MAX = 12;
/** Between the regions of neighbours, in radii. */
const GAP = 1.5;

export function fillsRows({ count, validatorsPerShard }: ShardShape): boolean {
  return count > (validatorsPerShard === 1 ? SINGLES_AROUND_MAX : AROUND_MAX);
}

/** Whether some shards are leaves of a larger one. */
export const isNested = ({ parents = [] }: ShardShape): boolean => parents.length > 0;

/** Validators by shard, clients in a column on the left. */
export function shardLayout(shape: ShardShape, scale: Scale, nodeCount: number, aspect: number): readonly Point[] {
  const { radius, spacing } = scale;
  const { count, validatorsPerShard } = shape;
  const inner =
    validatorsPerShard === 1 ? 0 : Math.max(radius * 1.7, (validatorsPerShard * spacing * 0.8) / (2 * Math.PI));
  const cell = 2 * (inner + radius * 1.55) + radius * GAP;
  const room = { side: radius * PARENT_ROOM.side, above: radius * PARENT_ROOM.above };
  const centres = isNested(shape)
    ? parentCentres(shape, cell, room, aspect)
    : fillsRows(shape)
      ? inRows(count, cell, aspect)
      : around(count, cell, aspect);
  const points = membersOf(shape).flatMap((members, shard) => {
    const centre = centres[shard] ?? { x: 0, y: 0 };
    return ellipsePoints(members.length, inner, inner).map(({ x, y }) => ({ x: centre.x + x, y: centre.y + y }));
  });
  return [...points, ...clientsBeside(points, nodeCount - points.length, radius)];
}

function around(count: number, cell: number, aspect: number): readonly Point[] {
  if (count === 1) return [{ x: 0, y: 0 }];
  const mean = Math.max(cell * 0.6, (count * cell) / (2 * Math.PI)) * 1.08;
  const stretch = Math.sqrt(Math.min(1.7, Math.max(0.75, aspect)));
  return ellipsePoints(count, mean * stretch, mean / stretch);
}

function inRows(count: number, cell: number, aspect: number): readonly Point[] {
  const columns = Math.max(1, Math.round(Math.sqrt(count * aspect)));
  return Array.from({ length: count }, (_, shard) => ({
    x: (shard % columns) * cell,
    y: Math.floor(shard / columns) * cell,
  }));
}

/** Half the box of a shard of one node, in radii, with room around it. */
const BOX = 1.8;

/** A ring of shards of one node each: clients that would stand on the box of a shard stand in a column on the left. */
export function clearOfBoxes(points: readonly Point[], validatorCount: number, scale: Scale): readonly Point[] {
  const [shards, clients] = [points.slice(0, validatorCount), points.slice(validatorCount)];
  const room = scale.radius * BOX + scale.clientRadius;
  const isOn = (client: Point) =>
    shards.some((shard) => Math.max(Math.abs(shard.x - client.x), Math.abs(shard.y - client.y)) < room);
  return clients.some(isOn) ? [...shards, ...clientsBeside(shards, clients.length, scale.radius)] : points;
}

function clientsBeside(points: readonly Point[], count: number, radius: number): readonly Point[] {
  const left = Math.min(...points.map(({ x }) => x)) - radius * 3.4;
  const ys = points.map(({ y }) => y);
  const middle = (Math.min(...ys) + Math.max(...ys)) / 2;
  return Array.from({ length: count }, (_, i) => ({ x: left, y: middle + (i - (count - 1) / 2) * radius * 3 }));
}
