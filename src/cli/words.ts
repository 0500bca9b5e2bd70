/** Words of a command line, sorted into options and the rest: `--name value`, `--name=value`, `--flag`. */
import type { Problem } from '../core/problem.ts';

export interface Words {
  /** By option, in the order given; a flag has ''. */
  readonly given: ReadonlyMap<string, string[]>;
  /** What is no option; `-` too. */
  readonly others: readonly string[];
}

/** Sorts the words; `values`: options that take one, `flags`: those that take none. Never throws. */
export function sortWords(
  words: readonly string[],
  values: readonly string[],
  flags: readonly string[],
): Words | { readonly problem: Problem } {
  const given = new Map<string, string[]>();
  const others: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-') {
      others.push(word);
      continue;
    }
    const split = word.indexOf('=');
    const name = split < 0 ? word : word.slice(0, split);
    const isFlag = flags.includes(name);
    if (!isFlag && !values.includes(name)) return refuseWord('option', name, [...values, ...flags].join(', '));
    if (isFlag && split >= 0) return refuseWord(name, word.slice(split + 1), 'no value');
    const value = isFlag ? '' : split >= 0 ? word.slice(split + 1) : words[++i];
    if (value === undefined) return refuseWord(name, null, 'a value');
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return { given, others };
}

/** `found`: null for nothing. */
export function refuseWord(path: string, found: string | null, expected: string): { readonly problem: Problem } {
  return { problem: { path, found: found === null ? 'nothing' : JSON.stringify(found.slice(0, 60)), expected } };
}
