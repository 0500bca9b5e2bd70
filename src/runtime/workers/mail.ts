/**
 * The mail of a window, packed: all envelopes lie in one buffer, each once however many copies there are; copies are sorted
 * by receiver, so that a worker reads only its own. Every worker is sent all of it, and n² copies are most of what there is, so a
 * copy takes no more bytes than it must: its envelope's place, and how much later than the envelope's first copy it arrives.
 *
 *     u32 × 4   number of envelopes, of nodes, of copies; bytes a place | bytes an offset << 8
 *     f64       first arrival of each envelope, µs
 *               the envelopes: origin u16, claimed u16, sequence, size, length of encoding, of signature u32; then both
 *     u32       for each node the number of its first copy, and one more at the end
 *               offset of each copy, µs: 0 (all are 0), 2, 4 or 8 bytes (a float)
 *               place of each copy's envelope: 1, 2 or 4 bytes
 *
 * The last three begin at multiples of eight. Numbers are in the machine's own order: mail never leaves it.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Copy } from '../../kernel/group.ts';

const HEAD = 16;
const ENVELOPE_HEADER = 20;
/** Envelopes smaller than this on average leave their mail together: a buffer each would cost more than it holds. */
const SMALL_BYTES = 1024;

type Offsets = Uint16Array | Uint32Array | Float64Array;
type Places = Uint8Array | Uint16Array | Uint32Array;

