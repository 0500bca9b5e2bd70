/** A bar on the last line of a terminal; nothing where stderr is no terminal. */
const WIDTH = 30;
const INTERVAL_MS = 100;

export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class ProgressBar {
  readonly #terminal: Terminal | null;
  readonly #now: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal.isTTY === true ? terminal : null;
    this.#now = now;
  }

  get isVisible(): boolean {
    return this.#terminal !== null;
  }

  /** `share` 0 … 1; drawn at most ten times a second. */
  show(share: number, text: string): void {
    const now = this.#now();
    if (this.#terminal === null || now - this.#drawnAt < INTERVAL_MS) return;
    this.#drawnAt = now;
    const full = Math.round(Math.min(1, Math.max(0, share)) * WIDTH);
    this.#terminal.write(`\r\x1b[K[${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}] ${text}`);
  }

  /** Makes room for a line of output. */
  clear(): void {
    if (this.#terminal === null || this.#drawnAt === Number.NEGATIVE_INFINITY) return;
    this.#terminal.write('\r\x1b[K');
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }
}
