/** Where shards stand that are leaves of a larger one: its leaves in a block, blocks in rows; a single shard is one of its own. Pure. */
import type { ShardShape } from '../../../session/view.ts';
import type { Point } from './geometry.ts';

/** The upper level in the order of its lowest shards: the leaves of each parent, and each shard that stands by itself. */
export function unitsOf({ count, parents = [] }: ShardShape): readonly (readonly number[])[] {
  const single = Array.from({ length: count }, (_, shard) => [shard]).filter(
    ([shard]) => !parents.some(({ shards }) => shards.includes(shard as number)),
  );
  return [...parents.map(({ shards }) => shards), ...single].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/**
 * Centres by shard. `cell`: what one shard needs with the gap to its neighbour; `room`: what a parent needs around its leaves, to each
 * side and more above. The number of columns is the one by which everything is largest in a panel of that width-to-height ratio.
 */
export function parentCentres(
  shape: ShardShape,
  cell: number,
  room: { readonly side: number; readonly above: number },
  aspect: number,
): readonly Point[] {
  const units = unitsOf(shape);
  const most = Math.max(...units.map(({ length }) => length));
  const arrangements = Array.from({ length: most }, (_, i) => i + 1).flatMap((inner) => {
    const unit = {
      width: inner * cell + 2 * room.side,
      height: Math.ceil(most / inner) * cell + 2 * room.side + room.above,
    };
    return Array.from({ length: units.length }, (_, i) => i + 1).map((columns) => {
      const rows = Math.ceil(units.length / columns);
      const need = Math.max((columns * unit.width) / aspect, rows * unit.height);
      return { inner, columns, unit, need };
    });
  });
  const { inner, columns, unit } = arrangements.reduce((best, other) => (other.need < best.need ? other : best));
  const centres: Point[] = Array.from({ length: shape.count }, () => ({ x: 0, y: 0 }));
  const unitsInRow = rowPlaces(units.length, columns);
  for (const [place, shards] of units.entries()) {
    const at = unitsInRow[place] ?? { x: 0, y: 0 };
    for (const [i, { x, y }] of rowPlaces(shards.length, Math.min(inner, shards.length)).entries())
      centres[shards[i] as number] = { x: at.x * unit.width + x * cell, y: at.y * unit.height + y * cell };
  }
  return centres;
}

/** Places around the middle in rows of so many, the last row centred; in cells. */
function rowPlaces(count: number, columns: number): readonly Point[] {
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    return { x: (i % columns) - (inRow - 1) / 2, y: row - (rows - 1) / 2 };
  });
}
