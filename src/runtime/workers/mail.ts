/**
 * The mail of a window, packed: all envelopes lie in one buffer, each once however many copies there are; copies are sorted
 * by receiver, so that a worker reads only its own. Every worker is sent all of it, and n² copies are most of what there is, so a
 * copy takes no more bytes than it must: its envelope's place, and how much later than the envelope's first copy it arrives.
 *
 *     u32 × 4   number of envelopes, of nodes, of copies; bytes an offset
 *     f64       first arrival of each envelope, µs
 *               the envelopes: origin u16, claimed u16, sequence, size, length of encoding, of signature u32; then both
 *     u32       for each node the number of its first copy, and one more at the end
 *               offset of each copy, µs: 0 (all are 0), 2, 4 or 8 bytes (a float)
 *               place of each copy's envelope: 1, 2 or 4 bytes, as many as there are envelopes for
 *
 * The last three begin at multiples of eight. Numbers outside of envelopes are in the machine's own order: mail never leaves it.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Envelope } from '../../kernel/envelope.ts';

export const HEAD = 16;
export const ENVELOPE_HEADER = 20;
/** Envelopes smaller than this on average leave their mail together: a buffer each would cost more than it holds. */
const SMALL_BYTES = 1024;

export type Offsets = Uint16Array | Uint32Array | Float64Array;
export type Places = Uint8Array | Uint16Array | Uint32Array;

/** Where the parts of a mail lie. */
export interface Layout {
  readonly envelopeCount: number;
  readonly nodeCount: number;
  readonly copyCount: number;
  readonly placeBytes: number;
  readonly offsetBytes: number;
  readonly envelopesAt: number;
  readonly firstsAt: number;
  readonly offsetsAt: number;
  readonly placesAt: number;
  readonly end: number;
}

function placeBytesFor(envelopeCount: number): number {
  if (envelopeCount <= 2 ** 8) return 1;
  return envelopeCount <= 2 ** 16 ? 2 : 4;
}

export function layOut(
  envelopeCount: number,
  envelopeBytes: number,
  nodeCount: number,
  copyCount: number,
  offsetBytes: number,
): Layout {
  const placeBytes = placeBytesFor(envelopeCount);
  const envelopesAt = HEAD + 8 * envelopeCount;
  const firstsAt = aligned(envelopesAt + envelopeBytes);
  const offsetsAt = aligned(firstsAt + 4 * (nodeCount + 1));
  const placesAt = aligned(offsetsAt + offsetBytes * copyCount);
  const end = placesAt + placeBytes * copyCount;
  return {
    envelopeCount,
    nodeCount,
    copyCount,
    placeBytes,
    offsetBytes,
    envelopesAt,
    firstsAt,
    offsetsAt,
    placesAt,
    end,
  };
}

function aligned(at: number): number {
  return (at + 7) & ~7;
}

export function offsetsIn(buffer: ArrayBuffer, { offsetBytes, offsetsAt, copyCount }: Layout): Offsets | null {
  if (offsetBytes === 0) return null;
  if (offsetBytes === 2) return new Uint16Array(buffer, offsetsAt, copyCount);
  return offsetBytes === 4
    ? new Uint32Array(buffer, offsetsAt, copyCount)
    : new Float64Array(buffer, offsetsAt, copyCount);
}

export function placesIn(buffer: ArrayBuffer, { placeBytes, placesAt, copyCount }: Layout): Places {
  if (placeBytes === 1) return new Uint8Array(buffer, placesAt, copyCount);
  return placeBytes === 2 ? new Uint16Array(buffer, placesAt, copyCount) : new Uint32Array(buffer, placesAt, copyCount);
}

/** What both ends call an envelope: 16 bits of origin, 32 of sequence. */
export function envelopeName(origin: NodeIndex, sequence: number): number {
  return origin * 2 ** 32 + sequence;
}

/** Reads mail; envelopes are copied out on demand, so that nothing keeps the whole buffer alive. */
export class Mail {
  readonly layout: Layout;
  /** First arrival by envelope, µs. */
  readonly arrivals: Float64Array;
  readonly offsets: Offsets | null;
  readonly places: Places;
  readonly #buffer: ArrayBuffer;
  readonly #view: DataView;
  readonly #firsts: Uint32Array;
  readonly #starts: number[] = [];
  readonly #opened: Envelope[] = [];
  /** Of all envelopes. */
  readonly #size: number;
  /** A copy of small envelopes, all in one. */
  #copied: ArrayBuffer | null = null;

