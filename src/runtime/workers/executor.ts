/**
 * The executor that a session holds when nodes live in workers: it spawns them, connects each to the conductor by a port
 * of its own, passes calls on, and replaces a worker that died.
 */
import * as Comlink from 'comlink';
import type { NodeIndex } from '../../core/ids.ts';
import { TestnetError } from '../../core/problem.ts';
import type { Micros } from '../../core/time.ts';
import type { Segment } from '../../kernel/group.ts';
import type { HostReport } from '../../kernel/host/snapshot.ts';
import type { FaultPlan, RunPlan, SubmissionPlan } from '../../kernel/plan.ts';
import type {
  Advance,
  AdvanceLimit,
  Executor,
  ExecutorInfo,
  ExecutorOptions,
  ExecutorStatus,
  RunSnapshot,
  Turn,
} from '../executor.ts';
import type { ConductorWorker } from './conductor-worker.ts';
import type { NodeAssignment, NodeWorkerGate } from './node-worker.ts';
import { release } from './release.ts';
import { Watchdog } from './watchdog.ts';
import { unpackSegments } from './wire.ts';

/** A worker of the platform, browser or Node. */
export interface WorkerHandle {
  readonly endpoint: Comlink.Endpoint;
  terminate(): void;
  onError(listener: (message: string) => void): void;
}

/** How the platform starts workers and makes names nobody guesses. */
export interface Platform {
  spawnConductor(): WorkerHandle;
  /** `protocol`: what it is going to run; a worker may know that one only. */
  spawnNode(protocol: string): WorkerHandle;
  channelName(): string;
}

export interface WorkersOptions extends ExecutorOptions {
  /** Number of node workers; null: one for every validator, and one for all clients. */
  readonly pool: number | null;
  readonly noise: NodeAssignment['noise'];
  /** Wall-clock ms that a worker may stay silent before it is replaced; doubles each time. */
  readonly patienceMs?: number;
}

interface NodeSlot {
  handle: WorkerHandle;
  readonly nodes: readonly NodeIndex[];
  /** Crashes of its workers that followed each other closely, and when the last one was. */
  crashes: number;
  crashedAtMs: number;
}

const PATIENCE_MS = 20_000;
/** A group whose workers crash so often, each within the time of the one before, is given up. */
const CRASHES_MAX = 4;
const CRASHES_WITHIN_MS = 30_000;

export class WorkersExecutor implements Executor {
  readonly plan: RunPlan;
  readonly #platform: Platform;
  readonly #conductorHandle: WorkerHandle;
  readonly #conductor: Comlink.Remote<ConductorWorker>;
  readonly #slots: NodeSlot[];
  #info: ExecutorInfo;
  #lookahead: Micros = 1;
  #replaced = 0;
  #open = false;
  #failure: TestnetError | null = null;
  /** Calls under way: what rejects them. */
  readonly #calls = new Set<(error: TestnetError) => void>();
  readonly #watchdog: Watchdog;

  /** Starts all workers and builds the testnet at t = 0. */
  static async open(plan: RunPlan, options: WorkersOptions, platform: Platform): Promise<WorkersExecutor> {
    const executor = new WorkersExecutor(plan, options, platform);
    try {
      await executor.#connect(options);
    } catch (error) {
      await executor.close();
      throw error;
    }
    return executor;
  }

