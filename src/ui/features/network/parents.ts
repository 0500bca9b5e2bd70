/** Shards that are divided, as regions around their leaves: which, where, and what they are called. Pure. */
import type { ShardMoment, ShardShape } from '../../../session/view.ts';
import { headsIn, shardName } from '../../lib/shards.ts';
import type { Point, Scale } from './geometry.ts';
import { type Region, regionsOf } from './shardSigns.ts';

/** Between the boxes of leaves and the line around them, and above them for the name and their crowns, in radii. */
export const PARENT_ROOM = { side: 0.45, above: 0.95 } as const;

/** By parent; none where no shard is divided. */
export function parentRegions(shape: ShardShape, positions: readonly Point[], scale: Scale): readonly Region[] {
  const { parents = [] } = shape;
  if (parents.length === 0) return [];
  const leaves = regionsOf(shape, positions, scale);
  const [side, above] = [scale.radius * PARENT_ROOM.side, scale.radius * PARENT_ROOM.above];
  return parents.flatMap(({ name, shards }) => {
    const inside = leaves.filter((leaf) => shards.some((shard) => leaf.name === shardName(shard)));
    if (inside.length === 0) return [];
    const [x, y] = [
      Math.min(...inside.map((leaf) => leaf.x)) - side,
      Math.min(...inside.map((leaf) => leaf.y)) - above,
    ];
    const right = Math.max(...inside.map((leaf) => leaf.x + leaf.width)) + side;
    const bottom = Math.max(...inside.map((leaf) => leaf.y + leaf.height)) + side;
    return [{ name, x, y, width: right - x, height: bottom - y }];
  });
}

/** `p1`, or `p1 · s2 speaks for it` while one of its leaves does. `letters`: so many have room; fewer words where they are too many. */
export function parentCaption(
  shape: ShardShape,
  parent: number,
  { open }: Pick<ShardMoment, 'open'>,
  letters = Number.POSITIVE_INFINITY,
): string {
  const { name = '', shards = [] } = shape.parents?.[parent] ?? {};
  const heads = headsIn(shards, open);
  if (heads.length === 0) return name;
  const short = `${name} · ${heads.map(shardName).join(', ')}`;
  const whole = `${short} ${heads.length === 1 ? 'speaks' : 'speak'} for it`;
  return [whole, short].find(({ length }) => length <= letters) ?? `${name} · ${heads.length} leaves`;
}

/** Mean width of a letter of a bold caption, in letter heights. */
const LETTER = 0.58;

/** Letters of that height that fit into the width of a region, with room beside them. */
export const lettersIn = ({ width }: Region, radius: number, size: number): number =>
  Math.floor((width - radius * 0.7) / (size * LETTER));
