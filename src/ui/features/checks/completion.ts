/** What can stand at the caret of a formula. Pure. */
import { wordsOf } from '../../../checks/ltl/bind.ts';
import type { Setting } from '../../../checks/ltl/scene.ts';
import { spell } from '../../../checks/ltl/tokens.ts';
import { nodesFor, type Word } from '../../../checks/ltl/vocabulary.ts';

export interface Suggestion {
  /** Replaces the characters from `from` to the caret. */
  readonly text: string;
  readonly from: number;
  readonly explain: string;
}

const OPERATORS: readonly (readonly [string, string])[] = [
  ['G', 'always, from here to the end'],
  ['F', 'eventually, here or later'],
  ['X', 'in the next state, which there is'],
  ['N', 'in the next state, if there is one'],
  ['U', 'left holds until right does, which it does'],
  ['W', 'left holds until right does, if it does'],
  ['O', 'once, here or before'],
  ['H', 'historically, up to here'],
  ['S', 'left has held since right did'],
  ['last', 'the last state'],
];
const SHOWN_MAX = 8;

/** Suggestions for the word that ends at the caret, the best first; none where nothing is being written. */
export function completionsAt(text: string, caret: number, setting: Setting): readonly Suggestion[] {
  const before = text.slice(0, caret);
  const argument = /([\p{L}_][\p{L}\p{N}_]*)\(([^()]*?)([\p{L}\p{N}_-]*)$/u.exec(before);
  const written = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? '';
  const words = wordsOf(setting);
  const called = argument === null ? undefined : words.get(argument[1] ?? '');
  if (argument !== null && called !== undefined) {
    const part = argument[3] ?? '';
    const first = !(argument[2] ?? '').includes(',');
    return pick(part, caret, argumentsOf(called, first, setting));
  }
  if (written === '') return [];
  const offers = [...words.values()].map((word): readonly [string, string] => [shape(word), word.explain]);
  return pick(written, caret, [...offers, ...OPERATORS]);
}

function pick(part: string, caret: number, offers: readonly (readonly [string, string])[]): readonly Suggestion[] {
  // A whole word needs no completion; a list would only cover what comes next, and take Enter for itself.
  if (offers.some(([text]) => text === part)) return [];
  const lower = part.toLowerCase();
  const starts = offers.filter(([text]) => text.toLowerCase().startsWith(lower) && text !== part);
  const holds = offers.filter(([text]) => !starts.some(([one]) => one === text) && text.toLowerCase().includes(lower));
  const all = part.length < 2 ? starts : [...starts, ...holds.filter(([text]) => text !== part)];
  return all.slice(0, SHOWN_MAX).map(([text, explain]) => ({ text, explain, from: caret - part.length }));
}

function argumentsOf(word: Word, first: boolean, setting: Setting): readonly (readonly [string, string])[] {
  const { messages } = setting.declaration;
  if (word.parameter === 'message, node?' && first) return messages.map(({ type, explain }) => [spell(type), explain]);
  return nodesFor(word, setting).map((node) => [node, '']);
}

/** As it is written most often: `sent(`, `phase(`, `height`. */
function shape(word: Word): string {
  return word.parameter === 'node' || word.parameter === 'message, node?' ? `${word.word}(` : word.word;
}
