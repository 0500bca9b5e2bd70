/**
 * A tiny network for the tests of this folder: machines, an ordered queue, and rules about what happens to each copy.
 * Nothing of the kernel, so that the protocol is tested alone. Signatures are a hash over (signer, statement).
 */
import { decode, encode } from '../../../core/encoding.ts';
import { draw, PURPOSE, scale, streamKey } from '../../../core/prng.ts';
import type { Micros } from '../../../core/time.ts';
import type { Batch } from '../../../ledger/types.ts';
import type { Decision, Effects, Input, SignedMessage, SignedRef } from '../../protocol.ts';
import { svbft } from '../index.ts';
import { type Message, parseMessage } from '../messages.ts';
import type { Ctx } from '../rules.ts';
import { digestOf, statement } from '../signing.ts';
import type { Durable, State, Timer } from '../state.ts';

/** A copy on its way. */
export interface Copy {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
  readonly proof: SignedRef;
}

export interface NetworkOptions {
  readonly n: number;
  readonly clients?: number;
  readonly seed?: number;
  readonly mutant?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** When a copy sent now arrives, µs from now, one entry a copy: [] lost, two entries duplicated. Default: 10 ms. */
  readonly route?: (copy: Copy, now: Micros, network: Network) => readonly Micros[];
  /** Turns what a traitor's machine wants sent into what leaves. */
  readonly traitors?: Readonly<Record<number, Traitor>>;
  /** Encodes and decodes every copy. */
  readonly overTheWire?: boolean;
  readonly initialBalance?: number;
}

export type Traitor = (copy: Copy, network: Network) => readonly Copy[];

type Event =
  | { readonly at: Micros; readonly order: number; readonly kind: 'copy'; readonly copy: Copy }
  | {
      readonly at: Micros;
      readonly order: number;
      readonly kind: 'timer';
      readonly node: number;
      readonly timer: Timer;
      readonly generation: number;
    }
  | { readonly at: Micros; readonly order: number; readonly kind: 'action'; readonly run: () => void };

export interface Evidence {
  readonly by: number;
  readonly against: number;
  readonly what: string;
  readonly first: SignedMessage<Message>;
  readonly second: SignedMessage<Message>;
}

export class Network {
  now: Micros = 0;
  readonly options: NetworkOptions;
  readonly contexts: Ctx[];
  readonly states: State[];
  readonly disks: Durable[][];
  readonly decisions: Decision[][];
  readonly evidence: Evidence[] = [];
  /** `time node text`, one a noteworthy thing. */
  readonly log: string[] = [];
  readonly alive: boolean[];
  #queue: Event[] = [];
  #order = 0;
  #drawn = 0;
  #timers: Map<string, number>[];
  #generation = 0;
  readonly #key;

