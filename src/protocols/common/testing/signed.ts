/**
 * A tiny network for the tests of a protocol alone, like `network.ts`, whose copies carry signatures: a hash over signer and
 * statement. So a traitor can alter its own words and no others', what is passed on stays its signer's, and evidence is real.
 */
import { decode, encode } from '../../../core/encoding.ts';
import { draw, PURPOSE, scale, streamKey } from '../../../core/prng.ts';
import type { Micros } from '../../../core/time.ts';
import type { Decision, Effects, Input, NodeContext, Protocol, SignedMessage, SignedRef } from '../../protocol.ts';
import { type Ordered, popEarliest, pushOrdered } from './queue.ts';

/** A copy on its way; `from` is whose word it is. */
export interface SignedCopy<M> {
  readonly from: number;
  readonly to: number;
  readonly message: M;
  readonly proof: SignedRef;
}

/** `N`: the network as the protocol's tests know it. */
export interface SignedNetworkOptions<M, N> {
  readonly n: number;
  readonly clients?: number;
  readonly seed?: number;
  readonly mutant?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** When a copy sent now arrives, µs from now, one entry a copy: [] lost, two entries duplicated. Default: 10 ms. */
  readonly route?: (copy: SignedCopy<M>, now: Micros, network: N) => readonly Micros[];
  /** Turns what a traitor's machine wants sent into what leaves. */
  readonly traitors?: Readonly<Record<number, (copy: SignedCopy<M>, network: N) => readonly SignedCopy<M>[]>>;
  /** Encodes and decodes every copy. */
  readonly overTheWire?: boolean;
  readonly initialBalance?: number;
}

/** How the log tells it. */
export interface Story<M> {
  message(message: M): string;
  decision(decision: Decision): string;
  passedOn(signer: string): string;
  /** The slot, in `disagreement`. */
  readonly slot: string;
}

export interface FoundEvidence<M> {
  readonly by: number;
  readonly against: number;
  readonly what: string;
  readonly first: SignedMessage<M>;
  readonly second: SignedMessage<M>;
}

type Event<M, T> = Ordered &
  (
    | { readonly kind: 'copy'; readonly copy: SignedCopy<M> }
    | { readonly kind: 'timer'; readonly node: number; readonly timer: T; readonly generation: number }
    | { readonly kind: 'action'; readonly run: () => void }
  );
type NewEvent<M, T> = Event<M, T> extends infer E ? (E extends unknown ? Omit<E, 'order'> : never) : never;

export class SignedNetwork<S, M extends { readonly type: string }, T, R, K, N> {
  now: Micros = 0;
  readonly options: SignedNetworkOptions<M, N>;
  readonly contexts: NodeContext<K, M>[];
  readonly states: S[];
  readonly disks: R[][];
  readonly decisions: Decision[][];
  readonly evidence: FoundEvidence<M>[] = [];
  /** `time node text`, one a noteworthy thing. */
  readonly log: string[] = [];
  readonly alive: boolean[];
  readonly #protocol: Protocol<S, M, T, never, R, K>;
  readonly #story: Story<M>;
  #queue: Event<M, T>[] = [];
  #order = 0;
  #drawn = 0;
  #timers: Map<string, number>[];
  #generation = 0;
  readonly #key;

  constructor(protocol: Protocol<S, M, T, never, R, K>, story: Story<M>, options: SignedNetworkOptions<M, N>) {
    this.options = options;
    this.#protocol = protocol;
    this.#story = story;
    const { n, clients = 1, seed = 1, mutant = null } = options;
    const parsed = protocol.parseConfig(options.config ?? {});
    if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
    this.#key = streamKey(seed, PURPOSE.noise);
    this.contexts = Array.from({ length: n + clients }, (_, self) => ({
      self,
      validatorCount: n,
      clientCount: clients,
      stakes: new Array<number>(n).fill(1),
      config: parsed.config,
      mutant,
      random: streamKey(seed, PURPOSE.protocol, self),
      workload: {
        ratePerSecond: 0,
        batchMicros: 1000,
        accountCount: 8,
        initialBalance: options.initialBalance ?? 1000,
      },
      verify: (signer, message, signature) => sameBytes(this.signature(signer, message), signature),
    }));
    this.states = this.contexts.slice(0, n).map((ctx) => protocol.validator.create(ctx));
    this.disks = this.contexts.map(() => []);
    this.decisions = this.contexts.map(() => []);
    this.alive = this.contexts.map(() => true);
    this.#timers = this.contexts.map(() => new Map());
  }