  private constructor(plan: RunPlan, options: WorkersOptions, platform: Platform) {
    this.plan = plan;
    this.#platform = platform;
    this.#conductorHandle = platform.spawnConductor();
    this.#conductor = Comlink.wrap<ConductorWorker>(this.#conductorHandle.endpoint);
    this.#slots = assignNodes(plan, options.pool).map((nodes) => {
      return {
        handle: platform.spawnNode(plan.protocol.name),
        nodes,
        crashes: 0,
        crashedAtMs: Number.NEGATIVE_INFINITY,
      };
    });
    this.#conductorHandle.onError((message) => this.#fail(`the conductor stopped: ${message}`));
    this.#watchdog = new Watchdog(options.patienceMs ?? PATIENCE_MS, {
      waitingFor: () => this.#conductor.waitingFor(),
      replace: (index) => this.#replace(index),
    });
    this.#slots.forEach((_, index) => {
      this.#watch(index);
    });
    const workers = this.#slots.length;
    this.#info = { kind: 'workers', workers, engine: 'modelled', verifyAhead: false, notice: null };
  }

  get info(): ExecutorInfo {
    return this.#info;
  }

  get lookahead(): Micros {
    return this.#lookahead;
  }

  advance(limit: AdvanceLimit): Promise<Advance> {
    return this.#call(() => this.#conductor.advance(limit));
  }

  async turn(limit: AdvanceLimit): Promise<Turn> {
    const { horizon, reason, records } = await this.#call(() => this.#conductor.turn(limit));
    const giveBack = (): void => records.forEach(({ buffer }) => void release(buffer));
    return { horizon, reason, segments: unpackSegments(records), release: giveBack };
  }

  stepEvent(): Promise<boolean> {
    return this.#call(() => this.#conductor.stepEvent());
  }

  inject(fault: FaultPlan): Promise<void> {
    return this.#call(() => this.#conductor.inject(fault));
  }

  heal(fault: FaultPlan, at: Micros): Promise<void> {
    return this.#call(() => this.#conductor.heal(fault, at));
  }

  submit(submission: SubmissionPlan): Promise<void> {
    return this.#call(() => this.#conductor.submit(submission));
  }

  status(): Promise<ExecutorStatus> {
    return this.#call(() => this.#conductor.status());
  }

  ask(observer: string, question: unknown): Promise<unknown> {
    return this.#call(() => this.#conductor.ask(observer, question));
  }

  inspect(node: NodeIndex): Promise<HostReport | null> {
    return this.#call(() => this.#conductor.inspect(node));
  }

  fingerprint(): Promise<string> {
    return this.#call(() => this.#conductor.fingerprint());
  }

  capture(): Promise<RunSnapshot> {
    return this.#call(() => this.#conductor.capture());
  }

  restore(snapshot: RunSnapshot): Promise<void> {
    return this.#call(() => this.#conductor.restore(snapshot));
  }

  async takeSegments(): Promise<readonly Segment[]> {
    return unpackSegments(await this.#call(() => this.#conductor.takeRecords()));
  }

  envelope(origin: NodeIndex, sequence: number) {
    return this.#call(() => this.#conductor.envelope(origin, sequence));
  }

  /** Terminates the worker that hosts a node and brings in another: the run goes on as if nothing had happened. */
  async killWorker(node: NodeIndex): Promise<void> {
    const index = this.#slots.findIndex(({ nodes }) => nodes.includes(node));
    if (index === -1) throw new TestnetError('not-found', `no worker hosts node ${node}`);
    await this.#replace(index);
  }

  async close(): Promise<void> {
    this.#fail('the testnet was closed');
    this.#conductorHandle.terminate();
    for (const { handle } of this.#slots) handle.terminate();
  }

  async #connect(options: WorkersOptions): Promise<void> {
    const ports = this.#slots.map((slot) => connectTo(slot.handle));
    const { keepWords, highlights, noise } = options;
    const setup = {
      plan: this.plan,
      options: { keepWords, highlights },
      groups: this.#slots.map(({ nodes }) => nodes),
      channel: this.#platform.channelName(),
      noise,
    };
    const transferred = Comlink.transfer(ports, ports as unknown as Transferable[]);
    const { notice, ...opened } = await this.#call(() => this.#conductor.open(setup, transferred));
    this.#info = { ...this.#info, ...opened, notice: notice ?? this.#info.notice };
    this.#lookahead = await this.#call(() => this.#conductor.lookahead());
    this.#open = true;
  }

  /** Passes a call on. It rejects when the workers are given up, instead of waiting for ever. */
  #call<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#calls.add(reject);
      this.#watchdog.start();
      ask()
        .then(resolve, (error: unknown) => reject(asTestnetError(error)))
        .finally(() => {
          this.#calls.delete(reject);
          if (this.#calls.size === 0) this.#watchdog.stop();
        });
    });
  }

  #fail(reason: string): void {
    this.#failure ??= new TestnetError('worker', reason);
    this.#watchdog.stop();
    for (const reject of this.#calls) reject(this.#failure);
    this.#calls.clear();
  }

  #watch(index: number): void {
    const slot = this.#slots[index] as NodeSlot;
    const { handle } = slot;
    handle.onError((message) => {
      if (slot.handle === handle) this.#onCrash(index, message);
    });
  }

  #onCrash(index: number, message: string): void {
    const slot = this.#slots[index] as NodeSlot;
    const now = performance.now();
    slot.crashes = now - slot.crashedAtMs < CRASHES_WITHIN_MS ? slot.crashes + 1 : 1;
    slot.crashedAtMs = now;
    if (!this.#open) this.#fail(`a worker did not start: ${message}`);
    else if (slot.crashes > CRASHES_MAX) this.#fail(`a worker crashed ${slot.crashes} times: ${message}`);
    else void this.#replace(index).catch(() => undefined);
  }

  async #replace(index: number): Promise<void> {
    const slot = this.#slots[index] as NodeSlot;
    await this.#call(() => this.#conductor.lost(index));
    slot.handle.terminate();
    slot.handle = this.#platform.spawnNode(this.plan.protocol.name);
    this.#watch(index);
    const port = connectTo(slot.handle);
    await this.#call(() => this.#conductor.replace(index, Comlink.transfer(port, [port as unknown as Transferable])));
    this.#replaced++;
    const times = this.#replaced === 1 ? 'once' : `${this.#replaced} times`;
    this.#info = { ...this.#info, notice: `a worker was replaced ${times}; the run is not affected` };
  }
}

/** Classes do not cross worker borders: what went wrong there arrives as a plain Error. */
function asTestnetError(error: unknown): TestnetError {
  if (error instanceof TestnetError) return error;
  return new TestnetError('internal', error instanceof Error ? error.message : String(error));
}

/** One port to the node worker's gate, one for the conductor, which is returned. */
function connectTo(handle: WorkerHandle): Comlink.Endpoint {
  const { port1, port2 } = new MessageChannel();
  void Comlink.wrap<NodeWorkerGate>(handle.endpoint).connect(
    Comlink.transfer(port2, [port2]) as unknown as Comlink.Endpoint,
  );
  return port1 as unknown as Comlink.Endpoint;
}

/** Validators one by one and all clients together; or everybody dealt out to a pool in contiguous ranges. */
export function assignNodes(plan: RunPlan, pool: number | null): NodeIndex[][] {
  const validators = plan.validators.map((_, node) => node);
  const clients = Array.from({ length: plan.clientCount }, (_, position) => validators.length + position);
  if (pool === null) {
    const alone = validators.map((node) => [node]);
    return clients.length === 0 ? alone : [...alone, clients];
  }
  const nodes = [...validators, ...clients];
  const count = Math.min(Math.max(1, pool), nodes.length);
  const share = Math.ceil(nodes.length / count);
  const groups: NodeIndex[][] = [];
  for (let first = 0; first < nodes.length; first += share) groups.push(nodes.slice(first, first + share));
  return groups;
}
