/** Repeated measurements: median with the least and the most, so that a busy machine shows. */

export type Group =
  | 'crypto'
  | 'network'
  | 'kernel'
  | 'hotstuff'
  | 'peer'
  | 'storm'
  | 'scrub'
  | 'explore'
  | 'workers'
  | 'shards'
  | 'ordering';
export const GROUPS: readonly Group[] = [
  'crypto',
  'network',
  'kernel',
  'hotstuff',
  'peer',
  'storm',
  'scrub',
  'explore',
  'workers',
  'shards',
  'ordering',
];

export interface Row {
  readonly group: Group;
  readonly name: string;
  /** What the numbers count, such as `events/s`: more is better. Of `ms` and `bytes` less is. */
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Two ways to do one thing, measured in one run: `median(of) / median(to)`. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
}

export interface GroupResult {
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

export interface BenchOptions {
  /** Smaller sizes and shorter measurements, for a first look. */
  readonly quick: boolean;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Says what is being measured. */
  readonly onStep: (text: string) => void;
}

/** Measurements of each figure, after one that only warms up. */
export const RUNS = 5;

/** Least time of the one that warms up, ms: compilers go on for a second, and what they cost is no property of the kernel. */
const WARM_UP_MS = 1500;

/** `RUNS` rates of `once`, each over `budgetMs`, after a warm-up (shorter where the budget is a first look's). */
export async function rates(
  once: () => number | Promise<number>,
  budgetMs: number,
  options: Pick<BenchOptions, 'quick' | 'now'>,
): Promise<number[]> {
  const [values = []] = await ratesInTurns([(ms) => rate(once, ms, options.now)], budgetMs, options);
  return values;
}

/** `rates` of several ways, in turns: what else the machine does strikes all alike. A way answers with its rate over so many ms. */
export async function ratesInTurns(
  ways: readonly ((budgetMs: number) => Promise<number>)[],
  budgetMs: number,
  { quick }: Pick<BenchOptions, 'quick'>,
): Promise<number[][]> {
  for (const way of ways) await way(quick ? budgetMs : Math.max(budgetMs, WARM_UP_MS));
  const values: number[][] = ways.map(() => []);
  for (let run = 0; run < RUNS; run++) {
    for (const [index, way] of ways.entries()) values[index]?.push(await way(budgetMs));
  }
  return values;
}

export function rowOf(group: Group, name: string, unit: string, values: readonly number[]): Row {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { group, name, unit, median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, runs: sorted.length };
}

/** Nothing where either is missing or zero. */
export function ratioOf(name: string, of: Row | undefined, to: Row | undefined): Ratio[] {
  return of === undefined || to === undefined || to.median === 0 ? [] : [{ name, value: of.median / to.median }];
}

/**
 * Calls `once` until `budgetMs` have passed (at least once).
 * `once` answers with how much it did; the figure is the sum of that a second.
 */
export async function rate(once: () => number | Promise<number>, budgetMs: number, now: () => number): Promise<number> {
  const began = now();
  let done = 0;
  let elapsed = 0;
  do {
    done += await once();
    elapsed = now() - began;
  } while (elapsed < budgetMs);
  return (done * 1000) / elapsed;
}