  /** Starts every validator now. */
  start(): this {
    for (let node = 0; node < this.options.n; node++) this.step(node, { kind: 'start', now: this.now });
    return this;
  }

  /** Uniform in [0, bound). */
  random(bound: number): number {
    return scale(draw(this.#key, this.#drawn++), bound);
  }

  signature(signer: number, message: M): Uint8Array {
    return hash64(signer, encode(this.#protocol.statement(message, this.options.mutant ?? null)));
  }

  sign(signer: number, message: M): SignedRef {
    return { signer, signature: this.signature(signer, message) };
  }

  at(time: Micros, run: () => void): void {
    this.#push({ at: time, kind: 'action', run });
  }

  /** A copy that arrives now. */
  arrive(copy: SignedCopy<M>): void {
    this.#push({ at: this.now, kind: 'copy', copy });
  }

  crash(node: number): void {
    this.alive[node] = false;
    this.#timers[node]?.clear();
    this.log.push(this.#line(node, 'crashes'));
  }

  /** Comes back with what is on its disk. */
  restart(node: number): void {
    this.alive[node] = true;
    this.states[node] = this.#protocol.validator.recover(this.context(node), this.disks[node] ?? []);
    this.log.push(this.#line(node, 'restarts'));
    this.step(node, { kind: 'start', now: this.now });
  }

  /** Gives a copy to its receiver now, whatever the route says. */
  deliver({ from, to, message, proof }: SignedCopy<M>): void {
    this.step(to, { kind: 'message', now: this.now, from, message, proof });
  }

  run(until: Micros, done: () => boolean = () => false): this {
    for (let steps = 0; steps < 2_000_000 && !done(); steps++) {
      const event = popEarliest(this.#queue);
      if (event === undefined || event.at > until) {
        if (event !== undefined) this.#push(event);
        break;
      }
      this.now = event.at;
      this.#handle(event);
    }
    if (!done()) this.now = Math.max(this.now, until);
    return this;
  }

  /** Two nodes outside `except` that decided differently, or null. */
  disagreement(except: readonly number[] = []): string | null {
    const bySlot = new Map<number, { node: number; digest: string }>();
    for (const [node, decisions] of this.decisions.entries()) {
      if (except.includes(node)) continue;
      for (const { slot, digest } of decisions) {
        const first = bySlot.get(slot);
        if (first === undefined) bySlot.set(slot, { node, digest });
        else if (first.digest !== digest) return `${this.#story.slot} ${slot}: v${first.node} and v${node} differ`;
      }
    }
    return null;
  }

  name(node: number): string {
    return node < this.options.n ? `v${node}` : `c${node - this.options.n}`;
  }

  /** Gives an input to the machine of a node. Networks whose clients have machines of their own say which. */
  protected handle(node: number, input: Input<M, T, never>, out: Effects<M, T, R>): void {
    const state = this.states[node];
    if (state !== undefined) this.#protocol.validator.step(state, input, out, this.context(node));
  }

  protected step(node: number, input: Input<M, T, never>): void {
    const leaving: SignedCopy<M>[] = [];
    this.handle(node, input, this.#effects(node, leaving));
    const traitor = this.options.traitors?.[node];
    for (const copy of leaving) {
      // It can alter its own words only: what it passes on is signed by others.
      const sent = traitor === undefined || copy.proof.signer !== node ? [copy] : traitor(copy, this.#asKnown());
      for (const item of sent) this.#route(item);
    }
  }

  protected context(node: number): NodeContext<K, M> {
    const ctx = this.contexts[node];
    if (ctx === undefined) throw new Error(`no node ${node}`);
    return ctx;
  }

  /** This network as the class that the protocol's tests made of it. */
  #asKnown(): N {
    return this as unknown as N;
  }

  #handle(event: Event<M, T>): void {
    if (event.kind === 'action') return event.run();
    if (event.kind === 'timer') {
      const key = this.#protocol.validator.timerKey(event.timer);
      if (!this.alive[event.node] || this.#timers[event.node]?.get(key) !== event.generation) return;
      this.#timers[event.node]?.delete(key);
      return this.step(event.node, { kind: 'timeout', now: this.now, timer: event.timer });
    }
    const { copy } = event;
    if (!this.alive[copy.to]) return;
    const isGenuine = sameBytes(this.signature(copy.proof.signer, copy.message), copy.proof.signature);
    if (isGenuine || this.options.mutant === 'unverified') this.deliver(copy);
  }

  #route(copy: SignedCopy<M>): void {
    const wire = this.options.overTheWire === true;
    const message = wire ? this.#protocol.parseMessage(decode(encode(copy.message))) : copy.message;
    if (message === null) throw new Error(`a ${copy.message.type} does not survive the wire`);
    for (const after of this.options.route?.(copy, this.now, this.#asKnown()) ?? [10_000]) {
      this.#push({ at: this.now + after, kind: 'copy', copy: { ...copy, message } });
    }
  }

  #effects(node: number, leaving: SignedCopy<M>[]): Effects<M, T, R> {
    const everyone = Array.from({ length: this.options.n }, (_, i) => i).filter((i) => i !== node);
    const tell = (text: string): void => void this.log.push(this.#line(node, text));
    const emit = (to: number, message: M, proof: SignedRef): void => {
      leaving.push({ from: proof.signer, to, message, proof });
    };
    const { message: describe, passedOn, decision: decided } = this.#story;
    return {
      send: (to, message) => {
        const proof = this.sign(node, message);
        emit(to, message, proof);
        tell(`→ ${this.name(to)} ${describe(message)}`);
        return proof;
      },
      broadcast: (message) => {
        const proof = this.sign(node, message);
        for (const to of everyone) emit(to, message, proof);
        tell(`→ all ${describe(message)}`);
        return proof;
      },
      sign: (message) => this.sign(node, message),
      relay: (to, message, proof) => {
        emit(to, message, proof);
        tell(`→ ${this.name(to)} (${passedOn(this.name(proof.signer))}) ${describe(message)}`);
      },
      setTimer: (timer, after) => {
        const key = this.#protocol.validator.timerKey(timer);
        this.#timers[node]?.set(key, ++this.#generation);
        this.#push({ at: this.now + after, kind: 'timer', node, timer, generation: this.#generation });
      },
      cancelTimer: (timer) => this.#timers[node]?.delete(this.#protocol.validator.timerKey(timer)),
      persist: (record) => this.disks[node]?.push(record),
      rewrite: (records) => this.disks[node]?.splice(0, Number.POSITIVE_INFINITY, ...records),
      discard: (isObsolete) => {
        this.disks[node] = this.disks[node]?.filter((record) => !isObsolete(record)) ?? [];
      },
      decide: (decision) => {
        this.decisions[node]?.push(decision);
        tell(decided(decision));
      },
      note: (rule) => tell(`· ${rule}`),
      evidence: (against, what, first, second) => {
        this.evidence.push({ by: node, against, what, first, second });
        tell(`EVIDENCE against v${against}: ${what}`);
      },
    };
  }

  #push(event: NewEvent<M, T>): void {
    pushOrdered(this.#queue, { ...event, order: this.#order++ } as Event<M, T>);
  }

  #line(node: number, text: string): string {
    return `${String(this.now / 1000).padStart(7)} ${this.name(node)} ${text}`;
  }
}

/** 64 bits of FNV-1a in two halves over the signer and the bytes. */
function hash64(signer: number, bytes: Uint8Array): Uint8Array {
  let a = Math.imul(0x811c9dc5 ^ signer, 0x01000193);
  let b = Math.imul(0x9e3779b9 ^ signer, 0x01000193);
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte ^ (a >>> 13), 0x85ebca6b);
  }
  const result = new Uint8Array(8);
  const view = new DataView(result.buffer);
  view.setUint32(0, a >>> 0);
  view.setUint32(4, b >>> 0);
  return result;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
