/** Writes the mail of a window (`mail.ts`): a worker what its nodes sent, the conductor what all of them did. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Copy } from '../../kernel/group.ts';
import {
  ENVELOPE_HEADER,
  HEAD,
  type Layout,
  layOut,
  type Mail,
  type Offsets,
  offsetsIn,
  type Places,
  placesIn,
} from './mail.ts';

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
    const { envelopeCount, nodeCount, copyCount, offsetBytes } = layout;
    this.buffer = new ArrayBuffer(layout.end);
    this.#layout = layout;
    new Uint32Array(this.buffer, 0, 4).set([envelopeCount, nodeCount, copyCount, offsetBytes]);
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
