/**
 * A node worker: hosts one node (or, in a pool, several), listens to the conductor's windows on the `down` channel, runs
 * what is due and answers once on `up`. The same code runs in browser workers and Node worker threads.
 */
import * as Comlink from 'comlink';
import type { NodeIndex } from '../../core/ids.ts';
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import type { Engine } from '../../crypto/suite.ts';
import type { ControlEvent } from '../../kernel/control.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import { HostGroup } from '../../kernel/group.ts';
import { verifyAhead } from '../../kernel/host/signing.ts';
import type { HostReport } from '../../kernel/host/snapshot.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import type { ExecutorOptions } from '../executor.ts';
import { openProved, openWorld, type Proofs, type SharedConstants, secretKeys } from '../world.ts';
import { BaseHere, type BaseTag, type SentBase, type Start } from './bases.ts';
import { type Bus, channelBus, upChannel } from './bus.ts';
import { CrossedHere } from './crossed.ts';
import { doneBy } from './done.ts';
import { KeptTrace, keepsTrace } from './keptTrace.ts';
import { Leftovers } from './leftovers.ts';
import { Mail } from './mail.ts';
import { packMail } from './mailWriter.ts';
import { release } from './release.ts';
import { type Answer, type DownMessage, isDown, packHighlights, packSegments, type UpMessage } from './wire.ts';

/** All a worker needs to host its nodes. */
export interface NodeAssignment {
  readonly plan: RunPlan;
  readonly options: ExecutorOptions;
  readonly group: number;
  readonly nodes: readonly NodeIndex[];
  readonly shared: SharedConstants;
  readonly channel: string;
  /** Test only: waits up to so many real ms before it runs a window, drawn from this seed. */
  readonly noise: { readonly seed: number; readonly maxMs: number } | null;
}

export interface LoadedGroup {
  readonly next: Micros;
  readonly engine: Engine;
  readonly verifyAhead: boolean;
}

/** The protocol of that name; null where it is not to be had here. */
export type LoadProtocol = (name: string) => Promise<AnyProtocol | null>;

/** The control side, reached through Comlink. Every call names the last window it must come after. */
export class NodeWorker {
  #group: HostGroup | null = null;
  #world: WorldConstants | null = null;
  #assignment: NodeAssignment | null = null;
  #down: Bus<never, DownMessage> | null = null;
  #up: Bus<Answer, never> | null = null;
  /** Windows are taken one after the other, in order. */
  #work: Promise<void> = Promise.resolve();
  /** The last window that came by; windows count from 1. */
  #seen = 0;
  #waiters: { readonly window: number; readonly resolve: () => void }[] = [];
  /** Verifications under way, by the time their envelope is due. */
  #verifying: { readonly due: Micros; readonly done: Promise<unknown> }[] = [];
  #drawn = 0;
  readonly #trace = new KeptTrace();
  /** Signatures that the conductor holds too. */
  readonly #crossed = new CrossedHere();
  readonly #base = new BaseHere();
  readonly #leftovers = new Leftovers();
  readonly #loadProtocol: LoadProtocol;

  constructor(loadProtocol: LoadProtocol) {
    this.#loadProtocol = loadProtocol;
  }

  /**
   * Opens the suites to come, ahead of `load` and while keys are still made. A platform may not let what was compiled cross: then
   * this call fails or never arrives, and `load` compiles for itself.
   */
  async prepare(proofs: Proofs): Promise<void> {
    await openProved(proofs);
  }

