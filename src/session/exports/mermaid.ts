/**
 * A Mermaid sequence diagram of a window: one arrow a message where it was received, crossed ones where a copy was lost. By
 * default the window of the last decision, because Mermaid draws no text beyond 50,000 characters.
 */
import { type Micros, microsFromMs, msFromMicros } from '../../core/time.ts';
import type { StateEvent, TraceEvent } from '../../kernel/trace/events.ts';
import { queryTrace } from '../../kernel/trace/query.ts';
import type { TraceStore } from '../../kernel/trace/store.ts';
import type { MessageDeclaration } from '../../protocols/protocol.ts';
import type { Run } from '../run.ts';
import type { ExportFormat, ExportWindow } from './format.ts';
import { namesOf } from './names.ts';

export const mermaid: ExportFormat = {
  name: 'mermaid',
  title: 'Mermaid diagram',
  group: 'trace',
  opens: 'GitHub, GitLab, Obsidian and mermaid.live: a sequence diagram of the window, or of the last decision.',
  extension: 'mmd',
  mediaType: 'text/vnd.mermaid',
  windowed: true,
  whole: 'The last decision',
  write: (run, window) => new SequenceDiagram(run).write(window),
};

/** Mermaid's `maxTextSize`. */
export const MERMAID_CHARACTERS_MAX = 50_000;
/** Kept free for the line that says what was left out. */
const RESERVE = 200;
/** What is drawn of a run in which nothing was decided. */
const UNDECIDED_MICROS: Micros = 1_000_000;

class SequenceDiagram {
  readonly #run: Run;
  readonly #types: ReadonlyMap<string, MessageDeclaration>;
  readonly #epochs = new Map<string, number>();
  #first = '';
  #last = '';

  constructor(run: Run) {
    this.#run = run;
    this.#types = new Map(run.protocol.declaration.messages.map((message) => [message.type, message]));
  }

