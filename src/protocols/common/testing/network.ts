/**
 * A tiny network for tests of a protocol alone: its machines, an ordered queue, and a rule about what happens to each copy.
 * Nothing of the kernel, and no real signatures.
 */
import { clonePlain } from '../../../core/clone.ts';
import { decode, encode } from '../../../core/encoding.ts';
import { draw, PURPOSE, scale, streamKey } from '../../../core/prng.ts';
import type { Micros } from '../../../core/time.ts';
import type { Batch } from '../../../ledger/types.ts';
import type { Decision, Effects, Input, NodeContext, Protocol, SignedRef } from '../../protocol.ts';

/** A copy on its way. */
export interface Copy<M> {
  readonly from: number;
  readonly to: number;
  readonly message: M;
}

export interface NetworkOptions<M> {
  readonly n: number;
  readonly seed?: number;
  readonly mutant?: string;
  /** Voting power by node; 1 each if absent. */
  readonly stakes?: readonly number[];
  /** What leaves in place of what a traitor's machine wants sent to one node. */
  readonly traitors?: Readonly<Record<number, (copy: Copy<M>) => readonly M[]>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** When a copy sent now arrives, µs from now, one entry a copy: [] lost, two entries duplicated. Default: 10 ms. */
  readonly route?: (copy: Copy<M>, now: Micros, random: (bound: number) => number) => readonly Micros[];
  /** A line for the log; what has none is not logged. */
  readonly describe?: (message: M) => string | null;
}

interface Event {
  readonly at: Micros;
  readonly order: number;
  readonly run: () => void;
}

type AnyMessage = { readonly type: string };

const SIGNATURE = new Uint8Array(8);

export class TestNetwork<S, M extends AnyMessage, T, R, K> {
  now: Micros = 0;
  readonly options: NetworkOptions<M>;
  readonly config: K;
  readonly contexts: NodeContext<K, M>[];
  readonly states: S[];
  readonly disks: R[][];
  readonly decisions: Decision[][];
  readonly notes: string[][];
  readonly evidence: { readonly by: number; readonly against: number; readonly what: string }[] = [];
  /** Everything sent, in order. */
  readonly sent: { readonly at: Micros; readonly from: number; readonly to: number | null; readonly message: M }[] = [];
  /** Everything passed on: who said it first, and who gets it. */
  readonly relayed: { readonly from: number; readonly to: number; readonly signer: number; readonly message: M }[] = [];
  /** `time node text`, one a noteworthy thing. */
  readonly log: string[] = [];
  readonly alive: boolean[];
  /** The timer each node has armed under a key. */
  readonly timers: Map<string, { readonly timer: T; readonly generation: number; readonly due: Micros }>[];
  readonly #protocol: Protocol<S, M, T, never, R, K>;
  #queue: Event[] = [];
  #order = 0;
  #drawn = 0;
  readonly #key;

  constructor(protocol: Protocol<S, M, T, never, R, K>, options: NetworkOptions<M>) {
    const { n, seed = 1, mutant = null } = options;
    const parsed = protocol.parseConfig(options.config ?? {}, n);
    if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
    this.#protocol = protocol;
    this.options = options;
    this.config = parsed.config;
    this.#key = streamKey(seed, PURPOSE.noise);
    this.contexts = Array.from({ length: n }, (_, self) => ({
      self,
      validatorCount: n,
      clientCount: 1,
      stakes: options.stakes ?? new Array<number>(n).fill(1),
      config: parsed.config,
      mutant,
      random: streamKey(seed, PURPOSE.workload, self),
      workload: { ratePerSecond: 0, batchMicros: 1000, accountCount: 8, initialBalance: 1000 },
      verify: () => true,
    }));
    this.states = this.contexts.map((ctx) => protocol.validator.create(ctx));
    this.disks = this.contexts.map(() => []);
    this.decisions = this.contexts.map(() => []);
    this.notes = this.contexts.map(() => []);
    this.alive = this.contexts.map(() => true);
    this.timers = this.contexts.map(() => new Map());
  }

  /** Starts every node now. */
  start(): this {
    for (const { self } of this.contexts) this.#step(self, { kind: 'start', now: this.now });
    return this;
  }

