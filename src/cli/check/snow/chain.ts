/**
 * How often Slush and Snowflake disagree, worked out instead of sampled. The model is the paper's: at each step one correct node,
 * chosen uniformly among those not done, asks k of all others without replacement. Only how many nodes have which colour and
 * which counter matters, so that a Markov chain over those numbers gives the probability from every first split. Liars answer
 * with the colour that fewer correct nodes have. Ref: Rocket et al., arXiv 1906.08936, analysis (Slush, Snowflake).
 */

export interface SnowModel {
  readonly mode: 'slush' | 'snowflake';
  /** N, liars included. */
  readonly nodeCount: number;
  readonly liarCount: number;
  /** k, at most N − 1. */
  readonly sampleSize: number;
  /** α, more than half of k. */
  readonly alpha: number;
  /** β of Snowflake, m of Slush. */
  readonly beta: number;
}

/** States that a chain may have: more take too long. */
const STATES_MAX = 200_000;
/** Sweeps end when no probability moves by more. */
const PRECISION = 1e-12;
const SWEEPS_MAX = 20_000;

/**
 * Probability of disagreement by how many correct nodes have the first colour at the beginning, 0 … N − f. Null where the chain
 * has too many states.
 */
export function disagreement(model: SnowModel): readonly number[] | null {
  const chain = buildChain(model);
  return chain === null ? null : solve(chain, model);
}

/** Probability that at least `alpha` of `k` drawn from `total` without replacement are among `marked`: a hypergeometric tail. */
export function tail(total: number, marked: number, k: number, alpha: number): number {
  let sum = 0;
  for (let hits = alpha; hits <= Math.min(k, marked); hits++) {
    sum += choose(marked, hits) * choose(total - marked, k - hits);
  }
  return sum / choose(total, k);
}

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}

/** Chances that a poll of a node with the first (0) or second (1) colour is won by either, where so many have the first. */
export function pollChances(model: SnowModel, own: 0 | 1, firsts: number): readonly [number, number] {
  const { nodeCount, liarCount, sampleSize, alpha } = model;
  const seconds = nodeCount - liarCount - firsts;
  const others = nodeCount - 1;
  const seen = [firsts - (own === 0 ? 1 : 0), seconds - (own === 1 ? 1 : 0)] as const;
  const win = (colour: 0 | 1, helpers: number): number => tail(others, seen[colour] + helpers, sampleSize, alpha);
  if (firsts === seconds) {
    // Liars see different ones behind: half of the time the one, half the other.
    return [(win(0, liarCount) + win(0, 0)) / 2, (win(1, liarCount) + win(1, 0)) / 2];
  }
  const behind = firsts < seconds ? 0 : 1;
  return [win(0, behind === 0 ? liarCount : 0), win(1, behind === 1 ? liarCount : 0)];
}

/** States by number, the successors of each in flat arrays. A state counts nodes by colour and counter, the last counter: done. */
interface Chain {
  readonly index: ReadonlyMap<string, number>;
  /** 1 where both colours are final, else 0: these states have no successors. */
  readonly split: readonly boolean[];
  readonly first: readonly number[];
  readonly successors: readonly number[];
  readonly chances: readonly number[];
}

function buildChain(model: SnowModel): Chain | null {
  const correct = model.nodeCount - model.liarCount;
  const width = model.beta + 1;
  // So many ways there are to put nodes into pigeonholes; not all can be reached.
  if (choose(correct + 2 * width - 1, correct) > STATES_MAX) return null;
  const index = new Map<string, number>();
  const states: number[][] = [];
  const numberOf = (counts: number[]): number => {
    const key = counts.join();
    const known = index.get(key);
    if (known !== undefined) return known;
    index.set(key, states.length);
    return states.push(counts) - 1;
  };
  for (let firsts = 0; firsts <= correct; firsts++) numberOf(firstSplit(model, firsts));
  const [split, first, successors, chances]: [boolean[], number[], number[], number[]] = [[], [], [], []];
  for (let at = 0; at < states.length; at++) {
    const counts = states[at] as number[];
    first.push(successors.length);
    const isSplit = (counts[width - 1] ?? 0) > 0 && (counts[2 * width - 1] ?? 0) > 0;
    split.push(isSplit);
    if (isSplit) continue;
    for (const [next, chance] of stepsFrom(counts, model)) {
      successors.push(numberOf(next));
      chances.push(chance);
    }
  }
  first.push(successors.length);
  return { index, split, first, successors, chances };
}

function firstSplit({ nodeCount, liarCount, beta }: SnowModel, firsts: number): number[] {
  const counts = new Array<number>(2 * (beta + 1)).fill(0);
  counts[0] = firsts;
  counts[beta + 1] = nodeCount - liarCount - firsts;
  return counts;
}

/** What one step may do, with its chance. */
function stepsFrom(counts: readonly number[], model: SnowModel): [number[], number][] {
  const width = model.beta + 1;
  let firsts = 0;
  let active = 0;
  for (const [type, count] of counts.entries()) {
    if (type < width) firsts += count;
    if (type % width < model.beta) active += count;
  }
  const steps: [number[], number][] = [];
  for (const [type, count] of counts.entries()) {
    if (count === 0 || type % width === model.beta) continue;
    const own = type < width ? 0 : 1;
    const wins = pollChances(model, own, firsts);
    const moves = [
      [0, wins[0]],
      [1, wins[1]],
      [null, 1 - wins[0] - wins[1]],
    ] as const;
    for (const [winner, chance] of moves) {
      if (chance <= 0) continue;
      const next = [...counts];
      const target = afterPoll(type % width, own, winner, model);
      next[type] = count - 1;
      next[target] = (next[target] ?? 0) + 1;
      steps.push([next, (chance * count) / active]);
    }
  }
  return steps;
}

/** Colour and counter of a node after its poll. Slush counts every poll, Snowflake those in a row for its colour. */
function afterPoll(counter: number, own: 0 | 1, winner: 0 | 1 | null, { mode, beta }: SnowModel): number {
  const colour = winner ?? own;
  if (mode === 'slush') return colour * (beta + 1) + counter + 1;
  const next = winner === null ? 0 : winner === own ? counter + 1 : 1;
  return colour * (beta + 1) + next;
}

/** Chance of ending split from every state, by sweeps until nothing moves (Gauss–Seidel); then from the first splits. */
function solve({ index, split, first, successors, chances }: Chain, model: SnowModel): number[] {
  const values = new Float64Array(split.length);
  for (const [at, isSplit] of split.entries()) if (isSplit) values[at] = 1;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let moved = 0;
    for (let at = split.length - 1; at >= 0; at--) {
      const [begin, end] = [first[at] as number, first[at + 1] as number];
      if (begin === end) continue;
      let sum = 0;
      let stay = 0;
      for (let i = begin; i < end; i++) {
        if (successors[i] === at) stay += chances[i] as number;
        else sum += (chances[i] as number) * (values[successors[i] as number] as number);
      }
      const value = stay < 1 ? sum / (1 - stay) : 0;
      moved = Math.max(moved, Math.abs(value - (values[at] as number)));
      values[at] = value;
    }
    if (moved < PRECISION) break;
  }
  const correct = model.nodeCount - model.liarCount;
  return Array.from({ length: correct + 1 }, (_, firsts) => {
    return values[index.get(firstSplit(model, firsts).join()) as number] as number;
  });
}
