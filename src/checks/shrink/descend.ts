/** Shrinking of structured values: take the first simpler neighbour that still fails, until there is none. */

export interface Descent<T> {
  /** Neighbours worth trying, the boldest first; those that are not simpler are passed over. */
  neighbours(value: T): Iterable<T>;
  /** Compared from left to right: smaller is simpler. Always the same length. */
  size(value: T): readonly number[];
  /** Equal keys are equal values: none is tested twice. */
  key(value: T): string;
  stillFails(value: T): Promise<boolean>;
  /** Tests at most. */
  readonly budget: number;
  onStep?(value: T, tests: number): void;
}

export interface Descended<T> {
  readonly value: T;
  readonly tests: number;
  /** False where the budget ended the search. */
  readonly isMinimal: boolean;
}

/** From a value that fails to one none of whose simpler neighbours does. Ends because sizes only fall and tests are bounded. */
export async function descend<T>(start: T, descent: Descent<T>): Promise<Descended<T>> {
  const seen = new Set<string>([descent.key(start)]);
  let value = start;
  let tests = 0;
  for (;;) {
    const size = descent.size(value);
    let next: T | null = null;
    for (const neighbour of descent.neighbours(value)) {
      if (!isSmaller(descent.size(neighbour), size)) continue;
      const key = descent.key(neighbour);
      if (seen.has(key)) continue;
      seen.add(key);
      if (tests >= descent.budget) return { value, tests, isMinimal: false };
      tests++;
      if (await descent.stillFails(neighbour)) {
        next = neighbour;
        break;
      }
    }
    if (next === null) return { value, tests, isMinimal: true };
    value = next;
    descent.onStep?.(value, tests);
  }
}

/** Whether `a` comes before `b`, compared from left to right. */
export function isSmaller(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
