/** What travels inside messages that carry others: the trace does not say, the executor's memory of recent messages does. */
import { decode } from '../../core/encoding.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import type { MessageBytes } from './details.ts';

/** A message inside another one. */
export interface Inside {
  /** Position in `Declaration.messages`. */
  readonly type: number;
  readonly transaction: number;
}

export interface CarriedOptions {
  readonly protocol: AnyProtocol;
  envelope(origin: NodeIndex, sequence: number): Promise<MessageBytes | null>;
  /** What was asked for has been looked into. */
  onRead(): void;
}

/** Asked for at a time. */
const ASKED_MAX = 64;
/** Remembered: the oldest are forgotten first. */
const KNOWN_MAX = 8_192;

export class CarriedReader {
  readonly #options: CarriedOptions;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #carriers: ReadonlySet<number>;
  /** By name of the message: what is inside, null where nobody can tell. */
  #known = new Map<string, readonly Inside[] | null>();
  readonly #wanted = new Map<string, readonly [NodeIndex, number]>();
  #isReading = false;
  /** Answers to what was asked before a cut are about another run. */
  #generation = 0;

  constructor(options: CarriedOptions) {
    this.#options = options;
    const { messages, transactions } = options.protocol.declaration;
    this.#positions = new Map(messages.map(({ type }, position) => [type, position]));
    const types = transactions?.carriers?.types ?? [];
    this.#carriers = new Set(types.flatMap((type) => this.#positions.get(type) ?? []));
  }

  get hasCarriers(): boolean {
    return this.#carriers.size > 0;
  }

  isCarrier(type: number): boolean {
    return this.#carriers.has(type);
  }

  /** What is inside; null where nobody can tell (any more); undefined: asked for, `onRead` follows. */
  inside(origin: NodeIndex, sequence: number): readonly Inside[] | null | undefined {
    const name = `${origin}#${sequence}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#wanted.set(name, [origin, sequence]);
    if (!this.#isReading) {
      this.#isReading = true;
      void this.#read();
    }
    return undefined;
  }

  /** The trace was cut: what followed may be other messages of the same names. */
  forget(): void {
    this.#known = new Map();
    this.#wanted.clear();
    this.#generation++;
  }

  async #read(): Promise<void> {
    // Whoever asks for one asks for more in the same turn.
    await Promise.resolve();
    while (this.#wanted.size > 0) {
      const generation = this.#generation;
      const some = [...this.#wanted].slice(0, ASKED_MAX);
      const found = await Promise.all(some.map(([, [origin, sequence]]) => this.#look(origin, sequence)));
      if (generation !== this.#generation) continue;
      some.forEach(([name], i) => {
        this.#wanted.delete(name);
        this.#known.set(name, found[i] ?? null);
      });
      for (const name of this.#known.keys()) {
        if (this.#known.size <= KNOWN_MAX) break;
        this.#known.delete(name);
      }
    }
    this.#isReading = false;
    this.#options.onRead();
  }

  async #look(origin: NodeIndex, sequence: number): Promise<readonly Inside[] | null> {
    const { protocol, envelope } = this.#options;
    // A run that is being replaced has no answer.
    const kept = await envelope(origin, sequence).catch(() => null);
    const message = kept === null ? null : protocol.parseMessage(decode(kept.bytes));
    const items = message === null ? null : protocol.declaration.transactions?.carriers?.inside(message);
    return (
      items?.flatMap(({ type, transaction }) => {
        const position = this.#positions.get(type);
        return position === undefined ? [] : [{ type: position, transaction }];
      }) ?? null
    );
  }
}
