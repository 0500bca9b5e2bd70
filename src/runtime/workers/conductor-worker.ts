/** The conductor inside its own worker, reached through Comlink. Its judges and meters live beside it. */
import * as Comlink from 'comlink';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { ControlEvent } from '../../kernel/control.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import { loadProtocol } from '../../protocols/loaders.ts';
import type { FaultPlan, RunPlan, SubmissionPlan } from '../../kernel/plan.ts';
import type { Advance, AdvanceLimit, ExecutorInfo, ExecutorOptions, ExecutorStatus, RunSnapshot } from '../executor.ts';
import type { ObserverFactory } from '../inprocess.ts';
import { openWorld, type Proofs, proveSuites, sharedOf } from '../world.ts';
import { channelBus, mergedBus, upChannel } from './bus.ts';
import { Conductor } from './conductor.ts';
import type { GroupControl } from './group.ts';
import type { NodeAssignment, NodeWorker } from './node-worker.ts';
import { type Answer, type DownMessage, isAnswer } from './wire.ts';

/** What the conductor needs to build a testnet. One port a group, each to the worker that hosts it. */
export interface ConductorSetup {
  readonly plan: RunPlan;
  readonly options: ExecutorOptions;
  readonly groups: readonly (readonly NodeIndex[])[];
  /** Unguessable; names the session's channels. */
  readonly channel: string;
  readonly noise: NodeAssignment['noise'];
}

/** A turn with its segments packed. */
export interface PackedTurn extends Advance {
  readonly records: readonly Uint32Array[];
}

export class ConductorWorker {
  readonly #makeObservers: ObserverFactory;
  #conductor: Conductor | null = null;
  #setup: ConductorSetup | null = null;
  #world: WorldConstants | null = null;
  #proofs: Proofs = {};
  /** Workers in which the faster engine did not open. */
  #slower = 0;
  #close: () => void = () => undefined;
  /** The last thing that was asked of the run. */
  #asked: Promise<unknown> = Promise.resolve();

  constructor(makeObservers: ObserverFactory) {
    this.#makeObservers = makeObservers;
  }

  async open(
    setup: ConductorSetup,
    ports: readonly Comlink.Endpoint[],
  ): Promise<Pick<ExecutorInfo, 'engine' | 'verifyAhead' | 'notice'>> {
    const { plan, options } = setup;
    const [protocol, proofs] = await Promise.all([loadProtocol(plan.protocol.name), proveSuites(plan)]);
    this.#proofs = proofs;
    const workers = ports.map((port) => this.#reach(port));
    const world = await openWorld(plan, options, protocol);
    this.#world = world;
    this.#setup = setup;
    const down = channelBus<DownMessage, never>(`${setup.channel}-down`, () => null);
    const up = mergedBus(
      setup.groups.map((_, group) => channelBus<never, Answer>(upChannel(setup.channel, group), isAnswer)),
    );
    this.#close = () => {
      down.close();
      up.close();
    };
    const groups = setup.groups.map((nodes, index) => ({
      nodes,
      control: this.#controlOver(index, workers[index] as Comlink.Remote<NodeWorker>),
    }));
    this.#conductor = new Conductor(world, this.#makeObservers(world), groups, down, up);
    await this.#conductor.start();
    const suite = world.suites[0];
    const notice = this.#slower === 0 ? null : slowerNotice(this.#slower, groups.length);
    return { engine: suite?.engine ?? 'modelled', verifyAhead: suite?.verifyAhead != null, notice };
  }

  lookahead(): Micros {
    return this.#running().lookahead;
  }

  advance(limit: AdvanceLimit): Promise<Advance> {
    return this.#inOrder((conductor) => conductor.advance(limit));
  }

