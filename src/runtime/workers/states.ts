/**
 * What nodes showed of themselves in a window, as plain numbers: by far the most of all highlights. A node's first state has all
 * its fields, each other one those that changed, mostly one.
 *
 * A state: its place among all highlights, node | alive << 16 | whole << 17, time (30 bits, then the rest); then, whole, the number
 * of fields and the fields, or else a bit for each field that changed and their values.
 */
import type { StateHighlight } from '../../kernel/trace/highlights.ts';

const HEADER = 4;
const ALIVE = 1 << 16;
const WHOLE = 1 << 17;
const HALF = 0x4000_0000;
/** More fields than bits go whole. */
const MASK_BITS = 31;

type Fields = StateHighlight['fields'];

export class StateWriter {
  #numbers = new Int32Array(64);
  #length = 0;
  /** By node: the fields written last. */
  readonly #last: (Fields | undefined)[] = [];

  /** `place`: among all highlights. States come in the order of their places. */
  add(place: number, { t, node, alive, fields }: StateHighlight): void {
    this.#reserve(HEADER + 1 + fields.length);
    const before = this.#last[node];
    this.#last[node] = fields;
    const isWhole = before === undefined || before.length !== fields.length || fields.length > MASK_BITS;
    const numbers = this.#numbers;
    const start = this.#length;
    numbers[start] = place;
    numbers[start + 1] = node | (alive ? ALIVE : 0) | (isWhole ? WHOLE : 0);
    numbers[start + 2] = t % HALF;
    numbers[start + 3] = Math.floor(t / HALF);
    let at = start + HEADER + 1;
    if (isWhole) {
      numbers[start + HEADER] = fields.length;
      for (const field of fields) numbers[at++] = field;
    } else {
      let changed = 0;
      for (let i = 0; i < fields.length; i++) {
        if (fields[i] === before[i]) continue;
        changed |= 1 << i;
        numbers[at++] = fields[i] as number;
      }
      numbers[start + HEADER] = changed;
    }
    this.#length = at;
  }

  /** Everything that was added. */
  end(): Int32Array {
    return this.#numbers.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#numbers.length) return;
    const larger = new Int32Array(2 * Math.max(this.#numbers.length, this.#length + count));
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

/** Calls back with each state and its place, in the order in which they were written. */
export function readStates(numbers: Int32Array, take: (place: number, state: StateHighlight) => void): void {
  const last: number[][] = [];
  for (let start = 0; start < numbers.length; ) {
    const flags = numbers[start + 1] as number;
    const node = flags & 0xffff;
    const count = numbers[start + HEADER] as number;
    let at = start + HEADER + 1;
    let fields: number[];
    if ((flags & WHOLE) !== 0) {
      fields = new Array<number>(count);
      for (let i = 0; i < count; i++) fields[i] = numbers[at++] as number;
    } else {
      fields = (last[node] as number[]).slice();
      for (let i = 0; i < fields.length; i++) if (((count >>> i) & 1) === 1) fields[i] = numbers[at++] as number;
    }
    last[node] = fields;
    const t = (numbers[start + 2] as number) + HALF * (numbers[start + 3] as number);
    take(numbers[start] as number, { kind: 'state', t, node, alive: (flags & ALIVE) !== 0, fields });
    start = at;
  }
}
