import { cutIntegers } from '../../core/slab.ts';
import type { Micros } from '../../core/time.ts';
import type { MarkKind } from '../../protocols/protocol.ts';
import type { Recorder } from '../trace/recorder.ts';
import { commonFieldCount } from '../trace/streamCheck.ts';
import type { AnyMachine } from './machines.ts';
import type { World } from './world.ts';

/** Most fields that a protocol may declare. */
const FIELDS_MAX = 28;
/** No field ever has it: the first look always counts as a change. */
const NEVER = -2;

/** What others can see of a node: its declared fields, recorded whenever one of them changes, and what it tells of its transactions. */
export class Observation {
  readonly #world: World;
  readonly #recorder: Recorder;
  readonly #machine: AnyMachine;
  readonly #fieldCount: number;
  /** Those that every run has. */
  readonly #commonCount: number;
  readonly #seen = cutIntegers(FIELDS_MAX).fill(NEVER);
  readonly #now = cutIntegers(FIELDS_MAX).fill(-1);
  #flags = -1;

  constructor(world: World, recorder: Recorder, machine: AnyMachine) {
    this.#world = world;
    this.#recorder = recorder;
    this.#machine = machine;
    const { fields } = world.protocol.declaration;
    this.#fieldCount = Math.min(fields.length, FIELDS_MAX);
    this.#commonCount = Math.min(commonFieldCount(fields), FIELDS_MAX);
  }

  /** `state`: null while the node is down, then the fields stay as they were. `behaviour`: code, 0 when correct. */
  look(t: Micros, alive: boolean, behaviour: number, state: unknown): void {
    const flags = (alive ? 1 : 0) | (behaviour << 1);
    // Runs after every step of every node.
    const now = this.#now;
    const seen = this.#seen;
    if (state !== null) this.#machine.observe(state, now);
    let changed = flags !== this.#flags;
    for (let i = 0; i < this.#fieldCount; i++) {
      const value = now[i] as number;
      if (value === seen[i]) continue;
      changed = true;
      seen[i] = value;
    }
    if (!changed) return;
    this.#flags = flags;
    let count = this.#fieldCount;
    while (count > this.#commonCount && seen[count - 1] === -1) count--;
    this.#recorder.state(t, flags, seen, count);
    if (this.#world.highlights === 'decisions') return;
    // Made at its full length: pushed one by one it would be allocated three times.
    const fields = new Array<number>(count);
    for (let i = 0; i < count; i++) fields[i] = this.#seen[i] as number;
    this.#world.emit({ kind: 'state', t, node: this.#recorder.node, alive, fields });
  }

  /** Locks, waits and steps of transactions: recorded as they come. */
  mark(t: Micros, mark: MarkKind, transaction: number, what: string, holder: number | null): void {
    if (mark === 'wait') this.#recorder.wait(t, transaction, what, holder ?? 0);
    else this.#recorder.transaction(t, mark, transaction, what);
    if (this.#world.highlights === 'decisions') return;
    this.#world.emit({ kind: 'mark', t, node: this.#recorder.node, mark, transaction, what, holder });
  }

  capture(): { readonly observed: Int32Array; readonly flags: number } {
    return { observed: this.#seen.slice(), flags: this.#flags };
  }

  restore({ observed, flags }: { readonly observed: Int32Array; readonly flags: number }): void {
    this.#seen.set(observed);
    this.#now.set(observed);
    this.#flags = flags;
  }
}
