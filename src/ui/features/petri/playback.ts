/**
 * The replay of a trace up to any moment: goes on from where it stands, or back to the nearest keyframe. Reads a bounded
 * number of events a call, so that opening the tab on a long run freezes nothing.
 */
import { type FoldedNet, foldNet } from '../../../checks/petri/compile.ts';
import { type Deviation, describeStep } from '../../../checks/petri/describe.ts';
import type { Binding } from '../../../checks/petri/marking.ts';
import { type OrderState, StepOrder } from '../../../checks/petri/order.ts';
import { type NetEvent, Replay, type ReplayState } from '../../../checks/petri/replay.ts';
import { TraceReader, type TraceReaderState } from '../../../checks/petri/trace.ts';
import { clonePlain } from '../../../core/clone.ts';
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import type { NetDeclaration } from '../../../protocols/net.ts';
import type { Frame, TraceView } from '../../../session/view.ts';

/** A step that moved tokens, or that the net does not allow. */
export interface PlayedStep extends Deviation {
  /** Lacked nothing. */
  readonly fits: boolean;
}

interface Keyframe {
  readonly at: number;
  /** The event before it. */
  readonly last: string;
  readonly stepCount: number;
  readonly replay: ReplayState;
  readonly order: OrderState;
  readonly reader: TraceReaderState;
  readonly faulty: readonly NodeIndex[];
}

const KEYFRAME_EVERY = 4_096;
const KEYFRAMES_MAX = 24;
/** Steps remembered: the oldest are forgotten first. */
const STEPS_MAX = 20_000;

export class NetPlayback {
  readonly net: FoldedNet;
  readonly replay: Replay;
  /** In the order in which they happened, up to where the playback stands. */
  readonly steps: PlayedStep[] = [];
  readonly #reader: TraceReader;
  readonly #order: StepOrder;
  readonly #nodes: ReadonlyMap<string, NodeIndex>;
  #keyframes: Keyframe[] = [];
  #every = KEYFRAME_EVERY;
  #faulty = new Set<NodeIndex>();
  /** Events replayed, and the last of them: a trace that was rewound and went on another way is a different one. */
  #at = 0;
  #last = '';
  #forgotten = 0;

  constructor(declaration: Frame['declaration'], net: NetDeclaration, nodes: Frame['nodes']) {
    const validators = nodes.filter(({ kind }) => kind === 'validator');
    this.#nodes = new Map(validators.map(({ id, index }) => [id, index]));
    const members = validators.map(({ index }) => index);
    const quorum = declaration.quorum(members.length);
    this.net = foldNet(net);
    const nameOf = (node: NodeIndex) => nodes[node]?.id ?? '?';
    this.replay = new Replay(this.net, members.length, () => ({ members, quorum }), nameOf);
    this.#reader = new TraceReader(declaration, this.#nodes);
    this.#order = new StepOrder(this.replay, (event) => this.#play(event));
    this.#keep();
  }

