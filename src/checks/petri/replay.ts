/**
 * Token replay: every step of the trace fires the transition that carries its label. One that is not enabled is fired all
 * the same, with the tokens that are missing made up, and is a deviation; so the replay goes on behind a liar.
 * Ref: Rozinat & van der Aalst, Information Systems 33(1), 2008, §4 (missing and consumed tokens).
 */
import { type NodeIndex, nodeName } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { NetElectorate, NetWeight } from '../../protocols/net.ts';
import { fits, type FoldedArc, type FoldedNet, type FoldedTransition } from './compile.ts';
import { type Binding, Marking, type MarkingState } from './marking.ts';
import { countOf } from './unfold.ts';

/** A step of a node, as the net's labels see it. */
export interface NetEvent extends Binding {
  readonly t: Micros;
  /** See `labelKey`. */
  readonly label: string;
  /** The node in whose name it was said; `node` itself unless it is passed on or forged. */
  readonly claimedFrom: NodeIndex;
  /** A decision taken over with a snapshot: it stands for the slots before it. */
  readonly isSnapshot?: boolean;
  /** What a decision lacked when it was taken, and what followed did not make up for. */
  readonly lacked?: readonly MissingToken[];
}

export interface MissingToken {
  /** Label of the place, or what else was wanted. */
  readonly place: string;
  readonly has: number;
  readonly needs: number;
}

/** What a step did on the net. */
export interface ReplayStep {
  readonly event: NetEvent;
  /** Null when it fits none: said in another's name. */
  readonly transition: FoldedTransition | null;
  /** Empty: it fits. */
  readonly missing: readonly MissingToken[];
}

export interface ReplayState {
  readonly marking: MarkingState;
  readonly said: Map<number, Set<string>>;
  /** By label, node and epoch: the highest slot of what holds for the slots below too. Absent in older snapshots. */
  readonly covered?: Map<string, number>;
  readonly heights: number[];
  readonly top: number;
}

/** Slots kept behind the highest decided one, unless declared otherwise: what a node says about older ones is not judged. */
const SLOTS_KEPT = 64;
/** Where words of no slot are kept, and how many. */
const WHOLE_RUN = -1;
const RUN_WORDS_MAX = 16_384;
/** Slots ahead of the highest decided one that a step may touch, unless declared otherwise. */
const SLOTS_AHEAD = 64;

export class Replay {
  readonly net: FoldedNet;
  readonly marking: Marking;
  readonly #electorate: (slot: number) => NetElectorate;
  readonly #nameOf: (node: NodeIndex) => string;
  readonly #slotsKept: number;
  /** By slot: what was said by whom. */
  #said = new Map<number, Set<string>>();
  #covered = new Map<string, number>();
  /** By node: the last slot it decided. */
  #heights: number[];
  /** The highest slot decided by a node that counts. */
  #top = 0;

  /** `nameOf`: what nodes are called in the reasons of deviations; absent: as where there are no shards. */
  constructor(
    net: FoldedNet,
    validatorCount: number,
    electorate: (slot: number) => NetElectorate,
    nameOf: (node: NodeIndex) => string = (node) => nodeName(node, { validatorCount }),
  ) {
    this.net = net;
    this.#electorate = electorate;
    this.#nameOf = nameOf;
    this.#slotsKept = net.declaration.slotsKept ?? SLOTS_KEPT;
    this.#heights = new Array<number>(validatorCount).fill(0);
    this.marking = new Marking(net.declaration.firstEpoch);
  }

  /** The last slot that the node decided. */
  heightOf(node: NodeIndex): number {
    return this.#heights[node] ?? 0;
  }

