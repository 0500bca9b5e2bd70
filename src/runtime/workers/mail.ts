/**
 * The mail of a window, packed: all envelopes lie in one buffer, each once however many copies there are; copies are sorted
 * by receiver, so that a worker reads only its own.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Copy } from '../../kernel/group.ts';

/** Envelope count, node count. */
const HEAD = 8;
const ENVELOPE_HEADER = 20;
const COPY_BYTES = 16;

/**
 * Layout: envelope count, node count (u32 each) · envelopes (origin u16, claimed u16, sequence, size, encoding length,
 * signature length u32, then both) · per receiver the number of its first copy, one more at the end (u32) · copies
 * (arrival f64, envelope u32, receiver u32).
 */
export function packMail(envelopes: readonly Envelope[], copies: readonly Copy[], nodeCount: number): ArrayBuffer {
  const places = new Map<Envelope, number>();
  const all: Envelope[] = [];
  const place = (envelope: Envelope): number => {
    const known = places.get(envelope);
    if (known !== undefined) return known;
    places.set(envelope, all.length);
    return all.push(envelope) - 1;
  };
  for (const envelope of envelopes) place(envelope);
  const placeOfCopy = copies.map((copy) => place(copy.envelope));
  const size = all.reduce((sum, item) => sum + ENVELOPE_HEADER + item.bytes.length + item.signature.length, HEAD);
  const counts = new Uint32Array(nodeCount);
  for (const { to } of copies) counts[to] = (counts[to] as number) + 1;
  const { view, firsts } = layOut(all.length, size, counts);
  const bytes = new Uint8Array(view.buffer);
  let at = HEAD;
  for (const envelope of all) at = packEnvelope(view, bytes, at, envelope);
  copies.forEach(({ to, arrivesAt }, index) => {
    const first = firsts[to] as number;
    firsts[to] = first + COPY_BYTES;
    view.setFloat64(first, arrivesAt);
    view.setUint32(first + 8, placeOfCopy[index] as number);
    view.setUint32(first + 12, to);
  });
  return view.buffer;
}

/** One mail of several, in their order, without opening an envelope: what the conductor passes on. */
export function joinMail(mails: readonly Mail[], nodeCount: number): ArrayBuffer {
  const counts = new Uint32Array(nodeCount);
  let envelopeCount = 0;
  let size = HEAD;
  for (const mail of mails) {
    envelopeCount += mail.envelopeCount;
    size += mail.envelopeBytes.length;
    for (let node = 0; node < nodeCount; node++) counts[node] = (counts[node] as number) + mail.copyCount(node);
  }
  const { view, firsts } = layOut(envelopeCount, size, counts);
  const bytes = new Uint8Array(view.buffer);
  let at = HEAD;
  let before = 0;
  for (const mail of mails) {
    bytes.set(mail.envelopeBytes, at);
    at += mail.envelopeBytes.length;
    for (let node = 0; node < nodeCount; node++) {
      firsts[node] = mail.writeCopies(node, view, firsts[node] as number, before);
    }
    before += mail.envelopeCount;
  }
  return view.buffer;
}

/** The buffer with everything but envelopes and copies, and where the first copy of each receiver goes. */
function layOut(
  envelopeCount: number,
  size: number,
  counts: Uint32Array,
): { readonly view: DataView<ArrayBuffer>; readonly firsts: Uint32Array } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const nodeCount = counts.length;
  const copiesAt = size + 4 * (nodeCount + 1);
  const view = new DataView(new ArrayBuffer(copiesAt + COPY_BYTES * total));
  view.setUint32(0, envelopeCount);
  view.setUint32(4, nodeCount);
  const firsts = new Uint32Array(nodeCount);
  let first = 0;
  for (let node = 0; node < nodeCount; node++) {
    view.setUint32(size + 4 * node, first);
    firsts[node] = copiesAt + COPY_BYTES * first;
    first += counts[node] as number;
  }
  view.setUint32(size + 4 * nodeCount, total);
  return { view, firsts };
}