  /** Moves to `at`; false while there is more to read: call again. */
  seek(view: Pick<TraceView, 'positionAt' | 'events' | 'eventCount'>, at: Micros, budget = 8_000): boolean {
    const target = Math.min(view.positionAt(at + 1), view.eventCount);
    // Where the beginning was dropped, the replay begins with what there is.
    this.#at = Math.max(this.#at, view.positionAt(0));
    if (!this.#isSameTrace(view)) {
      this.#keyframes.length = 1;
      this.#back(0);
    }
    if (target < this.#at) this.#back(target);
    const until = Math.min(target, this.#at + budget);
    while (this.#at < until) {
      const to = Math.min(until, (Math.floor(this.#at / this.#every) + 1) * this.#every);
      const events = view.events(this.#at, to);
      if (events.length < to - this.#at) return false;
      for (const event of events) this.#read(event);
      const last = events.at(-1);
      if (last !== undefined) this.#last = markOf(last);
      this.#at = to;
      if (to % this.#every === 0) this.#keep();
    }
    return this.#at >= target;
  }

  isFaulty(node: NodeIndex): boolean {
    return this.#faulty.has(node);
  }

  /** The node's own steps in a slot, first to last; with an epoch also those about the whole run that belong to it. */
  stepsOf(node: NodeIndex, slot: number, epoch: number | null = null): readonly PlayedStep[] {
    return this.steps.filter(
      (step) => step.node === node && (step.isOfSlot ? step.slot === slot : step.epoch === epoch),
    );
  }

  /** The slot worth looking at: the one in progress once anybody did something in it, the last decided one before. */
  slotOf(node: NodeIndex): number {
    const decided = this.replay.heightOf(node);
    const hasBegun = decided === 0 || this.steps.some(({ slot, isOfSlot }) => isOfSlot && slot === decided + 1);
    return hasBegun ? decided + 1 : decided;
  }

  /** Colours under which to show a slot: those of the node's last step in it, or of where it is and what others did. */
  bindingOf(node: NodeIndex, slot: number): Binding {
    const inSlot = this.steps.filter((step) => step.isOfSlot && step.slot === slot && this.#hasEpoch(step));
    const own = inSlot.filter((step) => step.node === node);
    const epoch = own.at(-1)?.epoch ?? this.#epochOf(node) ?? this.net.declaration.firstEpoch;
    const about = (list: readonly PlayedStep[]): string | undefined =>
      list.findLast((step) => step.epoch === epoch && step.value !== '')?.value;
    return { node, slot, epoch, value: about(own) ?? about(inSlot) ?? '' };
  }

  /** The epoch in which the node is, whatever slot it works on; null where epochs belong to slots. */
  #epochOf(node: NodeIndex): number | null {
    const place = this.net.places.find(({ isPosition, bySlot, owner }) => isPosition && !bySlot && owner === 'node');
    return place === undefined ? null : this.replay.marking.positionOf(place, { node, slot: 0, epoch: 0, value: '' });
  }

  /** Whether the step moved tokens of an epoch: a checkpoint, for one, belongs to none. */
  #hasEpoch({ transition }: PlayedStep): boolean {
    const fired = this.net.transitions.find(({ id }) => id === transition);
    if (fired === undefined) return true;
    return [...fired.take, ...fired.test, ...fired.put].some(({ place }) => place.colours.includes('epoch'));
  }

  #isSameTrace(view: Pick<TraceView, 'events' | 'eventCount'>): boolean {
    if (this.#at === 0) return true;
    if (view.eventCount < this.#at) return false;
    const [last] = view.events(this.#at - 1, this.#at);
    // One that is on its way back from storage is old, and what is old was not rewound a moment ago.
    return last === undefined || markOf(last) === this.#last;
  }

  #read(event: TraceEvent): void {
    if (event.kind === 'fault' && event.fault === 'byzantine') {
      for (const name of event.targets) this.#faulty.add(this.#nodes.get(name) ?? -1);
    }
    for (const step of this.#reader.read(event)) this.#order.push(step);
  }

  #play(event: NetEvent): void {
    const step = this.replay.step(event);
    if (event.label === 'decide') this.replay.advanceTo(event.slot);
    if (step === null) return;
    this.steps.push({ ...describeStep(step, !this.#faulty.has(event.node)), fits: step.missing.length === 0 });
    if (this.steps.length <= STEPS_MAX) return;
    this.steps.splice(0, STEPS_MAX / 2);
    this.#forgotten += STEPS_MAX / 2;
  }

  #keep(): void {
    if (this.#keyframes.some(({ at }) => at === this.#at)) return;
    const { replay, order, reader } = this.#capture();
    const stepCount = this.steps.length + this.#forgotten;
    const faulty = [...this.#faulty];
    this.#keyframes.push({ at: this.#at, last: this.#last, stepCount, replay, order, reader, faulty });
    if (this.#keyframes.length <= KEYFRAMES_MAX) return;
    this.#every *= 2;
    this.#keyframes = this.#keyframes.filter(({ at }) => at % this.#every === 0);
  }

  #capture(): Pick<Keyframe, 'replay' | 'order' | 'reader'> {
    return clonePlain({
      replay: this.replay.capture(),
      order: this.#order.capture(),
      reader: this.#reader.capture(),
    });
  }

  #back(target: number): void {
    const keyframe = this.#keyframes.findLast(({ at }) => at <= target) as Keyframe;
    const { replay, order, reader } = clonePlain(keyframe);
    this.replay.restore(replay);
    this.#order.restore(order);
    this.#reader.restore(reader);
    this.#faulty = new Set(keyframe.faulty);
    this.steps.length = Math.max(0, keyframe.stepCount - this.#forgotten);
    if (keyframe.at === 0) this.#forgotten = 0;
    this.#at = keyframe.at;
    this.#last = keyframe.last;
  }
}

function markOf(event: TraceEvent): string {
  return `${event.seq}/${event.t}/${event.node}/${event.kind}/${'messageId' in event ? event.messageId : ''}`;
}
