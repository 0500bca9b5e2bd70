/**
 * Minimal semi-positive invariants, exactly, in big integers: the algorithm of Farkas as Martínez & Silva (1982) use it, with the
 * rows that another's support contains dropped after every step. Inhibitor arcs play no part: they only forbid.
 */
import { incidence, type PetriNet } from './net.ts';

/** Weights by position of the place or transition; coprime, minimal support. */
export type Invariant = readonly bigint[];

export interface Invariants {
  readonly invariants: readonly Invariant[];
  /** False when the intermediate rows became too many: some invariants are missing. */
  readonly isComplete: boolean;
}

/** Intermediate rows at most: their number can grow exponentially. */
const ROWS_MAX = 4_000;

/** y ≥ 0 with C·y = 0 by transition: the weighted sum of tokens never changes. */
export function placeInvariants(net: PetriNet, rowsMax = ROWS_MAX): Invariants {
  return farkas(transposed(incidence(net), net.places.length), rowsMax);
}

/** x ≥ 0 with Cᵀ·x = 0 by place: firing each transition so often restores the marking. */
export function transitionInvariants(net: PetriNet, rowsMax = ROWS_MAX): Invariants {
  return farkas(incidence(net), rowsMax);
}

interface Row {
  /** What is left of the matrix: all 0 for the columns done. */
  readonly rest: readonly bigint[];
  readonly weights: readonly bigint[];
}

/** Minimal semi-positive x with xᵀ·matrix = 0; one weight a row of the matrix. */
export function farkas(matrix: readonly (readonly number[])[], rowsMax: number): Invariants {
  const columns = matrix[0]?.length ?? 0;
  let rows: Row[] = matrix.map((row, i) => ({
    rest: row.map(BigInt),
    weights: matrix.map((_, j) => (i === j ? 1n : 0n)),
  }));
  const left = Array.from({ length: columns }, (_, column) => column);
  while (left.length > 0) {
    const column = cheapest(rows, left);
    left.splice(left.indexOf(column), 1);
    const zero = rows.filter(({ rest }) => rest[column] === 0n);
    const plus = rows.filter(({ rest }) => (rest[column] ?? 0n) > 0n);
    const minus = rows.filter(({ rest }) => (rest[column] ?? 0n) < 0n);
    if (zero.length + plus.length * minus.length > 16 * rowsMax)
      return { invariants: finished(zero), isComplete: false };
    const combined = plus.flatMap((a) => minus.map((b) => combine(a, b, column)));
    rows = minimal([...zero, ...combined]);
    if (rows.length > rowsMax) return { invariants: finished(rows), isComplete: false };
  }
  return { invariants: sorted(rows.map(({ weights }) => weights)), isComplete: true };
}

/** The rows that are invariants already. */
function finished(rows: readonly Row[]): readonly Invariant[] {
  return sorted(minimal(rows.filter(({ rest }) => rest.every((value) => value === 0n))).map(({ weights }) => weights));
}

/** The column whose elimination makes the fewest rows. */
function cheapest(rows: readonly Row[], left: readonly number[]): number {
  let best = left[0] as number;
  let least = Number.POSITIVE_INFINITY;
  for (const column of left) {
    let plus = 0;
    let minus = 0;
    for (const { rest } of rows) {
      const value = rest[column] as bigint;
      if (value > 0n) plus++;
      else if (value < 0n) minus++;
    }
    const grows = plus * minus - plus - minus;
    if (grows >= least) continue;
    least = grows;
    best = column;
  }
  return best;
}

/** The combination of two rows that is 0 in the column, in lowest terms. */
function combine(a: Row, b: Row, column: number): Row {
  const up = -(b.rest[column] as bigint);
  const down = a.rest[column] as bigint;
  const mix = (x: readonly bigint[], y: readonly bigint[]): bigint[] =>
    x.map((value, i) => value * up + (y[i] as bigint) * down);
  const rest = mix(a.rest, b.rest);
  const weights = mix(a.weights, b.weights);
  let divisor = 0n;
  for (const value of weights) divisor = gcd(divisor, value);
  for (const value of rest) divisor = gcd(divisor, value < 0n ? -value : value);
  if (divisor <= 1n) return { rest, weights };
  return { rest: rest.map((value) => value / divisor), weights: weights.map((value) => value / divisor) };
}

/** Without rows whose support contains another's, and one of those with equal support. */
function minimal(rows: readonly Row[]): Row[] {
  const supports = rows.map(({ weights }) => supportOf(weights));
  const order = rows.map((_, i) => i).sort((a, b) => (supports[a]?.size ?? 0) - (supports[b]?.size ?? 0) || a - b);
  const kept: number[] = [];
  for (const i of order) {
    const support = supports[i] as Support;
    if (!kept.some((j) => contains(support, supports[j] as Support))) kept.push(i);
  }
  return kept.sort((a, b) => a - b).map((i) => rows[i] as Row);
}

interface Support {
  readonly bits: Uint32Array;
  readonly size: number;
}

function supportOf(weights: readonly bigint[]): Support {
  const bits = new Uint32Array((weights.length + 31) >>> 5);
  let size = 0;
  weights.forEach((weight, i) => {
    if (weight === 0n) return;
    bits[i >>> 5] = ((bits[i >>> 5] as number) | (1 << (i & 31))) >>> 0;
    size++;
  });
  return { bits, size };
}

function contains(larger: Support, smaller: Support): boolean {
  for (let i = 0; i < smaller.bits.length; i++) {
    const wanted = smaller.bits[i] as number;
    if (((larger.bits[i] as number) & wanted) >>> 0 !== wanted) return false;
  }
  return true;
}

/** By first place in the support, then by the weights: the same net always gives the same list. */
function sorted(invariants: readonly Invariant[]): readonly Invariant[] {
  return [...invariants].sort((a, b) => {
    for (let i = 0; i < a.length; i++) {
      const difference = (b[i] as bigint) - (a[i] as bigint);
      if (difference !== 0n) return difference > 0n ? 1 : -1;
    }
    return 0;
  });
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function transposed(matrix: readonly (readonly number[])[], columns: number): number[][] {
  return Array.from({ length: columns }, (_, column) => matrix.map((row) => row[column] as number));
}
