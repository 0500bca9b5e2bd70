/** A group alone, for tests of ordering: its members, their disks, an ordered queue, and a rule about what happens to each copy. */
import { expect } from 'vitest';
import { clonePlain } from '../../../../core/clone.ts';
import { decode, encode } from '../../../../core/encoding.ts';
import { draw, PURPOSE, scale, streamKey } from '../../../../core/prng.ts';
import { MILLISECOND, type Micros } from '../../../../core/time.ts';
import { hashValue } from '../../../../crypto/hash.ts';
import { stableLeader } from '../index.ts';
import { type BareChange, type OrderMessage, parseOrderMessage } from '../messages.ts';
import type { SignedRef } from '../../../protocol.ts';
import type { OrderState } from '../state.ts';
import type { Group, OrderRecord, OrderTimer, Port, Way } from '../types.ts';

export type Message = OrderMessage<string>;
interface Event {
  readonly at: Micros;
  readonly order: number;
  run(): void;
}

/** What a signature covers of what travels inside other messages. */
function statementOf(message: Message | BareChange): unknown {
  if (message.type !== 'order-change') return message;
  const { prepared, ...rest } = message;
  const digest = prepared === null ? '' : 'digest' in prepared ? prepared.digest : hashValue(prepared.value);
  return { ...rest, prepared: prepared === null ? null : [prepared.view, digest] };
}

export const ordering = stableLeader<string>();
export const SIGNATURE = new Uint8Array(4);
const isText = (value: unknown): value is string => typeof value === 'string';

/** A group alone: members 10, 11, …; each is to order every text in `wanted`. What a lying member sends, `lies` says. */
export class World {
  now: Micros = 0;
  readonly members: readonly number[];
  readonly wanted: string[] = [];
  readonly states = new Map<number, OrderState<string>>();
  readonly disks = new Map<number, OrderRecord<string>[]>();
  readonly decided = new Map<number, string[]>();
  readonly alive = new Set<number>();
  readonly evidence: string[] = [];
  readonly notes: string[] = [];
  changes = 0;
  /** Copies of each type that were sent. */
  readonly sent = new Map<string, number>();
  /** How the slot is ordered. */
  way: (slot: number) => Way = () => 'all-to-all';
  mutant: string | null = null;
  lies: (from: number, to: number, message: Message) => readonly Message[] = (_from, _to, message) => [message];
  route: (from: number, to: number) => readonly Micros[] = () => [10 * MILLISECOND];
  readonly #timers = new Map<string, number>();
  /** What was signed, and by whom. */
  readonly #signed = new Set<string>();
  readonly #key;
  #drawn = 0;
  #order = 0;
  #queue: Event[] = [];

  constructor(n: number, seed = 1, way: Way | ((slot: number) => Way) = 'all-to-all') {
    this.way = typeof way === 'function' ? way : () => way;
    this.members = Array.from({ length: n }, (_, i) => 10 + i);
    this.#key = streamKey(seed, PURPOSE.noise);
    for (const self of this.members) {
      this.disks.set(self, []);
      this.decided.set(self, []);
      this.states.set(self, ordering.create(this.group(self)));
      this.alive.add(self);
    }
    for (const self of this.members) ordering.start(this.state(self), this.group(self), this.port(self));
  }

