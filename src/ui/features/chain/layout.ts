/** Where blocks stand: columns by slot, rows by fork. Works for chains, trees and DAGs. Pure. */

export interface TreeBlock {
  readonly id: string;
  readonly slot: number;
  /** Ids of its parents; those that are not among the blocks are left out. */
  readonly parents: readonly string[];
  /** Blocks of larger weight keep the row of their parent. */
  readonly weight: number;
}

export interface Place {
  readonly id: string;
  readonly column: number;
  readonly row: number;
}

export interface Edge {
  readonly from: Place;
  readonly to: Place;
}

export interface TreeLayout {
  readonly places: ReadonlyMap<string, Place>;
  /** From each block to each of its parents. */
  readonly edges: readonly Edge[];
  /** The slot of every column, ascending. */
  readonly slots: readonly number[];
  readonly rowCount: number;
}

/**
 * Each slot is a column. A block takes its first parent's row if no heavier sibling does and the row is free up to it;
 * otherwise the first row that is. Slots are worked through in order, so that a parent has its place before its children.
 */
export function layoutTree(blocks: readonly TreeBlock[]): TreeLayout {
  const slots = [...new Set(blocks.map(({ slot }) => slot))].sort((a, b) => a - b);
  const columnOf = new Map(slots.map((slot, column) => [slot, column]));
  const places = new Map<string, Place>();
  /** By row: the last column taken. */
  const taken: number[] = [];
  const order = blocks.toSorted((a, b) => a.slot - b.slot || b.weight - a.weight || (a.id < b.id ? -1 : 1));
  for (const block of order) {
    if (places.has(block.id)) continue;
    const column = columnOf.get(block.slot) ?? 0;
    const parent = block.parents.map((id) => places.get(id)).find((place) => place !== undefined);
    const row = rowFor(taken, column, parent ?? null);
    taken[row] = column;
    places.set(block.id, { id: block.id, column, row });
  }
  const edges = order.flatMap((block) => {
    const from = places.get(block.id);
    return from === undefined
      ? []
      : block.parents.flatMap((id) => {
          const to = places.get(id);
          return to === undefined || to === from ? [] : [{ from, to }];
        });
  });
  return { places, edges, slots, rowCount: taken.length };
}

function rowFor(taken: readonly number[], column: number, parent: Place | null): number {
  // The parent's row is free unless a sibling, or a longer branch, went on in it.
  if (parent !== null && taken[parent.row] === parent.column) return parent.row;
  const first = parent === null ? 0 : parent.column;
  for (let row = 0; row < taken.length; row++) {
    const last = taken[row] ?? -1;
    if (parent === null ? last < column : last < first) return row;
  }
  return taken.length;
}