/** Where the parts of a mail lie. */
interface Layout {
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

export function packMail(envelopes: readonly Envelope[], copies: readonly Copy[], nodeCount: number): ArrayBuffer {
  const placeOf = new Map<Envelope, number>();
  const all: Envelope[] = [];
  const place = (envelope: Envelope): number => {
    const known = placeOf.get(envelope);
    if (known !== undefined) return known;
    placeOf.set(envelope, all.length);
    return all.push(envelope) - 1;
  };
  for (const envelope of envelopes) place(envelope);
  const placeOfCopy = copies.map((copy) => place(copy.envelope));
  const arrivals = firstArrivals(all.length, copies, placeOfCopy);
  const latest = copies.reduce(
    (most, { arrivesAt }, i) => Math.max(most, arrivesAt - (arrivals[placeOfCopy[i] as number] as number)),
    0,
  );
  const size = all.reduce((sum, item) => sum + ENVELOPE_HEADER + item.bytes.length + item.signature.length, 0);
  const writer = new MailWriter(layOut(all.length, size, nodeCount, copies.length, offsetBytesFor(latest)));
  for (const { to } of copies) writer.expect(to, 1);
  writer.begin();
  writer.addEnvelopes(all, arrivals);
  copies.forEach(({ to, arrivesAt }, i) => {
    const at = placeOfCopy[i] as number;
    writer.addCopy(to, at, arrivesAt - (arrivals[at] as number));
  });
  return writer.buffer;
}

/** One mail of several, in their order, without opening an envelope: what the conductor passes on. */
export function joinMail(mails: readonly Mail[], nodeCount: number): ArrayBuffer {
  let [envelopeCount, copyCount, size, offsetBytes] = [0, 0, 0, 0];
  for (const { layout, envelopeBytes } of mails) {
    envelopeCount += layout.envelopeCount;
    copyCount += layout.copyCount;
    size += envelopeBytes.length;
    offsetBytes = Math.max(offsetBytes, layout.offsetBytes);
  }
  const writer = new MailWriter(layOut(envelopeCount, size, nodeCount, copyCount, offsetBytes));
  for (const mail of mails) for (let node = 0; node < nodeCount; node++) writer.expect(node, mail.copyCount(node));
  writer.begin();
  for (const mail of mails) writer.addMail(mail);
  return writer.buffer;
}

/** By place of envelope; 0 where it has no copy. */
function firstArrivals(count: number, copies: readonly Copy[], placeOfCopy: readonly number[]): Float64Array {
  const arrivals = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  copies.forEach(({ arrivesAt }, i) => {
    const place = placeOfCopy[i] as number;
    if (arrivesAt < (arrivals[place] as number)) arrivals[place] = arrivesAt;
  });
  return arrivals.map((arrival) => (arrival === Number.POSITIVE_INFINITY ? 0 : arrival));
}

function offsetBytesFor(latest: Micros): number {
  if (latest === 0) return 0;
  if (latest < 2 ** 16) return 2;
  return latest < 2 ** 32 ? 4 : 8;
}

function placeBytesFor(envelopeCount: number): number {
  if (envelopeCount <= 2 ** 8) return 1;
  return envelopeCount <= 2 ** 16 ? 2 : 4;
}

function layOut(
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

function offsetsIn(buffer: ArrayBuffer, { offsetBytes, offsetsAt, copyCount }: Layout): Offsets | null {
  if (offsetBytes === 0) return null;
  if (offsetBytes === 2) return new Uint16Array(buffer, offsetsAt, copyCount);
  return offsetBytes === 4
    ? new Uint32Array(buffer, offsetsAt, copyCount)
    : new Float64Array(buffer, offsetsAt, copyCount);
}

function placesIn(buffer: ArrayBuffer, { placeBytes, placesAt, copyCount }: Layout): Places {
  if (placeBytes === 1) return new Uint8Array(buffer, placesAt, copyCount);
  return placeBytes === 2 ? new Uint16Array(buffer, placesAt, copyCount) : new Uint32Array(buffer, placesAt, copyCount);
}

/** First every copy is announced, then, after `begin`, envelopes and copies are added. */
class MailWriter {
  readonly buffer: ArrayBuffer;
  readonly #layout: Layout;
  readonly #arrivals: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #firsts: Uint32Array;
  readonly #offsets: Offsets | null;
  readonly #places: Places;
  /** Where the next copy for each node goes. */
  #next = new Uint32Array(0);
  #envelopes = 0;
  #at: number;

  constructor(layout: Layout) {
    const { envelopeCount, nodeCount, copyCount, placeBytes, offsetBytes } = layout;
    this.buffer = new ArrayBuffer(layout.end);
    this.#layout = layout;
    new Uint32Array(this.buffer, 0, 4).set([envelopeCount, nodeCount, copyCount, placeBytes | (offsetBytes << 8)]);
    this.#arrivals = new Float64Array(this.buffer, HEAD, envelopeCount);
    this.#bytes = new Uint8Array(this.buffer);
    this.#firsts = new Uint32Array(this.buffer, layout.firstsAt, nodeCount + 1);
    this.#offsets = offsetsIn(this.buffer, layout);
    this.#places = placesIn(this.buffer, layout);
    this.#at = layout.envelopesAt;
  }

  /** So many copies more for a node. */
  expect(node: NodeIndex, count: number): void {
    if (count > 0) this.#firsts[node + 1] = (this.#firsts[node + 1] as number) + count;
  }

  begin(): void {
    const firsts = this.#firsts;
    for (let node = 1; node < firsts.length; node++) {
      firsts[node] = (firsts[node] as number) + (firsts[node - 1] as number);
    }
    this.#next = firsts.slice(0, this.#layout.nodeCount);
  }

  addEnvelopes(envelopes: readonly Envelope[], arrivals: Float64Array): void {
    this.#arrivals.set(arrivals, this.#envelopes);
    const view = new DataView(this.buffer);
    for (const { origin, claimedFrom, sequence, sizeBytes, bytes, signature } of envelopes) {
      const at = this.#at;
      view.setUint16(at, origin);
      view.setUint16(at + 2, claimedFrom);
      view.setUint32(at + 4, sequence);
      view.setUint32(at + 8, sizeBytes);
      view.setUint32(at + 12, bytes.length);
      view.setUint32(at + 16, signature.length);
      this.#bytes.set(bytes, at + ENVELOPE_HEADER);
      this.#bytes.set(signature, at + ENVELOPE_HEADER + bytes.length);
      this.#at += ENVELOPE_HEADER + bytes.length + signature.length;
    }
    this.#envelopes += envelopes.length;
  }

  addCopy(to: NodeIndex, place: number, offset: Micros): void {
    const index = this.#next[to] as number;
    this.#next[to] = index + 1;
    this.#places[index] = place;
    if (this.#offsets !== null) this.#offsets[index] = offset;
  }

  /** Everything in it. */
  addMail(mail: Mail): void {
    const { offsets, places, layout } = mail;
    const before = this.#envelopes;
    this.#arrivals.set(mail.arrivals, before);
    this.#bytes.set(mail.envelopeBytes, this.#at);
    this.#at += mail.envelopeBytes.length;
    this.#envelopes += layout.envelopeCount;
    for (let node = 0; node < layout.nodeCount; node++) {
      const first = mail.firstCopy(node);
      const count = mail.copyCount(node);
      for (let i = first; i < first + count; i++) {
        this.addCopy(node, before + (places[i] as number), offsets === null ? 0 : (offsets[i] as number));
      }
    }
  }
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
    const [envelopeCount = 0, nodeCount = 0, copyCount = 0, widths = 0] = new Uint32Array(buffer, 0, 4);
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    let at = HEAD + 8 * envelopeCount;
    for (let i = 0; i < envelopeCount; i++) {
      this.#starts.push(at);
      at += ENVELOPE_HEADER + this.#view.getUint32(at + 12) + this.#view.getUint32(at + 16);
    }
    this.#size = at - HEAD - 8 * envelopeCount;
    this.layout = layOut(envelopeCount, this.#size, nodeCount, copyCount, widths >> 8);
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
