/**
 * The hosts that live in one thread: all of them when the run is in-process, one (or a few) in a node worker. A group
 * runs windows: within one, nothing that any node sends can arrive, so its hosts do not wait for anybody.
 */
import type { NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import type { ControlEvent } from './control.ts';
import type { Envelope } from './envelope.ts';
import { chorusOf } from './host/chorus.ts';
import { NodeHost } from './host/host.ts';
import type { HostReport, HostSnapshot } from './host/snapshot.ts';
import { addWork, createWork, type Work } from './host/work.ts';
import { type WorldConstants, worldOf } from './host/world.ts';
import type { Highlight } from './trace/highlights.ts';

/** A copy on its way to a node of another group. */
export interface Copy {
  readonly to: NodeIndex;
  readonly envelope: Envelope;
  readonly arrivesAt: Micros;
}

/** A node's packed records of some windows. */
export interface Segment {
  readonly node: NodeIndex;
  readonly words: Uint32Array;
}

export class HostGroup {
  readonly nodes: readonly NodeIndex[];
  readonly #hosts: NodeHost[] = [];
  /** By node index; undefined for nodes of other groups. */
  readonly #byNode: (NodeHost | undefined)[] = [];
  readonly #positions: number[] = [];
  readonly #next: Float64Array;
  #outgoing: Copy[] = [];
  #highlights: Highlight[] = [];

  /** `secretKeys` by node, only those of this group's nodes. */
  constructor(constants: WorldConstants, nodes: readonly NodeIndex[], secretKeys: ReadonlyMap<NodeIndex, Uint8Array>) {
    this.nodes = nodes;
    this.#next = new Float64Array(nodes.length).fill(Number.POSITIVE_INFINITY);
    const world = worldOf(
      constants,
      chorusOf(constants, secretKeys),
      (to, envelope, arrivesAt) => this.#route(to, envelope, arrivesAt),
      (highlight) => this.#highlights.push(highlight),
    );
    nodes.forEach((node, position) => {
      const host = new NodeHost(world, node, secretKeys.get(node) ?? new Uint8Array(0));
      this.#hosts.push(host);
      this.#byNode[node] = host;
      this.#positions[node] = position;
    });
  }

  /** Time of the first event of any host, or Infinity. */
  get nextTime(): Micros {
    let first = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#next.length; i++) {
      const next = this.#next[i] as number;
      if (next < first) first = next;
    }
    return first;
  }

  start(): void {
    for (const host of this.#hosts) host.start();
    this.#refresh();
  }

  schedule(events: readonly ControlEvent[]): void {
    for (const host of this.#hosts) for (const event of events) host.schedule(event);
    this.#refresh();
  }

  /** Copies from other groups. */
  accept(to: NodeIndex, envelope: Envelope, arrivesAt: Micros): void {
    this.#route(to, envelope, arrivesAt);
  }

  /** Handles everything before `until` in every host. */
  run(until: Micros): void {
    const hosts = this.#hosts;
    for (let i = 0; i < hosts.length; i++) {
      if ((this.#next[i] as number) >= until) continue;
      const host = hosts[i] as NodeHost;
      host.run(until);
      this.#next[i] = host.nextTime;
    }
  }

  /** Runs at most `limit` events of the host whose next event is first (lowest index on a tie); false if none before `until`. */
  runFirst(until: Micros, limit: number): boolean {
    const first = this.nextTime;
    if (first >= until) return false;
    const position = this.#next.indexOf(first);
    const host = this.#hosts[position] as NodeHost;
    host.run(first + 1, limit);
    this.#next[position] = host.nextTime;
    return true;
  }

  takeHighlights(): Highlight[] {
    if (this.#highlights.length === 0) return NO_HIGHLIGHTS;
    const taken = this.#highlights;
    this.#highlights = [];
    return taken;
  }

  takeOutgoing(): Copy[] {
    const taken = this.#outgoing;
    this.#outgoing = [];
    return taken;
  }

  takeSegments(): Segment[] {
    const segments: Segment[] = [];
    for (const host of this.#hosts) {
      const words = host.recorder.takeSegment();
      if (words !== null) segments.push({ node: host.self, words });
    }
    return segments;
  }

  /** Hash of each node's stream so far. */
  digests(): { node: NodeIndex; digest: Uint8Array }[] {
    return this.#hosts.map(({ self, recorder }) => ({ node: self, digest: recorder.digest() }));
  }

  /** Number of trace events so far. */
  get events(): number {
    return this.#hosts.reduce((sum, { recorder }) => sum + recorder.count, 0);
  }

  work(): Work {
    const sum = createWork(0);
    for (const { work } of this.#hosts) addWork(sum, work);
    return sum;
  }

  inspect(node: NodeIndex): HostReport | null {
    return this.#byNode[node]?.inspect() ?? null;
  }

  capture(): { node: NodeIndex; snapshot: HostSnapshot }[] {
    return this.#hosts.map((host) => ({ node: host.self, snapshot: host.capture() }));
  }

  restore(snapshots: readonly { readonly node: NodeIndex; readonly snapshot: HostSnapshot }[]): void {
    for (const { node, snapshot } of snapshots) this.#byNode[node]?.restore(snapshot);
    this.#highlights = [];
    this.#outgoing = [];
    this.#refresh();
  }

  #route(to: NodeIndex, envelope: Envelope, arrivesAt: Micros): void {
    const host = this.#byNode[to];
    if (host === undefined) {
      this.#outgoing.push({ to, envelope, arrivesAt });
      return;
    }
    host.arrive(envelope, arrivesAt);
    const position = this.#positions[to] as number;
    if (arrivesAt < (this.#next[position] as number)) this.#next[position] = arrivesAt;
  }

  #refresh(): void {
    this.#hosts.forEach((host, position) => {
      this.#next[position] = host.nextTime;
    });
  }
}

const NO_HIGHLIGHTS: Highlight[] = [];
