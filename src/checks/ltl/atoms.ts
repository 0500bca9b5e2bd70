/**
 * The atoms of all formulas under watch, each known once: which of them an event or a change touches, and which are true in the
 * state that a moment ends with. Called for every highlight of a run, so that what concerns no formula costs next to nothing.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Binding } from './bind.ts';
import { channel } from './channels.ts';
import { IndexSet } from './index-set.ts';
import type { Scene } from './scene.ts';
import type { EventKind, Source } from './vocabulary.ts';

export interface Atom {
  readonly key: string;
  readonly binding: Binding;
  truth: boolean;
  /** Positions of the formulas that read it. */
  readonly users: number[];
}

const NOBODY: readonly number[] = [];
/** Sources that say when their values may differ; time always does. */
type Told = Exclude<Source, 'time'>;
const TOLD: readonly Told[] = ['front', 'state', 'fault'];

export class Atoms {
  readonly all: Atom[] = [];
  /** Whether some atom speaks of another leader than before. */
  followsLeader = false;
  readonly #positions = new Map<string, number>();
  readonly #byChannel = new Map<number, number[]>();
  /** By narrowest channel of an event: who listens to it or to a wider one. Filled as events come. */
  readonly #listeners = new Map<number, readonly number[]>();
  readonly #bySource: Record<Source, number[]> = { front: [], state: [], fault: [], time: [] };
  readonly #byNode: number[][] = [];
  /** What has changed in the open moment. */
  readonly #told: Record<Told, boolean> = { front: false, state: false, fault: false };
  readonly #nodes = new IndexSet();
  /** Values that no state has shown yet. */
  readonly #fresh = new IndexSet();
  #happened = new IndexSet();
  #before = new IndexSet();

  truth(index: number): boolean {
    return this.all[index]?.truth === true;
  }

  /** Keys of the events of the open moment. */
  happened(): readonly string[] {
    return this.#happened.list().map((index) => this.#at(index).key);
  }

  /** Position of the atom, which is new or known. */
  add(key: string, binding: Binding, user: number): number {
    const known = this.#positions.get(key);
    if (known !== undefined) {
      this.#at(known).users.push(user);
      return known;
    }
    const index = this.all.push({ key, binding, truth: false, users: [user] }) - 1;
    this.#positions.set(key, index);
    this.#listeners.clear();
    if (binding.kind === 'event') {
      const of = channel(binding.event, binding.type, binding.node);
      this.#byChannel.set(of, [...(this.#byChannel.get(of) ?? []), index]);
      if (binding.event === 'leaderChanged') this.followsLeader = true;
      return index;
    }
    this.#fresh.add(index);
    const isOfOneNode = binding.node >= 0 && (binding.source === 'front' || binding.source === 'state');
    if (!isOfOneNode) this.#bySource[binding.source].push(index);
    else {
      this.#byNode[binding.node] ??= [];
      this.#byNode[binding.node]?.push(index);
    }
    return index;
  }

  /** Truths and events as they were captured; every value is looked at again. */
  restore(truths: ReadonlyMap<string, boolean>, happened: ReadonlySet<string>): void {
    this.all.forEach((atom, index) => {
      atom.truth = truths.get(atom.key) ?? false;
      if (atom.binding.kind === 'value') this.#fresh.add(index);
      else if (atom.truth) this.#before.add(index);
      if (happened.has(atom.key)) this.#happened.add(index);
    });
  }

  /** `type`: position of a message's type, or −1. `node`: −1 for none. */
  happen(event: EventKind, type: number, node: NodeIndex): void {
    if (this.#byChannel.size === 0) return;
    const of = channel(event, type, node);
    let listeners = this.#listeners.get(of);
    if (listeners === undefined) {
      listeners = this.#listenersOf(event, type, node);
      this.#listeners.set(of, listeners);
    }
    for (let i = 0; i < listeners.length; i++) this.#happened.add(listeners[i] as number);
  }

  /** Values of the source may differ from here on. `node`: −1 when they are those of no single node. */
  touch(source: Told, node: NodeIndex): void {
    this.#told[source] = true;
    if (node >= 0 && this.#byNode[node] !== undefined) this.#nodes.add(node);
  }

  /** The moment ends with this scene. `turned` hears of every atom that is true now and was not, or the other way round. */
  close(scene: Scene, turned: (atom: Atom) => void): void {
    this.#readValues(scene, turned);
    if (this.#before.size === 0 && this.#happened.size === 0) return;
    const last = this.#before;
    const now = this.#happened;
    for (let i = 0; i < last.size; i++) if (!now.has(last.at(i))) turn(this.#at(last.at(i)), false, turned);
    for (let i = 0; i < now.size; i++) turn(this.#at(now.at(i)), true, turned);
    last.clear();
    this.#before = now;
    this.#happened = last;
  }

  #readValues(scene: Scene, turned: (atom: Atom) => void): void {
    for (let i = 0; i < this.#fresh.size; i++) this.#read(this.#fresh.at(i), scene, turned);
    if (this.#fresh.size > 0) this.#fresh.clear();
    this.#readAll(this.#bySource.time, scene, turned);
    for (const source of TOLD) {
      if (!this.#told[source]) continue;
      this.#told[source] = false;
      this.#readAll(this.#bySource[source], scene, turned);
    }
    if (this.#nodes.size === 0) return;
    for (let i = 0; i < this.#nodes.size; i++) this.#readAll(this.#byNode[this.#nodes.at(i)] ?? NOBODY, scene, turned);
    this.#nodes.clear();
  }

  #readAll(indices: readonly number[], scene: Scene, turned: (atom: Atom) => void): void {
    for (let i = 0; i < indices.length; i++) this.#read(indices[i] as number, scene, turned);
  }

  #read(index: number, scene: Scene, turned: (atom: Atom) => void): void {
    const atom = this.#at(index);
    if (atom.binding.kind === 'value') turn(atom, atom.binding.holds(scene), turned);
  }

  #listenersOf(event: EventKind, type: number, node: NodeIndex): readonly number[] {
    const found: number[] = [];
    for (const ofType of type < 0 ? [-1] : [-1, type]) {
      for (const ofNode of node < 0 ? [-1] : [-1, node]) {
        for (const index of this.#byChannel.get(channel(event, ofType, ofNode)) ?? NOBODY) found.push(index);
      }
    }
    return found;
  }

  #at(index: number): Atom {
    return this.all[index] as Atom;
  }
}

function turn(atom: Atom, truth: boolean, turned: (atom: Atom) => void): void {
  if (atom.truth === truth) return;
  atom.truth = truth;
  turned(atom);
}