  async turn(limit: AdvanceLimit): Promise<PackedTurn> {
    const { advance, taking } = await this.#inOrder(async (conductor) => {
      const advance = await conductor.advance(limit);
      return { advance, taking: conductor.takeRecords() };
    });
    // The next turn may begin meanwhile.
    const records = await taking;
    return Comlink.transfer({ ...advance, records }, buffersOf(records));
  }

  stepEvent(): Promise<boolean> {
    return this.#inOrder((conductor) => conductor.stepEvent());
  }

  inject(fault: FaultPlan): Promise<void> {
    return this.#inOrder((conductor) => conductor.inject(fault));
  }

  heal(fault: FaultPlan, at: Micros): Promise<void> {
    return this.#inOrder((conductor) => conductor.heal(fault, at));
  }

  submit(submission: SubmissionPlan): Promise<void> {
    return this.#inOrder((conductor) => conductor.submit(submission));
  }

  status(): Promise<ExecutorStatus> {
    return this.#inOrder((conductor) => conductor.status());
  }

  ask(observer: string, question: unknown): Promise<unknown> {
    return this.#inOrder((conductor) => conductor.ask(observer, question));
  }

  inspect(node: NodeIndex) {
    return this.#inOrder((conductor) => conductor.inspect(node));
  }

  fingerprint(): Promise<string> {
    return this.#inOrder((conductor) => conductor.fingerprint());
  }

  capture(): Promise<RunSnapshot> {
    return this.#inOrder((conductor) => conductor.capture());
  }

  restore(snapshot: RunSnapshot): Promise<void> {
    return this.#inOrder((conductor) => conductor.restore(snapshot));
  }

  async takeRecords(): Promise<Uint32Array[]> {
    const records = await this.#inOrder((conductor) => conductor.takeRecords());
    return Comlink.transfer(records, buffersOf(records));
  }

  envelope(origin: NodeIndex, sequence: number) {
    return this.#inOrder((conductor) => {
      const envelope = conductor.envelope(origin, sequence);
      if (envelope === null) return null;
      const { bytes, signature, claimedFrom } = envelope;
      return { bytes, signature, claimedFrom };
    });
  }

  lost(group: number): void {
    this.#running().lost(group);
  }

  replace(group: number, port: Comlink.Endpoint): Promise<void> {
    return this.#running().replace(group, this.#controlOver(group, this.#reach(port)));
  }

  /** Harmless before the testnet is open. */
  waitingFor(): ReturnType<Conductor['waitingFor']> {
    return this.#conductor?.waitingFor() ?? [];
  }

  close(): void {
    this.#close();
  }

  /** After everything asked before: a call finds the run at a barrier, however many turns were asked for ahead of it. */
  #inOrder<T>(act: (conductor: Conductor) => T | Promise<T>): Promise<T> {
    const result = this.#asked.then(() => act(this.#running()));
    this.#asked = result.catch(() => undefined);
    return result;
  }

  #running(): Conductor {
    if (this.#conductor === null) throw new Error('conductor is not open');
    return this.#conductor;
  }

  /** The worker at a port, at work on its engines. */
  #reach(port: Comlink.Endpoint): Comlink.Remote<NodeWorker> {
    const worker = Comlink.wrap<NodeWorker>(port);
    void worker.prepare(this.#proofs).catch(() => undefined);
    return worker;
  }

  #controlOver(group: number, remote: Comlink.Remote<NodeWorker>): GroupControl {
    const { plan, options, groups, channel, noise } = this.#setup as ConductorSetup;
    const nodes = groups[group] ?? [];
    return {
      load: async (controls: readonly ControlEvent[], start: boolean) => {
        const shared = sharedOf(this.#world as WorldConstants, groups.length);
        const own: NodeAssignment = { plan, options, group, nodes, shared, channel, noise };
        const assignment = Comlink.transfer(own, [shared.publicKeys.bytes.buffer]);
        const loaded = await remote.load(assignment, controls, start);
        const wanted = this.#world?.suites[nodes[0] ?? 0]?.engine;
        if (loaded.engine !== wanted) this.#slower++;
        return loaded;
      },
      firstReport: () => remote.firstReport(),
      replay: (base, log, window, answer, taken) => remote.replay(base, log, window, answer, taken),
      takeTrace: (window) => remote.takeTrace(window),
      restore: (base, after) => remote.restore(base, after),
      capture: (after, tag) => remote.capture(after, tag),
      inspect: (node, after) => remote.inspect(node, after),
      digests: (after) => remote.digests(after),
      done: (after) => remote.done(after),
    };
  }
}

function buffersOf(records: readonly Uint32Array<ArrayBuffer>[]): ArrayBuffer[] {
  return records.map(({ buffer }) => buffer);
}

function slowerNotice(slower: number, workers: number): string {
  return `${slower} of ${workers} workers fell back to a slower signature engine; results are the same`;
}

/** Serves a conductor at the worker's own endpoint. */
export function serveConductor(endpoint: Comlink.Endpoint, makeObservers: ObserverFactory): void {
  Comlink.expose(new ConductorWorker(makeObservers), endpoint);
}
