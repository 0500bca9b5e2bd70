/**
 * A formula in negation normal form as a table of nodes without repetition, children first. Negation stands at
 * propositions only; the other operators come down to fixpoints that unfold one state at a time:
 *
 *   until    φ U ψ = ψ ∨ (φ ∧ X(φ U ψ)); weak: with N, which is φ W ψ
 *   release  φ M ψ = ψ ∧ (φ ∨ X(φ M ψ)); weak: with N, which is φ R ψ
 *   since    φ S ψ = ψ ∨ (φ ∧ Y(φ S ψ)), false before the first state; triggered is its dual
 */
import type { Micros } from '../../core/time.ts';
import { type Formula, type Proposition, propositionText } from './formula.ts';

export type Node =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'literal'; readonly proposition: number; readonly positive: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: number; readonly right: number }
  | { readonly kind: 'next' | 'yesterday'; readonly operand: number; readonly weak: boolean }
  | {
      readonly kind: 'until' | 'release';
      readonly left: number;
      readonly right: number;
      readonly weak: boolean;
      readonly within: Micros | null;
    }
  | { readonly kind: 'since' | 'triggered'; readonly left: number; readonly right: number };

export interface NodeTable {
  readonly nodes: readonly Node[];
  /** What each node says, for people: a piece of the formula's text. */
  readonly texts: readonly string[];
  readonly root: number;
  readonly propositions: readonly Proposition[];
  /** Nodes whose value at one state must be remembered for the next, ascending. */
  readonly past: readonly number[];
  readonly isTimed: boolean;
}

/** The table of a formula that was parsed from `text`. */
export function nodeTable(formula: Formula, text: string): NodeTable {
  return new Builder(text).build(formula);
}

class Builder {
  readonly #text: string;
  readonly #nodes: Node[] = [];
  readonly #texts: string[] = [];
  readonly #known = new Map<string, number>();
  readonly #propositions = new Map<string, number>();
  readonly #named: Proposition[] = [];
  readonly #done: readonly [Map<Formula, number>, Map<Formula, number>] = [new Map(), new Map()];

  constructor(text: string) {
    this.#text = text;
  }

  build(formula: Formula): NodeTable {
    const root = this.#of(formula, true);
    const past = this.#nodes.flatMap(({ kind }, index) =>
      kind === 'yesterday' || kind === 'since' || kind === 'triggered' ? [index] : [],
    );
    const isTimed = this.#nodes.some((node) => 'within' in node && node.within !== null);
    return { nodes: this.#nodes, texts: this.#texts, root, propositions: this.#named, past, isTimed };
  }

  /** The node of the formula, or of its negation. */
  #of(formula: Formula, positive: boolean): number {
    const done = this.#done[positive ? 1 : 0];
    const before = done.get(formula);
    if (before !== undefined) return before;
    const index = this.#translate(formula, positive, this.#says(formula, positive));
    done.set(formula, index);
    return index;
  }

  #says({ kind, span }: Formula, positive: boolean): string {
    const text = this.#text.slice(span.from, span.to).replace(/\s+/gu, ' ');
    if (positive) return text;
    return kind === 'proposition' ? `!${text}` : `!(${text})`;
  }

  #translate(formula: Formula, positive: boolean, says: string): number {
    switch (formula.kind) {
      case 'true':
      case 'false':
        return this.#constant((formula.kind === 'true') === positive);
      case 'last':
        return this.#add({ kind: 'next', operand: this.#constant(!positive), weak: positive }, says);
      case 'proposition': {
        const proposition = this.#proposition(formula.proposition);
        return this.#add({ kind: 'literal', proposition, positive }, says);
      }
      case 'unary':
        return this.#unary(formula, positive, says);
      case 'binary':
        return this.#binary(formula, positive, says);
    }
  }

  #unary(formula: Extract<Formula, { readonly kind: 'unary' }>, positive: boolean, says: string): number {
    const { operator, within } = formula;
    if (operator === 'not') return this.#of(formula.operand, !positive);
    const operand = this.#of(formula.operand, positive);
    switch (operator) {
      case 'next':
      case 'weakNext':
        return this.#add({ kind: 'next', operand, weak: (operator === 'weakNext') === positive }, says);
      case 'yesterday':
        return this.#add({ kind: 'yesterday', operand, weak: !positive }, says);
      case 'eventually':
      case 'always': {
        const isUntil = (operator === 'eventually') === positive;
        const left = this.#constant(isUntil);
        const kind = isUntil ? 'until' : 'release';
        return this.#add({ kind, left, right: operand, weak: !isUntil, within }, says);
      }
      case 'once':
      case 'historically': {
        const isSince = (operator === 'once') === positive;
        const left = this.#constant(isSince);
        return this.#add({ kind: isSince ? 'since' : 'triggered', left, right: operand }, says);
      }
    }
  }

  #binary(formula: Extract<Formula, { readonly kind: 'binary' }>, positive: boolean, says: string): number {
    const { operator, within } = formula;
    if (operator === 'iff') {
      const both = this.#join('and', this.#of(formula.left, true), this.#of(formula.right, positive), says);
      const neither = this.#join('and', this.#of(formula.left, false), this.#of(formula.right, !positive), says);
      return this.#join('or', both, neither, says);
    }
    const left = this.#of(formula.left, operator === 'implies' ? !positive : positive);
    const right = this.#of(formula.right, positive);
    switch (operator) {
      case 'and':
        return this.#join(positive ? 'and' : 'or', left, right, says);
      case 'or':
      case 'implies':
        return this.#join(positive ? 'or' : 'and', left, right, says);
      case 'since':
        return this.#add({ kind: positive ? 'since' : 'triggered', left, right }, says);
      case 'until':
      case 'weakUntil': {
        const weak = (operator === 'weakUntil') === positive;
        return this.#add({ kind: positive ? 'until' : 'release', left, right, weak, within }, says);
      }
      case 'release':
      case 'strongRelease': {
        const weak = (operator === 'release') === positive;
        return this.#add({ kind: positive ? 'release' : 'until', left, right, weak, within }, says);
      }
    }
  }

  #join(kind: 'and' | 'or', left: number, right: number, says: string): number {
    const absorbing = kind === 'and' ? 'false' : 'true';
    const neutral = kind === 'and' ? 'true' : 'false';
    if (left === right || this.#nodes[left]?.kind === absorbing || this.#nodes[right]?.kind === neutral) return left;
    if (this.#nodes[right]?.kind === absorbing || this.#nodes[left]?.kind === neutral) return right;
    return this.#add({ kind, left, right }, says);
  }

  #constant(value: boolean): number {
    return this.#add({ kind: value ? 'true' : 'false' }, String(value));
  }

  #proposition(proposition: Proposition): number {
    const key = propositionText(proposition);
    const known = this.#propositions.get(key);
    if (known !== undefined) return known;
    this.#propositions.set(key, this.#named.length);
    return this.#named.push(proposition) - 1;
  }

  #add(node: Node, says: string): number {
    const key = Object.values(node).join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#nodes.length);
    this.#texts.push(says);
    return this.#nodes.push(node) - 1;
  }
}
