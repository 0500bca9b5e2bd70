/** Steps for the replay out of trace events as the outside sees them: one a signed message, not one a copy. */
import type { NodeIndex } from '../../core/ids.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import { parseMessageId } from '../../kernel/trace/messages.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { NetEvent } from './replay.ts';

export interface TraceReaderState {
  /** By node: number of the last message that was seen. */
  readonly sequences: number[];
  readonly shown: Map<string, unknown>;
}

export class TraceReader {
  readonly #declaration: Declaration;
  readonly #nodes: ReadonlyMap<string, NodeIndex>;
  readonly #fields: ReadonlySet<string>;
  #sequences: number[] = [];
  #shown = new Map<string, unknown>();

  /** `nodes`: indices of the validators by name. */
  constructor(declaration: Declaration, nodes: ReadonlyMap<string, NodeIndex>) {
    this.#declaration = declaration;
    this.#nodes = nodes;
    const labels = declaration.net?.transitions.map(({ on }) => on) ?? [];
    this.#fields = new Set(labels.flatMap((on) => (on.kind === 'state' ? [on.field] : [])));
  }

  /** The steps that an event is; none for copies, deliveries and whatever clients do. */
  read(event: TraceEvent): readonly NetEvent[] {
    const node = this.#nodes.get(event.node);
    if (node === undefined) return [];
    const t = Math.round(event.t * 1000);
    if (event.kind === 'send') {
      const sequence = parseMessageId(event.messageId)?.sequence ?? -1;
      if (sequence <= (this.#sequences[node] ?? -1)) return [];
      this.#sequences[node] = sequence;
      const { slot, epoch, digest: value } = event;
      const claimedFrom = event.claimedFrom === undefined ? node : (this.#nodes.get(event.claimedFrom) ?? -1);
      return [{ t, node, label: `send ${event.type}`, slot, epoch, value, claimedFrom }];
    }
    if (event.kind === 'decide') {
      const { slot, epoch, digest: value } = event;
      return [{ t, node, label: 'decide', slot, epoch, value, claimedFrom: node }];
    }
    return event.kind === 'state' && this.#fields.size > 0 ? this.#stateSteps(event.fields, node, t) : [];
  }

  capture(): TraceReaderState {
    return { sequences: this.#sequences, shown: this.#shown };
  }

  restore({ sequences, shown }: TraceReaderState): void {
    this.#sequences = sequences;
    this.#shown = shown;
  }

  #stateSteps(fields: Readonly<Record<string, unknown>>, node: NodeIndex, t: number): NetEvent[] {
    const [, epochField, heightField] = this.#declaration.fields;
    const number = (name: string | undefined): number => {
      const value = fields[name ?? ''];
      return typeof value === 'number' ? Math.max(0, value) : 0;
    };
    const steps: NetEvent[] = [];
    for (const field of this.#fields) {
      const value = fields[field];
      if (this.#shown.get(`${node}/${field}`) === value) continue;
      this.#shown.set(`${node}/${field}`, value);
      const slot = number(heightField?.name) + 1;
      const label = `state ${field} ${String(value)}`;
      steps.push({ t, node, label, slot, epoch: number(epochField?.name), value: '', claimedFrom: node });
    }
    return steps;
  }
}