  /** Uniform in [0, bound). */
  readonly random = (bound: number): number => scale(draw(this.#key, this.#drawn++), bound);

  at(time: Micros, run: () => void): void {
    this.#queue.push({ at: time, order: this.#order++, run });
  }

  /** A client's batch of one transfer reaches these nodes, by default all, at once. */
  submit(sequence: number, amount: number, nodes: readonly number[] = this.contexts.map(({ self }) => self)): void {
    const client = this.options.n;
    const batch: Batch = { type: 'submit', client, sequence, transfers: [{ from: 0, to: 1, amount }] };
    for (const node of nodes) this.give(node, client, batch as AnyMessage as M);
  }

  crash(node: number): void {
    this.alive[node] = false;
    this.timers[node]?.clear();
    this.log.push(this.#line(node, 'crashes'));
  }

  /** Comes back with what is on its disk. */
  restart(node: number): void {
    this.alive[node] = true;
    this.states[node] = this.#protocol.validator.recover(this.#context(node), this.disks[node] ?? []);
    this.log.push(this.#line(node, 'restarts'));
    this.#step(node, { kind: 'start', now: this.now });
  }

  /** Gives a message to a node now, whatever the route says. */
  give(to: number, from: number, message: M): void {
    if (!this.alive[to]) return;
    this.#step(to, { kind: 'message', now: this.now, from, message, proof: { signer: from, signature: SIGNATURE } });
  }

  /** Fires a timer of a node now, if it is armed. */
  fire(node: number, key: string): void {
    const armed = this.timers[node]?.get(key);
    if (armed === undefined) throw new Error(`v${node} has no timer ${key}`);
    this.timers[node]?.delete(key);
    this.#step(node, { kind: 'timeout', now: this.now, timer: armed.timer });
  }

  /** Handles all events up to `until`, or until `done`. */
  run(until: Micros, done: () => boolean = () => false): this {
    for (let steps = 0; steps < 1_000_000 && !done(); steps++) {
      const first = this.#queue.reduce<Event | null>(
        (least, event) => (least === null || precedes(event, least) ? event : least),
        null,
      );
      if (first === null || first.at > until) break;
      this.#queue.splice(this.#queue.indexOf(first), 1);
      this.now = Math.max(this.now, first.at);
      first.run();
    }
    if (!done()) this.now = Math.max(this.now, until);
    return this;
  }

  state(node: number): S {
    const state = this.states[node];
    if (state === undefined) throw new Error(`no node ${node}`);
    return state;
  }

  /** Two nodes that decided differently, or null. */
  disagreement(): string | null {
    const bySlot = new Map<number, { readonly node: number; readonly digest: string }>();
    for (const [node, decisions] of this.decisions.entries()) {
      for (const { slot, digest } of decisions) {
        const first = bySlot.get(slot);
        if (first === undefined) bySlot.set(slot, { node, digest });
        else if (first.digest !== digest) return `slot ${slot}: v${first.node} and v${node} differ`;
      }
    }
    return null;
  }

  #step(node: number, input: Input<M, T, never>): void {
    this.#protocol.validator.step(this.state(node), input, this.#effects(node), this.#context(node));
  }

  /** Passes on what `signer` said: it arrives as that one's word. */
  #relay(node: number, to: number, signer: number, message: M): void {
    this.relayed.push({ from: node, to, signer, message });
    const text = this.options.describe?.(message) ?? null;
    const origin = signer === node ? '' : `(v${signer}'s) `;
    if (text !== null) this.log.push(this.#line(node, `→ ${nameOf(to, this.options.n)} again: ${origin}${text}`));
    this.#post(signer, to, message);
  }

  #leave(from: number, to: number, message: M): void {
    const lie = this.options.traitors?.[from];
    for (const said of lie === undefined ? [message] : lie({ from, to, message })) this.#post(from, to, said);
  }

  #post(from: number, to: number, message: M): void {
    if (to >= this.options.n) return;
    // What is sent is what its bytes say.
    const decoded = this.#protocol.parseMessage(decode(encode(message)));
    if (decoded === null) throw new Error(`a ${message.type} does not survive the wire`);
    for (const after of this.options.route?.({ from, to, message }, this.now, this.random) ?? [10_000]) {
      this.at(this.now + after, () => this.give(to, from, decoded));
    }
  }

  #effects(node: number): Effects<M, T, R> {
    const proof: SignedRef = { signer: node, signature: SIGNATURE };
    const send = (to: number | null, message: M): SignedRef => {
      this.sent.push({ at: this.now, from: node, to, message });
      const text = this.options.describe?.(message) ?? null;
      if (text !== null)
        this.log.push(this.#line(node, `→ ${to === null ? 'all' : nameOf(to, this.options.n)} ${text}`));
      for (const { self } of this.contexts)
        if (self !== node && (to === null || to === self)) this.#leave(node, self, message);
      return proof;
    };
    return {
      send,
      broadcast: (message) => send(null, message),
      multicast: (to, message) => {
        const text = this.options.describe?.(message) ?? null;
        const names = to.map((each) => nameOf(each, this.options.n)).join(' ');
        if (text !== null) this.log.push(this.#line(node, `→ ${names} ${text}`));
        for (const each of to) {
          this.sent.push({ at: this.now, from: node, to: each, message });
          this.#leave(node, each, message);
        }
        return proof;
      },
      sign: () => proof,
      relay: (to, message, { signer }) => this.#relay(node, to, signer, message),
      setTimer: (timer, after) => {
        const key = this.#protocol.validator.timerKey(timer);
        const generation = this.#order;
        this.timers[node]?.set(key, { timer, generation, due: this.now + after });
        this.at(this.now + after, () => {
          if (this.timers[node]?.get(key)?.generation === generation) this.fire(node, key);
        });
      },
      cancelTimer: (timer) => void this.timers[node]?.delete(this.#protocol.validator.timerKey(timer)),
      persist: (record) => void this.disks[node]?.push(clonePlain(record)),
      rewrite: (records) => void this.disks[node]?.splice(0, Number.POSITIVE_INFINITY, ...records.map(clonePlain)),
      discard: (isObsolete) => {
        this.disks[node] = this.disks[node]?.filter((record) => !isObsolete(record)) ?? [];
      },
      decide: (decision) => {
        this.decisions[node]?.push(decision);
        this.log.push(this.#line(node, `DECIDES ${decision.slot}/${decision.epoch} ${decision.digest.slice(0, 6)}`));
      },
      note: (rule) => {
        this.notes[node]?.push(rule);
        this.log.push(this.#line(node, `· ${rule}`));
      },
      evidence: (against, what) => {
        this.evidence.push({ by: node, against, what });
        this.log.push(this.#line(node, `EVIDENCE against v${against}: ${what}`));
      },
    };
  }

  #context(node: number): NodeContext<K, M> {
    const ctx = this.contexts[node];
    if (ctx === undefined) throw new Error(`no node ${node}`);
    return ctx;
  }

  #line(node: number, text: string): string {
    return `${(this.now / 1000).toFixed(0).padStart(6)} v${node} ${text}`;
  }
}

function nameOf(node: number, validatorCount: number): string {
  return node < validatorCount ? `v${node}` : `c${node - validatorCount}`;
}

function precedes(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
