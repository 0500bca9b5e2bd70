/** Ties the propositions of a formula to a testnet, or says which of them mean nothing in it. */
import { nodeName, type NodeIndex } from '../../core/ids.ts';
import { didYouMean } from '../../core/near.ts';
import { compares, type Formula, type Literal, type Proposition, propositionText, variableOf } from './formula.ts';
import { type NodeTable, nodeTable } from './nodes.ts';
import { type FormulaProblem, parseFormula, problemAt, shorten } from './parse.ts';
import type { Scene, Setting } from './scene.ts';
import { type EventKind, nodeOf, nodesFor, type Source, vocabulary, type Word } from './vocabulary.ts';

/** When a proposition is true. */
export type Binding =
  | {
      readonly kind: 'event';
      readonly event: EventKind;
      /** Position of the message type in `Declaration.messages`; −1: of any. */
      readonly type: number;
      /** −1: of any node. */
      readonly node: NodeIndex;
    }
  | {
      readonly kind: 'value';
      readonly source: Source;
      /** The validator whose state alone matters; −1: all of them do. */
      readonly node: NodeIndex;
      holds(scene: Scene): boolean;
      /** `height is 3`: what stands there, for people. */
      shows(scene: Scene): string;
    };

export interface BoundFormula {
  readonly formula: Formula;
  readonly table: NodeTable;
  /** By position in `NodeTable.propositions`. */
  readonly bindings: readonly Binding[];
}

/** Vocabularies are the same for every formula of a testnet. */
const known = new WeakMap<Setting, ReadonlyMap<string, Word>>();

export function wordsOf(setting: Setting): ReadonlyMap<string, Word> {
  const before = known.get(setting);
  if (before !== undefined) return before;
  const words = vocabulary(setting);
  known.set(setting, words);
  return words;
}

/** Formulas bound before, by declaration, then by the rest of the setting and the text: sweeps judge the same ones in every run. */
const bounds = new WeakMap<Setting['declaration'], Map<string, BoundFormula>>();
const BOUNDS_MAX = 1000;
const restOf = new WeakMap<Setting, string>();

/** The formula for this testnet, or the first thing in it that is wrong. Never throws. */
export function bindFormula(
  text: string,
  setting: Setting,
): { readonly bound: BoundFormula } | { readonly problem: FormulaProblem } {
  const { declaration, ...rest } = setting;
  const ofDeclaration = bounds.get(declaration) ?? new Map<string, BoundFormula>();
  bounds.set(declaration, ofDeclaration);
  const settingKey = restOf.get(setting) ?? JSON.stringify(rest);
  restOf.set(setting, settingKey);
  const key = `${settingKey} ${text}`;
  const known = ofDeclaration.get(key);
  if (known !== undefined) return { bound: known };
  const found = bindAnew(text, setting);
  if (ofDeclaration.size >= BOUNDS_MAX) ofDeclaration.clear();
  if ('bound' in found) ofDeclaration.set(key, found.bound);
  return found;
}

function bindAnew(
  text: string,
  setting: Setting,
): { readonly bound: BoundFormula } | { readonly problem: FormulaProblem } {
  const parsed = parseFormula(text);
  if ('problem' in parsed) return parsed;
  const { formula } = parsed;
  const bindings = new Map<string, Binding>();
  const problem = bindAll(formula, text, setting, bindings);
  if (problem !== null) return { problem };
  const table = nodeTable(formula, text);
  const inOrder = table.propositions.map((proposition) => bindings.get(propositionText(proposition)) as Binding);
  return { bound: { formula, table, bindings: inOrder } };
}

function bindAll(
  formula: Formula,
  text: string,
  setting: Setting,
  bindings: Map<string, Binding>,
): FormulaProblem | null {
  if (formula.kind === 'proposition') {
    const bound = bind(formula.proposition, setting);
    if ('expected' in bound) return problemAt(text, formula.span.from, bound.found, bound.expected);
    bindings.set(propositionText(formula.proposition), bound);
    return null;
  }
  if (formula.kind === 'unary') return bindAll(formula.operand, text, setting, bindings);
  if (formula.kind !== 'binary') return null;
  return bindAll(formula.left, text, setting, bindings) ?? bindAll(formula.right, text, setting, bindings);
}

