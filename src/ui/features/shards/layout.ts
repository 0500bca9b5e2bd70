/** Where the transactions of the wait-for graph stand: in layers, who waits right of whom it waits for. Pure. */
import type { WaitGraph } from '../../lib/shards.ts';

export interface Place {
  readonly transaction: number;
  readonly x: number;
  readonly y: number;
}

export interface GraphLayout {
  readonly places: readonly Place[];
  readonly width: number;
  readonly height: number;
}

export const NODE = { width: 46, height: 24 } as const;
const GAP = { x: 54, y: 12 } as const;
const MARGIN = 12;

export function layoutOf({ transactions, edges }: WaitGraph): GraphLayout {
  const depth = depthsOf(transactions, edges);
  const deepest = Math.max(-1, ...depth.values());
  const layers = Array.from({ length: deepest + 1 }, (_, layer) =>
    transactions.filter((transaction) => depth.get(transaction) === layer),
  );
  const tallest = Math.max(0, ...layers.map((layer) => layer.length));
  const places = layers.flatMap((layer, column) =>
    layer.map((transaction, row) => ({
      transaction,
      x: MARGIN + column * (NODE.width + GAP.x),
      // Layers are centred beside each other.
      y: MARGIN + (row + (tallest - layer.length) / 2) * (NODE.height + GAP.y),
    })),
  );
  return {
    places,
    width: 2 * MARGIN + Math.max(0, layers.length - 1) * (NODE.width + GAP.x) + NODE.width,
    height: 2 * MARGIN + Math.max(0, tallest - 1) * (NODE.height + GAP.y) + NODE.height,
  };
}

/** The longest way to somebody who waits for nobody; an arrow that closes a circle does not count. */
function depthsOf(transactions: readonly number[], edges: WaitGraph['edges']): ReadonlyMap<number, number> {
  const targets = new Map<number, number[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const depths = new Map<number, number>();
  const open = new Set<number>();
  const visit = (transaction: number): number => {
    const known = depths.get(transaction);
    if (known !== undefined || open.has(transaction)) return known ?? -1;
    open.add(transaction);
    const depth = 1 + Math.max(-1, ...(targets.get(transaction) ?? []).map(visit));
    open.delete(transaction);
    depths.set(transaction, depth);
    return depth;
  };
  for (const transaction of transactions) visit(transaction);
  return depths;
}