  constructor(buffer: ArrayBuffer) {
    const [envelopeCount = 0, nodeCount = 0, copyCount = 0, offsetBytes = 0] = new Uint32Array(buffer, 0, 4);
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    let at = HEAD + 8 * envelopeCount;
    for (let i = 0; i < envelopeCount; i++) {
      this.#starts.push(at);
      at += ENVELOPE_HEADER + this.#view.getUint32(at + 12) + this.#view.getUint32(at + 16);
    }
    this.#size = at - HEAD - 8 * envelopeCount;
    this.layout = layOut(envelopeCount, this.#size, nodeCount, copyCount, offsetBytes);
    this.arrivals = new Float64Array(buffer, HEAD, envelopeCount);
    this.offsets = offsetsIn(buffer, this.layout);
    this.places = placesIn(buffer, this.layout);
    this.#firsts = new Uint32Array(buffer, this.layout.firstsAt, nodeCount + 1);
  }

  get envelopeCount(): number {
    return this.layout.envelopeCount;
  }

  /** As `envelopeName` has it, without opening the envelope. */
  nameOf(place: number): number {
    const at = this.#starts[place] as number;
    return envelopeName(this.#view.getUint16(at), this.#view.getUint32(at + 4));
  }

  envelope(place: number): Envelope {
    const known = this.#opened[place];
    if (known !== undefined) return known;
    const view = this.#view;
    const at = this.#starts[place] as number;
    const encoded = view.getUint32(at + 12);
    const signed = view.getUint32(at + 16);
    const start = at + ENVELOPE_HEADER;
    const areSmall = this.#size < SMALL_BYTES * this.layout.envelopeCount;
    const own = areSmall ? this.#together() : this.#buffer.slice(start, start + encoded + signed);
    const first = areSmall ? start - this.layout.envelopesAt : 0;
    const envelope: Envelope = {
      origin: view.getUint16(at),
      claimedFrom: view.getUint16(at + 2),
      sequence: view.getUint32(at + 4),
      sizeBytes: view.getUint32(at + 8),
      bytes: new Uint8Array(own, first, encoded),
      signature: new Uint8Array(own, first + encoded, signed),
      memo: null,
    };
    this.#opened[place] = envelope;
    return envelope;
  }

  /** Copies for one node. */
  forNode(node: NodeIndex, receive: (envelope: Envelope, arrivesAt: Micros) => void): void {
    const end = this.firstCopy(node) + this.copyCount(node);
    for (let i = this.firstCopy(node); i < end; i++) {
      receive(this.envelope(this.places[i] as number), this.#arrival(i));
    }
  }

  /** The envelopes as they lie there. */
  get envelopeBytes(): Uint8Array {
    const { envelopesAt } = this.layout;
    return new Uint8Array(this.#buffer, envelopesAt, this.#size);
  }

  /** Copies for anybody. */
  get copiesTotal(): number {
    return this.layout.copyCount;
  }

  copyCount(node: NodeIndex): number {
    if (node >= this.layout.nodeCount) return 0;
    return (this.#firsts[node + 1] as number) - (this.#firsts[node] as number);
  }

  /** Number of the first copy for a node. */
  firstCopy(node: NodeIndex): number {
    return node < this.layout.nodeCount ? (this.#firsts[node] as number) : 0;
  }

  /** Time of the first copy for a node, µs; Infinity where there is none. */
  firstArrival(node: NodeIndex): Micros {
    let earliest = Number.POSITIVE_INFINITY;
    const end = this.firstCopy(node) + this.copyCount(node);
    for (let i = this.firstCopy(node); i < end; i++) earliest = Math.min(earliest, this.#arrival(i));
    return earliest;
  }

  /** All envelopes as they lie there, in a buffer of their own. */
  #together(): ArrayBuffer {
    const { envelopesAt } = this.layout;
    this.#copied ??= this.#buffer.slice(envelopesAt, envelopesAt + this.#size);
    return this.#copied;
  }

  #arrival(copy: number): Micros {
    const first = this.arrivals[this.places[copy] as number] as number;
    return this.offsets === null ? first : first + (this.offsets[copy] as number);
  }
}
