/**
 * What crosses the channels, one packed message a window and direction. All envelopes of a window lie in one buffer, each
 * once however many copies there are; copies are sorted by receiver, so that a worker reads only its own.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { ControlEvent } from '../../kernel/control.ts';
import type { Envelope } from '../../kernel/envelope.ts';
import type { Copy, Segment } from '../../kernel/group.ts';
import type { Highlight, MessageHighlight } from '../../kernel/trace/highlights.ts';

/** Conductor → all nodes. */
export interface DownMessage {
  readonly kind: 'down';
  readonly window: number;
  /** Run everything before it; nothing for a window that only delivers. */
  readonly until: Micros;
  /** Only this group runs, one event; −1: everybody runs the window. */
  readonly single: number;
  readonly controls: readonly ControlEvent[];
  readonly mail: ArrayBuffer;
}

/** A highlight whose envelope is named by its place in the mail. */
export type PackedHighlight =
  | Exclude<Highlight, MessageHighlight>
  | (Omit<MessageHighlight, 'envelope'> & { readonly envelope: number });

/** Node worker → conductor. */
export interface UpMessage {
  readonly kind: 'up';
  readonly window: number;
  readonly group: number;
  readonly next: Micros;
  readonly highlights: readonly PackedHighlight[];
  readonly segments: readonly Segment[];
  readonly mail: ArrayBuffer;
}

/** Node worker → conductor: a bug of ours stopped the window. */
export interface FailedMessage {
  readonly kind: 'failed';
  readonly window: number;
  readonly group: number;
  readonly reason: string;
}

export type Answer = UpMessage | FailedMessage;

export function isDown(data: unknown): DownMessage | null {
  return isKind(data, 'down') && hasMail(data) ? (data as DownMessage) : null;
}

export function isAnswer(data: unknown): Answer | null {
  if (isKind(data, 'up') && hasMail(data)) return data as UpMessage;
  return isKind(data, 'failed') ? (data as FailedMessage) : null;
}

function isKind(data: unknown, kind: string): data is object {
  if (typeof data !== 'object' || data === null) return false;
  const message = data as { kind?: unknown; window?: unknown };
  return message.kind === kind && typeof message.window === 'number';
}

function hasMail(data: object): boolean {
  return (data as { mail?: unknown }).mail instanceof ArrayBuffer;
}

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
  const place = (envelope: Envelope): void => {
    if (places.has(envelope)) return;
    places.set(envelope, all.length);
    all.push(envelope);
  };
  for (const envelope of envelopes) place(envelope);
  for (const copy of copies) place(copy.envelope);
  const size = 8 + all.reduce((sum, item) => sum + ENVELOPE_HEADER + item.bytes.length + item.signature.length, 0);
  const buffer = new ArrayBuffer(size + 4 * (nodeCount + 1) + COPY_BYTES * copies.length);
  const view = new DataView(buffer);
  const bytes = new Uint8Array(buffer);
  view.setUint32(0, all.length);
  view.setUint32(4, nodeCount);
  let at = 8;
  for (const envelope of all) at = packEnvelope(view, bytes, at, envelope);
  const sorted = [...copies].sort((a, b) => a.to - b.to);
  let first = 0;
  for (let node = 0; node <= nodeCount; node++) {
    while (first < sorted.length && (sorted[first] as Copy).to < node) first++;
    view.setUint32(at, first);
    at += 4;
  }
  for (const copy of sorted) {
    view.setFloat64(at, copy.arrivesAt);
    view.setUint32(at + 8, places.get(copy.envelope) ?? 0);
    view.setUint32(at + 12, copy.to);
    at += COPY_BYTES;
  }
  return buffer;
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
    let at = 8;
    for (let i = 0; i < count; i++) {
      this.#starts.push(at);
      at += ENVELOPE_HEADER + this.#view.getUint32(at + 12) + this.#view.getUint32(at + 16);
    }
    this.#index = at;
  }

  get envelopeCount(): number {
    return this.#starts.length;
  }

  envelope(place: number): Envelope {
    const known = this.#opened[place];
    if (known !== undefined) return known;
    const view = this.#view;
    const at = this.#starts[place] as number;
    const encoded = view.getUint32(at + 12);
    const start = at + ENVELOPE_HEADER;
    const envelope: Envelope = {
      origin: view.getUint16(at),
      claimedFrom: view.getUint16(at + 2),
      sequence: view.getUint32(at + 4),
      sizeBytes: view.getUint32(at + 8),
      bytes: new Uint8Array(this.#buffer.slice(start, start + encoded)),
      signature: new Uint8Array(this.#buffer.slice(start + encoded, start + encoded + view.getUint32(at + 16))),
      memo: null,
    };
    this.#opened[place] = envelope;
    return envelope;
  }

  /** Copies for one node. */
  forNode(node: NodeIndex, receive: (envelope: Envelope, arrivesAt: Micros) => void): void {
    if (node >= this.#nodeCount) return;
    const view = this.#view;
    const first = view.getUint32(this.#index + 4 * node);
    const last = view.getUint32(this.#index + 4 * (node + 1));
    const copies = this.#index + 4 * (this.#nodeCount + 1);
    for (let i = first; i < last; i++) {
      const at = copies + COPY_BYTES * i;
      receive(this.envelope(view.getUint32(at + 8)), view.getFloat64(at));
    }
  }

  /** All copies, as the conductor forwards them. */
  copies(): Copy[] {
    const list: Copy[] = [];
    for (let node = 0; node < this.#nodeCount; node++) {
      this.forNode(node, (envelope, arrivesAt) => list.push({ to: node, envelope, arrivesAt }));
    }
    return list;
  }
}

/** Highlights with their envelopes replaced by places in `envelopes`, which is filled. */
export function packHighlights(highlights: readonly Highlight[], envelopes: Envelope[]): PackedHighlight[] {
  return highlights.map((highlight) => {
    if (highlight.kind !== 'message') return highlight;
    envelopes.push(highlight.envelope);
    return { ...highlight, envelope: envelopes.length - 1 };
  });
}

export function unpackHighlights(packed: readonly PackedHighlight[], mail: Mail): Highlight[] {
  return packed.map((highlight) =>
    highlight.kind === 'message' ? { ...highlight, envelope: mail.envelope(highlight.envelope) } : highlight,
  );
}
