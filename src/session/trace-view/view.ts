/** `TraceView` over a `TraceStore`: indexes kept while the trace grows, everything else decoded when it is looked at. */
import { type NodeIndex, nodeIndexOf } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { nominalFlight } from './nominal.ts';
import { type RunPlan, namingOf } from '../../kernel/plan.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import type { Stretch as EventStretch } from '../../kernel/trace/cursor.ts';
import { eventsHere } from '../../kernel/trace/look.ts';
import { parseMessageId } from '../../kernel/trace/messages.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import type { ActiveFault } from '../api.ts';
import type { Flight, Marker, MessageDetails, NodeMoment, QuorumProgress, TraceView } from '../view.ts';
import { BlockIndex } from './blocks.ts';
import { CandidateIndex } from './candidates.ts';
import { CausalCone, SendIndex } from './causality.ts';
import { CarriedReader } from './carried.ts';
import { contentOf, describeMessage, type MessageBytes, type Signing } from './details.ts';
import type { Band, Candidate, Cone, CopySample, MarkSample, Stretch } from './diagram.ts';
import { FaultIndex } from './faults.ts';
import { FlightIndex } from './flights.ts';
import { MarkerIndex, type ViolationMark } from './markers.ts';
import { MarkIndex } from './marks.ts';
import { QuietIndex } from './quiet.ts';
import type { ShardMoment, ShardShape, TransactionLife } from './crossing.ts';
import { LifeReader } from './shard-life.ts';
import { ShardIndex, shapeOf } from './shards.ts';
import { SampleIndex, type TransactionCounts } from './samples.ts';
import { StateIndex } from './states.ts';
import { VoteIndex } from './votes.ts';

export interface TraceViewOptions {
  readonly plan: RunPlan;
  readonly protocol: AnyProtocol;
  /** By node, clients included: what the inspector says of a signature. */
  readonly signing: readonly Signing[];
  /** The executor's memory of recent messages; null when one is no longer kept. */
  envelope(origin: NodeIndex, sequence: number): Promise<MessageBytes | null>;
  /** A view asked for what takes a moment, and it is here: draw anew. */
  onRead?(): void;
  /** Does what reads the trace once all it needs is in memory; absent: it always is. */
  whenHere?<T>(work: () => T): Promise<T>;
  /** Transactions in the blocks decided so far, from height 1 on: the trace itself does not say. */
  transactions(): TransactionCounts;
}

export class StoreTraceView implements TraceView, RecordIndex {
  readonly #store: TraceStore;
  readonly #options: TraceViewOptions;
  readonly #flights: FlightIndex;
  readonly #states: StateIndex;
  readonly #votes: VoteIndex;
  readonly #markers: MarkerIndex;
  readonly #faults: FaultIndex;
  readonly #blocks = new BlockIndex();
  readonly #samples: SampleIndex;
  readonly #marks: MarkIndex;
  readonly #quiet: QuietIndex;
  readonly #candidates: CandidateIndex;
  readonly #sends: SendIndex;
  readonly #shards: ShardIndex;
  readonly #lives: LifeReader;
  /** In the order in which they get each record: those that ask what a node was before come before the states. */
  readonly #indexes: readonly RecordIndex[];
  /** The same, by kind of record: those that it says something to. */
  readonly #byKind: readonly (readonly RecordIndex[])[];