interface Refused {
  readonly found: string;
  readonly expected: string;
}

function bind(proposition: Proposition, setting: Setting): Binding | Refused {
  const words = wordsOf(setting);
  const word = words.get(proposition.word);
  if (word === undefined) return { found: quote(proposition.word), expected: suggestion(proposition.word, words) };
  const target = targetOf(word, proposition, setting);
  if ('expected' in target) return target;
  const wrong = comparisonProblem(word, proposition, setting);
  if (wrong !== null) return wrong;
  if (word.kind === 'event') return { kind: 'event', event: word.event, ...target };
  const { comparison } = proposition;
  const node = target.node < 0 ? null : target.node;
  const wanted = comparison === null ? true : canonical(word, comparison.value, setting);
  const holds = (scene: Scene): boolean => {
    const value = word.read(scene, node);
    return comparison === null ? value === true : compares(value, comparison.comparator, wanted);
  };
  const shows = (scene: Scene): string => `${variableOf(proposition)} is ${word.read(scene, node) ?? 'nothing'}`;
  return { kind: 'value', source: word.source, node: target.node, holds, shows };
}

function targetOf(
  word: Word,
  { parameters }: Proposition,
  setting: Setting,
): { readonly type: number; readonly node: NodeIndex } | Refused {
  const wantsMessage = word.parameter === 'message, node?';
  const [first, second] = wantsMessage ? parameters : [undefined, parameters[0]];
  const most = word.parameter === 'none' ? 0 : wantsMessage ? 2 : 1;
  if (parameters.length > most) {
    const found = `${parameters.length} parameters of ${word.word}`;
    return { found, expected: most === 0 ? 'none' : `at most ${most}` };
  }
  const types = setting.declaration.messages.map(({ type }) => type);
  const type = first === undefined ? -1 : types.indexOf(first);
  if (wantsMessage && type < 0) {
    const found = first === undefined ? `${word.word} without a message` : quote(first);
    return { found, expected: `${word.word}(…) with one of ${types.join(', ')}` };
  }
  const names = nodesFor(word, setting);
  if (second === undefined) {
    if (word.parameter !== 'node') return { type, node: -1 };
    return { found: `${word.word} without a node`, expected: `${word.word}(${names[0]})` };
  }
  const node = nodeOf(second, setting);
  if (node === null || node >= names.length)
    return { found: quote(second), expected: `a node, ${names[0]} to ${names.at(-1)}` };
  return { type, node };
}

function comparisonProblem(word: Word, proposition: Proposition, setting: Setting): Refused | null {
  const { comparison } = proposition;
  const name = variableOf(proposition);
  if (word.kind === 'event' || word.kind === 'truth') {
    if (comparison === null || (word.kind === 'truth' && typeof comparison.value === 'boolean')) return null;
    return { found: `a comparison of ${name}`, expected: `${name} alone: it is true or false` };
  }
  const isNumber = word.kind === 'number';
  if (comparison === null) {
    const example = isNumber ? '>= 1' : `= ${word.values?.[0] ?? 'v0'}`;
    return { found: `${name} alone`, expected: `a comparison such as ${name} ${example}` };
  }
  const { comparator, value } = comparison;
  if (isNumber) {
    return typeof value === 'number' ? null : { found: quote(value), expected: `a number to compare ${name} with` };
  }
  const values = word.values ?? nodesFor(word, setting);
  if (comparator !== '=' && comparator !== '!=') return { found: quote(comparator), expected: '= or !=' };
  return values.includes(String(canonical(word, value, setting)))
    ? null
    : { found: quote(value), expected: `one of ${values.join(', ')}` };
}

/** The value as the word shows it: a node may be named in more than one way. */
function canonical(word: Word, value: Literal, setting: Setting): Literal {
  if (word.kind !== 'name' || word.values !== undefined || typeof value !== 'string') return value;
  const node = nodeOf(value, setting);
  return node === null ? value : nodeName(node, setting);
}

function suggestion(word: string, words: ReadonlyMap<string, Word>): string {
  const meant = didYouMean(word, words.keys());
  return meant === '' ? `a word of this testnet: ${[...words.keys()].join(', ')}` : `a word of this testnet${meant}`;
}

function quote(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? shorten(value) : value);
}
