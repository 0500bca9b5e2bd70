/** Counts and latencies of a run, from what correct nodes did. */
import { decode } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { msFromMicros, type Micros } from '../../core/time.ts';
import { type Percentiles, percentiles } from '../../checks/percentiles.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { DecideHighlight, Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import { asksForLater, entryKey, isChange, isOrdered } from '../epochs.ts';

export interface MeterReport {
  readonly blocks: number;
  readonly transactions: number;
  readonly viewChanges: number;
  readonly blockLatencyMs: Percentiles;
  readonly transactionLatencyMs: Percentiles;
  /** Transactions by height, for charts: the last block decided first. */
  readonly lastDecisionAt: Micros | null;
}

interface MeterState {
  blocks: number;
  transactions: number;
  viewChanges: number;
  lastDecisionAt: Micros | null;
  /** When a block was first proposed, by digest. */
  proposals: Map<string, Micros>;
  submissions: Map<string, Micros>;
  entered: Set<string>;
  epochs: number[];
  /** By validator: the highest epoch that it asked for. */
  asked: number[];
  byzantine: Set<NodeIndex>;
  blockLatencies: number[];
  transactionLatencies: number[];
}

/** Latencies of the most recent decisions; older ones no longer weigh on the percentiles. */
const LATENCIES_KEPT = 4096;
const OPEN_KEPT = 8192;
const EPOCH_FIELD = 1;
const HEIGHT_FIELD = 2;

export class Meter implements RunObserver {
  readonly name = 'meter';
  readonly #world: WorldConstants;
  /** Whether slots are decided one after the other; else every decision may carry what none before it did. */
  readonly #isOrdered: boolean;
  #state: MeterState;

  constructor(world: WorldConstants) {
    this.#world = world;
    this.#isOrdered = isOrdered(world.protocol.declaration);
    this.#state = {
      blocks: 0,
      transactions: 0,
      viewChanges: 0,
      lastDecisionAt: null,
      proposals: new Map(),
      submissions: new Map(),
      entered: new Set(),
      epochs: world.plan.validators.map(() => 0),
      asked: world.plan.validators.map(() => 0),
      byzantine: new Set(),
      blockLatencies: [],
      transactionLatencies: [],
    };
  }

  onHighlight(highlight: Highlight): void {
    if (highlight.kind === 'message') this.#onMessage(highlight);
    if (highlight.kind === 'decide') this.#onDecide(highlight);
    if (highlight.kind === 'state') this.#onState(highlight.node, highlight.fields);
    if (highlight.kind === 'fault' && highlight.fault.kind === 'byzantine') {
      this.#state.byzantine.add(highlight.fault.target);
    }
  }

  onHorizon(): void {
    // Nothing here depends on time passing.
  }

  report(): MeterReport {
    const { blocks, transactions, viewChanges, lastDecisionAt, blockLatencies, transactionLatencies } = this.#state;
    return {
      blocks,
      transactions,
      viewChanges,
      lastDecisionAt,
      blockLatencyMs: percentiles(blockLatencies),
      transactionLatencyMs: percentiles(transactionLatencies),
    };
  }

  capture(): MeterState {
    return this.#state;
  }

  restore(state: unknown): void {
    // A run that was saved by an earlier version had nobody ask.
    this.#state = { ...this.#state, ...(state as MeterState) };
  }

  #onMessage(highlight: MessageHighlight): void {
    const state = this.#state;
    const { declaration } = this.#world.protocol;
    const phase = declaration.messages[highlight.type]?.phase;
    const own = state.epochs[highlight.node] ?? null;
    if (asksForLater(declaration, highlight.type, highlight.epoch, own)) state.asked[highlight.node] = highlight.epoch;
    if (phase === 'propose' && !state.proposals.has(highlight.digest)) {
      remember(state.proposals, highlight.digest, highlight.t);
    }
    if (phase === 'client' && highlight.node >= this.#world.plan.validators.length) {
      const { envelope } = highlight;
      const { sequence } = (envelope.memo?.message ?? decode(envelope.bytes)) as Batch;
      remember(state.submissions, `${highlight.node}/${sequence}`, highlight.t);
    }
  }

  #onDecide({ t, node, decision }: DecideHighlight): void {
    const state = this.#state;
    if (state.byzantine.has(node)) return;
    const proposedAt = state.proposals.get(decision.digest);
    if (proposedAt !== undefined) record(state.blockLatencies, msFromMicros(t - proposedAt));
    const isHigher = decision.slot > state.blocks;
    if (isHigher) {
      state.blocks = decision.slot;
      state.lastDecisionAt = t;
    } else if (this.#isOrdered) {
      return;
    }
    for (const signed of this.#world.protocol.block(decision.value).batches) {
      const { batch } = signed as SignedBatch;
      const key = `${batch.client}/${batch.sequence}`;
      const submittedAt = state.submissions.get(key);
      if (!this.#isOrdered && submittedAt === undefined) continue;
      state.transactions += batch.transfers.length;
      if (submittedAt !== undefined) record(state.transactionLatencies, msFromMicros(t - submittedAt));
      state.submissions.delete(key);
    }
  }

  /** A change counts once, when the first correct node enters the epoch. */
  #onState(node: NodeIndex, fields: readonly number[]): void {
    const state = this.#state;
    const before = state.epochs[node];
    if (before === undefined) return;
    const epoch = fields[EPOCH_FIELD] as number;
    state.epochs[node] = epoch;
    if (epoch <= before || state.byzantine.has(node)) return;
    const { declaration } = this.#world.protocol;
    const key = entryKey(declaration, { node, slot: (fields[HEIGHT_FIELD] as number) + 1, epoch });
    if (state.entered.has(key)) return;
    state.entered.add(key);
    if (isChange(declaration, epoch, state.asked)) state.viewChanges++;
  }
}

function remember(map: Map<string, Micros>, key: string, at: Micros): void {
  map.set(key, at);
  const oldest = map.keys().next();
  if (map.size > OPEN_KEPT && oldest.done !== true) map.delete(oldest.value);
}

function record(latencies: number[], latency: number): void {
  latencies.push(latency);
  if (latencies.length > LATENCIES_KEPT) latencies.splice(0, latencies.length - LATENCIES_KEPT / 2);
}
