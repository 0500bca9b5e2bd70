/**
 * The CPU of a node: one core, first come first served. Work waits in the inbox; only the end of the piece in progress
 * is an event, so that a burst of n messages costs n events, not n².
 */
import type { Micros } from '../../core/time.ts';

export interface Work<P> {
  readonly payload: P;
  readonly arrivedAt: Micros;
  readonly cost: Micros;
}

export interface CpuSnapshot<P> {
  readonly inbox: readonly Work<P>[];
  readonly readyAt: Micros;
  readonly freeAt: Micros;
}

const INBOX_MAX = 1 << 17;

export class Cpu<P> {
  /** When the piece in progress is ready to be handled; Infinity when idle. */
  readyAt: Micros = Number.POSITIVE_INFINITY;
  /** Nothing can start earlier: the last step's signing ends here. */
  freeAt: Micros = 0;
  #inbox: Work<P>[] = [];
  #first = 0;

  get backlog(): number {
    return this.#inbox.length - this.#first;
  }

  /** True when work of this cost that arrives now would be ready now. */
  readyNow(now: Micros, cost: Micros): boolean {
    return cost === 0 && this.freeAt <= now && this.backlog === 0;
  }

  /** Queues work; false when the inbox is full. */
  offer(payload: P, now: Micros, cost: Micros): boolean {
    if (this.backlog >= INBOX_MAX) return false;
    this.#inbox.push({ payload, arrivedAt: now, cost });
    if (this.readyAt === Number.POSITIVE_INFINITY) this.readyAt = Math.max(now, this.freeAt) + cost;
    return true;
  }

  /** Takes the piece that is ready: the CPU was busy with it until now. The caller handles it, then calls `next`. */
  take(): Work<P> {
    this.freeAt = Math.max(this.freeAt, this.readyAt);
    const work = this.#inbox[this.#first] as Work<P>;
    this.#first++;
    if (this.#first > 256 && this.#first * 2 > this.#inbox.length) {
      this.#inbox = this.#inbox.slice(this.#first);
      this.#first = 0;
    }
    return work;
  }

  /** Starts the next piece, if there is one. */
  next(): void {
    const head = this.#inbox[this.#first];
    this.readyAt = head === undefined ? Number.POSITIVE_INFINITY : this.freeAt + head.cost;
  }

  /** Forgets everything: the node crashed. Returns what was lost. */
  clear(now: Micros): readonly Work<P>[] {
    const lost = this.#inbox.slice(this.#first);
    this.#inbox = [];
    this.#first = 0;
    this.readyAt = Number.POSITIVE_INFINITY;
    this.freeAt = now;
    return lost;
  }

  capture(): CpuSnapshot<P> {
    return { inbox: this.#inbox.slice(this.#first), readyAt: this.readyAt, freeAt: this.freeAt };
  }

  restore(snapshot: CpuSnapshot<P>): void {
    this.#inbox = [...snapshot.inbox];
    this.#first = 0;
    this.readyAt = snapshot.readyAt;
    this.freeAt = snapshot.freeAt;
  }
}
