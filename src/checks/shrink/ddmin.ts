/**
 * Delta debugging: a list that fails, made 1-minimal. Zeller & Hildebrandt, "Simplifying and Isolating Failure-Inducing
 * Input", IEEE TSE 28(2), 2002, §3.2 (ddmin).
 */

/**
 * A subsequence of `items` that still passes `stillFails`, such that leaving out any single item of it does not.
 * `items` itself must pass. At most n² + 3n tests; each subset is tested once.
 */
export async function ddmin<T>(
  items: readonly T[],
  stillFails: (subset: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  const known = new Map<string, boolean>();
  const test = async (positions: readonly number[]): Promise<boolean> => {
    const key = positions.join();
    const verdict = known.get(key) ?? (await stillFails(positions.map((position) => items[position] as T)));
    known.set(key, verdict);
    return verdict;
  };
  let current = items.map((_, position) => position);
  if (current.length > 0 && (await test([]))) return [];
  for (let parts = 2; current.length >= 2; ) {
    const subsets = split(current, parts);
    const smaller = (await firstOf(subsets, test)) ?? null;
    if (smaller !== null) {
      current = smaller;
      parts = 2;
      continue;
    }
    const complements = subsets.map((subset) => current.filter((position) => !subset.includes(position)));
    const rest = await firstOf(complements, test);
    if (rest !== null) {
      current = rest;
      parts = Math.max(2, parts - 1);
      continue;
    }
    if (parts >= current.length) break;
    parts = Math.min(current.length, 2 * parts);
  }
  return current.map((position) => items[position] as T);
}

async function firstOf(
  candidates: readonly number[][],
  test: (positions: readonly number[]) => Promise<boolean>,
): Promise<number[] | null> {
  for (const candidate of candidates) if (await test(candidate)) return candidate;
  return null;
}

/** `parts` pieces of nearly equal length, none empty. */
function split(positions: readonly number[], parts: number): number[][] {
  const pieces: number[][] = [];
  for (let i = 0; i < parts; i++) {
    const from = Math.floor((i * positions.length) / parts);
    const to = Math.floor(((i + 1) * positions.length) / parts);
    if (to > from) pieces.push(positions.slice(from, to));
  }
  return pieces;
}