  random(bound: number): number {
    return scale(draw(this.#key, this.#drawn++), bound);
  }

  group(self: number): Group {
    return { id: 3, members: this.members, self, patienceMicros: 200 * MILLISECOND, mutant: this.mutant };
  }

  state(self: number): OrderState<string> {
    return this.states.get(self) as OrderState<string>;
  }

  log(self: number): string[] {
    return this.decided.get(self) as string[];
  }

  at(after: Micros, run: () => void): void {
    this.#queue.push({ at: this.now + after, order: this.#order++, run });
  }

  want(...texts: string[]): void {
    this.wanted.push(...texts);
    for (const self of this.members)
      if (this.alive.has(self)) ordering.poke(this.state(self), this.group(self), this.port(self));
  }

  crash(self: number): void {
    this.alive.delete(self);
    for (const key of this.#timers.keys()) if (key.startsWith(`${self} `)) this.#timers.delete(key);
  }

  restart(self: number): void {
    const state = ordering.create(this.group(self));
    const decided: string[] = [];
    for (const record of this.disks.get(self) ?? []) {
      ordering.replay(state, record, hashValue);
      if (record.kind === 'order-decided') decided.push(record.value);
    }
    this.decided.set(self, decided);
    this.states.set(self, state);
    this.alive.add(self);
    ordering.start(state, this.group(self), this.port(self));
  }

  run(until: Micros): void {
    for (;;) {
      let first: Event | null = null;
      for (const event of this.#queue)
        if (first === null || event.at < first.at || (event.at === first.at && event.order < first.order))
          first = event;
      if (first === null || first.at > until) break;
      this.#queue.splice(this.#queue.indexOf(first), 1);
      this.now = first.at;
      first.run();
    }
    this.now = until;
  }

  #sign(signer: number, message: Message): SignedRef {
    this.#signed.add(`${signer} ${hashValue(statementOf(message))}`);
    return { signer, signature: SIGNATURE };
  }

  #post(from: number, to: number, message: Message): void {
    this.sent.set(message.type, (this.sent.get(message.type) ?? 0) + 1);
    for (const said of this.lies(from, to, message)) {
      const heard = parseOrderMessage(decode(encode(said)), isText);
      this.#sign(from, said);
      if (heard === null) throw new Error(`${said.type} does not survive the wire`);
      for (const after of this.route(from, to))
        this.at(after, () => {
          if (!this.alive.has(to)) return;
          const proof = { signer: from, signature: SIGNATURE };
          ordering.onMessage(this.state(to), from, heard, proof, this.group(to), this.port(to));
        });
    }
  }

  port(self: number): Port<string> {
    const open = (): string | null => this.wanted.find((text) => !this.log(self).includes(text)) ?? null;
    const key = (timer: OrderTimer): string => `${self} ${timer.kind}`;
    return {
      now: this.now,
      way: () => this.way(this.state(self).slot),
      sign: (message) => this.#sign(self, message),
      digestOf: hashValue,
      refusal: (value) => (this.wanted.includes(value) && !this.log(self).includes(value) ? null : 'not wanted'),
      candidate: open,
      hasWork: () => open() !== null,
      take: () => {},
      decided: (slot, _view, value) => {
        this.log(self).push(value);
        expect(this.log(self)).toHaveLength(slot);
      },
      send: (to, message) => {
        this.#post(self, to, message);
        return this.#sign(self, message);
      },
      cast: (message) => {
        if (message.type === 'order-change') this.changes++;
        for (const to of this.members) if (to !== self) this.#post(self, to, message);
        return this.#sign(self, message);
      },
      verifyAll: (message, proofs) =>
        proofs.every(({ signer }) => this.#signed.has(`${signer} ${hashValue(statementOf(message))}`)),
      setTimer: (timer, after) => {
        const generation = this.#order;
        this.#timers.set(key(timer), generation);
        this.at(after, () => {
          if (this.#timers.get(key(timer)) !== generation) return;
          this.#timers.delete(key(timer));
          ordering.onTimer(this.state(self), timer, this.group(self), this.port(self));
        });
      },
      cancelTimer: (timer) => void this.#timers.delete(key(timer)),
      persist: (record) => void this.disks.get(self)?.push(clonePlain(record)),
      note: (rule) => void this.notes.push(`${self} ${rule}`),
      evidence: (against, what) => void this.evidence.push(`${against}: ${what}`),
    };
  }

  /** All correct logs are beginnings of the longest. */
  expectAgreement(correct: readonly number[] = this.members): void {
    const logs = correct.map((self) => this.log(self)).sort((a, b) => b.length - a.length);
    for (const log of logs) expect(log).toEqual(logs[0]?.slice(0, log.length));
  }
}