  write(window: ExportWindow): string {
    const { store, scenario, executor } = this.#run;
    const { fromMicros, toMicros } = window.chosen ? window : lastDecision(this.#run);
    for (const { node, fields } of statesBefore(store, fromMicros)) this.#changed(node, fields);
    const events = store.events(store.positionAt(fromMicros), store.positionAt(toMicros));
    const present = presentIn(events);
    const names = namesOf(executor.plan).filter((name) => present.has(name));
    this.#first = names[0] ?? 'v0';
    this.#last = names.at(-1) ?? this.#first;
    const shownTo = Math.min(toMicros, Math.max(this.#run.horizon, fromMicros));
    const head = [
      'sequenceDiagram',
      `  %% ${plain(scenario.name)}, ${msFromMicros(fromMicros)} to ${msFromMicros(shownTo)} ms of virtual time`,
      '  autonumber',
      ...(names.length === 0 ? [this.#first] : names).map((name) => `  participant ${name}`),
    ];
    const lines = events.flatMap((event) => this.#lines(event).map((line) => `  ${line}`));
    return cut(head, lines, `Note over ${this.#everybody()}`);
  }

  #lines(event: TraceEvent): readonly string[] {
    const { node } = event;
    switch (event.kind) {
      case 'deliver':
        return [`${event.from}${this.#arrow(event.type)}${node}: ${this.#about(event)}`];
      case 'send':
        if (event.reason === undefined) return [];
        return [`${node}-x${event.to}: ${this.#about(event)}, ${event.reason}`];
      case 'drop':
        return [`${event.from}--x${node}: ${this.#label(event.type)}, ${escaped(event.reason)}`];
      case 'timer':
        return [`${node}->>${node}: timer ${escaped(event.timer)}`];
      case 'decide':
        return [`Note over ${node}: decides ${event.slot}, ${event.digest.slice(0, 8)}`];
      case 'evidence':
        return [`Note over ${node}: evidence against ${event.against}, ${escaped(event.text)}`];
      case 'fault':
      case 'heal':
        return [`Note over ${this.#everybody()}: ${event.kind}, ${escaped(event.text)}`];
      case 'state':
        return this.#changed(node, event.fields);
      default:
        return [];
    }
  }

  /** A node that enters a higher view, round or term than it showed before. */
  #changed(node: string, fields: Readonly<Record<string, unknown>>): readonly string[] {
    const { epoch } = fields;
    if (typeof epoch !== 'number') return [];
    const before = this.#epochs.get(node);
    this.#epochs.set(node, epoch);
    const { words } = this.#run.protocol.declaration;
    return before !== undefined && epoch > before ? [`Note over ${node}: ${escaped(words.epoch)} ${epoch}`] : [];
  }

  /** Upkeep and clients are dotted, what decides is solid. */
  #arrow(type: string): string {
    const phase = this.#types.get(type)?.phase ?? 'sync';
    return phase === 'sync' || phase === 'client' ? '--)' : '->>';
  }

  #about({ type, slot, epoch }: { readonly type: string; readonly slot: number; readonly epoch: number }): string {
    const { words } = this.#run.protocol.declaration;
    const phase = this.#types.get(type)?.phase;
    if (phase === 'client' || phase === 'sync') return this.#label(type);
    return `${this.#label(type)} ${escaped(words.slot)} ${slot}, ${escaped(words.epoch)} ${epoch}`;
  }

  #label(type: string): string {
    return escaped(this.#types.get(type)?.label ?? (type === '' ? 'message' : type));
  }

  #everybody(): string {
    return this.#first === this.#last ? this.#first : `${this.#first},${this.#last}`;
  }
}

/** What nodes showed before the window, so that only what changes in it is noted. */
function statesBefore(store: TraceStore, toMicros: Micros): StateEvent[] {
  return queryTrace(store, { toMicros, kinds: ['state'] }).flatMap((event) => (event.kind === 'state' ? [event] : []));
}

function presentIn(events: readonly TraceEvent[]): ReadonlySet<string> {
  const present = new Set<string>();
  for (const event of events) {
    if (event.kind === 'deliver' || event.kind === 'drop') present.add(event.from);
    if (event.kind === 'send') present.add(event.to);
    present.add(event.node);
  }
  return present;
}

/** From the first proposal for the highest decided slot to its last decision; all of the last second when there is none. */
function lastDecision({ store, horizon, protocol }: Run): { readonly fromMicros: Micros; readonly toMicros: Micros } {
  const proposals = new Set(protocol.declaration.messages.filter(({ phase }) => phase === 'propose').map(nameOfType));
  const proposedAt = new Map<number, Micros>();
  const firstAt = new Map<number, Micros>();
  let highest = 0;
  let toMicros = horizon + 1;
  for (const event of queryTrace(store, { kinds: ['send', 'decide'] })) {
    const at = microsFromMs(event.t);
    if (event.kind === 'send') {
      if (proposals.has(event.type) && !proposedAt.has(event.slot)) proposedAt.set(event.slot, at);
    } else if (event.kind === 'decide') {
      if (!firstAt.has(event.slot)) firstAt.set(event.slot, at);
      if (event.slot < highest) continue;
      highest = event.slot;
      toMicros = at + 1;
    }
  }
  if (highest === 0) return { fromMicros: Math.max(0, horizon - UNDECIDED_MICROS), toMicros };
  return { fromMicros: proposedAt.get(highest) ?? firstAt.get(highest - 1) ?? 0, toMicros };
}

const nameOfType = ({ type }: MessageDeclaration): string => type;

/** As many lines as Mermaid draws, and one that says how many there are not. */
function cut(head: readonly string[], lines: readonly string[], note: string): string {
  let length = head.reduce((sum, line) => sum + line.length + 1, 0);
  const kept: string[] = [];
  for (const line of lines) {
    if (length + line.length + 1 > MERMAID_CHARACTERS_MAX - RESERVE) break;
    kept.push(line);
    length += line.length + 1;
  }
  const left = lines.length - kept.length;
  const rest = left === 0 ? [] : [`  ${note}: ${left} more steps left out, choose a shorter window`];
  return `${[...head, ...kept, ...rest].join('\n')}\n`;
}

/** Characters that mean something to Mermaid, as its entity codes. */
export function escaped(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/[#;%{}<>&"\\`]/g, (character) => `#${character.codePointAt(0)};`);
  return line.replace(/\bend\b/gi, (word) => `#${word.codePointAt(0)};${word.slice(1)}`);
}

/** For a comment: nothing that could end or direct it. */
const plain = (text: string): string => text.replace(/[^\p{L}\p{N} .,'()-]+/gu, ' ');