  /** Builds the hosts; they start unless a snapshot is to follow. */
  async load(assignment: NodeAssignment, controls: readonly ControlEvent[], start: boolean): Promise<LoadedGroup> {
    this.#assignment = assignment;
    const { plan, options, shared } = assignment;
    const world = await openWorld(plan, options, await this.#loadProtocol(plan.protocol.name), shared);
    this.#world = world;
    const group = new HostGroup(world, assignment.nodes, secretKeys(plan, world, assignment.nodes));
    this.#group = group;
    if (start) {
      group.schedule(controls);
      group.start();
    }
    this.#down?.close();
    this.#up?.close();
    this.#seen = 0;
    this.#trace.skipTo(-1);
    this.#down = channelBus(`${assignment.channel}-down`, isDown);
    this.#up = channelBus<Answer, never>(upChannel(assignment.channel, assignment.group), () => null);
    this.#leftovers.shareWith(shared.threadCount);
    this.#down.listen((message) => this.#enqueue(message, true, (mail) => this.#done(mail)));
    const suite = world.suites[assignment.nodes[0] ?? 0];
    return { next: group.nextTime, engine: suite?.engine ?? 'modelled', verifyAhead: suite?.verifyAhead != null };
  }

  /** What the start of the hosts brought about: the answer to a window that ran before the first. */
  firstReport(): UpMessage {
    return this.#report(0);
  }

  /**
   * Becomes the base and runs the windows since then again, up to `window`, which alone is answered if so wished. The trace
   * of those up to `taken` is with the conductor.
   */
  async replay(
    base: Start | null,
    log: readonly DownMessage[],
    window: number,
    answer: boolean,
    taken: number,
  ): Promise<Micros> {
    const group = this.#running();
    this.#trace.skipTo(taken);
    if (base !== null) group.restore(this.#base.take(base));
    else this.#report(0);
    for (const message of log) this.#enqueue(message, answer && message.window === window);
    await this.#work;
    this.#passed(window);
    return group.nextTime;
  }

  /** What its nodes recorded in the windows up to `window`, each of which has been answered. */
  takeTrace(window: number): Uint32Array<ArrayBuffer>[] {
    const pieces = this.#trace.take(window);
    return Comlink.transfer(
      pieces,
      pieces.map(({ buffer }) => buffer),
    );
  }

  async restore(base: Start, after: number): Promise<Micros> {
    await this.#reached(after);
    this.#verifying = [];
    this.#trace.skipTo(after);
    this.#crossed.clear();
    const group = this.#running();
    group.restore(this.#base.take(base));
    return group.nextTime;
  }

  async capture(after: number, tag: BaseTag): Promise<SentBase> {
    await this.#reached(after);
    const nameOf = (signature: Uint8Array, since: number) => this.#crossed.nameOf(signature, since);
    return this.#base.send(this.#running().capture(), tag, nameOf);
  }

  async inspect(node: NodeIndex, after: number): Promise<HostReport | null> {
    await this.#reached(after);
    return this.#running().inspect(node);
  }

  async digests(after: number): Promise<ReturnType<HostGroup['digests']>> {
    await this.#reached(after);
    return this.#running().digests();
  }

  /** `UpMessage.done` of that window. */
  async done(after: number): Promise<Float64Array> {
    await this.#reached(after);
    return doneBy(this.#running());
  }

  close(): void {
    this.#down?.close();
    this.#up?.close();
  }

  #running(): HostGroup {
    if (this.#group === null) throw new Error('worker is not loaded');
    return this.#group;
  }

  /** BroadcastChannel and ports are not ordered against each other: waits until the window has come by. */
  #reached(window: number): Promise<void> {
    if (this.#seen >= window) return this.#work;
    return new Promise((resolve) => this.#waiters.push({ window, resolve }));
  }

  /** `done` is given the window's mail when everything for these nodes has been taken out of it. */
  #enqueue(message: DownMessage, answer: boolean, done: (mail: ArrayBuffer) => void = () => undefined): void {
    this.#work = this.#work.then(async () => {
      try {
        this.#deliver(message, this.#running());
        done(message.mail);
        await this.#onWindow(message, answer);
      } catch (error) {
        // A bug of ours: said once, so that the run stops instead of waiting; another worker would fail alike.
        const { group } = this.#assignment as NodeAssignment;
        const reason = error instanceof Error ? error.message : String(error);
        this.#up?.post({ kind: 'failed', window: message.window, group, reason });
      }
      this.#passed(message.window);
    });
  }

  /** Nothing more is needed of a window's mail. */
  #done(mail: ArrayBuffer): void {
    this.#leftovers.add(mail.byteLength);
    release(mail);
  }

  #passed(window: number): void {
    this.#seen = Math.max(this.#seen, window);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.window > this.#seen) return true;
      waiter.resolve();
      return false;
    });
  }

  async #onWindow(message: DownMessage, answer: boolean): Promise<void> {
    const group = this.#running();
    if (message.controls.length > 0) group.schedule(message.controls);
    const assignment = this.#assignment as NodeAssignment;
    const mine = message.single === -1 || message.single === assignment.group;
    if (mine && group.nextTime < message.until) {
      await this.#verified(message.until);
      await this.#pause(assignment);
      if (message.single === -1) group.run(message.until);
      else group.runFirst(message.until, 1);
      const report = this.#report(message.window);
      if (!answer) return;
      this.#up?.post(report);
      // What was posted is a copy.
      for (const buffer of [report.mail, report.records.buffer, report.highlights.states.buffer]) release(buffer);
    }
  }

  #deliver(message: DownMessage, group: HostGroup): void {
    const mail = new Mail(message.mail);
    const world = this.#world as WorldConstants;
    for (const node of group.nodes) {
      mail.forNode(node, (envelope, arrivesAt) => {
        group.accept(node, envelope, arrivesAt);
        this.#crossed.note(envelope, message.window);
        this.#verifyEarly(world, envelope, arrivesAt);
      });
    }
  }

  #verifyEarly(world: WorldConstants, envelope: Envelope, due: Micros): void {
    if (world.suites[envelope.claimedFrom]?.verifyAhead == null) return;
    this.#verifying.push({ due, done: verifyAhead(world, envelope) });
  }

  /** Waits for the verifications of what is due before `until`. */
  async #verified(until: Micros): Promise<void> {
    if (this.#verifying.length === 0) return;
    const due = this.#verifying.filter((entry) => entry.due < until);
    this.#verifying = this.#verifying.filter((entry) => entry.due >= until);
    await Promise.all(due.map((entry) => entry.done));
  }

  #pause({ noise, group }: NodeAssignment): Promise<void> | void {
    if (noise === null) return;
    const delay = scale(draw(streamKey(noise.seed, PURPOSE.noise, group), this.#drawn++), noise.maxMs + 1);
    if (delay > 0) return new Promise((resolve) => setTimeout(resolve, delay));
  }

  #report(window: number): UpMessage {
    const group = this.#running();
    const envelopes: Envelope[] = [];
    const [shown, copies] = [group.takeHighlights(), group.takeOutgoing()];
    for (const highlight of shown) if (highlight.kind === 'message') this.#crossed.note(highlight.envelope, window);
    const pack = (certificate: unknown): unknown => this.#crossed.pack(certificate, window);
    const highlights = packHighlights(shown, envelopes, pack);
    const { plan } = this.#world as WorldConstants;
    const nodeCount = plan.validators.length + plan.clientCount;
    const mail = packMail(envelopes, copies, nodeCount);
    const segments = group.takeSegments();
    const isKept = keepsTrace(group.nodes);
    if (isKept) this.#trace.keep(window, segments);
    const records = packSegments(isKept ? [] : segments);
    const { group: index } = this.#assignment as NodeAssignment;
    return { kind: 'up', window, group: index, next: group.nextTime, done: doneBy(group), highlights, records, mail };
  }
}

/** Serves a node worker on the ports that arrive at `endpoint`: its first message carries one for the conductor. */
export function serveNodeWorker(endpoint: Comlink.Endpoint, loadProtocol: LoadProtocol): void {
  const connect = (port: Comlink.Endpoint): void => Comlink.expose(new NodeWorker(loadProtocol), port);
  Comlink.expose({ connect }, endpoint);
}

export interface NodeWorkerGate {
  connect(port: Comlink.Endpoint): void;
}
