/**
 * Whether a history is linearizable: whether each operation can be given one moment between its call and its return so that
 * the object, doing one after the other, gives just those results (Herlihy & Wing, TOPLAS 1990, §2). The search of Wing &
 * Gong (JPDC 1993, §4) with Lowe's memory of what was tried (CCPE 2017, §4). Exponential at worst in the number of
 * operations that overlap; a bound on the situations looked at makes it end with `unknown` instead.
 */
import { assert } from '../../core/assert.ts';
import type { History, Operation, SequentialModel } from './history.ts';

export type Linearizability<O, R> =
  | { readonly verdict: 'linearizable'; readonly situations: number }
  | {
      readonly verdict: 'not linearizable';
      readonly situations: number;
      /** The operation that fits nowhere in the longest order that was found. */
      readonly culprit: Operation<O, R>;
      readonly detail: string;
    }
  | { readonly verdict: 'unknown'; readonly situations: number; readonly detail: string };

export interface LinearizabilityOptions {
  /** Situations (which operations are done, and the state then) looked at before the search gives up. */
  readonly situationsMax?: number;
}

const SITUATIONS_MAX = 1_000_000;

/** One end of an operation in the list of all, in the order of time. */
interface Entry {
  readonly index: number;
  readonly isCall: boolean;
  before: Entry | null;
  after: Entry | null;
  /** Of a call: its return. */
  match: Entry | null;
}

/** Judges each part of the history by itself; the first part that fails counts. */
export function checkLinearizable<S, O, R>(
  history: History<O, R>,
  model: SequentialModel<S, O, R>,
  { situationsMax = SITUATIONS_MAX }: LinearizabilityOptions = {},
): Linearizability<O, R> {
  for (const { calledAt, returnedAt } of history) {
    assert(returnedAt === null || returnedAt >= calledAt, 'an operation returns after its call');
  }
  const parts = new Map<string, Operation<O, R>[]>();
  for (const operation of history) {
    const part = model.partOf?.(operation.operation) ?? '';
    parts.set(part, [...(parts.get(part) ?? []), operation]);
  }
  let situations = 0;
  let unknown: Linearizability<O, R> | null = null;
  for (const operations of parts.values()) {
    const found = new Search(operations, model, situationsMax - situations).run();
    situations += found.situations;
    if (found.verdict === 'not linearizable') return { ...found, situations };
    if (found.verdict === 'unknown') unknown = { ...found, situations };
  }
  return unknown ?? { verdict: 'linearizable', situations };
}

class Search<S, O, R> {
  readonly #operations: readonly Operation<O, R>[];
  readonly #model: SequentialModel<S, O, R>;
  readonly #situationsMax: number;
  readonly #head: Entry;
  readonly #done: Uint32Array;
  readonly #tried = new Set<string>();
  readonly #stack: { readonly call: Entry; readonly state: S }[] = [];
  #state: S;
  #longest = -1;
  #blocked = 0;

  constructor(operations: readonly Operation<O, R>[], model: SequentialModel<S, O, R>, situationsMax: number) {
    this.#operations = operations;
    this.#model = model;
    this.#situationsMax = situationsMax;
    this.#head = listOf(operations);
    this.#done = new Uint32Array((operations.length + 31) >> 5);
    this.#state = model.initial;
  }

  run(): Linearizability<O, R> {
    let entry = this.#head.after;
    while (this.#head.after !== null) {
      assert(entry !== null, 'a call is followed by its return');
      if (entry.isCall) {
        entry = this.#place(entry) ? this.#head.after : entry.after;
        if (this.#tried.size > this.#situationsMax) return this.#givenUp();
        continue;
      }
      if (this.#stack.length > this.#longest) {
        this.#longest = this.#stack.length;
        this.#blocked = entry.index;
      }
      const last = this.#stack.pop();
      if (last === undefined) return this.#refuted();
      this.#take(last.call);
      this.#state = last.state;
      entry = last.call.after;
    }
    return { verdict: 'linearizable', situations: this.#tried.size };
  }

  /** Lets the operation take effect next, if its result allows it and this has not been tried. */
  #place(call: Entry): boolean {
    const { operation, result, returnedAt } = this.#operations[call.index] as Operation<O, R>;
    const next = this.#model.apply(this.#state, operation);
    const fits = returnedAt === null || (result !== null && this.#model.sameResult(next.result, result));
    if (!fits) return false;
    this.#flip(call.index);
    const situation = `${this.#done.join()}|${this.#model.keyOf(next.state)}`;
    if (this.#tried.has(situation)) {
      this.#flip(call.index);
      return false;
    }
    this.#tried.add(situation);
    this.#stack.push({ call, state: this.#state });
    this.#state = next.state;
    lift(call);
    return true;
  }

  #take(call: Entry): void {
    this.#flip(call.index);
    unlift(call);
  }

  #flip(index: number): void {
    this.#done[index >> 5] = (this.#done[index >> 5] as number) ^ (1 << (index & 31));
  }

  #refuted(): Linearizability<O, R> {
    const culprit = this.#operations[this.#blocked] as Operation<O, R>;
    const said = this.#model.describe(culprit.operation, culprit.result);
    const detail = `${culprit.client}: ${said}, which no order of what was done explains`;
    return { verdict: 'not linearizable', situations: this.#tried.size, culprit, detail };
  }

  #givenUp(): Linearizability<O, R> {
    const detail = `given up after ${this.#tried.size} situations: too many operations overlap`;
    return { verdict: 'unknown', situations: this.#tried.size, detail };
  }
}

/** Both ends of all operations by time; at one moment calls come first, so that operations that touch overlap. */
function listOf<O, R>(operations: readonly Operation<O, R>[]): Entry {
  const ends = operations.flatMap(({ calledAt, returnedAt }, index) => {
    const back: Entry = { index, isCall: false, before: null, after: null, match: null };
    const call: Entry = { index, isCall: true, before: null, after: null, match: back };
    return [
      { at: calledAt, entry: call },
      { at: returnedAt ?? Number.POSITIVE_INFINITY, entry: back },
    ];
  });
  ends.sort((a, b) => (a.at === b.at ? Number(b.entry.isCall) - Number(a.entry.isCall) : a.at < b.at ? -1 : 1));
  const head: Entry = { index: -1, isCall: false, before: null, after: null, match: null };
  let last = head;
  for (const { entry } of ends) {
    entry.before = last;
    last.after = entry;
    last = entry;
  }
  return head;
}

function lift(call: Entry): void {
  for (const entry of [call, call.match as Entry]) {
    if (entry.before !== null) entry.before.after = entry.after;
    if (entry.after !== null) entry.after.before = entry.before;
  }
}

/** Undoes `lift`, in reverse. */
function unlift(call: Entry): void {
  for (const entry of [call.match as Entry, call]) {
    if (entry.before !== null) entry.before.after = entry;
    if (entry.after !== null) entry.after.before = entry;
  }
}