function packEnvelope(view: DataView, bytes: Uint8Array, start: number, envelope: Envelope): number {
  view.setUint16(start, envelope.origin);
  view.setUint16(start + 2, envelope.claimedFrom);
  view.setUint32(start + 4, envelope.sequence);
  view.setUint32(start + 8, envelope.sizeBytes);
  view.setUint32(start + 12, envelope.bytes.length);
  view.setUint32(start + 16, envelope.signature.length);
  bytes.set(envelope.bytes, start + ENVELOPE_HEADER);
  bytes.set(envelope.signature, start + ENVELOPE_HEADER + envelope.bytes.length);
  return start + ENVELOPE_HEADER + envelope.bytes.length + envelope.signature.length;
}

/** What both ends call an envelope: 16 bits of origin, 32 of sequence. */
export function envelopeName(origin: NodeIndex, sequence: number): number {
  return origin * 2 ** 32 + sequence;
}

/** Reads mail; envelopes are copied out one by one, on demand, so that nothing keeps the whole buffer alive. */
export class Mail {
  readonly #buffer: ArrayBuffer;
  readonly #view: DataView;
  readonly #starts: number[] = [];
  readonly #opened: Envelope[] = [];
  readonly #nodeCount: number;
  readonly #index: number;

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    const count = this.#view.getUint32(0);
    this.#nodeCount = this.#view.getUint32(4);
    let at = HEAD;
    for (let i = 0; i < count; i++) {
      this.#starts.push(at);
      at += ENVELOPE_HEADER + this.#view.getUint32(at + 12) + this.#view.getUint32(at + 16);
    }
    this.#index = at;
  }

  get envelopeCount(): number {
    return this.#starts.length;
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
    const start = at + ENVELOPE_HEADER;
    const end = start + encoded + view.getUint32(at + 16);
    const own = this.#buffer.slice(start, end);
    const envelope: Envelope = {
      origin: view.getUint16(at),
      claimedFrom: view.getUint16(at + 2),
      sequence: view.getUint32(at + 4),
      sizeBytes: view.getUint32(at + 8),
      bytes: new Uint8Array(own, 0, encoded),
      signature: new Uint8Array(own, encoded),
      memo: null,
    };
    this.#opened[place] = envelope;
    return envelope;
  }

  /** Copies for one node. */
  forNode(node: NodeIndex, receive: (envelope: Envelope, arrivesAt: Micros) => void): void {
    const end = this.#copiesOf(node) + COPY_BYTES * this.copyCount(node);
    for (let at = this.#copiesOf(node); at < end; at += COPY_BYTES) {
      receive(this.envelope(this.#view.getUint32(at + 8)), this.#view.getFloat64(at));
    }
  }

  /** The envelopes as they lie there. */
  get envelopeBytes(): Uint8Array {
    return new Uint8Array(this.#buffer, HEAD, this.#index - HEAD);
  }

  /** Copies for anybody. */
  get copiesTotal(): number {
    return this.#view.getUint32(this.#index + 4 * this.#nodeCount);
  }

  copyCount(node: NodeIndex): number {
    if (node >= this.#nodeCount) return 0;
    const at = this.#index + 4 * node;
    return this.#view.getUint32(at + 4) - this.#view.getUint32(at);
  }

  /** Time of the first copy for a node, µs; Infinity where there is none. */
  firstArrival(node: NodeIndex): Micros {
    let earliest = Number.POSITIVE_INFINITY;
    const end = this.#copiesOf(node) + COPY_BYTES * this.copyCount(node);
    for (let at = this.#copiesOf(node); at < end; at += COPY_BYTES) {
      earliest = Math.min(earliest, this.#view.getFloat64(at));
    }
    return earliest;
  }

  /** Writes the copies for one node at `start`, their envelopes counted from `before`; where the next ones go. */
  writeCopies(node: NodeIndex, into: DataView, start: number, before: number): number {
    let to = start;
    const end = this.#copiesOf(node) + COPY_BYTES * this.copyCount(node);
    for (let at = this.#copiesOf(node); at < end; at += COPY_BYTES) {
      into.setFloat64(to, this.#view.getFloat64(at));
      into.setUint32(to + 8, this.#view.getUint32(at + 8) + before);
      into.setUint32(to + 12, node);
      to += COPY_BYTES;
    }
    return to;
  }

  #copiesOf(node: NodeIndex): number {
    if (node >= this.#nodeCount) return 0;
    return this.#index + 4 * (this.#nodeCount + 1) + COPY_BYTES * this.#view.getUint32(this.#index + 4 * node);
  }
}
