/** The trace of a testnet in workers on its way to whoever takes it: some is here, packed; what workers still keep comes after it. */
import type { RemoteGroup } from './group.ts';
import { keepsTrace } from './keptTrace.ts';

type Records = Uint32Array<ArrayBuffer>;

export class GatheredTrace {
  readonly #keepers: readonly RemoteGroup[];
  #here: Records[] = [];
  /** The last time that somebody took it. */
  #taking: Promise<unknown> = Promise.resolve();

  constructor(groups: readonly RemoteGroup[]) {
    this.#keepers = groups.filter(({ nodes }) => keepsTrace(nodes));
  }

  add(records: Records): void {
    if (records.length > 0) this.#here.push(records);
  }

  /** All that nobody has taken of the windows up to `window`, in order: nothing of what is run meanwhile. */
  take(window: number): Promise<Records[]> {
    const here = this.#here;
    this.#here = [];
    const taken = this.#taking.then(async () => [...here, ...(await this.#ask(window))]);
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  /** Brings here what workers keep of the windows up to `window`: those are never run again. */
  async fetch(window: number): Promise<void> {
    await this.#taking;
    this.#here.push(...(await this.#ask(window)));
  }

  /** Resolves when nobody is taking it. */
  async rest(): Promise<void> {
    await this.#taking;
  }

  /** Another history begins. */
  clear(): void {
    this.#here = [];
  }

  async #ask(window: number): Promise<Records[]> {
    return (await Promise.all(this.#keepers.map((group) => group.takeTrace(window)))).flat();
  }
}
