/** Which faults were in force at a moment, and what they cut, from the environment's records. */
import { type NodeIndex, nodeName } from '../../core/ids.ts';
import { type Micros, msFromMicros } from '../../core/time.ts';
import { separates } from '../../kernel/network/index.ts';
import type { FaultPlan } from '../../kernel/plan.ts';
import { faultTargets } from '../../kernel/trace/decoder.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { ActiveFault } from '../api.ts';

interface Span {
  readonly index: number;
  readonly text: string;
  readonly since: Micros;
  /** Infinity while it lasts. */
  until: Micros;
}

export interface Cut {
  readonly from: NodeIndex;
  readonly to: NodeIndex;
}

export class FaultIndex implements RecordIndex {
  readonly kinds = [RECORD.fault, RECORD.heal] as const;
  readonly #store: TraceStore;
  readonly #nodeCount: number;
  /** In the order in which they began. */
  readonly #spans: Span[] = [];
  /** The cuts asked for last, and the faults and content they follow from. */
  #cuts: { readonly key: string; readonly cuts: readonly Cut[] } = { key: '', cuts: [] };

  constructor(store: TraceStore, nodeCount: number) {
    this.#store = store;
    this.#nodeCount = nodeCount;
  }

  add(record: RecordCursor): void {
    const { kind, words, at, node, t } = record;
    const index = (words[at] as number) >>> 16;
    if (kind === RECORD.fault) {
      const text = this.#store.text(node, words[at + 3] as number);
      this.#spans.push({ index, text, since: t, until: Number.POSITIVE_INFINITY });
    } else if (kind === RECORD.heal) {
      const open = this.#spans.findLast((span) => span.index === index && span.until === Number.POSITIVE_INFINITY);
      if (open !== undefined) open.until = t;
    }
  }

  truncate(at: Micros): void {
    while ((this.#spans.at(-1)?.since ?? -1) >= at) this.#spans.pop();
    for (const span of this.#spans) if (span.until >= at) span.until = Number.POSITIVE_INFINITY;
  }

  at(at: Micros): readonly ActiveFault[] {
    return this.#active(at).map(({ index, text, since }) => {
      const plan = this.#store.fault(index);
      const targets = plan === null ? [] : faultTargets(plan).map((node) => nodeName(node, this.#store));
      return { id: `f${index}`, kind: plan?.kind ?? '', targets, text, sinceMs: msFromMicros(since) };
    });
  }

  /** Pairs of nodes that a partition cuts at `at`; the same list as long as the same faults last. */
  cutsAt(at: Micros): readonly Cut[] {
    const partitions = this.#active(at)
      .map(({ index }) => this.#store.fault(index))
      .filter((fault): fault is Partition => fault?.kind === 'partition');
    const key = JSON.stringify(partitions);
    if (key !== this.#cuts.key) this.#cuts = { key, cuts: cutsOf(partitions, this.#nodeCount) };
    return this.#cuts.cuts;
  }

  #active(at: Micros): readonly Span[] {
    return this.#spans.filter(({ since, until }) => since <= at && at < until);
  }
}

type Partition = Extract<FaultPlan, { readonly kind: 'partition' }>;

function cutsOf(partitions: readonly Partition[], nodeCount: number): readonly Cut[] {
  const cuts: Cut[] = [];
  if (partitions.length === 0) return cuts;
  for (let from = 0; from < nodeCount; from++) {
    for (let to = 0; to < nodeCount; to++) {
      if (from !== to && partitions.some((fault) => separates(fault, from, to))) cuts.push({ from, to });
    }
  }
  return cuts;
}
