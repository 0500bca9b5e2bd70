/** The link matrix: which links somebody marked, and the fewest link faults that say so. Pure. */
import type { FaultInput } from '../../../scenario/types.ts';

/** A link from one node to another, by position: `from * n + to`. */
export type Cell = number;

export type LinkTool = 'cut' | 'slow' | 'lossy';

export const cellOf = (from: number, to: number, n: number): Cell => from * n + to;

/** All cells of the rectangle between two corners, without the diagonal: nobody has a link to itself. */
export function rectangle(a: Cell, b: Cell, n: number): readonly Cell[] {
  const [top, bottom] = order(Math.floor(a / n), Math.floor(b / n));
  const [left, right] = order(a % n, b % n);
  const cells: Cell[] = [];
  for (let from = top; from <= bottom; from++) {
    for (let to = left; to <= right; to++) if (from !== to) cells.push(cellOf(from, to, n));
  }
  return cells;
}

/** The link beside one, a step down and across; the diagonal is jumped over, the edge keeps it where it is. */
export function neighbour(cell: Cell, [down, across]: readonly [number, number], n: number): Cell {
  let [from, to] = [Math.floor(cell / n) + down, (cell % n) + across];
  if (from === to) [from, to] = [from + down, to + across];
  const inside = from >= 0 && to >= 0 && from < n && to < n;
  return inside ? cellOf(from, to, n) : cell;
}

function order(a: number, b: number): readonly [number, number] {
  return a <= b ? [a, b] : [b, a];
}

/**
 * One-way link faults for the marked cells: senders with the same receivers share one, so that a cut between two halves is
 * two faults and not n².
 */
export function faultsOf(
  marked: ReadonlySet<Cell>,
  ids: readonly string[],
  tool: LinkTool,
  { delayMs, lossPercent }: { readonly delayMs: number; readonly lossPercent: number },
): readonly FaultInput[] {
  const n = ids.length;
  const senders = new Map<string, number[]>();
  for (let from = 0; from < n; from++) {
    const receivers = ids.flatMap((_, to) => (marked.has(cellOf(from, to, n)) ? [to] : []));
    if (receivers.length === 0) continue;
    const key = receivers.join(' ');
    senders.set(key, [...(senders.get(key) ?? []), from]);
  }
  const effect = { cut: { loss: 1 }, slow: { delayMs }, lossy: { loss: lossPercent / 100 } }[tool];
  const names = (indexes: readonly number[]) => indexes.map((index) => ids[index] ?? '');
  return [...senders].map(([receivers, from]) => ({
    kind: 'link',
    from: names(from),
    to: names(receivers.split(' ').map(Number)),
    symmetric: false,
    ...effect,
  }));
}