  constructor(options: NetworkOptions) {
    this.options = options;
    const { n, clients = 1, seed = 1, mutant = null } = options;
    const parsed = svbft.parseConfig(options.config ?? {});
    if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
    this.#key = streamKey(seed, PURPOSE.noise);
    this.contexts = Array.from({ length: n }, (_, self) => ({
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
    this.states = this.contexts.map((ctx) => svbft.validator.create(ctx));
    this.disks = this.contexts.map(() => []);
    this.decisions = this.contexts.map(() => []);
    this.alive = this.contexts.map(() => true);
    this.#timers = this.contexts.map(() => new Map());
  }

  /** Starts every validator now. */
  start(): this {
    for (let node = 0; node < this.options.n; node++) this.#step(node, { kind: 'start', now: this.now });
    return this;
  }

  /** Uniform in [0, bound). */
  random(bound: number): number {
    return scale(draw(this.#key, this.#drawn++), bound);
  }

  signature(signer: number, message: Message): Uint8Array {
    return hash64(signer, encode(statement(message, this.options.mutant ?? null)));
  }

  sign(signer: number, message: Message): SignedRef {
    return { signer, signature: this.signature(signer, message) };
  }

  at(time: Micros, run: () => void): void {
    this.#push({ at: time, order: 0, kind: 'action', run });
  }

  /** A client's batch reaches all validators at once. */
  submit(client: number, sequence: number, from: number, to: number, amount: number): void {
    const batch: Batch = {
      type: 'submit',
      client: this.options.n + client,
      sequence,
      transfers: [{ from, to, amount }],
    };
    const proof = this.sign(batch.client, batch);
    for (let node = 0; node < this.options.n; node++) {
      this.#push({
        at: this.now,
        order: 0,
        kind: 'copy',
        copy: { from: batch.client, to: node, message: batch, proof },
      });
    }
  }

  crash(node: number): void {
    this.alive[node] = false;
    this.#timers[node]?.clear();
    this.log.push(this.#line(node, 'crashes'));
  }

  /** Comes back with what is on its disk. */
  restart(node: number): void {
    this.alive[node] = true;
    this.states[node] = svbft.validator.recover(this.#context(node), this.disks[node] ?? []);
    this.log.push(this.#line(node, 'restarts'));
    this.#step(node, { kind: 'start', now: this.now });
  }

  /** Gives a copy to its receiver now, whatever the route says. */
  deliver({ from, to, message, proof }: Copy): void {
    this.#step(to, { kind: 'message', now: this.now, from, message, proof });
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

  heights(): number[] {
    return this.states.map((state) => state.decided);
  }

  /** Two nodes outside `except` that decided differently, or null. */
  disagreement(except: readonly number[] = []): string | null {
    const byHeight = new Map<number, { node: number; digest: string }>();
    for (const [node, decisions] of this.decisions.entries()) {
      if (except.includes(node)) continue;
      for (const { slot, digest } of decisions) {
        const first = byHeight.get(slot);
        if (first === undefined) byHeight.set(slot, { node, digest });
        else if (first.digest !== digest) return `height ${slot}: v${first.node} and v${node} differ`;
      }
    }
    return null;
  }

  #handle(event: Event): void {
    if (event.kind === 'action') return event.run();
    if (event.kind === 'timer') {
      const key = svbft.validator.timerKey(event.timer);
      if (!this.alive[event.node] || this.#timers[event.node]?.get(key) !== event.generation) return;
      this.#timers[event.node]?.delete(key);
      return this.#step(event.node, { kind: 'timeout', now: this.now, timer: event.timer });
    }
    const { copy } = event;
    if (!this.alive[copy.to]) return;
    const isGenuine = sameBytes(this.signature(copy.proof.signer, copy.message), copy.proof.signature);
    if (isGenuine || this.options.mutant === 'unverified') this.deliver(copy);
  }

  #step(node: number, input: Input<Message, Timer, never>): void {
    const state = this.states[node];
    if (state === undefined) throw new Error(`no node ${node}`);
    const leaving: Copy[] = [];
    svbft.validator.step(state, input, this.#effects(node, leaving), this.#context(node));
    const traitor = this.options.traitors?.[node];
    for (const copy of leaving) {
      // It can alter its own words only: what it passes on is signed by others.
      const sent = traitor === undefined || copy.proof.signer !== node ? [copy] : traitor(copy, this);
      for (const item of sent) this.#route(item);
    }
  }

  #route(copy: Copy): void {
    const message = this.options.overTheWire ? parseMessage(decode(encode(copy.message))) : copy.message;
    if (message === null) throw new Error(`a ${copy.message.type} does not survive the wire`);
    for (const after of this.options.route?.(copy, this.now, this) ?? [10_000]) {
      this.#push({ at: this.now + after, order: 0, kind: 'copy', copy: { ...copy, message } });
    }
  }

  #effects(node: number, leaving: Copy[]): Effects<Message, Timer, Durable> {
    const everyone = Array.from({ length: this.options.n }, (_, i) => i).filter((i) => i !== node);
    const emit = (to: number, message: Message, proof: SignedRef) =>
      leaving.push({ from: proof.signer, to, message, proof });
    return {
      send: (to, message) => {
        const proof = this.sign(node, message);
        emit(to, message, proof);
        this.log.push(this.#line(node, `→ v${to} ${describe(message)}`));
        return proof;
      },
      broadcast: (message) => {
        const proof = this.sign(node, message);
        for (const to of everyone) emit(to, message, proof);
        this.log.push(this.#line(node, `→ all ${describe(message)}`));
        return proof;
      },
      sign: (message) => this.sign(node, message),
      relay: (to, message, proof) => {
        emit(to, message, proof);
        this.log.push(this.#line(node, `→ v${to} (passes on v${proof.signer}'s) ${describe(message)}`));
      },
      setTimer: (timer, after) => {
        const key = svbft.validator.timerKey(timer);
        this.#timers[node]?.set(key, ++this.#generation);
        this.#push({ at: this.now + after, order: 0, kind: 'timer', node, timer, generation: this.#generation });
      },
      cancelTimer: (timer) => this.#timers[node]?.delete(svbft.validator.timerKey(timer)),
      persist: (record) => this.disks[node]?.push(record),
      rewrite: (records) => this.disks[node]?.splice(0, Number.POSITIVE_INFINITY, ...records),
      decide: (decision) => {
        this.decisions[node]?.push(decision);
        const where = `height ${decision.slot}, view ${decision.epoch}`;
        this.log.push(this.#line(node, `DECIDES ${where}, block ${decision.digest.slice(0, 6)}`));
      },
      note: (rule) => this.log.push(this.#line(node, `· ${rule}`)),
      evidence: (against, what, first, second) => {
        this.evidence.push({ by: node, against, what, first, second });
        this.log.push(this.#line(node, `EVIDENCE against v${against}: ${what}`));
      },
    };
  }

  #context(node: number): Ctx {
    const ctx = this.contexts[node];
    if (ctx === undefined) throw new Error(`no node ${node}`);
    return ctx;
  }

  #push(event: Event): void {
    pushOrdered(this.#queue, { ...event, order: this.#order++ });
  }

  #line(node: number, text: string): string {
    return `${String(this.now / 1000).padStart(7)} v${node} ${text}`;
  }
}

function describe(message: Message): string {
  switch (message.type) {
    case 'proposal': {
      const why =
        message.justification === null ? '' : `, justified by ${message.justification.changes.length} view changes`;
      return `PROPOSAL ${message.height}/${message.view} block ${digestOf(message).slice(0, 6)}${why}`;
    }
    case 'prepare':
    case 'commit':
      return `${message.type.toUpperCase()} ${message.height}/${message.view} block ${message.digest.slice(0, 6)}`;
    case 'view-change': {
      const { prepared } = message;
      const claim =
        prepared === null ? 'nothing prepared' : `prepared ${prepared.digest.slice(0, 6)} in view ${prepared.view}`;
      return `VIEW-CHANGE ${message.height}/${message.view}, ${claim}`;
    }
    case 'status':
      return `STATUS decided ${message.height}, view ${message.view}`;
    case 'sync-request':
      return `SYNC-REQUEST from height ${message.height}`;
    case 'sync-response':
      if (message.snapshot !== undefined) return `SYNC-RESPONSE state at height ${message.snapshot.entry.block.height}`;
      return `SYNC-RESPONSE heights ${message.entries.map(({ block }) => block.height).join(' ')}`;
    case 'submit':
      return `SUBMIT ${message.sequence}`;
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

const precedes = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Binary heap by (time, order of scheduling). */
function pushOrdered(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    const above = heap[parent] as Event;
    if (!precedes(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function popEarliest(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && precedes(heap[child + 1] as Event, heap[child] as Event)) child++;
    if (!precedes(heap[child] as Event, last)) break;
    heap[at] = heap[child] as Event;
    at = child;
  }
  heap[at] = last;
  return first;
}
