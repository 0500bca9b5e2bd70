/** A group of nodes as the conductor sees it, whichever worker hosts it at the moment: calls outlive workers. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { ControlEvent } from '../../kernel/control.ts';
import type { HostReport } from '../../kernel/host/snapshot.ts';
import type { Base, BaseTag, SentBase, Start } from './bases.ts';
import type { DownMessage, UpMessage } from './wire.ts';

/** The control side of a group, whatever carries the calls. Each waits for the window it must come after. */
export interface GroupControl {
  load(controls: readonly ControlEvent[], start: boolean): Promise<{ readonly next: Micros }>;
  firstReport(): Promise<UpMessage>;
  replay(
    base: Start | null,
    log: readonly DownMessage[],
    window: number,
    answer: boolean,
    taken: number,
  ): Promise<Micros>;
  /** The trace of the windows up to `window` that was not taken yet, packed. */
  takeTrace(window: number): Promise<Uint32Array<ArrayBuffer>[]>;
  restore(base: Start, after: number): Promise<Micros>;
  capture(after: number, tag: BaseTag): Promise<SentBase>;
  inspect(node: NodeIndex, after: number): Promise<HostReport | null>;
  digests(after: number): Promise<{ node: NodeIndex; digest: Uint8Array }[]>;
  done(after: number): Promise<Float64Array>;
}

/** Something that waits for the group's worker. Tickets grow, so that the smallest is the oldest. */
type Ticket = number;

const DIED = Symbol('the worker died');
let tickets = 0;

export class RemoteGroup {
  readonly nodes: readonly NodeIndex[];
  /** Time of its next event, mail under way included. */
  next: Micros = Number.POSITIVE_INFINITY;
  /** Its state at the start of the conductor's log; null: as loaded. */
  base: Base | null = null;
  /** Its trace is here up to this window; −1: none of it. */
  taken = -1;
  /** What its nodes have done, as the last answer said; null: not known since they were set back. */
  done: Float64Array | null = null;
  #control: GroupControl;
  #alive = true;
  /** Rejects what is asked of the present worker. */
  readonly #asked = new Set<() => void>();
  readonly #waits = new Set<Ticket>();
  #window: Ticket | null = null;
  #revived: (() => void)[] = [];

  constructor(nodes: readonly NodeIndex[], control: GroupControl) {
    this.nodes = nodes;
    this.#control = control;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether an open window waits for its answer. */
  get expected(): boolean {
    return this.#window !== null;
  }

  /** The oldest thing that waits for the worker; null: nothing does. */
  get oldestWait(): Ticket | null {
    for (const ticket of this.#waits) return ticket;
    return null;
  }

  /** A window opens that the group must answer. */
  expect(): void {
    this.#window = this.#begin();
  }

  /** The answer is here; false when none was expected. */
  answered(): boolean {
    if (this.#window === null) return false;
    this.#waits.delete(this.#window);
    this.#window = null;
    return true;
  }

  /**
   * Asks the worker; if it dies meanwhile, its successor is asked again once it stands where the old one stood. Right for
   * whatever reads, and for `restore`, which leads to the same state however often it is done.
   */
  async call<T>(ask: (control: GroupControl) => Promise<T>): Promise<T> {
    const ticket = this.#begin();
    try {
      for (;;) {
        while (!this.#alive) await new Promise<void>((resolve) => this.#revived.push(resolve));
        const answer = await this.#ask(() => ask(this.#control));
        if (answer !== DIED) return answer;
      }
    } finally {
      this.#waits.delete(ticket);
    }
  }

  /** Its trace of the windows up to `window`, from the one taken last on. */
  async takeTrace(window: number): Promise<readonly Uint32Array<ArrayBuffer>[]> {
    const pieces = await this.call((control) => control.takeTrace(window));
    this.taken = Math.max(this.taken, window);
    return pieces;
  }

  /** Its nodes become what they were once; their trace is not wanted up to `window`. */
  setBack(window: number): void {
    this.taken = window;
    this.done = null;
  }

  /** What its nodes have done at the barrier after `window`: mostly the answers said it. */
  async doneAfter(window: number): Promise<Float64Array> {
    this.done ??= await this.call((control) => control.done(window));
    return this.done;
  }

  /** Its worker is gone: nothing is asked of it until a successor has been brought up to date. */
  died(): void {
    this.#alive = false;
    const asked = [...this.#asked];
    this.#asked.clear();
    for (const reject of asked) reject();
  }

  /** Brings a successor up to date; false when that one died as well, and another is on its way. */
  async succeed(control: GroupControl, update: (control: GroupControl) => Promise<unknown>): Promise<boolean> {
    this.died();
    this.#control = control;
    if ((await this.#ask(() => update(control))) === DIED) return false;
    this.#alive = true;
    for (const resolve of this.#revived.splice(0)) resolve();
    return true;
  }

  #begin(): Ticket {
    const ticket = ++tickets;
    this.#waits.add(ticket);
    return ticket;
  }

  #ask<T>(ask: () => Promise<T>): Promise<T | typeof DIED> {
    return new Promise((resolve, reject) => {
      const die = (): void => resolve(DIED);
      this.#asked.add(die);
      ask()
        .then(resolve, reject)
        .finally(() => this.#asked.delete(die));
    });
  }
}
