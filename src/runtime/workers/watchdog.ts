/** Notices a worker that keeps everybody waiting, and has it replaced. Runs only while calls are under way. */
export interface WatchdogTarget {
  /** Groups that something waits for; `wait` stays the same as long as it is the same wait. */
  waitingFor(): Promise<readonly { readonly group: number; readonly wait: number }[]>;
  replace(group: number): Promise<void>;
}

/** A wait has to be seen so often in a row: a machine that slept between two looks has not waited. */
const LOOKS = 4;

export class Watchdog {
  readonly #target: WatchdogTarget;
  #patienceMs: number;
  #timer: ReturnType<typeof setInterval> | null = null;
  #looking = false;
  /** By group: which wait was seen, and how often. */
  #seen = new Map<number, { readonly wait: number; readonly looks: number }>();

  constructor(patienceMs: number, target: WatchdogTarget) {
    this.#patienceMs = patienceMs;
    this.#target = target;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), this.#patienceMs / LOOKS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#seen.clear();
  }

  async #look(): Promise<void> {
    // A conductor that is too busy to answer is no reason to blame its nodes.
    if (this.#looking) return;
    this.#looking = true;
    try {
      const waiting = await this.#target.waitingFor();
      if (this.#timer === null) return;
      const before = this.#seen;
      this.#seen = new Map();
      for (const { group, wait } of waiting) {
        const known = before.get(group);
        const looks = known?.wait === wait ? known.looks + 1 : 0;
        if (looks < LOOKS) this.#seen.set(group, { wait, looks });
        else this.#replace(group);
      }
    } catch {
      // The conductor is gone: whoever called it is told by other means.
    } finally {
      this.#looking = false;
    }
  }

  /** A successor gets twice the time: perhaps the machine is merely slow. */
  #replace(group: number): void {
    this.stop();
    this.#patienceMs *= 2;
    this.start();
    this.#target.replace(group).catch(() => undefined);
  }
}
