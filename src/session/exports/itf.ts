/**
 * Informal Trace Format (Apalache, ADR 015): a list of states over variables, each state setting every one. One state for
 * every change of a validator's declared fields and every decision; variables are functions from validators to values.
 *
 * "None" has no value of its own here, so that each variable has one type: −1 for numbers, "" for words, false for truths.
 */
import { namesOf } from './names.ts';
import type { DecideEvent, StateEvent } from '../../kernel/trace/events.ts';
import { microsFromMs } from '../../core/time.ts';
import type { Declaration, FieldDeclaration } from '../../protocols/protocol.ts';
import type { Run } from '../run.ts';
import type { ExportFormat, ExportWindow } from './format.ts';
import { TextSink } from './sink.ts';

export const itf: ExportFormat = {
  name: 'itf',
  title: 'ITF trace',
  group: 'trace',
  opens: 'The ITF Trace Viewer of VS Code, Apalache and model-based tests: the observable state of every validator.',
  extension: 'itf.json',
  mediaType: 'application/json',
  windowed: true,
  write: (run, window) => new ItfTrace(run).write(window),
};

interface Variable {
  readonly name: string;
  /** In Apalache's notation. */
  readonly type: string;
  /** ITF values by validator, in the order of the validators. */
  readonly values: unknown[];
  /** `"name":{…}` as it stands in a state; null after a change. Most variables stay as they are from state to state. */
  text: string | null;
  /** The value in a state event, or undefined when the event says nothing of it. */
  read(event: StateEvent | DecideEvent): unknown;
}

class ItfTrace {
  readonly #run: Run;
  readonly #names: readonly string[];
  readonly #variables: readonly Variable[];

  constructor(run: Run) {
    this.#run = run;
    const count = run.executor.plan.validators.length;
    this.#names = namesOf(run.executor.plan).slice(0, count);
    this.#variables = variablesOf(run.protocol.declaration, count);
  }

  write({ fromMicros, toMicros }: ExportWindow): string {
    const { store } = this.#run;
    const begin = store.positionAt(fromMicros);
    const end = store.positionAt(toMicros);
    for (let seq = 0; seq < begin; seq++) this.#take(seq);
    const sink = new TextSink();
    sink.add(`${JSON.stringify(this.#head()).slice(0, -1)},"states":[\n`);
    sink.add(this.#state(0, fromMicros, { kind: 'begin', node: '' }));
    let index = 1;
    for (let seq = begin; seq < end; seq++) {
      const event = this.#take(seq);
      if (event === null) continue;
      const step = { kind: event.kind, node: event.node };
      sink.add(`,\n${this.#state(index++, microsFromMs(event.t), step)}`);
    }
    sink.add('\n]}\n');
    return sink.toString();
  }

  #head() {
    const { scenario, protocol } = this.#run;
    const types = this.#variables.map(({ name, type }) => [name, type] as const);
    return {
      '#meta': {
        format: 'ITF',
        'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
        description: `${protocol.declaration.title}: ${scenario.name}`,
        varTypes: { nowMicros: 'Int', step: '{ kind: Str, node: Str }', ...Object.fromEntries(types) },
      },
      params: [],
      vars: ['nowMicros', 'step', ...this.#variables.map(({ name }) => name)],
    };
  }

  /** The event if it changed something that a validator shows, after taking it in. */
  #take(seq: number): StateEvent | DecideEvent | null {
    const event = this.#run.store.event(seq);
    if (event.kind !== 'state' && event.kind !== 'decide') return null;
    const node = this.#names.indexOf(event.node);
    if (node < 0) return null;
    for (const variable of this.#variables) {
      const value = variable.read(event);
      if (value === undefined || value === variable.values[node]) continue;
      variable.values[node] = value;
      variable.text = null;
    }
    return event;
  }

  #state(index: number, nowMicros: number, step: { readonly kind: string; readonly node: string }): string {
    const head = JSON.stringify({ '#meta': { index }, nowMicros: integer(nowMicros), step });
    const rest = this.#variables.map((variable) => {
      variable.text ??= `${JSON.stringify(variable.name)}:${JSON.stringify(this.#mapOf(variable))}`;
      return variable.text;
    });
    return `${head.slice(0, -1)},${rest.join(',')}}`;
  }

  #mapOf({ values }: Variable): unknown {
    return { '#map': values.map((value, node) => [this.#names[node], value]) };
  }
}

function variablesOf(declaration: Declaration, count: number): Variable[] {
  const filled = (value: unknown): unknown[] => Array.from({ length: count }, () => value);
  const alive: Variable = {
    name: 'alive',
    type: 'Str -> Bool',
    values: filled(false),
    text: null,
    read: (event) => (event.kind === 'state' ? event.alive : undefined),
  };
  const decided: Variable = {
    name: 'decided',
    type: 'Str -> { slot: Int, epoch: Int, digest: Str }',
    values: filled({ slot: -1, epoch: -1, digest: '' }),
    text: null,
    read: (event) =>
      event.kind === 'decide' ? { slot: event.slot, epoch: event.epoch, digest: event.digest } : undefined,
  };
  const taken = new Set(['nowMicros', 'step', 'alive', 'decided']);
  const fields = declaration.fields.map((field): Variable => {
    const none = noneOf(field);
    return {
      name: freeName(field.name, taken),
      type: `Str -> ${TYPES[typeof none as keyof typeof TYPES]}`,
      values: filled(none),
      text: null,
      read: (event) => (event.kind === 'state' ? fieldValue(event.fields[field.name], none) : undefined),
    };
  });
  return [alive, decided, ...fields];
}

const TYPES = { number: 'Int', string: 'Str', boolean: 'Bool' } as const;

function noneOf({ kind }: FieldDeclaration): number | string | boolean {
  if (kind === 'enum') return '';
  return kind === 'boolean' ? false : -1;
}

function fieldValue(value: unknown, none: number | string | boolean): unknown {
  if (value === null || value === undefined) return none;
  return typeof value === 'number' ? integer(value) : value;
}

/** A TLA+ identifier that is not taken yet. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = /^[A-Za-z][A-Za-z0-9_]*$/.test(wanted) ? wanted : `field_${wanted.replace(/\W/g, '_')}`;
  while (taken.has(name)) name = `${name}_`;
  taken.add(name);
  return name;
}

/** Within ±(2^53 − 1) a plain number, beyond it text. */
function integer(value: number): number | { readonly '#bigint': string } {
  return Number.isSafeInteger(value) ? value : { '#bigint': BigInt(value).toString() };
}