  constructor(store: TraceStore, options: TraceViewOptions) {
    const { plan } = options;
    this.#store = store;
    this.#options = options;
    this.#states = new StateIndex(store);
    this.#flights = new FlightIndex(store, nominalFlight(plan));
    const shards = shapeOf(plan, store.declaration);
    this.#votes = new VoteIndex(store, shards.validatorsPerShard);
    this.#markers = new MarkerIndex(store, this.#states);
    this.#faults = new FaultIndex(store, plan.validators.length + plan.clientCount);
    this.#samples = new SampleIndex(store, this.#states);
    this.#marks = new MarkIndex(store);
    this.#quiet = new QuietIndex(store);
    this.#candidates = new CandidateIndex(store, shards.validatorsPerShard);
    this.#sends = new SendIndex(store);
    this.#shards = new ShardIndex(store, shards);
    const { protocol, envelope, onRead = () => undefined } = options;
    const carried = new CarriedReader({ protocol, envelope, onRead });
    this.#lives = new LifeReader(store, this.#shards, this.#flights, this.#sends, carried);
    this.#indexes = [
      this.#markers,
      this.#states,
      this.#flights,
      this.#votes,
      this.#faults,
      this.#blocks,
      this.#samples,
      this.#marks,
      this.#quiet,
      this.#candidates,
      this.#sends,
      this.#shards,
    ];
    const last = Math.max(...Object.values(RECORD));
    this.#byKind = Array.from({ length: last + 1 }, (_, kind) =>
      this.#indexes.filter(({ kinds }) => kinds === undefined || kinds.some((wanted) => wanted === kind)),
    );
    store.attach(this);
  }

  get head(): Micros {
    const { horizon, eventCount } = this.#store;
    if (Number.isFinite(horizon)) return horizon;
    return eventCount === 0 ? 0 : this.#store.timeAt(eventCount - 1);
  }

  get eventCount(): number {
    return this.#store.eventCount;
  }

  /** Bytes of the indexes that grow with every message; the store's own not counted. */
  get sizeBytes(): number {
    const indexes = [this.#flights, this.#states, this.#votes, this.#marks, this.#quiet, this.#shards];
    return indexes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  get markers(): readonly Marker[] {
    return this.#markers.all;
  }

  add(record: RecordCursor): void {
    const indexes = this.#byKind[record.kind];
    if (indexes === undefined) return;
    for (let i = 0; i < indexes.length; i++) (indexes[i] as RecordIndex).add(record);
  }

  truncate(at: Micros): void {
    for (const index of this.#indexes) index.truncate(at);
    this.#lives.forget();
  }

  readsWhenCut(at: Micros, eventCount: number): readonly EventStretch[] {
    return this.#indexes.flatMap((index) => index.readsWhenCut?.(at, eventCount) ?? []);
  }

  dropping(firstSeq: number): void {
    for (const index of this.#indexes) index.dropping?.(firstSeq);
  }

  /** Checks that were violated, for the timeline. */
  setViolations(violations: readonly ViolationMark[]): void {
    this.#markers.setViolations(violations);
  }

  positionAt(at: Micros): number {
    return this.#store.positionAt(at);
  }

  events(from: number, to: number): readonly TraceEvent[] {
    return eventsHere(this.#store, from, to);
  }

  flights(at: Micros): readonly Flight[] {
    return this.#flights.at(at);
  }

  nodeAt(node: NodeIndex, at: Micros): NodeMoment {
    return this.#states.at(node, at);
  }

  quorumAt(node: NodeIndex, at: Micros): QuorumProgress | null {
    return this.#votes.at(node, at);
  }

  cutsAt(at: Micros): readonly { readonly from: NodeIndex; readonly to: NodeIndex }[] {
    return this.#faults.cutsAt(at);
  }

  faultsAt(at: Micros): readonly ActiveFault[] {
    return this.#faults.at(at);
  }

  blocksAt(at: Micros): ReturnType<TraceView['blocksAt']> {
    return this.#blocks.at(at);
  }

  copiesIn(from: Micros, until: Micros, limit: number): CopySample {
    return this.#flights.between(from, until, limit);
  }

  bandsOf(node: NodeIndex, from: Micros, until: Micros, shortest: Micros): readonly Band[] {
    return this.#states.bands(node, from, until, shortest);
  }

  marksIn(from: Micros, until: Micros, limit: number): MarkSample {
    return this.#marks.between(from, until, limit);
  }

  quietIn(from: Micros, until: Micros, shortest: Micros): readonly Stretch[] {
    return this.#quiet.between(from, until, shortest);
  }

  causality(seq: number): Cone | null {
    const exists = Number.isInteger(seq) && seq >= 0 && seq < this.#store.eventCount;
    return exists ? new CausalCone(this.#store, this.#sends, seq) : null;
  }

  candidatesAt(at: Micros, fromSlot = 0): readonly Candidate[] {
    return this.#candidates.at(at, fromSlot);
  }

  get shape(): ShardShape | null {
    return this.#shards.shape;
  }

  shardsAt(at: Micros): ShardMoment {
    return this.#shards.at(at);
  }

  hasLife(transaction: number): boolean {
    return this.#shards.knows(transaction);
  }

  lifeOf(transaction: number): TransactionLife | null {
    return this.#lives.of(transaction);
  }

  samples(): ReturnType<TraceView['samples']> {
    this.#samples.setTransactions(this.#options.transactions());
    return this.#samples.samples(this.head);
  }

  async contentOf(id: string): Promise<unknown> {
    const { plan, protocol, envelope } = this.#options;
    const parsed = parseMessageId(id);
    const origin = parsed === null ? null : nodeIndexOf(parsed.origin, namingOf(plan));
    const kept = parsed === null || origin === null ? null : await envelope(origin, parsed.sequence);
    return kept === null ? null : contentOf(protocol, kept.bytes);
  }

  async message(id: string): Promise<MessageDetails | null> {
    const { plan, protocol, signing } = this.#options;
    const parsed = parseMessageId(id);
    const origin = parsed === null ? null : nodeIndexOf(parsed.origin, namingOf(plan));
    if (parsed === null || origin === null || this.#store.messageOffset(origin, parsed.sequence) < 0) return null;
    const kept = await this.#options.envelope(origin, parsed.sequence);
    const describe = (): MessageDetails | null => {
      // The trace may have been cut while the executor looked.
      const message = this.#store.message(origin, parsed.sequence);
      if (message === null) return null;
      return describeMessage(this.#store, message, {
        protocol,
        kept,
        signing: signing[message.claimedFrom] ?? { suite: 'unknown', verifyMicros: 0 },
        verified: plan.protocol.mutant !== 'unverified',
      });
    };
    return this.#options.whenHere === undefined ? describe() : this.#options.whenHere(describe);
  }
}
