/** What somebody may have meant: the words that an unknown one is like. */

const CHANGES_MAX = 2;
const SHOWN = 3;
/** So many letters in common at the beginning, and half of the word, are a likeness too. */
const BEGINNING = 4;

/** At most three of `known`, the likest first; ties as they come. */
export function nearest(word: string, known: Iterable<string>): string[] {
  const wanted = word.toLowerCase();
  const found: { readonly one: string; readonly changes: number }[] = [];
  for (const one of known) {
    const changes = distance(wanted, one.toLowerCase());
    if (changes <= CHANGES_MAX || beginsLike(wanted, one.toLowerCase())) found.push({ one, changes });
  }
  return found
    .sort((a, b) => a.changes - b.changes)
    .slice(0, SHOWN)
    .map(({ one }) => one);
}

/** ` (did you mean a or b?)`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`;
}

function beginsLike(a: string, b: string): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return same >= BEGINNING && 2 * same >= a.length;
}

/** Insertions, deletions and replacements between two words (Levenshtein); of words very different in length, the difference. */
function distance(a: string, b: string): number {
  const difference = Math.abs(a.length - b.length);
  if (difference > CHANGES_MAX) return difference;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + same));
    }
    row = next;
  }
  return row[b.length] as number;
}
