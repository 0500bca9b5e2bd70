/** The score board: who decided what, what every node shows of itself, and how far each batch of transactions has come. */
import { decode } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { Declaration, Decision } from '../../protocols/protocol.ts';
import type { DecideHighlight, Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';
import { createLedger, executeBatch, transferId } from '../../ledger/ledger.ts';
import type { Batch, LedgerState, SignedBatch } from '../../ledger/types.ts';
import type { RunObserver } from '../../runtime/executor.ts';

export interface DecidedEntry {
  readonly height: number;
  readonly hash: string;
}

export interface NodeStanding {
  alive: boolean;
  /** Behaviour while a Byzantine fault is on. */
  byzantine: string | null;
  /** The declared fields; null before the first step. */
  fields: readonly number[] | null;
}

/** How far a batch has come; its transfers share it. */
export interface BatchStanding {
  submittedAt: Micros | null;
  proposedAt: Micros | null;
  decidedAt: Micros | null;
  block: DecidedEntry | null;
  /** Shards that it touches, as far as is known. */
  shards: readonly number[];
}

/** What each validator has decided so far, in its order: as many entries as blocks and validators, so that it must be asked for. */
export type Decided = readonly (readonly DecidedEntry[])[];

export const DECIDED_QUESTION = 'decided';

export interface BoardReport {
  readonly nodes: readonly NodeStanding[];
  /** Transactions by decided height; the first entry is height 1's. */
  readonly transactions: readonly number[];
}

/** Question to the board about one batch. */
export interface BatchReport extends BatchStanding {
  /** Positions of transfers that were refused when the block was executed. */
  readonly refused: readonly number[];
}

interface BoardState {
  readonly decided: DecidedEntry[][];
  readonly nodes: NodeStanding[];
  readonly transactions: number[];
  readonly batches: Map<string, BatchStanding>;
  readonly proposals: Map<string, Micros>;
  readonly refused: Set<string>;
  readonly ledger: LedgerState;
  readonly height: number;
}

const PROPOSALS_KEPT = 256;
/** Blocks decided last that are remembered as objects. */
const ENTRIES_KEPT = 256;

export class Board implements RunObserver {
  readonly name = 'board';
  readonly #world: WorldConstants;
  #decided: DecidedEntry[][];
  #nodes: NodeStanding[];
  #transactions: number[] = [];
  #batches = new Map<string, BatchStanding>();
  /** When a block was first proposed, by digest. */
  #proposals = new Map<string, Micros>();
  #refused = new Set<string>();
  /** One object for all who decide a block: as many lists as nodes have it. */
  #entries = new Map<string, DecidedEntry>();
  #ledger: LedgerState;
  #height = 0;
  /** Whether slots are decided one after the other. */
  readonly #ordered: boolean;

  constructor(world: WorldConstants) {
    this.#world = world;
    const { validators, clientCount, workload } = world.plan;
    this.#decided = validators.map(() => []);
    this.#ordered = !ordersNothing(world.protocol.declaration);
    const count = validators.length + clientCount;
    this.#nodes = Array.from({ length: count }, () => ({ alive: true, byzantine: null, fields: null }));
    this.#ledger = createLedger(workload, clientCount);
  }

  onHighlight(highlight: Highlight): void {
    switch (highlight.kind) {
      case 'state':
        return this.#onState(highlight.node, highlight.alive, highlight.fields);
      case 'message':
        return this.#onMessage(highlight);
      case 'decide':
        return this.#onDecide(highlight);
      case 'fault':
      case 'heal': {
        const { fault } = highlight;
        const standing = fault.kind === 'byzantine' ? this.#nodes[fault.target] : undefined;
        if (standing !== undefined && fault.kind === 'byzantine') {
          standing.byzantine = highlight.kind === 'fault' ? fault.behaviour : null;
        }
        return;
      }
      case 'evidence':
        return;
    }
  }

  onHorizon(): void {
    // Nothing here depends on time passing.
  }

  report(): BoardReport {
    return { nodes: this.#nodes, transactions: this.#transactions };
  }

  /** What everybody decided (`DECIDED_QUESTION`), or what became of a batch (`{ client, sequence }`); null if no client ever sent it. */
  answer(question: unknown): Decided | BatchReport | null {
    return question === DECIDED_QUESTION ? this.#decided : this.#batch(question);
  }

  #batch(question: unknown): BatchReport | null {
    const { client, sequence } = question as { readonly client: NodeIndex; readonly sequence: number };
    const standing = this.#batches.get(`${client}/${sequence}`);
    if (standing === undefined) return null;
    const refused: number[] = [];
    for (let position = 0; position < 1000; position++) {
      if (this.#refused.has(transferId({ client, sequence }, position))) refused.push(position);
    }
    return { ...standing, refused };
  }

  capture(): BoardState {
    return {
      decided: this.#decided,
      nodes: this.#nodes,
      transactions: this.#transactions,
      batches: this.#batches,
      proposals: this.#proposals,
      refused: this.#refused,
      ledger: this.#ledger,
      height: this.#height,
    };
  }

  restore(state: unknown): void {
    const saved = state as BoardState;
    const entries = new Map<string, DecidedEntry>();
    this.#decided = saved.decided.map((list) => list.map(({ height, hash }) => entryIn(entries, height, hash)));
    this.#entries = new Map();
    this.#nodes = saved.nodes;
    this.#transactions = saved.transactions;
    this.#batches = saved.batches;
    this.#proposals = saved.proposals;
    this.#refused = saved.refused;
    this.#ledger = saved.ledger;
    this.#height = saved.height;
  }

  #onState(node: NodeIndex, alive: boolean, fields: readonly number[]): void {
    const standing = this.#nodes[node];
    if (standing === undefined) return;
    standing.alive = alive;
    standing.fields = fields;
  }

  #onMessage(highlight: MessageHighlight): void {
    const phase = this.#world.protocol.declaration.messages[highlight.type]?.phase;
    if (phase === 'client' && highlight.node >= this.#decided.length) {
      const batch = (highlight.envelope.memo?.message ?? decode(highlight.envelope.bytes)) as Batch;
      // A client of some protocols also reads.
      if ((batch.type as string) !== 'submit') return;
      const standing = this.#standing(`${highlight.node}/${batch.sequence}`);
      standing.submittedAt ??= highlight.t;
    }
    if (phase === 'propose' && !this.#proposals.has(highlight.digest)) {
      this.#proposals.set(highlight.digest, highlight.t);
      const oldest = this.#proposals.keys().next();
      if (this.#proposals.size > PROPOSALS_KEPT && oldest.done !== true) this.#proposals.delete(oldest.value);
    }
  }

  #onDecide({ t, node, decision }: DecideHighlight): void {
    const entry = entryIn(this.#entries, decision.slot, decision.digest);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > ENTRIES_KEPT && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#decided[node]?.push(entry);
    if (this.#nodes[node]?.byzantine !== null) return;
    if (!this.#ordered) return this.#onTransaction(t, decision, entry);
    if (decision.slot !== this.#height + 1) return;
    this.#height = decision.slot;
    let transfers = 0;
    for (const signed of this.#world.protocol.block(decision.value).batches) {
      const { batch } = signed as SignedBatch;
      transfers += batch.transfers.length;
      const standing = this.#standing(`${batch.client}/${batch.sequence}`);
      standing.proposedAt = this.#proposals.get(decision.digest) ?? null;
      standing.decidedAt = t;
      standing.block = entry;
      executeBatch(this.#ledger, batch, this.#decided.length).forEach((outcome, position) => {
        if (outcome === 'refused') this.#refused.add(transferId(batch, position));
      });
    }
    this.#transactions.push(transfers);
  }

  /** Slots of this protocol are decided in any order: the first decision on each batch counts. */
  #onTransaction(t: Micros, decision: Decision, entry: DecidedEntry): void {
    const { batches, aborted = [], shards = [] } = this.#world.protocol.block(decision.value);
    let transfers = 0;
    for (const signed of [...batches, ...aborted]) {
      const { batch } = signed as SignedBatch;
      const standing = this.#standing(`${batch.client}/${batch.sequence}`);
      if (standing.decidedAt !== null) return;
      standing.proposedAt = this.#proposals.get(batches.length > 0 ? decision.digest : '') ?? null;
      Object.assign(standing, { decidedAt: t, block: entry, shards });
      if (batches.length > 0) transfers += batch.transfers.length;
      else for (const position of batch.transfers.keys()) this.#refused.add(transferId(batch, position));
    }
    for (let slot = this.#transactions.length; slot < decision.slot; slot++) this.#transactions.push(0);
    this.#transactions[decision.slot - 1] = transfers;
  }

  #standing(key: string): BatchStanding {
    const known = this.#batches.get(key);
    if (known !== undefined) return known;
    const standing = { submittedAt: null, proposedAt: null, decidedAt: null, block: null, shards: [] };
    this.#batches.set(key, standing);
    return standing;
  }
}

function entryIn(entries: Map<string, DecidedEntry>, height: number, hash: string): DecidedEntry {
  const key = `${height} ${hash}`;
  const known = entries.get(key);
  if (known !== undefined) return known;
  const entry = { height, hash };
  entries.set(key, entry);
  return entry;
}

/** Protocols that promise no common order: what each slot holds is decided on its own. */
function ordersNothing({ guarantees }: Declaration): boolean {
  return guarantees !== undefined && !guarantees.includes('prefix-consistency');
}