  /** A decision that can be relied on: older slots may be forgotten. */
  advanceTo(slot: number): void {
    if (slot <= this.#top) return;
    this.#top = slot;
    this.marking.forgetBelow(slot - this.#slotsKept);
    for (const old of this.#said.keys()) {
      if (old !== WHOLE_RUN && old < slot - this.#slotsKept) this.#said.delete(old);
    }
  }

  /** Replays one step; null when it is nothing new: a repetition, something passed on, no label of the net, or too old. */
  step(event: NetEvent): ReplayStep | null {
    const candidates = this.net.byLabel.get(event.label);
    if (candidates === undefined) return this.#skip(event);
    const isOfSlot = candidates.some((each) => each.isOfSlot);
    if (isOfSlot && event.slot < this.#top - this.#slotsKept) return this.#skip(event);
    const shelf = isOfSlot ? event.slot : WHOLE_RUN;
    const word = wordKey(event, event.claimedFrom);
    if (this.#isCovered(event) || this.#said.get(shelf)?.has(word) === true) return null;
    if (event.claimedFrom !== event.node) {
      if (this.#isCarried(event)) return null;
      return deviation(event, null, [{ place: `said by ${this.#nameOf(event.claimedFrom)} before`, has: 0, needs: 1 }]);
    }
    if (isOfSlot && event.slot > this.#top + (this.net.declaration.slotsAhead ?? SLOTS_AHEAD)) {
      return deviation(event, null, [
        { place: `slots decided before ${event.slot}`, has: this.#top, needs: event.slot - 1 },
      ]);
    }
    const said = this.#said.get(shelf) ?? new Set();
    this.#said.set(shelf, said.add(word));
    if (shelf === WHOLE_RUN) forgetOldest(said);
    return this.#fire(event, candidates);
  }

  /** Whether the node could still say something of the slot that its deciding step may have said. */
  couldStillSay(types: readonly string[], binding: Binding): boolean {
    return types.some((type) => {
      if (this.hasSaid(type, binding)) return false;
      const label = `send ${type}`;
      const event = { ...binding, label, t: 0, claimedFrom: binding.node };
      const candidates = this.net.byLabel.get(label) ?? [];
      return candidates.some(
        (transition) => this.#suits(transition, event) && this.#missing(transition, event).length === 0,
      );
    });
  }

  /** Whether the transition could fire for these colours now. */
  isEnabled(transition: FoldedTransition, binding: Binding): boolean {
    const event = { ...binding, label: '', t: 0, claimedFrom: binding.node };
    return this.#suits(transition, event) && this.#missing(transition, event).length === 0;
  }

  /** Whether the node said it in its own name. */
  hasSaid(type: string, { node, slot, epoch, value }: Binding): boolean {
    return this.#said.get(slot)?.has(`send ${type}/${node}/${epoch}/${value}`) === true;
  }

  /** What a decision lacks in shared places now, whatever else it waits for; of several ways to decide the one that lacks least. */
  shortage(event: NetEvent): readonly MissingToken[] {
    let least: readonly MissingToken[] = [];
    let leastTokens = Number.POSITIVE_INFINITY;
    for (const transition of this.net.byLabel.get(event.label) ?? []) {
      if (!this.#suits(transition, event)) continue;
      const missing: MissingToken[] = [];
      for (const arc of transition.test) if (arc.place.owner === 'shared') this.#lack(arc, event, missing);
      const tokens = missing.reduce((sum, { has, needs }) => sum + needs - has, 0);
      if (tokens < leastTokens) [least, leastTokens] = [missing, tokens];
    }
    return least;
  }

  /** What an event about the node has for a value. */
  valueOf(node: NodeIndex): string {
    return this.net.declaration.nodeValue?.(node) ?? String(node);
  }

  /** What one vote of the node counts, in tokens. */
  powerOf(node: NodeIndex, slot: number): number {
    const { powers } = this.#electorate(slot);
    return powers === undefined ? 1 : (powers[node] ?? 0);
  }

  /** Threshold of an arc in a slot, in tokens. */
  threshold(weight: NetWeight, slot: number): number {
    if (typeof weight === 'number') return weight;
    const { members, quorum, fastQuorum } = this.#electorate(slot);
    if (weight === 'quorum') return quorum;
    if (weight === 'fast-quorum' && fastQuorum !== undefined) return fastQuorum;
    if (weight === 'quorum-1') return quorum - 1;
    return countOf(weight, members.length);
  }

  /** Tokens that the arcs of a transition want: those that consume and those that only look. */
  demand({ take, test }: FoldedTransition, slot: number): number {
    let sum = 0;
    for (const { weight } of take) sum += this.threshold(weight, slot);
    for (const { weight } of test) sum += this.threshold(weight, slot);
    return sum;
  }

  capture(): ReplayState {
    const covered = this.#covered;
    return { marking: this.marking.capture(), said: this.#said, covered, heights: this.#heights, top: this.#top };
  }

  /** Takes the state over: clone it first if it is to be kept. */
  restore(state: ReplayState): void {
    this.marking.restore(state.marking);
    this.#said = state.said;
    this.#covered = state.covered ?? new Map();
    this.#heights = state.heights;
    this.#top = state.top;
  }

  /** Whether more than it was said before. */
  #isCovered(event: NetEvent): boolean {
    if (this.#covered.size === 0) return false;
    return event.slot <= (this.#covered.get(wordKey({ ...event, value: '' }, event.claimedFrom)) ?? -1);
  }

  /** Whether the one it is passed on from signed it, or may have, within something else. */
  #isCarried({ label, claimedFrom, epoch }: NetEvent): boolean {
    const { carried = [] } = this.net.declaration;
    const said = this.#said.get(WHOLE_RUN);
    return carried.some(
      ({ type, inside }) => label === `send ${type}` && said?.has(`send ${inside}/${claimedFrom}/${epoch}/`) === true,
    );
  }

  #skip(event: NetEvent): null {
    if (event.label === 'decide') this.#decided(event);
    return null;
  }

  #fire(event: NetEvent, candidates: readonly FoldedTransition[]): ReplayStep {
    const outside = this.#outside(event);
    let best: FoldedTransition | null = null;
    let least: readonly MissingToken[] = [];
    for (const transition of candidates) {
      if (!this.#suits(transition, event)) continue;
      const missing = this.#missing(transition, event);
      if (best !== null && missing.length >= least.length) continue;
      best = transition;
      least = missing;
    }
    if (best === null) {
      return deviation(event, null, [{ place: 'a step that the protocol has in this epoch', has: 0, needs: 1 }]);
    }
    // Who is no member of the slot adds no tokens: nobody counts its votes.
    if (outside === null || event.label === 'decide') {
      this.#cover(best, event);
      this.#move(best, event);
    }
    if (event.label === 'decide') this.#decided(event);
    return deviation(event, best, outside === null ? least : [outside, ...least]);
  }

  /** Moves the tokens of the slots below for which the event holds too. */
  #cover(transition: FoldedTransition, event: NetEvent): void {
    const { on } = transition;
    if (on.kind !== 'send' || on.covers === undefined) return;
    const key = wordKey({ ...event, value: '' }, event.node);
    const first = Math.max((this.#covered.get(key) ?? 0) + 1, this.#top - this.#slotsKept, 1);
    for (let slot = first; slot < event.slot; slot++) this.#move(transition, { ...event, slot });
    this.#covered.delete(key);
    this.#covered.set(key, event.slot);
    forgetOldest(this.#covered);
  }

  /** Why the node has no business in this slot, or null. */
  #outside(event: NetEvent): MissingToken | null {
    const { label, node, slot } = event;
    if (label.startsWith('send') && !this.#electorate(slot).members.includes(node)) {
      return { place: 'member of this slot', has: 0, needs: 1 };
    }
    return null;
  }

  #suits(transition: FoldedTransition, { epoch, value }: NetEvent): boolean {
    return fits(transition, this.net.declaration.firstEpoch, epoch, value);
  }

  #missing({ take, test, inhibit }: FoldedTransition, event: NetEvent): MissingToken[] {
    const missing: MissingToken[] = [...(event.lacked ?? [])];
    const height = this.heightOf(event.node);
    const isNext = event.isSnapshot === true ? height < event.slot : height === event.slot - 1;
    if (this.net.declaration.slots === 'sequence' && !isNext) {
      const place = height < event.slot ? `decided slot ${event.slot - 1}` : `slot ${event.slot} still open`;
      missing.push({ place, has: 0, needs: 1 });
    }
    for (const arc of take) this.#lack(arc, event, missing);
    for (const arc of test) this.#lack(arc, event, missing);
    for (const arc of inhibit) {
      const has = this.marking.count(arc, this.#about(arc, event));
      const limit = this.threshold(arc.weight, event.slot);
      if (has >= limit) missing.push({ place: `${arc.place.label} below ${limit}`, has, needs: limit - 1 });
    }
    return missing;
  }

  #lack(arc: FoldedArc, event: NetEvent, missing: MissingToken[]): void {
    const needs = this.threshold(arc.weight, event.slot);
    const has = this.marking.count(arc, this.#about(arc, event));
    if (has < needs) missing.push({ place: arc.place.label, has, needs });
  }

  #move({ take, put }: FoldedTransition, event: NetEvent): void {
    for (const arc of take) {
      this.marking.take(arc, this.#about(arc, event), this.threshold(arc.weight, event.slot));
    }
    const { powers } = this.#electorate(event.slot);
    for (const arc of put) {
      const isVote = powers !== undefined && arc.place.owner === 'shared';
      const weight = isVote ? (powers[event.node] ?? 0) : this.threshold(arc.weight, event.slot);
      this.marking.put(arc, this.#about(arc, event), weight);
    }
  }

  /** The colours that the arc sees of an event. */
  #about({ isOwn }: FoldedArc, event: NetEvent): Binding {
    return isOwn ? { ...event, value: this.valueOf(event.node) } : event;
  }

  #decided({ node, slot }: NetEvent): void {
    this.#heights[node] = Math.max(this.heightOf(node), slot);
  }
}

function deviation(event: NetEvent, transition: FoldedTransition | null, missing: readonly MissingToken[]): ReplayStep {
  return { event, transition, missing };
}

function forgetOldest(said: Set<string> | Map<string, number>): void {
  if (said.size <= RUN_WORDS_MAX) return;
  const oldest = said.keys().next();
  if (oldest.done !== true) said.delete(oldest.value);
}

function wordKey({ label, epoch, value }: Pick<NetEvent, 'label' | 'epoch' | 'value'>, node: NodeIndex): string {
  return `${label}/${node}/${epoch}/${value}`;
}
